"""`/api/v1/submissions/{id}/changes`: what publishing a submission would change, or did, for whoever may read its report."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from dataexchange.api.asked import WITHOUT_KEY_TOO, Here, Limit, Offset, Visitor
from dataexchange.api.fields import SubmissionId
from dataexchange.api.submissions import seen
from dataexchange.api.told import answers
from dataexchange.errors import NotFound
from dataexchange.messages.difference_list import csv, document
from dataexchange.model.difference import Change
from dataexchange.model.submission import PUBLIC
from dataexchange.store import structures
from dataexchange.store.database import reading
from dataexchange.workflow.changes import changes_of

router = APIRouter(tags=["Submissions"])


class ObservationCounts(BaseModel):
    added: int
    revised: Annotated[int, Field(description="another value")]
    attributes: Annotated[
        int, Field(description="the same value with other attributes, such as OBS_STATUS from P to A")
    ]
    deleted: int
    unchanged: int
    kept: Annotated[int, Field(description="published, not in the table, and not deleted by that")]


class SeriesCounts(BaseModel):
    added: int
    revised: int
    deleted: int
    unchanged: int
    kept: int


class ObservationChange(BaseModel):
    change: Change
    key: str
    name: Annotated[str, Field(description="of the series, in words")]
    period: Annotated[str | None, Field(description="null: attributes of the series as a whole")]
    old: float | str | None
    new: float | str | None
    difference: float | None
    percent: Annotated[float | None, Field(description="of the old value")]
    old_attributes: dict[str, str]
    new_attributes: dict[str, str]


class SubmissionChanges(BaseModel):
    submission: str
    dataset: str
    against: Annotated[int | None, Field(description="the release that it was compared with; null: there was none")]
    outdated: Annotated[
        bool,
        Field(description="the table has a newer release since; this is made again when the submission is published"),
    ]
    complete: Annotated[bool, Field(description="whether what the table lacks is deleted")]
    observations: ObservationCounts
    series: SeriesCounts
    total: Annotated[int, Field(description="changes in all, of the kind that is asked for")]
    changes: list[ObservationChange]


_SHOWN: dict[str, Any] = {
    "application/json": {"schema": {"$ref": "#/components/schemas/SubmissionChanges"}},
    "text/csv": {"schema": {"type": "string"}},
}


@router.get(
    "/submissions/{id}/changes",
    summary="What publishing a submission changes: added, revised, deleted",
    description="JSON in pages; `Accept: text/csv` asks for all of it as CSV.",
    response_model=SubmissionChanges,
    responses={
        200: {"description": "Counts, and the changes by series and period", "content": _SHOWN},
        **answers(401, 403, 404),
    },
    openapi_extra=WITHOUT_KEY_TOO,
)
def submission_changes(
    request: Request,
    exchange: Here,
    caller: Visitor,
    id: SubmissionId,
    change: Annotated[Change | None, Query(description="of this kind only")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    with reading(exchange.engine) as conn:
        submission = seen(conn, caller, id)
        found = changes_of(conn, exchange.home, submission)
        if found is None:
            raise NotFound(
                f"What submission {submission.id} changes is not known: it has not been checked, or has errors."
            )
        schema = structures.schema(conn, submission.dataflow)
    headers = {"Vary": "Accept", "Cache-Control": "no-cache" if submission.status in PUBLIC else "private, no-cache"}
    if _wants_csv(request.headers.get("accept", "")):
        name = f'attachment; filename="changes-{submission.id}.csv"'
        body = csv(found.difference, schema, change)
        return StreamingResponse(
            body, headers={**headers, "Content-Disposition": name}, media_type="text/csv; charset=utf-8"
        )
    told = {
        "submission": submission.id,
        "dataset": submission.dataset,
        "outdated": found.outdated,
        **document(found.difference, schema, change=change, limit=limit, offset=offset),
    }
    return Response(SubmissionChanges(**told).model_dump_json(), 200, headers, "application/json")


def _wants_csv(accept: str) -> bool:
    return "text/csv" in accept and "json" not in accept
