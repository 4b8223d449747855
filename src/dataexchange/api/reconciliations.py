"""`/api/v1/reconciliations`: a national office derives from cities' series such as agree with its own.

What comes out is read like all data, under the derived dataflow: GET /sdmx/v2/data/dataflow/DX/DF_SDG_RECONCILED/1.0.0/*
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, KeyHolder, flow_of
from dataexchange.api.fields import Body, OrganisationId, Reason, Short
from dataexchange.api.told import answers
from dataexchange.door.language import language_for
from dataexchange.model.reconciliation import Adjusted, Method, Outcome, Wish
from dataexchange.model.sentence import Language
from dataexchange.model.structure import Ref
from dataexchange.store.database import writing
from dataexchange.workflow.reconcile import reconcile, withdraw_reconciled

router = APIRouter(prefix="/reconciliations", tags=["Reconciliations"])

#: Observations that an answer lists; the derived dataflow has all of them.
_LISTED = 1000

_LOCAL = "DX:DF_SDG_LOCAL(1.0.0)"

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9_@$\-]{1,200}$")]
Flow = Annotated[Short, Field(description="of the cities' data")]


class WantedReconciliation(Body):
    series: Annotated[Code, Field(description="code of SERIES", examples=["SL_TLF_UEM"])]
    dataflow: Flow = _LOCAL
    area: Annotated[
        Code | None, Field(description="the whole whose parts are to meet its national value; else every whole")
    ] = None
    partition: Annotated[
        Short | None,
        Field(
            description="one way of parting areas: its name in the list of areas, or `codelist`; else every one whose parts have values"
        ),
    ] = None
    method: Annotated[Method | None, Field(description="else what fits the kind of the series")] = None
    across: Annotated[
        Code | None, Field(description="a dimension reconciled together with the areas", examples=["SEX"])
    ] = None
    cv: Annotated[
        float, Field(gt=0, le=1000, description="least-squares: percent of error of values that have no bounds")
    ] = 5.0
    office: Annotated[OrganisationId | None, Field(description="for the operator: whose national values are met")] = (
        None
    )
    dry_run: Annotated[bool, Field(description="answer what would come out, and store nothing")] = False


class UnwantedReconciliation(Reason):
    series: Annotated[Code, Field(description="code of SERIES", examples=["SL_TLF_UEM"])]
    dataflow: Flow = _LOCAL
    office: OrganisationId | None = None


class AdjustedDocument(BaseModel):
    """Values in units: UNIT_MULT is applied."""

    key: str
    period: str
    own: Annotated[float, Field(description="the city's own value, which stays as it is")]
    reconciled: float
    factor: Annotated[float | None, Field(description="reconciled by own")]
    total: Annotated[float, Field(description="the national value that was met")]
    total_key: str
    national_release: Annotated[int, Field(description="that brought the national value: its vintage")]
    own_release: int


class LeftDocument(BaseModel):
    area: str
    key: Annotated[str, Field(description="of the national series")]
    periods: list[str]
    reason: str


class ReconciliationDocument(BaseModel):
    office: str
    series: str
    method: Method
    dataflow: Annotated[str, Field(description="where the reconciled series are")]
    observations: int
    adjusted: Annotated[list[AdjustedDocument], Field(description=f"the first {_LISTED}")]
    left: Annotated[list[LeftDocument], Field(description="what could not be reconciled, and why")]
    changed: Annotated[int, Field(description="observations that come, change or go")]
    release: Annotated[int | None, Field(description="none where nothing is new, and on a dry run")]


class WithdrawnDocument(BaseModel):
    releases: list[int]


@router.post(
    "",
    summary="Reconcile local series to your office's national totals, in a dataflow of their own",
    responses=answers(401, 403, 404, 409),
)
def want_reconciliation(
    request: Request, exchange: Here, caller: KeyHolder, body: WantedReconciliation
) -> ReconciliationDocument:
    wish = Wish(
        series=body.series,
        dataflow=_flow(body.dataflow),
        area=body.area,
        method=body.method,
        across=body.across,
        cv=body.cv,
        office=body.office,
        partition=body.partition,
    )
    with writing(exchange.engine) as conn:
        outcome = reconcile(conn, wish, caller=caller, dry_run=body.dry_run)
    _, language = language_for(exchange, request.headers)
    return _document(outcome, language)


@router.post(
    "/withdrawal",
    summary="Take out what your office has reconciled of a series; releases stay on record",
    responses=answers(401, 403, 404, 409),
)
def withdraw_reconciliation(exchange: Here, caller: KeyHolder, body: UnwantedReconciliation) -> WithdrawnDocument:
    with writing(exchange.engine) as conn:
        done = withdraw_reconciled(
            conn, _flow(body.dataflow), body.series, office=body.office, caller=caller, reason=body.reason
        )
    return WithdrawnDocument(releases=[release.number for release in done])


def _flow(text: str) -> Ref:
    flow = flow_of(text)
    assert flow is not None
    return flow


def _document(outcome: Outcome, language: Language) -> ReconciliationDocument:
    return ReconciliationDocument(
        office=outcome.office,
        series=outcome.series,
        method=outcome.method,
        dataflow=outcome.dataflow.short,
        observations=len(outcome.adjusted),
        adjusted=[_adjusted(one) for one in outcome.adjusted[:_LISTED]],
        left=[
            LeftDocument(area=left.area, key=left.key, periods=list(left.periods), reason=left.reason.said(language))
            for left in outcome.left
        ],
        changed=outcome.changed,
        release=outcome.release.number if outcome.release else None,
    )


def _adjusted(one: Adjusted) -> AdjustedDocument:
    return AdjustedDocument(
        key=one.key,
        period=one.period,
        own=one.own,
        reconciled=one.value,
        factor=one.factor,
        total=one.total.value,
        total_key=one.total.key,
        national_release=one.total.vintage,
        own_release=one.own_release,
    )
