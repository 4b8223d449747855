"""Calls to other systems over HTTP: the one client that harvesting, pulling and sending are built on.

    answer = fetch("https://sdmx.example.org/rest/data/KG_NSC,DF_SDG/all", folder / "answer", headers={"If-None-Match": etag})
    answer.status      200, or 304: then nothing was written
    answer.sha256      of the decoded bytes, which stand in the file

    answer = call("POST", f"{node}/api/v1/submissions", headers=…, files={"file": ("table.csv", stream)})
    answer.json()      whatever the status below 500

An answer is whole or it is none: bodies that are cut, longer or shorter than they say, or whose gzip breaks off are asked for again,
like 429, 5xx, silence and refused connections; in between we wait longer each time, or as long as Retry-After says. What does
not come right in the end is `Unreachable` with a sentence that names address, reason and number of attempts. Credentials go in headers,
are not sent on to another host, and stand in no sentence.
"""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import httpx
import orjson

from dataexchange import __version__
from dataexchange.errors import Declined, InvalidRequest, TooLarge, Unreachable, Unreadable
from dataexchange.remote import wire
from dataexchange.remote.address import checked, origin, redirected, shown

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_AGENT = f"dataexchange/{__version__}"
_PORTION = 1 << 16


@dataclass(frozen=True, slots=True)
class Patience:
    """How hard to try. Times in seconds; `deadline` is for everything together, waiting included."""

    attempts: int = 5
    timeout: float = 30.0
    deadline: float = 600.0
    first_wait: float = 0.5
    longest_wait: float = 60.0
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer on disk. `url` is where it came from after redirects; header names are in lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    sha256: str
    size: int
    attempts: int
    #: Whether its length was declared, or its end marked. Of one that just ends nobody knows whether it was cut.
    framed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in memory."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    attempts: int

    def json(self) -> Any:
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise Unreadable(f"{shown(self.url)} answered {self.status} with something that is no JSON.") from None


class Sink(Protocol):
    """Where an answer goes: a file, or what takes it in as it comes. An attempt begins with `seek(0)` and `truncate()`."""

    def seek(self, offset: int, /) -> int: ...

    def truncate(self) -> int: ...

    def write(self, portion: bytes, /) -> int: ...


