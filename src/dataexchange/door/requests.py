"""What every request goes through: an id, headers for browsers, one line in the log, and a net under everything.

{"event": "request", "request": "6f1c…", "method": "GET", "path": "/sdmx/v2/data", "status": 200, "ms": 12.4}
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, MutableMapping
from typing import Any
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dataexchange.door.answer import Answer
from dataexchange.door.errors import INTERNAL, PROBLEM, TOO_LONG, Status, problem, told

log = logging.getLogger("dataexchange.requests")

#: How /sdmx says an error that comes before any door has looked at the call.
ErrorAnswer = Callable[[Scope, Status, str], Answer]

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._\-]{8,64}")

#: Public data, read by anybody's page: without these a browser shows neither data nor error.
_EVERYWHERE = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Last-Modified, X-Request-ID"),
    (b"x-content-type-options", b"nosniff"),
]
_PREFLIGHT = [
    (b"allow", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-methods", b"GET, HEAD, OPTIONS"),
    (b"access-control-allow-headers", b"Accept, Accept-Language, Authorization, If-Modified-Since, If-None-Match"),
    (b"access-control-max-age", b"86400"),
]


class Requests:
    """ASGI middleware, outermost."""

    def __init__(self, app: ASGIApp, *, max_url_bytes: int, sdmx_error: ErrorAnswer) -> None:
        self._app = app
        self._max_url_bytes = max_url_bytes
        self._sdmx_error = sdmx_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        seen: dict[str, int] = {}

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                message["headers"] = [*message.get("headers", ()), *_EVERYWHERE, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._answer(scope, receive, send_marked)
        except Exception as error:
            status, detail = told(error, request_id)
            if "status" in seen:
                raise  # part of the body is out: the server breaks the connection
            await self._refuse(scope, send_marked, status, detail)
        finally:
            _log(scope, request_id, seen.get("status", INTERNAL.http), time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > self._max_url_bytes:
            detail = f"Path and query string may have {self._max_url_bytes} bytes: ask for less in one call."
            await self._refuse(scope, send, TOO_LONG, detail)
        elif scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, send)

    async def _refuse(self, scope: Scope, send: Send, status: Status, detail: str) -> None:
        """An error that no door could tell, in the form of the door it was meant for."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if f"{path}/".startswith("/sdmx/"):
            answer = self._sdmx_error(scope, status, detail)
        else:
            body = problem(status, detail, scope["state"]["request_id"])
            answer = Answer(status.http, ((b"content-type", PROBLEM),), body)
        headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


def _request_id(scope: Scope) -> str:
    """The caller's own id where it is a plain one, so that two logs can be laid side by side."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return uuid4().hex


def _log(scope: Scope, request_id: str, status: int, seconds: float) -> None:
    if log.isEnabledFor(logging.INFO):
        fields: MutableMapping[str, Any] = {
            "request": request_id,
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        log.info("request", extra={"fields": fields})
