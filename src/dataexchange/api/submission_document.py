"""A submission as /api/v1 tells it, to its sender, its reviewer, and to anybody once it is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Request, Response
from pydantic import BaseModel, Field

from dataexchange.api.conditional import digest_of, holds
from dataexchange.model.submission import PUBLIC, WAITING, Status, Submission
from dataexchange.store import releases
from dataexchange.store.database import Connection


class SubmissionLinks(BaseModel):
    self: str
    report: str
    changes: Annotated[str, Field(description="what publishing it changes; 404 before its check")]
    page: Annotated[str, Field(description="for people")]


class SubmissionDocument(BaseModel):
    id: str
    status: Status
    step: Annotated[str | None, Field(description="what the exchange is doing with it now")]
    reason: Annotated[str | None, Field(description="why it was returned or withdrawn")]
    provider: str
    dataflow: str
    dataset: str
    file_name: str
    file_hash: Annotated[str, Field(description="SHA-256")]
    mapping_name: str | None
    mapping_hash: str | None
    publish: Annotated[bool, Field(description="whether it goes on to publication by itself")]
    reviewer: Annotated[str | None, Field(description="the office it was laid before")]
    received_at: datetime
    changed_at: datetime | None
    release: Annotated[int | None, Field(description="that published it")]
    links: SubmissionLinks


def documents(conn: Connection, found: Sequence[Submission], root: str) -> list[SubmissionDocument]:
    numbers = releases.numbers_of(conn, [s.id for s in found if s.status in PUBLIC])
    return [_document(submission, numbers, root) for submission in found]


def document(conn: Connection, submission: Submission, root: str) -> SubmissionDocument:
    return documents(conn, [submission], root)[0]


def _document(submission: Submission, numbers: Mapping[str, int], root: str) -> SubmissionDocument:
    name = quote(submission.id, safe="")
    address = f"{root}/api/v1/submissions/{name}"
    links = SubmissionLinks(
        self=address, report=f"{address}/report", changes=f"{address}/changes", page=f"{root}/submissions/{name}"
    )
    return SubmissionDocument(
        id=submission.id,
        status=submission.status,
        step=submission.step,
        reason=submission.reason,
        provider=submission.provider,
        dataflow=submission.dataflow.short,
        dataset=submission.dataset,
        file_name=submission.file_name,
        file_hash=submission.file_hash,
        mapping_name=submission.mapping_name,
        mapping_hash=submission.mapping_hash,
        publish=submission.publish,
        reviewer=submission.reviewer,
        received_at=submission.received_at,
        changed_at=submission.changed_at,
        release=numbers.get(submission.id),
        links=links,
    )


def told(request: Request, submission: SubmissionDocument, *, status: int = 200) -> Response:
    """The answer that stands for one submission. While the next step is the exchange's own it says when to ask again."""
    body = submission.model_dump_json()
    tag = f'"{digest_of(["submission", body])}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if submission.status in WAITING:
        headers["Retry-After"] = "1"
    if status != 200:
        headers["Location"] = submission.links.self
    elif holds(request.headers, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, "application/json")
