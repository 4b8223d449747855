"""`/api/v1/rules` and `/api/v1/rulebooks`: what is checked, how a national office has set it, and every version it ever loaded.

Anybody may read them; an office changes its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from dataexchange.api.asked import Flow, Here, KeyHolder, Limit, Offset
from dataexchange.api.fields import OrganisationId
from dataexchange.api.told import answers
from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.errors import InvalidRequest
from dataexchange.messages.read_rulebook import MAX_BYTES
from dataexchange.messages.report_words import remedy_of, title_of
from dataexchange.model.access import Caller, Scope
from dataexchange.model.rule import Rule, Severity
from dataexchange.model.rulebook import Choice, Rulebook
from dataexchange.model.rules import RULES, registered
from dataexchange.model.sentence import Language
from dataexchange.model.series_notes import SeriesKind
from dataexchange.store import rulebooks
from dataexchange.store.database import Connection, reading, writing
from dataexchange.store.rulebooks import Loaded
from dataexchange.workflow.permission import require
from dataexchange.workflow.rulebook import office_rulebook
from dataexchange.workflow.rulebook_vtl import rulebook_vtl
from dataexchange.workflow.rulebooks import left_out, load_rulebook, require_office, rulebook_text

router = APIRouter(tags=["Rules"])

_YAML = "application/yaml"
_TEXT = "text/plain; charset=utf-8"

Agency = Annotated[
    OrganisationId, Query(description="as this office has set them; DX: as the operator has", examples=["UK_ONS"])
]
Office = Annotated[OrganisationId, Path(description="id of the office", examples=["UK_ONS"])]
Number = Annotated[int, Path(ge=0, le=1_000_000, description="0: the rules as they ship")]


class ParameterDocument(BaseModel):
    name: str
    value: Annotated[float, Field(description="as it is set where no choice says otherwise")]
    default: float
    lowest: float | None
    highest: float | None
    unit: str
    meaning: str


class ChoiceDocument(BaseModel):
    """What an office has set, and where it holds; null: everywhere."""

    rule: str
    on: bool | None
    severity: Severity | None
    parameters: dict[str, float]
    dataflow: str | None
    agreement: str | None
    series: str | None


class RuleDocument(BaseModel):
    id: str
    level: Annotated[int, Field(ge=0, le=5, description="ESS validation level")]
    severity: Severity
    on: bool
    settable: Annotated[bool, Field(description="whether an office may switch it off or make it milder")]
    title: str
    remedy: str
    explanation: Annotated[str, Field(description="Markdown, in English")]
    formula: str
    source: str
    parameters: list[ParameterDocument]
    choices: Annotated[list[ChoiceDocument], Field(description="all that the office has set about it")]
    rulebook: Annotated[str, Field(description="by which these settings are found again", examples=["UK_ONS 3"])]


class VersionDocument(BaseModel):
    agency: str
    version: int
    hash: Annotated[str, Field(description="SHA-256 of its text")]
    loaded_at: datetime


class NatureDocument(BaseModel):
    kind: SeriesKind
    weight: str | None


class RulebookDocument(BaseModel):
    agency: str
    version: Annotated[int, Field(description="0: nothing was loaded, the rules hold as they ship")]
    hash: str | None
    loaded_at: datetime | None
    choices: list[ChoiceDocument]
    kinds: Annotated[dict[str, NatureDocument], Field(description="of series whose code list does not say it")]
    left_out: Annotated[list[str], Field(description="what this version of the exchange knows no more")]


class LoadedDocument(RulebookDocument):
    new: Annotated[bool, Field(description="false: it says what the version before said, and none was made")]
    remarks: Annotated[list[str], Field(description="names in it that nothing here has yet")]


@router.get("/rules", summary="Every rule, as an office has set it", responses=answers(404))
def list_rules(exchange: Here, request: Request, response: Response, agency: Agency = "DX") -> list[RuleDocument]:
    language = _spoken(exchange, request, response)
    with reading(exchange.engine) as conn:
        book = _book(conn, agency)
    return [_rule(rule, book, language) for rule in RULES.values()]


@router.get("/rules/{id}", summary="One rule", responses=answers(404))
def one_rule(
    exchange: Here,
    request: Request,
    response: Response,
    id: Annotated[str, Path(pattern=r"^[A-Za-z0-9\-]{1,100}$", examples=["COH-MIRROR"])],
    agency: Agency = "DX",
) -> RuleDocument:
    rule = registered(id)
    language = _spoken(exchange, request, response)
    with reading(exchange.engine) as conn:
        return _rule(rule, _book(conn, agency), language)


@router.get(
    "/rulebooks", summary="The rulebooks that hold, one for each office that has loaded one", responses=answers()
)
def list_rulebooks(exchange: Here) -> list[VersionDocument]:
    with reading(exchange.engine) as conn:
        return [_version(held) for held in rulebooks.newest(conn)]


@router.get("/rulebooks/{agency}", summary="What an office has set", responses=answers(404))
def one_rulebook(exchange: Here, agency: Office) -> RulebookDocument:
    with reading(exchange.engine) as conn:
        require_office(conn, agency)
        return RulebookDocument(**_rulebook(conn, agency))


@router.put(
    "/rulebooks/{agency}",
    summary="Load the rulebook of your office: a new version, unless it says what the last one says",
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "the rulebook, in UTF-8",
            "content": {_YAML: {"schema": {"type": "object"}, "example": {"agency": "UK_ONS", "rules": []}}},
        }
    },
    responses=answers(401, 403, 404, 413),
)
async def put_rulebook(exchange: Here, caller: KeyHolder, request: Request, agency: Office) -> LoadedDocument:
    require(caller, Scope.REVIEW, agency)
    request.state.body_limit = MAX_BYTES
    try:
        text = await request.body()
    except ClientDisconnect:
        raise InvalidRequest("the body was cut off before its end; send it again") from None
    return await to_thread.run_sync(_loaded, exchange, caller, agency, text, limiter=exchange.limiter)


def _loaded(exchange: Exchange, caller: Caller, agency: str, text: bytes) -> LoadedDocument:
    with writing(exchange.engine) as conn:
        made = load_rulebook(conn, text, "the body", caller=caller, agency=agency)
        return LoadedDocument(**_rulebook(conn, agency), new=made.new, remarks=list(made.remarks))


@router.get("/rulebooks/{agency}/versions", summary="Every version, newest first", responses=answers(404))
def list_versions(exchange: Here, agency: Office, limit: Limit = 100, offset: Offset = 0) -> list[VersionDocument]:
    with reading(exchange.engine) as conn:
        require_office(conn, agency)
        return [_version(held) for held in rulebooks.history(conn, agency, limit=limit, offset=offset)]


def _answer(media: str, kind: str, description: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": description, "content": {media: {"schema": {"type": kind}}}}, **answers(404)}


@router.get(
    "/rulebooks/{agency}/versions/{version}",
    summary="The text of one version, YAML",
    response_class=Response,
    responses=_answer(_YAML, "object", "The rulebook as it was loaded"),
)
def one_version(exchange: Here, agency: Office, version: Number) -> Response:
    with reading(exchange.engine) as conn:
        return Response(rulebook_text(conn, agency, version), media_type=_YAML)


@router.get(
    "/rulebooks/{agency}/vtl",
    summary="The rules as VTL 2.1, with the parameters in force",
    response_class=Response,
    responses=_answer("text/plain", "string", "Definitions and checks; what VTL cannot express stands as a comment"),
)
def vtl(exchange: Here, agency: Office, dataflow: Flow = None) -> Response:
    with reading(exchange.engine) as conn:
        return Response(rulebook_vtl(conn, agency, dataflow), media_type=_TEXT)


def _spoken(exchange: Here, request: Request, response: Response) -> Language:
    spoken, language = language_for(exchange, request.headers)
    response.headers["Content-Language"], response.headers["Vary"] = spoken, "Accept-Language"
    return language


def _book(conn: Connection, agency: str) -> Rulebook:
    require_office(conn, agency)
    return office_rulebook(conn, agency)


def _rulebook(conn: Connection, agency: str) -> dict[str, Any]:
    """All of a RulebookDocument."""
    book, held = office_rulebook(conn, agency, shipped=False), rulebooks.last(conn, agency)
    loaded = rulebooks.get(conn, agency, held[0]) if held else None
    return {
        "agency": agency,
        "version": book.version,
        "hash": loaded.hash if loaded else None,
        "loaded_at": loaded.loaded_at if loaded else None,
        "choices": [_choice(choice) for choice in book.choices],
        "kinds": {code: NatureDocument(kind=n.kind, weight=n.weight) for code, n in book.kinds.items()},
        "left_out": list(left_out(loaded)) if loaded else [],
    }


def _rule(rule: Rule, book: Rulebook, language: Language) -> RuleDocument:
    return RuleDocument(
        id=rule.id,
        level=rule.level,
        severity=book.severity(rule.id),
        on=book.runs(rule.id),
        settable=not rule.guards,
        title=title_of(rule.id).said(language),
        remedy=remedy_of(rule.id).said(language),
        explanation=rule.explanation,
        formula=rule.formula,
        source=rule.source,
        parameters=[
            ParameterDocument(
                name=p.name,
                value=book.number(rule.id, p.name),
                default=p.default,
                lowest=p.lowest,
                highest=p.highest,
                unit=p.unit,
                meaning=p.meaning,
            )
            for p in rule.parameters
        ],
        choices=[_choice(choice) for choice in book.choices if choice.rule == rule.id],
        rulebook=book.name,
    )


def _choice(choice: Choice) -> ChoiceDocument:
    return ChoiceDocument(
        rule=choice.rule,
        on=choice.on,
        severity=choice.severity,
        parameters=dict(choice.parameters),
        dataflow=choice.dataflow,
        agreement=choice.agreement,
        series=choice.series,
    )


def _version(held: Loaded) -> VersionDocument:
    return VersionDocument(agency=held.agency, version=held.version, hash=held.hash, loaded_at=held.loaded_at)
