"""`/api/v1/releases/{number}/passport`: what the checks of a release found, and by whose word it stands all the same.

Public, as the report of a published submission is. It is made with the release and never changes: its members are answered as they
were kept, to the letter, so that anybody finds its hash again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, Limit, Offset
from dataexchange.api.conditional import digest_of, holds
from dataexchange.api.told import answers
from dataexchange.model.finding import Comparison, Severity, Verdict
from dataexchange.model.justification import Origin
from dataexchange.store import passports
from dataexchange.store.database import reading
from dataexchange.workflow.passport import verdicts

router = APIRouter(tags=["Following"])


class Hashes(BaseModel):
    """SHA-256 of what the release was made of, each as it was kept."""

    file: str | None
    mapping: str | None
    report: str | None


class RuleFindings(BaseModel):
    rule: str
    title: str
    level: Annotated[int | None, Field(description="ESS validation level")]
    severity: Severity
    count: int
    answered: Annotated[int, Field(description="of them by a reason (warnings) or a waiver (errors)")]


class StatementDocument(BaseModel):
    """About all findings of the rule, or those of a series, of a period, or of one observation; the narrowest holds."""

    rule: str
    key: str | None
    period: str | None
    text: str
    by: Annotated[str, Field(description="the organisation")]
    at: datetime
    origin: Annotated[Origin, Field(description="`data`: it stands in COMMENT_OBS; `carried`: said of `taken_from`")]
    taken_from: str | None


class ReviewDocument(BaseModel):
    office: str | None
    decision: str
    at: datetime


class NationalValue(BaseModel):
    period: str
    value: float


class SeriesVerdict(BaseModel):
    key: str
    rule: str
    verdict: Verdict
    reason: str
    baseline_key: str | None
    national: Annotated[NationalValue | None, Field(description="the latest national value")]
    vintage: Annotated[int | None, Field(description="the release that the national value is of")]
    hints: list[str]


class SeriesVerdicts(BaseModel):
    total: int
    offset: int
    items: list[SeriesVerdict]


class PassportDocument(BaseModel):
    """`hash` is the SHA-256 of all but `hash` and `series` (which follows from the report and the reasons), written as JSON in UTF-8
    without blanks, members in the order of their names.
    """

    version: str
    hash: str
    release: int
    published_at: datetime
    dataflow: str
    provider: str
    dataset: str
    agreement: Annotated[str | None, Field(description="the provision agreement as it was then")] = None
    submission: str
    received_at: datetime
    hashes: Hashes
    rulebook: Annotated[str, Field(description="whose rules, and of which version; empty: as they ship")]
    rules_run: list[str]
    rules_skipped: Annotated[dict[str, str], Field(description="rule: why it did not run")]
    errors: int
    warnings: int
    findings: list[RuleFindings]
    reasons: list[StatementDocument]
    waivers: list[StatementDocument]
    verdicts: Annotated[dict[str, int], Field(description="how many comparisons came to which verdict")]
    review: Annotated[ReviewDocument | None, Field(description="null where the agreement names no office")]
    series: SeriesVerdicts


@router.get(
    "/releases/{number}/passport",
    summary="The validation passport of a release",
    description="`limit` and `offset` page through `series`, the verdicts series by series; everything else is always there.",
    response_model=PassportDocument,
    responses=answers(304, 404),
)
def passport(
    request: Request,
    exchange: Here,
    number: Annotated[int, Path(ge=1, le=2**62, examples=[1])],
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    with reading(exchange.engine) as conn:
        kept = passports.get(conn, number)
        tag = f'"{digest_of(["passport as kept", kept.hash, limit, offset])}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if holds(request.headers, tag):
            return Response(status_code=304, headers=headers)
        total, some = verdicts(conn, kept, limit=limit, offset=offset)
    series = SeriesVerdicts(total=total, offset=offset, items=[_verdict(one) for one in some])
    told = {**kept.document, "hash": kept.hash, "series": series.model_dump(mode="json")}
    return Response(orjson.dumps(told, option=orjson.OPT_SORT_KEYS), 200, headers, "application/json")


def _verdict(one: Comparison) -> SeriesVerdict:
    return SeriesVerdict(
        key=one.key,
        rule=one.rule,
        verdict=one.verdict,
        reason=one.reason,
        baseline_key=one.baseline_key,
        national=NationalValue(period=one.national[0], value=one.national[1]) if one.national else None,
        vintage=one.vintage,
        hints=[str(hint) for hint in one.hints],
    )
