"""/api/v1: the exchange itself, as JSON. So far what anybody may read: releases with their provenance, and reports.

Times are ISO 8601 in UTC; hashes are SHA-256 of the file as it was sent, of the mapping and of the report. The report of a
submission that is not published may hold figures that are not public: it is not shown here.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from dataexchange.door.exchange import Exchange
from dataexchange.errors import Forbidden, NotFound
from dataexchange.model.structure import Kind, parse_short
from dataexchange.model.submission import PUBLIC, Release
from dataexchange.store import releases, reports, submissions
from dataexchange.store.database import reading

router = APIRouter(prefix="/api/v1", tags=["Exchange"])


@router.get("/releases", summary="Releases, newest first, with where each came from")
def list_releases(
    request: Request,
    dataflow: Annotated[
        str | None, Query(description="of this dataflow only", examples=["DX:DF_SDG_LOCAL(1.0.0)"])
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="at most so many")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000, description="leave out so many from the start")] = 0,
) -> list[dict[str, Any]]:
    exchange: Exchange = request.app.state.exchange
    flow = parse_short(dataflow, Kind.DATAFLOW) if dataflow else None
    with reading(exchange.engine) as conn:
        return [_document(release) for release in releases.latest(conn, dataflow=flow, limit=limit, offset=offset)]


@router.get("/releases/{number}", summary="One release")
def one_release(request: Request, number: Annotated[int, Path(ge=1, le=2**62)]) -> dict[str, Any]:
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        return _document(releases.get(conn, number))


@router.get("/submissions/{id}/report", summary="What the checks said of a published submission")
def report(request: Request, id: Annotated[str, Path(max_length=100)]) -> Response:
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        submission = submissions.get(conn, id)
        if submission.status not in PUBLIC:
            raise Forbidden(
                f"Submission {submission.id} is {submission.status}: only reports of published ones are public."
            )
        found = submissions.report_hash(conn, submission.id)
        if found is None:
            raise NotFound(f"Submission {submission.id} has no report.")
        return Response(reports.get(conn, found), media_type="application/json")


def _document(release: Release) -> dict[str, Any]:
    return {
        **asdict(release),
        "dataflow": release.dataflow.short,
        "published_at": release.published_at.isoformat().replace("+00:00", "Z"),
    }
