"""From rows at fault to findings: one each while there are few, then one for all that are alike.

A rule yields a `Fault`: the rows, and how to say it for one row or for all. A file with a million wrong rows costs ten thousand
sentences and some summaries, shared fairly between the faults, so that one column gone wrong does not hide the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dataexchange.model.finding import Finding, Place
from dataexchange.model.rule import Severity
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, says
from dataexchange.pipeline.validation_table import Column, Flags, Ints, Observations

#: Distinct wrong values of one component that are told apart; what is beyond is told together.
DISTINCT = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """Rows that break one rule in the same way. Without `rows` it is about the whole table, `count` times."""

    rule: str
    component: str | None
    rows: Ints
    #: What the rows share, as a sentence for many; their number is put in front.
    words: Sentence
    #: The sentence for one row, where it says more than `words`.
    sentence: Callable[[int], Sentence] | None = None
    count: int = 0
    #: How many rows a row stands for, where that is more than itself.
    times: Mapping[int, int] = field(default_factory=dict)
    #: Where it is another than the rule's own.
    severity: Severity | None = None

    def counted(self, rows: Sequence[int]) -> int:
        return sum(self.times.get(row, 1) for row in rows) if self.times else len(rows)


def findings(table: Observations, faults: Sequence[Fault], limit: int) -> Iterator[Finding]:
    budget = _shares([len(fault.rows) for fault in faults], limit)
    for fault, share in zip(faults, budget, strict=True):
        if fault.count:
            place = table.place(fault.component, None, None)
            yield table.book.graded(finding(fault.rule, fault.words, place, count=fault.count), None)
        for row in fault.rows[:share].tolist():
            yield _single(table, fault, row)
        if len(fault.rows) > share:
            rest = fault.counted(fault.rows[share:].tolist())
            yield _summary(table, fault, int(fault.rows[share]), rest, share)


def by_value(column: Column, flags: Flags) -> Iterator[tuple[str | None, Ints]]:
    """(wrong value, its rows) for every flagged value that occurs; (None, rows) for all beyond the first `DISTINCT`."""
    rows = column.rows_where(flags)
    if not len(rows):
        return
    index = column.index[rows]
    order = np.argsort(index, kind="stable")
    cuts = np.flatnonzero(np.diff(index[order])) + 1
    groups = np.split(rows[order], cuts[: DISTINCT - 1])
    for group in groups[:-1] if len(cuts) >= DISTINCT else groups:
        yield column.text(int(group[0])), group
    if len(cuts) >= DISTINCT:
        yield None, np.sort(groups[-1])


def _single(table: Observations, fault: Fault, row: int) -> Finding:
    value = table.value(fault.component, row) if fault.component else None
    sentence = fault.sentence(row) if fault.sentence else fault.words
    return _told(table, fault, sentence, table.place(fault.component, row, value), row, fault.times.get(row, 1))


def _told(table: Observations, fault: Fault, sentence: Sentence, place: Place, row: int, count: int) -> Finding:
    """A finding about a row, as grave as the office has it for its series."""
    made = finding(
        fault.rule,
        sentence,
        place,
        severity=fault.severity,
        key=table.key(row),
        period=table.period(row),
        count=count,
    )
    return table.book.graded(made, table.value("SERIES", row) if "SERIES" in table.text else None)


def _summary(table: Observations, fault: Fault, row: int, count: int, told: int) -> Finding:
    first, place = (
        table.row_name(row),
        table.place(fault.component, row, table.value(fault.component, row) if fault.component else None),
    )
    if told:
        sentence = says(
            "{n} more observation from {row} on: {fault}",
            "{n} more observations from {row} on: {fault}",
            count,
            row=first,
            fault=fault.words,
        )
    else:
        sentence = says(
            "{n} observation from {row} on: {fault}",
            "{n} observations from {row} on: {fault}",
            count,
            row=first,
            fault=fault.words,
        )
    return _told(table, fault, sentence, place, row, count)


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """How many of each may be told one by one: all of the small ones, the rest divided evenly.

    >>> _shares([5, 1000, 2000], 25)
    [5, 10, 10]
    """
    shares = [0] * len(sizes)
    left = limit
    for done, place in enumerate(sorted(range(len(sizes)), key=lambda i: sizes[i])):
        shares[place] = min(sizes[place], left // (len(sizes) - done))
        left -= shares[place]
    return shares
