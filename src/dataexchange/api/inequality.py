"""`/api/v1/inequality`: how unequally a series is spread inside its area, over what anybody may read.

GET /api/v1/inequality?key=A.N._L_VC_SNS_WALN_DARK.GB_BRS._T._T._T._T._T._T._T._T._T._T._T
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, flow_of
from dataexchange.api.told import answers
from dataexchange.door.language import language_for
from dataexchange.errors import InvalidRequest
from dataexchange.messages.inequality_document import as_csv, as_document
from dataexchange.model.inequality import Shares
from dataexchange.store.database import reading
from dataexchange.workflow.inequality import inequality_of

router = APIRouter(tags=["Comparisons"])

_LOCAL = "DX:DF_SDG_LOCAL(1.0.0)"


class Form(StrEnum):
    JSON = "json"
    CSV = "csv"


class MeasureDocument(BaseModel):
    id: Annotated[str, Field(description="D, R, BGV …; docs/inequality.md tells of each")]
    value: float
    low: Annotated[float | None, Field(description="95 % confidence interval, where the errors are known")]
    high: float | None
    se: Annotated[float | None, Field(description="standard error")]
    unit: Annotated[str, Field(description="empty for a plain number")]
    sentence: Annotated[str, Field(description="what it says")]


class GroupDocument(BaseModel):
    code: str
    name: str
    value: Annotated[float | None, Field(description="in units: UNIT_MULT is applied")]
    se: float | None
    weight: Annotated[float | None, Field(description="how many people are in the group")]
    share: float | None
    suppressed: bool
    key: str


class InequalityDocument(BaseModel):
    partition: str
    partition_name: str
    period: str
    area: str
    average: Annotated[float | None, Field(description="the published value of the whole area")]
    unit: str
    ordered: Annotated[bool, Field(description="groups stand from the least to the most advantaged")]
    exhaustive: bool
    groups_total: int
    groups_missing: int
    groups_suppressed: int
    shares: Annotated[Shares, Field(description="known, built (equal by how groups are made), or unknown")]
    summary: str | None
    refused: Annotated[str | None, Field(description="why there are no measures")]
    measures: list[MeasureDocument]
    left_out: Annotated[dict[str, str], Field(description="measures that could not be worked out, with the reason")]
    notes: list[str]
    groups: list[GroupDocument]


class PartitionDocument(BaseModel):
    id: str
    name: str


class SpreadDocument(BaseModel):
    key: str
    dataflow: str
    partitions: Annotated[list[PartitionDocument], Field(description="by which it can be asked for")]
    inequality: Annotated[
        InequalityDocument | None, Field(description="null where figures are published for no partition at all")
    ]


_CONTENT: dict[str, Any] = {"text/csv": {"schema": {"type": "string"}}}


@router.get(
    "/inequality",
    summary="How unequally a series is spread inside its area: over districts, sexes, income groups …",
    description="Measures of the WHO's Health Equity Assessment Toolkit with 95 % intervals where errors are published, or the reason why "
    "there are none. `Accept-Language` says in which language sentences are told.",
    response_model=SpreadDocument,
    responses={200: {"content": _CONTENT}, **answers(404)},
)
def inequality(
    request: Request,
    exchange: Here,
    key: Annotated[str, Query(pattern=r"^[A-Za-z0-9_@$\-.]{1,1000}$", description="one series key")],
    dataflow: Annotated[str, Query(max_length=200, description="of the series")] = _LOCAL,
    period: Annotated[
        str | None,
        Query(max_length=40, description="default: the latest that most groups have", examples=["2020"]),
    ] = None,
    partition: Annotated[
        str | None,
        Query(
            pattern=r"^[^\x00-\x1f\x7f]{1,200}$",
            description="`districts`, `districts:NAME` where the area is divided in several ways, or a dimension; default: the first "
            "that there is",
            examples=["districts"],
        ),
    ] = None,
    release: Annotated[int | None, Query(ge=1, le=2**62, description="as it stood after this release")] = None,
    form: Annotated[Form, Query(alias="format", description="`json` or `csv`")] = Form.JSON,
) -> Response:
    flow = flow_of(dataflow)
    assert flow is not None
    spoken, language = language_for(exchange, request.headers)
    with reading(exchange.engine) as conn:
        found = inequality_of(conn, flow, key, period=period, partition=partition, as_of=release)
    headers = {"Vary": "Accept-Language", "Content-Language": spoken, "Cache-Control": "no-cache"}
    if form is Form.CSV:
        if found.found is None:
            raise InvalidRequest("figures are published for no part of this area", parameter="format", value="csv")
        headers["Content-Disposition"] = 'attachment; filename="inequality.csv"'
        return Response(as_csv(found.found, language), 200, headers, "text/csv; charset=utf-8")
    document = {
        "key": key,
        "dataflow": flow.short,
        "partitions": [{"id": id, "name": name} for id, name in found.partitions],
        "inequality": None if found.found is None else as_document(found.found, language),
    }
    return Response(orjson.dumps(document), 200, headers, "application/json")
