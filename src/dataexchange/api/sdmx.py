"""The SDMX REST doors: one ASGI application for both versions of the API.

Routes are a table of functions by resource (`sdmx_v1`, `sdmx_v2`), because SDMX paths may be cut off anywhere and must be
decoded by us. Each function runs in a worker thread from first to last word of the request's headers: one hop for most
answers. Errors are SDMX error messages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import chain

from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from dataexchange.api import compression, maintenance, sdmx_v1, sdmx_v2
from dataexchange.api.call import Call, read_call
from dataexchange.api.conditional import VARY
from dataexchange.door.answer import Answer, Blocks, send_answer
from dataexchange.door.errors import NOT_ALLOWED, STATUS, Status, told
from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound, TooMany, TooMuch, Unauthenticated
from dataexchange.messages.media import PACKED
from dataexchange.messages.write_error import error_media_type, write_error

_PACKED = frozenset(media.text.encode() for media in PACKED)

Resource = Callable[[Exchange, Call], Answer]

VERSIONS: Mapping[str, Mapping[str, Resource]] = {"v1": sdmx_v1.RESOURCES, "v2": sdmx_v2.RESOURCES}


class Sdmx:
    """Answers everything under /sdmx."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange: Exchange = scope["app"].state.exchange
        call = read_call(scope, exchange.base_url)
        known = call.resource in VERSIONS.get(call.version, ())
        scope["state"]["route"] = f"/sdmx/{call.version}/{call.resource}" if known else "/sdmx"
        if call.method in maintenance.METHODS and (call.version, call.resource) == ("v2", "structure"):
            answer = await _maintained(exchange, call, Request(scope, receive))
        else:
            answer = await to_thread.run_sync(answer_call, exchange, call, limiter=exchange.limiter)
        await send_answer(answer, receive, send, head=call.method == "HEAD", limiter=exchange.limiter)


def add_to(app: Starlette) -> None:
    """Everything under /sdmx, a path with %0A in it too, which the framework's pattern would leave out."""
    mount = Mount("/sdmx", Sdmx())
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    app.router.routes.append(mount)


def answer_call(exchange: Exchange, call: Call) -> Answer:
    """The whole answer to a call, or its head and how to go on; errors are answers, too."""
    try:
        if call.method not in ("GET", "HEAD"):
            refused = _error(call, NOT_ALLOWED.http, NOT_ALLOWED.sdmx, f"{call.method} is not allowed here; use GET.")
            return _compressed(refused, call)
        return _compressed(_resource(call)(exchange, call), call)
    except Exception as error:
        status, sentence = told(error, call.request_id)
        return _compressed(_error(call, status.http, status.sdmx, sentence, error), call)


async def _maintained(exchange: Exchange, call: Call, request: Request) -> Answer:
    """The answer to a call that changes structures, which has a body to be read first."""
    try:
        return await maintenance.answer(exchange, call, request)
    except Exception as error:
        status, sentence = told(error, call.request_id)
        return _error(call, status.http, status.sdmx, sentence)


def error_answer(scope: Scope, status: Status, sentence: str) -> Answer:
    """An error from before the call was looked at, such as an address that is too long to be."""
    return _error(read_call(scope, ""), status.http, status.sdmx, sentence)


def _resource(call: Call) -> Resource:
    resources = VERSIONS.get(call.version)
    if resources is None:
        raise NotFound("There is /sdmx/v1 (SDMX REST API 1.5) and /sdmx/v2 (SDMX REST API 2.x).")
    if call.resource not in resources:
        raise NotFound(
            f"/sdmx/{call.version} has no resource {call.resource[:60]!r}; there are {', '.join(sorted(resources))}."
        )
    return resources[call.resource]


def _error(call: Call, http: int, code: int, sentence: str, error: BaseException | None = None) -> Answer:
    media = error_media_type(_form(call), "xml" if call.version == "v1" else "json")
    headers = [(b"content-type", media.text.encode()), (b"vary", VARY)]
    if http == NOT_ALLOWED.http:
        headers.append((b"allow", b"GET, HEAD, OPTIONS"))
    if http == STATUS[Unauthenticated].http:
        headers.append((b"www-authenticate", b'Bearer realm="dataexchange"'))
    if isinstance(error, TooMany):
        headers.append((b"retry-after", str(error.retry_after).encode()))
    parts = error.parts if isinstance(error, TooMuch) else ()
    return Answer(http, tuple(headers), write_error(code, sentence, media, parts))


def _form(call: Call) -> str | None:
    """What the answer was to be in, also where the query string is what is wrong."""
    for word in ("json", "xml"):
        if f"format={word}" in call.query:
            return f"application/{word}"
    return call.headers.get("accept")


def _compressed(answer: Answer, call: Call) -> Answer:
    """In the coding that the client takes; its name is part of the tag already. Errors and what is small go out as they
    are, and so does what is compressed in itself, unless the client refuses that."""
    if call.coding is None or not answer.body or not (call.refuses_plain or _is_worth_it(answer)):
        return answer
    headers = (*answer.headers, (b"content-encoding", call.coding.encode()))
    packed = _packed(answer, call.coding)
    if answer.rest is None:
        return Answer(answer.status, headers, b"".join(packed))
    # Begun here, so that closing it closes what it draws from.
    return Answer(answer.status, headers, next(packed), packed)


def _is_worth_it(answer: Answer) -> bool:
    is_small = answer.rest is None and len(answer.body) < compression.SMALLEST
    return answer.status == 200 and not is_small and dict(answer.headers)[b"content-type"] not in _PACKED


def _packed(answer: Answer, coding: str) -> Blocks:
    rest = answer.rest
    try:
        yield from compression.CODINGS[coding](chain([answer.body], rest or ()))
    finally:
        if rest is not None:
            rest.close()
