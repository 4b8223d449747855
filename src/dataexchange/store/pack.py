"""A long table becomes series: sorted by key, their observations by period, packed in columns.

Two series of two years with one status each:

    keys            ["A.GB", "A.GB_BRS"]
    periods         [b"....", b"...."]     int32, little-endian
    values          [b"........", ...]     float64, little-endian, NaN where there is none
    obs_attributes  ['[{"OBS_STATUS":"A"}]', ...]
    obs_codes       [None, ...]            None: all observations of the series have the first of obs_attributes

Equal content gives equal bytes, whatever order the rows came in: that is how a release knows what did not change. Where rows
say the same period of a series twice, the later one wins; an attribute that it leaves out keeps what the earlier one said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import InvalidRequest
from dataexchange.model.dataset import as_codes, group_series
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.structure import DataStructure
from dataexchange.store.series_table import SeriesTable

Ints = npt.NDArray[np.int64]

#: Above this many combinations, finding the distinct ones by sorting is cheaper than by counting.
_COUNTABLE = 1 << 22

#: B-tree entries of PostgreSQL end at 2,704 bytes.
_LONGEST_KEY = 2000


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
    values: list[bytes]
    obs_attributes: list[str]
    obs_codes: list[bytes | None]
    texts: list[str | None]

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
        }

    def contents(self) -> Iterator[tuple[object, ...]]:
        """What makes two versions of a series equal, a tuple each."""
        return zip(
            *self.attributes, self.periods, self.values, self.obs_attributes, self.obs_codes, self.texts, strict=True
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that are observations, by series and period, with repetitions side by side: `ends` is the last of each period."""

    take: Ints
    series: Ints
    periods: npt.NDArray[np.int32]
    starts: Ints
    ends: Ints

    @property
    def repeated(self) -> bool:
        return len(self.ends) < len(self.take)


def pack(
    table: pa.Table, structure: DataStructure, series_attributes: Sequence[str], *, blank_keeps_value: bool = False
) -> Packed:
    """Rows without a period say something of their series only; a series without any observation is left out."""
    series, keys = sorted_series(table, structure)
    rows = _observations(table, structure, series)
    kept, numbers = np.unique(rows.series[rows.ends], return_inverse=True)
    numbers = numbers.astype(np.int64)
    edges = np.searchsorted(numbers, np.arange(len(kept) + 1))
    names = keys.take(pa.array(kept)).to_pylist()
    if any(len(name.encode()) > _LONGEST_KEY for name in names):
        raise InvalidRequest(f"shorten the codes: a series key has at most {_LONGEST_KEY} bytes", parameter="key")
    periods = rows.periods[rows.ends]
    values, texts = _measure(table, structure, rows, edges, blank_keeps_value)
    obs_attributes, obs_codes = _attributes(table, structure, rows, numbers, edges)
    return Packed(
        keys=names,
        dimensions=_dimensions(table, structure, series, kept),
        attributes=[_of_series(table, name, series, len(keys), kept) for name in series_attributes],
        first=periods[edges[:-1]].tolist(),
        last=periods[edges[1:] - 1].tolist(),
        n=np.diff(edges).tolist(),
        periods=_slices(periods.astype("<i4").tobytes(), edges * 4),
        values=values,
        obs_attributes=obs_attributes,
        obs_codes=obs_codes,
        texts=texts,
    )


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
    column = _single(table[time.id].cast(pa.int32()))
    return column.fill_null(0).to_numpy(zero_copy_only=False), column.is_valid().to_numpy(zero_copy_only=False)


def series_period(series: Ints, periods: npt.NDArray[np.int32]) -> Ints:
    """One number for series and period, in that order."""
    return (series << 32) + (periods.astype(np.int64) - NO_PERIOD)


