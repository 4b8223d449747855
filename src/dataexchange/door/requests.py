"""What every request goes through: an id, headers for browsers, one line in the log, and a net under everything.

{"event": "request", "request": "6f1c…", "method": "GET", "path": "/sdmx/v2/data", "status": 200, "ms": 12.4}
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dataexchange.door import metrics
from dataexchange.door.answer import Answer
from dataexchange.door.counting import counted
from dataexchange.door.errors import INTERNAL, PROBLEM, TOO_LONG, TOO_MANY, Status, problem, told
from dataexchange.door.limits import Limits, Taken
from dataexchange.door.log import about
from dataexchange.errors import TooLarge

log = logging.getLogger("dataexchange.requests")

#: How /sdmx says an error that comes before any door has looked at the call.
ErrorAnswer = Callable[[Scope, Status, str], Answer]

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._\-]{8,64}")

#: The largest body that is not an upload: a reason, the terms of an agreement, a form. `door.upload` raises it for itself.
SMALL_BODY = 64 * 1024

_NOSNIFF = (b"x-content-type-options", b"nosniff")

#: The type of the problem, as the draft of the RateLimit headers registers it.
_QUOTA = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_NOTHING: Mapping[str, object] = {}

_TOLD = (
    b"Accept-Ranges, Allow, Content-Disposition, Content-Encoding, Content-Length, Content-Range, ETag, Last-Modified, Location, "
    b"Preference-Applied, RateLimit, RateLimit-Policy, Repr-Digest, Retry-After, X-Request-ID"
)

#: What pages from elsewhere may read: public data, and with a key what it opens. Our own pages and their cookie are not among it.
_EVERYWHERE = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _TOLD),
]
_METHODS = {"/sdmx/": b"GET, HEAD, OPTIONS", "/api/": b"GET, HEAD, POST, DELETE, OPTIONS"}
#: The one place under /sdmx where something can be changed.
_MAINTAINED = ("/sdmx/v2/structure", b"GET, HEAD, POST, PUT, DELETE, OPTIONS")
_SENT = (
    b"Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Modified-Since, If-None-Match, If-Range, Prefer, Range, "
    b"X-Request-ID"
)


class Requests:
    """ASGI middleware, outermost."""

    def __init__(self, app: ASGIApp, *, max_url_bytes: int, sdmx_error: ErrorAnswer, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._max_url_bytes = max_url_bytes
        self._sdmx_error = sdmx_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {}).update(request_id=request_id, door=_door_of(scope), body_limit=SMALL_BODY)
        seen: dict[str, int] = {}

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                limited = scope["state"].get("limited", ())
                headers = [*message.get("headers", ()), *limited, (b"x-request-id", request_id.encode())]
                message["headers"] = [*headers, *_added(scope, message["status"], {name for name, _ in headers})]
            elif message["type"] == "http.response.body" and not message.get("more_body"):
                seen["whole"] = 1
            await send(message)

        with about(request=request_id):
            try:
                await self._answer(scope, _limited(scope, receive), send_marked)
            except Exception as error:
                if "status" not in seen:
                    status, detail = told(error, request_id)
                    await self._refuse(scope, send_marked, status, detail)
                elif not seen.get("whole"):
                    told(error, request_id)
                    raise  # part of the body is out: the server breaks the connection
            finally:
                sent, seconds = seen.get("status", INTERNAL.http), time.perf_counter() - started
                metrics.note(scope, sent, seconds)
                _log(scope, request_id, sent, seconds)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > self._max_url_bytes:
            detail = f"Path and query string may have {self._max_url_bytes} bytes: ask for less in one call."
            await self._refuse(scope, send, TOO_LONG, detail)
        elif (taken := await self._counted(scope)) is not None:
            detail = f"{taken.quota} requests may be sent in a minute: come again in {taken.wait} s."
            more = {"type": _QUOTA, "violated-policies": [taken.policy]}
            await self._refuse(scope, send, TOO_MANY, detail, [(b"retry-after", str(taken.wait).encode())], more)
        elif scope["method"] == "OPTIONS":
            methods = _methods_of(scope)
            headers = [(b"allow", methods)]
            if scope["state"]["door"] in _METHODS:
                headers += [
                    (b"access-control-allow-methods", methods),
                    (b"access-control-allow-headers", _SENT),
                    (b"access-control-max-age", b"86400"),
                ]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        elif scope["method"] == "HEAD" and scope["state"]["door"] != "/sdmx/":
            # The same as GET; the server leaves the body out, for it knows the method.
            scope["state"]["head"] = True
            inner = {**scope, "method": "GET"}
            await self._app(inner, receive, send)
            scope["route"] = inner.get("route")
        else:
            await self._app(scope, receive, send)

    async def _counted(self, scope: Scope) -> Taken | None:
        """The request, where it is one too many; every answer says how many are left."""
        taken = await counted(self._limits, scope)
        if taken is not None:
            scope["state"]["limited"] = taken.headers
        return taken if taken is not None and taken.wait is not None else None

    async def _refuse(
        self,
        scope: Scope,
        send: Send,
        status: Status,
        detail: str,
        added: Sequence[tuple[bytes, bytes]] = (),
        more: Mapping[str, object] = _NOTHING,
    ) -> None:
        """An error that no door could tell, in the form of the door it was meant for."""
        if scope["state"]["door"] == "/sdmx/":
            answer = self._sdmx_error(scope, status, detail)
        else:
            body = problem(status, detail, scope["state"]["request_id"], **more)
            answer = Answer(status.http, ((b"content-type", PROBLEM),), body)
        headers = [*answer.headers, *added, (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


def _door_of(scope: Scope) -> str:
    """`/sdmx/`, `/api/`, or the first part of another path. Asked at the start: a mount changes what a scope says of its path."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return f"/{path.lstrip('/').partition('/')[0]}/"


def _methods_of(scope: Scope) -> bytes:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    place, methods = _MAINTAINED
    if path == place or path.startswith(f"{place}/"):
        return methods
    return _METHODS.get(scope["state"]["door"], b"GET, HEAD, POST, OPTIONS")


def _added(scope: Scope, status: int, there: set[bytes]) -> list[tuple[bytes, bytes]]:
    """What every answer of a door says."""
    added = [_NOSNIFF]
    if scope["state"]["door"] in _METHODS:
        added += _EVERYWHERE
    if scope["state"]["door"] == "/api/":
        if b"cache-control" not in there:
            # What a key opens is nobody else's; the rest may be kept, but is asked for again.
            with_key = any(name == b"authorization" for name, _ in scope["headers"])
            added.append((b"cache-control", b"private, no-store" if with_key else b"no-cache"))
        added.append((b"vary", b"Authorization"))
        if status == 401:
            added.append((b"www-authenticate", b'Bearer realm="dataexchange"'))
    return added


def _limited(scope: Scope, receive: Receive) -> Receive:
    """No body passes its limit, whoever reads it: `scope["state"]["body_limit"]`, which an upload sets before it reads."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            size = len(message.get("body", b""))
            seen += size
            metrics.received(size)
            if seen > scope["state"]["body_limit"]:
                raise TooLarge(f"The body of this request may have {scope['state']['body_limit']:,} bytes.")
        return message

    return counted


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
