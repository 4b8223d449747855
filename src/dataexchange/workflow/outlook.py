"""What publishing a table would change, told while there is still time: what comes, what is revised, what goes and what stays.

A table without `complete: true` deletes nothing by what it lacks; see docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dataexchange.model.dataset import Action
from dataexchange.model.difference import Difference
from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Submission
from dataexchange.store import series
from dataexchange.store.database import Connection
from dataexchange.workflow.assess import Assessment


@dataclass(frozen=True, slots=True)
class Title:
    """What a table is published under, and the file it comes in."""

    dataflow: Ref
    provider: str
    dataset: str
    file: str

    @classmethod
    def of(cls, submission: Submission) -> Title:
        return cls(submission.dataflow, submission.provider, submission.dataset, submission.file_name)


def with_outlook(conn: Connection, title: Title, assessment: Assessment) -> Assessment:
    """The assessment with the difference that it would make, and findings about that."""
    if not assessment.report.publishable or not (assessment.dataset.n or assessment.deleted):
        return assessment
    found = difference_of(conn, title, assessment)
    told = tuple(_findings(found, title, asked=assessment.deleted.n if assessment.deleted else 0))
    report = replace(assessment.report, findings=(*assessment.report.findings, *told))
    return replace(assessment, report=report, difference=found)


def difference_of(conn: Connection, title: Title, assessment: Assessment) -> Difference:
    return series.difference(
        conn,
        assessment.dataset,
        assessment.schema,
        dataflow=title.dataflow,
        provider=title.provider,
        dataset_id=title.dataset,
        action=action_of(assessment),
        spoken=assessment.spoken,
        deleted=assessment.deleted,
    )


def action_of(assessment: Assessment) -> Action:
    return Action.REPLACE if assessment.complete else Action.MERGE


def _findings(found: Difference, title: Title, *, asked: int) -> Iterator[Finding]:
    place, told = Place(file=title.file), found.observations
    if found.clash:
        yield finding("REL-CLASH", found.clash, place)
    if asked and not found.complete:
        yield from _deleted(told.deleted, asked, title, place)
    if found.complete and told.deleted:
        yield finding("REL-REMOVES", _removed(found, title.dataset), place, count=told.deleted)
    elif told.kept:
        sentence = says(
            "{n} published observation of {dataset} is not in this table and stays as it is. To delete it, write a word that "
            "`missing` calls `delete` into its cell; or say `complete: true` in the mapping of a table that has everything.",
            "{n} published observations of {dataset} are not in this table and stay as they are. To delete any, write a word that "
            "`missing` calls `delete` into its cell; or say `complete: true` in the mapping of a table that has everything.",
            told.kept,
            dataset=title.dataset,
        )
        yield finding("REL-KEEPS", sentence, place, count=told.kept)
    if found.against is not None and not found.table.num_rows:
        sentence = say("Nothing in this table differs from what is published as {dataset}.", dataset=title.dataset)
        yield finding("REL-SAME", sentence, place)


def _removed(found: Difference, dataset: str) -> Sentence:
    whole = says(", and {n} series as a whole", ", and {n} series as a whole", found.series.deleted)
    return says(
        "{n} published observation of {dataset} is not in this table{whole}: publishing it deletes it, because its mapping says "
        "`complete: true`. Send all years and series, or take that line out of the mapping.",
        "{n} published observations of {dataset} are not in this table{whole}: publishing it deletes them, because its mapping says "
        "`complete: true`. Send all years and series, or take that line out of the mapping.",
        found.observations.deleted,
        dataset=dataset,
        whole=whole if found.series.deleted else "",
    )


def _deleted(deleted: int, asked: int, title: Title, place: Place) -> Iterator[Finding]:
    if deleted:
        sentence = says(
            "{n} published observation of {dataset} is deleted, because its cell says so.",
            "{n} published observations of {dataset} are deleted, because their cells say so.",
            deleted,
            dataset=title.dataset,
        )
        yield finding("REL-DELETES", sentence, place, count=deleted)
    if asked > deleted:
        sentence = says(
            "{n} cell asks to delete an observation that {dataset} does not have: nothing is deleted for it.",
            "{n} cells ask to delete observations that {dataset} does not have: nothing is deleted for them.",
            asked - deleted,
            dataset=title.dataset,
        )
        yield finding("REL-DELETES", sentence, place, count=asked - deleted)
