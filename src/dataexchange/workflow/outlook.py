"""What publishing a submission would change, told while there is still time: a table that lacks what is published removes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, say, says, together
from dataexchange.model.submission import Submission
from dataexchange.store import series
from dataexchange.store.database import Connection
from dataexchange.store.publish import Outlook
from dataexchange.workflow.assess import Assessment


def with_outlook(conn: Connection, submission: Submission, assessment: Assessment) -> Assessment:
    """The assessment, and findings about the release that it would make."""
    if not assessment.report.publishable or not assessment.dataset.n:
        return assessment
    found = series.outlook(
        conn,
        assessment.dataset,
        assessment.schema,
        dataflow=submission.dataflow,
        provider=submission.provider,
        dataset_id=submission.dataset,
    )
    if found is None:
        return assessment
    told = tuple(_findings(found, submission))
    report = replace(assessment.report, findings=(*assessment.report.findings, *told))
    return replace(assessment, report=report)


def _findings(found: Outlook, submission: Submission) -> Iterator[Finding]:
    place = Place(file=submission.file_name)
    if found.clash:
        yield finding("REL-CLASH", found.clash, place)
    if found.gone:
        yield finding("REL-REMOVES", _removes(found, submission.dataset), place, count=found.gone)
    elif not (found.added or found.revised):
        yield finding(
            "REL-SAME",
            say("Nothing in this table differs from what is published as {dataset}.", dataset=submission.dataset),
            place,
        )


def _removes(found: Outlook, dataset: str) -> Sentence:
    rule = say(
        "A table replaces the one before it: send all of its years and series, or give another table another name."
    )
    if not found.closed:
        gone = says(
            "{n} published observation of {dataset} is not in this table: publishing it removes it.",
            "{n} published observations of {dataset} are not in this table: publishing it removes them.",
            found.gone,
            dataset=dataset,
        )
        return together(gone, rule)
    closed = says("{n} series as a whole", "{n} series as a whole", found.closed)
    gone = says(
        "{n} published observation of {dataset} is not in this table, and {series}: publishing it removes them.",
        "{n} published observations of {dataset} are not in this table, and {series}: publishing it removes them.",
        found.gone,
        dataset=dataset,
        series=closed,
    )
    return together(gone, rule)
