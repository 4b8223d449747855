"""Structural validation: the observations of one dataset against their data structure.

`validate` runs every rule it can and answers with all findings at once; `rules` says which ran and, for the others, why they did not.
A million good observations take about half a second; it is the wrong ones that cost words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Finding
from dataexchange.model.schema import Schema
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
)


def validate(
    dataset: Dataset, schema: Schema, *, headers: Mapping[str, str] | None = None, limit: int = FINDINGS_LIMIT
) -> tuple[Finding, ...]:
    """All findings about the dataset. `headers` names the source column of a component, where a mapping knows it."""
    skipped = needs(schema)
    table = observe(dataset, schema, headers or {})
    faults = [fault for ids, check in CHECKS if not all(rule in skipped for rule in ids) for fault in check(table)]
    return tuple(findings(table, faults, limit))


def rules(schema: Schema) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """(rules that run with this structure, rule -> why it does not)."""
    skipped = needs(schema)
    return tuple(rule for ids, _ in CHECKS for rule in ids if rule not in skipped), skipped
