"""The same key and period twice: a repeat when both rows say the same, a contradiction when they do not.

Repeats are a warning and are merged; a contradiction is an error that names both rows, since only the city knows which is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dataexchange.model.dataset import Dataset
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.schema import Schema
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_table import Flags, Ints, Observations, observe


def duplicates(table: Observations) -> Iterator[Fault]:
    rows = _whole(table)
    numbers = _numbered(table)[rows]
    ordered = np.sort(numbers)
    if not (ordered[1:] == ordered[:-1]).any():
        return
    order = np.argsort(numbers, kind="stable")
    starts = np.append(True, np.diff(numbers[order]) != 0)
    first = rows[order][np.flatnonzero(starts)[np.cumsum(starts) - 1]]
    later, first = rows[order][~starts], first[~starts]
    by_row = np.argsort(later, kind="stable")
    later, first = later[by_row], first[by_row]
    differs = _differ(table, first, later)
    if (~differs).any():
        yield _repeated(table, first[~differs], later[~differs])
    if differs.any():
        yield _contradictory(table, first[differs], later[differs])


def merge_repeats(dataset: Dataset, schema: Schema) -> Dataset:
    """The dataset with one row for every key and period: the last of them, so of rows that contradict the later one wins."""
    table = observe(dataset, schema, {})
    numbers = _numbered(table)
    _, from_end = np.unique(numbers[::-1], return_index=True)
    if len(from_end) == len(numbers):
        return dataset
    keep = np.sort(len(numbers) - 1 - from_end)
    return replace(dataset, table=dataset.table.take(pa.array(keep)))


def _whole(table: Observations) -> Ints:
    """Rows with a whole key and a period: what is missing there is told by another rule."""
    structure = table.schema.structure
    whole = np.ones(table.n, bool)
    for dimension in structure.dimension_ids:
        if dimension in table.text:
            whole &= table.text[dimension].index >= 0
    if structure.time_dimension:
        whole &= table.periods != NO_PERIOD
    return np.flatnonzero(whole)


def _numbered(table: Observations) -> Ints:
    """One number for every key and period."""
    periods = table.periods.astype(np.int64)
    low, high = (int(periods.min()), int(periods.max())) if table.n else (0, 0)
    return table.series * (high - low + 1) + (periods - low)


def _differ(table: Observations, first: Ints, later: Ints) -> Flags:
    differs = np.zeros(len(later), bool)
    for name in _told(table):
        differs |= _different(table, name, first, later)
    return differs


def _different(table: Observations, component: str, first: Ints, later: Ints) -> Flags:
    if component in table.text:
        index = table.text[component].index
        return np.asarray(index[first] != index[later])
    values = table.values if table.values is not None else np.full(table.n, np.nan)
    return np.asarray((values[first] != values[later]) & ~(np.isnan(values[first]) & np.isnan(values[later])))


def _told(table: Observations) -> list[str]:
    """The parts of an observation beside its key, as far as the table has them."""
    structure = table.schema.structure
    parts = (c.id for c in (*structure.measures, *structure.observation_attributes))
    return [part for part in parts if part in table.text or part == table.measure]


def _repeated(table: Observations, first: Ints, later: Ints) -> Fault:
    earlier = dict(zip(later.tolist(), first.tolist(), strict=True))
    return Fault(
        "DUP-REPEATED",
        table.measure,
        later,
        "they repeat an earlier row of the same key and period, and are merged",
        lambda row: f"this observation stands already in {table.row_name(earlier[row])}; the two are merged",
    )


def _contradictory(table: Observations, first: Ints, later: Ints) -> Fault:
    earlier = dict(zip(later.tolist(), first.tolist(), strict=True))

    def sentence(row: int) -> str:
        other = earlier[row]
        pair = np.array([other]), np.array([row])
        parts = [
            f"{name} is {table.value(name, other) or 'empty'} in one and {table.value(name, row) or 'empty'} in the other"
            for name in _told(table)
            if _different(table, name, *pair)[0]
        ]
        return (
            f"{table.row_name(other)} and {table.row_name(row)} have the same key and period and say different things: "
            f"{'; '.join(parts)}"
        )

    return Fault(
        "DUP-CONTRADICTION", table.measure, later, "they contradict an earlier row of the same key and period", sentence
    )
