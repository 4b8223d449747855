"""Runs over sources of national series: who runs, what was fetched, what came of it.

At most one run of a source lasts at a time. While it does, `ended_at` says until when its process holds it; a process that lives
renews that, and a run that is not renewed was interrupted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Row, select, update

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.harvest import GOOD, Answered, Harvest, Outcome
from dataexchange.store import releases
from dataexchange.store.tables import harvests


def begin(
    conn: Connection,
    source: str,
    lease: timedelta,
    *,
    asked_by: str,
    facts: Mapping[str, Any],
    wished: bool = False,
) -> Harvest:
    """A run of that source, its oldest wish if there is one; Conflict where another process runs it, or for want of a wish where it is
    to be `wished` for."""
    # One after the other, on databases that have several writers.
    releases.lock(conn)
    interrupt(conn, source)
    c, now = harvests.c, datetime.now(UTC)
    other = conn.execute(select(c.ended_at).where(c.source == source, c.outcome == Outcome.RUNNING.value)).first()
    if other is not None:
        seconds = max(1, round((other.ended_at - now).total_seconds()))
        raise Conflict(
            f"Source {source} is being harvested by another process: wait for it, or where that has died, for {seconds} s."
        )
    wish = conn.execute(_wishes(source)).first()
    if wish is None and wished:
        raise Conflict(f"What was wished for of source {source} is done: there is nothing to do.")
    if wish is None:
        row = insert(conn, source, Outcome.RUNNING, asked_by=asked_by, facts=facts)
    else:
        row, asked_by = wish.id, orjson.loads(wish.detail).get("asked_by", asked_by)
    values = {"outcome": Outcome.RUNNING.value, "started_at": now, "ended_at": now + lease, "message": ""}
    conn.execute(update(harvests).where(c.id == row).values(**values, detail=_detail(asked_by, facts, ())))
    return get(conn, row)


def wish(conn: Connection, source: str, *, asked_by: str, facts: Mapping[str, Any]) -> Harvest:
    """That a worker harvests the source; the one that waits already, if there is one."""
    there = conn.execute(_wishes(source)).first()
    if there is None:
        # Somebody else may be wishing for the same.
        releases.lock(conn)
        there = conn.execute(_wishes(source)).first()
    return get(conn, there.id if there else insert(conn, source, Outcome.WANTED, asked_by=asked_by, facts=facts))


def insert(conn: Connection, source: str, outcome: Outcome, *, asked_by: str, facts: Mapping[str, Any]) -> str:
    row = uuid4().hex[:12]
    values = {"id": row, "source": source, "started_at": datetime.now(UTC), "outcome": outcome.value, "message": ""}
    conn.execute(harvests.insert().values(**values, detail=_detail(asked_by, facts, ())))
    return row


def renew(conn: Connection, harvest_id: str, lease: timedelta, message: str) -> None:
    """Hold on to a run, and say what it does."""
    c = harvests.c
    lasting = update(harvests).where(c.id == harvest_id, c.outcome == Outcome.RUNNING.value)
    conn.execute(lasting.values(ended_at=datetime.now(UTC) + lease, message=message))


def conclude(
    conn: Connection,
    harvest: Harvest,
    outcome: Outcome,
    message: str,
    *,
    facts: Mapping[str, Any],
    answers: Sequence[Answered],
    release: int | None = None,
    report_hash: str | None = None,
) -> Harvest:
    """How a run ended. Conflict where it does not last any more: another process took it for dead, so nothing of it may count."""
    c = harvests.c
    ended = conn.execute(
        update(harvests)
        .where(c.id == harvest.id, c.outcome == Outcome.RUNNING.value)
        .values(
            outcome=outcome.value,
            message=message,
            ended_at=datetime.now(UTC),
            release=release,
            report_hash=report_hash,
            detail=_detail(harvest.asked_by, {**harvest.facts, **facts}, answers),
        )
    )
    if not ended.rowcount:
        raise Conflict(
            f"The harvest {harvest.id} of {harvest.source} was taken for dead in the meantime: run it again."
        )
    return get(conn, harvest.id)


def drop(conn: Connection, harvest_id: str, reason: str) -> None:
    """A wish that cannot be met."""
    c = harvests.c
    waiting = update(harvests).where(c.id == harvest_id, c.outcome == Outcome.WANTED.value)
    conn.execute(waiting.values(outcome=Outcome.FAILED.value, message=reason, ended_at=datetime.now(UTC)))


def interrupt(conn: Connection, source: str | None = None) -> list[Harvest]:
    """Mark runs whose process has not been heard of for as long as its lease; those runs."""
    c, now = harvests.c, datetime.now(UTC)
    dead = select(harvests).where(c.outcome == Outcome.RUNNING.value, c.ended_at < now)
    found = conn.execute(dead if source is None else dead.where(c.source == source)).all()
    marked = []
    for row in found:
        values = {
            "outcome": Outcome.INTERRUPTED.value,
            "message": "Its process ended in the middle; nothing was changed.",
        }
        still = update(harvests).where(c.id == row.id, c.outcome == Outcome.RUNNING.value, c.ended_at < now)
        if conn.execute(still.values(**values)).rowcount:
            marked.append(get(conn, row.id))
    return marked


def get(conn: Connection, harvest_id: str) -> Harvest:
    row = conn.execute(select(harvests).where(harvests.c.id == harvest_id)).first()
    if row is None:
        raise NotFound(f"There is no harvest {harvest_id[:100]!r}.")
    return _harvest(row)


def latest(
    conn: Connection,
    *,
    source: str | None = None,
    outcome: Outcome | Collection[Outcome] | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Harvest]:
    """Newest first."""
    c = harvests.c
    query = select(harvests).order_by(c.started_at.desc(), c.id).limit(limit).offset(offset)
    if source is not None:
        query = query.where(c.source == source)
    if outcome is not None:
        query = query.where(c.outcome.in_([o.value for o in ([outcome] if isinstance(outcome, Outcome) else outcome)]))
    return [_harvest(row) for row in conn.execute(query)]


def last_good(conn: Connection, source: str) -> Harvest | None:
    """The run whose answers are what is served."""
    return next(iter(latest(conn, source=source, outcome=GOOD, limit=1)), None)


def _wishes(source: str) -> Any:
    c = harvests.c
    of = (c.source == source, c.outcome == Outcome.WANTED.value)
    return select(c.id, c.detail).where(*of).order_by(c.started_at).limit(1)


def _detail(asked_by: str, facts: Mapping[str, Any], answers: Sequence[Answered]) -> str:
    document = {"asked_by": asked_by, "facts": dict(facts), "answers": [asdict(answer) for answer in answers]}
    return orjson.dumps(document).decode()


def _harvest(row: Row[tuple[object, ...]]) -> Harvest:
    values = dict(row._mapping)
    detail = orjson.loads(values.pop("detail"))
    outcome = Outcome(values.pop("outcome"))
    if outcome is Outcome.RUNNING:
        values["ended_at"] = None
    answers = tuple(
        Answered(**{**answer, "fetched_at": datetime.fromisoformat(answer["fetched_at"])})
        for answer in detail["answers"]
    )
    return Harvest(**values, outcome=outcome, asked_by=detail["asked_by"], facts=detail["facts"], answers=answers)
