"""`/api/v1/submissions/{id}/report`: what the checks said, for programs (ours, or ESS validation report 1.0.1) and as text.

For people it stands on the page of the submission, `/submissions/{id}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from dataexchange.api.asked import WITHOUT_KEY_TOO, Here, Visitor
from dataexchange.api.conditional import digest_of, holds
from dataexchange.api.fields import SubmissionId
from dataexchange.api.submissions import seen
from dataexchange.api.told import answers
from dataexchange.door.ess import ess_report
from dataexchange.door.language import language_for
from dataexchange.errors import NotFound
from dataexchange.messages.report import as_text
from dataexchange.messages.report_document import as_answer
from dataexchange.messages.report_html import as_html
from dataexchange.model.submission import PUBLIC
from dataexchange.store import submissions
from dataexchange.store.database import reading
from dataexchange.workflow.justified import told_report, told_tag

router = APIRouter(tags=["Submissions"])


class Form(StrEnum):
    JSON = "json"
    ESS = "ess"
    TEXT = "text"
    HTML = "html"


_MEDIA: Mapping[Form, str] = {
    Form.JSON: "application/json",
    Form.ESS: "application/json",
    Form.TEXT: "text/plain; charset=utf-8",
    Form.HTML: "text/html; charset=utf-8",
}

#: Nothing of the page runs or is fetched.
_ALONE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}

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
    "text/html": {"schema": {"type": "string"}},
}


@router.get(
    "/submissions/{id}/report",
    summary="What the checks said of a submission",
    description="`format` goes before `Accept`: `text/plain` asks for text, `text/html` for a page that stands alone, everything else "
    "for JSON. `Accept-Language` says in which language it is told: `en`, `es`, `fr`, and those that the operator has added.",
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
        Form | None, Query(alias="format", description="`json`, `ess` (ESS validation report 1.0.1), `text` or `html`")
    ] = None,
) -> Response:
    form = form or _accepted(request.headers.get("accept", ""))
    with reading(exchange.engine) as conn:
        submission = seen(conn, caller, id)
        digest = submissions.report_hash(conn, submission.id)
        if digest is None:
            raise NotFound(f"Submission {submission.id} has no report yet: ask again when it has been checked.")
        spoken, language = language_for(exchange, request.headers)
        tag = f'"{digest_of(["report", *told_tag(conn, submission), submission.status, form, spoken])}"'
        headers = {
            "ETag": tag,
            "Vary": "Accept, Accept-Language",
            "Content-Language": spoken,
            "Cache-Control": "no-cache" if submission.status in PUBLIC else "private, no-cache",
        }
        if holds(request.headers, tag):
            return Response(status_code=304, headers=headers)
        read = told_report(conn, submission)
        if form is Form.ESS:
            return Response(ess_report(exchange, conn, submission, read, language), 200, headers, _MEDIA[form])
    if form is Form.HTML:
        return Response(as_html(read, language), 200, {**headers, **_ALONE}, _MEDIA[form])
    body = as_text(read, language=language) if form is Form.TEXT else orjson.dumps(as_answer(read, language))
    return Response(body, 200, headers, _MEDIA[form])


def _accepted(accept: str) -> Form:
    """Text or a page where that is asked for and JSON is not."""
    if "json" in accept:
        return Form.JSON
    return Form.HTML if "text/html" in accept else Form.TEXT if "text/plain" in accept else Form.JSON
