"""Errors of everything but /sdmx: RFC 9457 problem documents, the framework's own 404, 405 and 422 included."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from dataexchange.door.errors import PROBLEM, STATUS, Status, problem, told
from dataexchange.door.invalid import sentence
from dataexchange.errors import ExchangeError, InvalidRequest, TooMany


def add_to(app: FastAPI) -> None:
    app.add_exception_handler(ExchangeError, _told)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(Exception, _told)


async def _told(request: Request, error: Exception) -> Response:
    answer = _answer(request, *told(error, getattr(request.state, "request_id", "")))
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, ExchangeError):  # said while the framework read the body
        return await _told(request, error.__cause__)
    status = Status(error.status_code, error.status_code, error.detail)
    details = {
        404: f"There is nothing at {request.url.path[:200]}; / says what there is.",
        405: f"{request.method} is not allowed at {request.url.path[:200]}.",
    }
    answer = _answer(request, status, details.get(error.status_code, error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, STATUS[InvalidRequest], sentence(request, error))


def _answer(request: Request, status: Status, detail: str) -> Response:
    body = problem(status, detail, getattr(request.state, "request_id", ""))
    return Response(body, status.http, media_type=PROBLEM.decode())
