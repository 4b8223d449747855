"""Observations on their way in, and series as the store gives them, laid into one panel.

Of rows with the same key and period the last one counts; values that are empty and periods that cannot be read are left out, and so
are series without a single value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dataexchange.model.adaptation import DIFFERENCES, TYPE
from dataexchange.model.dataset import RELEASE, Dataset, SeriesBatch, as_codes, with_columns
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import global_series
from dataexchange.model.structure import DataStructure
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, Panel, Said, Small, Words, fold, number

#: Observations on their way in, or series as the store gives them.
Source = Dataset | Sequence[SeriesBatch]

#: Attributes that are asked by observation; of the others what they say of a series is enough.
_BY_ROW = ("TIME_DETAIL", "TIME_COVERAGE", "LOWER_BOUND", "UPPER_BOUND")
_BY_SERIES = ("UNIT_MEASURE", "BASE_PER", "OBS_STATUS", "NATURE", TYPE, "GLOBAL_SERIES", *DIFFERENCES.values())
_ASKED = (*_BY_SERIES, *_BY_ROW)


@dataclass(frozen=True, slots=True)
class _Block:
    """Series of one table or batch."""

    keys: pa.Array
    codes: Small
    counts: Ints
    periods: Small
    values: Floats
    scale: Floats
    #: Attribute -> (a number for every observation, what the numbers mean; the last is None).
    text: Mapping[str, tuple[Small, tuple[str | None, ...]]]
    origin: Ints
    releases: Ints
    #: (series, period) of what is of another definition than the rest of its series, and left out.
    other: tuple[Ints, Small] = (np.zeros(0, np.int64), np.zeros(0, np.int32))


def panel_of(local: Source, national: Source, schema: Schema) -> Panel:
    vocabulary = Words()
    ours, theirs = (list(_blocks(source, schema, vocabulary)) for source in (local, national))
    blocks = [*ours, *theirs] or [_nothing(len(schema.structure.dimension_ids))]
    counts = np.concatenate([block.counts for block in blocks])
    owner = np.repeat(np.arange(len(counts)), counts)
    other: dict[int, list[int]] = {}
    before = 0
    for block in blocks:
        for series, period in zip(block.other[0].tolist(), block.other[1].tolist(), strict=True):
            other.setdefault(before + series, []).append(period)
        before += len(block.counts)
    return Panel(
        dimensions=schema.structure.dimension_ids,
        vocabulary=vocabulary,
        codes=np.concatenate([block.codes for block in blocks]),
        keys=[key for block in blocks for key in block.keys.to_pylist()],
        local=sum(len(block.counts) for block in ours),
        starts=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        periods=np.concatenate([block.periods for block in blocks]),
        values=np.concatenate([block.values for block in blocks]),
        scale=np.concatenate([block.scale for block in blocks]),
        said={name: _said(name, blocks, owner, counts) for name in _ASKED if any(name in b.text for b in blocks)},
        source=local if isinstance(local, Dataset) else None,
        origin=np.concatenate([np.zeros(0, np.int64), *(block.origin for block in ours)]),
        releases=np.concatenate([block.releases for block in blocks]),
        origins=schema.derived("global series", lambda: _origins(schema)),
        other=other,
    )


def _blocks(source: Source, schema: Schema, vocabulary: Words) -> Iterator[_Block]:
    if isinstance(source, Dataset):
        if source.n:
            yield _of_dataset(source, schema, vocabulary)
    else:
        for batch in source:
            if batch.n_series:
                yield _of_batch(batch, schema, vocabulary)


def _of_dataset(dataset: Dataset, schema: Schema, vocabulary: Words) -> _Block:
    structure = schema.structure
    table = with_columns(dataset.table, structure.dimension_ids)
    numbers, keys = dataset.grouped(structure)
    periods, values = _periods(table, structure), _values(table, structure.measure.id)
    rows = np.flatnonzero(np.isfinite(values) & (periods != NO_PERIOD))
    status = as_codes(table["OBS_STATUS"]) if "OBS_STATUS" in table.column_names else None
    differs = _differs(status, numbers, rows)
    left, rows = rows[differs], rows[~differs]
    order = _in_order(numbers, periods, rows)
    # Mostly nothing is left out, and all is in order as it stands.
    at = slice(None) if order is rows and len(rows) == table.num_rows else order
    text = {
        name: _numbered(as_codes(table[name]), at)
        for name in (*_ASKED, "UNIT_MULT")
        if name in table.column_names and table[name].null_count < table.num_rows
    }
    owner = numbers[at]
    starts = np.flatnonzero(np.append(True, owner[1:] != owner[:-1])[: len(order)])
    first = table.select(structure.dimension_ids).take(pa.array(order[starts]))
    scale = _scale(text.pop("UNIT_MULT", None), len(order))
    return _Block(
        keys=keys.take(pa.array(owner[starts])),
        codes=_codes(first, structure, vocabulary),
        counts=np.diff(starts, append=len(order)),
        periods=periods[at],
        values=values[at] * scale,
        scale=scale,
        text=text,
        origin=order,
        releases=np.zeros(len(starts), np.int64),
        other=(np.searchsorted(owner[starts], numbers[left]), periods[left]),
    )


def _differs(status: pa.DictionaryArray | None, owner: Ints, rows: Ints) -> Flags:
    """Which of the rows are of another definition than the rest of their series (OBS_STATUS D). Where all of a series are, they are the
    series, and the gate says so."""
    if status is None or "D" not in (words := status.dictionary.to_pylist()):
        return np.zeros(len(rows), bool)
    found = status.indices.fill_null(-1).to_numpy(zero_copy_only=False)[rows] == words.index("D")
    n = int(owner.max(initial=-1)) + 1
    every = np.bincount(owner[rows], minlength=n) == np.bincount(owner[rows[found]], minlength=n)
    return np.asarray(found & ~every[owner[rows]])


def _in_order(numbers: Ints, periods: Small, rows: Ints) -> Ints:
    """The rows by series and period, of those with the same the last."""
    place = numbers[rows] * 2**32 + (periods[rows].astype(np.int64) + 2**31)
    if not (place[1:] > place[:-1]).all():
        rows = rows[np.argsort(place, kind="stable")]
        last = np.append((np.diff(numbers[rows]) != 0) | (np.diff(periods[rows]) != 0), True)[: len(rows)]
        rows = rows[last]
    return rows


def _of_batch(batch: SeriesBatch, schema: Schema, vocabulary: Words) -> _Block:
    """Series that are grouped and in order already."""
    owner = np.repeat(np.arange(batch.n_series), np.diff(batch.offsets))
    kept = np.flatnonzero(np.isfinite(batch.values) & (batch.periods != NO_PERIOD))
    status = batch.attributes.get("OBS_STATUS")
    differs = _differs(None if status is None else as_codes(status), owner, kept)
    left, kept = kept[differs], kept[~differs]
    counts = np.bincount(owner[kept], minlength=batch.n_series)
    there = np.flatnonzero(counts)
    series, names = batch.series, batch.series.column_names
    text = {}
    for name in (*_ASKED, "UNIT_MULT"):
        if name in batch.attributes:
            text[name] = _numbered(as_codes(batch.attributes[name]), kept)
        elif name in names and series[name].null_count < batch.n_series:
            text[name] = _numbered(as_codes(series[name]), owner[kept])
    scale = _scale(text.pop("UNIT_MULT", None), len(kept))
    first = series if len(there) == batch.n_series else series.take(pa.array(there))
    releases = first[RELEASE].to_numpy().astype(np.int64) if RELEASE in names else np.zeros(len(there), np.int64)
    return _Block(
        keys=first["key"].combine_chunks() if isinstance(first["key"], pa.ChunkedArray) else first["key"],
        codes=_codes(first, schema.structure, vocabulary),
        counts=counts[there],
        periods=batch.periods[kept],
        values=batch.values[kept] * scale,
        scale=scale,
        text=text,
        origin=kept,
        releases=releases,
        other=(np.searchsorted(there, owner[left]), batch.periods[left]),
    )


def _nothing(dimensions: int) -> _Block:
    none = np.zeros(0, np.int64)
    floats = np.zeros(0)
    return _Block(
        pa.array([], pa.string()),
        np.zeros((0, dimensions), np.int32),
        none,
        none.astype(np.int32),
        floats,
        floats,
        {},
        none,
        none,
    )


def _codes(table: pa.Table, structure: DataStructure, vocabulary: Words) -> Small:
    """The codes of every series by dimension; an empty one is a word as well."""
    found = np.empty((table.num_rows, len(structure.dimension_ids)), np.int32)
    for place, dimension in enumerate(structure.dimension_ids):
        if dimension not in table.column_names:
            found[:, place] = vocabulary.number("")
        elif table.num_rows <= 32:
            found[:, place] = [vocabulary.number(text or "") for text in table[dimension].to_pylist()]
        else:
            column, words = _numbered(as_codes(table[dimension]), slice(None))
            used = np.unique(column)
            numbers = np.zeros(len(words), np.int32)
            numbers[used] = [vocabulary.number(words[i] or "") for i in used.tolist()]
            found[:, place] = numbers[column]
    return found


def _numbered(column: pa.DictionaryArray, rows: Ints | slice) -> tuple[Small, tuple[str | None, ...]]:
    words = (*column.dictionary.to_pylist(), None)
    indices = column.indices.fill_null(len(words) - 1) if column.null_count else column.indices
    places = indices.to_numpy(zero_copy_only=False)
    return places[rows].astype(np.int32, copy=False), words


def _said(name: str, blocks: Sequence[_Block], owner: Ints, counts: Ints) -> Said:
    """The blocks' words in one list, and the distinct words of every series."""
    numbers: dict[str, int] = {}
    parts = []
    for block in blocks:
        if name not in block.text:
            parts.append(np.full(len(block.periods), -1, np.int32))
            continue
        column, words = block.text[name]
        mapped = np.array([-1 if not w else numbers.setdefault(w, len(numbers)) for w in words], np.int32)
        parts.append(mapped[column])
    rows = np.concatenate(parts)
    texts = (*numbers, None)
    series, words_ = _distinct(rows, owner, counts, texts)
    if name not in _BY_ROW:
        return Said(series, words_)
    return Said(series, words_, np.where(rows < 0, len(texts) - 1, rows).astype(np.int32), texts)


