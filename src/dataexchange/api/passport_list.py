"""`/api/v1/passports`: which passports there are of what stands, for those who keep a copy of it.

    GET /api/v1/passports?dataflow=DX:DF_SDG_LOCAL(1.0.0)&after=7  ->  [{"release": 9, "hash": "5c1f…", "dataset": "bristol/pm25", …}]

A passport is on the list while the dataset rests on its release: later releases that leave observations of it in place leave it there,
one that replaces the whole table, or withdraws it, takes it off.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from dataexchange.api.asked import Flow, Here, Limit
from dataexchange.api.told import answers
from dataexchange.store import passports
from dataexchange.store.database import reading

router = APIRouter(tags=["Following"])


class StandingPassport(BaseModel):
    release: int
    hash: Annotated[str, Field(description="SHA-256 of the passport as it is kept; it never changes")]
    dataflow: str
    provider: str
    dataset: str
    published_at: datetime


@router.get(
    "/passports", summary="The passports of the releases that what stands rests on, by release", responses=answers()
)
def list_passports(
    exchange: Here,
    flow: Flow,
    after: Annotated[int, Query(ge=0, le=2**62, description="of later releases than this one", examples=[0])] = 0,
    limit: Limit = 100,
) -> list[StandingPassport]:
    with reading(exchange.engine) as conn:
        found = passports.standing(conn, dataflow=flow, after=after, limit=limit)
        return [StandingPassport(**asdict(one)) for one in found]
