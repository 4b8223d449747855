"""The same key and period twice: a repeat when both rows say the same, a contradiction when they do not.

Repeats are a warning and are merged; a contradiction is an error that names both rows, since only the city knows which is right.
Most often it is no slip of the city but of the mapping: a column that tells the rows apart is mapped to nothing. That is one
finding however many rows collapse; else there is one for each key and period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from dataexchange.model.dataset import Dataset, as_codes
from dataexchange.model.mapping import UNUSED
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, chained, listed, say, says
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_table import Flags, Ints, Observations, Periods, periods

#: Columns that the mapping does not use which are compared, one bit each.
_COMPARED = 60
#: Rows and columns that a sentence names.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Rows and, beside each, the first row of the same key and period. `unused` has a bit for every unused column they differ in."""

    first: Ints
    later: Ints
    unused: Ints

    def where(self, flags: Flags) -> _Pairs:
        return _Pairs(self.first[flags], self.later[flags], self.unused[flags])


def duplicates(table: Observations) -> Iterator[Fault]:
    rows = _whole(table)
    numbers = _numbered(table.series, table.periods)[rows]
    if not _repeats(numbers):
        return
    order = np.argsort(numbers, kind="stable")
    starts = np.append(True, np.diff(numbers[order]) != 0)
    first = rows[order][np.flatnonzero(starts)[np.cumsum(starts) - 1]]
    later, first = rows[order][~starts], first[~starts]
    by_row = np.argsort(later, kind="stable")
    later, first = later[by_row], first[by_row]
    pairs = _Pairs(first, later, _unused(table, first, later))
    differs = _differ(table, first, later)
    if (~differs).any():
        yield _repeated(table, pairs.where(~differs))
    if differs.any():
        yield _contradictory(table, pairs.where(differs))


def merge_repeats(dataset: Dataset, schema: Schema) -> Dataset:
    """The dataset with one row for every key and period: the last of them, so of rows that contradict the later one wins."""
    numbers = _numbered(dataset.grouped(schema.structure)[0], periods(dataset.table, schema.structure))
    if not _repeats(numbers):
        return dataset
    _, from_end = np.unique(numbers[::-1], return_index=True)
    keep = np.sort(len(numbers) - 1 - from_end)
    return replace(dataset, table=dataset.table.take(pa.array(keep)))


def _whole(table: Observations) -> Ints:
    """Rows with a whole key and a period: what is missing there is told by another rule."""
    structure = table.schema.structure
    whole = np.ones(table.n, bool)
    for dimension in structure.dimension_ids:
        if dimension in table.text and not table.text[dimension].full:
            whole &= table.text[dimension].index >= 0
    if structure.time_dimension:
        whole &= table.periods != NO_PERIOD
    return np.flatnonzero(whole)


def _numbered(series: Ints, periods: Periods) -> Ints:
    """One number for every key and period."""
    low, high = (int(periods.min()), int(periods.max())) if len(periods) else (0, 0)
    return series * (high - low + 1) + (periods.astype(np.int64) - low)


def _repeats(numbers: Ints) -> bool:
    """Whether any stands twice. Mostly series stand one after the other, each by its periods, so that this is seen at once."""
    if (numbers[1:] > numbers[:-1]).all():
        return False
    ordered = np.sort(numbers)
    return bool((ordered[1:] == ordered[:-1]).any())


def _differ(table: Observations, first: Ints, later: Ints) -> Flags:
    differs = np.zeros(len(later), bool)
    for name in _told(table):
        differs |= _different(table, name, first, later)
    return differs


def _different(table: Observations, component: str, first: Ints, later: Ints) -> Flags:
    if component in table.text:
        index = table.text[component].index
        return np.asarray(index[first] != index[later])
    values = table.numbers.get(component, np.full(table.n, np.nan))
    return np.asarray((values[first] != values[later]) & ~(np.isnan(values[first]) & np.isnan(values[later])))


def _told(table: Observations) -> list[str]:
    """The parts of an observation beside its key, as far as the table has them."""
    structure = table.schema.structure
    parts = (c.id for c in (*structure.measures, *structure.observation_attributes))
    return [part for part in parts if part in table.text or part in table.numbers or part == table.measure]


def _unused_columns(table: Observations) -> list[str]:
    return [name for name in table.dataset.table.column_names if name.startswith(UNUSED)][:_COMPARED]


def _unused(table: Observations, first: Ints, later: Ints) -> Ints:
    bits = np.zeros(len(later), np.int64)
    for place, name in enumerate(_unused_columns(table)):
        index = as_codes(table.dataset.table[name]).indices.to_numpy(zero_copy_only=False)
        bits |= (index[first] != index[later]).astype(np.int64) << place
    return bits


