"""Figures in the order of their series and periods, so that neighbours stand beside each other.

    lines = whole(table)              # with what is published already of the same series
    np.diff(lines.ordinal)            # 1 from year to year

Figures are in units (UNIT_MULT applied). Of several rows with one key and period the first counts, and a row of the table before
what is published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import SeriesBatch, as_codes
from dataexchange.model.period import NO_PERIOD, frequency, ordinal
from dataexchange.pipeline.validation_format import as_numbers
from dataexchange.pipeline.validation_table import Column, Flags, Floats, Ints, Observations

#: UNIT_MULT beyond this is a fault of its own.
_MOST_POWERS = 30
#: FREQ -> how many such periods a year has.
_IN_A_YEAR = {"S": 2, "T": 3, "Q": 4, "M": 12}


@dataclass(frozen=True, slots=True)
class Lines:
    """`row` is the place in the table, -1 for what is published. `codes` rise: series and period in one number."""

    row: Ints
    series: Ints
    period: npt.NDArray[np.int32]
    value: Floats
    codes: Ints

    def __len__(self) -> int:
        return len(self.row)

    def only(self, mask: Flags) -> Lines:
        if mask.all():
            return self
        return Lines(self.row[mask], self.series[mask], self.period[mask], self.value[mask], self.codes[mask])

    @property
    def starts(self) -> Ints:
        """Where each series begins."""
        return np.flatnonzero(np.append(True, self.series[1:] != self.series[:-1])) if len(self) else np.zeros(0, int)

    @property
    def spans(self) -> tuple[Ints, Ints]:
        """(where its series begins, where it ends) for every figure."""
        starts = self.starts
        ends = np.append(starts[1:], len(self))
        counts = ends - starts
        return np.repeat(starts, counts), np.repeat(ends, counts)

    def at(self, series: Ints, period: npt.NDArray[np.int32]) -> Ints:
        """Place of each (series, period), -1 where there is none."""
        if not len(self):
            return np.full(len(series), -1)
        wanted = _codes(series, period)
        found = np.minimum(np.searchsorted(self.codes, wanted), len(self) - 1)
        return np.where(self.codes[found] == wanted, found, -1)


def own(table: Observations) -> Lines:
    """What the table says; NaN where there is no value."""
    return table.derived("own lines", partial(_own, table))


def whole(table: Observations) -> Lines:
    """The same, and what is published of these series and the table does not say anew."""
    return table.derived("whole lines", partial(_whole, table))


def published(table: Observations) -> Lines:
    """What is published of the series of the table."""
    return table.derived("published lines", partial(_published, table))


def published_multiplier(table: Observations) -> Floats:
    """10 to the power of the UNIT_MULT that each of these figures is published with."""
    return table.derived("published multiplier", lambda: _of_batches(table, multiplied).value)


def in_units(table: Observations) -> Floats:
    """The primary measure with UNIT_MULT applied."""
    return table.derived("in units", partial(_in_units, table))


def ordinals(lines: Lines) -> Ints:
    """The number of each period among those of its length."""
    return _by_period(lines, lambda code: 0 if code == NO_PERIOD else ordinal(code))


def forms(lines: Lines) -> npt.NDArray[np.str_]:
    """The FREQ that each period is at home with."""
    return _by_period(lines, lambda code: "" if code == NO_PERIOD else frequency(code))


def in_a_year(lines: Lines) -> Ints:
    """How many periods of its length a year has, 0 for years and for what is no part of one."""
    return _by_period(lines, lambda code: 0 if code == NO_PERIOD else _IN_A_YEAR.get(frequency(code), 0))


def middles(group: Ints, values: Floats) -> Floats:
    """Of each figure the middle one of its group, the lower one of two."""
    order = np.lexsort((values, group))
    starts = np.flatnonzero(np.append(True, np.diff(group[order]) != 0))
    counts = np.diff(np.append(starts, len(order)))
    found = np.empty(len(values))
    found[order] = np.repeat(values[order][starts + (counts - 1) // 2], counts)
    return found


def _by_period(lines: Lines, of: Callable[[int], Any]) -> npt.NDArray[Any]:
    """What is to be said of a period, for every figure: it is asked once of each of the few periods that there are."""
    coded = pa.array(lines.period).dictionary_encode()
    found = np.array([of(code) for code in coded.dictionary.to_pylist()])
    return np.asarray(found[coded.indices.to_numpy()])


def multiplier(table: Observations) -> Floats:
    """10 to the power of UNIT_MULT for every row, 1 where it is not given."""
    column = table.text.get("UNIT_MULT")
    return table.derived("multiplier", lambda: np.ones(table.n) if column is None else _powers(column))


def multiplied(batch: SeriesBatch) -> Floats:
    """The same for every observation of series as the store gives them."""
    given = batch.attributes.get("UNIT_MULT")
    if given is None and "UNIT_MULT" in batch.series.column_names:
        given = as_codes(batch.series["UNIT_MULT"])
        given = given.take(pa.array(np.repeat(np.arange(batch.n_series), np.diff(batch.offsets))))
    if given is None:
        return np.ones(batch.n)
    powers = given.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return _powers(Column(given.dictionary, powers))


def _powers(column: Column) -> Floats:
    powers = np.nan_to_num(as_numbers(column), nan=0.0)
    limited = np.append(np.clip(powers, -_MOST_POWERS, _MOST_POWERS), 0.0)
    return np.asarray(np.power(10.0, limited)[column.index])


def _in_units(table: Observations) -> Floats:
    values = np.full(table.n, np.nan) if table.values is None else table.values
    with np.errstate(over="ignore"):
        return np.asarray(values * multiplier(table))


def _own(table: Observations) -> Lines:
    return laid(np.arange(table.n), table.series, table.periods, in_units(table))


def _whole(table: Observations) -> Lines:
    mine, before = own(table), published(table)
    if not len(before):
        return mine
    return laid(
        np.concatenate((mine.row, before.row)),
        np.concatenate((mine.series, before.series)),
        np.concatenate((mine.period, before.period)),
        np.concatenate((mine.value, before.value)),
    )


def _published(table: Observations) -> Lines:
    return _of_batches(table, lambda batch: batch.values * multiplied(batch))


def _of_batches(table: Observations, of: Callable[[SeriesBatch], Floats]) -> Lines:
    """What is published of the series of the table; `of` gives what is wanted of each observation."""
    parts = [_of_batch(table, batch, of(batch)) for batch in table.previous if batch.n]
    if not parts:
        return laid(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0))
    series, period, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return laid(np.full(len(series), -1), series, period, value)


def _of_batch(table: Observations, batch: SeriesBatch, value: Floats) -> tuple[Ints, npt.NDArray[np.int32], Floats]:
    keys = pc.index_in(batch.series["key"].cast(pa.string()), value_set=table.keys)
    keys = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
    number = keys.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    series = np.repeat(number, np.diff(batch.offsets))
    there = series >= 0
    return series[there], batch.periods[there], value[there]


def laid(row: Ints, series: Ints, period: npt.NDArray[np.int32], value: Floats) -> Lines:
    """In order; of several with one series and period the first."""
    lines = Lines(row, series, period, value, _codes(series, period))
    if (lines.codes[1:] < lines.codes[:-1]).any():
        order = np.argsort(lines.codes, kind="stable")
        lines = Lines(row[order], series[order], period[order], value[order], lines.codes[order])
    return lines.only(np.append(True, lines.codes[1:] != lines.codes[:-1])[: len(lines)])


def _codes(series: Ints, period: npt.NDArray[np.int32]) -> Ints:
    return (series << 32) + (period.astype(np.int64) - NO_PERIOD)
