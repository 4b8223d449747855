"""The rules over the publication as a city's table stands at upload, and which planted faults they find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from kyrgyz_faults import Field, Planted, planted
from kyrgyz_publication import Publication

from dataexchange.model.dataset import Dataset, SeriesBatch, as_codes, group_series
from dataexchange.model.finding import Comparison, Finding, Severity
from dataexchange.model.schema import Schema
from dataexchange.pipeline import coherence, validation

#: A finding without its words: what makes two of them the same one.
Mark = tuple[str, str | None, str | None, str]
GRAVE = (Severity.ERROR, Severity.WARNING)


@dataclass(frozen=True)
class Judged:
    findings: tuple[Finding, ...]
    comparisons: tuple[Comparison, ...]

    @property
    def errors(self) -> list[Finding]:
        return [one for one in self.findings if one.severity is Severity.ERROR]

    @cached_property
    def marks(self) -> frozenset[Mark]:
        return frozenset(mark(one) for one in self.findings)


def mark(finding: Finding) -> Mark:
    return finding.rule, finding.key, finding.period, finding.severity.value


def judge(kg: Publication, local: Dataset, national: Dataset, earlier: Dataset | None = None) -> Judged:
    """As `workflow.assess` does it. `earlier`: what stands published of these series."""
    previous = {"previous": (stored(earlier, kg.schema),)} if earlier is not None else {}
    within = validation.validate(local, kg.schema, book=kg.book, **previous)
    comparisons, beside = coherence.compare(local, national, kg.schema, kg.book)
    return Judged((*within, *beside), comparisons)


def stored(dataset: Dataset, schema: Schema) -> SeriesBatch:
    """A release as the store gives it back."""
    numbers, keys = group_series(dataset.table, schema.structure)
    periods = dataset.table["TIME_PERIOD"].to_numpy()
    order = np.lexsort((periods, numbers))
    multiplier = as_codes(dataset.table["UNIT_MULT"]).take(pa.array(order))
    offsets = np.searchsorted(numbers[order], np.arange(len(keys) + 1))
    values = np.asarray(dataset.table["OBS_VALUE"].to_numpy()[order], np.float64)
    return SeriesBatch(pa.table({"key": keys}), offsets, periods[order], values, {"UNIT_MULT": multiplier})


def together(one: Dataset, other: Dataset) -> Dataset:
    tables = [one.table, other.table]
    return replace(one, table=pa.concat_tables(tables).unify_dictionaries())


def found(faults: Iterable[Planted], before: Judged, after: Judged) -> dict[Planted, list[Finding]]:
    """For each fault the new findings that concern its series: in its areas, or of the nation that they are part of. What was wrong in
    another year already is new where it now names a year of the fault."""
    known = {(mark(one), one.message) for one in before.findings}
    by_series: dict[str, list[Finding]] = {}
    for one in after.findings:
        if one.key and one.severity in GRAVE and (mark(one), one.message) not in known:
            by_series.setdefault(one.key.split(".")[2], []).append(one)
    return {
        fault: [
            one
            for one in by_series.get(fault.series, ())
            if concerns(one, fault)
            and (mark(one) not in before.marks or any(str(year) in one.message for year in fault.years))
        ]
        for fault in faults
    }


def concerns(finding: Finding, fault: Planted) -> bool:
    assert finding.key
    return area_of(finding.key) in (*fault.areas, "KG")


def area_of(key: str) -> str:
    return key.split(".")[3]


def untouched(faults: Iterable[Planted], before: Judged, after: Judged) -> list[Finding]:
    """New errors about series that no fault is in."""
    series = {fault.series: fault for fault in faults}
    new = [one for one in after.errors if one.key and mark(one) not in before.marks]
    return [one for one in new if (fault := series.get(one.key.split(".")[2])) is None or not concerns(one, fault)]


def hinted(faults: Iterable[Planted], after: Judged) -> Mapping[Planted, str]:
    """What the comparisons say that would make the faulty series consistent."""
    by_key: dict[str, list[str]] = {}
    for one in after.comparisons:
        if one.hints:
            by_key.setdefault(one.key, []).extend(str(hint) for hint in one.hints)
    keys = {fault: [fault.rest.replace("*", area) for area in (*fault.areas, "KG")] for fault in faults}
    return {fault: "; ".join(hint for key in named for hint in by_key.get(key, ())) for fault, named in keys.items()}


@dataclass(frozen=True)
class Trial:
    """What was planted, with the new findings about each; errors that are new though nothing was planted where they are."""

    findings: Mapping[Planted, list[Finding]]
    false: tuple[Finding, ...]

    def and_of(self, other: Trial) -> Trial:
        return Trial({**self.findings, **other.findings}, (*self.false, *other.false))

    def share(self, fault: str | None = None, severities: tuple[Severity, ...] = GRAVE) -> float:
        """Which part of the faults was found."""
        told = [found for planted, found in self.findings.items() if fault in (None, planted.fault)]
        return sum(any(one.severity in severities for one in each) for each in told) / len(told)


def trial(
    kg: Publication,
    local: Dataset,
    national: Dataset,
    earlier: Dataset | None,
    faults: Sequence[str],
    seeds: Iterable[int],
) -> Trial:
    field = Field.of(local, national, kg.schema, {code: nature.kind for code, nature in kg.book.kinds.items()})
    before = judge(kg, local, national, earlier)
    findings: dict[Planted, list[Finding]] = {}
    false: list[Finding] = []
    for seed in seeds:
        faulty, there = planted(faults, local, field, seed)
        after = judge(kg, faulty, national, earlier)
        findings.update(found(there, before, after))
        false.extend(untouched(there, before, after))
    return Trial(findings, tuple(false))
