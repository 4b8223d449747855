"""What is too long for the page of a submission: the findings of one rule, the whole report, and the file as it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Annotated
from urllib.parse import quote

import orjson
from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from dataexchange.door.ess import ess_report
from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.door.marked import marked_of
from dataexchange.errors import NotFound
from dataexchange.messages.report import as_text, by_rule
from dataexchange.messages.report_document import as_answer
from dataexchange.messages.report_html import as_html
from dataexchange.messages.report_words import told_in
from dataexchange.model.finding import Severity
from dataexchange.store import files, submissions
from dataexchange.store.database import reading
from dataexchange.web.page import page_router
from dataexchange.web.pages import PRIVATE, render
from dataexchange.web.said import group
from dataexchange.web.submission import Id, seen
from dataexchange.web.visitor import signed_in
from dataexchange.workflow.justified import told_report
from dataexchange.workflow.marked import Form
from dataexchange.workflow.permission import require_file

router = page_router()

#: Findings on one page of all.
_PAGE = 100
_PORTION = 1 << 18


@router.get("/submissions/{id}/findings")
def findings(
    request: Request,
    id: Id,
    rule: Annotated[str, Query(max_length=100)],
    severity: Severity = Severity.ERROR,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """What the report lists of one rule, a hundred findings at a time."""
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        submission = seen(request, conn, id)
        spoken = language_for(exchange, request.headers)
        report = told_in(told_report(conn, submission), spoken[1])
    found = next((f for s, r, f in by_rule(report) if (s, r) == (severity, rule)), [])
    shown = group(severity, rule, found, slice((page - 1) * _PAGE, page * _PAGE), spoken)
    last = max(1, -(-shown.listed // _PAGE))
    if not found or page > last:
        raise NotFound(f"There are no such findings: see what there is on the page of submission {submission.id}.")
    return render(
        request,
        "findings.html",
        headers=PRIVATE,
        submission=submission,
        group=shown,
        page=page,
        last=last,
    )


@router.get("/submissions/{id}/report.{kind}")
def report_file(
    request: Request, id: Id, kind: Annotated[str, Path(pattern=r"^(txt|html|json|ess\.json)$")]
) -> Response:
    """The whole report: text, a page that stands alone, our own JSON, or the ESS validation report 1.0.1."""
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        submission = seen(request, conn, id)
        report = told_report(conn, submission)
        tag, language = language_for(exchange, request.headers)
        ess = ess_report(exchange, conn, submission, report, language) if kind == "ess.json" else b""
    name = f"report-{submission.id}.{kind}"
    if kind == "txt":
        text = as_text(report, limit=1_000_000, language=language)
        return _download(text.encode(), "text/plain; charset=utf-8", name, tag)
    if kind == "html":
        return _download(as_html(report, language).encode(), "text/html; charset=utf-8", name, tag)
    return _download(ess or orjson.dumps(as_answer(report, language)), "application/json", name, tag)


@router.get("/submissions/{id}/marked.{form}")
def marked(request: Request, id: Id, form: Form) -> Response:
    """The table as it was sent, its cells marked."""
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        submission = submissions.get(conn, id)
        require_file(signed_in(request), submission)
        found = marked_of(exchange, conn, submission, form)
    tag, language = language_for(exchange, request.headers)
    headers = {**PRIVATE, "Content-Disposition": found.disposition, "Content-Language": tag}
    return StreamingResponse(found.portions(language), media_type=found.media, headers=headers)


@router.get("/submissions/{id}/file")
def file(request: Request, id: Id) -> Response:
    """The table as it was sent."""
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        submission = submissions.get(conn, id)
    require_file(signed_in(request), submission)
    stream = files.open_file(submission.file_hash, exchange.home)
    return StreamingResponse(
        _portions(stream), media_type="application/octet-stream", headers=attached(submission.file_name)
    )


def _portions(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        yield from iter(lambda: stream.read(_PORTION), b"")


def _download(body: bytes, media_type: str, name: str, tag: str) -> Response:
    spoken = {"Content-Language": tag, "Vary": "Accept-Language"}
    return Response(body, media_type=media_type, headers={**PRIVATE, **attached(name), **spoken})


def attached(name: str) -> dict[str, str]:
    return {**PRIVATE, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
