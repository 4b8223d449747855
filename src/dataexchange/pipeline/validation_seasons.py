"""Figures of halves, thirds, quarters and months beside those of the same season in other years: a summer is like other summers.

Only series of at least three years have seasons that can be told from a single odd figure: of three, the middle one is right though one of
them is wrong.
"""

from __future__ import annotations

import numpy as np

from dataexchange.pipeline.validation_lines import Lines, in_a_year, middles, ordinals
from dataexchange.pipeline.validation_table import Flags, Floats, Ints

_YEARS = 3
#: Seasons of one series, numbered.
_MOST = 12
#: Seasons that differ by less than half a power of ten explain no figure on another scale.
_APART = 0.5


def of_other_years(lines: Lines, at: Ints) -> Floats:
    """The middle figure of the same season in the other years, for each of these places; NaN where there are fewer than two."""
    usual = np.full(len(at), np.nan)
    chosen = np.isin(lines.series, lines.series[at])
    at = (np.cumsum(chosen) - 1)[at]
    lines = lines.only(chosen)
    season, long = _seasons(lines)
    asked = np.flatnonzero(long[at])
    order = np.argsort(season, kind="stable")
    first, end = (np.searchsorted(season[order], season[at[asked]], side=side) for side in ("left", "right"))
    for place, begun, ended in zip(asked.tolist(), first.tolist(), end.tolist(), strict=True):
        others = order[begun:ended]
        others = others[others != at[place]]
        if len(others) >= _YEARS - 1:
            usual[place] = np.median(lines.value[others])
    return usual


def by_season(lines: Lines, logs: Floats) -> Floats:
    """How far the season of each figure lies from the middle one of its series; 0 where seasons are much alike, or too few are known."""
    season, long = _seasons(lines)
    if not long.any():
        return np.zeros(len(lines))
    counts = np.bincount(season)[season]
    starts = lines.starts
    sizes = np.diff(np.append(starts, len(lines)))
    away = middles(season, logs) - middles(lines.series, logs)
    able = np.minimum.reduceat(np.where(long, counts, 0), starts) >= _YEARS - 1
    able &= np.maximum.reduceat(away, starts) - np.minimum.reduceat(away, starts) >= _APART
    # Where the scale changes once and stays, halves of the year seem to differ: seasons make a course smoother, or they are none.
    able &= _leaps(lines, starts, logs - away) < _leaps(lines, starts, logs)
    return np.where(np.repeat(able, sizes), away, 0.0)


def _leaps(lines: Lines, starts: Ints, logs: Floats) -> Ints:
    """How often each series goes to another scale."""
    leap = np.append(False, (np.abs(np.diff(logs)) > _APART) & (lines.series[1:] == lines.series[:-1]))
    return np.asarray(np.add.reduceat(leap.astype(np.int64), starts))


def _seasons(lines: Lines) -> tuple[Ints, Flags]:
    """(a number for the series and season of each figure, whether its series has seasons and is long enough)."""
    periods = in_a_year(lines)
    if not periods.any():
        return np.zeros(len(lines), np.int64), np.zeros(len(lines), bool)
    number, (starts, ends) = ordinals(lines), lines.spans
    long = number[ends - 1] - number[starts] >= (_YEARS - 1) * periods
    alike = (periods[starts] == periods) & (periods[ends - 1] == periods) & (periods > 0)
    return lines.series * _MOST + number % np.maximum(periods, 1), alike & long
