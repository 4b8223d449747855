"""Percentages shifted alike on the logit scale: all of them stay between 0 and 100, and their order stays as it was.

y* = 100 / (1 + exp(-(logit(y/100) + d))), where d is the one number for which sum(w y*) = W Y. A factor could push 95 % beyond 100;
this cannot. 0 and 100 stay: their logit is infinite. Source: raking of small-area proportions to a design-based total, as in
SAE4SDG of the UN Statistics Division.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dataexchange.errors import Conflict
from dataexchange.model.sentence import say

Floats = npt.NDArray[np.float64]

#: Newton's steps, each kept inside a bracket that bisection halves; some ten are enough.
_STEPS = 200


def logit_raked(values: Floats, weights: Floats, whole: float, whole_weight: float | None = None) -> Floats:
    """Percentages of n parts whose mean, weighted with `weights`, is `whole` percent afterwards.

    Raises Conflict where no shift reaches it: 100 % nationally while a part that may not move is at 0.

    >>> logit_raked(np.array([20.0, 80.0]), np.array([1.0, 1.0]), 50.0).tolist()
    [20.0, 80.0]
    """
    if ((values < 0) | (values > 100)).any() or not 0 <= whole <= 100:
        raise Conflict(say("a value is no percentage: it is below 0 or above 100"))
    weight = float(weights.sum()) if whole_weight is None else whole_weight
    moving = (values > 0) & (values < 100) & (weights > 0)
    fixed = float((weights * values)[~moving].sum())
    least, most = fixed, fixed + 100 * float(weights[moving].sum())
    wanted = whole * weight
    if not moving.any() and np.isclose(wanted, fixed, rtol=1e-12, atol=0):
        return values.copy()
    if not least < wanted < most:
        raise Conflict(
            say(
                "parts at 0 or 100 % stay where they are, so the weighted mean lies between {least} and {most} %, and the nation has "
                "{whole} %",
                least=round(least / weight, 6),
                most=round(most / weight, 6),
                whole=whole,
            )
        )
    found = values.copy()
    found[moving] = _shifted(values[moving], weights[moving], wanted - fixed)
    return found


def _shifted(values: Floats, weights: Floats, wanted: float) -> Floats:
    """All within (0, 100): shifted by the d that makes their weighted sum what is wanted, which rises with d."""
    scale = np.log(values) - np.log(100 - values)
    low, high = -800.0 - scale.max(), 800.0 - scale.min()
    d = 0.0
    for _ in range(_STEPS):
        found = _logistic(scale + d)
        off = float(weights @ found) - wanted
        if abs(off) <= 1e-15 * wanted:
            break
        low, high = (low, d) if off > 0 else (d, high)
        slope = float(weights @ (found * (100 - found))) / 100
        step = d - off / slope if slope > 0 else np.nan
        following = step if low < step < high else (low + high) / 2
        if following == d:
            break
        d = following
    return _logistic(scale + d)


def _logistic(scale: Floats) -> Floats:
    """Without overflow on either side."""
    shrunk = np.exp(-np.abs(scale))
    return np.asarray(np.where(scale >= 0, 100 / (1 + shrunk), 100 * shrunk / (1 + shrunk)))
