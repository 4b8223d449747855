"""`/api/v1/comparisons`: a city's published series beside the nation's, with verdict and reason, over what anybody may read.

GET /api/v1/comparisons?area=GB_BRS&series=EN_ATM_PM25
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, Limit, Offset, flow_of
from dataexchange.api.told import answers
from dataexchange.door.language import language_for
from dataexchange.errors import InvalidRequest
from dataexchange.messages.inequality_document import compact
from dataexchange.model.comparison import Compared, SeriesLine
from dataexchange.model.finding import Comparison, Verdict
from dataexchange.model.inequality import Inequality
from dataexchange.model.sentence import Language
from dataexchange.model.submission import Release
from dataexchange.store import releases, structures
from dataexchange.store.database import reading
from dataexchange.workflow.compare import compare_area, compare_key
from dataexchange.workflow.inequality import districts_of

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


class NationalValue(BaseModel):
    """The national value that the sentence speaks of, and the release that last changed the series it is of."""

    period: str
    value: float
    release: Annotated[
        int | None, Field(description="number of the release that last changed the national series, where it is known")
    ]
    published_at: datetime | None


class EndDocument(BaseModel):
    code: str
    name: str
    value: float


class IntervalDocument(BaseModel):
    value: float
    low: Annotated[float | None, Field(description="95 % confidence interval, where the errors are known")]
    high: float | None


class InsideDocument(BaseModel):
    """What the average hides, in short; /api/v1/inequality has all of it."""

    partition: str
    period: str
    groups_total: int
    groups_missing: int
    lowest: EndDocument | None
    highest: EndDocument | None
    difference: IntervalDocument | None
    ratio: IntervalDocument | None
    summary: str | None
    refused: Annotated[str | None, Field(description="why there are no measures")]


class ComparisonDocument(BaseModel):
    local: LineDocument
    baseline: Annotated[LineDocument | None, Field(description="the national series that it was laid beside, if any")]
    verdict: Verdict
    reason: Annotated[str, Field(description="one sentence for people")]
    rule: Annotated[str, Field(description="the check that asked; docs/rules.md tells of it")]
    points: Annotated[list[Point], Field(description="shared periods, in the units that were compared")]
    measures: dict[str, float | None]
    hints: Annotated[list[str], Field(description="what would make it consistent, or what to look at")]
    national: Annotated[NationalValue | None, Field(description="the national value, and of which vintage")]
    inequality: Annotated[
        InsideDocument | None,
        Field(description="the spread over the areas inside; null where no figures are published for any"),
    ]


@router.get(
    "/comparisons",
    summary="A city's series beside the national ones: values, verdict, reason",
    responses=answers(404, 501),
)
def comparisons(
    request: Request,
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
            found: tuple[Compared, ...] = (compare_key(conn, flow, key),)
        elif area is None or series is None:
            raise InvalidRequest("name area and series, or a key", parameter="area" if area is None else "series")
        else:
            found = compare_area(conn, flow, area=area, indicator=series, limit=limit, offset=offset)
        inside = districts_of(conn, structures.schema(conn, flow), [c.local for c in found]) if found else {}
        vintages = {n: releases.get(conn, n) for n in {c.comparison.vintage for c in found} if n is not None}
        language = language_for(exchange, request.headers)[1]
        return [_document(compared, inside.get(compared.local.key), vintages, language) for compared in found]


def _document(
    compared: Compared, inside: Inequality | None, vintages: Mapping[int, Release], language: Language
) -> ComparisonDocument:
    said = compared.comparison
    return ComparisonDocument(
        local=_line(compared.local),
        baseline=_line(compared.baseline) if compared.baseline else None,
        verdict=said.verdict,
        reason=said.sentence.said(language),
        rule=said.rule,
        points=[Point(period=period, local=local, national=national) for period, local, national in said.points],
        measures={name: value if math.isfinite(value) else None for name, value in said.measures.items()},
        hints=[hint.said(language) for hint in said.hints],
        national=_national(said, vintages),
        inequality=InsideDocument(**compact(inside, language)) if inside else None,
    )


def _national(said: Comparison, vintages: Mapping[int, Release]) -> NationalValue | None:
    if said.national is None:
        return None
    period, value = said.national
    release = None if said.vintage is None else vintages.get(said.vintage)
    return NationalValue(
        period=period, value=value, release=said.vintage, published_at=release.published_at if release else None
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
