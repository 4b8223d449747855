"""What the figures of a table are rounded to, as far as they show it: all figures of one SERIES with one UNIT_MULT together."""

from __future__ import annotations

from functools import partial

import numpy as np

from dataexchange.model.rounding import rounded_to
from dataexchange.pipeline.validation_lines import multiplier, published, published_multiplier
from dataexchange.pipeline.validation_table import Floats, Ints, Observations


def rounding(table: Observations) -> Floats:
    """For every row what its figure is rounded to, in units."""
    return table.derived("rounding", partial(_rounding, table))


def rounding_published(table: Observations) -> Floats:
    """The same for every figure of `validation_lines.published`."""
    return table.derived("rounding published", partial(_rounding_published, table))


def _rounding(table: Observations) -> Floats:
    values = np.zeros(table.n) if table.values is None else table.values
    times = multiplier(table)
    group, n = _groups(table, times)
    sound = ~table.doubted
    unit = rounded_to(values, group, n) if sound.all() else rounded_to(values[sound], group[sound], n)
    return np.asarray(unit[group] * times)


def _rounding_published(table: Observations) -> Floats:
    lines, times = published(table), published_multiplier(table)
    powers, power = np.unique(times, return_inverse=True)
    group = table.of_series("SERIES").index[lines.series].astype(np.int64) + 1
    group = group * len(powers) + power
    unit = rounded_to(lines.value / times, group, int(group.max(initial=0)) + 1)
    return np.asarray(unit[group] * times)


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
