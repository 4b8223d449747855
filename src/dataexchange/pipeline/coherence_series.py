"""A dataset as series: what comparisons read. Values are in units (UNIT_MULT applied), in time order, without the empty ones.

A `Series` is a view of a few rows; nothing is worked out before a comparison asks for it, since most series of a large national
dataset are never asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.areas import Areas
from dataexchange.model.dataset import COLUMN, ROW, Dataset, SeriesBatch, as_codes, group_series
from dataexchange.model.finding import Place
from dataexchange.model.period import NO_PERIOD, format_period
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import global_series

Floats = npt.NDArray[np.float64]

#: Values are told apart to eight decimals; what has more was not rounded by anybody.
_POWERS = 10.0 ** np.arange(9)


@dataclass(frozen=True, slots=True)
class _Said:
    """What an attribute says row by row: places in `words`, whose last is None."""

    places: npt.NDArray[np.int32]
    words: Sequence[str | None]

    @classmethod
    def of(cls, column: pa.DictionaryArray, rows: npt.NDArray[np.int64] | None = None) -> _Said:
        """Of the rows named, or of all."""
        words = (*column.dictionary.to_pylist(), None)
        places = column.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
        return cls(places if rows is None else places[rows], words)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Columns of one dataset or batch, rows sorted by series and period."""

    #: None where the rows come from the store: they have no place in a file.
    dataset: Dataset | None
    #: Row of the dataset's table for every sorted row.
    origin: npt.NDArray[np.int64]
    periods: npt.NDArray[np.int32]
    values: Floats
    scale: Floats
    text: Mapping[str, _Said]
    #: SERIES code -> the global series it stands for, as the code list has it.
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Series:
    key: str
    #: Dimension id -> code, "" where there is none.
    codes: Mapping[str, str]
    rows: _Rows
    start: int
    stop: int

    @property
    def area(self) -> str:
        return self.codes["REF_AREA"]

    @property
    def code(self) -> str:
        return self.codes["SERIES"]

    @property
    def stands_for(self) -> str | None:
        """The global series of an adapted one: as the attribute says, else as the code list does."""
        return self.word("GLOBAL_SERIES") or self.rows.origins.get(self.code)

    @property
    def periods(self) -> npt.NDArray[np.int32]:
        return self.rows.periods[self.start : self.stop]

    @property
    def values(self) -> Floats:
        return self.rows.values[self.start : self.stop]

    def said(self, component: str) -> tuple[str | None, ...]:
        """What the attribute says for every observation."""
        if component not in self.rows.text:
            return (None,) * (self.stop - self.start)
        said = self.rows.text[component]
        return tuple(said.words[place] for place in said.places[self.start : self.stop].tolist())

    def words(self, component: str) -> tuple[str, ...]:
        """The distinct things the attribute says in this series, in order of time."""
        if component not in self.rows.text:
            return ()
        said = self.rows.text[component]
        distinct = dict.fromkeys(said.places[self.start : self.stop].tolist())
        return tuple(word for place in distinct if (word := said.words[place]))

    def word(self, component: str) -> str | None:
        return next(iter(self.words(component)), None)

    def numbers(self, component: str) -> Floats:
        """An attribute that is a number (a bound), in units as the values are; NaN where there is none."""
        return np.array([_number(text) for text in self.said(component)]) * self.rows.scale[self.start : self.stop]

    def rounding(self, whole: bool) -> Floats:
        """The unit every value is rounded to: 0.01 for 11.7 and 12.05, 1000 for 1200 thousand, 0 for 82.2946637648.

        Decimals are those of all values with the same multiplier: 12 beside 12.05 is 12.00, but 5 thousand says nothing of a 5
        in another year. `whole` things counted in units are not rounded at all.
        """
        scale = self.rows.scale[self.start : self.stop]
        if (scale == scale[0]).all():
            return np.full(len(scale), _unit(self.values / scale, float(scale[0]), whole))
        units = np.empty(len(scale))
        for factor in np.unique(scale).tolist():
            same = scale == factor
            units[same] = _unit(self.values[same] / factor, factor, whole)
        return units

    def place(self, index: int) -> Place:
        """Where the observation stands in the source."""
        dataset, row = self.rows.dataset, int(self.rows.origin[self.start + index])
        if dataset is None:
            return Place()
        table = dataset.table
        at = table[ROW][row].as_py() if ROW in table.column_names else None
        header = table[COLUMN][row].as_py() if COLUMN in table.column_names else None
        value = float(self.values[index] / self.rows.scale[self.start + index])
        shown = str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
        return Place(dataset.file_of(row), dataset.sheet_of(row), at, header, shown)


