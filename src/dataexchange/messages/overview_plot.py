"""Local against national values as a drawing in SVG: a dot a series, a line where both are the same, what is inconsistent marked and named.
What differs and is explained has an open mark of the same form.

Both axes are logarithmic and have one scale, so that values of all units stand together and the same ratio is the same distance
everywhere. Values of zero and below have no logarithm: they stand on a line of their own at the edge.

The same drawing goes into files and into pages; a page styles it, a file brings its own style for light and dark screens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from dataexchange.messages.overview_words import values_of
from dataexchange.model.overview import NAMED, Dot, Overview
from dataexchange.model.sentence import ENGLISH, Language, Sentence, say, says

#: Outliers that are named in the drawing, where there is room, and those that are marked; the table has more.
_NAMED, _MARKED = 12, 500
#: So many lead to their series: whoever goes by keyboard passes all of them.
_LINKED = 50
#: Dots closer than this many pixels are one.
_GRID = 2.0
_LONGEST = 34
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_STYLE = """
svg{--paper:#fff;--ink:#17212b;--soft:#4f5d6b;--line:#d3dae0;--dot:#0b5788;--error:#9d2219;background:var(--paper);font-family:system-ui,sans-serif}
@media(prefers-color-scheme:dark){svg{--paper:#11171d;--ink:#e4e9ee;--soft:#a7b3bf;--line:#323d48;--dot:#8cc7ee;--error:#ff9d93}}
text{fill:var(--ink)}.scale text{fill:var(--soft)}.grid line{stroke:var(--line)}.same{stroke:var(--soft);stroke-dasharray:6 4}
.near{fill:var(--dot);fill-opacity:.55}.near.part{fill:none;stroke:var(--dot);stroke-opacity:.7}
.outlier{fill:var(--error);stroke:var(--paper)}.explained{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}.name{fill:var(--error);font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:3px}
"""


@dataclass(frozen=True, slots=True)
class Format:
    """Pixels at the width that it is made for; text has `letter` of them."""

    name: str
    width: int
    height: int
    letter: int


WIDE = Format("wide", 760, 600, 14)
NARROW = Format("narrow", 340, 360, 12)


def as_svg(
    found: Overview,
    language: Language = ENGLISH,
    form: Format = WIDE,
    *,
    link: Callable[[Dot], str] | None = None,
    in_page: bool = False,
) -> str:
    """`link` gives the address of a series; `in_page`: without a style of its own."""
    frame = _Frame.around(found.dots, form)
    title, desc = said(_TITLE, language), said(summary(found), language)
    name = f"plot-{form.name}"
    size = f'viewBox="0 0 {form.width} {form.height}"' + (
        "" if in_page else f' width="{form.width}" height="{form.height}"'
    )
    role = "group" if link else "img"  # an image has nothing in it that could be followed
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart plot {form.name}" {size} role="{role}" '
        f'aria-labelledby="{name}-title {name}-desc" font-size="{form.letter}">',
        f'<title id="{name}-title">{title}</title><desc id="{name}-desc">{desc}</desc>',
        "" if in_page else f"<style>{_STYLE.strip()}</style>",
        *_axes(frame, language),
        *_dots(found.dots, frame),
        *_explained(found, frame, language),
        *_outliers(found, frame, language, link),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


_TITLE = say("Local against national values, the latest that both have")


def summary(found: Overview) -> Sentence:
    """What the drawing shows, for those who do not see it."""
    if not found.dots:
        return say("No series has a national value beside it.")
    return says(
        "{n} series with a national value beside it, {odd} of them inconsistent: a table below names those, the farthest apart first.",
        "{n} series with national values beside them, {odd} of them inconsistent: a table below names those, the farthest apart first.",
        len(found.dots),
        odd=len(found.outliers),
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """Powers of ten from `low` to `high` on both axes; `zero`: whether there is a line for what is not above zero."""

    form: Format
    low: int
    high: int
    zero: bool
    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, dots: Sequence[Dot], form: Format) -> _Frame:
        values = [v for dot in dots for v in (dot.local, dot.national) if math.isfinite(v)]
        logs = [math.log10(v) for v in values if v > 0]
        low, high = math.floor(min(logs, default=0.0)), math.ceil(max(logs, default=2.0))
        left, top = form.letter * 4.4, form.letter * 2.2
        right, bottom = form.width - form.letter * 1.2, form.height - form.letter * 3.6
        zero = any(v <= 0 for v in values)
        return cls(form, low, max(high, low + 1), zero, left, top, right, bottom)

    def at(self, national: float, local: float) -> tuple[float, float]:
        return self.x(national), self.y(local)

    def x(self, value: float) -> float:
        return self.left + self._part(value) * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.bottom - self._part(value) * (self.bottom - self.top)

    def _part(self, value: float) -> float:
        """From 0 to 1. What is not above zero stands at 0, below the lowest power."""
        room = (0.07 if self.form.name == "wide" else 0.12) if self.zero else 0.0
        if value <= 0:
            return 0.0
        return room + (math.log10(value) - self.low) / (self.high - self.low) * (1 - room)

    @property
    def powers(self) -> range:
        most = 8 if self.form.name == "wide" else 5
        return range(self.low, self.high + 1, max(1, math.ceil((self.high - self.low + 1) / most)))


def _axes(frame: _Frame, language: Language) -> Iterator[str]:
    letter, ends = frame.form.letter, (frame.left, frame.top, frame.right, frame.bottom)
    left, top, right, bottom = ends
    places = [(_power(power, language), 10.0**power) for power in frame.powers]
    if frame.zero:
        places.insert(0, ("≤ 0", 0.0))
    yield '<g class="grid">'
    for _, value in places:
        x, y = frame.at(value, value)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>'
        yield f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    yield '</g><g class="scale" text-anchor="middle">'
    for label, value in places:
        yield f'<text x="{frame.x(value):.1f}" y="{bottom + letter * 1.4:.1f}">{label}</text>'
    yield f'<text x="{(left + right) / 2:.1f}" y="{bottom + letter * 3:.1f}">{said(say("National value"), language)}</text>'
    yield '</g><g class="scale" text-anchor="end">'
    for label, value in places:
        yield f'<text x="{left - 6:.1f}" y="{frame.y(value) + letter * 0.35:.1f}">{label}</text>'
    yield f'</g><g class="scale"><text x="0" y="{letter}">{said(say("Local value"), language)}</text></g>'
    low, high = frame.at(10.0**frame.low, 10.0**frame.low), frame.at(10.0**frame.high, 10.0**frame.high)
    yield f'<line class="same" x1="{low[0]:.1f}" y1="{low[1]:.1f}" x2="{high[0]:.1f}" y2="{high[1]:.1f}"/>'


def _power(power: int, language: Language) -> str:
    """`0.01`, `1,000`, `10⁶`."""
    if -3 <= power <= 5:
        return escape(language.number(10**power if power >= 0 else round(10.0**power, -power)))
    return f"10{str(power).translate(_RAISED)}"


def _dots(dots: Sequence[Dot], frame: _Frame) -> Iterator[str]:
    """What lies on one spot is drawn once: fifty thousand series are a few thousand dots."""
    spots: dict[tuple[int, int, bool], None] = {}
    for dot in dots:
        if dot.verdict not in NAMED and _is_drawn(dot):
            x, y = frame.at(dot.national, dot.local)
            spots[round(x / _GRID), round(y / _GRID), dot.mirror] = None
    yield "<g>"
    for x, y, mirror in spots:
        kind, radius = ("near", 2.5) if mirror else ("near part", 2)
        yield f'<circle class="{kind}" cx="{x * _GRID:g}" cy="{y * _GRID:g}" r="{radius}"/>'
    yield "</g>"


def _explained(found: Overview, frame: _Frame, language: Language) -> Iterator[str]:
    """The farthest apart last, so that they lie on top; what lies on one spot once, as among the dots."""
    spots: dict[tuple[int, int], tuple[float, float, Dot]] = {}
    for dot in (dot for dot in found.explained if _is_drawn(dot)):
        x, y = frame.at(dot.national, dot.local)
        spots.setdefault((round(x / _GRID), round(y / _GRID)), (x, y, dot))
    for place, (x, y, dot) in reversed(list(enumerate(spots.values()))):
        yield _mark("explained", x, y, _words(found, dot, language) if place < _MARKED else "")


def _outliers(found: Overview, frame: _Frame, language: Language, link: Callable[[Dot], str] | None) -> Iterator[str]:
    marked = [dot for dot in found.outliers if _is_drawn(dot)][:_MARKED]
    taken: list[tuple[float, float, float, float]] = []
    names = []
    for place, dot in enumerate(marked):
        x, y = frame.at(dot.national, dot.local)
        words = _words(found, dot, language)
        mark = _mark("outlier", x, y, words)
        yield f'<a href="{escape(link(dot))}" aria-label="{words}">{mark}</a>' if link and place < _LINKED else mark
        if place < _NAMED and (name := _name(found, dot, (x, y), frame, taken)):
            names.append(name)
    yield from names


def _is_drawn(dot: Dot) -> bool:
    return math.isfinite(dot.local) and math.isfinite(dot.national)


def _mark(kind: str, x: float, y: float, words: str) -> str:
    title = f"<title>{words}</title>" if words else ""
    return f'<path class="{kind}" d="M{x:.1f} {y - 5.5:.1f}l5.5 5.5l-5.5 5.5l-5.5 -5.5z">{title}</path>'


def _words(found: Overview, dot: Dot, language: Language) -> str:
    """`Bristol, Unemployment rate, 2019: 4.5 here, 5 nationally`"""
    names = f"{found.names.get(dot.area, dot.area)}, {found.names.get(dot.series, dot.series)}, {dot.period}: "
    return escape(names) + said(values_of(dot), language)


def _name(
    found: Overview, dot: Dot, at: tuple[float, float], frame: _Frame, taken: list[tuple[float, float, float, float]]
) -> str:
    """The names beside the mark, on the side with room; "" where others stand there already."""
    text = f"{found.names.get(dot.area, dot.area)}: {found.names.get(dot.series, dot.series)}"
    most = _LONGEST if frame.form.name == "wide" else 22
    text = text if len(text) <= most else text[: most - 1] + "…"
    letter, (x, y) = frame.form.letter * 0.9, at
    wide = len(text) * letter * 0.58
    for anchor, start in (("start", x + 9), ("end", x - 9 - wide)):
        box = (start, y - letter * 0.7, start + wide, y + letter * 0.6)
        if start < frame.left or box[2] > frame.right or any(_meet(box, other) for other in taken):
            continue
        taken.append(box)
        at_x = x + 9 if anchor == "start" else x - 9
        return (
            f'<text class="name" aria-hidden="true" x="{at_x:.1f}" y="{y + letter * 0.35:.1f}" text-anchor="{anchor}" '
            f'font-size="{letter:.1f}">{escape(text)}</text>'
        )
    return ""


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def said(sentence: Sentence, language: Language) -> str:
    return escape(sentence.said(language))
