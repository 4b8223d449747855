"""`/api/v1/rechecks`: what was compared again since national series, or the rules, have changed, and which series stand otherwise now.

Anybody sees those of what is published; those of a submission that is not, its provider and the office that reviews it. A re-check
withdraws nothing: releases, their reports and passports stay as they were. Sentences are told in the language of `Accept-Language`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from dataexchange.api.asked import WITHOUT_KEY_TOO, Flow, Here, Limit, Offset, Root, Visitor
from dataexchange.api.fields import Provider
from dataexchange.api.submissions import seen
from dataexchange.api.told import answers
from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.messages.recheck_text import sentence
from dataexchange.model.access import Caller
from dataexchange.model.finding import Verdict
from dataexchange.model.recheck import Recheck, State, Turn
from dataexchange.model.sentence import ENGLISH, Language
from dataexchange.store import rechecks
from dataexchange.store.database import Connection, reading
from dataexchange.workflow.permission import parties

router = APIRouter(prefix="/rechecks", tags=["Following"])


class TurnCount(BaseModel):
    before: Verdict
    after: Verdict
    series: int


class RecheckLinks(BaseModel):
    self: str
    release: Annotated[str | None, Field(description="the vintage that it was compared with")]
    submission: Annotated[str | None, Field(description="where it is about one that is not published")]
    page: Annotated[str, Field(description="for people")]


class RecheckDocument(BaseModel):
    id: str
    number: Annotated[int | None, Field(description="in the order in which they were done")]
    state: State
    dataflow: str
    provider: str
    dataset: str
    submission: Annotated[str | None, Field(description="null: it is about what the dataset has published")]
    office: Annotated[str | None, Field(description="that is told beside the provider")]
    baseline: str
    vintage_before: Annotated[int, Field(description="release of the baseline; 0: there was none")]
    vintage_after: int
    rulebook_before: str
    rulebook_after: str
    due_at: datetime
    done_at: datetime | None
    compared: Annotated[int, Field(description="how many series")]
    changed: Annotated[int, Field(description="how many of them stand otherwise")]
    turns: list[TurnCount]
    told: Annotated[str, Field(description="the same in one sentence")]
    message: Annotated[str | None, Field(description="why it could not be done")]
    links: RecheckLinks


class TurnDocument(BaseModel):
    key: str
    within: Annotated[bool, Field(description="it is compared with its own parts, not with a national series")]
    before: Verdict
    before_reason: str
    after: Verdict
    after_reason: str


class RecheckWhole(RecheckDocument):
    series: Annotated[list[TurnDocument], Field(description="that stand otherwise, by `limit` and `offset`")]


@router.get(
    "",
    summary="Re-checks of what is published, and of your own submissions, newest first",
    responses=answers(401),
    openapi_extra=WITHOUT_KEY_TOO,
)
def list_rechecks(
    request: Request,
    response: Response,
    exchange: Here,
    root: Root,
    caller: Visitor,
    flow: Flow,
    provider: Provider = None,
    state: Annotated[State | None, Query(description="due or done")] = None,
    changed: Annotated[bool, Query(description="only those after which a series stands otherwise")] = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> list[RecheckDocument]:
    with reading(exchange.engine) as conn:
        found = rechecks.latest(
            conn,
            state=state,
            provider=provider,
            dataflow=flow,
            parties=parties(caller) if caller else (),
            public=caller is None or parties(caller) is not None,
            changed=changed,
            limit=limit,
            offset=offset,
        )
    language = _spoken(exchange, request, response)
    return [document(one, root, language) for one in found]


@router.get(
    "/{id}",
    summary="One re-check, with the series that stand otherwise",
    responses=answers(401, 403, 404),
    openapi_extra=WITHOUT_KEY_TOO,
)
def one_recheck(
    request: Request,
    response: Response,
    exchange: Here,
    root: Root,
    caller: Visitor,
    id: Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,100}$", examples=["3f2a9c81d04e"])],
    limit: Limit = 100,
    offset: Offset = 0,
) -> RecheckWhole:
    with reading(exchange.engine) as conn:
        found = _visible(conn, caller, id)
        turns = rechecks.turns(conn, id)[offset : offset + limit]
    language = _spoken(exchange, request, response)
    return RecheckWhole(
        **document(found, root, language).model_dump(), series=[_turn(turn, language) for turn in turns]
    )


def _spoken(exchange: Exchange, request: Request, response: Response) -> Language:
    """That of the caller, which the answer names."""
    tag, language = language_for(exchange, request.headers)
    response.headers.update({"Content-Language": tag, "Vary": "Accept-Language"})
    return language


def _visible(conn: Connection, caller: Caller | None, recheck_id: str) -> Recheck:
    found = rechecks.get(conn, recheck_id)
    if found.mark.submission is not None:
        seen(conn, caller, found.mark.submission)
    return found


def document(one: Recheck, root: str, language: Language = ENGLISH) -> RecheckDocument:
    mark, address = one.mark, f"{root}/api/v1/rechecks/{one.id}"
    submission = mark.submission and f"{root}/api/v1/submissions/{quote(mark.submission, safe='')}"
    release = f"{root}/api/v1/releases/{mark.vintages[1]}" if mark.vintages[1] else None
    return RecheckDocument(
        id=one.id,
        number=one.number,
        state=one.state,
        dataflow=mark.dataflow.short,
        provider=mark.provider,
        dataset=mark.dataset,
        submission=mark.submission,
        office=mark.office,
        baseline=mark.baseline.short,
        vintage_before=mark.vintages[0],
        vintage_after=mark.vintages[1],
        rulebook_before=mark.rulebooks[0],
        rulebook_after=mark.rulebooks[1],
        due_at=one.due_at,
        done_at=one.done_at,
        compared=one.compared,
        changed=one.changed,
        turns=[TurnCount(before=Verdict(a), after=Verdict(b), series=n) for (a, b), n in one.turns.items()],
        told=sentence(one).said(language),
        message=one.message,
        links=RecheckLinks(self=address, release=release, submission=submission, page=f"{root}/rechecks/{one.id}"),
    )


def _turn(turn: Turn, language: Language) -> TurnDocument:
    return TurnDocument(
        key=turn.key,
        within=turn.within,
        before=turn.before,
        before_reason=turn.before_reason.said(language),
        after=turn.after,
        after_reason=turn.after_reason.said(language),
    )
