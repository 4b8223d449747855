"""The answer to a question that was asked for as a file: what the doors would say now, made by a worker.

It is the same code that answers on the line, so the bytes are the same, but for the limit of what one answer may have.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from dataexchange.api import sdmx_v1, sdmx_v2
from dataexchange.api.call import Call
from dataexchange.door.answer import Blocks
from dataexchange.door.exchange import Exchange
from dataexchange.model.extract import Question

_RESOURCES = {"v1": sdmx_v1.RESOURCES, "v2": sdmx_v2.RESOURCES}


def remake(exchange: Exchange, question: Question) -> tuple[str, Iterator[bytes]]:
    """(media type, bytes), the first of them made. Raises what the doors would answer with an error."""
    headers = {"accept": question.accept, "accept-language": question.language}
    call = Call(
        version=question.version,
        resource="data",
        path=question.path,
        query=question.query,
        headers={name: value for name, value in headers.items() if value is not None},
        method="GET",
        request_id="",
        base_url=question.base_url,
    )
    answer = _RESOURCES[question.version]["data"](exchange, call)
    media = dict(answer.headers)[b"content-type"].decode()
    return media, chain([answer.body], _closing(answer.rest) if answer.rest is not None else ())


def _closing(rest: Blocks) -> Iterator[bytes]:
    try:
        yield from rest
    finally:
        rest.close()
