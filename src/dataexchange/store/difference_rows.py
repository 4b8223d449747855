"""What becomes of each observation, between two sides of a revision: every one that comes, is revised or goes, as a row of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import Values
from dataexchange.model.difference import Change, new, old
from dataexchange.model.period import NO_PERIOD
from dataexchange.store.difference_sides import NOTHING, Side, Sides
from dataexchange.store.unpack import Ints, Mask, Observations

_CHANGES = list(Change)
#: What `changes_of` calls a row that is none of them.
SAME = len(_CHANGES)


@dataclass(frozen=True, slots=True)
class Matched:
    """Every observation of the series that change, in order: where it stands before and after, -1 for nowhere."""

    codes: Ints
    old: Ints
    new: Ints


def matched(sides: Sides) -> Matched:
    before, after = sides.old.codes, sides.new.codes
    # Two rising runs: a stable sort merges them, several times as fast as numpy's union.
    codes = np.sort(np.concatenate((before, after)), kind="stable")
    codes = codes[np.concatenate(([True], codes[1:] != codes[:-1]))] if len(codes) else codes
    return Matched(codes, _places(codes, before), _places(codes, after))


def _places(codes: Ints, among: Ints) -> Ints:
    """Where each of the codes is among those that are there, -1 for nowhere."""
    if len(among) == len(codes):
        return np.arange(len(codes))
    found = np.full(len(codes), -1, dtype=np.int64)
    found[np.searchsorted(codes, among)] = np.arange(len(among))
    return found


def changes_of(sides: Sides, rows: Matched) -> npt.NDArray[np.int8]:
    """Which of the changes each row is, SAME for none."""
    both = (rows.old >= 0) & (rows.new >= 0)
    revised = np.zeros(len(rows.codes), dtype=bool)
    for before, after in _measures(sides, rows).values():
        revised |= ~_equal(before, after)
    other = both & (sides.old.combos[rows.old] != sides.new.combos[rows.new]) if both.any() else both
    found = np.full(len(rows.codes), SAME, dtype=np.int8)
    found[other] = _CHANGES.index(Change.ATTRIBUTES)
    found[both & revised] = _CHANGES.index(Change.REVISED)
    found[rows.old < 0] = _CHANGES.index(Change.ADDED)
    found[rows.new < 0] = _CHANGES.index(Change.DELETED)
    return found


def _measures(sides: Sides, rows: Matched) -> dict[str, tuple[pa.Array, pa.Array]]:
    """Values before and after by measure, "" the primary one; null where there is none."""
    before, after = _values(sides.old.observed), _values(sides.new.observed)
    found = {}
    for name in {**before, **after}:
        pair = [_taken(side.get(name), place) for side, place in ((before, rows.old), (after, rows.new))]
        if pair[0].type != pair[1].type:
            pair = [array.cast(pa.string()) for array in pair]
        found[name] = (pair[0], pair[1])
    return found


def _values(observed: Observations) -> dict[str, Values]:
    return {"": observed.values if observed.texts is None else observed.texts, **observed.further}


def _taken(values: Values | None, place: Ints) -> pa.Array:
    if values is None:
        return pa.nulls(len(place), pa.float64())
    array = pa.array(values, from_pandas=True) if isinstance(values, np.ndarray) else values
    return array.take(pa.array(place, mask=place < 0))


def _equal(before: pa.Array, after: pa.Array) -> Mask:
    same = pc.or_(pc.fill_null(pc.equal(before, after), False), pc.and_(before.is_null(), after.is_null()))
    marks: Mask = same.to_numpy(zero_copy_only=False)
    return marks


def table_of(
    sides: Sides, rows: Matched, changes: npt.NDArray[np.int8], primary: str, further: Sequence[str]
) -> pa.Table:
    kept, of_series = np.flatnonzero(changes != SAME), _of_series(sides)
    nowhere = np.full(len(of_series.numbers), -1, dtype=np.int64)
    # What is told of a series as a whole stands behind its observations.
    codes = np.concatenate((rows.codes[kept], (of_series.numbers << 32) + 0xFFFFFFFF))
    order = np.argsort(codes, kind="stable")
    codes, observed = codes[order], order < len(kept)

    def laid(of_observations: npt.NDArray[Any], behind: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate((of_observations[kept], behind))[order]

    placed = Matched(codes, laid(rows.old, nowhere), laid(rows.new, nowhere))
    columns: dict[str, pa.Array] = {
        "key": _dictionary(codes >> 32, sides.keys),
        "period": pa.array(((codes & 0xFFFFFFFF) + NO_PERIOD).astype(np.int32), mask=~observed),
        "change": _dictionary(laid(changes, of_series.changes), _CHANGES),
    }
    measures = _measures(sides, placed)
    for name in ("", *further):
        before, after = measures.get(name, (pa.nulls(len(codes), pa.float64()),) * 2)
        columns |= {old(name or primary): before, new(name or primary): after}
    for label, side, at, own in (
        ("old_attributes", sides.old, rows.old, of_series.old),
        ("new_attributes", sides.new, rows.new, of_series.new),
    ):
        columns[label] = _dictionary(laid(_there(side.combos, at), own), sides.texts)
    return pa.table(columns)


def _there(values: Ints, place: Ints) -> Ints:
    """The values at those places, -1 for nowhere."""
    return np.where(place >= 0, values[place] if len(values) else -1, -1)


def _dictionary(codes: npt.NDArray[Any], texts: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(texts, pa.string())
    )


@dataclass(frozen=True, slots=True)
class _OfSeries:
    """The series whose own attributes come, change or go: which change it is, and the attributes, -1 where there is no series."""

    numbers: Ints
    changes: Ints
    old: Ints
    new: Ints


def _of_series(sides: Sides) -> _OfSeries:
    def placed(side: Side) -> Ints:
        found = np.full(len(sides.keys), -1, dtype=np.int64)
        found[side.numbers] = side.attributes
        return found

    before, after = placed(sides.old), placed(sides.new)
    # A series that is not there has no attributes either.
    found = np.flatnonzero(np.maximum(before, NOTHING) != np.maximum(after, NOTHING))
    before, after = before[found], after[found]
    changes = np.full(len(found), _CHANGES.index(Change.ATTRIBUTES))
    changes[before < 0] = _CHANGES.index(Change.ADDED)
    changes[after < 0] = _CHANGES.index(Change.DELETED)
    return _OfSeries(found, changes, before, after)