class _Broken(Exception):
    """This attempt came to nothing; another may not. The text completes "…: <text> after 3 attempts"."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(slots=True)
class _Call:
    method: str
    url: str
    headers: dict[str, str]
    limit: int
    patience: Patience
    passed: Callable[[int], bool]
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        return shown(self.url)


def fetch(
    url: str,
    into: Path,
    *,
    headers: Mapping[str, str] | None = None,
    limit_bytes: int = 1 << 30,
    patience: Patience | None = None,
    passed: Collection[int] = (200, 304),
) -> Fetched:
    """GET into a file. Statuses that are not `passed` raise Declined; after an error there is no file."""
    try:
        with into.open("wb") as file:
            fetched = stream(url, file, headers=headers, limit_bytes=limit_bytes, patience=patience, passed=passed)
    except BaseException:
        into.unlink(missing_ok=True)
        raise
    if fetched.status == HTTPStatus.NOT_MODIFIED:
        into.unlink()
    return fetched


def stream(
    url: str,
    sink: Sink,
    *,
    headers: Mapping[str, str] | None = None,
    limit_bytes: int = 1 << 30,
    patience: Patience | None = None,
    passed: Collection[int] = (200, 304),
) -> Fetched:
    """GET as it comes. Only once this has returned is what the sink took in whole."""
    asked = _Call("GET", checked(url), _named(headers), limit_bytes, patience or Patience(), lambda s: s in passed)
    return _tried(asked, sink)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    limit_bytes: int = 16 << 20,
    patience: Patience | None = None,
    **content: Any,
) -> Answer:
    """An answer with any status below 500 but 429. `content`, `json`, `data` and `files` are as httpx has them; file objects are
    rewound for another attempt. What must not happen twice needs an Idempotency-Key, or `Patience(attempts=1)`."""
    asked = _Call(
        method,
        checked(url),
        _named(headers),
        limit_bytes,
        patience or Patience(),
        lambda s: s < 500 and s != 429,
        content,
    )
    body = BytesIO()
    fetched = _tried(asked, body)
    return Answer(fetched.status, fetched.url, fetched.headers, body.getvalue(), fetched.attempts)


def _named(headers: Mapping[str, str] | None) -> dict[str, str]:
    # Encodings that others offer are not asked for: what is asked for can be checked to its last byte.
    given = {name.title(): value for name, value in (headers or {}).items()}
    return {"Accept-Encoding": "gzip", "User-Agent": _AGENT, **given}


def _tried(call: _Call, sink: Sink) -> Fetched:
    patience = call.patience
    deadline = time.monotonic() + patience.deadline
    for attempt in range(1, patience.attempts + 1):
        try:
            return _followed(call, sink, attempt, deadline)
        except _Broken as broken:
            reason, wait = str(broken), _wait(broken, attempt, patience)
        if time.monotonic() + (wait if attempt < patience.attempts else 0) >= deadline:
            reason += f"; no more time of {patience.deadline:g} s"
            break
        if attempt < patience.attempts:
            patience.sleep(wait)
    times = "1 attempt" if attempt == 1 else f"{attempt} attempts"
    raise Unreachable(f"{call.shown}: {reason} after {times}: try again later.")


def _wait(broken: _Broken, attempt: int, patience: Patience) -> float:
    """Twice as long each time, not all callers at once; or as the service asks."""
    if broken.wait is not None:
        return min(broken.wait, patience.longest_wait)
    doubled = min(patience.first_wait * 2.0 ** (attempt - 1), patience.longest_wait)
    return doubled * random.uniform(0.5, 1.0)  # noqa: S311 - no secret is made of it


def _followed(call: _Call, sink: Sink, attempt: int, deadline: float) -> Fetched:
    """One attempt, through redirects."""
    url, headers = call.url, dict(call.headers)
    for _ in range(_MOST_REDIRECTS + 1):
        with _answered(call, url, headers, deadline) as response:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return _received(call, response, sink, attempt)
            target = redirected(url, response.headers["location"])
        if call.method != "GET":
            raise Unreachable(f"{call.shown} sends on to {shown(target)}: call it there.")
        if origin(target) != origin(url):
            headers.pop("Authorization", None)
            headers.pop("Cookie", None)
        url = target
    raise Unreachable(f"{call.shown} sends on more than {_MOST_REDIRECTS} times: ask its operator.")


@contextmanager
def _answered(call: _Call, url: str, headers: Mapping[str, str], deadline: float) -> Iterator[httpx.Response]:
    _rewind(call.content)
    try:
        with (
            wire.client(url, deadline=deadline, timeout=call.patience.timeout) as client,
            client.stream(call.method, url, headers=headers, **call.content) as response,
        ):
            yield response
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise InvalidRequest("this address cannot be called", parameter="url", value=shown(url)) from None
    except httpx.TransportError as error:
        raise _Broken(_reason(error, call.patience.timeout)) from None


def _rewind(content: Mapping[str, Any]) -> None:
    """File objects in `files` stand at their end after an attempt."""
    files = content.get("files") or {}
    for value in files.values() if isinstance(files, Mapping) else [v for _, v in files]:
        stream = value[1] if isinstance(value, tuple) else value
        if hasattr(stream, "seek"):
            stream.seek(0)


def _reason(error: httpx.TransportError, timeout: float) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return f"no connection within {timeout:g} s"
    if isinstance(error, httpx.TimeoutException):
        return f"no answer, or not the whole of it, within {timeout:g} s"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({str(error)[:120]})"
    if isinstance(error, httpx.RemoteProtocolError):
        return "an answer that broke off or is no HTTP"
    return f"no answer ({type(error).__name__})"


def _received(call: _Call, response: httpx.Response, sink: Sink, attempt: int) -> Fetched:
    """The answer to its last byte; raises _Broken, TooLarge or Unreachable."""
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500:
        raise _Broken(f"it answered {status_text(status)}", _retry_after(response.headers.get("retry-after")))
    if not call.passed(status):
        raise Declined(f"{call.shown} answered {status_text(status)}: mend the address, the key or the query.")
    sink.seek(0)
    sink.truncate()
    digest, size = sha256(), 0
    if status != HTTPStatus.NOT_MODIFIED:
        for portion in _decoded(response):
            size += len(portion)
            if size > call.limit:
                raise TooLarge(
                    f"{call.shown}: the answer is over {call.limit:,} bytes; ask for less, or raise the limit."
                )
            digest.update(portion)
            sink.write(portion)
    framed = "content-length" in response.headers or "transfer-encoding" in response.headers or _gzipped(response)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Fetched(status, str(response.url), headers, digest.hexdigest(), size, attempt, framed)


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """What the body says; gzip is taken off here because httpx does not notice when it breaks off."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        yield from _counted(response)
    elif _gzipped(response):
        yield from _unpacked(_counted(response))
    else:
        raise Unreachable(
            f"{shown(str(response.url))} answers in the encoding {encoding[:20]!r}, which was not asked for."
        )


def _gzipped(response: httpx.Response) -> bool:
    return response.headers.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip")


def _counted(response: httpx.Response) -> Iterator[bytes]:
    """The body as it is sent, exactly as long as Content-Length says where it says anything."""
    declared = response.headers.get("content-length", "")
    length = int(declared) if declared.isdecimal() and "transfer-encoding" not in response.headers else None
    received = 0
    stream = response.extensions.get("network_stream")
    for portion in response.iter_raw(_PORTION):
        received += len(portion)
        yield portion
        # The library closes the connection at the end of its loop, so the look beyond the end is taken here.
        if received == length and isinstance(stream, wire.Watched) and stream.surplus(length):
            raise _Broken("an answer longer than it says")
    if length is not None and received != length:
        raise _Broken("an answer shorter than it says")


def _unpacked(portions: Iterator[bytes]) -> Iterator[bytes]:
    """The members of a gzip stream, a portion of bounded size at a time."""
    member, begun = zlib.decompressobj(31), False
    try:
        for portion in portions:
            rest = portion
            while rest:
                if member.eof:
                    member = zlib.decompressobj(31)
                begun = True
                unpacked = member.decompress(rest, 1 << 20)
                rest = member.unused_data if member.eof else member.unconsumed_tail
                if unpacked:
                    yield unpacked
        if rest := member.flush():
            yield rest
    except zlib.error:
        raise _Broken("an answer whose gzip is damaged") from None
    if begun and not member.eof:
        raise _Broken("an answer whose gzip breaks off")


def _retry_after(value: str | None) -> float | None:
    """Seconds from a number of seconds or a date; None where it says neither."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def status_text(status: int) -> str:
    """`404 Not Found`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
