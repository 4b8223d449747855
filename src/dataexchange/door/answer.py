"""An answer on its way: status, headers, and a body of which only the first block is in memory.

`Answer` is made in a worker thread and sent by the event loop. A body that fits one block goes out whole, with its length.
A longer one is drawn block by block, the next block being made while the last is sent; a thread is held only while it
makes one, so that slow readers cost no threads. An error after the first byte breaks the connection: a body that ended
cleanly would be taken for the whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from anyio import CapacityLimiter, to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

#: One hop to a thread costs about 0.1 ms: small beside the making of a block this large.
BLOCK = 256 * 1024

Headers = tuple[tuple[bytes, bytes], ...]


class Blocks(Protocol):
    """An iterator of bytes that can be closed early: a generator."""

    def __next__(self) -> bytes: ...

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    #: What follows `body`; it owns the database connection and must be closed.
    rest: Blocks | None = field(default=None)


def blocks(chunks: Iterator[bytes]) -> Blocks:
    """The same bytes in pieces of about BLOCK bytes."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def answered(headers: Headers, body: Blocks) -> Answer:
    """200 with that body, whole where it fits one block. What goes wrong up to the first block is raised here."""
    first = next(body, b"")
    if len(first) < BLOCK:
        body.close()
        return Answer(200, headers, first)
    return Answer(200, headers, first, body)


class Sending(Response):
    """An answer as a route of the framework gives it."""

    def __init__(self, answer: Answer, limiter: CapacityLimiter) -> None:
        super().__init__(status_code=answer.status)
        self._answer = answer
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = bool(scope.get("state", {}).get("head"))
        await send_answer(self._answer, receive, send, head=head, limiter=self._limiter)


async def send_answer(answer: Answer, receive: Receive, send: Send, *, head: bool, limiter: CapacityLimiter) -> None:
    """Send it; for HEAD the headers alone."""
    headers = list(answer.headers)
    if answer.rest is None and answer.status != 304:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    try:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if head or answer.rest is None:
            await send({"type": "http.response.body", "body": b"" if head else answer.body})
        else:
            await send({"type": "http.response.body", "body": answer.body, "more_body": True})
            await _send_rest(answer.rest, receive, send, limiter)
    finally:
        if answer.rest is not None:
            await asyncio.shield(_in_thread(answer.rest.close, limiter))


async def _send_rest(rest: Blocks, receive: Receive, send: Send, limiter: CapacityLimiter) -> None:
    gone = asyncio.create_task(_client_leaves(receive))
    ahead = asyncio.create_task(_in_thread(lambda: next(rest, None), limiter))
    try:
        while (block := await ahead) is not None:
            if gone.done():
                return
            ahead = asyncio.create_task(_in_thread(lambda: next(rest, None), limiter))
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        # A generator cannot be closed while a thread is inside it.
        await asyncio.wait([ahead])
        if not ahead.cancelled():
            ahead.exception()


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _in_thread(work: Callable[[], Any], limiter: CapacityLimiter) -> Any:
    return await to_thread.run_sync(work, limiter=limiter)
