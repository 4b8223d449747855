"""`/api/v1/mappings`: mappings that came with submissions, so that the next table needs only name one.

A mapping names providers, columns and files of a city: its own organisation sees it, and the operator.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, KeyHolder, Root
from dataexchange.api.told import answers
from dataexchange.errors import NotFound
from dataexchange.messages.mapping_json_schema import mapping_json_schema
from dataexchange.model.access import Caller, Scope
from dataexchange.store import files, submissions
from dataexchange.store.database import Connection, reading
from dataexchange.store.submissions import KnownMapping

router = APIRouter(prefix="/mappings", tags=["Submissions"])

_YAML = "application/yaml"


class MappingDocument(BaseModel):
    id: Annotated[str, Field(description="what `mapping_id` takes")]
    name: str
    provider: str
    dataflow: str
    hash: Annotated[str, Field(description="SHA-256 of its text")]
    used_at: Annotated[datetime, Field(description="when it last came with a submission")]
    link: Annotated[str, Field(description="its text")]


@router.get("", summary="Mappings that your organisation has sent", responses=answers(401))
def list_mappings(exchange: Here, root: Root, caller: KeyHolder) -> list[MappingDocument]:
    with reading(exchange.engine) as conn:
        return [_document(mapping, root) for mapping in _known(conn, caller)]


@router.get("/schema", summary="The JSON Schema of mapping files, for editors", responses=answers())
def mapping_schema() -> dict[str, Any]:
    return mapping_json_schema()


@router.get(
    "/{id:path}",
    summary="The text of one mapping, YAML",
    response_class=Response,
    responses={
        200: {"description": "The mapping as it was sent", "content": {_YAML: {"schema": {"type": "object"}}}},
        **answers(401, 404),
    },
)
def one_mapping(
    exchange: Here,
    caller: KeyHolder,
    id: Annotated[
        str,
        Path(
            pattern=r"^[^\x00-\x1f\x7f]{1,300}$",
            description="its id, or the hash of its text",
            examples=["bristol/pm25"],
        ),
    ],
) -> Response:
    with reading(exchange.engine) as conn:
        found = next((m for m in _known(conn, caller) if id in (m.id, m.hash)), None)
    if found is None:
        raise NotFound(f"There is no mapping {id!r} of your organisation: /api/v1/mappings lists those there are.")
    with files.open_file(found.hash, exchange.home) as stream:
        return Response(stream.read(), media_type=_YAML)


def _known(conn: Connection, caller: Caller) -> list[KnownMapping]:
    return submissions.known_mappings(conn, provider=None if caller.may(Scope.ADMIN) else caller.organisation)


def _document(mapping: KnownMapping, root: str) -> MappingDocument:
    return MappingDocument(
        id=mapping.id,
        name=mapping.name,
        provider=mapping.provider,
        dataflow=mapping.dataflow,
        hash=mapping.hash,
        used_at=mapping.used_at,
        link=f"{root}/api/v1/mappings/{quote(mapping.id)}",
    )
