"""Observations put in another order than that of keys and time: inside each series, or all of them.

To sort all of them, all must be held. Where only the first ones are wanted, what cannot be among them is let go on the
way, so that the ten largest of ten million observations cost memory for some hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import TooLarge
from dataexchange.model.dataset import CODE, SeriesBatch, Values, as_codes
from dataexchange.model.query import SortKey
from dataexchange.model.structure import DataStructure

Ints = npt.NDArray[np.int64]

#: Observations that are held for sorting.
LIMIT = 2_000_000
#: So many more than are wanted are gathered before those that cannot be wanted are let go.
_SPARE = 250_000
#: Observations of one batch that goes out.
_BATCH = 32_768


def each_arranged(
    batches: Iterable[SeriesBatch], steps: Sequence[SortKey], structure: DataStructure, numeric: frozenset[str]
) -> Iterator[SeriesBatch]:
    """Every series where it is, its observations in order."""
    for batch in batches:
        owner = _owner(batch)
        keys = [key for step in steps for key in _keys(batch, step, structure, numeric, owner)]
        yield _of_observations(batch, _sorted([owner, *keys]), batch.offsets - batch.offsets[0])


def all_arranged(
    batches: Iterable[SeriesBatch],
    steps: Sequence[SortKey],
    structure: DataStructure,
    numeric: frozenset[str],
    *,
    grouped: bool,
    most: int | None,
) -> Iterator[SeriesBatch]:
    """All observations in order: as pieces of series, or (`grouped`) series by series. Raises TooLarge where they are too many."""
    held: SeriesBatch | None = None
    waiting: list[SeriesBatch] = []
    n = 0
    for batch in batches:
        waiting.append(batch)
        n += batch.n
        if most is not None and n > most + _SPARE and not grouped:
            held = _first(joined([*([held] if held else []), *waiting]), steps, structure, numeric, most)
            waiting, n = [], held.n
        elif n > LIMIT:
            raise TooLarge(
                f"more than {LIMIT:,} observations cannot be sorted by {steps[0].component} across series: ask for fewer, sort by "
                "dimensions first, or name a limit"
            )
    whole = [*([held] if held else []), *waiting]
    if whole:
        yield from _pieces(joined(whole), steps, structure, numeric, grouped)


def _first(
    batch: SeriesBatch, steps: Sequence[SortKey], structure: DataStructure, numeric: frozenset[str], most: int
) -> SeriesBatch:
    """The observations that come first, in the order in which they came in, so that ties stay as they were."""
    kept = np.sort(_order(batch, steps, structure, numeric, grouped=False)[:most])
    return _runs(batch, kept, _owner(batch))


def _pieces(
    batch: SeriesBatch, steps: Sequence[SortKey], structure: DataStructure, numeric: frozenset[str], grouped: bool
) -> Iterator[SeriesBatch]:
    owner = _owner(batch)
    order = _order(batch, steps, structure, numeric, grouped=grouped)
    start = 0
    while start < len(order):
        end = min(start + _BATCH, len(order))
        while grouped and end < len(order) and owner[order[end]] == owner[order[end - 1]]:
            end += 1
        yield _runs(batch, order[start:end], owner)
        start = end


def _runs(batch: SeriesBatch, order: Ints, owner: Ints) -> SeriesBatch:
    """These observations in this order; neighbours of one series make a row of the batch."""
    of = owner[order]
    starts = np.concatenate(([0], np.flatnonzero(np.diff(of)) + 1)) if len(of) else np.zeros(0, np.int64)
    picked = _of_observations(batch, order, np.append(starts, len(of)))
    return replace(picked, series=batch.series.take(pa.array(of[starts])))


def _order(
    batch: SeriesBatch, steps: Sequence[SortKey], structure: DataStructure, numeric: frozenset[str], *, grouped: bool
) -> Ints:
    owner = _owner(batch)
    if not grouped:
        return _sorted([key for step in steps for key in _keys(batch, step, structure, numeric, owner)])
    whole = set(batch.series.column_names)
    first = [step for step in steps if step.component in whole]
    then = [step for step in steps if step.component not in whole]
    keys = [key for step in first for key in _keys(batch, step, structure, numeric, owner)]
    return _sorted([*keys, owner, *(key for step in then for key in _keys(batch, step, structure, numeric, owner))])


def _sorted(keys: Sequence[npt.NDArray[Any]]) -> Ints:
    """Stable, the first key before the others."""
    return np.lexsort(list(reversed(keys))).astype(np.int64)


def _owner(batch: SeriesBatch) -> Ints:
    return np.repeat(np.arange(batch.n_series), np.diff(batch.offsets))


def _keys(
    batch: SeriesBatch, step: SortKey, structure: DataStructure, numeric: frozenset[str], owner: Ints
) -> list[npt.NDArray[Any]]:
    """What to compare observations by: whether there is no value, then the value."""
    sign = -1 if step.descending else 1
    name = step.component
    if structure.time_dimension and name == structure.time_dimension.id:
        return [batch.periods.astype(np.int64) * sign]
    column = batch.measured(structure.measure.id).get(name, batch.attributes.get(name))
    if isinstance(column, np.ndarray):
        none = np.isnan(column)
        return [none, np.where(none, 0.0, column) * sign]
    if name in batch.series.column_names:
        ranks = _ranks(batch.series[name], is_number=name in numeric)[owner]
    elif column is None:
        return [np.ones(batch.n, dtype=bool)]
    else:
        ranks = _ranks(column, is_number=name in numeric)
    return [ranks < 0, ranks * sign]


def _ranks(column: pa.Array | pa.ChunkedArray, *, is_number: bool) -> Ints:
    """The place of each text among the distinct ones; -1 for none. Numbers stand before what should be one and is not."""
    codes = as_codes(column)
    texts = codes.dictionary.cast(pa.string()).to_pylist()
    values = [_value(text) if is_number else (0, 0.0, text.encode()) for text in texts]
    place = {value: rank for rank, value in enumerate(sorted(set(values)))}
    of_text: Ints = np.array([*(place[value] for value in values), -1], np.int64)
    indices: Ints = pc.fill_null(codes.indices, len(texts)).to_numpy(zero_copy_only=False)
    return of_text[indices]


def _value(text: str) -> tuple[int, float, bytes]:
    try:
        return 0, float(text), b""
    except ValueError:
        return 1, 0.0, text.encode()


def _of_observations(batch: SeriesBatch, rows: Ints, offsets: Ints) -> SeriesBatch:
    """The batch with these observations, whose series the offsets tell apart."""
    taken = pa.array(rows)
    return replace(
        batch,
        offsets=offsets.astype(np.int64),
        periods=batch.periods[rows],
        values=batch.values[rows],
        attributes={name: column.take(taken) for name, column in batch.attributes.items()},
        texts=None if batch.texts is None else batch.texts.take(taken),
        further={m: v[rows] if isinstance(v, np.ndarray) else v.take(taken) for m, v in batch.further.items()},
    )


def joined(batches: Sequence[SeriesBatch]) -> SeriesBatch:
    """Batches of one dataset as one."""
    if len(batches) == 1:
        return batches[0]
    names = dict.fromkeys(name for batch in batches for name in batch.attributes)
    counts = np.concatenate([np.diff(batch.offsets) for batch in batches])
    with_texts = any(batch.texts is not None for batch in batches)
    return replace(
        batches[0],
        series=pa.concat_tables([batch.series for batch in batches], promote_options="default").combine_chunks(),
        offsets=np.concatenate(([0], np.cumsum(counts))),
        periods=np.concatenate([batch.periods for batch in batches]),
        values=np.concatenate([batch.values for batch in batches]),
        attributes={name: _stacked(batches, name) for name in names},
        texts=pa.concat_arrays([_texts(batch) for batch in batches]) if with_texts else None,
        further={m: _measured(batches, m) for m in dict.fromkeys(m for batch in batches for m in batch.further)},
    )


def _stacked(batches: Sequence[SeriesBatch], name: str) -> pa.DictionaryArray:
    parts = [as_codes(b.attributes[name]) if name in b.attributes else pa.nulls(b.n, CODE) for b in batches]
    return as_codes(pa.chunked_array(parts, CODE))


def _measured(batches: Sequence[SeriesBatch], measure: str) -> Values:
    """Of a batch that has none of it, nothing."""
    found = [batch.further.get(measure) for batch in batches]
    if any(isinstance(values, pa.Array) for values in found):
        nulls = (pa.nulls(batch.n, pa.string()) for batch in batches)
        return pa.concat_arrays([n if v is None else v for v, n in zip(found, nulls, strict=True)])
    return np.concatenate([np.full(b.n, np.nan) if v is None else v for v, b in zip(found, batches, strict=True)])


def _texts(batch: SeriesBatch) -> pa.Array:
    return pa.nulls(batch.n, pa.string()) if batch.texts is None else batch.texts
