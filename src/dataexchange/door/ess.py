"""The ESS validation report of a submission, the same from every door."""

from __future__ import annotations

from datetime import datetime

from dataexchange.door.exchange import Exchange
from dataexchange.messages.report import as_json
from dataexchange.model.finding import Report
from dataexchange.model.sentence import Language
from dataexchange.model.submission import Submission
from dataexchange.store import audit
from dataexchange.store.database import Connection

_CHECKED = ("submission.checked", "submission.returned")


def ess_report(
    exchange: Exchange, conn: Connection, submission: Submission, report: Report, language: Language
) -> bytes:
    """`report` is the one that its last check made."""
    moment = _checked_at(conn, submission.id) or submission.changed_at or submission.received_at
    return as_json(report, time=moment, actor=exchange.sender, trigger="submission", language=language)


def _checked_at(conn: Connection, submission_id: str) -> datetime | None:
    """When the rules ran that the report tells of."""
    entries = audit.entries(conn, subject=submission_id, limit=1000)
    return next((e.at for e in entries if e.action in _CHECKED and "errors" in e.detail), None)
