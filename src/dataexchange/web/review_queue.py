"""`/review`: what lies before the reviewing office, the longest waiting first, with what the checks said of each."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request, Response

from dataexchange.door.exchange import Exchange
from dataexchange.model.access import Scope
from dataexchange.model.submission import Status, Submission
from dataexchange.store import submissions
from dataexchange.store.database import Connection, reading
from dataexchange.web.page import page_router
from dataexchange.web.pages import render
from dataexchange.web.said import Said, said
from dataexchange.web.terms import Terms, organisation_names, terms_of
from dataexchange.web.visitor import signed_in
from dataexchange.workflow.permission import require

router = page_router()

#: On one page, and looked through for the oldest of them.
_MOST = 100
_LOOKED_THROUGH = 10_000


@dataclass(frozen=True, slots=True)
class Waiting:
    submission: Submission
    report: Said | None
    terms: Terms | None


@router.get("/review")
def queue(request: Request) -> Response:
    exchange: Exchange = request.app.state.exchange
    caller = signed_in(request)
    require(caller, Scope.REVIEW)
    office = None if caller.may(Scope.ADMIN) else caller.organisation
    with reading(exchange.engine) as conn:
        found = submissions.latest(conn, status=Status.IN_REVIEW, reviewer=office, limit=_LOOKED_THROUGH)
        names = organisation_names(exchange, conn)
        waiting = [_waiting(exchange, conn, submission) for submission in reversed(found[-_MOST:])]
    return render(request, "review.html", queue=waiting, total=len(found), names=names, office=office)


def _waiting(exchange: Exchange, conn: Connection, submission: Submission) -> Waiting:
    report = said(exchange, conn, submissions.report_hash(conn, submission.id))
    return Waiting(submission, report, terms_of(exchange, conn, submission.provider, submission.dataflow))
