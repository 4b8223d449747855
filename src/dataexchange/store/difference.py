"""The difference between what is published under a dataset's name and what a table would make of it, observation by observation.

Only series that differ as a whole are taken apart; those are compared as arrays, never one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, func, select

from dataexchange.errors import Conflict
from dataexchange.model.dataset import Action, Dataset, Values
from dataexchange.model.difference import Change, Difference, Tally, new, old
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, told
from dataexchange.model.structure import Ref
from dataexchange.store import releases, series_table
from dataexchange.store.pack import Packed
from dataexchange.store.pack_rows import observation_rows, sorted_series
from dataexchange.store.read import Columns
from dataexchange.store.revision import Given, Revision, Scope, refuse_held_elsewhere, revision
from dataexchange.store.unpack import Ints, Mask, Observations, observations

_CHANGES = list(Change)
_SAME = len(_CHANGES)


def difference(
    conn: Connection,
    dataset: Dataset,
    schema: Schema,
    *,
    dataflow: Ref,
    provider: str,
    dataset_id: str,
    action: Action = Action.MERGE,
    spoken: frozenset[str] = frozenset(),
    deleted: Dataset | None = None,
) -> Difference:
    """What `publish` with the same words would change. The table of a registered structure must be there."""
    structure = schema.structure
    held = series_table.find(conn, structure.ref)
    if held is None:
        raise Conflict(f"{structure.ref} is not registered here: register the structure first.")
    scope = Scope(held, dataflow, provider, dataset_id)
    given = Given.of(dataset, action, spoken, deleted)
    before: list[Columns] = []
    found = revision(conn, scope, given, structure, before)
    sides = _sides(found, before, scope)
    rows = _rows(sides)
    changes = _changes(sides, rows)
    released = releases.newest_of(conn, dataflow, provider, dataset_id)
    table = _table(sides, rows, changes, structure.measure.id, [m.id for m in structure.further_measures])
    told, series = _tallies(conn, scope, given, schema, found, changes)
    return Difference(
        observations=told,
        series=series,
        table=table,
        measure=structure.measure.id,
        against=released.number if released else None,
        complete=action is Action.REPLACE,
        clash=_clash(conn, scope, [found.packed.keys[i] for i in found.added]),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """Series before, or after: `numbers` are those of their keys among all keys that change, rising."""

    numbers: Ints
    observed: Observations
    attributes: list[dict[str, str]]

    @property
    def codes(self) -> Ints:
        """One number for each observation, by series and period; they rise."""
        return (self.numbers[self.observed.series] << 32) + (self.observed.periods.astype(np.int64) - NO_PERIOD)


@dataclass(frozen=True, slots=True)
class _Sides:
    keys: list[str]
    old: _Side
    new: _Side


@dataclass(frozen=True, slots=True)
class _Rows:
    """Every observation of the series that change, in order: where it stands before and after, -1 for nowhere."""

    codes: Ints
    old: Ints
    new: Ints


def _sides(found: Revision, before: list[Columns], scope: Scope) -> _Sides:
    attributes, packed = scope.held.attributes, found.packed
    rows: list[tuple[Any, ...]] = [row for columns in before for row in zip(*columns, strict=True)]
    rows.sort(key=itemgetter(0))
    nothing: Columns = [[] for _ in range(8 + len(attributes) + 2 * len(packed.further))]
    stood: Columns = list(zip(*rows, strict=True)) if rows else nothing
    chosen = sorted([*found.added, *found.revised])
    keys = sorted({*stood[0], *(packed.keys[i] for i in chosen)})
    place = {key: number for number, key in enumerate(keys)}

    def side(names: Sequence[str], observed: Sequence[Sequence[Any]], said: Sequence[Sequence[str | None]]) -> _Side:
        numbers = np.array([place[name] for name in names], dtype=np.int64)
        texts: Iterator[tuple[str | None, ...]] = zip(*said, strict=True) if said else iter([()] * len(names))
        told = [
            {a: t for a, t in zip(attributes, row, strict=True) if t is not None} if any(row) else {} for row in texts
        ]
        return _Side(numbers, observations(observed, scope.held.measures), told)

    whole: list[Sequence[Any]] = [packed.keys, *packed.attributes, *_observed(packed)]
    now = [[column[i] for i in chosen] for column in whole]
    n = len(attributes)
    return _Sides(
        keys,
        side(stood[0], stood[2 + n :], stood[2 : 2 + n]),
        side(now[0], now[1 + n :], now[1 : 1 + n]),
    )


def _observed(packed: Packed) -> list[Sequence[Any]]:
    """In the order of `unpack.observations`."""
    further = [entries for measured in packed.further for entries in measured]
    return [packed.n, packed.periods, packed.values, packed.obs_attributes, packed.obs_codes, packed.texts, *further]


def _rows(sides: _Sides) -> _Rows:
    before, after = sides.old.codes, sides.new.codes
    # Two rising runs: a stable sort merges them, several times as fast as numpy's union.
    codes = np.sort(np.concatenate((before, after)), kind="stable")
    codes = codes[np.concatenate(([True], codes[1:] != codes[:-1]))] if len(codes) else codes
    return _Rows(codes, _places(codes, before), _places(codes, after))


def _places(codes: Ints, among: Ints) -> Ints:
    found = np.full(len(codes), -1, dtype=np.int64)
    found[np.searchsorted(codes, among)] = np.arange(len(among))
    return found


def _changes(sides: _Sides, rows: _Rows) -> npt.NDArray[np.int8]:
    """Which of the changes each row is, _SAME for none."""
    both = (rows.old >= 0) & (rows.new >= 0)
    revised = np.zeros(len(rows.codes), dtype=bool)
    for before, after in _measures(sides, rows).values():
        revised |= ~_equal(before, after)
    combos, _ = _combos(sides)
    other = both & (combos[0][rows.old] != combos[1][rows.new]) if both.any() else both
    found = np.full(len(rows.codes), _SAME, dtype=np.int8)
    found[other] = _CHANGES.index(Change.ATTRIBUTES)
    found[both & revised] = _CHANGES.index(Change.REVISED)
    found[rows.old < 0] = _CHANGES.index(Change.ADDED)
    found[rows.new < 0] = _CHANGES.index(Change.DELETED)
    return found


def _measures(sides: _Sides, rows: _Rows) -> dict[str, tuple[pa.Array, pa.Array]]:
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


def _combos(sides: _Sides) -> tuple[tuple[Ints, Ints], list[str]]:
    """(the combination of attributes of each observation before, and after; the combinations as JSON)."""
    texts: dict[str, int] = {}

    def numbered(observed: Observations) -> Ints:
        own = [texts.setdefault(_json(c), len(texts)) for c in observed.combinations]
        return np.array(own, dtype=np.int64)[observed.combos] if own else np.zeros(0, dtype=np.int64)

    pair = numbered(sides.old.observed), numbered(sides.new.observed)
    return pair, list(texts)


def _json(attributes: Mapping[str, str]) -> str:
    return orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS).decode()


def _table(sides: _Sides, rows: _Rows, changes: npt.NDArray[np.int8], primary: str, further: Sequence[str]) -> pa.Table:
    kept = np.flatnonzero(changes != _SAME)
    rows = _Rows(rows.codes[kept], rows.old[kept], rows.new[kept])
    combos, texts = _combos(sides)
    lists = pa.array(texts, pa.string())
    columns: dict[str, pa.Array] = {
        "key": _dictionary(rows.codes >> 32, pa.array(sides.keys, pa.string())),
        "period": pa.array(((rows.codes & 0xFFFFFFFF) + NO_PERIOD).astype(np.int32)),
        "change": _dictionary(changes[kept], pa.array(_CHANGES, pa.string())),
    }
    measures = _measures(sides, rows)
    for name in ("", *further):
        before, after = measures.get(name, (pa.nulls(len(kept), pa.float64()),) * 2)
        columns |= {old(name or primary): before, new(name or primary): after}
    for label, codes, place in (("old_attributes", combos[0], rows.old), ("new_attributes", combos[1], rows.new)):
        there = np.where(place >= 0, codes[place] if len(codes) else -1, -1)
        columns[label] = _dictionary(there, lists)
    observed = pa.table(columns)
    whole = pa.concat_tables([observed, _of_series(sides)], promote_options="default").unify_dictionaries()
    return whole.take(pc.sort_indices(_sortable(whole), sort_keys=[("key", "ascending"), ("period", "ascending")]))


def _sortable(table: pa.Table) -> pa.Table:
    key = table["key"].cast(pa.string()) if table["key"].num_chunks else table["key"]
    return pa.table({"key": key, "period": table["period"]})


def _dictionary(codes: npt.NDArray[Any], texts: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=codes < 0), texts)


def _of_series(sides: _Sides) -> pa.Table:
    """A row for each series whose own attributes come, change or go."""
    before = dict(zip(sides.old.numbers.tolist(), sides.old.attributes, strict=True))
    after = dict(zip(sides.new.numbers.tolist(), sides.new.attributes, strict=True))
    found = [n for n in range(len(sides.keys)) if before.get(n, {}) != after.get(n, {})]
    change = [
        Change.ADDED if n not in before else Change.DELETED if n not in after else Change.ATTRIBUTES for n in found
    ]
    texts = [[_json(side[n]) if n in side else None for n in found] for side in (before, after)]
    code = pa.dictionary(pa.int32(), pa.string())
    return pa.table(
        {
            "key": pa.array([sides.keys[n] for n in found], pa.string()).cast(code),
            "period": pa.nulls(len(found), pa.int32()),
            "change": pa.array(change, pa.string()).cast(code),
            "old_attributes": pa.array(texts[0], pa.string()).cast(code),
            "new_attributes": pa.array(texts[1], pa.string()).cast(code),
        }
    )


def _tallies(
    conn: Connection, scope: Scope, given: Given, schema: Schema, found: Revision, changes: npt.NDArray[np.int8]
) -> tuple[Tally, Tally]:
    """Of observations and of series: what changes is counted, what stays is what is left."""
    stood = select(func.count(), func.coalesce(func.sum(scope.held.table.c.n), 0)).where(*scope.present)
    n_series, n_observations = (int(n) for n in conn.execute(stood).one())
    counts = np.bincount(changes, minlength=_SAME + 1).tolist()
    added, revised, attributes, deleted = counts[:_SAME]
    numbers, keys = sorted_series(given.table, schema.structure)
    said = len(observation_rows(given.table, schema.structure, numbers).ends)
    packed = found.packed.keys
    changed = {packed[i] for i in (*found.added, *found.revised)}
    same = len(set(keys.to_pylist()) - changed)
    observed = Tally(
        added,
        revised,
        attributes,
        deleted,
        said - added - revised - attributes,
        n_observations - deleted - said + added,
    )
    kept = n_series - len(found.closed) - len(found.revised) - same
    return observed, Tally(len(found.added), len(found.revised), 0, len(found.closed), same, kept)


def _clash(conn: Connection, scope: Scope, keys: Sequence[str]) -> Sentence | None:
    try:
        refuse_held_elsewhere(conn, scope, keys)
    except Conflict as error:
        return told(error)
    return None
