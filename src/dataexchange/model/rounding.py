"""What figures are rounded to, as far as they show it: the largest unit that divides all figures of a group.

0.1 for 12.5 and 3.0, 5 for counts of an office that rounds to fives, 1 for counts that are exact. A single figure tells little: 100 may be
exact. So a unit above 1 wants many figures: 1,000, 600 and 450 are no proof that anybody rounds to fifties, and with that unit 50 too many
would pass.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_COARSER = (5.0, 10.0, 50.0, 100.0, 1e3, 1e4, 1e5, 1e6)
_FINER = (0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)
_SAME = 1e-9
#: Of fewer figures than these all may end in 0 or 5 by chance (a fifth of all numbers do).
_MANY = 8
#: Figures that are looked at together.
_PORTION = 1 << 14


def rounded_to(values: Floats, group: Ints, n: int) -> Floats:
    """The unit of each of `n` groups, in the units that the `values` are written in; those that are 0 or no number say nothing."""
    values = np.abs(values)
    asked = (values > 0) & np.isfinite(values)
    values, group = (values, group) if asked.all() else (values[asked], group[asked])
    counts, unit = np.bincount(group, minlength=n), np.ones(n)
    whole = _fitting(values, group, counts > 0, 1.0)
    left = (counts > 0) & ~whole
    unit[left] = _FINER[-1]
    for size in _FINER:
        fits = _fitting(values, group, left, size)
        unit[fits], left = size, left & ~fits
    coarse = whole & (counts >= _MANY)
    for size in _COARSER:
        # Each is a multiple of the one before, so that what does not fit the one fits none of the next.
        coarse = _fitting(values, group, coarse, size)
        unit[coarse] = size
    return unit


def _fitting(values: Floats, group: Ints, asked: Flags, size: float) -> Flags:
    """Which of the groups that are asked about have only multiples of the size. The first figure that is none settles it for its group."""
    fits = asked.copy()
    for begun in range(0, len(values), _PORTION):
        if not fits.any():
            break
        part = slice(begun, begun + _PORTION)
        open_ = fits[group[part]]
        figures, its = values[part][open_], group[part][open_]
        # The largest numbers that there are have no decimals to look at.
        with np.errstate(over="ignore", invalid="ignore"):
            parts = figures / size
            off = np.abs(parts - np.rint(parts)) > _SAME * np.maximum(1.0, parts)
        fits[its[off]] = False
    return fits
