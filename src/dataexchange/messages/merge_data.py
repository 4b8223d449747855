"""Several messages laid together, in order: what they repeat is merged and counted, what they contradict is told.

    dataset, repeated, findings = merge([message.datasets[0] for message in messages], schema.structure)

An observation is its series key and period. Where a later message says nothing of a component, what an earlier one said
stays; where both speak and differ, that is a finding that names both. Of many messages the later one holds (BAS-CONTRADICT); what one
sender sends at once is not settled so, and the finding is an error (DUP-CONTRADICTION, STR-SERIES-ATTRIBUTE). Attributes of
series are compared over the whole series. Everything is integer arithmetic on Arrow dictionaries; only contradictions are
looked at one by one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.errors import InvalidRequest, NotSupported
from dataexchange.model.dataset import CODE, FILE, ROW, Action, Dataset, as_codes, group_series
from dataexchange.model.finding import Finding, Place
from dataexchange.model.period import format_period
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Value, say
from dataexchange.model.structure import DataStructure

Integers: TypeAlias = npt.NDArray[np.int64]


class Merged(NamedTuple):
    """One dataset, how many rows were merged into earlier ones, and the contradictions."""

    dataset: Dataset
    repeated: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Rows that speak of the same thing. `order` sorts rows by group, earlier before later; groups begin at `starts`."""

    of: Integers
    order: Integers
    starts: Integers


def merge(datasets: Sequence[Dataset], structure: DataStructure, *, settled: bool = True) -> Merged:
    """The datasets as one; where they are of several kinds of action, the result is a merge. `settled`: the later of two that
    contradict each other holds."""
    if not datasets:
        raise InvalidRequest("give at least one dataset to lay together")
    if any(dataset.action is Action.DELETE for dataset in datasets):
        raise NotSupported("A message that deletes cannot be laid together with others: load it by itself.")
    table = _together(datasets)
    series, keys = group_series(table, structure)
    period = _period_column(table, structure)
    observations = _groups(_pairs(series, period))
    by_series = _groups(series)
    first = np.sort(observations.order[observations.starts])
    findings: list[Finding] = []
    columns: dict[str, pa.Array] = {}
    series_attributes = {attribute.id for attribute in structure.series_attributes}
    fixed = {*structure.dimension_ids, *((structure.time_dimension.id,) if structure.time_dimension else ())}
    for name in table.column_names:
        column = table[name]
        if name in fixed:
            columns[name] = column.take(pa.array(first))
            continue
        groups = by_series if name in series_attributes else observations
        codes, texts = _comparable(column)
        last = _last_given(codes, groups)
        columns[name] = column.take(pa.array(last[groups.of[first]], mask=last[groups.of[first]] < 0))
        if not name.startswith("@"):
            whole = name in series_attributes
            rule = "BAS-CONTRADICT" if settled else "STR-SERIES-ATTRIBUTE" if whole else "DUP-CONTRADICTION"
            for earlier, later in _contradictions(codes, groups):
                values = _shown(texts, codes[earlier]), _shown(texts, codes[later])
                key = keys[int(series[later])].as_py()
                when = None if whole else format_period(int(period[later]))
                findings.append(_told(rule, table, (earlier, later), name, values, key, when))
    merged = pa.table({name: columns[name] for name in table.column_names})
    repeated = table.num_rows - merged.num_rows
    newest = datasets[-1]
    flow = next((d.dataflow for d in reversed(datasets) if d.dataflow), None)
    return Merged(Dataset(structure.ref, merged, flow, newest.provider, Action.MERGE), repeated, tuple(findings))


def _together(datasets: Sequence[Dataset]) -> pa.Table:
    tables = []
    for dataset in datasets:
        file = pa.array([dataset.file]).dictionary_encode().cast(CODE).take(pa.array(np.zeros(dataset.n, np.int32)))
        tables.append(
            dataset.table.append_column(FILE, file) if FILE not in dataset.table.column_names else dataset.table
        )
    table = pa.concat_tables(tables, promote_options="default")
    columns = {}
    for name in table.column_names:
        column = table[name]
        columns[name] = as_codes(column) if pa.types.is_dictionary(column.type) else column.combine_chunks()
    return pa.table(columns)


