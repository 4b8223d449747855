"""Publish and withdraw: the verbs that change what the world sees, one release each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dataexchange.errors import Conflict
from dataexchange.model.access import Caller
from dataexchange.model.difference import Tally
from dataexchange.model.finding import Severity
from dataexchange.model.justification import Group
from dataexchange.model.submission import Release, Status, Submission
from dataexchange.store import audit, releases, series, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.assess import Assessment, basis
from dataexchange.workflow.changes import keep, tally_of
from dataexchange.workflow.justified import Standing, standing_of
from dataexchange.workflow.justify_again import in_the_data, remember_reasons
from dataexchange.workflow.kept_report import keep_report
from dataexchange.workflow.outdated import keep_holding, still_holding
from dataexchange.workflow.outlook import Title, action_of, difference_of, of_outlook
from dataexchange.workflow.passport import keep_passport
from dataexchange.workflow.permission import after_withdrawal, require_sender
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.reason import require_reason
from dataexchange.workflow.recheck_marks import mark_after
from dataexchange.workflow.submit import assess_kept, in_full, note_report
from dataexchange.workflow.uncollected import uncollected


@uncollected()
def publish(
    conn: Connection,
    home: Path,
    submission_id: str,
    *,
    actor: str,
    assessment: Assessment | None = None,
    progress: Progress = silent,
) -> Release | None:
    """Turn an accepted submission into a release, wholly or not at all (the caller's transaction).

    The kept bytes go through the steps again rather than through a stored copy of the result: one truth, and a code list
    or baseline that changed since the check is noticed here. An `assessment` made before this transaction is taken where
    nothing it rests on has changed since. Report and passport of the release are of this check, and what was said of the one before
    counts where it answers this one, too (`workflow.outdated`). What the same dataset held before stays, unless the table changes it,
    deletes it, or is complete; earlier submissions of which nothing stays are REPLACED.

    None where errors that nobody waived now stand in the way: the submission is RETURNED, with the report that names them; and where
    warnings have come up since that want a reason: it is CHECKED again, and waits for its sender.
    """
    releases.lock(conn)
    submission = submissions.get(conn, submission_id)
    if submission.status is not Status.ACCEPTED:
        raise Conflict(f"Submission {submission.id} is {submission.status}: only an accepted one can be published.")
    _refuse_outdated(conn, submission)
    if assessment is None or assessment.basis != basis(conn, assessment.schema, submission.provider):
        assessment = assess_kept(conn, home, submission, progress=progress)
    checked = standing_of(conn, submission)
    assessment, difference = _in_full(conn, home, checked, assessment)
    if _stopped(conn, checked, assessment, actor=actor):
        return None
    progress("Publishing")
    report_hash = _kept(conn, checked, assessment)
    before = submissions.published_of(conn, submission)
    release = series.publish(
        conn,
        assessment.dataset,
        assessment.schema,
        dataflow=submission.dataflow,
        provider=submission.provider,
        dataset_id=submission.dataset,
        action=action_of(assessment),
        spoken=assessment.spoken,
        deleted=assessment.deleted,
        submission=submission.id,
        file_hash=submission.file_hash,
        mapping_hash=submission.mapping_hash,
        report_hash=report_hash,
    )
    submissions.set_status(conn, submission.id, Status.PUBLISHED, report_hash=report_hash)
    if not difference.kept:
        for earlier in before:
            submissions.set_status(conn, earlier, Status.REPLACED)
    detail = {"release": release.number}
    audit.record(conn, actor=actor, action="submission.published", subject=submission.id, detail=detail)
    keep_passport(conn, release, submission)
    mark_after(conn, release)  # an office may submit its national series, too
    return release


def _kept(conn: Connection, checked: Standing, assessment: Assessment) -> str:
    """The hash of the report; one that is the very report of the last check is not written out again."""
    last = submissions.report_hash(conn, checked.submission.id)
    return last if last and checked.report is assessment.report else keep_report(conn, assessment.report)


def _in_full(conn: Connection, home: Path, checked: Standing, assessment: Assessment) -> tuple[Assessment, Tally]:
    """With the findings about what is published, and what the release changes: both made again where another release of the table came
    since the check."""
    submission, report = checked.submission, assessment.report
    if found := tally_of(conn, home, submission):
        if assessment.difference is None:
            report = replace(report, findings=(*report.findings, *of_outlook(checked.report)))
        return replace(assessment, report=report), found
    bare = tuple(one for one in report.findings if one not in of_outlook(report))
    assessment = in_full(conn, submission, replace(assessment, report=replace(report, findings=bare)))
    made = assessment.difference or difference_of(conn, Title.of(submission), assessment)
    submissions.note_changes(conn, submission.id, keep(home, made))
    return assessment, made.observations


def _stopped(conn: Connection, checked: Standing, assessment: Assessment, *, actor: str) -> bool:
    """Whether something stands in the way that did not when it was accepted; its status and its reason then say so."""
    submission, report = checked.submission, assessment.report
    holding = still_holding(checked.said, checked.report, report)
    said = holding.with_these(in_the_data(submission, assessment))
    wrong, asked = said.open(report, Severity.ERROR), said.open(report, Severity.WARNING)
    if not (wrong or asked):
        return False
    keep_holding(conn, submission.id, checked.said, holding)
    if wrong:
        why = (
            "It passed when it was checked; its agreement, structures, rulebook or national series have changed since."
        )
        note_report(conn, submission.id, Status.RETURNED, report, actor=actor, reason=why)
        return True
    note_report(conn, submission.id, Status.CHECKED, report, actor=actor, reason=_asked_again(asked))
    remember_reasons(conn, submission, assessment)
    return True


def _asked_again(asked: Sequence[Group]) -> str:
    named = ", ".join(f"{group.rule} {group.open}" for group in asked)
    return (
        "Before it was published it was checked once more, beside the national series, by the rules and with the structures of today: "
        f"there are warnings that were not told before, or that tell other figures than those that a reason was given for ({named}). Give "
        "a reason for each, and ask for publication again."
    )


def refuse(conn: Connection, submission_id: str, *, actor: str, reason: str) -> None:
    """Return an accepted submission that cannot be published as things stand, so that it does not wait for ever."""
    submissions.set_status(conn, submission_id, Status.RETURNED, reason=reason)
    audit.record(conn, actor=actor, action="submission.returned", subject=submission_id, detail={"reason": reason})


def refuse_unmoved(conn: Connection, submission: Submission, *, actor: str, reason: str) -> bool:
    """Unless another worker, or its sender, has brought it on meanwhile: then there is nothing to refuse. Whether it was refused."""
    waiting = submission.status in (Status.RECEIVED, Status.ACCEPTED)
    if not waiting or submissions.get(conn, submission.id).status is not submission.status:
        return False
    refuse(conn, submission.id, actor=actor, reason=reason)
    return True


def _refuse_outdated(conn: Connection, submission: Submission) -> None:
    """A Conflict where the submission that was published last was sent later."""
    newest = releases.newest_of(conn, submission.dataflow, submission.provider, submission.dataset)
    if newest is None or newest.submission is None:
        return
    before = submissions.get(conn, newest.submission)
    if before.received_at > submission.received_at:
        raise Conflict(
            f"Submission {submission.id} is older than {before.id}, which is published as release {newest.number} of {submission.dataset}: "
            "submit its file again if it is to change that one."
        )


def withdraw(conn: Connection, submission_id: str, *, caller: Caller, reason: str) -> Release | None:
    """Close every series of the dataset that a published submission stands for; earlier releases stay on record.

    All submissions that the dataset rests on are withdrawn with it: which of its observations are whose is not kept.
    A submission that is not published yet is taken back, without a release.
    """
    submission = submissions.get(conn, submission_id)
    require_sender(caller, submission)
    reason = require_reason(reason)
    status = after_withdrawal(submission)
    if status is None:
        raise Conflict(f"Submission {submission.id} is {submission.status}: there is nothing to withdraw.")
    release = None
    if status is Status.WITHDRAWN:
        release = series.withdraw(
            conn, dataflow=submission.dataflow, provider=submission.provider, dataset_id=submission.dataset, note=reason
        )
        mark_after(conn, release)
    detail = {"reason": reason} | ({"release": release.number} if release else {})
    for one in submissions.published_of(conn, submission) if release else [submission.id]:
        submissions.set_status(conn, one, status, reason=reason)
        audit.record(conn, actor=caller.actor, action=f"submission.{status}", subject=one, detail=detail)
    return release
