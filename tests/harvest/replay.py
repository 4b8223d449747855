"""A service of our own making, on a free loopback port, that plays messages back over sockets, with faults put in."""

from __future__ import annotations

import gzip
import hashlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import unquote

XML = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"


@dataclass(frozen=True)
class Asked:
    """One request as it came in, and how much body went out for it."""

    path: str
    headers: Mapping[str, str]
    status: int
    body: int


@dataclass
class Service:
    """`pages` by path with query. `fault(path, n)` names a fault for the nth request of a path, or None."""

    url: str
    pages: dict[str, bytes] = field(default_factory=dict)
    fault: Callable[[str, int], str | None] = lambda _path, _n: None
    #: Whether answers carry an ETag, and 304 is answered to one that still holds.
    validators: bool = True
    compressed: bool = False
    #: Whether 304 is answered to any ETag, with the one of the present page.
    lying: bool = False
    asked: list[Asked] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def forget(self) -> None:
        self.asked.clear()
        self.seen.clear()


def answer(service: Service, path: str, headers: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """(status, head lines, body) without faults."""
    page = service.pages.get(path)
    if page is None:
        return 404, b"", b"nothing here"
    etag = f'"{hashlib.sha256(page).hexdigest()[:16]}"'
    lines = f"Content-Type: {XML}\r\n".encode()
    if service.validators:
        lines += f"ETag: {etag}\r\n".encode()
        if headers.get("if-none-match") == etag or (service.lying and "if-none-match" in headers):
            return 304, lines, b""
    if service.compressed and "gzip" in headers.get("accept-encoding", ""):
        return 200, lines + b"Content-Encoding: gzip\r\n", gzip.compress(page, 1)
    return 200, lines, page


def head(status: int, lines: bytes, length: int | None) -> bytes:
    said = b"" if length is None else b"Content-Length: %d\r\n" % length
    return b"HTTP/1.1 %d Said\r\n" % status + lines + said + b"Connection: close\r\n\r\n"


#: Faults that another attempt may mend.
PASSING = (
    "429",
    "429 seconds",
    "429 date",
    "500",
    "502",
    "503 seconds",
    "cut before",
    "cut head",
    "cut body",
    "no http",
    "too long said",
    "too short said",
    "gzip cut",
    "gzip damaged",
    "chunk cut",
    "stall",
)
#: Faults that are whole answers with status 200, and say nothing sensible; and those where asking again is no use.
LASTING = ("garbage", "html", "message cut", "empty", "not found", "forbidden", "redirect round")
#: Odd, and well.
HARMLESS = ("trickle", "chunked", "gzip", "no length", "redirect once")


def play(connection: socket.socket, service: Service, path: str, headers: Mapping[str, str], fault: str | None) -> int:
    """Send the answer, with its fault; the status that was meant."""
    status, lines, body = answer(service, path, headers)
    if fault == "hang":
        time.sleep(3)
    send = connection.sendall
    half = body[: len(body) // 2]
    if fault in _SAID:
        code, extra = _SAID[fault]
        send(head(code, extra() if callable(extra) else extra, None if code == 304 else 0))
        return code
    if fault and fault.startswith("redirect"):
        target = {"redirect round": path, "redirect once": f"/elsewhere{path}"}.get(fault, fault.split(" ")[-1])
        send(head(302, f"Location: {target}\r\n".encode(), 0))
        return 302
    if fault == "cut before":
        return 0
    if fault == "cut head":
        send(b"HTTP/1.1 200 Said\r\nContent-Le")
    elif fault == "no http":
        send(b"what was the question?\r\n\r\n")
    elif fault in ("garbage", "html", "message cut", "empty"):
        sent = {"garbage": bytes(range(256)) * 9, "html": b"<html><body>Busy</body></html>", "empty": b""}.get(
            fault, half
        )
        send(head(200, b"", len(sent)) + sent)
    elif status != 200:
        send(head(status, lines, None if status == 304 else 0))
    elif fault in ("cut body", "too long said"):
        send(head(200, lines, len(body) + (fault == "too long said") * 7) + (half if fault == "cut body" else body))
    elif fault == "too short said":
        send(head(200, lines, len(body) - 9) + body)
    elif fault in ("gzip cut", "gzip damaged", "gzip"):
        packed = gzip.compress(service.pages[path], 1)
        packed = {"gzip": packed, "gzip cut": packed[:-20]}.get(fault, packed[:-9] + b"\0" * 9)
        send(head(200, b"Content-Encoding: gzip\r\n", len(packed)) + packed)
    elif fault == "chunk cut":
        send(head(200, b"Transfer-Encoding: chunked\r\n", None) + b"%x\r\n" % len(half) + half + b"\r\n")
    elif fault == "chunked":
        whole = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
        send(head(200, lines + b"Transfer-Encoding: chunked\r\n", None) + whole)
    elif fault == "no length":
        send(head(200, lines, None) + body)
    elif fault == "stall":
        send(head(200, lines, len(body)) + half)
        time.sleep(0.6)
    elif fault == "trickle":
        send(head(200, lines, len(body)))
        for start in range(0, len(body), max(1, len(body) // 5)):
            send(body[start : start + max(1, len(body) // 5)])
            time.sleep(0.002)
    else:
        send(head(200, lines, len(body)) + body)
    return status


def _date() -> bytes:
    return f"Retry-After: {format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)}\r\n".encode()


_SAID: dict[str, tuple[int, bytes | Callable[[], bytes]]] = {
    "429": (429, b""),
    "429 seconds": (429, b"Retry-After: 7\r\n"),
    "429 date": (429, _date),
    "500": (500, b""),
    "502": (502, b""),
    "503 seconds": (503, b"Retry-After: 1\r\n"),
    "304": (304, b""),
    "not found": (404, b""),
    "forbidden": (403, b""),
}


@contextmanager
def serving() -> Iterator[Service]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        service = Service(f"http://127.0.0.1:{listener.getsockname()[1]}")
        stop = threading.Event()
        thread = threading.Thread(target=_accept, args=(listener, service, stop), daemon=True)
        thread.start()
        yield service
        stop.set()
        with suppress(OSError):
            socket.create_connection(listener.getsockname(), 1).close()
        thread.join(5)


def _accept(listener: socket.socket, service: Service, stop: threading.Event) -> None:
    while not stop.is_set():
        connection, _ = listener.accept()
        threading.Thread(target=_serve, args=(connection, service), daemon=True).start()


def _serve(connection: socket.socket, service: Service) -> None:
    with connection, suppress(OSError):
        request = b""
        while b"\r\n\r\n" not in request:
            portion = connection.recv(65_536)
            if not portion:
                return
            request += portion
        first, *rest = request.decode("latin-1").split("\r\n\r\n")[0].split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        path = unquote(first.split(" ")[1]).removeprefix("/elsewhere")
        elsewhere = "/elsewhere" in first
        service.seen[path] += 1
        fault = None if elsewhere else service.fault(path, service.seen[path])
        status = play(connection, service, path, headers, fault)
        moved = len(service.pages.get(path, b"")) if status == 200 else 0
        service.asked.append(Asked(path, headers, status, moved))
        connection.shutdown(socket.SHUT_WR)
        # Until the other side has it all: closing at once would reset what is on its way.
        connection.settimeout(2)
        while connection.recv(4096):
            pass
