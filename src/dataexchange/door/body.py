"""A request body that is one file: streamed to the disk, bounded, kept under its SHA-256 like any other file that comes in."""

from __future__ import annotations

import logging

from anyio import to_thread
from starlette.requests import ClientDisconnect, Request

from dataexchange.door.exchange import Exchange
from dataexchange.errors import InvalidRequest, TooLarge, Unreachable
from dataexchange.store.files import Incoming, incoming

log = logging.getLogger("dataexchange.body")


async def read_body(request: Request, exchange: Exchange, most: int) -> str:
    """Its SHA-256: `store.files.path_of` finds it. The caller is known before this is called."""
    told = request.headers.get("content-length", "0")
    if told.isascii() and told.isdigit() and int(told) > most:
        raise TooLarge(f"The body may have {most:,} bytes here: send it in parts.")
    request.state.body_limit = most
    try:
        with incoming(exchange.home) as file:
            await _read(request, exchange, file)
            if not file.size:
                raise InvalidRequest("the body is empty: send a message in it", parameter="body")
            return await to_thread.run_sync(file.keep, limiter=exchange.limiter)
    except ClientDisconnect:
        raise InvalidRequest("the body was cut off before its end; send it again") from None
    except OSError as error:
        log.error("a body that came in cannot be stored", exc_info=error)
        raise Unreachable("The exchange cannot store files at the moment: try again later.") from None


async def _read(request: Request, exchange: Exchange, file: Incoming) -> None:
    async for chunk in request.stream():
        if chunk:
            await to_thread.run_sync(file.write, chunk, limiter=exchange.limiter)
