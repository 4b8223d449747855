"""`/api/v1/submissions/{id}/report`: what the checks said, for programs (ours, or ESS validation report 1.0.1) and as text.

For people it stands on the page of the submission, `/submissions/{id}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from dataexchange.api.asked import WITHOUT_KEY_TOO, Here, Visitor
from dataexchange.api.conditional import digest_of
from dataexchange.api.fields import SubmissionId
from dataexchange.api.submissions import seen
from dataexchange.api.told import answers
from dataexchange.errors import NotFound
from dataexchange.messages.report import as_json, as_text, from_document
from dataexchange.model.submission import PUBLIC
from dataexchange.store import audit, reports, submissions
from dataexchange.store.database import Connection, reading

router = APIRouter(tags=["Submissions"])


class Form(StrEnum):
    JSON = "json"
    ESS = "ess"
    TEXT = "text"


_MEDIA: Mapping[Form, str] = {
    Form.JSON: "application/json",
    Form.ESS: "application/json",
    Form.TEXT: "text/plain; charset=utf-8",
}

_CHECKED = ("submission.checked", "submission.returned")

_SHOWN: dict[str, Any] = {
    "application/json": {
        "schema": {
            "anyOf": [
                {"type": "object", "description": "`json`: findings and comparisons as the exchange has them"},
                {"type": "array", "items": {"type": "object"}, "description": "`ess`: ESS validation report 1.0.1"},
            ]
        }
    },
    "text/plain": {"schema": {"type": "string"}},
}


@router.get(
    "/submissions/{id}/report",
    summary="What the checks said of a submission",
    description="`format` goes before `Accept`: `text/plain` asks for text, everything else for JSON.",
    response_class=Response,
    responses={200: {"description": "The report of its last check", "content": _SHOWN}, **answers(304, 401, 403, 404)},
    openapi_extra=WITHOUT_KEY_TOO,
)
def report(
    request: Request,
    exchange: Here,
    caller: Visitor,
    id: SubmissionId,
    form: Annotated[
        Form | None, Query(alias="format", description="`json`, `ess` (ESS validation report 1.0.1) or `text`")
    ] = None,
) -> Response:
    form = form or _accepted(request.headers.get("accept", ""))
    with reading(exchange.engine) as conn:
        submission = seen(conn, caller, id)
        digest = submissions.report_hash(conn, submission.id)
        if digest is None:
            raise NotFound(f"Submission {submission.id} has no report yet: ask again when it has been checked.")
        tag = f'"{digest_of(["report", digest, form])}"'
        headers = {
            "ETag": tag,
            "Vary": "Accept",
            "Cache-Control": "no-cache" if submission.status in PUBLIC else "private, no-cache",
        }
        if tag in (part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=304, headers=headers)
        document = reports.get(conn, digest)
        moment = _checked_at(conn, submission.id) or submission.changed_at or submission.received_at
    return Response(_WRITERS[form](document, moment, exchange.sender), 200, headers, _MEDIA[form])


def _accepted(accept: str) -> Form:
    """Text where that is asked for and JSON is not."""
    return Form.TEXT if "text/plain" in accept and "json" not in accept else Form.JSON


def _checked_at(conn: Connection, submission_id: str) -> datetime | None:
    """When the rules ran that the report tells of."""
    entries = audit.entries(conn, subject=submission_id, limit=1000)
    return next((e.at for e in entries if e.action in _CHECKED and "errors" in e.detail), None)


_WRITERS: Mapping[Form, Callable[[str, datetime, str], str | bytes]] = {
    Form.JSON: lambda document, _moment, _actor: document,
    Form.ESS: lambda document, moment, actor: as_json(
        from_document(orjson.loads(document)), time=moment, actor=actor, trigger="submission"
    ),
    Form.TEXT: lambda document, _moment, _actor: as_text(from_document(orjson.loads(document))),
}