def _observations(table: pa.Table, structure: DataStructure, series: Ints) -> _Rows:
    periods, given = period_codes(table, structure)
    take = np.arange(len(series)) if given.all() else np.flatnonzero(given)
    code = series_period(series[take], periods[take])
    if np.any(code[1:] < code[:-1]):
        order = np.argsort(code, kind="stable")
        take, code = take[order], code[order]
    new = np.concatenate(([True], code[1:] != code[:-1])) if len(code) else np.zeros(0, dtype=bool)
    starts = np.flatnonzero(new)
    ends = np.concatenate((starts[1:], [len(code)])) - 1 if len(code) else starts
    return _Rows(take, series[take], periods[take], starts, ends)


def _dimensions(table: pa.Table, structure: DataStructure, series: Ints, kept: Ints) -> list[list[str]]:
    example = np.empty(int(series.max(initial=-1)) + 1, dtype=np.int64)
    example[series] = np.arange(len(series))
    rows = pa.array(example[kept])
    columns = []
    for dimension in structure.dimensions:
        codes = as_codes(table[dimension.id]).take(rows).cast(pa.string())
        if codes.null_count or pc.any(pc.equal(codes, "")).as_py():
            raise InvalidRequest("every observation needs a code for it", parameter=dimension.id)
        if pc.any(pc.match_substring(codes, ".")).as_py():
            # A key could not be taken apart again, nor be written in a URL.
            raise InvalidRequest("a code cannot hold a '.', which separates the codes of a key", parameter=dimension.id)
        columns.append(_storable(codes, dimension.id))
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
    return _storable(codes.take(pa.array(rows, mask=rows < 0)).cast(pa.string()), attribute)


def _storable(texts: pa.Array, component: str) -> list[Any]:
    if pc.any(pc.match_substring(texts, "\0")).as_py():
        raise InvalidRequest("take out the NUL characters", parameter=component)
    values: list[Any] = texts.to_pylist()
    return values


def _measure(
    table: pa.Table, structure: DataStructure, rows: _Rows, edges: Ints, blank_keeps_value: bool
) -> tuple[list[bytes], list[str | None]]:
    """(numbers, JSON lists of what is no number). The later row wins even if it holds no value: figures get suppressed."""
    name = structure.measure.id
    column = _single(table[name]) if name in table.column_names else pa.nulls(table.num_rows, pa.float64())
    taken = rows.take[rows.ends]
    if blank_keeps_value:
        given = column.is_valid().to_numpy(zero_copy_only=False)[rows.take]
        stated = _latest(np.where(given, rows.take, -1), rows)
        taken = np.where(stated >= 0, stated, taken)
    if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
        words = column.cast(pa.string()).take(pa.array(taken)).to_pylist()
        texts: list[str | None] = [orjson.dumps(words[a:b]).decode() for a, b in _pairs(edges)]
        return _slices(np.full(len(taken), np.nan).astype("<f8").tobytes(), edges * 8), texts
    numbers = column.cast(pa.float64(), safe=False).fill_null(np.nan).to_numpy(zero_copy_only=False)[taken] + 0.0
    numbers[np.isnan(numbers)] = np.nan  # one of the many NaNs, and no -0.0: equal figures are equal bytes
    return _slices(numbers.astype("<f8").tobytes(), edges * 8), [None] * (len(edges) - 1)


def _attributes(
    table: pa.Table, structure: DataStructure, rows: _Rows, numbers: Ints, edges: Ints
) -> tuple[list[str], list[bytes | None]]:
    """The distinct combinations of observation attributes of each series, and which of them each observation has."""
    combos, texts = _combinations(table, [a.id for a in structure.observation_attributes], rows)
    if not len(combos):
        return [], []
    lowest = np.minimum.reduceat(combos, edges[:-1])
    mixed = lowest != np.maximum.reduceat(combos, edges[:-1])
    single = [f"[{text}]" for text in texts]
    lists = [single[c] for c in lowest.tolist()]
    codes: list[bytes | None] = [None] * len(lists)
    if mixed.any():
        _mixed(combos, texts, numbers, edges, np.flatnonzero(mixed), lists, codes)
    return lists, codes


