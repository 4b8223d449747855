r"""On the way to publication: who asks for it, who is asked, and what the reviewing office says.

    checked --(publication asked for, warnings answered)--> in review --accept--> accepted --(worker)--> published
                                                        \--no review agreed--> accepted
    returned for errors that may be waived --(the same)--> in review --waive, accept--> accepted

A reviewing office accepts or returns, with a reason; it changes nothing in what it reviews. Where no office reviews, nobody but the
operator waives an error.
"""

from __future__ import annotations

from dataclasses import replace

from dataexchange.errors import Conflict
from dataexchange.model.access import Caller, Scope
from dataexchange.model.provision import reviewer_of
from dataexchange.model.submission import Status, Submission
from dataexchange.store import audit, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import agreement_of, require_agreement
from dataexchange.workflow.justified import not_to_be_waived, require_reasons, require_waivers, standing, standing_of
from dataexchange.workflow.permission import require, require_office, require_sender
from dataexchange.workflow.reason import require_reason


def ask_for_publication(conn: Connection, submission_id: str, *, caller: Caller) -> Submission:
    """A city's word that its checked submission is to be published; what is not checked yet goes on when it is.

    Every warning has a reason by then. What the checks returned for errors that an office may waive is laid before that office.
    """
    submission = submissions.hold(conn, submission_id)
    require_sender(caller, submission)
    if submission.status is Status.RECEIVED and submissions.wish_publication(conn, submission.id):
        return submissions.get(conn, submission.id)
    # Looked at again: a worker may have concluded its check since.
    submission = submissions.get(conn, submission.id)
    found = standing(conn, submission)
    if submission.status is not Status.CHECKED and not (found and found.is_forgivable):
        stands_in_the_way = f" {told}" if found and (told := not_to_be_waived(found)) else ""
        raise Conflict(
            f"Submission {submission.id} is {submission.status}: only a checked one can be published.{stands_in_the_way}"
        )
    if found is not None:
        require_reasons(found)
        if _reviewer(conn, submission) is None:
            require_waivers(found, "the operator of the exchange")
    return forward(conn, submission, actor=caller.actor)


def goes_on(conn: Connection, submission: Submission, *, actor: str) -> Submission:
    """After a check, where its sender wished so; what has warnings without a reason waits for its sender."""
    waits = standing_of(conn, submission).wanting
    return submission if waits else forward(conn, submission, actor=actor)


def forward(conn: Connection, submission: Submission, *, actor: str) -> Submission:
    """To the reviewing office, or past it where the agreement names none."""
    reviewer = _reviewer(conn, submission)
    status = Status.ACCEPTED if reviewer is None else Status.IN_REVIEW
    submissions.set_status(conn, submission.id, status, reviewer=reviewer, reason="", of=submission.status)
    detail = {} if reviewer is None else {"reviewer": reviewer}
    audit.record(conn, actor=actor, action=f"submission.{status}", subject=submission.id, detail=detail)
    return submissions.get(conn, submission.id)


def accept(conn: Connection, submission_id: str, *, caller: Caller) -> Submission:
    """The reviewing office's yes; errors that it has not waived stand in its way."""
    submission = _before(conn, submission_id, caller)
    require_waivers(standing_of(conn, submission), submission.reviewer or submission.provider)
    submissions.set_status(conn, submission.id, Status.ACCEPTED, of=Status.IN_REVIEW)
    audit.record(conn, actor=caller.actor, action="review.accept", subject=submission.id)
    return submissions.get(conn, submission.id)


def send_back(conn: Connection, submission_id: str, *, caller: Caller, reason: str) -> Submission:
    """The reviewing office's no, with what is to be mended."""
    submission = _before(conn, submission_id, caller)
    reason = require_reason(reason)
    submissions.set_status(conn, submission.id, Status.RETURNED, reason=reason, of=Status.IN_REVIEW)
    audit.record(conn, actor=caller.actor, action="review.return", subject=submission.id, detail={"reason": reason})
    return submissions.get(conn, submission.id)


def queue(
    conn: Connection, *, caller: Caller, provider: str | None = None, limit: int = 100, offset: int = 0
) -> list[Submission]:
    """What lies before the caller's office, the oldest first; before any office for those who may see everything."""
    office = queue_office(caller)
    return submissions.latest(
        conn,
        status=Status.IN_REVIEW,
        provider=provider,
        reviewer=office,
        oldest_first=True,
        limit=limit,
        offset=offset,
    )


def queue_length(conn: Connection, *, caller: Caller) -> int:
    """How many there are in `queue`."""
    return submissions.number(conn, status=Status.IN_REVIEW, reviewer=queue_office(caller))


def queue_office(caller: Caller) -> str | None:
    """Before whose office it lies that the caller may see; None: any. Raises Forbidden for who has no part in reviews."""
    if caller.may(Scope.READ_RESTRICTED):
        return None
    require(caller, Scope.REVIEW)
    return caller.organisation


def _reviewer(conn: Connection, submission: Submission) -> str | None:
    return reviewer_of(require_agreement(conn, submission.provider, submission.dataflow))


def _before(conn: Connection, submission_id: str, caller: Caller) -> Submission:
    submission = submissions.hold(conn, submission_id)
    if submission.reviewer is None:  # not laid before anybody yet: the agreement says before whom it would be
        agreed = agreement_of(conn, submission.provider, submission.dataflow)
        submission = replace(submission, reviewer=reviewer_of(agreed) if agreed else None)
    require_office(caller, submission)
    if submission.status is not Status.IN_REVIEW:
        raise Conflict(
            f"Submission {submission.id} is {submission.status}: only one that is in review can be decided, and it comes there when "
            f"{submission.provider} asks for its publication."
        )
    return submission
