"""Receive a city's file, check it: the first two verbs of a submission.

`receive` keeps the bytes of file and mapping under their SHA-256 before anything reads them, so that what was sent can always be
shown. `check` may run twice, or again after a crash: it reads the kept bytes and writes one report and one status.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from dataexchange.errors import Conflict
from dataexchange.messages.report_document import document_text
from dataexchange.model.submission import Status, Submission
from dataexchange.pipeline.mapping_file import load_mapping, parse_mapping
from dataexchange.store import audit, files, reports, submissions
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import require_agreement
from dataexchange.workflow.assess import Assessment, assess
from dataexchange.workflow.progress import Progress, silent


def receive(conn: Connection, home: Path, path: Path, mapping_path: Path, *, actor: str) -> Submission:
    """Keep the table and its mapping and open a submission; only the mapping has been read yet."""
    mapping, _, dataset = load_mapping(mapping_path)
    require_agreement(conn, mapping.provider, mapping.dataflow_ref)
    submission = Submission(
        id=uuid4().hex[:12],
        status=Status.RECEIVED,
        received_at=datetime.now(UTC),
        file_name=path.name,
        file_hash=files.keep(path, home),
        mapping_name=mapping_path.name,
        mapping_hash=files.keep(mapping_path, home),
        provider=mapping.provider,
        dataflow=mapping.dataflow_ref,
        dataset=dataset,
    )
    submissions.insert(conn, submission)
    audit.record(
        conn, actor=actor, action="submission.receive", subject=submission.id, detail={"file": submission.file_name}
    )
    return submission


def check(conn: Connection, home: Path, submission_id: str, *, actor: str, progress: Progress = silent) -> Assessment:
    """Every rule over a received submission: CHECKED, or RETURNED where an error stands in the way of publication."""
    submission = submissions.get(conn, submission_id)
    if submission.status is not Status.RECEIVED:
        raise Conflict(
            f"Submission {submission.id} is {submission.status}: only a received one can be checked; send the file again."
        )
    assessment = assess_kept(conn, home, submission, progress=progress)
    report = assessment.report
    status = Status.CHECKED if report.publishable else Status.RETURNED
    submissions.set_status(conn, submission.id, status, report_hash=reports.keep(conn, document_text(report)))
    audit.record(
        conn,
        actor=actor,
        action=f"submission.{status}",
        subject=submission.id,
        detail={"errors": report.errors, "warnings": report.warnings},
    )
    return assessment


def assess_kept(conn: Connection, home: Path, submission: Submission, *, progress: Progress = silent) -> Assessment:
    """The steps over the bytes that were kept for a submission, with the mapping that came with it."""
    assert submission.mapping_hash is not None
    mapping = parse_mapping(
        files.path_of(submission.mapping_hash, home).read_bytes(), submission.mapping_name or "mapping"
    )
    return assess(
        conn, files.path_of(submission.file_hash, home), mapping, name=submission.file_name, progress=progress
    )
