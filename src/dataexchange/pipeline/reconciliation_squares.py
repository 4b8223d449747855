"""Least squares: several totals met at once, each value moved as little as its own uncertainty allows.

y* = y - V A' (A V A')^-1 (A y - b): of all y* with A y* = b the one with the least sum of (y* - y)^2 / v. A value without error
(v = 0) stays, so zeros stay zero where V comes from coefficients of variation. Source: Stone, Champernowne and Meade 1942; Byron 1978.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dataexchange.errors import Conflict
from dataexchange.model.sentence import Value, say

Floats = npt.NDArray[np.float64]

#: Width of a 95 % confidence interval in standard errors.
_WIDTH = 3.92

#: Of the largest total: what floating-point numbers may leave over.
_EXACT = 1e-9


def variances(values: Floats, lower: Floats, upper: Floats, cv: float) -> Floats:
    """Of n values: ((UPPER - LOWER) / 3.92)^2 where both bounds are there (NaN: not), else (cv/100 * y)^2, `cv` in percent.

    >>> variances(np.array([100.0, 50.0]), np.array([60.8, np.nan]), np.array([139.2, np.nan]), 10).round(6).tolist()
    [400.0, 25.0]
    """
    errors = (upper - lower) / _WIDTH
    return np.where(np.isfinite(errors), errors, cv / 100 * values) ** 2


def least_squares(
    values: Floats, spread: Floats, constraints: Floats, totals: Floats, names: Sequence[Value] = ()
) -> Floats:
    """n values with variances `spread` that fulfil `constraints` (m x n) @ y* = `totals` (m) afterwards.

    Constraints may follow from each other, as margins of a table do. Raises Conflict, which names one by `names`, where they cannot
    all be met: they contradict each other, or everything that a total is made of is without error.

    >>> least_squares(np.array([40.0, 60.0]), np.array([1.0, 3.0]), np.array([[1.0, 1.0]]), np.array([108.0])).tolist()
    [42.0, 66.0]
    """
    found = values.astype(np.float64)
    carried = constraints * spread
    gram = carried @ constraints.T
    # The second round takes away what rounding left over in the first.
    for _ in range(2):
        off = constraints @ found - totals
        found = found - carried.T @ np.linalg.lstsq(gram, off, rcond=1e-12)[0]
    left = np.abs(constraints @ found - totals)
    worst = int(left.argmax())
    if left[worst] > _EXACT * max(1.0, float(np.abs(totals).max()), float(np.abs(values).max())):
        raise Conflict(
            say(
                "the totals cannot all be met: {total} is missed by {off}, because another total contradicts it or the values that "
                "make it are without error",
                total=names[worst] if names else str(worst + 1),
                off=round(float(left[worst]), 6),
            )
        )
    return found
