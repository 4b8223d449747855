"""One connection for one request, watched: what httpx itself does not notice about an answer.

A server that says a shorter Content-Length than what it sends is as broken as one that stops early, but HTTP libraries cut there and
call it whole. Here the bytes that arrive are counted; and no read waits past the deadline of the whole call, however slowly bytes
trickle in. A connection is used once, so that nothing left over can be taken for the next answer.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import httpcore
import httpx

from dataexchange.remote.address import proxy_of

_HEAD_ENDS = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.\d 1\d\d")
#: How long a server that keeps the connection open is listened to for bytes after the end, in seconds.
_AFTER = 0.2


class Watched(httpcore.NetworkStream):
    """A stream that knows how many bytes of body came in and how much time is left."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline
        self._head: bytes | None = b""
        self.body = 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        portion = self._stream.read(max_bytes, self._left(timeout))
        if self._head is None:
            self.body += len(portion)
        else:
            self._count(self._head + portion)
        return portion

    def _count(self, begun: bytes) -> None:
        """The head ends at the first blank line; heads of status 1xx come before it."""
        end = _HEAD_ENDS.search(begun)
        while end and _INTERIM.match(begun):
            begun = begun[end.end() :]
            end = _HEAD_ENDS.search(begun)
        self._head = None if end else begun
        self.body = len(begun) - end.end() if end else 0

    def surplus(self, length: int) -> bool:
        """Whether more came, or comes, than the body of that length."""
        with suppress(httpcore.ReadTimeout, httpcore.ReadError):
            while self.body <= length and self.read(65_536, _AFTER):
                pass
        return self.body > length

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return Watched(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole call is over")
        return left if timeout is None else min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = max(self._deadline - time.monotonic(), 0.001)
        within = left if timeout is None else min(timeout, left)
        return Watched(self._backend.connect_tcp(host, port, within, local_address, socket_options), self._deadline)


def client(url: str, *, deadline: float, timeout: float) -> httpx.Client:
    """For one request to that address. `deadline` is a time of `time.monotonic`, `timeout` the longest silence, in seconds."""
    transport = httpx.HTTPTransport(verify=_trusted(), proxy=proxy_of(url))
    # httpx has no parameter for it; its pool has.
    transport._pool._network_backend = _Backend(deadline)
    return httpx.Client(
        transport=transport, timeout=timeout, follow_redirects=False, trust_env=False, headers={"Connection": "close"}
    )


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Reading all certificates takes longer than many an answer."""
    return httpx.create_ssl_context()
