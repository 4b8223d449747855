"""Series by another dimension than time: REF_AREA at the observation, TIME_PERIOD in the key.

A series of this form takes one observation out of many time series, so all of them are held at once, some 60 bytes an
observation. That is why there is a limit; who passes it asks for less, or for time series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.errors import TooLarge
from dataexchange.messages.blocks import BLOCK, period_codes, pieces, value_text
from dataexchange.messages.columns import combinations, strings
from dataexchange.messages.layout import Block, Layout
from dataexchange.model.dataset import CODE, SeriesBatch, as_codes

LIMIT = 1_000_000


def regroup(batches: Iterable[SeriesBatch], layout: Layout, limit: int = LIMIT) -> Iterator[Block]:
    """Raises TooLarge, before the first block, if there are more than `limit` observations."""
    held: list[SeriesBatch] = []
    n = 0
    for batch in batches:
        n += batch.n
        if n > limit:
            raise TooLarge(
                f"more than {limit:,} observations cannot be arranged by {layout.at}: ask for fewer, or for "
                "dimensionAtObservation=TIME_PERIOD"
            )
        held.append(batch)
    for action, run in groupby(held, key=lambda b: b.action):
        yield from _regrouped(list(run), layout, action)


def _regrouped(batches: Sequence[SeriesBatch], layout: Layout, action: str) -> Iterator[Block]:
    counts = np.concatenate([np.diff(b.offsets) for b in batches])
    owner = np.repeat(np.arange(len(counts)), counts)
    n = len(owner)
    if n == 0:
        return
    known = {d.id for d in layout.series_dimensions} | {layout.at}
    beside = {name: _of_series(batches, name) for name in known & set(batches[0].series.column_names)}
    periods = np.concatenate([b.periods for b in batches])
    key = {
        d.id: _spread(beside[d.id], owner) if d.id in beside else period_codes(periods)
        for d in layout.series_dimensions
    }
    groups = combinations(key, n)
    numbers = np.zeros(n, np.int64) if groups.numbers is None else groups.numbers.to_numpy().astype(np.int64)
    order = np.argsort(numbers, kind="stable")
    offsets = np.concatenate(([0], np.cumsum(np.bincount(numbers, minlength=groups.n))))
    at = _spread(beside[layout.at], owner)
    values = dict(_values(batches, layout))
    series_attributes = {a.id: _of_series(batches, a.id) for a in layout.series_attributes}
    attributes = _attributes(batches, layout, owner)
    for first, last in pieces(offsets, BLOCK):
        rows = order[offsets[first] : offsets[last]]
        heads = owner[order[offsets[first:last]]]
        yield Block(
            action=action,
            n_series=last - first,
            dimensions={name: texts.slice(first, last - first) for name, texts in groups.texts.items()},
            series_attributes=_given({k: c.take(pa.array(heads)) for k, c in series_attributes.items()}),
            offsets=(offsets[first : last + 1] - offsets[first]).astype(np.int32) * int(layout.observations),
            at=at.take(pa.array(rows)) if layout.observations else None,
            values={name: column.take(pa.array(rows)) for name, column in values.items()},
            numeric=layout.numeric(batches),
            attributes=_given({k: c.take(pa.array(rows)) for k, c in attributes.items()}),
        )


def _values(batches: Sequence[SeriesBatch], layout: Layout) -> Iterator[tuple[str, pa.Array]]:
    for measure in layout.measures:
        if any(measure.id in b.measured(layout.primary) for b in batches):
            yield measure.id, _value_text(batches, measure.id, layout)


def _value_text(batches: Sequence[SeriesBatch], measure: str, layout: Layout) -> pa.Array:
    each = ((b, b.measured(layout.primary).get(measure)) for b in batches)
    chunks = [pa.nulls(b.n, pa.string()) if values is None else value_text(values) for b, values in each]
    return pa.chunked_array(chunks, pa.string()).combine_chunks()


def _of_series(batches: Sequence[SeriesBatch], name: str) -> pa.DictionaryArray:
    chunks = [
        strings(b.series[name]) if name in b.series.column_names else pa.nulls(b.n_series, pa.string()) for b in batches
    ]
    return as_codes(pa.chunked_array(chunks, pa.string()))


def _attributes(
    batches: Sequence[SeriesBatch], layout: Layout, owner: npt.NDArray[np.int64]
) -> dict[str, pa.DictionaryArray]:
    """Those of observations, and those of series that vary with the dimension at the observation."""
    columns: dict[str, pa.DictionaryArray] = {}
    for attribute in layout.observation_attributes:
        name = attribute.id
        if any(name in b.series.column_names for b in batches):
            columns[name] = _spread(_of_series(batches, name), owner)
        elif any(name in b.attributes for b in batches):
            chunks = [as_codes(b.attributes[name]) if name in b.attributes else pa.nulls(b.n, CODE) for b in batches]
            columns[name] = as_codes(pa.chunked_array(chunks, CODE))
        elif any(name in b.further for b in batches):
            columns[name] = as_codes(_value_text(batches, name, layout))
    return columns


def _spread(column: pa.DictionaryArray, owner: npt.NDArray[np.int64]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(column.indices.take(pa.array(owner)), column.dictionary)


def _given(columns: dict[str, pa.DictionaryArray]) -> dict[str, pa.DictionaryArray]:
    return {name: column for name, column in columns.items() if column.null_count < len(column)}
