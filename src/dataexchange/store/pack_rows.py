"""Rows of a long table in the order of a packed one: by series, then period, repetitions side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import group_series
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.structure import DataStructure

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are observations, by series and period, with repetitions side by side: `ends` is the last of each period."""

    take: Ints
    series: Ints
    periods: npt.NDArray[np.int32]
    starts: Ints
    ends: Ints

    @property
    def repeated(self) -> bool:
        return len(self.ends) < len(self.take)

    def runs(self) -> tuple[Ints, Ints]:
        """(the series that have observations, where those of each begin; behind the last, where they end)."""
        owners = self.series[self.ends]
        starts = np.flatnonzero(np.append(True, owners[1:] != owners[:-1])[: len(owners)])
        return owners[starts], np.append(starts, len(owners))


@dataclass(frozen=True, slots=True)
class Sorted:
    """Of a long table the number of its series for every row, the keys in order, and the rows that are observations."""

    series: Ints
    keys: pa.Array
    rows: Rows


def sorted_rows(table: pa.Table, structure: DataStructure) -> Sorted:
    series, keys = sorted_series(table, structure)
    return Sorted(series, keys, observation_rows(table, structure, series))


def sorted_series(table: pa.Table, structure: DataStructure) -> tuple[Ints, pa.Array]:
    """(number of its series for every row, the keys in order). A dictionary that holds a code twice is no trouble."""
    series, keys = group_series(table, structure)
    distinct = pc.unique(keys)
    distinct = distinct.take(pc.sort_indices(distinct))
    rank = pc.index_in(keys, distinct).to_numpy(zero_copy_only=False).astype(np.int64)
    return rank[series], distinct


def period_codes(table: pa.Table, structure: DataStructure) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
    """(periods, which rows have one). Without a time dimension every row has the period NO_PERIOD."""
    time = structure.time_dimension
    if time is None:
        return np.full(table.num_rows, NO_PERIOD, dtype=np.int32), np.ones(table.num_rows, dtype=bool)
    column = single(table[time.id].cast(pa.int32()))
    return column.fill_null(0).to_numpy(zero_copy_only=False), column.is_valid().to_numpy(zero_copy_only=False)


def series_period(series: Ints, periods: npt.NDArray[np.int32]) -> Ints:
    """One number for series and period, in that order."""
    return (series << 32) + (periods.astype(np.int64) - NO_PERIOD)


def observation_rows(table: pa.Table, structure: DataStructure, series: Ints) -> Rows:
    periods, given = period_codes(table, structure)
    take = np.arange(len(series)) if given.all() else np.flatnonzero(given)
    code = series_period(series[take], periods[take])
    if np.any(code[1:] < code[:-1]):
        order = np.argsort(code, kind="stable")
        take, code = take[order], code[order]
    new = np.concatenate(([True], code[1:] != code[:-1])) if len(code) else np.zeros(0, dtype=bool)
    starts = np.flatnonzero(new)
    ends = np.concatenate((starts[1:], [len(code)])) - 1 if len(code) else starts
    return Rows(take, series[take], periods[take], starts, ends)


def latest(codes: Ints, rows: Rows) -> Ints:
    """Per observation the last code of its rows that is not -1."""
    if not rows.repeated:
        return codes
    seen = np.maximum.accumulate(np.where(codes >= 0, np.arange(len(codes)), -1))[rows.ends]
    found: Ints = np.where(seen >= rows.starts, codes[seen], -1)
    return found


def single(column: pa.ChunkedArray) -> pa.Array:
    """The column in one piece; one that is so already is not copied."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def pairs(edges: Ints) -> Iterator[tuple[int, int]]:
    return pairwise(edges.tolist())


def slices(data: bytes, edges: Ints) -> list[bytes]:
    return [data[a:b] for a, b in pairs(edges)]
