"""`POST /api/v1/mappings/suggest`: a table, answered with a mapping proposed for it. Nothing of it is stored but its bytes, as of any file.

curl -H "Authorization: Bearer dx_…" -F file=@pm25.csv https://data.example.org/api/v1/mappings/suggest
"""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, KeyHolder, Root, flow_of
from dataexchange.api.told import answers
from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.door.upload import Upload, read_upload
from dataexchange.errors import InvalidRequest
from dataexchange.messages.suggestion_document import suggestion_document
from dataexchange.model.access import Caller, Scope
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import Language
from dataexchange.pipeline.suggestion_file import mapping_text
from dataexchange.store import files
from dataexchange.store.database import reading
from dataexchange.workflow.permission import require
from dataexchange.workflow.suggest import suggest

router = APIRouter(prefix="/mappings", tags=["Submissions"])

_FIELDS = ("provider", "dataflow", "sheet", "encoding")

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV or XLSX, as the city has it",
                        },
                        "provider": {
                            "type": "string",
                            "maxLength": 100,
                            "description": "who sends it, for the operator; else your organisation",
                        },
                        "dataflow": {
                            "type": "string",
                            "maxLength": 200,
                            "description": "where it goes, where your organisation sends to several: DX:DF_SDG_LOCAL(1.0.0)",
                        },
                        "sheet": {
                            "type": "string",
                            "maxLength": 100,
                            "description": "of a workbook: the sheet it is about",
                        },
                        "encoding": {
                            "type": "string",
                            "maxLength": 40,
                            "description": "of a CSV that is not UTF-8, such as cp1252",
                        },
                    },
                }
            }
        },
    }
}


class Candidate(BaseModel):
    code: Annotated[str, Field(description="a component of the structure, or a code")]
    confidence: Annotated[float, Field(ge=0, le=1)]
    sure: Annotated[bool, Field(description="written as a fact: 0.8 or more, and no new code")]
    new: Annotated[bool, Field(description="the code list does not have it yet")]
    reason: str


class SuggestedValue(BaseModel):
    text: Annotated[str, Field(description="as it stands in the table; empty for empty cells")]
    candidates: list[Candidate]


class SuggestedTarget(Candidate):
    period: Annotated[list[str], Field(description="forms of its periods")]
    values: list[SuggestedValue]
    unlisted: Annotated[int, Field(description="distinct texts that are not among `values`")]


class SuggestedColumn(BaseModel):
    column: str
    unknown: Annotated[bool, Field(description="a breakdown that the structure has no dimension for")]
    ignore: Annotated[Candidate | None, Field(description="it is not needed")]
    gives: list[SuggestedTarget]
    others: Annotated[list[Candidate], Field(description="what else it might give")]


class SuggestedFixed(BaseModel):
    component: str
    optional: bool
    candidates: list[Candidate]


class SuggestionDocument(BaseModel):
    file: str
    sheet: str | None
    reading: Annotated[str, Field(description="how the file was read")]
    provider: str | None
    dataflow: str
    questions: Annotated[int, Field(description="how much a person has to answer")]
    learned_from: Annotated[list[str], Field(description="published datasets whose mappings it learned from")]
    columns: list[SuggestedColumn]
    fixed: list[SuggestedFixed]
    mapping: Annotated[str, Field(description="the mapping file, YAML, with the questions in it")]


@router.post(
    "/suggest",
    summary="Propose a mapping for a table",
    responses=answers(401, 403, 404, 413, 415, 422),
    openapi_extra=_FORM,
)
async def suggest_mapping(
    request: Request, response: Response, exchange: Here, root: Root, caller: KeyHolder
) -> SuggestionDocument:
    require(caller, Scope.SUBMIT)
    upload = await read_upload(request, exchange, files={"file": exchange.max_upload_bytes}, fields=_FIELDS)
    tag, language = language_for(exchange, request.headers)
    response.headers.update({"Content-Language": tag, "Vary": "Accept-Language"})
    return await to_thread.run_sync(_answer, exchange, upload, caller, root, language, limiter=exchange.limiter)


def _answer(exchange: Exchange, upload: Upload, caller: Caller, root: str, language: Language) -> SuggestionDocument:
    file = upload.files.get("file")
    if file is None:
        raise InvalidRequest("send the table as the part `file`", parameter="file")
    told = {name: upload.fields.get(name, "").strip()[:200] or None for name in _FIELDS}
    with reading(exchange.engine) as conn:
        made = suggest(
            conn,
            exchange.home,
            files.path_of(file.sha256, exchange.home),
            name=file.name,
            caller=caller,
            provider=told["provider"],
            dataflow=flow_of(told["dataflow"]),
            reading=Reading(sheet=told["sheet"], encoding=told["encoding"]),
        )
    text = mapping_text(made, language, schema=f"{root}/api/v1/mappings/schema")
    return SuggestionDocument.model_validate(suggestion_document(made, text, language))
