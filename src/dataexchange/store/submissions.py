"""Submissions: what came in and how far it got. A status only ever moves along `model.submission.TRANSITIONS`."""

from __future__ import annotations

from sqlalchemy import Connection, Row, select, update

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.structure import Kind, parse_short
from dataexchange.model.submission import TRANSITIONS, Status, Submission
from dataexchange.store.tables import submissions


def insert(conn: Connection, submission: Submission) -> None:
    values = {column.name: getattr(submission, column.name) for column in submissions.c if column.name != "report_hash"}
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


def set_status(conn: Connection, submission_id: str, status: Status, *, report_hash: str | None = None) -> None:
    """Move it on; Conflict where it cannot go there from where it is, also when another worker was quicker."""
    c = submissions.c
    before = [s.value for s, targets in TRANSITIONS.items() if status in targets]
    values = {"status": status.value} | ({"report_hash": report_hash} if report_hash else {})
    moved = conn.execute(update(submissions).where(c.id == submission_id, c.status.in_(before)).values(**values))
    if not moved.rowcount:
        present = get(conn, submission_id).status
        raise Conflict(f"Submission {submission_id} is {present}, and from there it cannot become {status}.")


def latest(
    conn: Connection, *, status: Status | None = None, provider: str | None = None, limit: int = 100, offset: int = 0
) -> list[Submission]:
    """Newest first."""
    c = submissions.c
    query = select(submissions).order_by(c.received_at.desc(), c.id).limit(limit).offset(offset)
    if status is not None:
        query = query.where(c.status == status.value)
    if provider is not None:
        query = query.where(c.provider == provider)
    return [_submission(row) for row in conn.execute(query)]


def _row(conn: Connection, submission_id: str) -> Row[tuple[object, ...]]:
    row = conn.execute(select(submissions).where(submissions.c.id == submission_id)).first()
    if row is None:
        raise NotFound(
            f"There is no submission {submission_id[:100]!r}: see which there are with `dataexchange submissions`."
        )
    return row


def _submission(row: Row[tuple[object, ...]]) -> Submission:
    values = {name: value for name, value in row._mapping.items() if name != "report_hash"}
    dataflow = parse_short(row.dataflow, Kind.DATAFLOW)
    return Submission(**{**values, "status": Status(row.status), "dataflow": dataflow})
