"""A route that answers people: what goes wrong becomes a page, and who must sign in is led there and back.

router = page_router()

@router.get("/review")
def queue(request: Request) -> HTMLResponse: ...
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from dataexchange.door.errors import STATUS, Status, told
from dataexchange.door.invalid import sentence
from dataexchange.errors import InvalidRequest, NotFound, Unauthenticated
from dataexchange.web.pages import render

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]

#: Paths under which programs are answered, whatever they accept.
_PROGRAMS = ("/api/", "/sdmx/", "/static/", "/openapi.json", "/healthz", "/readyz", "/metrics")


class PageRoute(APIRoute):
    def get_route_handler(self) -> _Handler:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except Unauthenticated:
                return to_sign_in(request)
            except RequestValidationError as error:
                return await run_in_threadpool(error_page, request, *_invalid(request, error))
            except HTTPException as error:
                return await run_in_threadpool(error_page, request, _status(error), error.detail)
            except Exception as error:
                status, detail = told(error, getattr(request.state, "request_id", ""))
                return await run_in_threadpool(error_page, request, status, detail)

        return answer


def _invalid(request: Request, error: RequestValidationError) -> tuple[Status, str]:
    """An address that cannot be is one where nothing is; a parameter can be mended by who wrote it."""
    if error.errors()[0]["loc"][0] == "path":
        return STATUS[NotFound], "There is nothing at this address."
    return STATUS[InvalidRequest], sentence(request, error)


def page_router() -> APIRouter:
    return APIRouter(include_in_schema=False, route_class=PageRoute)


def to_sign_in(request: Request) -> Response:
    """From a page that was asked for, back to it afterwards; from a form that was sent, back to the page it is on.

    Forms stand at their own address (`/upload`), or one step above it (`/submissions/3f2a9c81d04e/accept`).
    """
    path = request.url.path
    if request.method in ("GET", "HEAD"):
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/sign-in?next={quote(path + query, safe='/')}", 303)
    if path == "/sign-out":
        return RedirectResponse("/sign-in", 303)
    page = path.rpartition("/")[0] if path.startswith("/submissions/") else path
    return RedirectResponse(f"/sign-in?next={quote(page, safe='/')}&ended=1", 303)


def error_page(request: Request, status: Status, detail: str) -> Response:
    return render(request, "error.html", status=status.http, title=status.title, detail=detail)


def add_errors_to(app: FastAPI) -> None:
    """What no route answers: a page for browsers, what programs get for everybody else."""
    for_programs: Any = app.exception_handlers[HTTPException]

    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        path = request.url.path
        if path.startswith(_PROGRAMS) or "text/html" not in request.headers.get("accept", ""):
            answered: Response = await for_programs(request, error)
            return answered
        detail = f"There is nothing at {path[:200]}." if error.status_code == 404 else error.detail
        return await run_in_threadpool(error_page, request, _status(error), detail)

    app.add_exception_handler(HTTPException, answer)


def _status(error: HTTPException) -> Status:
    known = {s.http: s for s in STATUS.values()}
    return known.get(error.status_code) or Status(error.status_code, error.status_code, str(error.detail))
