"""The rules over the publication as a city's table stands at upload, and which planted faults they find."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
from planting import Planted
from publication import Publication

from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Comparison, Finding, Severity
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

    @property
    def marks(self) -> frozenset[Mark]:
        return frozenset(mark(one) for one in self.findings)


def mark(finding: Finding) -> Mark:
    return finding.rule, finding.key, finding.period, finding.severity.value


def judge(kg: Publication, local: Dataset, national: Dataset, earlier: Dataset | None = None) -> Judged:
    """As `workflow.assess` does it. `earlier`: what stands published of these series."""
    more = {"previous": earlier} if "previous" in inspect.signature(validation.validate).parameters else {}
    within = validation.validate(local, kg.schema, book=kg.book, **more)
    comparisons, beside = coherence.compare(local, national, kg.schema, kg.book)
    return Judged((*within, *beside), comparisons)


def together(one: Dataset, other: Dataset) -> Dataset:
    tables = [one.table, other.table]
    return replace(one, table=pa.concat_tables(tables).unify_dictionaries())


def found(faults: Iterable[Planted], before: Judged, after: Judged) -> dict[Planted, list[Finding]]:
    """For each fault the new findings that concern its series: in its areas, or of the nation that they are part of."""
    new: dict[str, list[Finding]] = {}
    for one in after.findings:
        if one.key and one.severity in GRAVE and mark(one) not in before.marks:
            new.setdefault(one.key.split(".")[2], []).append(one)
    return {fault: [one for one in new.get(fault.series, ()) if concerns(one, fault)] for fault in faults}


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
