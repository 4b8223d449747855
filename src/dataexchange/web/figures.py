"""Figures as readers expect them: thousands set apart, a true minus sign, no more digits than the data have."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

#: Digits of figures that nobody rounded (82.2946637648): enough to see a difference.
_SIGNIFICANT = 4
_MOST_DECIMALS = 4

_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def decimals_of(values: Iterable[float | None]) -> int:
    """Decimals that all these figures can be written with: those they have, or, where nobody rounded them, a sensible number.

    >>> decimals_of([11.7, 12.05]), decimals_of([82.2946637648]), decimals_of([1234.0, None])
    (2, 2, 0)
    """
    known = [v for v in values if v is not None and math.isfinite(v)]
    for places in range(_MOST_DECIMALS + 1):
        if all(abs(v - round(v, places)) <= 1e-9 * max(abs(v), 1e-300) for v in known):
            return places
    largest = max((abs(v) for v in known), default=1.0)
    return max(0, _SIGNIFICANT - 1 - math.floor(math.log10(largest))) if largest > 0 else 0


def figure(value: float | None, decimals: int | None = None) -> str:
    """`1,234.50`; "" where there is no value. Without `decimals`, as many as it has.

    >>> figure(1234.5, 2), figure(-0.4), figure(2.5e-9), figure(3e18)
    ('1,234.50', '−0.4', '2.5 × 10⁻⁹', '3 × 10¹⁸')
    """
    if value is None or not math.isfinite(value):
        return ""
    if value and not 1e-6 <= abs(value) < 1e15:
        return _in_powers(value)
    places = decimals_of([value]) if decimals is None else decimals
    if value == 0 and places > _MOST_DECIMALS:
        return "0"
    text = f"{value:,.{places}f}"
    # What rounds to zero has no sign.
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def short(value: float) -> str:
    """For sentences and labels, where the magnitude matters: `1.2 million`, `12,300`, `9.4`.

    >>> short(1234567), short(-2e9), short(8.3)
    ('1.2 million', '−2 billion', '8.3')
    """
    for size, word in _LARGE:
        if size <= abs(value) < 1e15:
            return f"{figure(float(f'{value / size:.2g}') if abs(value) < 100 * size else round(value / size))} {word}"
    return figure(float(f"{value:.{_SIGNIFICANT}g}"))


def magnitude(largest: float) -> tuple[float, str]:
    """What an axis counts in, so that its figures stay short: (1e6, "million") for values of some millions."""
    return next(((size, word) for size, word in _LARGE if size <= abs(largest) < 1e15), (1.0, ""))


def alike(values: Sequence[float]) -> tuple[str, ...]:
    """The values with the same number of decimals each, as on an axis."""
    places = decimals_of(values)
    return tuple(figure(value, places) for value in values)


def _in_powers(value: float) -> str:
    digits, _, power = f"{value:.{_SIGNIFICANT - 1}e}".partition("e")
    shown = f"{float(digits):g}".replace("-", "−")
    return f"{shown} × 10{str(int(power)).translate(_RAISED)}"
