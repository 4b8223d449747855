"""A city's table through every step, in order: reading, mapping, structural checks, comparison with the nation.

Stores nothing. The verb `check` on a submission and the command `dataexchange check` on a file both end here, so what a city
sees before it sends is what the national office sees after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from dataexchange.errors import ExchangeError, InvalidRequest, NotFound, NotSupported, TooLarge, Unreadable
from dataexchange.model.dataset import Dataset, SeriesBatch
from dataexchange.model.difference import Difference
from dataexchange.model.finding import Place, Report
from dataexchange.model.identities import denominators
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.provision import areas_of
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say, told
from dataexchange.model.structure import Ref
from dataexchange.model.table import SourceTable, described
from dataexchange.pipeline import coherence, validation
from dataexchange.pipeline.mapping_tables import apply_to_all
from dataexchange.pipeline.reading import read_tables
from dataexchange.pipeline.validation_areas import REF_AREA, outside
from dataexchange.store import held, structures
from dataexchange.store.database import Connection
from dataexchange.store.structure_state import last_number, structure_word
from dataexchange.workflow.agreements import require_agreement
from dataexchange.workflow.cells import message_tables, with_cells
from dataexchange.workflow.consequences import Cell, first_causes
from dataexchange.workflow.hinted import asked_of, hinted
from dataexchange.workflow.meaning import given_and_deleted, nothing_given, spoken_by
from dataexchange.workflow.national import baseline_of, distinct, national_beside
from dataexchange.workflow.progress import Progress, silent
from dataexchange.workflow.rulebook import rulebook_of, settled
from dataexchange.workflow.unmapped import messages_in, require_same
from dataexchange.workflow.verdicts import on_top
from dataexchange.workflow.vintage import as_reported, lay_together


@dataclass(frozen=True, slots=True)
class Assessment:
    """The mapped observations beside everything found about them. `basis`: what that rests on, see `basis`.

    `complete`, `spoken` and `deleted` say what the table means for what is published, `difference` what that would change.
    """

    dataset: Dataset
    schema: Schema
    report: Report
    basis: tuple[object, ...] = ()
    complete: bool = False
    spoken: frozenset[str] = frozenset()
    deleted: Dataset | None = None
    #: Whether it came by a mapping; an SDMX message needs none.
    mapped: bool = True
    difference: Difference | None = None
    #: The file in which the difference is kept.
    changes_hash: str | None = None


def assess(conn: Connection, path: Path, mapping: MappingFile, *, name: str, progress: Progress = silent) -> Assessment:
    """All steps over one file. Raises `errors` only for what stops the work; faults in the data are in the report."""
    agreement = require_agreement(conn, mapping.provider, mapping.dataflow_ref)
    schema = structures.schema(conn, mapping.dataflow_ref)
    progress(f"Reading {name}")
    try:
        tables = read_tables(path, mapping.read, name=name)
    except (InvalidRequest, Unreadable, TooLarge) as error:
        return _unreadable(schema, name, error)
    progress("Mapping to SDMX")
    mapped = apply_to_all(tables, mapping, schema)
    headers = {target.to: column for column, targets in mapping.columns.items() for target in targets}
    # What else is wrong in rows that could not be mapped: a city wants to hear of it once, not file by file.
    book = rulebook_of(conn, schema, mapping.provider)
    rest = validation.validate(mapped.failed, schema, headers=headers, partial=True, book=book)
    foreign = outside(mapped.dataset, schema, areas_of(agreement), mapping.provider, headers)
    deleted = mapped.deleted if mapped.deleted.n else None
    said = Report(
        subject=name,
        findings=(
            *(f for table in tables for f in table.findings),
            *mapped.findings,
            *rest,
            *foreign,
            *given_and_deleted(mapped.dataset, deleted, schema, name),
        ),
        counts=mapped.counts,
        reading=described(tables),
    )
    assessment = _checked(conn, mapped.dataset, schema, said, headers, progress, mapping.provider)
    return _with_something(
        replace(
            assessment,
            report=_placed(assessment.report, tables, mapped.settled),
            complete=mapping.complete,
            spoken=spoken_by(mapped.dataset, mapping, schema),
            deleted=deleted,
        )
    )


def assess_message(
    conn: Connection, path: Path, provider: str, dataflow: Ref, *, name: str, progress: Progress = silent
) -> Assessment:
    """All steps over an SDMX message, or a zip of them, that a provider sends to a dataflow: only the mapping falls away."""
    agreement = require_agreement(conn, provider, dataflow)
    schema = structures.schema(conn, dataflow)
    try:
        with messages_in(path, name) as found:
            vintage = lay_together(
                conn,
                [at for at, _ in found],
                names=[called for _, called in found],
                dataflow=dataflow,
                agree=lambda called, declared: require_same(conn, dataflow, called, declared),
                own=lambda _: True,
                progress=progress,
            )
            tables = message_tables(found)
    except (InvalidRequest, NotFound, NotSupported, Unreadable, TooLarge) as error:
        return _unreadable(schema, name, error)
    foreign = outside(vintage.dataset, schema, areas_of(agreement), provider, {REF_AREA: REF_AREA})
    both = given_and_deleted(vintage.dataset, vintage.deleted, schema, name)
    said = replace(vintage.report, subject=name, findings=(*vintage.report.findings, *foreign, *both))
    assessment = _checked(conn, vintage.dataset, schema, said, {}, progress, provider)
    report = _placed(assessment.report, tables)
    return _with_something(
        replace(assessment, report=report, spoken=vintage.spoken, deleted=vintage.deleted, mapped=False)
    )


def assess_messages(
    conn: Connection, paths: Sequence[Path], *, dataflow: Ref | None = None, progress: Progress = silent
) -> Report:
    """The checks over SDMX data messages, which need no mapping: as a city's table, or as national series are taken in."""
    with ExitStack() as held:
        found = [message for path in paths for message in held.enter_context(messages_in(path, path.name))]
        names = [called for _, called in found]
        vintage = lay_together(
            conn,
            [at for at, _ in found],
            names=names,
            dataflow=dataflow,
            own=lambda schema: baseline_of(schema) is not None,
            progress=progress,
        )
        tables = message_tables(found)
    if baseline_of(vintage.schema) is None:
        progress("Checking the structure")
        return _placed(as_reported(conn, vintage), tables)
    checked = _checked(conn, vintage.dataset, vintage.schema, vintage.report, {}, progress)
    report = _placed(checked.report, tables)
    return _with_something(replace(checked, report=report, deleted=vintage.deleted, mapped=False)).report


