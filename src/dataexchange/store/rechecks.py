"""What is to be checked again, who holds it, and what came of it.

Marks are made in the transaction of what they follow from, behind the lock on release numbers, so that of two publishers the second sees
what the first has marked: of a dataset, and of a submission, no more than one row is due.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Update, and_, false, func, or_, select, update

from dataexchange.errors import NotFound
from dataexchange.messages.report_sentences import Shapes, read_said
from dataexchange.model.finding import Verdict
from dataexchange.model.recheck import Mark, Recheck, State, Turn
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.model.submission import PUBLIC
from dataexchange.store import releases
from dataexchange.store.claims import Claim, Work
from dataexchange.store.tables import rechecks, submissions

_c = rechecks.c
#: All but the list of series, which may be long.
_COLUMNS = [column for column in _c if column.name != "turns"]

_WORK = Work(rechecks, _c.state == State.DUE.value, _c.due_at)


def mark(conn: Connection, marks: Sequence[Mark]) -> int:
    """What is due already is due for the newer change as well: it is compared once, with what stood before the first. How many are new."""
    now, new = datetime.now(UTC), []
    for one in marks:
        newer = {"vintage_after": one.vintages[1], "rulebook_after": one.rulebooks[1]}
        if not conn.execute(update(rechecks).where(*_same(one), _c.state == State.DUE.value).values(**newer)).rowcount:
            new.append(_row(one, now))
    if new:
        conn.execute(rechecks.insert(), new)
    return len(new)


is_any_free, claim, renew, put_back = _WORK.is_any_free, _WORK.take_oldest, _WORK.renew, _WORK.put_back


def finish(
    conn: Connection, held: Claim, done: Mark, turns: Sequence[Turn], compared: int, report_hash: str | None
) -> bool:
    """Write down what came of it. False, and it stays due, where another worker holds it by now, or where another vintage came while it
    was done: `done` is the mark as it was when the work began."""
    releases.lock(conn)
    counts: dict[tuple[str, str], int] = {}
    for turn in turns:
        pair = turn.before.value, turn.after.value
        counts[pair] = counts.get(pair, 0) + 1
    values = {
        "report_hash": report_hash,
        "compared": compared,
        "outcome": orjson.dumps([[*pair, n] for pair, n in sorted(counts.items())]).decode(),
        "turns": orjson.dumps(_written(turns)).decode(),
    }
    unchanged = (_c.vintage_after == done.vintages[1], _c.rulebook_after == done.rulebooks[1])
    return _end(conn, _WORK.held(held).where(*unchanged), values)


def fail(conn: Connection, held: Claim, reason: str) -> bool:
    """It cannot be done, and is not tried for ever."""
    releases.lock(conn)
    return _end(conn, _WORK.held(held), {"message": reason})


def get(conn: Connection, recheck_id: str) -> Recheck:
    row = conn.execute(select(*_COLUMNS).where(_c.id == recheck_id)).first()
    if row is None:
        raise NotFound(f"There is no re-check {recheck_id[:100]!r}; `/api/v1/rechecks` lists those that there are.")
    return _recheck(row)


def turns(conn: Connection, recheck_id: str) -> list[Turn]:
    """Every series that stands otherwise than before, in the order of keys."""
    kept = orjson.loads(conn.execute(select(_c.turns).where(_c.id == recheck_id)).scalar_one())
    # One that was not done has a list without anything, one of before 2026-12 a list of turns with their reasons in English.
    document = {"turns": kept} if isinstance(kept, list) else kept
    return [
        Turn(key, within, Verdict(before), Verdict(after), *(read_said(one, document) for one in said))
        for key, within, before, after, *said in document["turns"]
    ]


def latest(
    conn: Connection,
    *,
    state: State | None = None,
    provider: str | None = None,
    dataflow: Ref | None = None,
    dataset: str | None = None,
    submission: str | None = None,
    parties: Collection[tuple[str, str]] | None = None,
    public: bool = False,
    changed: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> list[Recheck]:
    """The newest first. `parties`, such as ("provider", "BRISTOL"), are whose alone; None: everybody's. `public`: of what is published
    alone, whoever's (with `parties`: besides theirs). `changed`: where series stand otherwise."""
    query = select(*_COLUMNS).order_by(_c.due_at.desc(), _c.id).limit(limit).offset(offset)
    named = ((_c.provider, provider), (_c.dataset, dataset), (_c.submission, submission))
    query = query.where(*(column == value for column, value in named if value is not None))
    if state is not None:
        query = query.where(_c.state == state.value)
    if dataflow is not None:
        query = query.where(_c.dataflow == dataflow.short)
    if changed:
        query = query.where(_c.outcome != "[]")
    if parties is not None or public:
        theirs = [_THEIRS[role](organisation) for role, organisation in parties or ()]
        query = query.where(or_(false(), *theirs, *([_c.submission.is_(None)] if public else [])))
    return [_recheck(row) for row in conn.execute(query)]