def _distinct(
    rows: Small, owner: Ints, counts: Ints, texts: tuple[str | None, ...]
) -> tuple[Small, list[tuple[str, ...]]]:
    """Most series say one thing: that is its number and 1; the few that say several get numbers of their own."""
    words: list[tuple[str, ...]] = [(), *((text,) for text in texts if text is not None)]
    if not len(rows):
        return np.zeros(len(counts), np.int32), words
    if rows.min() == rows.max():
        return np.full(len(counts), rows[0] + 1, np.int32), words
    starts = np.cumsum(counts) - counts
    low, high = np.minimum.reduceat(rows, starts), np.maximum.reduceat(rows, starts)
    found = (high + 1).astype(np.int32)
    mixed = low != high
    if mixed.any():
        said, like = _sequences(rows, owner, mixed[owner] & (rows >= 0))
        known = {word: place for place, word in enumerate(words)}
        told = [tuple(str(texts[place]) for place in line if place >= 0) for line in said.tolist()]
        found[mixed] = np.array([known.setdefault(one, len(known)) for one in told], np.int32)[like]
        words = list(known)
    return found, words


def _sequences(rows: Small, owner: Ints, asked: Flags) -> tuple[Ints, Ints]:
    """(the distinct sequences of words that series say, each word where it comes first, -1 behind the last; of each series its
    sequence). Only of the rows that are asked about; every series has one of them."""
    at = np.flatnonzero(asked)
    at = at[np.append(True, (rows[at][1:] != rows[at][:-1]) | (owner[at][1:] != owner[at][:-1]))]
    _, first = np.unique(fold([owner[at], rows[at]], len(at)), return_index=True)
    first = at[np.sort(first)]
    begins = np.append(True, owner[first][1:] != owner[first][:-1])
    series = np.cumsum(begins) - 1
    place = np.arange(len(first)) - np.flatnonzero(begins)[series]
    said = np.full((int(series[-1]) + 1, int(place.max()) + 1), -1, np.int64)
    said[series, place] = rows[first]
    _, one, like = np.unique(fold(list(said.T), len(said)), return_index=True, return_inverse=True)
    return said[one], like


def _origins(schema: Schema) -> dict[str, str]:
    codes = schema.codes.get("SERIES", {})
    return {code: origin for code, item in codes.items() if (origin := global_series(item))}


def _periods(table: pa.Table, structure: DataStructure) -> Small:
    time = structure.time_dimension
    if time is None or time.id not in table.column_names:
        return np.full(table.num_rows, NO_PERIOD, np.int32)
    return np.asarray(table[time.id].fill_null(NO_PERIOD).to_numpy(), np.int32)


def _values(table: pa.Table, measure: str) -> Floats:
    if measure not in table.column_names or not pa.types.is_floating(table[measure].type):
        return np.full(table.num_rows, np.nan)
    return np.asarray(table[measure].to_numpy(), np.float64)


def _scale(multipliers: tuple[Small, tuple[str | None, ...]] | None, n: int) -> Floats:
    if multipliers is None:
        return np.ones(n)
    places, words = multipliers
    powers = [number(text) for text in words]
    factors = np.array([10.0**power if abs(power) <= 30 else 1.0 for power in powers])
    return np.asarray(factors[places])
