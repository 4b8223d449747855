"""Mirror: the national office's own values for the same key and area should be the city's values.

Where both give confidence bounds the difference is tested, z = |x1 - x2| / sqrt(se1^2 + se2^2) with se = (upper - lower) / 3.92;
otherwise it may be 0.5 % of the national value, or what rounding explains: half the last printed place of each. Where the two are only
partly comparable it may be 2 %, with bounds or without.

Twenty periods are twenty tests, and one error keeps the whole table from being published: the threshold of an error therefore rises
with the number of periods tested (Bonferroni), so that a true mirror is refused no more often than one period alone would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from dataexchange.pipeline.coherence_desk import COUNT, Desk
from dataexchange.pipeline.coherence_gates import Pairs
from dataexchange.pipeline.coherence_pairs import Aligned, first_largest, only
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints

_NORMAL = NormalDist()
#: Roundings of binary numbers are no differences.
_EVEN = 1 + 1e-9


@cache
def z_error(tests: int, alone: float = 2.58) -> float:
    """The z that is an error in the largest of so many tests, at the level of `alone` in one.

    >>> z_error(1), round(z_error(20), 2)
    (2.58, 3.48)
    """
    return alone if tests <= 1 else -_NORMAL.inv_cdf(_NORMAL.cdf(-alone) / tests)


@dataclass(frozen=True, slots=True)
class Mirrored:
    """All mirrors, one place for each of `pair` (places in the `Pairs`)."""

    pair: Ints
    local: Ints
    #: Shared observations: values in units, on the national base.
    aligned: Aligned
    x: Floats
    y: Floats
    differs: Flags
    #: Of each mirror: differing periods; the observation told; tests by z and the largest z; the z of an error.
    differing: Ints
    worst: Ints
    tests: Ints
    largest: Floats
    limit: Floats
    #: A difference that the tolerance of plain comparisons would not excuse, and that has its reason; in how many periods the wider
    #: tolerance of a partial comparison is that reason, where it is in all that differ.
    explained: Flags
    excused: Ints
    #: All that differ are off by this power of ten; 0 where they are not. `exact`: by nothing else.
    power: Ints
    exact: Flags


def mirrors(pairs: Pairs, chosen: Ints, desk: Desk) -> Mirrored:
    panel, (aligned, _) = pairs.panel, only(pairs.aligned, chosen)
    local, owner = pairs.local[chosen], aligned.pair
    factor = pairs.factor[chosen][owner]
    x, y = panel.values[aligned.here] * factor, panel.values[aligned.there]
    counted = (desk.kind[local] == COUNT)[owner]
    rounding = (panel.units(aligned.here, counted) * factor + panel.units(aligned.there, counted)) / 2
    relative, partial = desk.shares("COH-MIRROR", "relative", local), desk.shares("COH-GATE", "partial", local)
    gap, cautious = np.abs(x - y), pairs.cautious[chosen]
    beyond = gap > rounding * _EVEN
    plain = beyond & (gap > (relative[owner] * np.abs(y)) * _EVEN)
    wide = beyond & (gap > (np.where(cautious, np.maximum(partial, relative), relative)[owner] * np.abs(y)) * _EVEN)
    z = _z(panel.errors, aligned, gap, factor)
    tested = np.isfinite(z)
    by_z = z >= desk.numbers("COH-MIRROR", "z_warning", local)[owner]
    # Bounds are narrower than what a reservation may do; a gap that it may do is not asked of them.
    plain, differs = np.where(tested, by_z, plain), np.where(tested, by_z & (wide | ~cautious[owner]), wide)
    tested &= differs | ~plain
    counts, starts = aligned.counts, aligned.starts
    n_plain, differing = (np.bincount(owner[d], minlength=len(chosen)) for d in (plain, differs))
    narrowed = pairs.narrowed[chosen]
    excused = np.where(differing == 0, n_plain, 0)
    told = np.where((differing > 0)[owner], differs, plain | (n_plain == 0)[owner])
    worst = first_largest(np.where(told, gap, -1.0), starts, counts)
    tests = np.bincount(owner[tested], minlength=len(chosen))
    alone = desk.numbers("COH-MIRROR", "z_error", local)
    limits = [z_error(n, level) for n, level in zip(tests.tolist(), alone.tolist(), strict=True)] if tests.any() else []
    largest = np.maximum.reduceat(np.where(tested, z, 0.0), starts) if len(z) else np.zeros(len(chosen))
    power, exact = _powers(x, y, differs, aligned, rounding, relative, desk.numbers("COH-SCALE", "nearness", local))
    return Mirrored(
        pair=chosen,
        local=local,
        aligned=aligned,
        x=x,
        y=y,
        differs=differs,
        differing=differing,
        worst=worst,
        tests=tests,
        largest=largest,
        limit=np.array(limits) if limits else alone,
        explained=((differing > 0) & narrowed & (power == 0)) | (excused > 0),
        excused=excused,
        power=power,
        exact=exact,
    )


def _z(errors: Floats | None, aligned: Aligned, gap: Floats, factor: Floats) -> Floats:
    if errors is None:
        return np.full(len(gap), np.nan)
    both = np.hypot(errors[aligned.here] * factor, errors[aligned.there])
    z: Floats = np.divide(gap, both, out=np.full(len(gap), np.nan), where=both > 0)
    return z


def _powers(
    x: Floats, y: Floats, differs: Flags, aligned: Aligned, rounding: Floats, relative: Floats, nearness: Floats
) -> tuple[Ints, Flags]:
    """(the power of ten that all differing observations of each mirror are off by, whether by that alone)."""
    n = len(aligned.counts)
    power, exact = np.zeros(n, np.int64), np.zeros(n, bool)
    at = np.flatnonzero(differs)
    if not len(at):
        return power, exact
    pair = aligned.pair[at]
    k, near = power_of_ten(x[at], y[at], nearness[pair])
    low, high = np.full(n, 99), np.full(n, -99)
    np.minimum.at(low, pair, np.where(near, k, -99))
    np.maximum.at(high, pair, np.where(near, k, 99))
    power = np.where((low == high) & (low != 0) & (np.abs(low) < 99), low, 0)
    scaled = 10.0 ** power[pair]
    unit = np.maximum(rounding[at] / scaled, rounding[at])
    off = np.abs(x[at] / scaled - y[at]) > np.maximum(relative[pair] * np.abs(y[at]), unit) * _EVEN
    exact = (power != 0) & (np.bincount(pair[off], minlength=n) == 0)
    return power, exact


def power_of_ten(x: Floats, y: Floats, nearness: Floats) -> tuple[Ints, Flags]:
    """(k, whether |log10(x / y) - k| is within `nearness` of a k that is not 0).

    >>> k, near = power_of_ten(np.array([5000.0, 7.0, 0.0]), np.array([5.0, 5.0, 5.0]), np.full(3, 0.05))
    >>> k.tolist(), near.tolist()
    ([3, 0, 0], [True, False, False])
    """
    ratio = np.divide(x, y, out=np.ones(len(x)), where=(x * y > 0))
    with np.errstate(over="ignore", divide="ignore"):
        log = np.log10(ratio)
    log = np.where(np.isfinite(log), log, 0.0)
    k = np.rint(log)
    return k.astype(np.int64), (np.abs(log - k) <= nearness) & (k != 0)
