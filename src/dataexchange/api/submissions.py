"""`/api/v1/submissions`: how far each came, what the checks said, and the words of its sender and its reviewer.

Anybody sees what was published. Before that a submission is seen by its provider, by the office that it lies before, and by keys
that may read what is restricted; who has no key is asked for one, who has another is refused.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dataexchange.api.asked import WITHOUT_KEY_TOO, Here, KeyHolder, Limit, Offset, Root, Visitor
from dataexchange.api.fields import Provider, Reason, SubmissionId
from dataexchange.api.submission_document import SubmissionDocument, document, documents, told
from dataexchange.api.told import answers
from dataexchange.door.waiting import tell_worker
from dataexchange.errors import Unauthenticated
from dataexchange.model.access import Caller
from dataexchange.model.submission import Status, Submission
from dataexchange.store import submissions
from dataexchange.store.database import Connection, reading, writing
from dataexchange.workflow import publish, review
from dataexchange.workflow.permission import may_see, parties, require_sight

router = APIRouter(tags=["Submissions"])


@router.get("/submissions", summary="Submissions that the key may see, newest first", responses=answers(401))
def list_submissions(
    exchange: Here,
    root: Root,
    caller: KeyHolder,
    status: Annotated[Status | None, Query(description="of this status only")] = None,
    provider: Provider = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> list[SubmissionDocument]:
    with reading(exchange.engine) as conn:
        found = submissions.latest(
            conn, status=status, provider=provider, parties=parties(caller), limit=limit, offset=offset
        )
        return documents(conn, found, root)


@router.get(
    "/submissions/{id}",
    summary="One submission: its status, and what is being done with it",
    response_model=SubmissionDocument,
    responses=answers(304, 401, 403, 404),
    openapi_extra=WITHOUT_KEY_TOO,
)
def one_submission(request: Request, exchange: Here, root: Root, caller: Visitor, id: SubmissionId) -> Response:
    with reading(exchange.engine) as conn:
        submission = seen(conn, caller, id)
        return told(request, document(conn, submission, root))


@router.post(
    "/submissions/{id}/publication",
    summary="Ask for publication of a checked submission",
    status_code=202,
    response_model=SubmissionDocument,
    responses=answers(401, 403, 404, 409),
)
def ask_for_publication(request: Request, exchange: Here, root: Root, caller: KeyHolder, id: SubmissionId) -> Response:
    with writing(exchange.engine) as conn:
        submission = review.ask_for_publication(conn, id, caller=caller)
        answer = document(conn, submission, root)
    tell_worker(exchange, submission)
    return told(request, answer, status=202)


@router.post(
    "/submissions/{id}/withdrawal",
    summary="Withdraw a published submission in a release of its own, or take back one that is not published",
    response_model=SubmissionDocument,
    responses=answers(401, 403, 404, 409),
)
def withdraw(
    request: Request, exchange: Here, root: Root, caller: KeyHolder, id: SubmissionId, body: Reason
) -> Response:
    with writing(exchange.engine) as conn:
        publish.withdraw(conn, id, caller=caller, reason=body.reason)
        return told(request, document(conn, submissions.get(conn, id), root))


@router.post(
    "/submissions/{id}/acceptance",
    summary="Accept a submission that lies before your office: it is published next",
    tags=["Reviews"],
    status_code=202,
    response_model=SubmissionDocument,
    responses=answers(401, 403, 404, 409),
)
def accept(request: Request, exchange: Here, root: Root, caller: KeyHolder, id: SubmissionId) -> Response:
    with writing(exchange.engine) as conn:
        submission = review.accept(conn, id, caller=caller)
        answer = document(conn, submission, root)
    tell_worker(exchange, submission)
    return told(request, answer, status=202)


@router.post(
    "/submissions/{id}/return",
    summary="Return a submission that lies before your office, with what is to be mended",
    tags=["Reviews"],
    response_model=SubmissionDocument,
    responses=answers(401, 403, 404, 409),
)
def send_back(
    request: Request, exchange: Here, root: Root, caller: KeyHolder, id: SubmissionId, body: Reason
) -> Response:
    with writing(exchange.engine) as conn:
        submission = review.send_back(conn, id, caller=caller, reason=body.reason)
        return told(request, document(conn, submission, root))


@router.get(
    "/reviews",
    summary="What lies before your office, oldest first",
    tags=["Reviews"],
    responses=answers(401, 403),
)
def list_reviews(
    exchange: Here, root: Root, caller: KeyHolder, provider: Provider = None, limit: Limit = 100, offset: Offset = 0
) -> list[SubmissionDocument]:
    with reading(exchange.engine) as conn:
        found = review.queue(conn, caller=caller, provider=provider, limit=limit, offset=offset)
        return documents(conn, found, root)


def seen(conn: Connection, caller: Caller | None, submission_id: str) -> Submission:
    """The submission, where the caller may see it; Unauthenticated where a key might help, Forbidden where another would."""
    submission = submissions.get(conn, submission_id)
    if caller is None and not may_see(None, submission):
        raise Unauthenticated(
            f"Submission {submission.id} is not published: send a key of {submission.provider} or of the office that reviews it."
        )
    require_sight(caller, submission)
    return submission
