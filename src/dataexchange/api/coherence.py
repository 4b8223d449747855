"""`/api/v1/coherence`: how the local series of a country stand to its national ones, added up by country and series.

    GET /api/v1/coherence?country=GB&indicator=16.1.1

Made over what anybody may read, by the rules as they are set, and kept until a release, a structure or a rulebook changes it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dataexchange.api.asked import Flow, Here, Limit, Offset
from dataexchange.api.conditional import digest_of, holds
from dataexchange.api.told import answers
from dataexchange.door.language import language_for
from dataexchange.door.overview import Part, overview_now
from dataexchange.messages.overview_document import dot_document, line_document
from dataexchange.model.finding import Verdict

router = APIRouter(tags=["Comparisons"])

_CODE = r"^[A-Za-z0-9_@$\-]{1,200}$"


class LineDocument(BaseModel):
    """One SERIES code in one country. Findings about no series in particular stand in a line without country and series."""

    dataflow: str
    country: Annotated[str, Field(description="the outermost area that the areas lie in")]
    country_name: str
    indicators: list[str]
    series: str
    series_name: str
    areas: int
    n_series: int
    verdicts: Annotated[dict[Verdict, int], Field(description="of comparisons: a series with parts may have two")]
    warnings: int
    errors: int
    first: Annotated[str | None, Field(description="what to look at first")]
    key: Annotated[str | None, Field(description="the series that it is said of")]


class OutlierDocument(BaseModel):
    """A series that is inconsistent, in the latest period that it shares with the national one."""

    dataflow: str
    key: str
    country: str
    area: str
    area_name: str
    series: str
    series_name: str
    period: str
    local: float
    national: float
    mirror: Annotated[
        bool, Field(description="both are of the same area; else the national one is of an area around it")
    ]


class Coherence(BaseModel):
    total: Annotated[int, Field(description="lines there are")]
    offset: int
    verdicts: dict[Verdict, int]
    warnings: int
    errors: int
    lines: list[LineDocument]
    outliers: Annotated[list[OutlierDocument], Field(description="the first 1,000, the farthest apart first")]


@router.get(
    "/coherence",
    summary="How local series stand to national ones, by country and series",
    response_model=Coherence,
    responses=answers(304),
)
def coherence(
    request: Request,
    exchange: Here,
    flow: Flow,
    country: Annotated[
        str | None, Query(pattern=_CODE, description="code of an outermost area", examples=["GB"])
    ] = None,
    indicator: Annotated[
        str | None, Query(pattern=r"^[0-9A-Za-z.\-]{1,30}$", description="number", examples=["16.1.1"])
    ] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    whole, basis = overview_now(exchange)
    tag, language = language_for(exchange, request.headers)
    part = Part(country or "", indicator or "", flow.short if flow else "")
    etag = f'"{digest_of(["coherence", str(basis), str(part), tag, limit, offset])}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Language"}
    if holds(request.headers, etag):
        return Response(status_code=304, headers=headers)
    found = part.of(whole)
    told = Coherence(
        total=len(found.lines),
        offset=offset,
        verdicts=found.verdicts,
        warnings=found.warnings,
        errors=found.errors,
        lines=[LineDocument(**line_document(line, language)) for line in found.lines[offset : offset + limit]],
        outliers=[OutlierDocument(**dot_document(dot, found)) for dot in found.outliers[:1000]],
    )
    return Response(told.model_dump_json(), 200, headers, "application/json")
