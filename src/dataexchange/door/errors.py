"""Errors as HTTP: one table from error class to status, for every door.

Texts of `errors.ExchangeError` are safe to show. Anything else is a fault of ours: it is logged with an id, and the id is
all the caller sees. `/sdmx` says it as an SDMX error message (`api.sdmx`), all other paths as an RFC 9457 problem document.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from dataexchange import errors
from dataexchange.errors import ExchangeError

log = logging.getLogger("dataexchange.errors")

PROBLEM = b"application/problem+json"


@dataclass(frozen=True, slots=True)
class Status:
    """How one class of errors is told: HTTP status, code of SDMX error messages, title of problem documents."""

    http: int
    sdmx: int
    title: str


TOO_MANY = Status(429, 1429, "Too many requests")

#: SDMX codes: SDMX REST API 1.5, chapter on errors. 1000 and above are a service's own.
STATUS: Mapping[type[ExchangeError], Status] = {
    errors.InvalidRequest: Status(400, 140, "The request is malformed"),
    errors.Unreadable: Status(422, 1422, "The content cannot be read"),
    errors.TooLarge: Status(413, 130, "It is too large"),
    errors.TooMany: TOO_MANY,
    errors.UnsupportedType: Status(415, 1415, "The content is of another type than is taken here"),
    errors.NotFound: Status(404, 100, "Not found"),
    errors.Gone: Status(410, 1410, "It is no longer kept"),
    errors.NotAcceptable: Status(406, 1406, "None of the formats asked for is offered"),
    errors.NotSupported: Status(501, 501, "Not implemented"),
    errors.Unauthenticated: Status(401, 110, "Authentication is needed"),
    errors.Forbidden: Status(403, 150, "Forbidden"),
    errors.Conflict: Status(409, 1409, "It clashes with what is stored"),
    errors.Unreachable: Status(503, 503, "The service is not available"),
}

INTERNAL = Status(500, 500, "Internal server error")
TOO_LONG = Status(414, 1414, "The address is too long")
NOT_ALLOWED = Status(405, 1405, "This method is not allowed here")


def status_of(error: BaseException) -> Status:
    for cls in type(error).__mro__:
        if cls in STATUS:
            return STATUS[cls]
    return INTERNAL


def told(error: BaseException, request_id: str) -> tuple[Status, str]:
    """The status and the sentence for the caller; logs what is our own fault."""
    if isinstance(error, ExchangeError) and error.for_operator:
        log.error("%s", error)
        return STATUS[errors.Unreachable], (
            f"The exchange is not available for the moment: try again in a few minutes; when you report it, name request {request_id}."
        )
    if isinstance(error, ExchangeError):
        return status_of(error), str(error)
    log.error("unexpected error, request %s", request_id, exc_info=error)
    return INTERNAL, f"Something went wrong here; when you report it, name request {request_id}."


def problem(status: Status, detail: str, request_id: str = "", **more: object) -> bytes:
    """An RFC 9457 problem document."""
    document: dict[str, object] = {"title": status.title, "status": status.http, "detail": detail, **more}
    if request_id:
        document["request_id"] = request_id
    return orjson.dumps(document)
