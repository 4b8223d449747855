"""The measures of inequality as formulas over arrays: values, shares and standard errors in, estimates out.

y_j are the groups' values, p_j their shares (they sum to 1), mu = sum p_j y_j; without shares mu is the published average. Source of
the formulas: Schlotheuber & Hosseinpoor 2022, as the WHO's Health Equity Assessment Toolkit (HEAT) has them; in own code.

Standard errors, where those of all groups (se_j, taken to be independent) are known:

- D, R, ACI, PAR: exact to first order; R and RII have their interval on the log scale.
- BGV, BGSD: the second-order formula of HEAT, which is not zero where all groups are alike.
- COV, TI, MLD, RCI, PAF, SII, RII: delta method with the gradients below.
- the means of absolute distances (MDM, MDB, IDIS) have no gradient where a group meets the average: the standard deviation over
  `DRAWS` draws y + se * z with a fixed seed, so that the same data always have the same interval (fewer above 200 groups).

Intervals are estimate +- 1.96 se, cut at 0 for what cannot be negative.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z = 1.96
DRAWS = 2000
#: Of very many groups fewer draws do: so many numbers at most, and at least the smaller number of draws.
_MOST_NUMBERS = 400_000
_FEWEST_DRAWS = 200
_SEED = 20260101
#: What stands for a value of zero in logarithms (HEAT).
_TINY = 1e-6

#: What cannot be negative.
_FROM_ZERO = frozenset(("BGV", "BGSD", "COV", "MDMU", "MDMW", "MDBU", "MDBW", "IDISU", "IDISW", "TI", "MLD"))


@dataclass(frozen=True, slots=True)
class Values:
    """What the formulas need. `se` is NaN where it is not known. `p` None: shares are not known; then `mu` is the published
    average, or None. `high` and `low` are the places of the groups that D and R compare, `best` of the one that others are
    measured against (None: not known which is the good end)."""

    y: Floats
    se: Floats
    p: Floats | None
    mu: float | None
    high: int
    low: int
    best: int | None

    @property
    def errors(self) -> Floats | None:
        """The standard errors, where they are known of every group."""
        return None if np.isnan(self.se).any() else self.se


@dataclass(frozen=True, slots=True)
class Estimate:
    value: float
    se: float | None = None
    low: float | None = None
    high: float | None = None


def difference(of: Values) -> Estimate:
    """D = y_high - y_low."""
    return _linear("D", of, float(of.y[of.high] - of.y[of.low]), _unit(of, of.high) - _unit(of, of.low))


def ratio(of: Values) -> Estimate:
    """R = y_high / y_low, both above zero."""
    one, other = float(of.y[of.high]), float(of.y[of.low])
    gradient = _unit(of, of.high) / one - _unit(of, of.low) / other
    return on_log_scale(one / other, _spread(of, gradient))


def variance(of: Values) -> Estimate:
    """BGV = sum p (y - mu)^2.

    >>> fifths = Values(np.array([1.0, 3.0]), np.array([0.0, 0.0]), np.array([0.5, 0.5]), 2.0, 1, 0, None)
    >>> variance(fifths).value
    1.0
    """
    p, y, mu = _weighted(of)
    return _estimate("BGV", float((p * (y - mu) ** 2).sum()), _variance_se(of))


def deviation(of: Values) -> Estimate:
    """BGSD = sqrt(BGV); its error is that of BGV over 2 BGSD."""
    value, se = math.sqrt(variance(of).value), _variance_se(of)
    return _estimate("BGSD", value, se / (2 * value) if se is not None and value > 0 else None)


def variation(of: Values) -> Estimate:
    """COV = 100 BGSD / mu."""
    p, y, mu = _weighted(of)
    sd = math.sqrt(float((p * (y - mu) ** 2).sum()))
    if sd == 0:
        return Estimate(0.0)
    return _linear("COV", of, 100 * sd / mu, 100 * (p * (y - mu) / (sd * mu) - sd * p / mu**2))


def theil(of: Values) -> Estimate:
    """TI = 1000 sum p r ln r, r = y / mu."""
    p, r, mu = _relative(of)
    value = float((p * r * np.log(r)).sum())
    return _linear("TI", of, 1000 * value, 1000 * p / mu * (np.log(r) - value))


def log_deviation(of: Values) -> Estimate:
    """MLD = 1000 sum p (-ln r)."""
    p, r, mu = _relative(of)
    return _linear("MLD", of, 1000 * float((p * -np.log(r)).sum()), 1000 * p / mu * (1 - 1 / r))


def concentration(of: Values) -> Estimate:
    """ACI = sum p (2 X - 1) y, groups from the least to the most advantaged, X the middle of each on the scale from 0 to 1."""
    p, y, _ = _weighted(of)
    lean = p * (2 * ranks(p) - 1)
    return _linear("ACI", of, float((lean * y).sum()), lean)


def relative_concentration(of: Values) -> Estimate:
    """RCI = 100 ACI / mu."""
    p, y, mu = _weighted(of)
    lean = p * (2 * ranks(p) - 1)
    index = float((lean * y).sum())
    return _linear("RCI", of, 100 * index / mu, 100 * (lean / mu - index * p / mu**2))


def attributable(of: Values) -> Estimate:
    """PAR = y_best - mu."""
    best, mu = _best(of), _average(of)
    return _linear("PAR", of, float(of.y[best]) - mu, _unit(of, best) - _in_average(of))


def attributable_fraction(of: Values) -> Estimate:
    """PAF = 100 PAR / mu."""
    best, mu = _best(of), _average(of)
    value = float(of.y[best])
    return _linear("PAF", of, 100 * (value - mu) / mu, 100 * (_unit(of, best) / mu - value * _in_average(of) / mu**2))


def from_average(of: Values, weighted: bool, relative: bool) -> Estimate:
    """MDMU, MDMW: mean of abs(y - mu) over groups, over people; IDISU, IDISW: the same in % of mu."""

    def formula(y: Floats) -> Floats:
        mu = np.float64(_average(of)) if of.p is None else (y * of.p).sum(axis=-1, keepdims=True)
        distance = np.abs(y - mu) / (mu / 100 if relative else 1.0)
        return _mean(distance, of.p if weighted else None)

    return _simulated(("IDIS" if relative else "MDM") + ("W" if weighted else "U"), of, formula)


def from_best(of: Values, weighted: bool) -> Estimate:
    """MDBU, MDBW: mean distance from the best group. Which one that is stays as it was observed."""
    best = _best(of)

    def formula(y: Floats) -> Floats:
        return _mean(np.abs(y - y[..., best : best + 1]), of.p if weighted else None)

    return _simulated("MDBW" if weighted else "MDBU", of, formula)


def ranks(p: Floats) -> Floats:
    """The middle of each group on the scale of all people, X_j = cum p - p_j / 2."""
    return np.cumsum(p) - p / 2


def on_log_scale(value: float, log_se: float | None) -> Estimate:
    """A ratio with its interval: value * exp(+- 1.96 se)."""
    if log_se is None:
        return Estimate(value)
    return Estimate(value, value * log_se, value * math.exp(-Z * log_se), value * math.exp(Z * log_se))


def chance(of: Values) -> tuple[float, float] | None:
    """(variance between the groups as observed, what errors alone would make of it): the mean of se^2, by shares where they are
    known, else each group once. None where errors are not known."""
    se = of.errors
    if se is None:
        return None
    p = np.full(len(of.y), 1 / len(of.y)) if of.p is None else of.p
    mean = float((p * of.y).sum())
    return float((p * (of.y - mean) ** 2).sum()), float((p * se**2).sum())


def _variance_se(of: Values) -> float | None:
    if of.errors is None:
        return None
    p, y, mu = _weighted(of)
    v = of.se**2
    first = 4 * (p**2 * v * (y - mu) ** 2).sum()
    second = (p**2 * v).sum() ** 2 - (p**4 * v**2).sum() + (p**2 * (1 - p) ** 2 * v**2).sum()
    return math.sqrt(float(first + 2 * second))


def _simulated(id: str, of: Values, formula: Callable[[Floats], Floats]) -> Estimate:
    value = float(formula(of.y))
    if of.errors is None:
        return Estimate(value)
    return _estimate(id, value, float(np.std(formula(of.y + of.se * _noise(len(of.y))), ddof=1)))


@lru_cache(maxsize=16)
def _noise(groups: int) -> Floats:
    """Standard normal numbers, (draws, groups); the same for all measures, and whenever they are asked for."""
    draws = max(_FEWEST_DRAWS, min(DRAWS, _MOST_NUMBERS // groups))
    found = np.random.default_rng(_SEED).standard_normal((draws, groups))
    found.setflags(write=False)
    return found


def _linear(id: str, of: Values, value: float, gradient: Floats) -> Estimate:
    return _estimate(id, value, _spread(of, gradient))


def _spread(of: Values, gradient: Floats) -> float | None:
    """sqrt(sum g^2 se^2) over the groups that matter; None where the error of one of them is not known."""
    return spread(gradient, of.se)


def spread(gradient: Floats, se: Floats) -> float | None:
    """None also where no group matters: to first order the errors of groups that are all alike say nothing of their Theil index."""
    matter = gradient != 0
    known = se[matter]
    return (
        None if not len(known) or np.isnan(known).any() else math.sqrt(float(((gradient[matter] * known) ** 2).sum()))
    )


def _estimate(id: str, value: float, se: float | None) -> Estimate:
    if se is None:
        return Estimate(value)
    low = value - Z * se
    return Estimate(value, se, max(0.0, low) if id in _FROM_ZERO else low, value + Z * se)


def _weighted(of: Values) -> tuple[Floats, Floats, float]:
    assert of.p is not None
    return of.p, of.y, float((of.p * of.y).sum())


def _relative(of: Values) -> tuple[Floats, Floats, float]:
    p, y, mu = _weighted(of)
    return p, np.where(y == 0, _TINY, y) / mu, mu


def _average(of: Values) -> float:
    if of.p is not None:
        return float((of.p * of.y).sum())
    assert of.mu is not None
    return of.mu


def _in_average(of: Values) -> Floats:
    """How the average moves with each value: not at all where it was published on its own."""
    return np.zeros(len(of.y)) if of.p is None else of.p


def _best(of: Values) -> int:
    assert of.best is not None
    return of.best


def _unit(of: Values, place: int) -> Floats:
    found = np.zeros(len(of.y))
    found[place] = 1.0
    return found


def _mean(distance: Floats, p: Floats | None) -> Floats:
    found: Floats = distance.mean(axis=-1) if p is None else (distance * p).sum(axis=-1)
    return found
