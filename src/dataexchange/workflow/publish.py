"""Publish and withdraw: the verbs that change what the world sees, one release each."""

from __future__ import annotations

from pathlib import Path

from dataexchange.errors import Conflict
from dataexchange.model.dataset import Action
from dataexchange.model.submission import Release, Status, Submission
from dataexchange.store import audit, releases, series, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.assess import Assessment
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.submit import assess_kept


def publish(
    conn: Connection,
    home: Path,
    submission_id: str,
    *,
    actor: str,
    assessment: Assessment | None = None,
    progress: Progress = silent,
) -> Release:
    """Turn a checked submission into a release, wholly or not at all (the caller's transaction).

    The kept bytes go through the steps again rather than through a stored copy of the result: one truth, and a code list
    or baseline that changed since the check is noticed here. Who has just checked it hands its `assessment` on instead.
    The release replaces what the same dataset held before.
    """
    submission = submissions.get(conn, submission_id)
    if submission.status is not Status.CHECKED:
        raise Conflict(f"Submission {submission.id} is {submission.status}: only a checked one can be published.")
    before = _refuse_outdated(conn, submission)
    assessment = assessment or assess_kept(conn, home, submission, progress=progress)
    if not assessment.report.publishable:
        raise Conflict(
            f"Submission {submission.id} passed when it was checked and now has {assessment.report.errors} errors, because "
            "structures or national series have changed since: submit the file again to see them."
        )
    progress("Publishing")
    release = series.publish(
        conn,
        assessment.dataset,
        assessment.schema,
        dataflow=submission.dataflow,
        provider=submission.provider,
        dataset_id=submission.dataset,
        action=Action.REPLACE,
        submission=submission.id,
        file_hash=submission.file_hash,
        mapping_hash=submission.mapping_hash,
        report_hash=submissions.report_hash(conn, submission.id),
    )
    submissions.set_status(conn, submission.id, Status.PUBLISHED)
    if before is not None and before.status is Status.PUBLISHED:
        submissions.set_status(conn, before.id, Status.REPLACED)
    audit.record(
        conn, actor=actor, action="submission.published", subject=submission.id, detail={"release": release.number}
    )
    return release


def _refuse_outdated(conn: Connection, submission: Submission) -> Submission | None:
    """The submission that this one replaces; a Conflict where that one was sent later."""
    newest = releases.newest_of(conn, submission.dataflow, submission.provider, submission.dataset)
    if newest is None or newest.submission is None:
        return None
    before = submissions.get(conn, newest.submission)
    if before.received_at > submission.received_at:
        raise Conflict(
            f"Submission {submission.id} is older than {before.id}, which is published as release {newest.number} of {submission.dataset}: "
            "submit its file again if it is to replace that one."
        )
    return before


def withdraw(conn: Connection, submission_id: str, *, actor: str, reason: str) -> Release:
    """Close every series of the dataset that a published submission stands for; earlier releases stay on record."""
    submission = submissions.get(conn, submission_id)
    if submission.status is not Status.PUBLISHED:
        raise Conflict(f"Submission {submission.id} is {submission.status}: only a published one can be withdrawn.")
    release = series.withdraw(
        conn, dataflow=submission.dataflow, provider=submission.provider, dataset_id=submission.dataset, note=reason
    )
    submissions.set_status(conn, submission.id, Status.WITHDRAWN)
    audit.record(
        conn,
        actor=actor,
        action="submission.withdrawn",
        subject=submission.id,
        detail={"release": release.number, "reason": reason},
    )
    return release
