"""Validation passports of another exchange: which there are of what stands, and one of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.remote.address import shown
from dataexchange.remote.exchange import good
from dataexchange.remote.http import call
from dataexchange.remote.node import Node

_JSON = "application/json"
_LARGEST = 16 << 20


class StandingDocument(BaseModel):
    release: Annotated[int, Field(ge=1, lt=2**63)]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


_Page = TypeAdapter(Annotated[list[StandingDocument], Field(max_length=10_000)])


def standing(node: Node, flow: str, after: int) -> list[StandingDocument]:
    """One page of them, by release; nothing where the exchange is of a version that does not list them."""
    answer = good(call("GET", node.passports(flow, after), headers=node.headers(_JSON)), (200, 404))
    if answer.status == HTTPStatus.NOT_FOUND:
        return []
    try:
        return _Page.validate_json(answer.body)
    except ValidationError:
        raise Unreadable(f"{shown(answer.url)} answered something that is no list of passports.") from None


def passport(node: Node, release: int) -> dict[str, Any] | None:
    """Its members; None where it is larger than 16 MB, or nothing that could be one."""
    try:
        answer = call("GET", node.passport(release), headers=node.headers(_JSON), limit_bytes=_LARGEST)
        found = orjson.loads(good(answer, (200, 404)).body)
    except (TooLarge, orjson.JSONDecodeError):
        return None
    return found if answer.status == HTTPStatus.OK and isinstance(found, dict) else None
