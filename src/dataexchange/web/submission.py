"""`/submissions/{id}`: where a submission stands, what the checks said, and what may be done next; for its sender and its reviewer.

Once published, anybody may read it. The file itself stays between its sender, the office that reviews it and the operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Request, Response
from fastapi.responses import JSONResponse

from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.errors import Unauthenticated
from dataexchange.model.access import Caller
from dataexchange.model.submission import PUBLIC, WAITING, Status, Submission
from dataexchange.model.template import FORM
from dataexchange.store import audit, releases, submissions
from dataexchange.store.database import Connection, reading
from dataexchange.web.answers import answers
from dataexchange.web.changes import shown_changes
from dataexchange.web.page import page_router
from dataexchange.web.pages import PRIVATE, render
from dataexchange.web.published import series_of
from dataexchange.web.recheck_lists import of_submission
from dataexchange.web.said import said
from dataexchange.web.terms import organisation_names, terms_of
from dataexchange.web.visitor import visitor
from dataexchange.web.way import history, way
from dataexchange.workflow.justified import Standing, standing
from dataexchange.workflow.permission import (
    after_withdrawal,
    is_sender,
    may_decide,
    may_publish,
    may_see_file,
    may_withdraw,
    require_sight,
)

router = page_router()

#: As ids are made; of any other there is nothing at the address, and no database is asked.
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.\-]{1,100}$")]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What whoever looks may do with a submission as it stands."""

    publish: bool
    take_back: bool
    withdraw: bool
    correct: bool
    decide: bool
    see_file: bool


def abilities(caller: Caller | None, submission: Submission, stands: Standing | None = None) -> Abilities:
    withdraws = may_withdraw(caller, submission)
    published = after_withdrawal(submission) is Status.WITHDRAWN
    return Abilities(
        publish=_publishes(caller, submission, stands),
        take_back=withdraws and not published,
        withdraw=withdraws and published,
        correct=is_sender(caller, submission) and submission.status is not Status.RECEIVED,
        decide=may_decide(caller, submission),
        see_file=may_see_file(caller, submission),
    )


def _publishes(caller: Caller | None, submission: Submission, stands: Standing | None) -> bool:
    """Not before every warning has a reason; what an office may waive is laid before it."""
    if stands is not None and stands.takes_reasons and stands.wanting:
        return False
    forgivable = stands is not None and stands.is_forgivable and is_sender(caller, submission)
    return forgivable or may_publish(caller, submission)


@router.get("/submissions/{id}")
def show(request: Request, id: Id) -> Response:
    return submission_page(request, id)


def submission_page(
    request: Request, id: str, *, faults: dict[str, str] | None = None, written: str = "", status: int = 200
) -> Response:
    exchange: Exchange = request.app.state.exchange
    caller = visitor(request).caller
    with reading(exchange.engine) as conn:
        submission = seen(request, conn, id)
        spoken = language_for(exchange, request.headers)
        report = said(exchange, conn, submission, spoken)
        stands = standing(conn, submission)
        terms = terms_of(exchange, conn, submission.provider, submission.dataflow)
        names = organisation_names(exchange, conn)
        entries = audit.entries(conn, subject=submission.id)
        series = series_of(conn, submission)
        changes = shown_changes(exchange, conn, submission)
        again = of_submission(conn, submission, spoken)
        newest = releases.newest_of(conn, submission.dataflow, submission.provider, submission.dataset)
    agreed = terms.reviewer if terms else None
    reviewer = names.get(submission.reviewer, submission.reviewer) if submission.reviewer else agreed
    return render(
        request,
        "submission.html",
        status=status,
        headers=PRIVATE,
        submission=submission,
        is_template=submission.mapping_name == FORM,
        provider_name=names.get(submission.provider, submission.provider),
        waiting=submission.status in WAITING,
        public=submission.status in PUBLIC,
        report=report,
        terms=terms,
        reviewer=reviewer,
        series=series,
        changes=changes,
        again=again,
        permanent=f"{exchange.base_url or str(request.base_url).rstrip('/')}/submissions/{submission.id}",
        release=newest if newest and newest.submission == submission.id else None,
        steps=way(submission, errors=report.errors if report else 0, reviewer=reviewer),
        events=history(entries),
        may=abilities(caller, submission, stands),
        answers=answers(stands, caller, names),
        faults=faults or {},
        written=written,
    )


@router.get("/submissions/{id}/progress")
def progress(request: Request, id: Id) -> Response:
    """For the page that waits: what would be said now."""
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        submission = seen(request, conn, id)
    told = {"status": submission.status, "step": submission.step, "waiting": submission.status in WAITING}
    return JSONResponse(told, headers=PRIVATE)


def seen(request: Request, conn: Connection, submission_id: str) -> Submission:
    """It, where whoever looks may see it; who is not signed in is asked to."""
    submission = submissions.get(conn, submission_id)
    caller = visitor(request).caller
    if caller is None and submission.status not in PUBLIC:
        raise Unauthenticated("Sign in first.")
    require_sight(caller, submission)
    return submission
