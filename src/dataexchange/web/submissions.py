"""`/submissions`: those that the key may see, newest first."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.store import submissions
from dataexchange.store.database import reading
from dataexchange.web.page import page_router
from dataexchange.web.pages import render
from dataexchange.web.recheck_lists import of_organisation
from dataexchange.web.terms import organisation_names
from dataexchange.web.visitor import signed_in
from dataexchange.workflow.permission import parties

router = page_router()

_PAGE = 50


@router.get("/submissions")
def list_submissions(request: Request, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Response:
    exchange: Exchange = request.app.state.exchange
    caller = signed_in(request)
    with reading(exchange.engine) as conn:
        found = submissions.latest(conn, parties=parties(caller), limit=_PAGE + 1, offset=(page - 1) * _PAGE)
        names = organisation_names(exchange, conn)
        spoken = language_for(exchange, request.headers)
        again = of_organisation(conn, caller, "provider", spoken) if page == 1 else []
    return render(
        request,
        "submissions.html",
        found=found[:_PAGE],
        more=len(found) > _PAGE,
        page=page,
        names=names,
        again=again,
        everybody=parties(caller) is None,
        others=any(submission.provider != caller.organisation for submission in found),
        own_name=names.get(caller.organisation, caller.organisation),
    )
