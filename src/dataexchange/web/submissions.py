"""`/submissions`: those that the key may see, newest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from dataexchange.door.exchange import Exchange
from dataexchange.model.access import Caller, Scope
from dataexchange.model.submission import Submission
from dataexchange.store import submissions
from dataexchange.store.database import Connection, reading
from dataexchange.web.page import page_router
from dataexchange.web.pages import render
from dataexchange.web.terms import organisation_names
from dataexchange.web.visitor import signed_in

router = page_router()

_PAGE = 50


@router.get("/submissions")
def list_submissions(request: Request, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Response:
    exchange: Exchange = request.app.state.exchange
    caller = signed_in(request)
    with reading(exchange.engine) as conn:
        found = _seen_by(conn, caller, limit=_PAGE + 1, offset=(page - 1) * _PAGE)
        names = organisation_names(exchange, conn)
    return render(
        request,
        "submissions.html",
        found=found[:_PAGE],
        more=len(found) > _PAGE,
        page=page,
        names=names,
        everybody=caller.may(Scope.READ_RESTRICTED),
        own_name=names.get(caller.organisation, caller.organisation),
    )


def _seen_by(conn: Connection, caller: Caller, *, limit: int, offset: int) -> list[Submission]:
    """Everybody's for who may read what is restricted; else those that the organisation sent, or else those laid before it."""
    if caller.may(Scope.READ_RESTRICTED):
        return submissions.latest(conn, limit=limit, offset=offset)
    if caller.may(Scope.SUBMIT):
        return submissions.latest(conn, provider=caller.organisation, limit=limit, offset=offset)
    if caller.may(Scope.REVIEW):
        return submissions.latest(conn, reviewer=caller.organisation, limit=limit, offset=offset)
    return []
