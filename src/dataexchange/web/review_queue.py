"""`/review`: what lies before the reviewing office, the longest waiting first, with what the checks said of each."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request, Response

from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.model.access import Caller
from dataexchange.model.sentence import Language
from dataexchange.model.submission import Submission
from dataexchange.store.database import Connection, reading
from dataexchange.web.page import page_router
from dataexchange.web.pages import render
from dataexchange.web.recheck_lists import of_organisation
from dataexchange.web.said import Said, said
from dataexchange.web.terms import Terms, organisation_names, terms_of
from dataexchange.web.visitor import signed_in
from dataexchange.workflow import review
from dataexchange.workflow.permission import may_decide

router = page_router()

#: On one page.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    submission: Submission
    report: Said | None
    terms: Terms | None
    #: Whether it is for who looks to decide.
    decides: bool


@router.get("/review")
def queue(request: Request) -> Response:
    exchange: Exchange = request.app.state.exchange
    caller = signed_in(request)
    with reading(exchange.engine) as conn:
        found = review.queue(conn, caller=caller, limit=_MOST)
        total = review.queue_length(conn, caller=caller)
        names = organisation_names(exchange, conn)
        spoken = language_for(exchange, request.headers)
        again = of_organisation(conn, caller, "reviewer", spoken)
        waiting = [_waiting(exchange, conn, caller, submission, spoken) for submission in found]
    office = review.queue_office(caller)
    return render(request, "review.html", queue=waiting, total=total, names=names, office=office, again=again)


def _waiting(
    exchange: Exchange, conn: Connection, caller: Caller, submission: Submission, spoken: tuple[str, Language]
) -> Waiting:
    report = said(exchange, conn, submission, spoken)
    terms = terms_of(exchange, conn, submission.provider, submission.dataflow)
    return Waiting(submission, report, terms, may_decide(caller, submission))
