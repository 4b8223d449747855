"""Pro-rata: every part times the same factor, so that shares stay as they were.

Counts: y* = y Y / sum y. Ratios: y* = y W Y / sum(w y), the weighted sum meeting the nation's (W Y); W is the sum of the parts' weights
where no other is given, which makes Y their weighted mean.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dataexchange.errors import Conflict
from dataexchange.model.sentence import say

Floats = npt.NDArray[np.float64]


def pro_rata(values: Floats, total: float) -> Floats:
    """Counts of n parts, none below 0, that make the total afterwards. Raises Conflict where all are 0 and the total is not.

    >>> pro_rata(np.array([30.0, 0.0, 50.0]), 100.0).tolist()
    [37.5, 0.0, 62.5]
    """
    return _scaled(values, values, total)


def weighted(values: Floats, weights: Floats, whole: float, whole_weight: float | None = None) -> Floats:
    """Ratios of n parts whose mean, weighted with `weights`, is `whole` afterwards.

    >>> weighted(np.array([10.0, 20.0]), np.array([3.0, 1.0]), 10.0).tolist()
    [8.0, 16.0]
    """
    weight = float(weights.sum()) if whole_weight is None else whole_weight
    return _scaled(values, values * weights, whole * weight)


def _scaled(values: Floats, summed: Floats, total: float) -> Floats:
    if (values < 0).any() or total < 0:
        raise Conflict(say("a value is below 0, and shares of a total cannot be"))
    there = float(summed.sum())
    if there == 0:
        if total == 0:
            return values.copy()
        raise Conflict(
            say("all parts are 0, and the nation has {total}: there are no shares to divide it by", total=total)
        )
    return values * (total / there)
