"""`/api/v1/keys`: who may call, and for what. A key's secret is in the answer that makes it and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, Field

from dataexchange.api.asked import Here, KeyHolder
from dataexchange.api.fields import Body, Line, OrganisationId
from dataexchange.api.told import answers
from dataexchange.model.access import ApiKey, Scope
from dataexchange.store.database import reading, writing
from dataexchange.workflow import keys

router = APIRouter(prefix="/keys", tags=["Access"])


class KeyDocument(BaseModel):
    id: str
    organisation: str
    scopes: list[Scope]
    label: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: Annotated[datetime | None, Field(description="to the minute")]


class NewKey(KeyDocument):
    key: Annotated[str, Field(description="the key itself, told this once")]


class WantedKey(Body):
    organisation: OrganisationId
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope), examples=[["submit"]])]
    label: Line = ""
    expires_at: AwareDatetime | None = None


@router.get("", summary="Keys of your organisation; of all for the operator", responses=answers(401))
def list_keys(exchange: Here, caller: KeyHolder) -> list[KeyDocument]:
    with reading(exchange.engine) as conn:
        return [KeyDocument(**_words(key)) for key in keys.list_keys(conn, caller=caller)]


@router.post("", summary="Make a key", status_code=201, responses=answers(401, 403))
def create_key(exchange: Here, caller: KeyHolder, body: WantedKey) -> NewKey:
    with writing(exchange.engine) as conn:
        made, text = keys.create_key(
            conn, body.organisation, body.scopes, caller=caller, label=body.label, expires_at=body.expires_at
        )
    return NewKey(**_words(made), key=text)


@router.delete("/{id}", summary="Revoke a key", status_code=204, responses=answers(401, 403, 404, 409))
def revoke_key(
    exchange: Here,
    caller: KeyHolder,
    id: Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,40}$", examples=["3f2a9c81d0"])],
) -> Response:
    with writing(exchange.engine) as conn:
        keys.revoke_key(conn, id, caller=caller)
    return Response(status_code=204)


def _words(key: ApiKey) -> dict[str, object]:
    words = {name: getattr(key, name) for name in KeyDocument.model_fields}
    return {**words, "scopes": sorted(key.scopes)}
