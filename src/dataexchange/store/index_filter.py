"""The part of a data query that an index of series can answer: everything but what looks at values and attributes of observations.

A filter is asked of every distinct code or list of periods once; the series are then a matter of looking numbers up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.query import DataQuery
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure
from dataexchange.store.condition import is_numeric, which
from dataexchange.store.observation_filter import ObservationFilter
from dataexchange.store.series_index import PERIODS, PROVIDER
from dataexchange.store.unpack import Mask

#: More keys than this are looked up faster in the series table.
_MOST_KEYS = 50


@dataclass(frozen=True, slots=True)
class Counted:
    """The series of an index that are wanted, with how many observations of each are, and from when to when those go."""

    rows: Mask | None
    n: npt.NDArray[np.int64]
    first: int | None
    last: int | None

    def codes(self, column: pa.ChunkedArray) -> tuple[str, ...]:
        """Those that occur in a column."""
        held = _whole(column)
        indices = held.indices.to_numpy()
        there = np.bincount(indices if self.rows is None else indices[self.rows], minlength=len(held.dictionary)) > 0
        return tuple(held.dictionary.filter(pa.array(there)).to_pylist())


def can_answer(data: DataQuery, structure: DataStructure) -> bool:
    """Whether the query says nothing of values and attributes of observations."""
    time = structure.time_dimension
    known = {*structure.dimension_ids, *(a.id for a in structure.series_attributes), *([time.id] if time else [])}
    return len(data.keys) <= _MOST_KEYS and all(filter_.component in known for filter_ in data.filters)


def counted(index: pa.Table, data: DataQuery, observed: ObservationFilter, schema: Schema) -> Counted:
    rows = chosen_rows(index, data, schema)
    periods = _whole(index[PERIODS])
    numbers = periods.indices.to_numpy()
    if rows is not None:
        numbers = numbers[rows]
    if len(numbers) == 0:
        return Counted(rows, np.zeros(0, np.int64), None, None)
    lists = periods.dictionary.to_pylist()
    lengths = np.array([len(one) // 4 for one in lists], np.int64)
    flat = np.frombuffer(b"".join(lists), "<i4").astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    passed = observed.in_time(flat)
    n = np.add.reduceat(passed.astype(np.int64), starts)
    used = (np.bincount(numbers, minlength=len(lists)) > 0) & (n > 0)
    wanted = passed & np.repeat(used, lengths)
    first, last = (int(end(flat[wanted])) if wanted.any() else None for end in (np.min, np.max))
    if not passed.all():
        there = n[numbers] > 0
        if rows is None:
            rows = there
        else:
            rows[np.flatnonzero(rows)] = there
        return Counted(rows, n[numbers][there], first, last)
    return Counted(rows, n[numbers], first, last)


def chosen_rows(index: pa.Table, data: DataQuery, schema: Schema) -> Mask | None:
    """The series that the query asks for; None for all of them."""
    masks: list[Mask] = []
    components = {c.id: c for c in schema.structure.components()}
    time = schema.structure.time_dimension
    for filter_ in data.filters:
        if time and filter_.component == time.id:
            continue
        numeric = is_numeric(components[filter_.component], schema)
        masks.append(_where(index[filter_.component], partial(which, filter_, numeric=numeric)))
    if data.providers:
        forms = {form for p in data.providers for form in (p, p.rpartition(",")[2])}
        masks.append(_where(index[PROVIDER], partial(_among, forms)))
    if data.keys and not any(key.matches_all for key in data.keys):
        masks.append(np.logical_or.reduce([_pattern(index, key.positions, schema) for key in data.keys]))
    return np.logical_and.reduce(masks) if masks else None


def key_order(index: pa.Table, dimensions: Sequence[str], rows: Mask | None) -> npt.NDArray[np.int64]:
    """The wanted rows in the order of their keys, byte by byte: within a key, a code ends with a dot."""
    n = index.num_rows if rows is None else int(rows.sum())
    keys = []
    for place, dimension in enumerate(dimensions, 1):
        codes = _whole(index[dimension])
        if len(codes.dictionary) > 1:
            end = "" if place == len(dimensions) else "."
            texts = [(text + end).encode() for text in codes.dictionary.to_pylist()]
            ranks = np.argsort(np.array(sorted(range(len(texts)), key=texts.__getitem__)))
            of_rows = ranks[codes.indices.to_numpy()]
            keys.append(of_rows if rows is None else of_rows[rows])
    return np.lexsort(list(reversed(keys))).astype(np.int64) if keys else np.arange(n)


def _pattern(index: pa.Table, positions: Sequence[Sequence[str]], schema: Schema) -> Mask:
    mask = np.ones(index.num_rows, dtype=bool)
    for dimension, allowed in zip(schema.structure.dimension_ids, positions, strict=False):
        if allowed:
            mask &= _where(index[dimension], partial(_among, frozenset(allowed)))
    return mask


def _among(wanted: Collection[str], texts: Sequence[str | None]) -> Mask:
    return np.array([text in wanted for text in texts], dtype=bool)


def _where(column: pa.ChunkedArray, passes: Callable[[list[str | None]], Mask]) -> Mask:
    codes = _whole(column)
    passed = passes([*codes.dictionary.to_pylist(), None])
    rows: Mask = passed[codes.indices.fill_null(len(codes.dictionary)).to_numpy()]
    return rows


def _whole(column: pa.ChunkedArray) -> pa.DictionaryArray:
    held = column.combine_chunks()
    if isinstance(held, pa.ChunkedArray):
        held = held.chunk(0) if held.num_chunks else pa.array([], column.type)
    return held
