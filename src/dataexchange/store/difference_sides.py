"""The series that a revision changes, as they stand and as they would stand: their observations and attributes as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import orjson

from dataexchange.store.pack import Packed
from dataexchange.store.pack_rows import series_period
from dataexchange.store.read import Columns
from dataexchange.store.revision import Revision, Scope
from dataexchange.store.unpack import Ints, Observations, observations

#: Number of the text that has no attribute.
NOTHING = 0


@dataclass(frozen=True, slots=True)
class Side:
    """Series before, or after: `numbers` are those of their keys among all keys that change, rising.

    `combos` are the attributes of each observation, `attributes` those of each series, as numbers of `Sides.texts`.
    """

    numbers: Ints
    observed: Observations
    combos: Ints
    attributes: Ints

    @property
    def codes(self) -> Ints:
        """One number for each observation, by series and period; they rise."""
        return series_period(self.numbers[self.observed.series], self.observed.periods)


@dataclass(frozen=True, slots=True)
class Sides:
    """`texts` are sets of attributes as JSON, the first of them empty."""

    keys: list[str]
    texts: list[str]
    old: Side
    new: Side


def sides_of(found: Revision, before: list[Columns], scope: Scope) -> Sides:
    attributes, packed = scope.held.attributes, found.packed
    rows: list[tuple[Any, ...]] = [row for columns in before for row in zip(*columns, strict=True)]
    rows.sort(key=itemgetter(0))
    nothing: Columns = [[] for _ in range(8 + len(attributes) + 2 * len(packed.further))]
    stood: Columns = list(zip(*rows, strict=True)) if rows else nothing
    chosen = sorted([*found.added, *found.revised])
    now: Columns = [packed.keys, *packed.attributes, *_observed(packed)]
    if len(chosen) < len(packed.keys):
        now = [[column[i] for i in chosen] for column in now]
    # Two rising runs, which sorting only lays together.
    keys = sorted(dict.fromkeys((*now[0], *stood[0])))
    place = {key: number for number, key in enumerate(keys)}
    texts = {_json({}): NOTHING}

    def side(names: Sequence[str], own: Columns, observed: Columns) -> Side:
        numbers = np.array([place[name] for name in names], dtype=np.int64)
        made = observations(observed, scope.held.measures)
        combos = np.array([texts.setdefault(_json(c), len(texts)) for c in made.combinations], dtype=np.int64)
        told = [texts.setdefault(text, len(texts)) for text in _told(attributes, own, len(names))]
        return Side(numbers, made, combos[made.combos], np.array(told, dtype=np.int64))

    n = len(attributes)
    old_side, new_side = (
        side(columns[0], columns[m : m + n], columns[m + n :]) for columns, m in ((stood, 2), (now, 1))
    )
    return Sides(keys, list(texts), old_side, new_side)


def _told(attributes: Sequence[str], said: Columns, n: int) -> list[str]:
    """The attributes of each series as JSON; what many have alike is written once."""
    given = {a: column for a, column in zip(attributes, said, strict=True) if column.count(None) < n}
    rows: list[tuple[str | None, ...]] = list(zip(*given.values(), strict=True)) if given else [()] * n
    texts = {row: _json({a: t for a, t in zip(given, row, strict=True) if t is not None}) for row in set(rows)}
    return [texts[row] for row in rows]


def _observed(packed: Packed) -> list[Sequence[Any]]:
    """In the order of `unpack.observations`."""
    further = [entries for measured in packed.further for entries in measured]
    return [packed.n, packed.periods, packed.values, packed.obs_attributes, packed.obs_codes, packed.texts, *further]


def _json(attributes: Mapping[str, str]) -> str:
    return orjson.dumps(attributes, option=orjson.OPT_SORT_KEYS).decode()
