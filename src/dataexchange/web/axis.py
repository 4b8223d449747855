"""An axis of values: round ticks around the data, and where a value stands between two ends."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

#: An axis starts at zero unless the data would be squeezed into less than this part of it.
_SQUEEZED = 0.25

#: A step is one of these times a power of ten.
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """`low` and `high` are the outermost ticks; `start` and `end` where they stand in the drawing."""

    low: float
    high: float
    ticks: tuple[float, ...]
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value stands.

        >>> Axis(0, 10, (0, 5, 10), 100, 20).at(2.5)
        80.0
        """
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def from_zero(self) -> bool:
        return self.low <= 0 <= self.high


def axis(values: Iterable[float], start: float, end: float, *, most: int = 6, zero: bool = True) -> Axis:
    """Round ticks, `most` at most, that hold all the values; 0 to 1 where there are none.

    With `zero` the axis takes in zero, so that lengths can be compared, unless that would hide how the values differ.

    >>> axis([9.1, 14.2], 0, 1).ticks, axis([99.2, 99.4], 0, 1).ticks
    ((0.0, 5.0, 10.0, 15.0), (99.2, 99.25, 99.3, 99.35, 99.4))
    """
    known = [v for v in values if math.isfinite(v)] or [0.0, 1.0]
    low, high = min(known), max(known)
    if zero and high - low >= _SQUEEZED * max(abs(low), abs(high)):
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        # A level line: room on both sides, as much as the value is large.
        room = abs(low) / 2 or 1.0
        low, high = low - room, high + room
        if (zero and low > 0) or (zero and high < 0):
            low, high = min(low, 0.0), max(high, 0.0)
    step = _step(low, high, most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(_clean(n * step, step) for n in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks, start, end)


def _step(low: float, high: float, most: int) -> float:
    """The smallest round step that needs no more than `most` ticks."""
    power = math.floor(math.log10((high - low) / most))
    for exponent in (power, power + 1, power + 2):
        for digit in _ROUND:
            step = digit * 10.0**exponent
            if math.ceil(high / step - 1e-9) - math.floor(low / step + 1e-9) + 1 <= most:
                return step
    return (high - low) / 2


def _clean(value: float, step: float) -> float:
    """Without the dust of binary fractions: 0.30000000000000004 is 0.3."""
    return round(value, max(0, 2 - math.floor(math.log10(step)))) + 0.0
