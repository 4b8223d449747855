"""The course of a series: periods that are missing, figures on another scale, figures far from those around them.

A later edition of a table is looked at together with what is published of its series, so that one new year is judged by the years before
it; only rows of the table are told of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from dataexchange.model.period import format_period
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_lines import Lines, forms, multiplier, ordinals, whole
from dataexchange.pipeline.validation_seasons import of_other_years
from dataexchange.pipeline.validation_table import Flags, Floats, Ints, Observations, figure

#: FREQ of periods that follow each other without a weekend between; days do where FREQ itself says so.
_STEADY = ("A", "S", "T", "Q", "M", "W")


def holes(table: Observations) -> Iterator[Fault]:
    """Periods that a series jumps over, where it is regular otherwise. Many series of one SERIES with the same hole are told once."""
    lines = _uneven(whole(table))
    after = _holes(table, lines)
    if not len(after):
        return
    before = after - 1
    # A hole between two published figures is none of this table's making.
    here = (lines.row[after] >= 0) | (lines.row[before] >= 0)
    after, before = after[here], before[here]
    rows = np.where(lines.row[after] >= 0, lines.row[after], lines.row[before])
    series = table.of_series("SERIES").index[lines.series[after]]
    alike = np.stack((series.astype(np.int64), lines.period[before], lines.period[after]))
    _, first, counts = np.unique(alike, axis=1, return_index=True, return_counts=True)
    ends = {int(rows[at]): (int(lines.period[before[at]]), int(lines.period[after[at]])) for at in first.tolist()}
    times = {int(rows[at]): int(n) for at, n in zip(first, counts, strict=True)}
    if ends:
        words = say("periods are missing in the middle of a series")
        faulty = np.array(sorted(ends), np.int64)
        time = table.schema.structure.time_dimension
        name = time.id if time else None
        yield Fault("TS-HOLE", name, faulty, words, partial(_hole_sentence, ends, times), times=times)


def _uneven(lines: Lines) -> Lines:
    """Those of series whose periods are not all at one distance: in the others nothing is jumped over."""
    step = np.diff(ordinals(lines))
    turn = np.flatnonzero((step[1:] != step[:-1]) & (lines.series[2:] == lines.series[:-2]))
    uneven = np.zeros(int(lines.series[-1]) + 1 if len(lines) else 0, bool)
    uneven[lines.series[turn]] = True
    return lines.only(uneven[lines.series])


def _holes(table: Observations, lines: Lines) -> Ints:
    """Places of the figures after a hole."""
    number, form = ordinals(lines), forms(lines)
    same = lines.series[1:] == lines.series[:-1]
    gap = np.where(same, number[1:] - number[:-1], 0)
    freq = table.of_series("FREQ")
    daily = np.array([*(code == "D" for code in freq.values.to_pylist()), False])[freq.index]
    steady = np.isin(form, _STEADY) | ((form == "D") & daily[lines.series])
    odd = np.append(False, same & (form[1:] != form[:-1])) | ~steady
    n = len(table.keys)
    gaps = np.bincount(lines.series[1:][same], minlength=n)
    step = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(step, lines.series[1:][same], gap[same])
    even = np.flatnonzero(same & (gap == step[lines.series[1:]]))
    regular = np.bincount(lines.series[1:][even], minlength=n)
    fits = (gaps + 1 >= table.set_("TS-HOLE", "fewest")) & (
        regular >= table.set_("TS-HOLE", "regular") / 100 * np.maximum(gaps, 1)
    )
    fits[lines.series[odd]] = False
    its = np.maximum(step[lines.series[1:]], 1)
    at = np.flatnonzero(same & fits[lines.series[1:]] & (gap > its) & (gap % its == 0))
    if not len(at):
        return at
    # A census ten years before the yearly figures is no part of their course: equal distances stand before a hole and after it, but for
    # one period that lacks beside the first or the last one.
    first, last = np.searchsorted(even, lines.spans[0][at]), np.searchsorted(even, lines.spans[1][at] - 1)
    place = np.searchsorted(even, at)
    return np.asarray(at[((first < place) & (place < last)) | (gap[at] == 2 * its[at])] + 1)


def _hole_sentence(ends: Mapping[int, tuple[int, int]], times: Mapping[int, int], row: int) -> Sentence:
    first, last = (format_period(code) for code in ends[row])
    return says(
        "between {first} and {last} something is missing in this series, which has most of its periods at equal distances",
        "between {first} and {last} something is missing in {n} series, which have most of their periods at equal distances",
        times[row],
        first=first,
        last=last,
    )


def outlying(table: Observations) -> Iterator[Fault]:
    """Hampel's filter: the figure of each series that is farthest from the median of the seven around it. In a series of five or six,
    those are all."""
    lines = whole(table)
    lines = lines.only(np.isfinite(lines.value))
    if not len(lines):
        return
    starts, ends = lines.spans
    enough = (ends - starts) >= np.maximum(table.set_("TS-HAMPEL", "fewest"), _LEAST)[lines.series]
    if not enough.any():
        return
    lines = lines.only(enough)
    middle = _around(lines, _median)
    far, least = np.abs(lines.value - middle), table.set_("TS-HAMPEL", "least")[lines.series] / 100 * np.abs(middle)
    odd = (far > least) & (lines.row >= 0)
    odd &= ~table.doubted[lines.row]
    if not odd.any():
        return
    spread = _around(lines, _spread)
    spread = np.maximum(spread, _natural(table, lines, middle))
    spread = np.maximum(spread, _usual_of_its_kind(table, lines, middle, spread))
    width = table.set_("TS-HAMPEL", "times")[lines.series] * spread
    at = np.flatnonzero(odd & (far > width))
    beside, quiet = _along(lines, at, middle)
    at, beside = at[~quiet], beside[~quiet]
    season = of_other_years(lines, at)
    beside = np.fmin(beside, np.abs(lines.value[at] - season))
    kept = (beside > width[at]) & (beside > least[at])
    at, beside = at[kept], beside[kept]
    if not len(at):
        return
    with np.errstate(divide="ignore"):
        score = np.minimum(far[at], beside) / width[at]
    # The farthest of each series: the last one where they stand in the order of series and score.
    order = np.lexsort((score, lines.series[at]))
    last = np.append(np.diff(lines.series[at][order]) != 0, True)
    at = np.sort(at[order[last]])
    usual = dict(zip(lines.row[at].tolist(), (middle[at] / multiplier(table)[lines.row[at]]).tolist(), strict=True))
    words = say("the figure is far from those around it")
    yield Fault("TS-HAMPEL", table.measure, np.sort(lines.row[at]), words, partial(_far_sentence, table, usual))


#: Figures that are looked at together, and the fewest that have a middle and a spread.
_WINDOW, _LEAST = 7, 5
#: The standard deviation of a normal distribution by its median absolute deviation, and by its mean absolute one.
_BY_MEDIAN, _BY_MEAN = 1.4826, 1.2533


def _around(lines: Lines, of: Callable[[Sequence[Floats]], Floats]) -> Floats:
    """What is to be worked out of the seven figures nearest to each, itself among them: of all in a series that has five or six.

    It is worked out of every seven that follow each other, of two series as well; each figure takes it of those that it is the middle
    of, or of the first or last ones of its series.
    """
    starts, ends = lines.spans
    sizes, found = np.minimum(ends - starts, _WINDOW), np.empty(len(lines))
    for size in range(_LEAST, _WINDOW + 1):
        chosen = sizes == size
        its = lines.only(chosen)
        if not len(its):
            continue
        starts, ends = its.spans
        first = np.minimum(np.maximum(np.arange(len(its)) - size // 2, starts), ends - size)
        found[chosen] = _windows(its.value, size, of)[first]
    return found


def _windows(values: Floats, size: int, of: Callable[[Sequence[Floats]], Floats]) -> Floats:
    """What is worked out of every `size` values that follow each other."""
    worked = np.empty(len(values) - size + 1)
    for begun in range(0, len(worked), _PORTION):
        part = worked[begun : begun + _PORTION]
        # The largest numbers that there are may be as far apart as no number says.
        with np.errstate(over="ignore"):
            part[:] = of([values[begun + j : begun + j + len(part)] for j in range(size)])
    return worked


def _spread(near: Sequence[Floats]) -> Floats:
    """Standard deviation by the median absolute deviation. Where more than half of the figures are equal, their mean absolute deviation
    tells the spread (Iglewicz and Hoaglin 1993)."""
    middle = _median(near)
    off = [np.abs(value - middle) for value in near]
    median = _median(off)
    return np.where(median > 0, _BY_MEDIAN * median, _BY_MEAN * (sum(off) / len(off)))


def _along(lines: Lines, at: Ints, middle: Floats) -> tuple[Floats, Flags]:
    """(how far each figure is from the course of those around it, whether most of these are 0).

    At the ends of a series the seven nearest lie on one side. A series that rises by 2 a year begins 6 below their median, and that is
    its course: the median step, times the steps from the middle of the window. Where most years have 0, one that has not stands alone.
    """
    starts, ends = (bounds[at] for bounds in lines.spans)
    size = np.minimum(ends - starts, _WINDOW)
    first = np.clip(at - size // 2, starts, ends - size)
    near = lines.value[np.minimum(first[:, None] + np.arange(_WINDOW), len(lines) - 1)]
    near[np.arange(_WINDOW) >= size[:, None]] = np.nan
    zeros = (near == 0).sum(axis=1) * 2 > size
    step = np.nanmedian(np.diff(near, axis=1), axis=1) if len(at) else np.zeros(0)
    return np.abs(lines.value[at] - middle[at] - step * (at - first - (size - 1) / 2)), zeros


#: Windows that are looked at together, so that what is worked out of them stays in the processor's cache.
_PORTION = 1 << 13
#: Number of figures -> the pairs of places that, put in order one after the other, bring the middle to its place.
#: N. Devillard, Fast median search: an ANSI C implementation, 1998.
_TO_MIDDLE = {
    5: ((0, 1), (3, 4), (0, 3), (1, 4), (1, 2), (2, 3), (1, 2)),
    6: ((1, 2), (3, 4), (0, 1), (2, 3), (4, 5), (1, 2), (3, 4), (0, 1), (2, 3), (4, 5), (1, 2), (3, 4)),
    7: ((0, 5), (0, 3), (1, 6), (2, 4), (0, 1), (3, 5), (2, 6), (2, 3), (3, 6), (4, 5), (1, 4), (1, 3), (3, 4)),
}


def _median(columns: Sequence[Floats]) -> Floats:
    """Place by place, of five to seven arrays."""
    found, n = list(columns), len(columns)
    for low, high in _TO_MIDDLE[n]:
        one, other = found[low], found[high]
        found[low], found[high] = np.minimum(one, other), np.maximum(one, other)
    return found[n // 2] if n % 2 else np.asarray((found[n // 2 - 1] + found[n // 2]) / 2)


def _natural(table: Observations, lines: Lines, middle: Floats) -> Floats:
    """Events that are counted differ from year to year by about the square root of their number, whatever the last years did."""
    counts = table.counted[lines.series]
    return np.asarray(np.where(counts, np.sqrt(np.maximum(np.abs(middle), 1.0)), 0.0))


def _usual_of_its_kind(table: Observations, lines: Lines, middle: Floats, spread: Floats) -> Floats:
    """Seven figures may lie close together by chance: what is usual in all series of the same SERIES, in relation to the median, is the
    least that is expected of each."""
    code = table.of_series("SERIES").index[lines.series]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = spread / np.abs(middle)
    usual, order = np.zeros(int(code.max(initial=-1)) + 2), np.argsort(code, kind="stable")
    for its in np.split(order, np.flatnonzero(np.diff(code[order])) + 1):
        known = relative[its][np.isfinite(relative[its])]
        usual[code[its[0]]] = np.median(known) if len(known) else 0.0
    return np.asarray(usual[code] * np.abs(middle))


def _far_sentence(table: Observations, usual: Mapping[int, float], row: int) -> Sentence:
    return say(
        "{value} is far from the figures of the periods around it, of which the middle one is {usual}: look whether it is right",
        value=table.figure(table.measure, row),
        usual=figure(usual[row]),
    )
