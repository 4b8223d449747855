"""Submissions: what came in and how far it got. A status only ever moves along `model.submission.TRANSITIONS`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, case, delete, false, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.structure import Kind, parse_short
from dataexchange.model.submission import PUBLIC, TRANSITIONS, WAITING, Status, Submission
from dataexchange.model.template import FORM
from dataexchange.store.claims import Claim, Work
from dataexchange.store.tables import idempotency, submissions

#: Columns that are not words of a Submission.
_ASIDE = ("report_hash", "changes_hash", "claimed_until", "attempts")

#: Those whose next step is a worker's.
_WORK = Work(submissions, submissions.c.status.in_([status.value for status in WAITING]), submissions.c.received_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMapping:
    """A mapping that came with a submission; the newest of each dataset can be named again by the dataset's id."""

    id: str
    provider: str
    dataflow: str
    name: str
    hash: str
    used_at: datetime


def insert(conn: Connection, submission: Submission) -> None:
    values = {column.name: getattr(submission, column.name) for column in submissions.c if column.name not in _ASIDE}
    conn.execute(
        submissions.insert().values(
            **{**values, "dataflow": submission.dataflow.short, "status": submission.status.value}
        )
    )


def get(conn: Connection, submission_id: str) -> Submission:
    return _submission(_row(conn, submission_id))


def hold(conn: Connection, submission_id: str) -> Submission:
    """As `get`; nobody else moves it on, or adds to what is said of it, until this transaction ends."""
    conn.execute(select(submissions.c.id).where(submissions.c.id == submission_id).with_for_update())
    return get(conn, submission_id)


def earlier_of(conn: Connection, submission: Submission, limit: int) -> list[str]:
    """Ids of what was sent before of the same table, the newest first."""
    c = submissions.c
    same = (
        c.dataflow == submission.dataflow.short,
        c.provider == submission.provider,
        c.dataset == submission.dataset,
        c.received_at < submission.received_at,
    )
    return list(conn.execute(select(c.id).where(*same).order_by(c.received_at.desc(), c.id).limit(limit)).scalars())


def report_hash(conn: Connection, submission_id: str) -> str | None:
    """The report of its last check, for `reports.get`; None before the first."""
    found: str | None = _row(conn, submission_id).report_hash
    return found


def changes_hash(conn: Connection, submission_id: str) -> str | None:
    """The file that says what it changes; None where no check came that far."""
    found: str | None = _row(conn, submission_id).changes_hash
    return found


def note_changes(conn: Connection, submission_id: str, changes_hash: str) -> None:
    conn.execute(update(submissions).where(submissions.c.id == submission_id).values(changes_hash=changes_hash))


def published_of(conn: Connection, submission: Submission) -> list[str]:
    """All that the present release of its table rests on: a table that is not complete leaves those before it in place."""
    c = submissions.c
    same = (
        c.dataflow == submission.dataflow.short,
        c.provider == submission.provider,
        c.dataset == submission.dataset,
        c.status == Status.PUBLISHED.value,
    )
    return list(conn.execute(select(c.id).where(*same).order_by(c.received_at, c.id)).scalars())


def set_status(
    conn: Connection,
    submission_id: str,
    status: Status,
    *,
    report_hash: str | None = None,
    reviewer: str | None = None,
    reason: str | None = None,
    of: Status | None = None,
) -> None:
    """Move it on; Conflict where it cannot go there from where it is, also when another worker was quicker.

    `of`: only from there, where several ways lead to the status. An empty `reason` takes the one of before away.
    """
    c = submissions.c
    before = [s.value for s, targets in TRANSITIONS.items() if status in targets and of in (None, s)]
    told = {"report_hash": report_hash, "reviewer": reviewer, "reason": reason}
    values = {name: value for name, value in told.items() if value is not None}
    moved = conn.execute(
        update(submissions)
        .where(c.id == submission_id, c.status.in_(before))
        .values(status=status.value, changed_at=datetime.now(UTC), step=None, claimed_until=None, attempts=0, **values)
    )
    if not moved.rowcount:
        present = get(conn, submission_id).status
        raise Conflict(f"Submission {submission_id} is {present}, and from there it cannot become {status}.")


def set_reviewer(conn: Connection, submission_id: str, reviewer: str) -> None:
    """Lay it before another office."""
    conn.execute(update(submissions).where(submissions.c.id == submission_id).values(reviewer=reviewer))


def wish_publication(conn: Connection, submission_id: str) -> bool:
    """It is to go on by itself once it is checked; False where it is checked already, or anything else."""
    c = submissions.c
    of = (c.id == submission_id, c.status == Status.RECEIVED.value)
    return bool(conn.execute(update(submissions).where(*of).values(publish=True)).rowcount)


def set_step(conn: Connection, submission_id: str, step: str) -> None:
    """What is being done with it, for those who wait; not of one that a quicker worker has brought on."""
    held = (submissions.c.id == submission_id, submissions.c.claimed_until.is_not(None))
    conn.execute(update(submissions).where(*held).values(step=step))


