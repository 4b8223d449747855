"""Batches of series as the blocks that writers write.

Nothing is collected: a batch comes in, one or more blocks go out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.messages.columns import filled, strings
from dataexchange.messages.layout import Block, Layout
from dataexchange.messages.number import number_text
from dataexchange.model.dataset import SeriesBatch, Values, as_codes
from dataexchange.model.period import format_period
from dataexchange.model.structure import Attribute

#: Observations (and series) of one block: small enough for the cache, large enough that Python's part does not count.
BLOCK = 16_384


def blocks(batches: Iterable[SeriesBatch], layout: Layout) -> Iterator[Block]:
    """For series by time and for flat messages."""
    for batch in batches:
        for first, last in pieces(batch.offsets, BLOCK):
            yield _block(_slice(batch, first, last), layout)


def pieces(offsets: npt.NDArray[np.int64], size: int) -> Iterator[tuple[int, int]]:
    """Ranges of series that hold `size` observations at most; a longer series has a range to itself."""
    first, n = 0, len(offsets) - 1
    while first < n:
        last = int(np.searchsorted(offsets, offsets[first] + size, side="right")) - 1
        last = min(max(last, first + 1), first + size, n)
        yield first, last
        first = last


def _slice(batch: SeriesBatch, first: int, last: int) -> SeriesBatch:
    if first == 0 and last == batch.n_series and batch.offsets[0] == 0:
        return batch
    start, end = int(batch.offsets[first]), int(batch.offsets[last])
    return SeriesBatch(
        series=batch.series.slice(first, last - first),
        offsets=batch.offsets[first : last + 1] - start,
        periods=batch.periods[start:end],
        values=batch.values[start:end],
        attributes={name: column[start:end] for name, column in batch.attributes.items()},
        texts=None if batch.texts is None else batch.texts[start:end],
        further={name: values[start:end] for name, values in batch.further.items()},
        action=batch.action,
    )


def _block(batch: SeriesBatch, layout: Layout) -> Block:
    offsets = batch.offsets.astype(np.int32)
    given = _series_attributes(batch, (*layout.series_attributes, *layout.observation_attributes))
    beside = {a.id: given.pop(a.id) for a in layout.series_attributes if a.id in given}
    own: dict[str, pa.DictionaryArray] = {}
    if layout.observations or layout.is_flat:
        own = _observation_attributes(batch, layout)
        own |= _moved(given, offsets)
    else:
        offsets = np.zeros_like(offsets)
    return Block(
        action=batch.action,
        n_series=batch.n_series,
        dimensions={d.id: filled(strings(batch.series[d.id])) for d in layout.series_dimensions},
        series_attributes=beside,
        offsets=offsets,
        at=period_codes(batch.periods) if layout.observation_dimension else None,
        values=dict(value_texts(batch, layout)),
        numeric=layout.numeric([batch]),
        attributes=own,
    )


def _series_attributes(batch: SeriesBatch, wanted: Iterable[Attribute]) -> dict[str, pa.DictionaryArray]:
    there = set(batch.series.column_names)
    columns = {a.id: batch.series[a.id] for a in wanted if a.id in there}
    return {name: as_codes(column) for name, column in columns.items() if column.null_count < len(column)}


def _observation_attributes(batch: SeriesBatch, layout: Layout) -> dict[str, pa.DictionaryArray]:
    wanted = layout.observation_attributes
    columns = {a.id: as_codes(batch.attributes[a.id]) for a in wanted if a.id in batch.attributes}
    columns |= {a.id: as_codes(value_text(batch.further[a.id])) for a in wanted if a.id in batch.further}
    return {name: column for name, column in columns.items() if column.null_count < len(column)}


def _moved(series: Mapping[str, pa.DictionaryArray], offsets: npt.NDArray[np.int32]) -> dict[str, pa.DictionaryArray]:
    """Attributes of series as attributes of their observations."""
    if not series:
        return {}
    owner = pa.array(np.repeat(np.arange(len(offsets) - 1), np.diff(offsets)))
    return {
        name: pa.DictionaryArray.from_arrays(column.indices.take(owner), column.dictionary)
        for name, column in series.items()
    }


def period_codes(periods: npt.NDArray[np.int32]) -> pa.DictionaryArray:
    """Periods as text; each distinct one is formatted once."""
    encoded = pa.array(periods).dictionary_encode()
    texts = pa.array([format_period(code) for code in encoded.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(encoded.indices, texts)


def value_texts(batch: SeriesBatch, layout: Layout) -> Iterator[tuple[str, pa.Array]]:
    """Every measure that is asked for and there, as text."""
    there = batch.measured(layout.primary)
    return ((m.id, value_text(there[m.id])) for m in layout.measures if m.id in there)


def value_text(values: Values) -> pa.Array:
    return number_text(values) if isinstance(values, np.ndarray) else strings(values)
