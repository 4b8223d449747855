"""Reasons and waivers at another exchange."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from pydantic import BaseModel, Field

from dataexchange.model.justification import Side, Statement
from dataexchange.remote.exchange import good
from dataexchange.remote.exchange_documents import read
from dataexchange.remote.http import Patience, call
from dataexchange.remote.node import Node

_JSON = "application/json"
#: As many as the door takes at once.
_AT_ONCE = 1000


class GroupDocument(BaseModel):
    rule: Annotated[str, Field(max_length=100)]
    count: int
    answered: int
    example: Annotated[str, Field(max_length=100_000)]


class GivenDocument(BaseModel):
    rule: Annotated[str, Field(max_length=100)]
    key: Annotated[str, Field(max_length=2000)] | None = None
    period: Annotated[str, Field(max_length=50)] | None = None
    reason: Annotated[str, Field(max_length=10_000)]
    by: Annotated[str, Field(max_length=200)]
    origin: Annotated[str, Field(max_length=50)]


class StandingDocument(BaseModel):
    total: int
    answered: int
    groups: Annotated[list[GroupDocument], Field(max_length=10_000)]
    given: Annotated[list[GivenDocument], Field(max_length=100_000)]


def standing_at(node: Node, submission: str, side: Side) -> StandingDocument:
    answer = good(call("GET", _address(node, submission, side), headers=node.headers(_JSON)))
    return read(StandingDocument, answer)


def give(node: Node, submission: str, side: Side, given: Sequence[Statement]) -> StandingDocument:
    """In portions; each is kept or refused as a whole. Where there is nothing to give, it is asked how things stand."""
    found: StandingDocument | None = None
    for start in range(0, len(given), _AT_ONCE):
        answer = call(
            "POST",
            _address(node, submission, side),
            headers=node.headers(_JSON),
            patience=Patience(attempts=1),
            json={"statements": [_statement(one) for one in given[start : start + _AT_ONCE]]},
        )
        found = read(StandingDocument, good(answer, (200,)))
    return found or standing_at(node, submission, side)


def _statement(one: Statement) -> dict[str, str]:
    said = {"rule": one.rule, "key": one.key, "period": one.period, "reason": one.text}
    return {name: text for name, text in said.items() if text is not None}


def _address(node: Node, submission: str, side: Side) -> str:
    return f"{node.url}/api/v1/submissions/{quote(submission, safe='')}/{side}s"
