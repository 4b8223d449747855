"""Submissions: what came in and how far it got. A status only ever moves along `model.submission.TRANSITIONS`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Row, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.structure import Kind, parse_short
from dataexchange.model.submission import TRANSITIONS, WAITING, Status, Submission
from dataexchange.store.tables import idempotency, submissions

#: Columns that are not words of a Submission.
_ASIDE = ("report_hash", "claimed_until")


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


def report_hash(conn: Connection, submission_id: str) -> str | None:
    """The report of its last check, for `reports.get`; None before the first."""
    found: str | None = _row(conn, submission_id).report_hash
    return found


def set_status(
    conn: Connection,
    submission_id: str,
    status: Status,
    *,
    report_hash: str | None = None,
    reviewer: str | None = None,
    reason: str | None = None,
) -> None:
    """Move it on; Conflict where it cannot go there from where it is, also when another worker was quicker."""
    c = submissions.c
    before = [s.value for s, targets in TRANSITIONS.items() if status in targets]
    told = {"report_hash": report_hash, "reviewer": reviewer, "reason": reason}
    values = {name: value for name, value in told.items() if value is not None}
    moved = conn.execute(
        update(submissions)
        .where(c.id == submission_id, c.status.in_(before))
        .values(status=status.value, changed_at=datetime.now(UTC), step=None, claimed_until=None, **values)
    )
    if not moved.rowcount:
        present = get(conn, submission_id).status
        raise Conflict(f"Submission {submission_id} is {present}, and from there it cannot become {status}.")


def wish_publication(conn: Connection, submission_id: str) -> None:
    """It is to go on by itself once it is checked."""
    conn.execute(update(submissions).where(submissions.c.id == submission_id).values(publish=True))


def set_step(conn: Connection, submission_id: str, step: str) -> None:
    """What is being done with it, for those who wait."""
    conn.execute(update(submissions).where(submissions.c.id == submission_id).values(step=step))


def claim(conn: Connection, submission_id: str, lease: timedelta) -> bool:
    """Take it for a while where the next step is a worker's and no other worker holds it."""
    c, now = submissions.c, datetime.now(UTC)
    free = or_(c.claimed_until.is_(None), c.claimed_until < now)
    waiting = c.status.in_([status.value for status in WAITING])
    taken = update(submissions).where(c.id == submission_id, waiting, free).values(claimed_until=now + lease)
    return bool(conn.execute(taken).rowcount)


def renew(conn: Connection, submission_id: str, lease: timedelta) -> None:
    """Hold on to a claim."""
    c = submissions.c
    held = update(submissions).where(c.id == submission_id, c.claimed_until.is_not(None))
    conn.execute(held.values(claimed_until=datetime.now(UTC) + lease))


def release_claim(conn: Connection, submission_id: str) -> None:
    """Let the next worker have it."""
    conn.execute(update(submissions).where(submissions.c.id == submission_id).values(claimed_until=None))


def latest(
    conn: Connection,
    *,
    status: Status | Collection[Status] | None = None,
    provider: str | None = None,
    reviewer: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Submission]:
    """Newest first."""
    c = submissions.c
    query = select(submissions).order_by(c.received_at.desc(), c.id).limit(limit).offset(offset)
    if status is not None:
        wanted = [status] if isinstance(status, Status) else status
        query = query.where(c.status.in_([s.value for s in wanted]))
    if provider is not None:
        query = query.where(c.provider == provider)
    if reviewer is not None:
        query = query.where(c.reviewer == reviewer)
    return [_submission(row) for row in conn.execute(query)]


def counts(conn: Connection) -> dict[Status, int]:
    """How many there are of each status that occurs."""
    rows = conn.execute(select(submissions.c.status, func.count()).group_by(submissions.c.status))
    return {Status(status): int(n) for status, n in rows}


def known_mappings(conn: Connection, *, provider: str | None = None) -> list[KnownMapping]:
    """The mapping that came last for each dataset, by provider and dataset."""
    c = submissions.c
    last = func.row_number().over(partition_by=(c.provider, c.dataset), order_by=(c.received_at.desc(), c.id))
    of = [c.mapping_hash.is_not(None)] + ([c.provider == provider] if provider is not None else [])
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


def _row(conn: Connection, submission_id: str) -> Row[tuple[object, ...]]:
    row = conn.execute(select(submissions).where(submissions.c.id == submission_id)).first()
    if row is None:
        raise NotFound(
            f"There is no submission {submission_id[:100]!r}: see which there are with `dataexchange submissions`."
        )
    return row


def _submission(row: Row[tuple[object, ...]]) -> Submission:
    values = {name: value for name, value in row._mapping.items() if name not in _ASIDE}
    dataflow = parse_short(row.dataflow, Kind.DATAFLOW)
    return Submission(**{**values, "status": Status(row.status), "dataflow": dataflow})