def _mixed(
    combos: Ints,
    texts: Sequence[str],
    numbers: Ints,
    edges: Ints,
    which: Ints,
    lists: list[str],
    codes: list[bytes | None],
) -> None:
    """Fill in `lists` and `codes` of the series that have more than one combination."""
    chosen = np.zeros(len(edges) - 1, dtype=bool)
    chosen[which] = True
    inside = chosen[numbers]
    pairs, local = np.unique(numbers[inside] * len(texts) + combos[inside], return_inverse=True)
    owners = pairs // len(texts)
    bounds = np.searchsorted(owners, np.append(which, len(edges)))
    local = local - bounds[np.searchsorted(which, numbers[inside])]
    here = np.concatenate(([0], np.cumsum(np.diff(edges)[which])))
    flat = {width: local.astype(f"<u{width}").tobytes() for width in (1, 2, 4)}
    held = (pairs % len(texts)).tolist()
    for i, (a, b), (start, end) in zip(which.tolist(), _pairs(bounds), _pairs(here), strict=True):
        lists[i] = f"[{','.join([texts[c] for c in held[a:b]])}]"
        width = 1 if b - a <= 1 << 8 else 2 if b - a <= 1 << 16 else 4
        codes[i] = flat[width][start * width : end * width]


def _combinations(table: pa.Table, ids: Sequence[str], rows: _Rows) -> tuple[Ints, list[str]]:
    """(number of its combination for every observation, the combinations as JSON objects, sorted by their text)."""
    folded = np.zeros(len(rows.ends), dtype=np.int64)
    span = 1
    columns: list[tuple[str, Ints, pa.Array]] = []
    for name in ids:
        if name not in table.column_names or table[name].null_count == table.num_rows:
            continue
        array = as_codes(table[name])
        codes = _latest(array.indices.fill_null(-1).to_numpy(zero_copy_only=False)[rows.take].astype(np.int64), rows)
        columns.append((name, codes, array.dictionary))
        size = len(array.dictionary) + 1
        if span * size > 1 << 62:
            distinct, folded = np.unique(folded, return_inverse=True)
            folded, span = folded.astype(np.int64), len(distinct)
        folded = folded * size + codes + 1
        span *= size
    numbers, count = _renumbered(folded, span)
    example = np.zeros(count, dtype=np.int64)
    example[numbers] = np.arange(len(numbers))
    texts = _as_objects(columns, example)
    ordered = sorted(set(texts))
    place = {text: i for i, text in enumerate(ordered)}
    return np.array([place[text] for text in texts], dtype=np.int64)[numbers], ordered


def _latest(codes: Ints, rows: _Rows) -> Ints:
    """Per observation the last code of its rows that is not -1."""
    if not rows.repeated:
        return codes
    seen = np.maximum.accumulate(np.where(codes >= 0, np.arange(len(codes)), -1))[rows.ends]
    latest: Ints = np.where(seen >= rows.starts, codes[seen], -1)
    return latest


def _renumbered(folded: Ints, span: int) -> tuple[Ints, int]:
    if span > _COUNTABLE:
        distinct, numbers = np.unique(folded, return_inverse=True)
        return numbers.astype(np.int64), len(distinct)
    there = np.bincount(folded, minlength=1) > 0
    return (np.cumsum(there) - 1)[folded], int(there.sum())


def _as_objects(columns: Sequence[tuple[str, Ints, pa.Array]], example: Ints) -> list[str]:
    """JSON text of the combinations that stand at the rows `example`; attributes that are not given are left out."""
    named = []
    for name, codes, dictionary in columns:
        at = codes[example]
        named.append((name, dictionary.cast(pa.string()).take(pa.array(at, mask=at < 0)).to_pylist()))
    return [
        orjson.dumps({name: values[i] for name, values in named if values[i] is not None}).decode()
        for i in range(len(example))
    ]


def _single(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _pairs(edges: Ints) -> Iterator[tuple[int, int]]:
    return pairwise(edges.tolist())


def _slices(data: bytes, edges: Ints) -> list[bytes]:
    return [data[a:b] for a, b in _pairs(edges)]
