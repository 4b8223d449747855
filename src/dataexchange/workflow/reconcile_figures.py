"""What a reconciliation looks at: the local series, the national ones, and the counts that ratios are weighted with.

Series are found by what they are about (every code but the area) and by area. Values are in units: UNIT_MULT is applied.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.comparison import SeriesLine
from dataexchange.model.query import DataQuery
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.series_notes import SeriesKind, kind, measures
from dataexchange.model.structure import Ref
from dataexchange.store import series
from dataexchange.store.database import Connection
from dataexchange.store.origin import origins_of
from dataexchange.workflow.national import any_of
from dataexchange.workflow.series_lines import lines

AREA, SERIES, FREQ = "REF_AREA", "SERIES", "FREQ"

#: Dimension -> code, all but the area, in the order of the structure.
About = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One series, with the release that brought it to how it stands."""

    line: SeriesLine
    release: int
    at: Mapping[str, int]

    @property
    def unit(self) -> str | None:
        return self.line.attributes.get("UNIT_MEASURE")

    def said(self, attribute: str, period: str) -> str | None:
        noted = self.line.notes.get(attribute)
        return noted[self.at[period]] if noted else self.line.attributes.get(attribute)

    def scale(self, period: str) -> float:
        return float(10.0 ** int(self.said("UNIT_MULT", period) or 0))

    def value(self, period: str) -> float:
        """In units; NaN where there is none, or none that may be used (see `unfit`)."""
        if period not in self.at or self.unfit(period) is not None:
            return math.nan
        value = self.line.values[self.at[period]]
        return math.nan if value is None else value * self.scale(period)

    def number(self, attribute: str, period: str) -> float:
        """An attribute that is a number, in units as the values are."""
        try:
            return float(self.said(attribute, period) or math.nan) * self.scale(period)
        except ValueError:
            return math.nan

    def unfit(self, period: str) -> Sentence | None:
        """Why a value that is there is not used: it is not what the nation measures, or it is not for everybody's eyes."""
        if self.said("OBS_STATUS", period) == "D":
            return say("its definition differs (OBS_STATUS D)")
        if self.said("CONF_STATUS", period) not in (None, "F"):
            return say("it is confidential (CONF_STATUS)")
        return None


@dataclass(frozen=True, slots=True)
class Figures:
    """Series of one dataflow by what they are about, then by area."""

    found: Mapping[About, Mapping[str, Figure]]

    def of(self, about: About) -> Mapping[str, Figure]:
        return self.found.get(about, {})

    def about_series(self, code: str) -> tuple[About, ...]:
        return tuple(about for about in self.found if dict(about)[SERIES] == code)


def figures_of(conn: Connection, schema: Schema, dataflow: Ref, codes: Sequence[str]) -> Figures:
    """Every series of these SERIES codes as it stands."""
    query = DataQuery(filters=(any_of(SERIES, tuple(codes)),))
    found = lines(list(series.batches(conn, query, schema, dataflow)), schema, dataflow)
    origins = origins_of(conn, schema, dataflow, list(found))
    sorted_: dict[About, dict[str, Figure]] = {}
    for key, line in found.items():
        figure = Figure(line, origins[key].release, {period: i for i, period in enumerate(line.periods)})
        sorted_.setdefault(about(line.codes), {})[line.area] = figure
    return Figures(sorted_)


def figures_by_key(figures: Figures) -> dict[str, Figure]:
    return {figure.line.key: figure for areas in figures.found.values() for figure in areas.values()}


def about(codes: Mapping[str, str]) -> About:
    return tuple((dimension, code) for dimension, code in codes.items() if dimension != AREA)


def with_code(about: About, dimension: str, code: str) -> About:
    """The same with another code of one dimension."""
    return tuple((d, code if d == dimension else c) for d, c in about)


def weights_named(schema: Schema, name: str | None) -> tuple[str, ...]:
    """SERIES codes of the counts that are this weight ("labour force"), by the annotation MEASURES."""
    codes = schema.codes.get(SERIES, {})
    return tuple(c for c, i in codes.items() if name and measures(i) == name and kind(i) is SeriesKind.COUNT)


def weights_of(
    about: About, areas: Iterable[str], period: str, names: Sequence[str], places: Sequence[Figures]
) -> list[float]:
    """Of these areas in this period, with the same breakdown; NaN where nobody has one. The first that has one is taken."""
    return [_weight(about, area, period, names, places) for area in areas]


def _weight(about: About, area: str, period: str, names: Sequence[str], places: Sequence[Figures]) -> float:
    for name in names:
        for figures in places:
            figure = figures.of(with_code(about, SERIES, name)).get(area)
            if figure is not None and math.isfinite(value := figure.value(period)):
                return value
    return math.nan
