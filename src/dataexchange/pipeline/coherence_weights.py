"""Weights of areas, taken from the data themselves.

A ratio says in the code list what it is weighted with (WEIGHT "labour force"); a count may say there that it is just that
(MEASURES "labour force"). Where such counts were loaded for an area, with the same breakdown and period, its ratios can be put
together with those of other areas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind, kind, measures
from dataexchange.pipeline.coherence_desk import Desk
from dataexchange.pipeline.coherence_panel import Floats, Ints, fold


@dataclass(frozen=True, slots=True)
class Weights:
    #: Of every series the one that it is weighted with, in the same area and breakdown; -1 where there is none.
    series: Ints
    #: Whether there is any count at all that others are weighted with.
    found: bool

    @classmethod
    def of(cls, desk: Desk) -> Weights:
        """Of two series for the same area the later one counts, so that the national office's come before the city's."""
        panel, held = desk.panel, _names(desk.schema)
        numbers = {number: held[code] for code in held if (number := panel.vocabulary.known(code)) >= 0}
        counts = np.flatnonzero(np.isin(panel.code, list(numbers))) if numbers else np.zeros(0, np.int64)
        if not len(counts):
            return cls(np.full(panel.n, -1), False)
        names, wanted = desk.weight_names
        called = {name: place for place, name in enumerate(names)}
        of_code = np.full(len(panel.vocabulary.texts), -1)
        for number, name in numbers.items():
            of_code[number] = called.get(name, -1)
        others = [c for d, c in zip(panel.dimensions, panel.codes.T, strict=True) if d != "SERIES"]
        key = [np.concatenate((column, column[counts])) for column in others]
        key.append(np.concatenate((wanted, of_code[panel.code[counts]])))
        place = fold(key, panel.n + len(counts))
        ours, theirs = place[: panel.n], place[panel.n :]
        order = np.argsort(theirs, kind="stable")
        at = np.searchsorted(theirs[order], ours, side="right") - 1
        hit = (at >= 0) & (theirs[order][at] == ours) & (wanted >= 0)
        return cls(np.where(hit, counts[order[at]], -1), True)

    def at(self, desk: Desk, series: Ints, rank: Ints) -> Floats:
        """The weight of each series in a period; NaN where there is none."""
        rows = desk.panel.find(self.series[series], rank)
        return np.where(rows >= 0, desk.panel.values[np.maximum(rows, 0)], np.nan) if len(rows) else np.zeros(0)


def weight_series(schema: Schema) -> tuple[str, ...]:
    """SERIES codes that are weights of others: worth loading beside the series of the same indicators."""
    return tuple(sorted(_names(schema)))


def _names(schema: Schema) -> dict[str, str]:
    codes = schema.codes.get("SERIES", {})

    def found() -> dict[str, str]:
        return {c: name for c, item in codes.items() if (name := measures(item)) and kind(item) is SeriesKind.COUNT}

    return schema.derived("names of weights", found)
