"""`/api/v1/comparisons`: a city's published series beside the nation's, with verdict and reason, over what anybody may read.

GET /api/v1/comparisons?area=GB_BRS&series=EN_ATM_PM25
"""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, Limit, Offset, flow_of
from dataexchange.api.told import answers
from dataexchange.errors import InvalidRequest
from dataexchange.model.comparison import Compared, SeriesLine
from dataexchange.model.finding import Verdict
from dataexchange.store.database import reading
from dataexchange.workflow.compare import compare_area, compare_key

router = APIRouter(tags=["Comparisons"])

_CODE = r"^[A-Za-z0-9_@$\-]{1,200}$"
_LOCAL = "DX:DF_SDG_LOCAL(1.0.0)"


class LineDocument(BaseModel):
    """One series. `periods`, `values` and `statuses` are as long as each other."""

    key: str
    area: str
    dataflow: str
    provider: str
    codes: Annotated[dict[str, str], Field(description="dimension -> code")]
    attributes: Annotated[dict[str, str], Field(description="what is the same for every observation")]
    periods: list[str]
    values: list[float | None]
    statuses: Annotated[list[str | None], Field(description="OBS_STATUS")]


class Point(BaseModel):
    period: str
    local: float
    national: float


class ComparisonDocument(BaseModel):
    local: LineDocument
    baseline: Annotated[LineDocument | None, Field(description="the national series that it was laid beside, if any")]
    verdict: Verdict
    reason: Annotated[str, Field(description="one sentence for people")]
    rule: Annotated[str, Field(description="the check that asked; docs/rules.md tells of it")]
    points: Annotated[list[Point], Field(description="shared periods, in the units that were compared")]
    measures: dict[str, float | None]


@router.get(
    "/comparisons",
    summary="A city's series beside the national ones: values, verdict, reason",
    responses=answers(404, 501),
)
def comparisons(
    exchange: Here,
    area: Annotated[
        str | None, Query(pattern=_CODE, description="code of REF_AREA; with `series`", examples=["GB_BRS"])
    ] = None,
    series: Annotated[str | None, Query(pattern=_CODE, description="code of SERIES", examples=["EN_ATM_PM25"])] = None,
    key: Annotated[
        str | None,
        Query(pattern=r"^[A-Za-z0-9_@$\-.]{1,1000}$", description="instead of both: one series key"),
    ] = None,
    dataflow: Annotated[str, Query(max_length=200, description="of the city's data")] = _LOCAL,
    limit: Limit = 100,
    offset: Offset = 0,
) -> list[ComparisonDocument]:
    flow = flow_of(dataflow)
    assert flow is not None
    with reading(exchange.engine) as conn:
        if key is not None:
            return [_document(compare_key(conn, flow, key))]
        if area is None or series is None:
            raise InvalidRequest("name area and series, or a key", parameter="area" if area is None else "series")
        found = compare_area(conn, flow, area=area, indicator=series, limit=limit, offset=offset)
        return [_document(compared) for compared in found]


def _document(compared: Compared) -> ComparisonDocument:
    said = compared.comparison
    return ComparisonDocument(
        local=_line(compared.local),
        baseline=_line(compared.baseline) if compared.baseline else None,
        verdict=said.verdict,
        reason=said.reason,
        rule=said.rule,
        points=[Point(period=period, local=local, national=national) for period, local, national in said.points],
        measures={name: value if math.isfinite(value) else None for name, value in said.measures.items()},
    )


def _line(line: SeriesLine) -> LineDocument:
    return LineDocument(
        key=line.key,
        area=line.area,
        dataflow=line.dataflow.short,
        provider=line.provider,
        codes=dict(line.codes),
        attributes=dict(line.attributes),
        periods=list(line.periods),
        values=list(line.values),
        statuses=list(line.statuses),
    )
