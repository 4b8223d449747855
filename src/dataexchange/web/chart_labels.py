"""The names of lines beside their ends: right after the last mark where that covers nothing, else in the margin with a leader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dataexchange.web.chart_words import Drawn, EndLabel, Size

#: Between a mark and its name, and between two names.
_NEAR, _BETWEEN = 9.0, 4.0

#: A line that ends this far before the others may have its name where it ends.
_EARLY = 12.0

#: A leader is drawn where the name had to be moved by more than this.
_FAR = 9.0

#: A line is looked at every so often when asking whether a name would cover it.
_EVERY = 4.0


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def labelled(
    drawn: Sequence[Drawn], named: Sequence[tuple[str, ...]], frame: tuple[float, float, float], size: Size
) -> tuple[Drawn, ...]:
    """`named` are the rows of each label; `frame` is top, right, bottom of the plot."""
    covered = [point for one in drawn for point in _along(one)]
    placed: dict[int, EndLabel] = {}
    taken: list[_Box] = []
    waiting: list[int] = []
    for i, one in enumerate(drawn):
        if not one.marks or not named[i]:
            continue
        box = next((b for b in _places(one, named[i], frame, size) if _clear(b, covered, taken)), None)
        if box is None:
            waiting.append(i)
        else:
            placed[i] = EndLabel(box.left + 2, box.top + size.letter, named[i])
            taken.append(box)
    placed |= _in_margin(drawn, named, waiting, taken, frame, size)
    return tuple(replace(one, label=placed.get(i)) for i, one in enumerate(drawn))


def _places(one: Drawn, rows: tuple[str, ...], frame: tuple[float, float, float], size: Size) -> Iterator[_Box]:
    """Where the name of a line that ends early may stand: right of its end, below, above."""
    top, right, bottom = frame
    end, height = one.marks[-1], (size.letter + 2) * len(rows)
    if end.x >= right - _EARLY:
        return
    width = max(map(size.wide_as, rows)) + 2
    for left, up in ((end.x + _NEAR - 2, -height / 2), (end.x - 2, _NEAR), (end.x - 2, -height - _NEAR)):
        box = _Box(left, end.y + up, left + width, end.y + up + height)
        if box.right <= size.width and box.top >= top - size.letter and box.bottom <= bottom - 2:
            yield box


def _clear(box: _Box, covered: Sequence[tuple[float, float]], taken: Sequence[_Box]) -> bool:
    return not any(box.holds(*point) for point in covered) and not any(box.meets(other) for other in taken)


def _in_margin(
    drawn: Sequence[Drawn],
    named: Sequence[tuple[str, ...]],
    waiting: Sequence[int],
    taken: Sequence[_Box],
    frame: tuple[float, float, float],
    size: Size,
) -> dict[int, EndLabel]:
    """One below the other, in the order of the ends, moved apart as far as needed and no lower than the plot."""
    top, right, bottom = frame
    line_height, x = size.letter + 2, right + _NEAR
    beside = sorted((box for box in taken if box.right > x), key=lambda box: box.top)
    order = sorted(waiting, key=lambda i: drawn[i].marks[-1].y)
    tops: dict[int, float] = {}
    free = top - line_height
    for i in order:
        height = line_height * len(named[i])
        at = max(free, drawn[i].marks[-1].y - height / 2)
        for box in beside:
            if at < box.bottom + _BETWEEN and at + height > box.top - _BETWEEN:
                at = box.bottom + _BETWEEN
        tops[i], free = at, at + height + _BETWEEN
    limit = bottom + line_height
    for i in reversed(order):
        height = line_height * len(named[i])
        tops[i] = min(tops[i], limit - height)
        for box in reversed(beside):
            if tops[i] < box.bottom and tops[i] + height > box.top and tops[i] + height > bottom:
                tops[i] = box.top - height - _BETWEEN
        limit = tops[i] - _BETWEEN
    found = {}
    for i, at in tops.items():
        end = drawn[i].marks[-1]
        centre = at + line_height * len(named[i]) / 2
        far = abs(centre - end.y) > _FAR or x - end.x > 2 * _NEAR + _EARLY
        leader = (end.x + 6, end.y, x - 3, centre) if far else None
        found[i] = EndLabel(x, at + size.letter, named[i], leader)
    return found


def _along(one: Drawn) -> list[tuple[float, float]]:
    """Points all along a line, its marks included."""
    found = [(mark.x, mark.y) for mark in one.marks]
    for run in one.runs:
        corners = [tuple(map(float, corner.split(","))) for corner in run.split()]
        for (x1, y1), (x2, y2) in pairwise(corners):
            steps = max(1, int(max(abs(x2 - x1), abs(y2 - y1)) / _EVERY))
            found += [(x1 + (x2 - x1) * n / steps, y1 + (y2 - y1) * n / steps) for n in range(steps + 1)]
    return found