claim, renew, oldest_waiting = _WORK.take, _WORK.renew, _WORK.oldest


def put_back(conn: Connection, held: Claim) -> None:
    """Let the next worker have it at once, as if it had not been taken, nor anything told of its step."""
    conn.execute(_WORK.held(held).values(step=None))
    _WORK.put_back(conn, held)


def latest(
    conn: Connection,
    *,
    status: Status | Collection[Status] | None = None,
    provider: str | None = None,
    reviewer: str | None = None,
    parties: Collection[tuple[str, str]] | None = None,
    oldest_first: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> list[Submission]:
    """Newest first. `parties`, such as ("provider", "BRISTOL"), are whose submissions alone; None: everybody's."""
    c = submissions.c
    order = c.received_at if oldest_first else c.received_at.desc()
    query = select(submissions).order_by(order, c.id).limit(limit).offset(offset)
    if status is not None:
        wanted = [status] if isinstance(status, Status) else status
        query = query.where(c.status.in_([s.value for s in wanted]))
    if provider is not None:
        query = query.where(c.provider == provider)
    if reviewer is not None:
        query = query.where(c.reviewer == reviewer)
    if parties is not None:
        query = query.where(or_(false(), *(c[role] == organisation for role, organisation in parties)))
    return [_submission(row) for row in conn.execute(query)]


def number(conn: Connection, *, status: Status, reviewer: str | None = None) -> int:
    """How many of that status there are, before that office where one is named."""
    of = [submissions.c.status == status.value] + ([submissions.c.reviewer == reviewer] if reviewer is not None else [])
    return int(conn.execute(select(func.count()).select_from(submissions).where(*of)).scalar_one())


def counts(conn: Connection) -> dict[Status, int]:
    """How many there are of each status that occurs."""
    rows = conn.execute(select(submissions.c.status, func.count()).group_by(submissions.c.status))
    return {Status(status): int(n) for status, n in rows}


def known_mappings(conn: Connection, *, provider: str | None = None) -> list[KnownMapping]:
    """The mapping of each dataset, by provider and dataset: the last one that was published, else the last one sent. Those of
    filled templates are left out: they fit no other file."""
    c = submissions.c
    published = c.status.in_([status.value for status in PUBLIC])
    newest = (case((published, 0), else_=1), c.received_at.desc(), c.id)
    last = func.row_number().over(partition_by=(c.provider, c.dataset), order_by=newest)
    of = [c.mapping_hash.is_not(None), c.mapping_name.is_distinct_from(FORM)] + (
        [c.provider == provider] if provider is not None else []
    )
    ranked = select(submissions, last.label("place")).where(*of).subquery()
    rows = conn.execute(select(ranked).where(ranked.c.place == 1).order_by(ranked.c.provider, ranked.c.dataset))
    return [
        KnownMapping(
            id=row.dataset,
            provider=row.provider,
            dataflow=row.dataflow,
            name=row.mapping_name or row.dataset,
            hash=row.mapping_hash,
            used_at=row.received_at,
        )
        for row in rows
    ]


def repeated(conn: Connection, organisation: str, key: str) -> tuple[str, str] | None:
    """(digest of what was sent, submission) under an Idempotency-Key that was used before."""
    of = (idempotency.c.organisation == organisation, idempotency.c.key == key)
    row = conn.execute(select(idempotency.c.digest, idempotency.c.submission).where(*of)).first()
    return None if row is None else (row.digest, row.submission)


def remember(conn: Connection, organisation: str, key: str, digest: str, submission_id: str) -> None:
    """Note what a key stood for, in the transaction that stores the submission."""
    values = {"organisation": organisation, "key": key, "digest": digest, "submission": submission_id}
    try:
        conn.execute(idempotency.insert().values(**values, created_at=datetime.now(UTC)))
    except IntegrityError:
        raise Conflict(
            f"A request with the Idempotency-Key {key!r} is being answered: repeat this one later."
        ) from None


def forget(conn: Connection, before: datetime) -> int:
    """Drop what Idempotency-Keys from before then stood for; how many there were."""
    return conn.execute(delete(idempotency).where(idempotency.c.created_at < before)).rowcount


def _row(conn: Connection, submission_id: str) -> Row[tuple[object, ...]]:
    row = conn.execute(select(submissions).where(submissions.c.id == submission_id)).first()
    if row is None:
        raise NotFound(
            f"There is no submission {submission_id[:100]!r}; the list of submissions shows those that there are."
        )
    return row


def _submission(row: Row[tuple[object, ...]]) -> Submission:
    values = {name: value for name, value in row._mapping.items() if name not in _ASIDE}
    dataflow = parse_short(row.dataflow, Kind.DATAFLOW)
    return Submission(
        **{**values, "status": Status(row.status), "dataflow": dataflow, "reason": values["reason"] or None}
    )
