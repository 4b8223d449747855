"""What figures are rounded to, as far as they show it: all figures of one SERIES with one UNIT_MULT together.

A single figure tells little: 100 may be exact. Of a whole indicator the largest unit that divides all its figures is what it is rounded to:
0.1 for 12.5 and 3.0, 5 for counts of an office that rounds to fives, 1 for counts that are exact. A unit above 1 wants many figures:
1,000, 600 and 450 are no proof that anybody rounds to fifties, and with that unit 50 too many would pass.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from dataexchange.pipeline.validation_lines import multiplier, published, published_multiplier
from dataexchange.pipeline.validation_table import Flags, Floats, Ints, Observations

_COARSER = (5.0, 10.0, 50.0, 100.0, 1e3, 1e4, 1e5, 1e6)
_FINER = (0.1, 0.01, 0.001, 1e-4, 1e-5, 1e-6)
_SAME = 1e-9
#: Of fewer figures than these all may end in 0 or 5 by chance (a fifth of all numbers do).
_MANY = 8
#: Figures that are looked at together.
_PORTION = 1 << 14


def rounding(table: Observations) -> Floats:
    """For every row what its figure is rounded to, in units."""
    return table.derived("rounding", partial(_rounding, table))


def rounding_published(table: Observations) -> Floats:
    """The same for every figure of `validation_lines.published`."""
    return table.derived("rounding published", partial(_rounding_published, table))


def _rounding(table: Observations) -> Floats:
    values = np.abs(np.zeros(table.n) if table.values is None else table.values)
    times = multiplier(table)
    group, n = _groups(table, times)
    return np.asarray(_units(values, group, n, ~table.doubted)[group] * times)


def _rounding_published(table: Observations) -> Floats:
    lines, times = published(table), published_multiplier(table)
    powers, power = np.unique(times, return_inverse=True)
    group = table.of_series("SERIES").index[lines.series].astype(np.int64) + 1
    group = group * len(powers) + power
    unit = _units(np.abs(lines.value / times), group, int(group.max(initial=0)) + 1, np.ones(len(lines), bool))
    return np.asarray(unit[group] * times)


def _units(values: Floats, group: Ints, n: int, trusted: Flags) -> Floats:
    """For each of the groups the largest unit that divides all figures of it that are trusted."""
    asked = (values > 0) & np.isfinite(values) & trusted
    values, its = (values, group) if asked.all() else (values[asked], group[asked])
    counts, unit = np.bincount(its, minlength=n), np.ones(n)
    whole = _fitting(values, its, counts > 0, 1.0)
    left = (counts > 0) & ~whole
    unit[left] = _FINER[-1]
    for size in _FINER:
        fits = _fitting(values, its, left, size)
        unit[fits], left = size, left & ~fits
    coarse = whole & (counts >= _MANY)
    for size in _COARSER:
        # Each is a multiple of the one before, so that what does not fit the one fits none of the next.
        coarse = _fitting(values, its, coarse, size)
        unit[coarse] = size
    return unit


def _groups(table: Observations, times: Floats) -> tuple[Ints, int]:
    """A number for each SERIES with each multiplier."""
    series = table.text.get("SERIES")
    code = np.zeros(table.n, np.int64) if series is None else series.index.astype(np.int64) + 1
    mult = table.text.get("UNIT_MULT")
    if mult is None:
        return code, int(code.max(initial=0)) + 1
    size = len(mult.values) + 1
    group = code * size + mult.index + 1
    return group, int(group.max(initial=0)) + 1


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
