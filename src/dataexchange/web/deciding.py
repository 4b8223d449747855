"""What is done with a submission on its page: publish, withdraw, accept, return, say why, waive. One verb of the workflow each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from dataexchange.door.errors import status_of
from dataexchange.door.exchange import Exchange
from dataexchange.door.waiting import tell_worker
from dataexchange.errors import Conflict, InvalidRequest
from dataexchange.model.access import Caller
from dataexchange.model.justification import Statement
from dataexchange.store import submissions
from dataexchange.store.database import Connection, writing
from dataexchange.web.form import Posted
from dataexchange.web.page import page_router
from dataexchange.web.submission import Id, submission_page
from dataexchange.web.visitor import signed_in
from dataexchange.web.words import STATUSES
from dataexchange.workflow import publish, review
from dataexchange.workflow.justify import give_reasons, give_waivers

router = page_router()


@router.get("/submissions/{id}/publish")
@router.get("/submissions/{id}/withdraw")
@router.get("/submissions/{id}/accept")
@router.get("/submissions/{id}/return")
@router.get("/submissions/{id}/reasons")
@router.get("/submissions/{id}/waivers")
def back(id: Id) -> Response:
    """A refusal is answered at the address of its form; whoever loads that anew is led to the submission."""
    return RedirectResponse(f"/submissions/{quote(id)}", 303)


@router.post("/submissions/{id}/publish")
def ask(request: Request, id: Id, posted: Posted) -> Response:
    return _done(request, id, lambda conn, caller: review.ask_for_publication(conn, id, caller=caller))


@router.post("/submissions/{id}/withdraw")
def withdraw(request: Request, id: Id, posted: Posted) -> Response:
    why = posted.get("reason", "")
    return _done(
        request, id, lambda conn, caller: publish.withdraw(conn, id, caller=caller, reason=why), "withdraw", why
    )


@router.post("/submissions/{id}/accept")
def accept(request: Request, id: Id, posted: Posted) -> Response:
    return _done(request, id, lambda conn, caller: review.accept(conn, id, caller=caller))


@router.post("/submissions/{id}/return")
def send_back(request: Request, id: Id, posted: Posted) -> Response:
    why = posted.get("reason", "")
    return _done(request, id, lambda conn, caller: review.send_back(conn, id, caller=caller, reason=why), "return", why)


@router.post("/submissions/{id}/reasons")
def reasons(request: Request, id: Id, posted: Posted) -> Response:
    said, form = _statement(posted)
    return _done(request, id, lambda conn, caller: give_reasons(conn, id, [said], caller=caller), form, said.text)


@router.post("/submissions/{id}/waivers")
def waivers(request: Request, id: Id, posted: Posted) -> Response:
    said, form = _statement(posted)
    return _done(request, id, lambda conn, caller: give_waivers(conn, id, [said], caller=caller), form, said.text)


def _statement(posted: Posted) -> tuple[Statement, str]:
    """What a form beside a rule says, of all its findings, and the name of the form."""
    rule = posted.get("rule", "")[:100]
    return Statement(rule, posted.get("reason", "")), f"said {rule}"


def _done(
    request: Request, id: str, verb: Callable[[Connection, Caller], Any], form: str = "", written: str = ""
) -> Response:
    """One verb in one transaction; then the page of the submission as it stands, or what is wrong, at the form it was sent from."""
    exchange: Exchange = request.app.state.exchange
    caller = signed_in(request)
    try:
        with writing(exchange.engine) as conn:
            verb(conn, caller)
            submission = submissions.get(conn, id)
    except (InvalidRequest, Conflict) as error:
        return submission_page(request, id, faults={form: _said(error)}, written=written, status=status_of(error).http)
    tell_worker(exchange, submission)
    return RedirectResponse(f"/submissions/{quote(id)}", 303)


def _said(error: InvalidRequest | Conflict) -> str:
    """`Submission 3f2a9c81d04e is taken back: …`: where it stands in the words of the pages, not of programs."""
    told = str(error)
    for status, (word, _) in STATUSES.items():
        told = told.replace(f" is {status}: ", f" is {word.lower()}: ")
    return told
