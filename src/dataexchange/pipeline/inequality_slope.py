"""SII and RII: a line through all groups on the scale from the least to the most advantaged person, read at its two ends.

Percentages are fitted with a logit (quasi-binomial, so that no end leaves 0 to 100), everything else with a straight line; each
group counts by its share. The shares are no sample sizes: the error of the ends comes from the standard errors of the groups, through
d beta = (X' W V X)^-1 X' W dy, and not from the residuals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataexchange.pipeline.inequality_formulas import Estimate, Floats, Z, on_log_scale, ranks, spread

_MOST_STEPS = 60
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True)
class Slope:
    """Fitted values at rank 0 and 1; how they move with each group's value, `moves` of shape (2, groups)."""

    bottom: float
    top: float
    moves: Floats

    def index(self, se: Floats) -> Estimate:
        """SII: the one less the other."""
        value = self.top - self.bottom
        error = spread(self.moves[1] - self.moves[0], se)
        return Estimate(value) if error is None else Estimate(value, error, value - Z * error, value + Z * error)

    def ratio(self, se: Floats) -> Estimate | None:
        """RII: the one over the other; None where an end is not above zero."""
        if self.bottom <= 0 or self.top <= 0:
            return None
        return on_log_scale(self.top / self.bottom, spread(self.moves[1] / self.top - self.moves[0] / self.bottom, se))


def slope(y: Floats, p: Floats, top: float | None) -> Slope | None:
    """`top`: the highest value that there can be, for a logit. None where no line can be found (groups of 0 beside groups of 100)."""
    x = np.column_stack((np.ones(len(y)), ranks(p)))
    if top is not None and (y >= 0).all() and (y <= top).all() and 0 < (p * y).sum() < top:
        return _logit(x, y / top, p, top)
    weighted = x * p[:, None]
    moves = np.linalg.solve(weighted.T @ x, weighted.T)
    ends = _ENDS @ moves
    return Slope(float(ends[0] @ y), float(ends[1] @ y), ends)


#: Intercept and slope -> the line at rank 0 and at rank 1.
_ENDS = np.array([[1.0, 0.0], [1.0, 1.0]])


def _logit(x: Floats, y: Floats, p: Floats, top: float) -> Slope | None:
    """Newton's method on the quasi-likelihood: two parameters, a handful of steps."""
    mean = float((p * y).sum())
    beta = np.array([np.log(mean / (1 - mean)), 0.0])
    for _ in range(_MOST_STEPS):
        fitted = 1 / (1 + np.exp(-np.clip(x @ beta, -500, 500)))
        curvature = (x * (p * fitted * (1 - fitted))[:, None]).T @ x
        if np.linalg.cond(curvature) > 1e12:
            return None
        step = np.linalg.solve(curvature, x.T @ (p * (y - fitted)))
        beta = beta + step
        if np.abs(step).max() < _CLOSE:
            break
    else:
        return None
    ends = 1 / (1 + np.exp(-(_ENDS @ beta)))
    moves = np.linalg.solve(curvature, (x * p[:, None]).T)
    return Slope(float(top * ends[0]), float(top * ends[1]), (ends * (1 - ends))[:, None] * (_ENDS @ moves))
