"""`/api/v1/submissions/{id}/reasons` and `…/waivers`: what a city says of warnings, and its national office of errors.

Who may see a submission may see both. Of who gave them the organisation is told, not the key.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from dataexchange.api.asked import WITHOUT_KEY_TOO, Here, KeyHolder, Visitor
from dataexchange.api.fields import Body, SubmissionId
from dataexchange.api.submissions import seen
from dataexchange.api.told import answers
from dataexchange.model.finding import Severity
from dataexchange.model.justification import Group, Justification, Origin, Side, Statement
from dataexchange.store.database import reading, writing
from dataexchange.workflow.justified import Standing, standing_of
from dataexchange.workflow.justify import give_reasons, give_waivers

#: A thousand statements, each with a key and some sentences.
_MOST_BYTES = 2_000_000


class _Long(APIRoute):
    """Its bodies may be longer than the small ones that every other form has: said before the body is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            request.state.body_limit = _MOST_BYTES
            return await answer(request)

        return handler


router = APIRouter(tags=["Submissions"], route_class=_Long)

_Rule = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Z0-9-]+$", examples=["COH-MIRROR"])]
_Key = Annotated[
    str | None,
    Field(max_length=2000, pattern=r"^[^\x00-\x1f\x7f]+$", description="of this series; without it, of every series"),
]
_Period = Annotated[
    str | None,
    Field(max_length=50, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["2019"], description="without it, of every period"),
]
_Text = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2000,
        pattern=r"^[^\x00]+$",
        description="for people; it is published",
        examples=["Our sensors stand at the roadside; the national figure is of the urban background."],
    ),
]


class StatementBody(Body):
    rule: _Rule
    key: _Key = None
    period: _Period = None
    reason: _Text


class StatementsBody(Body):
    """All are kept or none. What was said of the same rule, series and period before is replaced."""

    statements: Annotated[list[StatementBody], Field(min_length=1, max_length=1000)]


class GroupDocument(BaseModel):
    """Findings of one rule. `example` is the first that nothing is said of, else the first."""

    rule: str
    severity: Severity
    count: int
    answered: int
    waivable: Annotated[bool, Field(description="whether an office may let errors of the rule pass")]
    example: str
    key: str | None
    period: str | None


class GivenDocument(BaseModel):
    rule: str
    key: str | None
    period: str | None
    reason: str
    by: Annotated[str, Field(description="the organisation")]
    at: datetime
    origin: Annotated[Origin, Field(description="`data`: it stands in COMMENT_OBS; `carried`: said of `taken_from`")]
    taken_from: Annotated[str | None, Field(description="the submission that it was first said of")]


class StandingDocument(BaseModel):
    """`total` warnings (or errors), of which `answered` have a reason (or a waiver)."""

    submission: str
    total: int
    answered: int
    groups: list[GroupDocument]
    given: list[GivenDocument]


@router.get(
    "/submissions/{id}/reasons",
    summary="Warnings by rule, and the reasons that were given for them",
    responses=answers(401, 403, 404),
    openapi_extra=WITHOUT_KEY_TOO,
)
def list_reasons(exchange: Here, caller: Visitor, id: SubmissionId) -> StandingDocument:
    with reading(exchange.engine) as conn:
        return _document(standing_of(conn, seen(conn, caller, id)), Side.REASON)


@router.post(
    "/submissions/{id}/reasons",
    summary="Say why warnings may stand: before publication each wants a reason",
    responses=answers(401, 403, 404, 409, 413),
)
def post_reasons(exchange: Here, caller: KeyHolder, id: SubmissionId, body: StatementsBody) -> StandingDocument:
    with writing(exchange.engine) as conn:
        return _document(give_reasons(conn, id, _statements(body), caller=caller), Side.REASON)


@router.get(
    "/submissions/{id}/waivers",
    summary="Errors by rule, and the waivers of the national office",
    tags=["Reviews"],
    responses=answers(401, 403, 404),
    openapi_extra=WITHOUT_KEY_TOO,
)
def list_waivers(exchange: Here, caller: Visitor, id: SubmissionId) -> StandingDocument:
    with reading(exchange.engine) as conn:
        return _document(standing_of(conn, seen(conn, caller, id)), Side.WAIVER)


@router.post(
    "/submissions/{id}/waivers",
    summary="Let errors pass of what lies before your office: those of plausibility and coherence",
    tags=["Reviews"],
    responses=answers(401, 403, 404, 409, 413),
)
def post_waivers(exchange: Here, caller: KeyHolder, id: SubmissionId, body: StatementsBody) -> StandingDocument:
    with writing(exchange.engine) as conn:
        return _document(give_waivers(conn, id, _statements(body), caller=caller), Side.WAIVER)


def _statements(body: StatementsBody) -> Sequence[Statement]:
    return [Statement(one.rule, one.reason, one.key, one.period) for one in body.statements]


def _document(found: Standing, side: Side) -> StandingDocument:
    groups = found.warnings if side is Side.REASON else found.errors
    return StandingDocument(
        submission=found.submission.id,
        total=sum(group.count for group in groups),
        answered=sum(group.answered for group in groups),
        groups=[_group(group) for group in groups],
        given=[_given(one) for one in found.given(side)],
    )


def _group(group: Group) -> GroupDocument:
    return GroupDocument(
        rule=group.rule,
        severity=group.severity,
        count=group.count,
        answered=group.answered,
        waivable=group.waivable,
        example=group.example.message,
        key=group.example.key,
        period=group.example.period,
    )


def _given(one: Justification) -> GivenDocument:
    said = one.statement
    return GivenDocument(
        rule=said.rule,
        key=said.key,
        period=said.period,
        reason=said.text,
        by=one.organisation,
        at=one.given_at,
        origin=one.origin,
        taken_from=one.taken_from,
    )
