"""Weights of areas, taken from the data themselves.

A ratio says in the code list what it is weighted with (WEIGHT "labour force"); a count may say there that it is just that
(MEASURES "labour force"). Where such counts were loaded for the whole and all its parts, with the same breakdown and period, what the
rest of the whole would have to be can be worked out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind, kind, measures
from dataexchange.pipeline.coherence_series import Series

#: The codes of a series but those of SERIES and REF_AREA: the women's rate is weighted with women.
_Others = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    found: Mapping[tuple[str, _Others, str], Series]

    @classmethod
    def of(cls, series: Sequence[Series], schema: Schema) -> Weights:
        """Of two series for the same area the later one counts."""
        names = _names(schema)
        if not names:
            return cls({})
        return cls({(names[one.code], _others(one), one.area): one for one in series if one.code in names})

    def together(self, name: str, like: Series, areas: Sequence[str], period: int) -> list[float] | None:
        """The weights of all these areas, for a series like that; None where one is not there or of another unit."""
        if not self.found:
            return None
        others = _others(like)
        series = [self.found.get((name, others, area)) for area in areas]
        known = [one for one in series if one]
        if len(known) < len(areas) or len({one.word("UNIT_MEASURE") for one in known}) > 1:
            return None
        values = [_value(one, period) for one in known]
        weights = [value for value in values if value is not None]
        return weights if len(weights) == len(areas) else None


def weight_series(schema: Schema) -> tuple[str, ...]:
    """SERIES codes that are weights of others: worth loading beside the series of the same indicators."""
    return tuple(sorted(_names(schema)))


def _names(schema: Schema) -> dict[str, str]:
    codes = schema.codes.get("SERIES", {})

    def found() -> dict[str, str]:
        return {c: name for c, item in codes.items() if (name := measures(item)) and kind(item) is SeriesKind.COUNT}

    return schema.derived("names of weights", found)


def _others(series: Series) -> _Others:
    return tuple(code for dimension, code in series.codes.items() if dimension not in ("SERIES", "REF_AREA"))


def _value(series: Series, period: int) -> float | None:
    place = int(np.searchsorted(series.periods, period))
    return float(series.values[place]) if place < len(series.periods) and series.periods[place] == period else None
