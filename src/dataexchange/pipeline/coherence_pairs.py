"""Which series belong beside each other: the same key without its area, for the same area or for one above it.

Everything is found by sorted numbers: a hundred thousand series take as many steps as there are levels of areas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dataexchange.pipeline.coherence_areas import ADMINISTRATIVE, Areas, boundary
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, Panel, fold, ranges
from dataexchange.pipeline.coherence_partitions import canonical


@dataclass(frozen=True, slots=True)
class Aligned:
    """Observations of pairs over their shared periods: `pair` of each, ascending, and its row in the one and the other series."""

    pair: Ints
    here: Ints
    there: Ints
    #: Shared periods of every pair.
    counts: Ints

    @property
    def starts(self) -> Ints:
        return np.asarray(np.cumsum(self.counts) - self.counts)

    def of(self, pair: int) -> slice:
        start = int(self.counts[:pair].sum())
        return slice(start, start + int(self.counts[pair]))


def align(panel: Panel, one: Ints, other: Ints) -> Aligned:
    """The shared periods of each pair (one[p], other[p])."""
    lengths = panel.counts[one]
    here = ranges(panel.starts[one], lengths)
    pair = np.repeat(np.arange(len(one)), lengths)
    there = panel.find(other[pair], panel.rank[here])
    if len(there) and there.min() < 0:
        hit = there >= 0
        pair, here, there = pair[hit], here[hit], there[hit]
    return Aligned(pair, here, there, np.bincount(pair, minlength=len(one)))


class Order:
    """Where each series stands by (rest of the key, area)."""

    def __init__(self, panel: Panel, areas: Areas) -> None:
        self.panel, self.areas = panel, areas
        #: Of every series its area, by the code that this goes by in the tree.
        self.area = self._canonical()
        self._width = len(panel.vocabulary.texts) + 2

    def _canonical(self) -> Ints:
        words = self.panel.vocabulary
        own, place = np.unique(self.panel.area, return_inverse=True)
        named = [words.number(canonical(self.areas, words.texts[number])) for number in own.tolist()]
        return np.array(named, np.int64)[place] if len(own) else np.zeros(0, np.int64)

    @cached_property
    def _rests(self) -> tuple[Ints, Ints]:
        """Of every series the rest of its key as a number; and, of local ones that are identical with a global series, the rest of
        the key that this has (-1 of the others)."""
        panel, texts = self.panel, self.panel.vocabulary
        code = panel.code.copy()
        identical = np.flatnonzero(_is(panel, "ADAPTATION_TYPE", "IDENTICAL")[: panel.local])
        origins = [panel.view(i).stands_for for i in identical.tolist()]
        stand = [texts.known(origin) if origin else -1 for origin in origins]
        columns = [
            np.concatenate((code, np.array(stand, np.int32))) if d == "SERIES" else np.append(column, column[identical])
            for d, column in zip(panel.dimensions, panel.codes.T, strict=True)
            if d != "REF_AREA"
        ]
        folded = fold(columns, panel.n + len(identical))
        dense = np.unique(folded, return_inverse=True)[1].astype(np.int64)
        other = np.full(panel.n, -1)
        other[identical] = np.where(np.array(stand, np.int64) < 0, -1, dense[panel.n :])
        return dense[: panel.n], other

    @property
    def rest(self) -> Ints:
        return self._rests[0]

    @property
    def identical(self) -> Ints:
        return self._rests[1]

    @cached_property
    def chains(self) -> Ints:
        """Of every local area (by its number) itself and the areas above it, from the nearest up; -1 where there are no more."""
        texts = self.panel.vocabulary
        own = np.unique(self.area[: self.panel.local])
        above = {number: self.areas.above(texts.texts[number]) for number in own.tolist()}
        found = np.full((len(texts.texts), 1 + max(map(len, above.values()), default=0)), -1, np.int64)
        for number, chain in above.items():
            found[number, : 1 + len(chain)] = (number, *map(texts.known, chain))
        return found

    @cached_property
    def administrative(self) -> Flags:
        """By number of an area: whether it is an administrative one."""
        return self.by_area(lambda area: boundary(area)[1] == ADMINISTRATIVE)

    def by_area(self, asks: Callable[[str], bool]) -> Flags:
        found = np.zeros(len(self.panel.vocabulary.texts), bool)
        for number in np.unique(self.area).tolist():
            found[number] = asks(self.panel.vocabulary.texts[number])
        return found

    @cached_property
    def _local(self) -> tuple[Ints, Ints]:
        return self._sorted(0, self.panel.local)

    @cached_property
    def _national(self) -> tuple[Ints, Ints]:
        return self._sorted(self.panel.local, self.panel.n)

    def _sorted(self, start: int, stop: int) -> tuple[Ints, Ints]:
        places = self.rest[start:stop] * self._width + self.area[start:stop]
        order = np.argsort(places, kind="stable")
        return places[order], order + start

    def national(self, rest: Ints, area: Ints) -> Ints:
        """The national series of each (rest, area), of several the last; -1 where there is none."""
        return self._found(self._national, rest, area)

    def local(self, rest: Ints, area: Ints) -> Ints:
        return self._found(self._local, rest, area)

    def _found(self, held: tuple[Ints, Ints], rest: Ints, area: Ints) -> Ints:
        places, order = held
        wanted = rest * self._width + area
        at = np.searchsorted(places, wanted, side="right") - 1
        if not len(places):
            return np.full(len(wanted), -1)
        hit = (at >= 0) & (places[at] == wanted) & (rest >= 0) & (area >= 0)
        return np.where(hit, order[at], -1)


def _is(panel: Panel, attribute: str, word: str) -> Flags:
    """Whether the first thing that the attribute says of a series is this word."""
    if attribute not in panel.said:
        return np.zeros(panel.n, bool)
    said = panel.said[attribute]
    return np.array([bool(words) and words[0] == word for words in said.words], bool)[said.series]


def first_largest(size: Floats, starts: Ints, counts: Ints) -> Ints:
    """In each of the slices, none of them empty, where the first of the largest numbers stands.

    >>> first_largest(np.array([1.0, 3.0, 3.0, 2.0]), np.array([0, 3]), np.array([3, 1])).tolist()
    [1, 3]
    """
    if not len(starts):
        return np.zeros(0, np.int64)
    most = np.repeat(np.maximum.reduceat(size, starts), counts)
    at = np.flatnonzero(size == most)
    return at[np.searchsorted(at, starts)]


def only(aligned: Aligned, pairs: Ints) -> tuple[Aligned, Ints]:
    """The observations of these pairs (ascending), numbered anew, and where they stood."""
    place = np.full(len(aligned.counts), -1)
    place[pairs] = np.arange(len(pairs))
    at = np.flatnonzero(place[aligned.pair] >= 0)
    found = Aligned(place[aligned.pair[at]], aligned.here[at], aligned.there[at], aligned.counts[pairs])
    return found, at
