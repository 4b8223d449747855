"""For operators: is the process alive, and can it work?"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request, Response

from dataexchange.door import metrics
from dataexchange.door.exchange import Exchange
from dataexchange.errors import Unreachable
from dataexchange.store import files, releases
from dataexchange.store.database import reading, require_place

log = logging.getLogger("dataexchange.operators")

router = APIRouter(tags=["Operators"])


@router.get("/healthz", summary="The process is alive")
async def alive() -> dict[str, str]:
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="The database answers, and files can be kept",
    responses={503: {"description": "One of them cannot: try again later"}},
)
def ready(request: Request) -> dict[str, Any]:
    exchange: Exchange = request.app.state.exchange
    try:
        with reading(exchange.engine) as conn:
            last = releases.last_release(conn)
    except Exception as error:
        log.error("not ready", exc_info=error)
        raise Unreachable("The database does not answer, or has no tables yet; see the log.") from error
    require_place(exchange.engine)
    files.require_room(exchange.home)
    return {"status": "ok", "release": last.number if last else 0}


@router.get(
    "/metrics",
    summary="Counts and facts, as Prometheus reads them",
    response_class=Response,
    responses={200: {"content": {metrics.CONTENT_TYPE: {"schema": {"type": "string"}}}}},
)
def measured(request: Request) -> Response:
    return Response(metrics.exposition(request.app.state.exchange), media_type=metrics.CONTENT_TYPE)
