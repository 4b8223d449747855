"""How the routes of /api/v1 describe their answers, the ones that say no included."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    title: str
    status: int
    detail: Annotated[str, Field(description="one sentence that says what to do")]
    request_id: Annotated[str | None, Field(description="stands in the log of the exchange")] = None


_WHEN = {
    304: "Nothing changed since the version that If-None-Match names.",
    400: "The request is malformed; the answer names what is wrong with it.",
    401: "A key is needed, or the one that was sent is not known, has expired or was revoked.",
    403: "The key does not allow this.",
    404: "There is no such thing here.",
    410: "It was here and is no longer kept.",
    409: "It clashes with how things stand; the answer says how.",
    429: "Too many requests: Retry-After says when to come again.",
    413: "It is larger than this exchange takes.",
    415: "The body is of another type than is taken here.",
    422: "What was sent cannot be read.",
    501: "This cannot be asked of that dataflow.",
    503: "The database does not answer: try again later.",
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=`: what else a route answers. The database may be away at any of them, any
    parameter be malformed, and any caller ask too often."""
    found: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*statuses, 400, 429, 503}):
        found[status] = {"description": _WHEN[status]}
        if status >= 400:
            found[status]["content"] = {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
    return found