def _grouped(pairs: _Pairs) -> Iterator[Ints]:
    """Places of the pairs that have one cause: the same unused columns, else the same key and period."""
    cause = np.where(pairs.unused > 0, -pairs.unused, pairs.first)
    order = np.argsort(cause, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(cause[order])) + 1)


def _fault(
    table: Observations, rule: str, pairs: _Pairs, words: Sentence, sentence: Callable[[int, Ints], Sentence]
) -> Fault:
    """One row for every group. `sentence` has the first row of the group's first pair, and all later rows."""
    groups = sorted(_grouped(pairs), key=lambda group: int(group[0]))
    members: Mapping[int, Ints] = {int(pairs.later[group[0]]): group for group in groups}

    def told(row: int) -> Sentence:
        group = members[row]
        said = sentence(int(pairs.first[group[0]]), pairs.later[group])
        return _with_cause(said, table, int(pairs.unused[group[0]]), len(group))

    rows = np.fromiter(members, np.int64, len(members))
    return Fault(rule, table.measure, rows, words, told, times={row: len(group) for row, group in members.items()})


def _with_cause(said: Sentence, table: Observations, unused: int, count: int) -> Sentence:
    """The sentence, and the columns that tell the rows apart but are not mapped."""
    if not unused:
        return said
    names = [name.removeprefix(UNUSED) for n, name in enumerate(_unused_columns(table)) if unused >> n & 1]
    columns: Value = ", ".join(repr(name) for name in names[:_NAMED])
    if len(names) > _NAMED:
        columns = say("{columns} and others", columns=columns)
    differ = says(
        "they differ in column {columns}, which is not mapped",
        "they differ in columns {columns}, which are not mapped",
        len(names),
        columns=columns,
    )
    if count == 1:
        return say("{fault}; {columns}: map the column that tells them apart", fault=said, columns=differ)
    return says(
        "{fault}; {columns}, as does {n} more row that has the key and period of an earlier one: map the column that tells them apart",
        "{fault}; {columns}, as do {n} more rows that have the key and period of an earlier one: map the column that tells them apart",
        count - 1,
        fault=said,
        columns=differ,
    )


def _rows(table: Observations, rows: Ints, beside: int) -> Sentence:
    """`row 3`, `row 3, row 4 and row 5`, `row 3, row 4, row 5, row 6, row 7 and 40 more`."""
    names = [table.row_name(row, beside) for row in rows[:_NAMED].tolist()]
    if len(rows) > _NAMED:
        names.append(says("{n} more", "{n} more", len(rows) - _NAMED))
    return listed(names)


def _repeated(table: Observations, pairs: _Pairs) -> Fault:
    unused = dict(zip(pairs.later.tolist(), pairs.unused.tolist(), strict=True))

    def sentence(first: int, later: Ints) -> Sentence:
        row = int(later[0])
        there = table.row_name(first, row)
        if len(later) == 1 or unused[row]:
            return say("this observation stands already in {row}; the two are merged", row=there)
        return say(
            "this observation stands already in {row}, and again in {rows}; they are merged",
            row=there,
            rows=_rows(table, later[1:], row),
        )

    words = say("they repeat an earlier row of the same key and period, and are merged")
    return _fault(table, "DUP-REPEATED", pairs, words, sentence)


def _contradictory(table: Observations, pairs: _Pairs) -> Fault:
    unused = dict(zip(pairs.later.tolist(), pairs.unused.tolist(), strict=True))

    def sentence(first: int, later: Ints) -> Sentence:
        row = int(later[0])
        two = np.array([first]), np.array([row])
        parts = [_two_values(table, name, first, row) for name in _told(table) if _different(table, name, *two)[0]]
        said = say(
            "{one} and {other} have the same key and period and say different things: {differences}",
            one=table.row_name(first, row),
            other=table.row_name(row),
            differences=chained(parts),
        )
        if len(later) == 1 or unused[row]:
            return said
        return says(
            "{fault}; so does {rows}",
            "{fault}; so do {rows}",
            len(later) - 1,
            fault=said,
            rows=_rows(table, later[1:], row),
        )

    words = say("they contradict an earlier row of the same key and period")
    return _fault(table, "DUP-CONTRADICTION", pairs, words, sentence)


def _shown(table: Observations, component: str, row: int) -> Value:
    return say("empty") if table.value(component, row) is None else table.figure(component, row)


def _two_values(table: Observations, component: str, first: int, later: int) -> Sentence:
    return say(
        "{component} is {first} in one and {later} in the other",
        component=component,
        first=_shown(table, component, first),
        later=_shown(table, component, later),
    )