def _period_column(table: pa.Table, structure: DataStructure) -> Integers:
    if structure.time_dimension is None:
        return np.zeros(table.num_rows, np.int64)
    periods: Integers = table[structure.time_dimension.id].fill_null(0).to_numpy().astype(np.int64)
    return periods


def _pairs(series: Integers, period: Integers) -> Integers:
    """One integer for each series and period: series in the upper 32 bits."""
    return (series << 32) + (period + 2**31)


def _groups(numbers: Integers) -> _Groups:
    _, of = np.unique(numbers, return_inverse=True)
    order = np.argsort(of, kind="stable")
    starts = np.flatnonzero(np.diff(of[order], prepend=-1))
    return _Groups(of.astype(np.int64), order, starts)


def _comparable(column: pa.ChunkedArray) -> tuple[Integers, pa.Array | None]:
    """(an integer a row that is equal where the values are, -1 for nothing; the texts of those integers if they are codes)."""
    if pa.types.is_floating(column.type):
        values = column.to_numpy()
        distinct, codes = np.unique(values, return_inverse=True)
        return np.where(np.isnan(values), -1, codes).astype(np.int64), pa.array(distinct)
    if pa.types.is_integer(column.type):
        return np.arange(len(column), dtype=np.int64), None
    coded = as_codes(column)
    return coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64), coded.dictionary


def _last_given(codes: Integers, groups: _Groups) -> Integers:
    """For every group the row that last says something, -1 where none does."""
    if not len(codes):
        return np.zeros(0, np.int64)
    ordered = groups.order
    at = np.maximum.reduceat(np.where(codes[ordered] >= 0, np.arange(len(ordered)), -1), groups.starts)
    return np.where(at >= 0, ordered[at], -1)


def _contradictions(codes: Integers, groups: _Groups) -> Iterator[tuple[int, int]]:
    """Neighbours in a group that both say something, and not the same."""
    given = groups.order[codes[groups.order] >= 0]
    same_group = groups.of[given[1:]] == groups.of[given[:-1]]
    for at in np.flatnonzero(same_group & (codes[given[1:]] != codes[given[:-1]])):
        yield int(given[at]), int(given[at + 1])


def _told(
    rule: str,
    table: pa.Table,
    rows: tuple[int, int],
    component: str,
    values: tuple[Value, Value],
    key: str,
    when: str | None,
) -> Finding:
    earlier, later = rows
    file = table[FILE][later].as_py()
    within = file == table[FILE][earlier].as_py()
    said = say(
        "{observation}: {component} is {old} in {earlier} but {new} in {later}",
        observation=f"{key} {when}" if when else key,
        component=component,
        old=values[0],
        earlier=_where(table, earlier, within=within),
        new=values[1],
        later=_where(table, later, within=within),
    )
    sentence = (
        say("{fault}; the later one holds.", fault=said)
        if rule == "BAS-CONTRADICT"
        else say("{fault}: leave one of the two.", fault=said)
    )
    place = Place(file, row=_row(table, later), column=component, value=str(values[1]))
    return finding(rule, sentence, place, key=key, period=when)


def _shown(texts: pa.Array | None, code: np.int64) -> Value:
    """Numbers as numbers, which the language writes."""
    value = texts[int(code)].as_py() if texts is not None else str(code)
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else value
    return str(value)


def _row(table: pa.Table, row: int) -> int | None:
    return table[ROW][row].as_py() if ROW in table.column_names else None


def _where(table: pa.Table, row: int, *, within: bool) -> Value:
    """`line 3` within one file, else with the file."""
    line, file = _row(table, row), str(table[FILE][row].as_py())
    if within and line:
        return say("line {line}", line=str(line))
    return say("{file} (line {line})", file=file, line=str(line)) if line else file
