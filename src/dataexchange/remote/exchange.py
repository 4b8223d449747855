"""Another exchange of our kind: what is read from it.

node = Node("https://data.example.org")
changes(node, "41").json()      {"changes": […], "next": "43", …}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson

from dataexchange.errors import Conflict, Forbidden, InvalidRequest, NotFound, TooLarge, Unauthenticated, Unreadable
from dataexchange.remote import exchange_extract
from dataexchange.remote.address import shown
from dataexchange.remote.http import Answer, Fetched, Patience, Sink, call, fetch, status_text, stream
from dataexchange.remote.node import Node

_JSON = "application/json"
_CSV = "application/vnd.sdmx.data+csv;version=2.0.0"
_STRUCTURE = "application/vnd.sdmx.structure+json;version=2.0.0"
_LARGEST_STRUCTURE = 1 << 28
_LARGEST_DATA = 1 << 38
#: A large dataflow over a slow line takes its time.
_PATIENT = Patience(timeout=60.0, deadline=6 * 3600.0)
_ERRORS: Mapping[int, type[Exception]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: Unreadable,
    422: Unreadable,
}


def changes(node: Node, cursor: str, *, flow: str | None = None) -> Answer:
    """One page of what happened since the cursor."""
    return good(call("GET", node.changes(cursor, flow), headers=node.headers(_JSON)))


def structure(node: Node, flow: str, into: Path, *, tag: str | None = None) -> Fetched:
    """A dataflow with its data structure, code lists and concepts, as SDMX-JSON; nothing is written where it is the same still."""
    return fetch(
        node.structure(flow),
        into,
        headers=node.headers(_STRUCTURE, tag=tag),
        limit_bytes=_LARGEST_STRUCTURE,
        passed=(200, 304, 404),
    )


def data(node: Node, flow: str, sink: Sink, *, as_of: datetime, updated_after: datetime | None) -> Fetched:
    """The observations as SDMX-CSV: all as they stood at a moment, or what became of them between two. 404 where that is nothing.

    Where that is more than the exchange says on the line, it is asked to make a file of it.
    """
    url = node.data(flow, as_of, updated_after)
    answer = _streamed(node, url, sink, (200, 404, 413))
    if answer.status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return answer
    asked = good(exchange_extract.ask(node, url, _CSV), (HTTPStatus.ACCEPTED,))
    return _streamed(node, exchange_extract.wait_for(node, asked), sink, (200,))


def _streamed(node: Node, url: str, sink: Sink, passed: Collection[int]) -> Fetched:
    headers = node.headers(_CSV)
    return stream(url, sink, headers=headers, limit_bytes=_LARGEST_DATA, patience=_PATIENT, passed=passed)


def good(answer: Answer, passed: Collection[int] = (200,)) -> Answer:
    """The answer, or what it says is wrong as an error of ours."""
    if answer.status in passed:
        return answer
    if detail := _detail(answer.body):
        raise _ERRORS.get(answer.status, InvalidRequest)(f"{_host(answer.url)} says: {detail}")
    told = f"{shown(answer.url)} answered {status_text(answer.status)}"
    raise NotFound(f"{told}: is that the address of an exchange, such as https://data.example.org?")


def is_no_data(body: bytes) -> bool:
    """Whether a 404 is the exchange's own word that nothing matches, and not that of something in between."""
    try:
        return bool(orjson.loads(body)["errors"][0]["code"] == 100)
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return False


def _detail(body: bytes) -> str:
    """The sentence of a problem document."""
    try:
        found: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    text = found.get("detail") if isinstance(found, dict) else None
    return "".join(c if c.isprintable() else " " for c in text[:2000]) if isinstance(text, str) else ""


def _host(url: str) -> str:
    return shown(url).split("/api/")[0].split("/sdmx/")[0]