def series_of(dataset: Dataset, schema: Schema) -> tuple[Series, ...]:
    """The series that have at least one value. Of rows with the same key and period the last one counts."""
    structure, table = schema.structure, dataset.table
    for dimension in structure.dimension_ids:
        if dimension not in table.column_names:
            table = table.append_column(dimension, pa.nulls(table.num_rows, pa.string()))
    numbers, keys = group_series(table, structure)
    periods = _periods(table, schema)
    values = _values(table, structure.measure.id)
    order = np.lexsort((periods, numbers))
    order = order[np.isfinite(values[order]) & (periods[order] != NO_PERIOD)]
    last = np.append((np.diff(numbers[order]) != 0) | (np.diff(periods[order]) != 0), True)[: len(order)]
    order = order[last]
    text = {
        c.id: as_codes(table[c.id].take(pa.array(order))) for c in structure.attributes if c.id in table.column_names
    }
    said = {name: _Said.of(column) for name, column in text.items()}
    scale = _scale(said.get("UNIT_MULT"), len(order))
    origins = schema.derived("global series", lambda: _origins(schema))
    rows = _Rows(dataset, order, periods[order], values[order] * scale, scale, said, origins)
    starts = np.flatnonzero(np.append(True, np.diff(numbers[order]) != 0)[: len(order)])
    stops = np.append(starts[1:], len(order))[: len(starts)]
    named = keys.take(pa.array(numbers[order][starts])).to_pylist()
    names, areas = structure.dimension_ids, Areas.of(schema)
    return tuple(
        Series(key, _codes(names, key, areas), rows, start, stop)
        for key, start, stop in zip(named, starts.tolist(), stops.tolist(), strict=True)
        if key.count(".") == len(names) - 1
    )


def series_of_batches(batches: Sequence[SeriesBatch], schema: Schema) -> tuple[Series, ...]:
    """The same of series as the store gives them, which are grouped and in order already."""
    return tuple(series for batch in batches for series in _of_batch(batch, schema))


def _of_batch(batch: SeriesBatch, schema: Schema) -> Iterator[Series]:
    structure = schema.structure
    owner = np.repeat(np.arange(batch.n_series), np.diff(batch.offsets))
    kept = np.flatnonzero(np.isfinite(batch.values) & (batch.periods != NO_PERIOD))
    owner = owner[kept]
    said: dict[str, _Said] = {}
    for attribute in structure.attributes:
        if attribute.id in batch.attributes:
            said[attribute.id] = _Said.of(as_codes(batch.attributes[attribute.id]), kept)
        elif attribute.id in batch.series.column_names and batch.series[attribute.id].null_count < batch.n_series:
            said[attribute.id] = _Said.of(as_codes(batch.series[attribute.id]), owner)
    scale = _scale(said.get("UNIT_MULT"), len(kept))
    origins = schema.derived("global series", lambda: _origins(schema))
    rows = _Rows(None, kept, batch.periods[kept], batch.values[kept] * scale, scale, said, origins)
    starts = np.searchsorted(owner, np.arange(batch.n_series + 1)).tolist()
    names, areas = structure.dimension_ids, Areas.of(schema)
    for i, key in enumerate(batch.series["key"].to_pylist()):
        if starts[i] < starts[i + 1]:
            yield Series(key, _codes(names, key, areas), rows, starts[i], starts[i + 1])


def _codes(names: Sequence[str], key: str, areas: Areas) -> Mapping[str, str]:
    """The codes of a key, its area under the one code that both offices' data are compared by: the key stays as it was published."""
    codes = dict(zip(names, key.split("."), strict=True))
    if "REF_AREA" in codes:
        codes["REF_AREA"] = areas.canonical(codes["REF_AREA"])
    return codes


def _origins(schema: Schema) -> dict[str, str]:
    codes = schema.codes.get("SERIES", {})
    return {code: origin for code, item in codes.items() if (origin := global_series(item))}


def shared(local: Series, national: Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of the periods that both have."""
    _, here, there = np.intersect1d(local.periods, national.periods, assume_unique=True, return_indices=True)
    return here, there


def period_text(series: Series, index: int) -> str:
    return format_period(int(series.periods[index]))


def _periods(table: pa.Table, schema: Schema) -> npt.NDArray[np.int32]:
    time = schema.structure.time_dimension
    if time is None or time.id not in table.column_names:
        return np.full(table.num_rows, NO_PERIOD, np.int32)
    return np.asarray(table[time.id].fill_null(NO_PERIOD).to_numpy(), np.int32)


def _values(table: pa.Table, measure: str) -> Floats:
    if measure not in table.column_names or not pa.types.is_floating(table[measure].type):
        return np.full(table.num_rows, np.nan)
    return np.asarray(table[measure].to_numpy(), np.float64)


def _scale(multipliers: _Said | None, n: int) -> Floats:
    if multipliers is None:
        return np.ones(n)
    powers = [_number(text) for text in multipliers.words]
    factors = np.array([10.0**power if abs(power) <= 30 else 1.0 for power in powers])
    return np.asarray(factors[multipliers.places])


def _unit(printed: Floats, factor: float, whole: bool) -> float:
    """The unit of values printed like these, which all have the multiplier `factor`."""
    # Of the largest numbers there are no digits to look at.
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = printed[:, np.newaxis] * _POWERS
        fits = (np.abs(shifted - np.rint(shifted)) <= 1e-12 * np.abs(shifted)).all(axis=0)
    if not fits.any():
        return 0.0
    decimals = int(np.argmax(fits))
    return 0.0 if whole and decimals == 0 and factor == 1 else float(10.0**-decimals) * factor


def _number(text: str | None) -> float:
    try:
        return float(text) if text else np.nan
    except ValueError:
        return np.nan
