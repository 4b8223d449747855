"""`/sign-in`: a key opens a session, held by a cookie that no script can read; `/sign-out` ends it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from dataexchange.door.credentials import SESSION_COOKIE, key_of
from dataexchange.door.errors import told
from dataexchange.door.exchange import Exchange
from dataexchange.errors import Unauthenticated, Unreachable
from dataexchange.model.access import ApiKey, Scope
from dataexchange.store import sessions
from dataexchange.store.database import writing
from dataexchange.web.form import Posted
from dataexchange.web.page import page_router
from dataexchange.web.pages import PRIVATE, render
from dataexchange.web.visitor import FORM_COOKIE, form_word, visitor, word_of
from dataexchange.workflow import keys

router = page_router()

#: Where one goes who wanted nothing in particular.
_START = "/submissions"


@router.get("/sign-in")
def form(request: Request, next: str = "", ended: bool = False) -> Response:
    return _form(request, local(next) if next else "", ended=ended)


@router.post("/sign-in")
def sign_in(request: Request, posted: Posted) -> Response:
    exchange: Exchange = request.app.state.exchange
    given = posted.get("next", "")
    wanted = local(given) if given else ""
    try:
        key = key_of(exchange, posted.get("key", ""))
    except (Unauthenticated, Unreachable) as error:
        status, fault = told(error, request.state.request_id)
        return _form(request, wanted, fault=fault, status=status.http)
    with writing(exchange.engine) as conn:
        token, expires = keys.open_session(conn, key)
    answer = RedirectResponse(wanted or _start(key), 303, headers=PRIVATE)
    seconds = int((expires - datetime.now(UTC)).total_seconds())
    answer.set_cookie(SESSION_COOKIE, token, max_age=seconds, httponly=True, samesite="lax", secure=_secure(request))
    answer.delete_cookie(FORM_COOKIE)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, posted: Posted) -> Response:
    exchange: Exchange = request.app.state.exchange
    with writing(exchange.engine) as conn:
        sessions.remove(conn, request.cookies.get(SESSION_COOKIE, ""))
    answer = RedirectResponse("/", 303, headers=PRIVATE)
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="lax", secure=_secure(request))
    return answer


def local(wanted: str) -> str:
    """The address to go to afterwards: a path of ours, or the start. Nobody is led to another site.

    >>> local("/submissions/3f2a9c81d04e"), local("//elsewhere.example"), local("https://elsewhere.example/")
    ('/submissions/3f2a9c81d04e', '/submissions', '/submissions')
    """
    plain = wanted.isprintable() and "\\" not in wanted and wanted.startswith("/") and not wanted.startswith("//")
    if not plain or urlsplit(wanted).netloc or urlsplit(wanted).path in ("/sign-in", "/sign-out"):
        return _START
    return wanted


def _start(key: ApiKey) -> str:
    """An office that only reviews begins with what waits for it."""
    caller = key.caller
    return "/review" if caller.may(Scope.REVIEW) and not caller.may(Scope.SUBMIT) else _START


def _form(request: Request, wanted: str, *, fault: str = "", status: int = 200, ended: bool = False) -> Response:
    """The page, with a cookie to tie its form to where the browser has none. `ended`: a form was sent without a session."""
    word, fresh = form_word(request), ""
    if not word:
        fresh = secrets.token_urlsafe(32)
        word = word_of(fresh)
    answer = render(
        request,
        "sign-in.html",
        status=status,
        headers=PRIVATE,
        word=word,
        wanted=wanted,
        fault=fault,
        ended=ended,
        who=visitor(request).caller,
    )
    if fresh:
        answer.set_cookie(FORM_COOKIE, fresh, httponly=True, samesite="strict", secure=_secure(request))
    return answer


def _secure(request: Request) -> bool:
    """Whether browsers reach the exchange over https; behind a proxy its own address says so."""
    exchange: Exchange = request.app.state.exchange
    return request.url.scheme == "https" or exchange.base_url.startswith("https://")
