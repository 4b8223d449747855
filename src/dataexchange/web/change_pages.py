"""`/submissions/{id}/changes`: all that a submission changes in what is published, a hundred changes at a time, or as CSV."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound
from dataexchange.messages.difference_list import counts, csv, lines, selected
from dataexchange.messages.difference_text import WORDS
from dataexchange.model.difference import Change, Difference
from dataexchange.model.schema import Schema
from dataexchange.model.submission import Submission
from dataexchange.store import structures
from dataexchange.store.database import reading
from dataexchange.web.changes import shown_lines
from dataexchange.web.page import page_router
from dataexchange.web.pages import PRIVATE, render
from dataexchange.web.submission import Id, seen
from dataexchange.workflow.changes import Changes, changes_of

router = page_router()

#: Changes on one page of all.
_PAGE = 100


@router.get("/submissions/{id}/changes")
def changes(
    request: Request, id: Id, change: Change | None = None, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1
) -> Response:
    """Every change, a hundred at a time, all of them or those of one kind."""
    submission, found, schema = _found(request, id)
    rows = selected(found.difference, change)
    last = max(1, -(-rows.num_rows // _PAGE))
    if page > last:
        raise NotFound(f"There are no such changes: see what there is on the page of submission {submission.id}.")
    shown = rows.slice((page - 1) * _PAGE, _PAGE)
    return render(
        request,
        "changes.html",
        headers=PRIVATE,
        submission=submission,
        lines=shown_lines(lines(shown, found.difference, schema)),
        counts=_kinds(found.difference),
        change=change,
        total=rows.num_rows,
        against=found.difference.against,
        outdated=found.outdated,
        page=page,
        last=last,
    )


@router.get("/submissions/{id}/changes.csv")
def changes_file(request: Request, id: Id) -> Response:
    submission, found, schema = _found(request, id)
    name = quote(f"changes-{submission.id}.csv", safe="")
    headers = {**PRIVATE, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return StreamingResponse(csv(found.difference, schema), media_type="text/csv; charset=utf-8", headers=headers)


def _found(request: Request, id: str) -> tuple[Submission, Changes, Schema]:
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        submission = seen(request, conn, id)
        found = changes_of(conn, exchange.home, submission)
        if found is None:
            raise NotFound(
                f"What submission {submission.id} changes is not known: it has not been checked, or has errors."
            )
        return submission, found, structures.schema(conn, submission.dataflow)


def _kinds(difference: Difference) -> list[tuple[str, str, int]]:
    told = counts(difference.observations)
    return [(kind.value, WORDS[kind], told[kind]) for kind in Change if told[kind]]
