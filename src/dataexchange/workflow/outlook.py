"""What publishing a table would change, told while there is still time: what comes, what is revised, what goes and what stays.

A table without `complete: true` deletes nothing by what it lacks; see docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import Action, Dataset, key_array
from dataexchange.model.difference import Change, Difference
from dataexchange.model.finding import Finding, Place, Report, Severity
from dataexchange.model.justification import unwaivable
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.structure import DataStructure, Ref
from dataexchange.model.submission import Submission
from dataexchange.store import series
from dataexchange.store.database import Connection
from dataexchange.workflow.assess import Assessment
from dataexchange.workflow.rulebook import rulebook_of, settled

_RULES = frozenset({"REL-CLASH", "REL-DELETES", "REL-REMOVES", "REL-KEEPS", "REL-SAME"})


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
    """The assessment with the difference that it would make, and findings about that; also where its errors may be waived."""
    if unwaivable(assessment.report) or not (assessment.dataset.n or assessment.deleted):
        return assessment
    found = difference_of(conn, title, assessment)
    told = settled(
        rulebook_of(conn, assessment.schema, title.provider),
        tuple(_findings(found, title, assessment)),
        assessment.schema,
    )
    report = replace(assessment.report, findings=(*assessment.report.findings, *told))
    return replace(assessment, report=report, difference=found)


def of_outlook(report: Report) -> tuple[Finding, ...]:
    """The findings about what is published already."""
    return tuple(found for found in report.findings if found.rule in _RULES)


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


def _findings(found: Difference, title: Title, assessment: Assessment) -> Iterator[Finding]:
    place, told = Place(file=title.file), found.observations
    if found.clash:
        yield finding("REL-CLASH", found.clash, place)
    if assessment.deleted is not None:
        yield from _deleted(found, assessment.deleted, assessment.schema.structure, title)
    if found.complete and told.deleted:
        yield finding("REL-REMOVES", _removed(found, title.dataset), place, count=told.deleted)
    elif told.kept:
        yield finding("REL-KEEPS", _kept(told.kept, title.dataset, mapped=assessment.mapped), place, count=told.kept)
    if found.against is not None and not found.table.num_rows:
        sentence = say("Nothing in this table differs from what is published as {dataset}.", dataset=title.dataset)
        yield finding("REL-SAME", sentence, place)


def _kept(kept: int, dataset: str, *, mapped: bool) -> Sentence:
    if not mapped:
        return says(
            "{n} published observation of {dataset} is not in this message and stays as it is. To delete it, name it in a message with the "
            "action Delete.",
            "{n} published observations of {dataset} are not in this message and stay as they are. To delete any, name them in a message "
            "with the action Delete.",
            kept,
            dataset=dataset,
        )
    return says(
        "{n} published observation of {dataset} is not in this table and stays as it is. To delete it, write a word that "
        "`missing` calls `delete` into its cell; or say `complete: true` in the mapping of a table that has everything.",
        "{n} published observations of {dataset} are not in this table and stay as they are. To delete any, write a word that "
        "`missing` calls `delete` into its cell; or say `complete: true` in the mapping of a table that has everything.",
        kept,
        dataset=dataset,
    )


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


def _deleted(found: Difference, asked: Dataset, structure: DataStructure, title: Title) -> Iterator[Finding]:
    """What the file names to be deleted. Where it is complete, all that it lacks goes, and is told with that."""
    place, gone = Place(file=title.file), found.observations.deleted
    if gone and not found.complete:
        sentence = says(
            "{n} published observation of {dataset} is deleted, because the file says so.",
            "{n} published observations of {dataset} are deleted, because the file says so.",
            gone,
            dataset=title.dataset,
        )
        yield finding("REL-DELETES", sentence, place, count=gone)
    if absent := _absent(found, asked, structure):
        sentence = says(
            "{n} observation or series that the file names to be deleted is not published as {dataset}: nothing is deleted for it.",
            "{n} observations or series that the file names to be deleted are not published as {dataset}: nothing is deleted for them.",
            absent,
            dataset=title.dataset,
        )
        yield finding("REL-DELETES", sentence, place, severity=Severity.INFORMATION, count=absent)


def _absent(found: Difference, asked: Dataset, structure: DataStructure) -> int:
    """How many of those asked for name nothing that goes. One without a period names its series."""
    gone = found.table.filter(pc.equal(found.table["change"].cast(pa.string()), Change.DELETED.value))
    time = structure.time_dimension
    periods = asked.table[time.id] if time is not None else pa.nulls(asked.n, pa.int32())
    named = _names(key_array(asked.table, structure), periods).unique()
    going = _names(gone["key"].cast(pa.string()), gone["period"])
    series = gone["key"].cast(pa.string())
    known = pa.concat_arrays([going, _names(series, pa.nulls(len(series), pa.int32()))])
    return int(pc.sum(pc.invert(pc.is_in(named, value_set=known))).as_py() or 0)


def _names(keys: pa.Array | pa.ChunkedArray, periods: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`A.GB_BRS._T 5017`: one text for each key and period."""
    joined = pc.binary_join_element_wise(keys, pc.fill_null(periods.cast(pa.string()), ""), " ")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
