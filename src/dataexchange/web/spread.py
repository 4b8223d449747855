"""What a city's average hides: its districts' values of one period, beside its own and the nation's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataexchange.model.areas import Areas, Partition
from dataexchange.model.comparison import Portrait
from dataexchange.model.series_notes import SeriesKind, kind
from dataexchange.web.chart_words import NARROW, WIDE
from dataexchange.web.figures import decimals_of, figure, short
from dataexchange.web.moments import in_words
from dataexchange.web.series_figures import Figures, figures
from dataexchange.web.series_names import AREA, SERIES, area_name
from dataexchange.web.strip import District, Strip, strip

#: Areas that are listed with their values; a download has all of them.
_MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Spread:
    """`rows` are (district, its value in words), highest first; `drawings` the wide and the narrow one."""

    period: str
    drawings: tuple[Strip, ...]
    title: str
    told: str
    rows: tuple[tuple[str, str, str], ...]
    #: With the magnitude that the axis counts in.
    unit: str
    remarks: tuple[str, ...]


def spread(
    portrait: Portrait, own: Figures, nation: tuple[str, Figures] | None, areas: Partition | None = None
) -> Spread | str:
    """The spread, or the sentence that says why there is none. `nation`: (name, figures) where they can be compared. `areas`: the
    partition of the area that is shown; what lies in the area otherwise is left out, and so are districts before or after their time."""
    schema, city = portrait.schema, area_name(portrait.schema, portrait.line.area)
    inside = [part for part in portrait.parts if areas is not None and part.area in areas.parts]
    parts = [f for part in inside if (f := figures(part, schema)).unit == own.unit and f.known]
    if not parts:
        return _why_none(portrait, city)
    assert areas is not None
    period = _common_period(parts, areas)
    parts = [f for f in parts if f.line.area in areas.at(period)]
    held = [(f, value) for f in parts if (value := f.at(period)) is not None]
    if not held:
        return _why_none(portrait, city)
    nature = kind(schema.codes.get(SERIES, {}).get(portrait.line.codes.get(SERIES, "")))
    counted = nature in (SeriesKind.COUNT, SeriesKind.BALANCE)
    beside = [] if counted else _beside(city, own, nation, period)
    districts = [District(area_name(schema, f.line.area), value) for f, value in held]
    order = sorted(zip(districts, held, strict=True), key=lambda one: (-one[0].value, one[0].name))
    places = decimals_of([d.value for d in districts])
    drawings = tuple(strip(districts, beside, own.unit, size) for size in (WIDE, NARROW))
    return Spread(
        period=in_words(period),
        drawings=drawings,
        title=f"{len(districts)} areas inside {city}, {in_words(period)}",
        told=_told([d for d, _ in order], beside),
        rows=tuple((d.name, figure(d.value, places), f.line.key) for d, (f, _) in order[:_MOST_ROWS]),
        unit=drawings[0].unit,
        remarks=_remarks(own, period, nation, len(parts) - len(held), counted, city),
    )


def _common_period(parts: Sequence[Figures], areas: Partition) -> int:
    """The latest period that all districts of that time have a value of; else the one that most have, of those the latest."""
    periods = {period for one in parts for period, _ in one.known}
    there = {period: areas.at(period) for period in periods}
    had = {period: sum(f.line.area in there[period] and f.at(period) is not None for f in parts) for period in periods}
    return max(periods, key=lambda period: (had[period] / (len(there[period]) or 1), period))


def _beside(city: str, own: Figures, nation: tuple[str, Figures] | None, period: int) -> list[tuple[str, str, float]]:
    found = [("own", city, value)] if (value := own.at(period)) is not None else []
    if nation and nation[1].unit == own.unit and (there := nation[1].at(period)) is not None:
        found.append(("nation", nation[0], there))
    return found


def _told(order: Sequence[District], beside: Sequence[tuple[str, str, float]]) -> str:
    high, low = order[0], order[-1]
    ends = "" if len(order) == 1 else f", to {high.name}, {short(high.value)}"
    averages = "".join(f" {name}: {short(value)}." for _, name, value in beside)
    return f"From {low.name}, {short(low.value)}{ends}.{averages}"


def _remarks(
    own: Figures, period: int, nation: tuple[str, Figures] | None, without: int, counted: bool, city: str
) -> tuple[str, ...]:
    found = []
    if without:
        found.append(f"{without} more {'area has' if without == 1 else 'areas have'} no value for {in_words(period)}.")
    if counted:
        total = own.at(period)
        found.append(
            f"These are numbers that add up: {city} as a whole has {short(total)}." if total is not None else ""
        )
    elif own.at(period) is None:
        found.append(f"{city} as a whole has no value for {in_words(period)}.")
    if not counted and nation is None:
        found.append("No national value is marked, since none can be compared with these.")
    return tuple(remark for remark in found if remark)


def _why_none(portrait: Portrait, city: str) -> str:
    if AREA not in portrait.line.codes:
        return "The data structure has no areas, so there is no spread between districts to show."
    if Areas.of(portrait.schema).partitions(portrait.line.area):
        return f"No figures are published for the areas inside {city}, so how far they differ from this average is not known."
    return f"The lists of areas have none inside {city}, so there is no spread to show."
