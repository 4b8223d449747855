"""`/api/v1/submissions/{id}/marked`: the table as it was sent, its cells marked with what the checks said."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from dataexchange.api.asked import WITHOUT_KEY_TOO, Here, Visitor
from dataexchange.api.fields import SubmissionId
from dataexchange.api.submissions import seen
from dataexchange.api.told import answers
from dataexchange.door.language import language_for
from dataexchange.door.marked import MEDIA, marked_of
from dataexchange.store.database import reading
from dataexchange.workflow.marked import Form
from dataexchange.workflow.permission import require_file

router = APIRouter(tags=["Submissions"])

_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_SHOWN: dict[str, Any] = {media.partition(";")[0]: _BYTES for media in MEDIA.values()}


@router.get(
    "/submissions/{id}/marked",
    summary="The table as it was sent, with its cells marked",
    description="A workbook comes back as it was, its marked cells coloured and commented, with a sheet that lists the findings; "
    "CSV comes back as a workbook, or as CSV with two columns more: `format` says so, or `Accept: text/csv`. A zip comes back as a zip. "
    "Its provider, the office that it lies before and keys that may read what is restricted may have it, also once it is published.",
    response_class=Response,
    responses={200: {"description": "The marked table", "content": _SHOWN}, **answers(401, 403, 404, 413, 422)},
    openapi_extra=WITHOUT_KEY_TOO,
)
def marked(
    request: Request,
    exchange: Here,
    caller: Visitor,
    id: SubmissionId,
    form: Annotated[Form | None, Query(alias="format", description="`xlsx` (default) or `csv`")] = None,
) -> Response:
    accept = request.headers.get("accept", "")
    wanted = form or (Form.CSV if "text/csv" in accept and "spreadsheetml" not in accept else Form.XLSX)
    with reading(exchange.engine) as conn:
        submission = seen(conn, caller, id)
        require_file(caller, submission)
        found = marked_of(exchange, conn, submission, wanted)
    spoken, language = language_for(exchange, request.headers)
    headers = {
        "Content-Disposition": found.disposition,
        "Content-Language": spoken,
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(found.portions(language), headers=headers, media_type=found.media)
