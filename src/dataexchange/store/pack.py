"""A long table becomes series: sorted by key, their observations by period, packed in columns.

Two series of two years with one status each:

    keys            ["A.GB", "A.GB_BRS"]
    periods         [b"....", b"...."]     int32, little-endian
    values          [b"........", ...]     float64, little-endian, NaN where there is none
    obs_attributes  ['[{"OBS_STATUS":"A"}]', ...]
    obs_codes       [None, ...]            None: all observations of the series have the first of obs_attributes

`further` measures are packed like `values` and `texts`; where a series has nothing of one, both are None.

Equal content gives equal bytes, whatever order the rows came in: that is how a release knows what did not change. Where rows
say the same period of a series twice, the later one wins; an attribute that it leaves out keeps what the earlier one said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import InvalidRequest
from dataexchange.model.dataset import as_codes
from dataexchange.model.structure import DataStructure
from dataexchange.store.pack_attributes import attribute_lists
from dataexchange.store.pack_rows import Ints, Rows, Sorted, latest, pairs, single, slices, sorted_rows
from dataexchange.store.series_table import SeriesTable

#: B-tree entries of PostgreSQL end at 2,704 bytes.
_LONGEST_KEY = 2000

#: A measure: packed numbers and JSON lists of what is no number, one entry a series.
Measured = tuple[list[bytes | None], list[str | None]]


@dataclass(frozen=True, slots=True)
class Packed:
    """Series in key order: every list has one entry a series."""

    keys: list[str]
    dimensions: list[list[str]]
    attributes: list[list[str | None]]
    first: list[int]
    last: list[int]
    n: list[int]
    periods: list[bytes]
    values: list[bytes | None]
    obs_attributes: list[str]
    obs_codes: list[bytes | None]
    texts: list[str | None]
    further: list[Measured]

    def by_column(self, held: SeriesTable) -> dict[str, Sequence[object]]:
        """Under the names of the columns of a series table."""
        return {
            "key": self.keys,
            **{held.dimension(i).name: codes for i, codes in zip(held.dimensions, self.dimensions, strict=True)},
            "first_period": self.first,
            "last_period": self.last,
            "n": self.n,
            **{held.attribute(i).name: texts for i, texts in zip(held.attributes, self.attributes, strict=True)},
            "periods": self.periods,
            "values": self.values,
            "obs_attributes": self.obs_attributes,
            "obs_codes": self.obs_codes,
            "texts": self.texts,
            **dict(self._further_columns(held)),
        }

    def _further_columns(self, held: SeriesTable) -> Iterator[tuple[str, Sequence[object]]]:
        for measure, (values, texts) in zip(held.measures, self.further, strict=True):
            numbers, words = held.measure(measure)
            yield numbers.name, values
            yield words.name, texts

    @property
    def contents(self) -> list[Sequence[object]]:
        """The columns that make two versions of a series equal."""
        return [
            *self.attributes,
            self.periods,
            self.values,
            self.obs_attributes,
            self.obs_codes,
            self.texts,
            *(entries for measured in self.further for entries in measured),
        ]


def pack(
    table: pa.Table,
    structure: DataStructure,
    series_attributes: Sequence[str],
    *,
    kept: Collection[str] = (),
    known: Sorted | None = None,
) -> Packed:
    """Rows without a period say something of their series only; a series without any observation is left out.

    `kept` are the measures of which a blank in a later row keeps what an earlier one said; `known` is the table's `sorted_rows`.
    """
    known = known or sorted_rows(table, structure)
    series, keys, rows = known.series, known.keys, known.rows
    there, edges = rows.runs()
    numbers = np.repeat(np.arange(len(there)), np.diff(edges))
    names = keys.take(pa.array(there))
    if (pc.max(pc.binary_length(names)).as_py() or 0) > _LONGEST_KEY:
        raise InvalidRequest(f"shorten the codes: a series key has at most {_LONGEST_KEY} bytes", parameter="key")
    periods = rows.periods[rows.ends]
    values, texts = _measure(table, structure.measure.id, rows, edges, structure.measure.id in kept)
    obs_attributes, obs_codes = attribute_lists(table, structure, rows, numbers, edges)
    return Packed(
        keys=names.to_pylist(),
        dimensions=_dimensions(table, structure, series, there),
        attributes=[_of_series(table, name, series, len(keys), there) for name in series_attributes],
        first=periods[edges[:-1]].tolist(),
        last=periods[edges[1:] - 1].tolist(),
        n=np.diff(edges).tolist(),
        periods=slices(periods.astype("<i4").tobytes(), edges * 4),
        values=values,
        obs_attributes=obs_attributes,
        obs_codes=obs_codes,
        texts=texts,
        further=[_further(table, m.id, rows, edges, m.id in kept) for m in structure.further_measures],
    )


def _dimensions(table: pa.Table, structure: DataStructure, series: Ints, kept: Ints) -> list[list[str]]:
    example = np.empty(int(series.max(initial=-1)) + 1, dtype=np.int64)
    example[series] = np.arange(len(series))
    rows = pa.array(example[kept])
    columns = []
    for dimension in structure.dimensions:
        codes = _storable(as_codes(table[dimension.id]).take(rows), dimension.id)
        distinct = set(codes)
        if not distinct.isdisjoint((None, "")):
            raise InvalidRequest("every observation needs a code for it", parameter=dimension.id)
        if any("." in code for code in distinct):
            # A key could not be taken apart again, nor be written in a URL.
            raise InvalidRequest("a code cannot hold a '.', which separates the codes of a key", parameter=dimension.id)
        columns.append(codes)
    return columns


def _of_series(table: pa.Table, attribute: str, series: Ints, n: int, kept: Ints) -> list[str | None]:
    """What the last row of each series that says anything says."""
    if attribute not in table.column_names:
        return [None] * len(kept)
    codes = as_codes(table[attribute])
    given = codes.is_valid().to_numpy(zero_copy_only=False)
    last = np.full(n, -1, dtype=np.int64)
    last[series[given]] = np.flatnonzero(given)
    rows = last[kept]
    return _storable(codes.take(pa.array(rows, mask=rows < 0)), attribute)


def _storable(codes: pa.DictionaryArray, component: str) -> list[Any]:
    """As texts, None for null. Equal ones are one text: fifty thousand series have a few dozen codes."""
    places = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    words: list[str | None] = [*codes.dictionary.cast(pa.string()).to_pylist(), None]
    if any("\0" in (words[place] or "") for place in np.unique(places).tolist()):
        raise InvalidRequest("take out the NUL characters", parameter=component)
    return [words[place] for place in places.tolist()]


def _further(table: pa.Table, name: str, rows: Rows, edges: Ints, blank_keeps_value: bool) -> Measured:
    """As `_measure`, with nothing stored for series that have nothing of it."""
    if name not in table.column_names or table[name].null_count == table.num_rows:
        return [None] * (len(edges) - 1), [None] * (len(edges) - 1)
    values, texts = _measure(table, name, rows, edges, blank_keeps_value)
    sizes = (np.diff(edges)).tolist()
    if any(texts):
        nothing = [f"[{','.join(['null'] * n)}]" for n in sizes]
        return [None] * len(sizes), [t if t != none else None for t, none in zip(texts, nothing, strict=True)]
    void = np.float64(np.nan).astype("<f8").tobytes()
    return [v if v != void * n else None for v, n in zip(values, sizes, strict=True)], texts


def _measure(table: pa.Table, name: str, rows: Rows, edges: Ints, blank_keeps_value: bool) -> Measured:
    """(numbers, JSON lists of what is no number). The later row wins even if it holds no value: figures get suppressed."""
    column = single(table[name]) if name in table.column_names else pa.nulls(table.num_rows, pa.float64())
    taken = rows.take[rows.ends]
    if blank_keeps_value:
        given = column.is_valid().to_numpy(zero_copy_only=False)[rows.take]
        stated = latest(np.where(given, rows.take, -1), rows)
        taken = np.where(stated >= 0, stated, taken)
    if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
        words = column.cast(pa.string()).take(pa.array(taken)).to_pylist()
        texts: list[str | None] = [orjson.dumps(words[a:b]).decode() for a, b in pairs(edges)]
        return [*slices(np.full(len(taken), np.nan).astype("<f8").tobytes(), edges * 8)], texts
    numbers = column.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy(zero_copy_only=False)[taken] + 0.0
    numbers[np.isnan(numbers)] = np.nan  # one of the many NaNs, and no -0.0: equal figures are equal bytes
    return [*slices(numbers.astype("<f8").tobytes(), edges * 8)], [None] * (len(edges) - 1)
