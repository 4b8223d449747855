"""Quarters and months benchmarked to years: the factor between the reconciled and the own value changes as smoothly as it can.

Minimises sum((x_t/z_t - x_{t-1}/z_{t-1})^2) while every year of x makes its total (Denton's proportional first differences in the form of
Cholette 1984, by `statsmodels.tsa.interp.denton.dentonm`). Where the factor of a year is applied to its quarters alone, it jumps every
January; this has no step. Periods after the last year with a total carry the last factor on, those before the first one the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dataexchange.errors import Conflict
from dataexchange.model.sentence import Sentence, say

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: FREQ -> how many periods make a year.
PER_YEAR: Mapping[str, int] = {"S": 2, "T": 3, "Q": 4, "M": 12}


@dataclass(frozen=True, slots=True)
class Benchmarked:
    """`values` are NaN where a period could not be benchmarked; `left` says why, by its place. `met` names for every period the year
    whose total its factor comes from: its own year, or the nearest one that has a total (0: none)."""

    values: Floats
    met: Ints
    left: Mapping[int, Sentence]


def benchmarked(places: Ints, values: Floats, per_year: int, totals: Mapping[int, float]) -> Benchmarked:
    """Of n periods at `places` (year * per_year + part, rising), their values, and the nation's total by year.

    Raises Conflict where no year is complete here and has a total there.

    >>> ones = benchmarked(np.arange(4 * 2019, 4 * 2020 + 2), np.ones(6), 4, {2019: 8.0})
    >>> ones.values.tolist()
    [2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    """
    years = places // per_year
    whole = _complete(years, values, per_year, totals)
    if not whole:
        raise Conflict(
            say(
                "no year has all {n} periods, each with a value above 0, and a national total beside them",
                n=per_year,
            )
        )
    found, met = np.full(len(values), np.nan), np.zeros(len(values), np.int64)
    for run in _runs(whole):
        inside = (years >= run[0]) & (years <= run[-1])
        found[inside] = _denton(values[inside], np.array([totals[year] for year in run]), per_year)
        met[inside] = years[inside]
    left: dict[int, Sentence] = {}
    for place in np.flatnonzero(met == 0).tolist():
        year = int(years[place])
        if (reason := _unmet(year, whole, totals, bool(np.isfinite(values[place])))) is not None:
            left[place] = reason
            continue
        nearest = whole[0] if year < whole[0] else whole[-1]
        edge = np.flatnonzero(met == nearest)[0 if year < whole[0] else -1]
        found[place], met[place] = values[place] * (found[edge] / values[edge]), nearest
    return Benchmarked(found, np.where(np.isfinite(found), met, 0), left)


def _complete(years: Ints, values: Floats, per_year: int, totals: Mapping[int, float]) -> list[int]:
    """Years whose every period has a value above 0, and that have a total: rising."""
    good = years[np.isfinite(values) & (values > 0)]
    found, n = np.unique(good, return_counts=True)
    return [year for year in found[n == per_year].tolist() if year in totals]


def _runs(years: list[int]) -> list[list[int]]:
    """Years one after the other, without a hole."""
    breaks = np.flatnonzero(np.diff(years) > 1) + 1
    return [part.tolist() for part in np.split(np.array(years), breaks)]


def _unmet(year: int, whole: list[int], totals: Mapping[int, float], there: bool) -> Sentence | None:
    """Why a period outside the complete years gets no value; None where it takes the factor of the nearest one."""
    if not there:
        return say("there is no value of its own")
    if year in totals:
        return say("its year has a national total, and not all periods of the year have a value above 0")
    if whole[0] < year < whole[-1]:
        return say("the nation has no total of its year, and has of years before and after")
    return None


def _denton(values: Floats, totals: Floats, per_year: int) -> Floats:
    """Whole years in a row. Scaled to an order of 1 first, as the equations mix squares of values with sums of them."""
    # Takes half a second and 60 MB to import: only who benchmarks pays for it.
    from statsmodels.tsa.interp.denton import dentonm  # noqa: PLC0415 - see above

    size = float(values.mean())
    found = dentonm(values / size, totals / size, freq="other", k=per_year)
    return np.asarray(np.atleast_1d(found) * size, np.float64)
