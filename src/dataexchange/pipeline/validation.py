"""Structural validation: the observations of one dataset against their data structure.

`validate` runs every rule it can and answers with all findings at once; `rules` says which ran and, for the others, why they did not.
A million good observations take about half a second; it is the wrong ones that cost words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Finding
from dataexchange.model.rulebook import SHIPPED, Rulebook
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence
from dataexchange.pipeline import validation_adaptation, validation_plausible
from dataexchange.pipeline.validation_duplicates import duplicates, merge_repeats
from dataexchange.pipeline.validation_fault import Fault, findings
from dataexchange.pipeline.validation_format import forms
from dataexchange.pipeline.validation_structure import (
    codes_in_lists,
    missing_parts,
    periods_fit_frequency,
    series_attributes_constant,
    unknown_columns,
)
from dataexchange.pipeline.validation_table import Observations, observe
from dataexchange.pipeline.validation_values import (
    bounds,
    counts,
    expected_units,
    judged,
    needs,
    percentages,
    value_and_status,
)

__all__ = ["FINDINGS_LIMIT", "merge_repeats", "rules", "validate"]

#: Findings told one by one; what is beyond is summed up by rule, component and value.
FINDINGS_LIMIT = 10_000

Check = Callable[[Observations], Iterator[Fault]]

#: The rules a function answers for, and the function. The order is that of the report.
CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("STR-COMPONENT",), unknown_columns),
    (("STR-MISSING",), missing_parts),
    (("STR-CODE",), codes_in_lists),
    (("STR-FORMAT",), forms),
    (("STR-PERIOD",), periods_fit_frequency),
    (("STR-SERIES-ATTRIBUTE",), series_attributes_constant),
    (("DUP-REPEATED", "DUP-CONTRADICTION"), duplicates),
    (("RNG-EMPTY", "RNG-STATUS"), value_and_status),
    (("RNG-PERCENT",), percentages),
    (("RNG-COUNT",), counts),
    (("BND",), bounds),
    (("UNIT-SERIES",), expected_units),
    (("RNG-FUTURE",), validation_plausible.to_come),
    (("RNG-JUMP",), validation_plausible.jumps),
    (("SUM-SEX",), validation_plausible.sexes),
    (("ADAPT-RECORD",), validation_adaptation.recorded),
    (("ADAPT-STATUS",), validation_adaptation.marked),
)


#: Rules about whole observations, about several of them, or about the table.
WHOLE = frozenset(
    (
        "STR-COMPONENT",
        "STR-MISSING",
        "STR-SERIES-ATTRIBUTE",
        "DUP-REPEATED",
        "DUP-CONTRADICTION",
        "RNG-EMPTY",
        "RNG-JUMP",
        "SUM-SEX",
        "ADAPT-RECORD",
        "ADAPT-STATUS",
    )
)


def validate(
    dataset: Dataset,
    schema: Schema,
    *,
    headers: Mapping[str, str] | None = None,
    limit: int = FINDINGS_LIMIT,
    partial: bool = False,
    book: Rulebook = SHIPPED,
) -> tuple[Finding, ...]:
    """All findings about the dataset. `headers` names the source column of a component, where a mapping knows it.

    `partial`: the rows that a mapping could not make whole observations of. Only what they have is judged, cell by cell: what
    they lack has been told already.
    """
    if partial and not dataset.n:
        return ()
    off = {rule for ids, _ in CHECKS for rule in ids if book.off(rule)}
    skipped = {*_needs(schema), *off, *(WHOLE if partial else ())}
    table = observe(dataset, schema, headers or {})
    faults = [fault for ids, check in CHECKS if not skipped.issuperset(ids) for fault in check(table)]
    if partial:
        faults = [fault for each in faults if each.rule not in WHOLE and (fault := judged(table, each)) is not None]
    return tuple(findings(table, faults, limit))


def rules(schema: Schema) -> tuple[tuple[str, ...], Mapping[str, Sentence]]:
    """(rules that run with this structure, rule -> why it does not)."""
    skipped = _needs(schema)
    return tuple(rule for ids, _ in CHECKS for rule in ids if rule not in skipped), skipped


def _needs(schema: Schema) -> dict[str, Sentence]:
    return {**needs(schema), **validation_plausible.needs(schema), **validation_adaptation.needs(schema)}
