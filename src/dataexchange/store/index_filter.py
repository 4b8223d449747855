"""The part of a data query that an index of series can answer: keys, filters on dimensions, providers.

A filter is asked of every distinct code once; the series are then a matter of looking numbers up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from dataexchange.model.query import DataQuery
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure
from dataexchange.store.condition import is_numeric, which
from dataexchange.store.series_index import PROVIDER
from dataexchange.store.unpack import Mask

#: More keys than this are looked up faster in the series table.
_MOST_KEYS = 50


def can_answer(data: DataQuery, structure: DataStructure) -> bool:
    """Whether everything that the query says is about dimensions and providers, as they stand now."""
    dimensions = set(structure.dimension_ids)
    return (
        (data.start, data.end, data.updated_after, data.as_of) == (None,) * 4
        and len(data.keys) <= _MOST_KEYS
        and all(filter_.component in dimensions for filter_ in data.filters)
    )


def chosen_rows(index: pa.Table, data: DataQuery, schema: Schema) -> Mask | None:
    """The series that the query asks for; None for all of them."""
    masks: list[Mask] = []
    components = {d.id: d for d in schema.structure.dimensions}
    for filter_ in data.filters:
        numeric = is_numeric(components[filter_.component], schema)
        masks.append(_where(index[filter_.component], partial(which, filter_, numeric=numeric)))
    if data.providers:
        forms = {form for p in data.providers for form in (p, p.rpartition(",")[2])}
        masks.append(_where(index[PROVIDER], partial(_among, forms)))
    if data.keys and not any(key.matches_all for key in data.keys):
        masks.append(np.logical_or.reduce([_pattern(index, key.positions, schema) for key in data.keys]))
    return np.logical_and.reduce(masks) if masks else None


def _pattern(index: pa.Table, positions: Sequence[Sequence[str]], schema: Schema) -> Mask:
    mask = np.ones(index.num_rows, dtype=bool)
    for dimension, allowed in zip(schema.structure.dimension_ids, positions, strict=False):
        if allowed:
            mask &= _where(index[dimension], partial(_among, frozenset(allowed)))
    return mask


def _among(wanted: Collection[str], texts: Sequence[str]) -> Mask:
    return np.array([text in wanted for text in texts], dtype=bool)


def _where(column: pa.ChunkedArray, passes: Callable[[list[str]], Mask]) -> Mask:
    codes = column.combine_chunks()
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.chunk(0)
    passed = passes(codes.dictionary.to_pylist())
    return passed[codes.indices.to_numpy()] if len(passed) else np.zeros(len(codes), dtype=bool)
