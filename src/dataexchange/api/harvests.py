"""`/api/v1/harvests`: runs over the sources of national series, and an office's wish that its own is harvested now."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path as Folder
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from dataexchange.api.asked import Here, KeyHolder, Limit, Offset
from dataexchange.api.fields import Body
from dataexchange.api.told import answers
from dataexchange.errors import InvalidRequest, NotFound, Unreachable
from dataexchange.model.access import Scope
from dataexchange.model.harvest import Harvest, Outcome
from dataexchange.model.source import Source
from dataexchange.store import harvests
from dataexchange.store.database import reading, writing
from dataexchange.workflow.harvest_wish import ask_for
from dataexchange.workflow.permission import require
from dataexchange.workflow.sources import FILE, chosen, load_sources

log = logging.getLogger("dataexchange.harvests")

router = APIRouter(prefix="/harvests", tags=["Harvests"])

_ID = r"^[A-Za-z0-9_.\-]{1,100}$"


class AnsweredDocument(BaseModel):
    """One address that was fetched."""

    name: str
    url: str
    status: Annotated[int, Field(description="304: its bytes are those of an earlier run")]
    sha256: str
    size: int
    fetched_at: datetime
    attempts: int


class HarvestDocument(BaseModel):
    id: str
    source: str
    outcome: Outcome
    message: str
    started_at: datetime
    ended_at: datetime | None
    release: Annotated[int | None, Field(description="that published the new vintage")]
    facts: Annotated[dict[str, Any], Field(description="origin, licence, counts")]
    answers: list[AnsweredDocument]


class WantedHarvest(Body):
    source: Annotated[str, Field(pattern=_ID, description="its name in sources.toml", examples=["kyrgyzstan"])]


@router.get("", summary="Runs over sources of national series, newest first", responses=answers(401))
def list_harvests(
    exchange: Here,
    _caller: KeyHolder,
    source: Annotated[str | None, Query(pattern=_ID, description="of this source only")] = None,
    outcome: Annotated[Outcome | None, Query(description="that ended so only")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> list[HarvestDocument]:
    with reading(exchange.engine) as conn:
        found = harvests.latest(conn, source=source, outcome=outcome, limit=limit, offset=offset)
        return [_document(harvest) for harvest in found]


@router.get("/{id}", summary="One run", responses=answers(401, 404))
def one_harvest(exchange: Here, _caller: KeyHolder, id: Annotated[str, Path(pattern=_ID)]) -> HarvestDocument:
    with reading(exchange.engine) as conn:
        return _document(harvests.get(conn, id))


@router.post(
    "",
    summary="Have one of your office's sources harvested by a worker",
    status_code=202,
    responses=answers(401, 403, 404),
)
def want_harvest(exchange: Here, caller: KeyHolder, body: WantedHarvest) -> HarvestDocument:
    require(caller, Scope.BASELINE)
    (source,) = chosen(_sources(exchange.home), [body.source])
    with writing(exchange.engine) as conn:
        return _document(ask_for(conn, source, caller=caller))


def _sources(home: Folder) -> tuple[Source, ...]:
    """Those of the exchange. What is wrong with its file is the operator's to hear, in the log, and not the caller's."""
    try:
        return load_sources(home / FILE)
    except NotFound:
        return ()
    except InvalidRequest as error:
        log.error("%s", error)
        raise Unreachable(f"{FILE} of this exchange cannot be used: tell its operator, whose log says why.") from None


def _document(harvest: Harvest) -> HarvestDocument:
    return HarvestDocument(
        id=harvest.id,
        source=harvest.source,
        outcome=harvest.outcome,
        message=harvest.message,
        started_at=harvest.started_at,
        ended_at=harvest.ended_at,
        release=harvest.release,
        facts=dict(harvest.facts),
        answers=[
            AnsweredDocument(**{name: getattr(answer, name) for name in AnsweredDocument.model_fields})
            for answer in harvest.answers
        ],
    )
