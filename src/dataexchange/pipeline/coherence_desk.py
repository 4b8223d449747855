"""What lies ready while all series are gone through: how each behaves, and what the rulebook sets for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dataexchange.model.areas import Areas
from dataexchange.model.rulebook import Rulebook, SeriesNature
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.unit_ranges import NETTED
from dataexchange.pipeline.coherence_pairs import Order
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, Panel

#: Kinds as numbers; 0 where nobody says.
UNKNOWN, COUNT, RATIO, MEAN, GROWTH, BALANCE = range(6)
_KINDS = {
    SeriesKind.COUNT: COUNT,
    SeriesKind.RATIO: RATIO,
    SeriesKind.MEAN: MEAN,
    SeriesKind.GROWTH: GROWTH,
    SeriesKind.BALANCE: BALANCE,
}


@dataclass(frozen=True)
class Desk:
    panel: Panel
    schema: Schema
    book: Rulebook
    areas: Areas
    order: Order
    _set: dict[tuple[str, str], Floats] = field(default_factory=dict)
    _on: dict[str, Flags] = field(default_factory=dict)

    @cached_property
    def _coded(self) -> tuple[list[str], Ints]:
        distinct, place = np.unique(self.panel.code, return_inverse=True)
        return [self.panel.vocabulary.texts[code] for code in distinct.tolist()], place.astype(np.int64)

    @cached_property
    def _natures(self) -> list[SeriesNature | None]:
        items = self.schema.codes.get("SERIES", {})
        return [self.book.nature(code, items.get(code)) for code in self._coded[0]]

    @cached_property
    def kind(self) -> Ints:
        """Of every series."""
        kinds = [_KINDS[nature.kind] if nature else UNKNOWN for nature in self._natures]
        return np.array(kinds, np.int64)[self._coded[1]]

    def weight(self, series: int) -> str | None:
        """What a series is weighted with."""
        nature = self._natures[int(self._coded[1][series])]
        return nature.weight if nature else None

    def in_points(self, series: int) -> bool:
        """Whether what it differs by is told in percentage points: it is a growth rate, or in per cent."""
        said = self.panel.said.get("UNIT_MEASURE")
        return bool(self.kind[series] == GROWTH) or (said is not None and "PT" in said.words[said.series[series]])

    @cached_property
    def netted(self) -> Flags:
        """Of every series whether the rest of it may be below zero though it adds up: emissions, and what has a figure below zero in any
        area or period."""
        below = np.unique(self.panel.code[self.panel.owner[np.flatnonzero(self.panel.values < 0)]])
        found = np.isin(self.panel.code, below)
        if (said := self.panel.said.get("UNIT_MEASURE")) is not None:
            found |= np.array([not NETTED.isdisjoint(words) for words in said.words], bool)[said.series]
        return found

    @cached_property
    def weight_names(self) -> tuple[list[str], Ints]:
        """(names, of every series the number of its weight's name, -1 where it has none)."""
        names: dict[str, int] = {}
        of_code = [names.setdefault(n.weight, len(names)) if n and n.weight else -1 for n in self._natures]
        return list(names), np.array(of_code, np.int64)[self._coded[1]]

    def numbers(self, rule: str, name: str, series: Ints) -> Floats:
        """What the office has set for each of these series."""
        key = (rule, name)
        if key not in self._set:
            self._set[key] = self.book.numbers(rule, name, self._coded[0])
        return self._set[key][self._coded[1][series]]

    def shares(self, rule: str, name: str, series: Ints) -> Floats:
        """The same of a number that is set in per cent."""
        return self.numbers(rule, name, series) / 100

    def runs(self, rule: str, series: Ints) -> Flags:
        if rule not in self._on:
            self._on[rule] = self.book.running(rule, self._coded[0])
        return self._on[rule][self._coded[1][series]]
