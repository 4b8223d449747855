"""The charts of a series page: which lines stand on the same axes, what they are called, what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataexchange.model.comparison import Portrait, SeriesLine
from dataexchange.model.period import frequency
from dataexchange.web.chart import chart
from dataexchange.web.chart_words import NARROW, WIDE, Chart, Line
from dataexchange.web.figures import short
from dataexchange.web.moments import in_words
from dataexchange.web.series_about import remarks
from dataexchange.web.series_figures import BREAK, UNCERTAIN, Figures, figures
from dataexchange.web.series_names import SERIES, area_name, indicator_name
from dataexchange.web.series_verdict import COMPARABLE


@dataclass(frozen=True, slots=True)
class Named:
    """One series as it is drawn and listed: its look, its name, its figures."""

    role: str
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart twice, wide and narrow. `told` is what a listener hears in place of it."""

    id: str
    caption: str
    title: str
    told: str
    drawings: tuple[Chart, ...]
    remarks: tuple[str, ...]


def named(portrait: Portrait, nation: SeriesLine | None) -> tuple[Named, ...]:
    """The series itself, the national one it is laid beside, and the nation's average where that is another one."""
    schema, line, baseline = portrait.schema, portrait.line, portrait.baseline
    own = area_name(schema, line.area) or indicator_name(schema, line.codes)
    found = [Named("own", own, figures(line, schema))]
    if baseline is not None:
        mirror = baseline.area == line.area
        name = f"{own} (national office)" if mirror else area_name(schema, baseline.area)
        found.append(Named("mirror" if mirror else "nation", name, figures(baseline, schema)))
    if nation is not None:
        found.append(Named("nation", area_name(schema, nation.area), figures(nation, schema)))
    return tuple(found)


def drawn(portrait: Portrait, lines: Sequence[Named]) -> tuple[Figure, ...]:
    """One chart of all lines that have the unit of the series itself, another one of those that have not."""
    together = [one for one in lines if one.figures.unit == lines[0].figures.unit]
    apart = [one for one in lines if one not in together]
    schema, comparison = portrait.schema, portrait.comparison
    hints = []
    if len(together) > 1 and comparison is not None and comparison.verdict not in COMPARABLE:
        hints.append(
            f"{together[1].name} is drawn for orientation only: the two are not comparable, for the reason above."
        )
    for one in together[1:]:
        if one.figures.line.codes.get(SERIES) != portrait.line.codes.get(SERIES):
            hints.append(f"{one.name} is the series “{indicator_name(schema, one.figures.line.codes)}”.")
    found = [_figure("chart", portrait, together, hints)] if any(one.figures.known for one in together) else []
    if any(one.figures.known for one in apart):
        why = f"Drawn apart, since it is in another unit: “{indicator_name(schema, apart[0].figures.line.codes)}”."
        found.append(_figure("national", portrait, apart, [why]))
    return tuple(found)


def same_table(lines: Sequence[Named]) -> tuple[list[Named], list[Named]]:
    """(what is listed period by period beside the series itself, what needs a table of its own)."""
    own = lines[0].figures
    lengths = {frequency(period) for period in own.periods}
    beside = [
        one
        for one in lines
        if one is lines[0]
        or (one.figures.unit == own.unit and any(frequency(period) in lengths for period in one.figures.periods))
    ]
    return beside, [one for one in lines if one not in beside]


def _figure(id_: str, portrait: Portrait, lines: Sequence[Named], hints: Sequence[str]) -> Figure:
    as_lines = [_line(one) for one in lines]
    unit = lines[0].figures.unit
    drawings = tuple(chart(as_lines, unit, size) for size in (WIDE, NARROW))
    periods = sorted(period for one in lines for period, _ in one.figures.known)
    span = in_words(periods[0]) if periods[0] == periods[-1] else f"{in_words(periods[0])} to {in_words(periods[-1])}"
    who = lines[0].name + (f" beside {' and '.join(one.name for one in lines[1:])}" if len(lines) > 1 else "")
    about = [(one.name, one.figures) for one in lines]
    said = remarks(about, portrait.schema, from_zero=drawings[0].values.from_zero)
    return Figure(
        id=id_,
        caption=f"{who}, {span}",
        title=f"{indicator_name(portrait.schema, lines[0].figures.line.codes)}: {who}, {span}",
        told=" ".join(_told(one) for one in lines) + (f" Unit: {unit}." if unit else ""),
        drawings=drawings,
        remarks=(*hints, *said),
    )


def _line(one: Named) -> Line:
    return Line(
        name=one.name,
        role=one.role,
        periods=one.figures.periods,
        values=one.figures.values,
        uncertain=tuple(status in UNCERTAIN for status in one.figures.statuses),
        broken=tuple(status == BREAK for status in one.figures.statuses),
    )


def _told(one: Named) -> str:
    """`Bristol: 10 values, from 11.7 in 2010 to 9.3 in 2019, lowest 8.8 in 2015, highest 12 in 2011.`"""
    known = one.figures.known
    if not known:
        return f"{one.name}: no values."
    first, last = known[0], known[-1]
    if len(known) == 1:
        return f"{one.name}: {short(first[1])} in {in_words(first[0])}."
    low, high = min(known, key=lambda pair: pair[1]), max(known, key=lambda pair: pair[1])
    ends = f"from {short(first[1])} in {in_words(first[0])} to {short(last[1])} in {in_words(last[0])}"
    outer = f"lowest {short(low[1])} in {in_words(low[0])}, highest {short(high[1])} in {in_words(high[0])}"
    return f"{one.name}: {len(known)} values, {ends}, {outer}."
