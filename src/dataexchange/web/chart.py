"""Values over time as a drawing: places of every mark, line, tick and label. No text of it is HTML; templates escape.

A line is drawn only between values that follow each other: where a value is missing, or a series breaks, the line does too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import wrap

from dataexchange.model.period import frequency
from dataexchange.web.axis import Axis, axis
from dataexchange.web.chart_labels import labelled
from dataexchange.web.chart_words import Chart, Drawn, Line, Mark, Size, Tick
from dataexchange.web.figures import alike, decimals_of, figure, magnitude, short
from dataexchange.web.moments import by_years, in_words, marks, middle, place_in_order, usual_step

#: Marks of ordinary values are left out where they would touch: then the line says enough.
_CLOSEST = 7.0


def chart(lines: Sequence[Line], unit: str, size: Size) -> Chart:
    """The lines on common axes. Values of all must be in the same unit."""
    lines = [part for line in lines for part in _by_frequency(line)]
    known = [v for line in lines for v in line.values if v is not None and math.isfinite(v)]
    factor, word = magnitude(max((abs(v) for v in known), default=0.0))
    unit_rows = _rows(f"{unit}, {word}" if word and unit else unit or word, size, size.width)
    top, bottom = 12 + (size.letter + 3) * len(unit_rows), size.height - size.letter - 14
    values = axis(known, bottom, top, most=6 if size.name == "wide" else 5)
    labels = alike([tick / factor for tick in values.ticks])
    left = max((size.wide_as(label) for label in labels), default=0) + 10
    named = {id(line): _name_rows(line, size) for line in lines}
    right = size.width - max((size.wide_as(row) for rows in named.values() for row in rows), default=0) - 14
    time = _Time(lines, left + 10, right - 8)
    drawn = [_drawn(line, values, time) for line in lines]
    return Chart(
        size=size,
        frame=(left, top, right, bottom),
        values=values,
        across=tuple(_across(lines, time, size)),
        up=tuple(Tick(values.at(tick), label) for tick, label in zip(values.ticks, labels, strict=True)),
        unit=unit_rows,
        lines=labelled(drawn, [named[id(line)] for line in lines], (top, right, bottom), size),
    )


class _Time:
    """Days to places."""

    def __init__(self, lines: Sequence[Line], left: float, right: float) -> None:
        days = [middle(p) for line in lines for p, v in zip(line.periods, line.values, strict=True) if v is not None]
        self.first, self.last = min(days, default=0.0), max(days, default=0.0)
        self.left, self.right = left, right

    def at(self, day: float) -> float:
        if self.first == self.last:
            return (self.left + self.right) / 2
        return self.left + (day - self.first) / (self.last - self.first) * (self.right - self.left)


def _by_frequency(line: Line) -> Iterator[Line]:
    """A line for years and one for quarters, where a series has both: a year and its quarters do not follow each other."""
    lengths = list(dict.fromkeys(frequency(p) for p in line.periods))
    if len(lengths) < 2:
        yield line
        return
    for length in lengths:
        kept = [i for i, p in enumerate(line.periods) if frequency(p) == length]
        yield replace(
            line,
            name=f"{line.name}, {_LENGTHS.get(length, length)}",
            periods=tuple(line.periods[i] for i in kept),
            values=tuple(line.values[i] for i in kept),
            uncertain=tuple(line.uncertain[i] for i in kept) if line.uncertain else (),
            broken=tuple(line.broken[i] for i in kept) if line.broken else (),
        )


_LENGTHS = {"A": "yearly", "S": "half-yearly", "Q": "quarterly", "M": "monthly", "W": "weekly", "D": "daily"}


def _drawn(line: Line, values: Axis, time: _Time) -> Drawn:
    runs: list[list[Mark]] = [[]]
    before: int | None = None
    step, places = usual_step(line.periods), decimals_of(line.values)
    for i, (period, value) in enumerate(zip(line.periods, line.values, strict=True)):
        if value is None or not math.isfinite(value):
            before = None
            continue
        place = place_in_order(period)
        broken = bool(line.broken) and line.broken[i]
        if before is None or place - before > step or broken:
            runs.append([])
        before = place
        hollow = bool(line.uncertain) and line.uncertain[i]
        told = f"{line.name}, {in_words(period)}: {figure(value, places)}"
        runs[-1].append(Mark(time.at(middle(period)), values.at(value), hollow, told, period, value))
    runs = [run for run in runs if run]
    points = tuple(" ".join(f"{m.x:.1f},{m.y:.1f}" for m in run) for run in runs if len(run) > 1)
    return Drawn(line.role, points, tuple(_shown(runs)), None)


def _shown(runs: Sequence[Sequence[Mark]]) -> Iterator[Mark]:
    """All marks where there is room; else those that stand alone, end the line, or are uncertain."""
    every = [mark for run in runs for mark in run]
    if len(every) < 2:
        yield from every
        return
    crowded = (every[-1].x - every[0].x) / (len(every) - 1) < _CLOSEST
    for run in runs:
        for mark in run:
            if not crowded or mark.hollow or len(run) == 1 or mark is every[-1]:
                yield mark


def _rows(text: str, size: Size, width: float) -> tuple[str, ...]:
    return tuple(wrap(text, max(8, int(width / (size.letter * 0.56)))))


def _name_rows(line: Line, size: Size) -> tuple[str, ...]:
    """The name in rows short enough to leave room for the plot, and the last value."""
    last = next((v for v in reversed(line.values) if v is not None and math.isfinite(v)), None)
    if last is None:
        return ()
    rows = wrap(line.name, 20 if size.name == "wide" else 12)
    rows = rows if len(rows) <= 3 else [*rows[:2], rows[2][:11] + "…"]
    return (*rows, short(last))


def _across(lines: Sequence[Line], time: _Time, size: Size) -> Iterator[Tick]:
    periods = [p for line in lines for p, v in zip(line.periods, line.values, strict=True) if v is not None]
    longest = 5 if by_years(periods) else 10
    most = max(2, int((time.right - time.left) / (longest * size.letter * 0.62)))
    for day, label in marks(periods, most):
        yield Tick(time.at(day), label)
