"""Figures on another scale than those of their series: thousands among units, a percentage among shares, a decimal point that slipped.

`TS-SCALE` is sure of it: the figure is a power of ten away from figures on both sides that agree with each other. `RNG-JUMP` asks about
what is merely hundreds of times too large or too small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from dataexchange.model.rule import Severity
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.series_notes import SeriesKind
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_lines import Lines, middles, multiplier, whole
from dataexchange.pipeline.validation_rounding import rounding
from dataexchange.pipeline.validation_seasons import by_season
from dataexchange.pipeline.validation_table import Flags, Floats, Ints, Observations, figure

#: The fewest figures in which one can be told from the others, and in which a step can.
_FEWEST, _FOR_STEP = 3, 4
#: Figures around that are looked at, itself among them; how many others an error needs, and a warning of one power of ten.
_NEAREST, _FOR_ERROR, _FOR_ONE = 5, 3, 4
_LARGEST_POWER = 12
#: A little less than the root of ten: figures that are no farther apart are of one scale.
_APART = 3.16
#: What is a thousand times as much and more is no chance of small numbers.
_SURE = 2
#: Places on either side in which a zero shows that the series jumps.
_BESIDE = 2
_ALL = 100
#: Disasters come once in many years: a year that is a hundred times the others is what such series are about.
_EVENTS = "VC_DSR_"


@dataclass(frozen=True, slots=True)
class _Far:
    """Places of figures on another scale, with the power of ten and the level of those beside them (both in decimal logarithms)."""

    at: Ints
    power: Ints
    level: Floats
    sure: Flags


def scales(table: Observations) -> Iterator[Fault]:
    """Single figures, and the first one of a run, that are 10^k times those beside them. Growth rates may be anything."""
    lines = _sized(table)
    if not len(lines):
        return
    logs = np.log10(np.abs(lines.value))
    # Every August may be a hundred times the other months: what its own season is told by that is taken off.
    season = by_season(lines, logs)
    logs = logs - season
    found = [_single(table, lines, logs), _steps(table, lines, logs)]
    at = np.concatenate([far.at for far in found])
    if not len(at):
        return
    powers, levels = (np.concatenate([getattr(far, name) for far in found]) for name in ("power", "level"))
    rows = lines.row[at]
    sure = rows[np.concatenate([far.sure for far in found]) & ~_jumping(table, lines, at)]
    usual = 10 ** (levels + season[at]) / multiplier(table)[rows]
    beside = {
        row: (power, level) for row, power, level in zip(rows.tolist(), powers.tolist(), usual.tolist(), strict=True)
    }
    words = say("the figure is a power of ten away from those before and after it")
    sentence = partial(_scale_sentence, table, beside)
    yield Fault("TS-SCALE", table.measure, np.unique(sure), words, sentence)
    # An earthquake costs a hundred times what other years do: without figures that agree with each other it is only asked.
    yield Fault("TS-SCALE", table.measure, np.setdiff1d(rows, sure), words, sentence, severity=Severity.WARNING)
    scaled(table)[rows] = True
    if len(found[1].at):
        # Where a run goes on at another scale, its later figures are as far from the median: they are told with its first.
        scaled(table)[np.isin(table.series, lines.series[found[1].at])] = True
    table.doubted[scaled(table)] = True


def _sized(table: Observations) -> Lines:
    """Figures that have a size: not zero, of series that are no growth rates. Of series that keep within one scale there is nothing to
    ask: half a power of ten is the least that a figure can be off."""
    lines = whole(table)
    able = table.kinds((SeriesKind.COUNT, SeriesKind.RATIO, SeriesKind.MEAN, None))
    lines = lines.only(able[lines.series] & np.isfinite(lines.value) & (lines.value != 0))
    if not len(lines):
        return lines
    starts, sizes = lines.starts, np.abs(lines.value)
    counts = np.diff(starts, append=len(lines))
    wide = np.maximum.reduceat(sizes, starts) / _APART > np.minimum.reduceat(sizes, starts)
    return lines.only(np.repeat(wide & (counts >= _FEWEST), counts))


def _single(table: Observations, lines: Lines, logs: Floats) -> _Far:
    """Figures apart from their neighbours on both sides; at an end of the series, from the two nearest."""
    starts, ends = lines.spans
    level = np.empty(len(lines))
    level[1:-1] = (logs[:-2] + logs[2:]) / 2
    first, last = starts[starts == np.arange(len(lines))], ends[ends == np.arange(1, len(lines) + 1)] - 1
    level[first] = (logs[first + 1] + logs[first + 2]) / 2
    level[last] = (logs[last - 1] + logs[last - 2]) / 2
    off = logs - level
    at = np.flatnonzero((np.abs(off) > 0.5) & (np.abs(off) < _LARGEST_POWER) & (lines.row >= 0))
    one = np.where(at == starts[at], at + 2, at - 1)
    other = np.where(at == ends[at] - 1, at - 2, at + 1)
    series, power, sign = lines.series[at], np.rint(off[at]), np.sign(lines.value)
    wide = np.where(np.abs(power) > 1, table.set_("TS-SCALE", "wide")[series], table.set_("TS-SCALE", "near")[series])
    able = np.abs(off[at] - power) <= wide
    able &= np.abs(logs[one] - logs[other]) <= table.set_("TS-SCALE", "agree")[series]
    able &= (sign[at] == sign[one]) & (sign[at] == sign[other])
    able &= (np.abs(power) > _SURE) | _large_enough(table, lines, at, np.minimum(logs, level)[at])
    at, power = at[able], power[able].astype(np.int64)
    series = lines.series[at]
    count, spread = _witnesses(lines, logs, at)
    level_ground = spread <= table.set_("TS-SCALE", "steady")[series]
    steady = (count >= _FOR_ONE) & level_ground
    large = np.abs(power) > _SURE
    sure = (np.abs(power) > 1) & (count >= _FOR_ERROR) & (spread <= table.set_("TS-SCALE", "agree")[series])
    # A thousand times as much needs no third one where the two beside it are nearly equal.
    sure |= large & level_ground
    # At an end nothing says that the series comes back: a hundred times as much may be where it begins, or goes. Of people and
    # things counted one by one, a thousand times as many as two years that agree are none.
    counts = table.counted[series] & (
        _large_enough(table, lines, at, np.minimum(logs, level)[at]) | (lines.value[at] % 1 != 0)
    )
    sure &= ((at > starts[at]) & (at < ends[at] - 1)) | (large & (steady | (counts & level_ground)))
    sure &= np.abs(off[at] - power) <= table.set_("TS-SCALE", "near")[series]
    kept = (np.abs(power) > 1) | steady
    return _Far(at[kept], power[kept], level[at[kept]], sure[kept])


def _large_enough(table: Observations, lines: Lines, at: Ints, lower: Floats) -> Flags:
    """Small counts jump by tens and hundreds of times of themselves: three victims one year, three hundred in that of the flood."""
    series = lines.series[at]
    return np.asarray(~table.counted[series] | (10**lower >= table.set_("TS-SCALE", "smallest")[series] * (1 - 1e-9)))


def _jumping(table: Observations, lines: Lines, at: Ints) -> Flags:
    """Whether the series of each place is known to jump there: a zero stands beside it, or it counts disasters."""
    every = whole(table)
    every = every.only(np.isfinite(every.value))
    place = np.searchsorted(every.codes, lines.codes[at])
    beside = np.clip(place[:, None] + np.arange(-_BESIDE, _BESIDE + 1), 0, len(every) - 1)
    zero = (every.value[beside] == 0) & (every.series[beside] == lines.series[at][:, None])
    column = table.of_series("SERIES")
    events = np.array([*((code or "").startswith(_EVENTS) for code in column.values.to_pylist()), False], bool)
    return np.asarray(zero.any(axis=1) | events[column.index][lines.series[at]])


def scaled(table: Observations) -> Flags:
    """Rows that `scales` has told of, with those of series whose scale changed once."""
    return table.derived("scaled", lambda: np.zeros(table.n, bool))


def _witnesses(lines: Lines, logs: Floats, at: Ints) -> tuple[Ints, Floats]:
    """(how many figures stand nearest to each of these places, four at most; how far apart those are)."""
    if not len(at):
        return np.zeros(0, np.int64), np.zeros(0)
    starts, ends = lines.spans
    first = np.clip(at - 2, starts[at], np.maximum(ends[at] - _NEAREST, starts[at]))
    near = first[:, None] + np.arange(_NEAREST)
    there = (near < ends[at][:, None]) & (near != at[:, None])
    sizes = logs[np.minimum(near, len(logs) - 1)]
    highest, lowest = np.where(there, sizes, -np.inf).max(axis=1), np.where(there, sizes, np.inf).min(axis=1)
    return there.sum(axis=1), highest - lowest


def _steps(table: Observations, lines: Lines, logs: Floats) -> _Far:
    """From one figure to the next the scale changes, and stays: two figures on either side agree with each other."""
    n = len(lines)
    nothing = np.zeros(0, np.int64)
    if n < _FOR_STEP:
        return _Far(nothing, nothing, np.zeros(0), np.zeros(0, bool))
    step = np.diff(logs)
    at = np.flatnonzero(np.abs(step) > 1.5) + 1
    at = at[(at >= 2) & (at < n - 1) & (lines.row[at] >= 0)]
    series, power = lines.series[at], np.rint(step[at - 1])
    close = table.set_("TS-SCALE", "steady")[series]
    able = (lines.series[at - 2] == series) & (lines.series[at + 1] == series) & (np.abs(power) <= _LARGEST_POWER)
    able &= (np.abs(step[at - 2]) <= close) & (np.abs(step[at]) <= close)
    able &= np.abs(step[at - 1] - power) <= table.set_("TS-SCALE", "near")[series]
    able &= np.sign(lines.value[at]) == np.sign(lines.value[at - 1])
    able &= _large_enough(table, lines, at, np.minimum(logs[at], logs[at - 1]))
    at, power = at[able], power[able].astype(np.int64)
    # What is rolled out goes from 1 % to 98 % in a year, and stays.
    rolled = (power == _SURE) & (np.abs(lines.value[at]) <= _ALL) & _percentages(table)[lines.series[at]]
    return _Far(at, power, logs[at - 1], ~rolled)


def _percentages(table: Observations) -> Flags:
    """For every series whether it is in per cent."""
    unit = table.of_series("UNIT_MEASURE")
    return np.array([*(code == "PT" for code in unit.values.to_pylist()), False], bool)[unit.index]


def _scale_sentence(table: Observations, beside: Mapping[int, tuple[int, float]], row: int) -> Sentence:
    power, level = beside[row]
    value, usual, factor = table.figure(table.measure, row), figure(_printed(table, level, row)), 10 ** abs(power)
    if power > 0:
        return say(
            "{value} is about {factor} times as large as the figures beside it (about {usual}): look at UNIT_MULT and the unit, and for a "
            "thousands mark that was read as a decimal one",
            value=value,
            factor=factor,
            usual=usual,
        )
    return say(
        "{value} is about {factor} times as small as the figures beside it (about {usual}): look at UNIT_MULT and the unit, and for a "
        "thousands mark that was read as a decimal one",
        value=value,
        factor=factor,
        usual=usual,
    )


def _printed(table: Observations, level: float, row: int) -> float:
    """A level with the decimals that figures of the series have: people come in whole numbers, as their mean does not."""
    unit = float(rounding(table)[row] / multiplier(table)[row])
    rounded = round(level / unit) * unit
    return float(f"{rounded or level:.6g}")


def jumps(table: Observations) -> Iterator[Fault]:
    """Figures that are hundreds of times the middle one of their series, or of which that is hundreds of times as large."""
    rows, usual = _far(table)
    if len(rows):
        words = say("the figure is hundreds of times as large as the others of its series, or as small")
        middles = dict(zip(rows.tolist(), usual.tolist(), strict=True))
        yield Fault("RNG-JUMP", table.measure, np.sort(rows), words, partial(_jump_sentence, table, middles))


def _far(table: Observations) -> tuple[Ints, Floats]:
    """Rows of figures far from the others of their series, and the middle one of these. A share may be next to nothing, a count of
    thousands may not."""
    nothing = np.zeros(0, np.int64), np.zeros(0)
    lines = whole(table)
    lines = lines.only(np.isfinite(lines.value) & (lines.value != 0))
    if not len(lines):
        return nothing
    sizes = np.abs(lines.value)
    starts = lines.starts
    counts = np.diff(np.append(starts, len(lines)))
    factor = table.set_("RNG-JUMP", "factor")[lines.series[starts]]
    wide = np.maximum.reduceat(sizes, starts) / factor > np.minimum.reduceat(sizes, starts)
    wide &= counts >= table.set_("RNG-JUMP", "fewest")[lines.series[starts]]
    if not wide.any():
        return nothing
    chosen = np.repeat(wide, counts)
    lines, sizes = lines.only(chosen), sizes[chosen]
    middle = middles(lines.series, sizes)
    factor, counted = np.repeat(factor[wide], counts[wide]), table.kinds((SeriesKind.COUNT,))[lines.series]
    odd = (sizes / factor > middle) | ((sizes < middle / factor) & counted)
    odd &= lines.row >= 0
    odd &= ~scaled(table)[lines.row]
    rows = lines.row[odd]
    return rows, middle[odd] / multiplier(table)[rows]


def _jump_sentence(table: Observations, usual: Mapping[int, float], row: int) -> Sentence:
    return say(
        "{value} is far from the other figures of its series, of which the middle one is {usual}: look for a thousands mark that was "
        "read as a decimal one, or another unit",
        value=table.figure(table.measure, row),
        usual=figure(usual[row]),
    )