def basis(conn: Connection, schema: Schema, provider: str | None) -> tuple[object, ...]:
    """Changes with everything but the file that an assessment depends on: structures, agreements, rulebook, national series."""
    flow = baseline_of(schema)
    national = last_number(conn, [flow])[0] if flow else 0
    return structure_word(conn), rulebook_of(conn, schema, provider).name, national


def _checked(
    conn: Connection,
    dataset: Dataset,
    schema: Schema,
    said: Report,
    headers: Mapping[str, str],
    progress: Progress,
    provider: str | None = None,
) -> Assessment:
    """What has been said so far, and all that the rules add."""
    rests_on, book = basis(conn, schema, provider), rulebook_of(conn, schema, provider)
    progress("Checking the structure")
    before = _published(conn, dataset, schema, provider, book)
    beside = national_beside(conn, [dataset.table], schema)
    national = beside.batches if beside else ()
    structural = validation.validate(dataset, schema, headers=headers, book=book, previous=before, national=national)
    dataset = validation.merge_repeats(dataset, schema)
    progress("Comparing with national series")
    comparisons, coherent = coherence.compare(dataset, national, schema, book, doubted=asked_of(structural))
    run, skipped = _rules(schema, national, dataset, book)
    findings = settled(book, (*said.findings, *hinted(structural, comparisons), *coherent), schema)
    report = replace(
        said,
        findings=findings,
        comparisons=on_top(comparisons, findings),
        rules_run=run,
        rules_skipped=skipped,
        rulebook=book.name,
    )
    return Assessment(dataset, schema, report, rests_on)


def _published(
    conn: Connection, dataset: Dataset, schema: Schema, provider: str | None, book: Rulebook
) -> tuple[SeriesBatch, ...]:
    """The series of the table, and the denominators of its rates, as their provider has published them; none where it has published
    nothing in this dataflow."""
    if provider is None or schema.dataflow is None or not dataset.n:
        return ()
    if not set(schema.structure.dimension_ids) <= set(dataset.table.column_names):
        return ()
    keys = dataset.grouped(schema.structure)[1].to_pylist()
    beside = denominators(keys, distinct(dataset.table, "SERIES"), schema, book)
    return tuple(held.standing(conn, schema, schema.dataflow.ref, provider, list(dict.fromkeys((*keys, *beside)))))


def _with_something(assessment: Assessment) -> Assessment:
    """Where all can be published, but there is nothing, that is an error."""
    report = assessment.report
    if not report.publishable:
        return assessment
    nothing = nothing_given(assessment.dataset, assessment.deleted, report.subject, complete=assessment.complete)
    return replace(assessment, report=replace(report, findings=(*report.findings, *nothing)))


def _placed(report: Report, tables: Sequence[SourceTable], settled: frozenset[Cell] = frozenset()) -> Report:
    """Each fault once, with its cell. `settled`: merged cells that the mapping fills or leaves out."""
    return replace(report, findings=with_cells(first_causes(report.findings, tables, settled), tables))


def _unreadable(schema: Schema, name: str, error: ExchangeError) -> Assessment:
    """A file that cannot be read is one finding, so that its submission is returned rather than left waiting."""
    row, cell = (error.row, error.cell) if isinstance(error, Unreadable) else (None, None)
    fault = finding("FILE-READ", told(error), Place(file=name, row=row, cell=cell))
    return Assessment(Dataset(schema.structure.ref, pa.table({})), schema, Report(subject=name, findings=(fault,)))


def _rules(
    schema: Schema, national: Sequence[SeriesBatch], local: Dataset, book: Rulebook
) -> tuple[tuple[str, ...], dict[str, Sentence]]:
    """Which rules ran, and for each of the others why it did not."""
    structural, unfit = validation.rules(schema, book)
    coherent, alone = coherence.rules(schema, national, local, book)
    if local.n == 0:
        alone, coherent = dict.fromkeys((*coherent, *alone), say("no observation could be mapped")), ()
    off = _switched_off(book)
    run = tuple(rule for rule in (*structural, *coherent) if rule not in off or not book.off(rule))
    return run, {**unfit, **alone, **off}


def _switched_off(book: Rulebook) -> dict[str, Sentence]:
    """What the office has switched off, for all series or for some; for some it is told beside the rules that ran."""
    told: dict[str, Sentence] = {}
    for rule in dict.fromkeys(choice.rule for choice in book.choices if choice.on is False):
        where = {
            on: [c.series for c in book.choices if c.rule == rule and c.on is on and c.series] for on in (True, False)
        }
        if book.off(rule):
            told[rule] = say("switched off by the rulebook {book}", book=book.name)
        elif not book.runs(rule):
            series = ", ".join(where[True])
            told[rule] = say("switched off by the rulebook {book} except for {series}", book=book.name, series=series)
        elif where[False]:
            series = ", ".join(where[False])
            told[rule] = say("switched off by the rulebook {book} for {series}", book=book.name, series=series)
    return told
