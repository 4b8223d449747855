"""What a chart of values over time is made of: lines in, marks with places out. Templates draw it (`chart.html`)."""

from __future__ import annotations

from dataclasses import dataclass

from dataexchange.web.axis import Axis


@dataclass(frozen=True, slots=True)
class Size:
    """A drawing in units that are pixels at the width it is made for; text has `letter` of them."""

    name: str
    width: int
    height: int
    letter: int

    def wide_as(self, text: str) -> float:
        """About how wide a text gets at most: bold letters are a little over half as wide as high."""
        return len(text) * self.letter * 0.66


#: Two drawings of the same chart, since letters that shrink with their picture cannot be read on a phone.
WIDE = Size("wide", 760, 340, 14)
NARROW = Size("narrow", 340, 300, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series as it is drawn. `role` is its look: "own", "nation" or "mirror". `periods` are `model.period` codes in order.

    `uncertain` marks values that are drawn hollow, `broken` those from which on a series is another one (OBS_STATUS B).
    """

    name: str
    role: str
    periods: tuple[int, ...]
    values: tuple[float | None, ...]
    uncertain: tuple[bool, ...] = ()
    broken: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """One value. `told` is what a pointer over it shows."""

    x: float
    y: float
    hollow: bool
    told: str
    period: int
    value: float


@dataclass(frozen=True, slots=True)
class EndLabel:
    """The name of a line beside its end: `rows` of text from `y` down; a leader from the last mark where that is far."""

    x: float
    y: float
    rows: tuple[str, ...]
    leader: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line in its places: `runs` are the stretches without a gap, as SVG points; `marks` every value that gets a mark."""

    role: str
    runs: tuple[str, ...]
    marks: tuple[Mark, ...]
    label: EndLabel | None


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    size: Size
    #: The plot: left, top, right, bottom.
    frame: tuple[float, float, float, float]
    values: Axis
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    unit: tuple[str, ...]
    lines: tuple[Drawn, ...]
