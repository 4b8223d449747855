"""Rows of a series table become a `SeriesBatch` again, without a step per observation.

The blobs of all rows are joined and read as one array each; a list of observation attributes is parsed once for every
distinct text, and most series share theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import Values
from dataexchange.store.series_table import SeriesTable

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: Columns of a series table that hold observations, in the order that `observations` takes them.
PACKED = ("n", "periods", "values", "obs_attributes", "obs_codes", "texts")


_FEW = 20


@dataclass(frozen=True, slots=True)
class Observations:
    """Observations of some series end to end. `combos` numbers, for each, its attributes in `combinations`."""

    offsets: Ints
    periods: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]
    combos: Ints
    combinations: Sequence[Mapping[str, str]]
    texts: pa.Array | None
    #: Measures beside the primary one, by id; absent where no observation has a value.
    further: Mapping[str, Values] = field(default_factory=dict)

    @property
    def series(self) -> Ints:
        """For every observation the number of its series."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def only(self, mask: Mask) -> tuple[Observations, Ints]:
        """(the observations of the mask, the numbers of the series that still have any)."""
        before = np.concatenate(([0], np.cumsum(mask)))
        ends = before[self.offsets]
        kept = np.flatnonzero(np.diff(ends))
        texts = None if self.texts is None else self.texts.filter(pa.array(mask))
        narrowed = replace(
            self,
            offsets=np.append(ends[kept], ends[-1]),
            periods=self.periods[mask],
            values=self.values[mask],
            combos=self.combos[mask],
            texts=texts,
            further={
                name: values[mask] if isinstance(values, np.ndarray) else values.filter(pa.array(mask))
                for name, values in self.further.items()
            },
        )
        return narrowed, kept

    def attribute_ids(self) -> list[str]:
        used = set(np.unique(self.combos).tolist())
        return list(dict.fromkeys(a for i, c in enumerate(self.combinations) if i in used for a in c))


def observations(columns: Sequence[Sequence[Any]], measures: Sequence[str] = ()) -> Observations:
    """From the columns named by PACKED, and behind them two for each further measure. Rows whose `n` is null (the other
    side of an outer join) have no observations."""
    n, periods, values, attributes, codes, texts, *further = columns
    counts = np.array([i or 0 for i in n], dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(counts)))
    combos, combinations = _combinations(counts, attributes, codes)
    return Observations(
        offsets=offsets,
        periods=np.frombuffer(b"".join(p for p in periods if p is not None), dtype="<i4").astype(np.int32, copy=False),
        values=np.frombuffer(b"".join(v for v in values if v is not None), dtype="<f8").astype(np.float64, copy=False),
        combos=combos,
        combinations=combinations,
        texts=_texts(texts, counts),
        further=dict(_further(measures, further, counts)),
    )


def _further(measures: Sequence[str], columns: Sequence[Sequence[Any]], counts: Ints) -> Iterator[tuple[str, Values]]:
    for measure, numbers, texts in zip(measures, columns[::2], columns[1::2], strict=True):
        words = _texts(texts, counts)
        if words is not None:
            yield measure, words
        elif any(numbers):
            nothing = np.float64(np.nan).astype("<f8").tobytes()
            blobs = (v if v is not None else nothing * size for v, size in zip(numbers, counts.tolist(), strict=True))
            yield measure, np.frombuffer(b"".join(blobs), dtype="<f8").astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class SeriesColumns:
    """The columns of fetched rows that describe series. The key says all the dimensions: no code holds a '.'."""

    series_table: SeriesTable
    keys: Sequence[str]
    dataflow: str
    providers: Sequence[str]
    attributes: Sequence[Sequence[str | None]]

    def table(self) -> pa.Table:
        keys = pa.array(self.keys, pa.string())
        ids = self.series_table.dimensions
        columns: dict[str, pa.Array] = {"key": keys}
        columns |= zip(ids, self._codes(keys), strict=True)
        for name, values in zip(self.series_table.attributes, self.attributes, strict=True):
            columns[name] = pa.array(values, pa.string())
        columns["@provider"] = pa.array(self.providers, pa.string())
        columns["@dataflow"] = pa.repeat(pa.scalar(self.dataflow), len(keys))
        return pa.table(columns)

    def _codes(self, keys: pa.Array) -> Iterator[pa.Array]:
        """Per dimension the codes of all keys. For the few series that most readers ask for, Python is faster than Arrow's calls."""
        width = len(self.series_table.dimensions)
        if len(keys) <= _FEW:
            yield from (
                pa.array(codes, pa.string()) for codes in zip(*(key.split(".") for key in self.keys), strict=True)
            )
            return
        codes = pc.split_pattern(keys, ".").flatten()
        places = np.arange(len(keys)) * width
        yield from (codes.take(pa.array(places + i)) for i in range(width))


def attribute_arrays(observed: Observations, ids: Iterable[str]) -> dict[str, pa.Array]:
    """A dictionary array for every attribute that any of the observations has."""
    there = set(observed.attribute_ids())
    return {name: _attribute(observed, name) for name in ids if name in there}


def _attribute(observed: Observations, name: str) -> pa.Array:
    places: dict[str | None, int] = {None: -1}
    codes = [places.setdefault(c.get(name), len(places) - 1) for c in observed.combinations]
    indices = np.array(codes, dtype=np.int32)[observed.combos]
    mask = indices < 0
    dictionary = pa.array([v for v in places if v is not None], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=mask if mask.any() else None), dictionary)


def _combinations(
    counts: Ints, lists: Sequence[str | None], codes: Sequence[bytes | None]
) -> tuple[Ints, list[Mapping[str, str]]]:
    """Number the combinations of all lists through; equal ones of different lists get the same number."""
    base: dict[str | None, int] = {}
    lookup: list[int] = []
    numbers: dict[str, int] = {}
    starts = []
    for text in lists:
        start = base.get(text)
        if start is None:
            start = base[text] = len(lookup)
            lookup.extend(numbers.setdefault(c, len(numbers)) for c in (_parsed(text) if text is not None else ("{}",)))
        starts.append(start)
    places = np.repeat(np.array(starts, dtype=np.int64), counts)
    _add_codes(places, counts, codes)
    return np.array(lookup, dtype=np.int64)[places], [orjson.loads(text) for text in numbers]


def _add_codes(places: Ints, counts: Ints, codes: Sequence[bytes | None]) -> None:
    """Step from the start of its series' list to each observation's own combination."""
    sizes = np.array([len(c) if c else 0 for c in codes], dtype=np.int64)
    widths = np.divide(sizes, counts, out=np.zeros(len(sizes)), where=counts > 0).astype(np.int64)
    for width in np.unique(widths[widths > 0]).tolist():
        held = widths == width
        joined = b"".join([c for c, chosen in zip(codes, held.tolist(), strict=True) if chosen and c])
        places[np.repeat(held, counts)] += np.frombuffer(joined, dtype=f"<u{width}").astype(np.int64)


@lru_cache(maxsize=2048)
def _parsed(text: str) -> tuple[str, ...]:
    """The objects of a list, as the text that tells equal ones."""
    return tuple(orjson.dumps(entry).decode() for entry in orjson.loads(text))


def _texts(lists: Sequence[str | None], counts: Ints) -> pa.Array | None:
    if not any(lists):
        return None
    parts = [orjson.loads(text) if text else [None] * n for text, n in zip(lists, counts.tolist(), strict=True)]
    return pa.array([value for part in parts for value in part], pa.string())
