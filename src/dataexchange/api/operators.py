"""For operators: is the process alive, and can it work?"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request

from dataexchange.door.exchange import Exchange
from dataexchange.errors import Unreachable
from dataexchange.store import releases
from dataexchange.store.database import reading

log = logging.getLogger("dataexchange.operators")

router = APIRouter(tags=["Operators"])


@router.get("/healthz", summary="The process is alive")
async def alive() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="The database answers", responses={503: {"description": "It does not: try again later"}})
def ready(request: Request) -> dict[str, Any]:
    exchange: Exchange = request.app.state.exchange
    try:
        with reading(exchange.engine) as conn:
            last = releases.last_release(conn)
    except Exception as error:
        log.error("not ready", exc_info=error)
        raise Unreachable("The database does not answer, or has no tables yet; see the log.") from error
    return {"status": "ok", "release": last.number if last else 0}
