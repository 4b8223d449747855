"""Structural validation: the observations of one dataset against their data structure.

`validate` runs every rule it can and answers with all findings at once; `rules` says which ran and, for the others, why they did not.
A million good observations take a fifth of a second; it is the wrong ones that cost words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dataexchange.model.dataset import Dataset, SeriesBatch
from dataexchange.model.finding import Finding
from dataexchange.model.rulebook import SHIPPED, Rulebook
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.pipeline import validation_adaptation, validation_confidential, validation_plausible
from dataexchange.pipeline.validation_course import holes, outlying
from dataexchange.pipeline.validation_duplicates import duplicates, merge_repeats
from dataexchange.pipeline.validation_fault import Fault, findings
from dataexchange.pipeline.validation_format import forms
from dataexchange.pipeline.validation_parts import ranges, sums
from dataexchange.pipeline.validation_rates import identities
from dataexchange.pipeline.validation_revision import revisions
from dataexchange.pipeline.validation_scale import jumps, scales
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
    unit_ranges,
    value_and_status,
)

__all__ = ["FINDINGS_LIMIT", "merge_repeats", "rules", "validate"]

#: Findings told one by one; what is beyond is summed up by rule, component and value.
FINDINGS_LIMIT = 10_000

Check = Callable[[Observations], Iterator[Fault]]

#: The rules a function answers for, and the function. The order is that of the report, and that of causes before what follows from them:
#: a figure that one of `SAID` has told of is left out of sums, and no outlier any more.
CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("STR-COMPONENT",), unknown_columns),
    (("STR-MISSING",), missing_parts),
    (("STR-CODE",), codes_in_lists),
    (("STR-FORMAT",), forms),
    (("STR-PERIOD",), periods_fit_frequency),
    (("STR-SERIES-ATTRIBUTE",), series_attributes_constant),
    (("DUP-REPEATED", "DUP-CONTRADICTION"), duplicates),
    (("RNG-EMPTY", "RNG-STATUS"), value_and_status),
    (("CNF-MARKED",), validation_confidential.marked),
    (("RNG-PERCENT",), percentages),
    (("RNG-COUNT",), counts),
    (("RNG-UNIT",), unit_ranges),
    (("BND",), bounds),
    (("UNIT-SERIES",), expected_units),
    (("RNG-FUTURE",), validation_plausible.to_come),
    (("TS-SCALE",), scales),
    (("RNG-JUMP",), jumps),
    (("SUM-PARTS",), sums),
    (("SUM-RANGE",), ranges),
    (("IDN-RATE",), identities),
    (("REV-LARGE",), revisions),
    (("TS-HAMPEL",), outlying),
    (("TS-HOLE",), holes),
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
        "TS-SCALE",
        "RNG-JUMP",
        "SUM-PARTS",
        "SUM-RANGE",
        "IDN-RATE",
        "REV-LARGE",
        "TS-HAMPEL",
        "TS-HOLE",
        "ADAPT-RECORD",
        "ADAPT-STATUS",
    )
)

#: Rules after which a figure counts as wrong.
SAID = frozenset(
    (
        "DUP-CONTRADICTION",
        "RNG-STATUS",
        "RNG-PERCENT",
        "RNG-COUNT",
        "RNG-UNIT",
        "BND",
        "RNG-FUTURE",
        "TS-SCALE",
        "RNG-JUMP",
        "SUM-PARTS",
        "SUM-RANGE",
        "IDN-RATE",
        "REV-LARGE",
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
    previous: Sequence[SeriesBatch] = (),
    national: Sequence[SeriesBatch] = (),
) -> tuple[Finding, ...]:
    """All findings about the dataset. `headers` names the source column of a component, where a mapping knows it; `previous` is what is
    published of its series, where it is a later edition of them, and of the denominators of its rates; `national` is what the nation has
    of their indicators, where the denominators may stand as well.

    `partial`: the rows that a mapping could not make whole observations of. Only what they have is judged, cell by cell: what
    they lack has been told already.
    """
    if partial and not dataset.n:
        return ()
    skipped = {*_needs(schema, book), *(WHOLE if partial else ())}
    table = observe(dataset, schema, headers or {}, book, previous, national)
    faults = [fault for ids, check in CHECKS if not skipped.issuperset(ids) for fault in _found(table, check)]
    if partial:
        faults = [fault for each in faults if each.rule not in WHOLE and (fault := judged(table, each)) is not None]
    return tuple(findings(table, faults, limit))


def rules(schema: Schema, book: Rulebook = SHIPPED) -> tuple[tuple[str, ...], Mapping[str, Sentence]]:
    """(rules that run with this structure, rule -> why it does not)."""
    skipped = _needs(schema, book)
    return tuple(rule for ids, _ in CHECKS for rule in ids if rule not in skipped), skipped


def _found(table: Observations, check: Check) -> list[Fault]:
    """What a check finds in the series that its rule is on for."""
    found = []
    for fault in check(table):
        kept = _running(table, fault)
        if fault.rule in SAID:
            table.doubted[kept.rows] = True
        if kept.count or len(kept.rows):
            found.append(kept)
    return found


def _running(table: Observations, fault: Fault) -> Fault:
    """Without the rows of series that the rulebook has switched the rule off for."""
    column = table.text.get("SERIES")
    if column is None or not len(fault.rows):
        return fault
    on = np.append(table.book.running(fault.rule, column.values.to_pylist()), table.book.runs(fault.rule))
    return fault if on.all() else replace(fault, rows=fault.rows[on[column.index[fault.rows]]])


def _needs(schema: Schema, book: Rulebook) -> dict[str, Sentence]:
    off = {rule for ids, _ in CHECKS for rule in ids if book.off(rule)}
    return {
        **needs(schema, book),
        **validation_plausible.needs(schema),
        **validation_adaptation.needs(schema),
        **validation_confidential.needs(schema),
        **dict.fromkeys(off, say("the rulebook has switched it off")),
    }