def _of_office(organisation: str) -> ColumnElement[bool]:
    """Told to an office: what is published, and of what is not only what was laid before it. Nothing else may it open."""
    s = submissions.c
    laid = select(s.id).where(or_(s.reviewer == organisation, s.status.in_(sorted(PUBLIC))))
    return and_(_c.office == organisation, or_(_c.submission.is_(None), _c.submission.in_(laid)))


#: As `workflow.permission.parties` has the roles.
_THEIRS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "provider": lambda organisation: _c.provider == organisation,
    "reviewer": _of_office,
}


def told_after(conn: Connection, number: int, *, dataflow: Ref | None = None, limit: int = 100) -> list[Recheck]:
    """Those of published datasets that were done after that one, in their order."""
    query = select(*_COLUMNS).where(_c.number > number, _c.submission.is_(None)).order_by(_c.number).limit(limit)
    if dataflow is not None:
        query = query.where(_c.dataflow == dataflow.short)
    return [_recheck(row) for row in conn.execute(query)]


def last_number(conn: Connection) -> int:
    """Of the last that was done; 0 before the first."""
    return int(conn.execute(select(func.max(_c.number))).scalar() or 0)


def due(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).where(_c.state == State.DUE.value)).scalar_one())


def _end(conn: Connection, of: Update, values: Mapping[str, object]) -> bool:
    ended: dict[str, object] = {"state": State.DONE.value, "done_at": datetime.now(UTC), "claimed_until": None}
    return bool(conn.execute(of.values(**ended, **values, number=last_number(conn) + 1)).rowcount)


def _same(one: Mark) -> list[ColumnElement[bool]]:
    return [
        _c.dataflow == one.dataflow.short,
        _c.provider == one.provider,
        _c.dataset == one.dataset,
        _c.submission.is_(None) if one.submission is None else _c.submission == one.submission,
    ]


def _row(one: Mark, now: datetime) -> dict[str, object]:
    return {
        "id": uuid4().hex[:12],
        "state": State.DUE.value,
        "dataflow": one.dataflow.short,
        "provider": one.provider,
        "dataset": one.dataset,
        "submission": one.submission,
        "office": one.office,
        "baseline": one.baseline.short,
        "vintage_before": one.vintages[0],
        "vintage_after": one.vintages[1],
        "rulebook_before": one.rulebooks[0],
        "rulebook_after": one.rulebooks[1],
        "due_at": now,
    }


def _written(turns: Sequence[Turn]) -> dict[str, object]:
    """In no language: the reasons as a kept report has them."""
    shapes = Shapes()
    rows = [
        [
            turn.key,
            turn.within,
            turn.before.value,
            turn.after.value,
            shapes.said(turn.before_reason),
            shapes.said(turn.after_reason),
        ]
        for turn in turns
    ]
    return {"shapes": shapes.listed, "turns": rows}


def _recheck(row: Row[tuple[object, ...]]) -> Recheck:
    of = row._mapping
    about = Mark(
        dataflow=parse_short(of["dataflow"], Kind.DATAFLOW),
        provider=of["provider"],
        dataset=of["dataset"],
        submission=of["submission"],
        office=of["office"],
        baseline=parse_short(of["baseline"], Kind.DATAFLOW),
        vintages=(int(of["vintage_before"]), int(of["vintage_after"])),
        rulebooks=(of["rulebook_before"], of["rulebook_after"]),
    )
    return Recheck(
        id=of["id"],
        number=of["number"],
        state=State(of["state"]),
        mark=about,
        due_at=of["due_at"],
        done_at=of["done_at"],
        report_hash=of["report_hash"],
        compared=int(of["compared"]),
        turns={(before, after): n for before, after, n in orjson.loads(of["outcome"])},
        message=of["message"],
    )
