"""Finding the national series that a local one belongs beside.

First the same key, then the same key for an area above it; where neither exists, the series of the same indicator that comes
nearest, so that people are told why the two cannot be compared rather than that there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dataexchange.model.areas import Areas
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import indicators
from dataexchange.pipeline.coherence_series import Series

_Ints = npt.NDArray[np.int64]

#: The codes of a series without its area: what a part and its whole share.
Rest = tuple[str, ...]


def rest_of(series: Series) -> Rest:
    return tuple(code for dimension, code in series.codes.items() if dimension != "REF_AREA")


def _identical(local: Series) -> Rest:
    """The key of the global series, for one of the city's own whose adaptation record says that it is identical."""
    if local.word("ADAPTATION_TYPE") != "IDENTICAL" or local.stands_for is None:
        return ()
    return tuple(
        local.stands_for if dimension == "SERIES" else code
        for dimension, code in local.codes.items()
        if dimension != "REF_AREA"
    )


def by_rest(series: Sequence[Series]) -> dict[Rest, dict[str, Series]]:
    """Series that differ in REF_AREA alone, side by side."""
    found: dict[Rest, dict[str, Series]] = {}
    for one in series:
        found.setdefault(rest_of(one), {})[one.area] = one
    return found


@dataclass(frozen=True, slots=True)
class Baseline:
    series: Sequence[Series]
    same: Mapping[Rest, Mapping[str, Series]]
    areas: Areas
    indicators: Mapping[str, frozenset[str]]
    #: Every dimension of every series as a number, so that thousands are compared at once.
    matrix: _Ints
    numbers: Mapping[str, int]
    place: Mapping[str, int]
    #: (SERIES, GLOBAL_SERIES) -> places of the series of the same indicator.
    related: dict[tuple[str, str | None], _Ints] = field(default_factory=dict)
    ranks: dict[str, _Ints] = field(default_factory=dict)

    @classmethod
    def of(cls, series: Sequence[Series], schema: Schema, areas: Areas) -> Baseline:
        numbers: dict[str, int] = {}
        rows = [[numbers.setdefault(code, len(numbers)) for code in one.codes.values()] for one in series]
        width = len(schema.structure.dimensions)
        return cls(
            series=series,
            same=by_rest(series),
            areas=areas,
            indicators={c: frozenset(indicators(i)) for c, i in schema.codes.get("SERIES", {}).items()},
            matrix=np.array(rows, np.int64).reshape(len(rows), width),
            numbers=numbers,
            place={dimension: i for i, dimension in enumerate(schema.structure.dimension_ids)},
        )

    def same_key(self, local: Series) -> Iterator[Series]:
        """The mirror, then the wholes from the nearest area up."""
        beside = self.same.get(rest_of(local), {}) or self.same.get(_identical(local), {})
        for area in (local.area, *self.areas.above(local.area)):
            if area in beside:
                yield beside[area]

    def nearest(self, local: Series) -> Series | None:
        """The series of the same indicator, for the same area or one above it, that differs in fewest dimensions."""
        pool = self._related(local)
        if not len(pool):
            return None
        rank = self._area_rank(local.area)[self.matrix[pool, self.place["REF_AREA"]]]
        pool, rank = pool[rank >= 0], rank[rank >= 0]
        if not len(pool):
            return None
        own = np.array([self.numbers.get(code, -1) for code in local.codes.values()])
        differs = self.matrix[pool] != own
        # Another area is no other definition; another series is more than another breakdown.
        cost = np.array([0.0 if d == "REF_AREA" else 1.5 if d == "SERIES" else 1.0 for d in self.place])
        wanted = self.numbers.get(local.stands_for or local.code, -1)
        other = self.matrix[pool, self.place["SERIES"]] != wanted
        order = np.lexsort((pool, rank, other, differs @ cost))
        return self.series[int(pool[order[0]])]

    def _related(self, local: Series) -> _Ints:
        """Series of the same code, of the global series it stands for, or of the same indicator."""
        key = (local.code, local.stands_for)
        if key not in self.related:
            names = {name for name in key if name}
            wanted: frozenset[str] = frozenset().union(*(self.indicators.get(name, ()) for name in names))
            codes = names | {code for code, found in self.indicators.items() if found & wanted}
            numbers = [self.numbers[code] for code in codes if code in self.numbers]
            self.related[key] = np.flatnonzero(np.isin(self.matrix[:, self.place["SERIES"]], numbers))
        return self.related[key]

    def _area_rank(self, area: str) -> _Ints:
        """By number of an area code: 0 the same, 1 the same place in another boundary, then upwards; -1 elsewhere."""
        if area not in self.ranks:
            rank, place = np.full(len(self.numbers), -1), self.areas.boundary(area)[0]
            for code, number in self.numbers.items():
                if self.areas.boundary(code)[0] == place:
                    rank[number] = 1
            for n, above in enumerate(dict.fromkeys((*self.areas.above(area), *self.areas.above(place)))):
                if above in self.numbers:
                    rank[self.numbers[above]] = n + 2
            if area in self.numbers:
                rank[self.numbers[area]] = 0
            self.ranks[area] = rank
        return self.ranks[area]
