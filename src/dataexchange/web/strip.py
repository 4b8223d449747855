"""The spread inside a city: every district a dot on one axis, the city's own value and the nation's as lines across."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from dataexchange.web.axis import Axis, axis
from dataexchange.web.chart_words import Size, Tick
from dataexchange.web.figures import alike, decimals_of, figure, magnitude, short

#: How high a pile of dots may get.
_TALLEST = 240.0


@dataclass(frozen=True, slots=True)
class District:
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    told: str
    value: float
    #: "lowest", "highest" or "".
    mark: str


@dataclass(frozen=True, slots=True)
class Across:
    """A value that the dots are read against. `row` 0 is the upper label."""

    x: float
    role: str
    label: str
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Note:
    """The name of an outermost district, under the axis."""

    x: float
    rows: tuple[str, ...]
    anchor: str


@dataclass(frozen=True, slots=True)
class Strip:
    size: Size
    height: float
    radius: float
    #: Left, top, right, bottom of where dots stand; the axis is at the bottom.
    frame: tuple[float, float, float, float]
    values: Axis
    ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    across: tuple[Across, ...]
    notes: tuple[Note, ...]
    unit: str


def strip(districts: Sequence[District], beside: Sequence[tuple[str, str, float]], unit: str, size: Size) -> Strip:
    """`beside` are (role, name, value) of the city and the nation. At least one district."""
    known = sorted((d for d in districts if math.isfinite(d.value)), key=lambda d: (d.value, d.name))
    values = [d.value for d in known] + [value for _, _, value in beside]
    left, right = 14.0, size.width - 14.0
    across_axis = axis(values, left, right, most=8 if size.name == "wide" else 6, zero=False)
    factor, word = magnitude(max(map(abs, values), default=0.0))
    places = decimals_of([d.value for d in known])
    radius = 5.0 if len(known) <= 150 else 3.0
    stacks = _stacked(known, across_axis, radius)
    highest = max((n for _, n in stacks), default=0)
    # Thousands of areas with nearly one value overlap rather than make a tower of the drawing.
    step = min(2 * radius, _TALLEST / max(1, highest))
    row = size.letter + 6
    top = 8.0 + row * len(beside)
    bottom = top + highest * step + 3 * radius + 4
    dots = tuple(
        Dot(x, bottom - radius - 3 - n * step, f"{d.name}: {figure(d.value, places)}", d.value, _mark(d, known))
        for d, (x, n) in zip(known, stacks, strict=True)
    )
    labels = alike([tick / factor for tick in across_axis.ticks])
    notes = _notes(known, (left, right), size)
    ticks = tuple(Tick(across_axis.at(t), label) for t, label in zip(across_axis.ticks, labels, strict=True))
    return Strip(
        size=size,
        height=bottom + row + 4 + (size.letter + 4) * max((len(note.rows) + 0.5 for note in notes), default=0.5),
        radius=radius - 0.5,
        frame=(left, top, right, bottom),
        values=across_axis,
        ticks=ticks,
        dots=dots,
        across=tuple(_across(i, *one, across_axis, size, row) for i, one in enumerate(beside)),
        notes=notes,
        unit=f"{unit}, {word}" if word else unit,
    )


def _stacked(known: Sequence[District], values: Axis, radius: float) -> list[tuple[float, int]]:
    """(place, how many dots lie below it). Dots that would touch are piled up; none is moved sideways."""
    found: list[tuple[float, int]] = []
    levels: list[float] = []
    for district in known:
        x = values.at(district.value)
        level = next((i for i, last in enumerate(levels) if x - last >= 2 * radius), len(levels))
        levels[level : level + 1] = [x]
        found.append((x, level))
    return found


def _mark(district: District, known: Sequence[District]) -> str:
    if _level(known):
        return ""
    return "lowest" if district is known[0] else "highest" if district is known[-1] else ""


def _across(row: int, role: str, name: str, value: float, values: Axis, size: Size, height: float) -> Across:
    """The label stands on the side where there is room."""
    x, label = values.at(value), f"{name} {short(value)}"
    room = size.width - x - 6 >= size.wide_as(label)
    anchor, at = ("start", x + 5) if room else ("end", x - 5)
    if not room and x - 6 < size.wide_as(label):
        anchor, at = "middle", size.width / 2
    return Across(x, role, label, at, 8 + height * row + size.letter - 2, anchor)


def _notes(known: Sequence[District], ends: tuple[float, float], size: Size) -> tuple[Note, ...]:
    """Each has half the width for its name."""
    if _level(known):
        return ()
    low, high = known[0], known[-1]
    half = max(10, int((ends[1] - ends[0]) / 2 / size.wide_as("n")) - 1)
    return (
        Note(ends[0], ("Lowest", *wrap(low.name, half)[:2], short(low.value)), "start"),
        Note(ends[1], ("Highest", *wrap(high.name, half)[:2], short(high.value)), "end"),
    )


def _level(known: Sequence[District]) -> bool:
    """No district stands out where there is one, or all have the same value."""
    return len(known) < 2 or known[0].value == known[-1].value
