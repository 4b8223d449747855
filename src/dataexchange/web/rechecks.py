"""`/rechecks/{id}`: what was compared again since national series have changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response

from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.messages.recheck_text import sentence, turned
from dataexchange.store import rechecks
from dataexchange.store.database import reading
from dataexchange.web.address import series_path
from dataexchange.web.page import page_router
from dataexchange.web.pages import render
from dataexchange.web.submission import seen
from dataexchange.web.terms import organisation_names

router = page_router()

#: Series on a page.
_SERIES = 1000


@router.get("/rechecks/{id}")
def one(request: Request, id: Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,100}$")]) -> Response:
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        found = rechecks.get(conn, id)
        if found.mark.submission is not None:
            seen(request, conn, found.mark.submission)
        turns = rechecks.turns(conn, id)
        names = organisation_names(exchange, conn)
    tag, language = language_for(exchange, request.headers)
    return render(
        request,
        "recheck.html",
        lang=tag,
        language=language,
        recheck=found,
        told=sentence(found).said(language),
        turned=[line.said(language) for line in turned(found)],
        turns=turns[:_SERIES],
        total=len(turns),
        provider=names.get(found.mark.provider, found.mark.provider),
        flow=found.mark.dataflow,
        series_path=series_path,
    )
