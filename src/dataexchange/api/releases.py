"""`/api/v1/releases`: every publication with where it came from. Hashes are SHA-256 of file, mapping and report as they were."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from dataexchange.api.asked import Flow, Here, Limit, Offset
from dataexchange.api.told import answers
from dataexchange.model.submission import Release
from dataexchange.store import releases
from dataexchange.store.database import reading

router = APIRouter(tags=["Following"])


class ReleaseDocument(BaseModel):
    number: int
    published_at: datetime
    dataflow: str
    provider: str
    dataset: str
    submission: str | None
    file_hash: str | None
    mapping_hash: str | None
    report_hash: str | None
    note: str | None
    series_added: int
    series_revised: int
    series_closed: int
    observations: int


@router.get("/releases", summary="Releases, newest first, with where each came from", responses=answers())
def list_releases(exchange: Here, flow: Flow, limit: Limit = 100, offset: Offset = 0) -> list[ReleaseDocument]:
    with reading(exchange.engine) as conn:
        return [_document(release) for release in releases.latest(conn, dataflow=flow, limit=limit, offset=offset)]


@router.get("/releases/{number}", summary="One release", responses=answers(404))
def one_release(exchange: Here, number: Annotated[int, Path(ge=1, le=2**62, examples=[1])]) -> ReleaseDocument:
    with reading(exchange.engine) as conn:
        return _document(releases.get(conn, number))


def _document(release: Release) -> ReleaseDocument:
    return ReleaseDocument(**{**asdict(release), "dataflow": release.dataflow.short})
