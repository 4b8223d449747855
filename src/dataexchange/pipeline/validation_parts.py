"""Totals beside their parts: counts add up to them, ratios and means lie around them.

What is a complete breakdown is data (`model.breakdowns`); whether a series adds up is said by its kind, never by its unit. Areas are
asked elsewhere (`pipeline.coherence`), with the nation beside them.

Formula, n parts, each figure rounded to its own unit u:  |parts together - total| <= half the sum of all n + 1 units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from dataexchange.model.breakdowns import Breakdown, breakdowns, portions
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.rule import Severity
from dataexchange.model.sentence import Sentence, Value, listed, say
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.unit_ranges import span_of
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_groups import Alike, alike, besides
from dataexchange.pipeline.validation_lines import Lines, in_units, multiplier, own
from dataexchange.pipeline.validation_rounding import rounding
from dataexchange.pipeline.validation_table import Flags, Floats, Ints, Observations, figure

#: Dimensions that no breakdown is of: what is measured, how often, and for whom it is reported; areas have rules of their own.
_ASIDE = ("SERIES", "FREQ", "REPORTING_TYPE", "REF_AREA")
#: Ages may be told more finely in one year than in another: of more sets of groups than these the commonest are looked at.
_AGE, _SETS = "AGE", 40
#: An odd number of many bits, so that the products of periods have nothing in common.
_MIXED = np.int64(0x2545F4914F6CDD1D)
#: No count of people or things is larger.
_LARGEST = 1e18
#: Of more parts than these, only the first and the last one are named.
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """Totals with all their parts: places in `lines`, -1 for a part that is not known. A row for each total and period, a column for
    each part; the last columns are those of the `rest`."""

    breakdown: Breakdown
    codes: tuple[str, ...]
    total: Ints
    parts: Ints

    def only(self, mask: Flags) -> Cells:
        if mask.all():
            return self
        return Cells(self.breakdown, self.codes, self.total[mask], self.parts[mask])


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Cells at fault, as rows of the table, and how grave they are."""

    cells: Cells
    grave: Flags


_Judge = Callable[[Observations, Lines, Floats, Cells], _Wrong]


def sums(table: Observations) -> Iterator[Fault]:
    """Counts whose parts do not make the total."""
    lines = _known(table, (SeriesKind.COUNT,))
    yield from _faults(table, "SUM-PARTS", lines, _sums_wrong)


def ranges(table: Observations) -> Iterator[Fault]:
    """Ratios and means whose total is below, or above, all of its parts. A standardised rate, a probability of a life table or a composite
    need not lie between them: only of plain ratios it is an error."""
    lines = _known(table, (SeriesKind.RATIO, SeriesKind.MEAN))
    yield from _faults(table, "SUM-RANGE", lines, _range_wrong)


def _known(table: Observations, kinds: Sequence[SeriesKind]) -> Lines:
    lines, able = own(table), table.kinds(kinds)
    if not able.any():
        return lines.only(np.zeros(len(lines), bool))
    return lines.only(able[lines.series] & (np.abs(lines.value) < _LARGEST))


def _sums_wrong(table: Observations, lines: Lines, unit: Floats, cells: Cells) -> _Wrong:
    # Mostly they are the total exactly, and nothing is to be asked.
    cells = cells.only(_taken(lines.value, cells.parts, 0.0).sum(axis=1) != lines.value[cells.total])
    if not cells.breakdown.covers and len(cells.total):
        cells = cells.only(~_balance(table, lines, cells))
    if not len(cells.total):
        return _Wrong(cells, np.zeros(0, bool))
    total, series = lines.value[cells.total], lines.series[cells.total]
    beyond = _taken(lines.value, cells.parts, 0.0).sum(axis=1) - total
    slack = _slack(lines, unit, cells) * table.set_("SUM-PARTS", "halves")[series]
    estimates, tolerance = (
        table.set_("SUM-PARTS", name)[series] / 100 * np.abs(total) for name in ("estimates", "tolerance")
    )
    # What is counted one by one is exact where nothing shows that it was rounded: one of fifteen is asked about, one of 19,491 may be
    # an estimate.
    units = np.maximum(_units(lines, unit, cells).max(axis=1, initial=0.0), unit[lines.row[cells.total]])
    counted = table.counted[series]
    allowed = np.where(counted & (units == 1), np.minimum(slack, estimates), slack)
    over, under = beyond > allowed, -beyond > allowed
    known_rest = (cells.parts[:, len(cells.breakdown.parts) :] >= 0).any(axis=1)
    if not cells.breakdown.covers:
        under[:] = False
    # Where the series tells of people of whom it is not known elsewhere, here they may be what is missing.
    under &= known_rest | ~_others(table, cells.breakdown)[series]
    # More people than there are, beyond any rounding, are counted twice; what is measured may be so by its methods.
    grave = over & (beyond > np.where(counted, slack + estimates, np.maximum(slack, tolerance)))
    if not cells.breakdown.covers:
        grave &= counted | _never_negative(table)[series]
    grave |= under & (known_rest | cells.breakdown.closed) & (-beyond > np.maximum(slack, tolerance))
    return _Wrong(cells.only(over | under), grave[over | under])


def _balance(table: Observations, lines: Lines, cells: Cells) -> Flags:
    """Whether the total or a part is negative in any period, as a net migration may be: some parts may be more than all then."""

    def make() -> Flags:
        negative = np.unique(lines.series[lines.value < 0])
        if not len(negative):
            return np.zeros(len(table.keys), bool)
        group = besides(table, cells.breakdown.dimension, np.arange(len(table.keys)))
        return np.isin(group, group[negative])

    return table.derived(("balance", cells.breakdown.dimension), make)[lines.series[cells.total]]


def _never_negative(table: Observations) -> Flags:
    """For every series whether its unit has no negative figures. Where it has, what is not told of may be less than nothing."""
    unit = table.of_series("UNIT_MEASURE")
    spans = [span_of(code) for code in unit.values.to_pylist()]
    return np.array([*(span is not None and span.lowest >= 0 for span in spans), False], bool)[unit.index]


def _range_wrong(table: Observations, lines: Lines, unit: Floats, cells: Cells) -> _Wrong:
    if not cells.breakdown.covers:
        return _Wrong(cells.only(np.zeros(len(cells.total), bool)), np.zeros(0, bool))
    total, low, high = lines.value[cells.total], *_extremes(lines, cells)
    # Mostly it lies between them, however they are rounded.
    cells = cells.only((total < low) | (total > high))
    if not len(cells.total):
        return _Wrong(cells, np.zeros(0, bool))
    total, low, high = lines.value[cells.total], *_extremes(lines, cells)
    slack = (unit[lines.row[cells.total]] + _units(lines, unit, cells).max(axis=1)) / 2 + 1e-9 * np.abs(total)
    slack += table.set_("SUM-RANGE", "tolerance")[lines.series[cells.total]] / 100 * np.abs(total)
    outside = (total < low - slack) | (total > high + slack)
    # Shares of one whole (of all waste, by what becomes of it) add up to their total; they do not lie around it.
    shares = np.abs(_taken(lines.value, cells.parts, 0.0).sum(axis=1) - total) <= np.maximum(
        _slack(lines, unit, cells), 0.01 * np.abs(total)
    )
    outside &= ~shares
    known_rest = (cells.parts[:, len(cells.breakdown.parts) :] >= 0).any(axis=1)
    outside &= known_rest | ~_others(table, cells.breakdown)[lines.series[cells.total]]
    plain = table.derived("plain ratios", partial(table.kinds, (SeriesKind.RATIO,)))
    return _Wrong(cells.only(outside), plain[lines.series[cells.total[outside]]])


def _extremes(lines: Lines, cells: Cells) -> tuple[Floats, Floats]:
    """(the lowest, the highest of the parts), part by part: there are few of them, and many cells."""
    low, high = np.full(len(cells.total), np.inf), np.full(len(cells.total), -np.inf)
    for part in cells.parts.T:
        low = np.minimum(low, _taken(lines.value, part, np.inf))
        high = np.maximum(high, _taken(lines.value, part, -np.inf))
    return low, high


def _slack(lines: Lines, unit: Floats, cells: Cells) -> Floats:
    """Half the units of a total and its parts together. Where all of them have fewer places than the series shows in other periods, they
    are rounded to those: decimals come and go with the years."""
    own_units = np.concatenate((unit[lines.row[cells.total]][:, None], _units(lines, unit, cells)), axis=1)
    parts = _taken(lines.value, cells.parts, 0.0)
    total = lines.value[cells.total]
    shared = np.zeros(len(total))
    for size in _PLACES:
        fits = _multiple(total, size) & _multiple(parts, size).all(axis=1)
        shared[fits] = size
    finer = own_units.max(axis=1, initial=0.0) < 1
    own_units = np.where((own_units > 0) & finer[:, None], np.maximum(own_units, shared[:, None]), own_units)
    return np.asarray(own_units.sum(axis=1) / 2 + 1e-9 * np.abs(total))


#: Places that figures of one period may share.
_PLACES = (0.01, 0.1, 1.0)


def _multiple(values: Floats, size: float) -> Flags:
    return np.asarray(np.abs(values / size - np.rint(values / size)) < 1e-6)


def _units(lines: Lines, unit: Floats, cells: Cells) -> Floats:
    """What each part is rounded to, 0 for one that is not there."""
    return _taken(unit, np.where(cells.parts >= 0, lines.row[cells.parts], -1), 0.0)


def _taken(values: Floats, places: Ints, absent: float) -> Floats:
    return np.asarray(np.where(places >= 0, values[places], absent))


def _others(table: Observations, breakdown: Breakdown) -> Flags:
    """For every series whether its SERIES has codes of the rest anywhere in the table."""

    def make() -> Flags:
        column, series = table.of_series(breakdown.dimension), table.of_series("SERIES").index
        rest = np.array([*(code in breakdown.rest for code in column.values.to_pylist()), False], bool)
        return np.asarray(np.isin(series, series[rest[column.index]]))

    return table.derived(("others", breakdown.dimension, breakdown.rest), make)


def _faults(table: Observations, rule: str, lines: Lines, judge: _Judge) -> Iterator[Fault]:
    """One fault for each total at most. A figure that has been told of, as a total or a part, is not asked again."""
    if not len(lines):
        return
    wrong: list[_Wrong] = []
    unit = rounding(table)
    for cells in _cells(table, rule, lines):
        found = judge(table, lines, unit, cells.only(_clear(table, lines, cells)))
        if not len(found.cells.total):
            continue
        named = Cells(
            found.cells.breakdown,
            found.cells.codes,
            lines.row[found.cells.total],
            np.where(found.cells.parts >= 0, lines.row[found.cells.parts], -1),
        )
        table.doubted[named.total] = True
        table.doubted[named.parts[named.parts >= 0]] = True
        wrong.append(_Wrong(named, found.grave))
    for severity, grave in ((Severity.ERROR, True), (Severity.WARNING, False)):
        told = [each.cells.only(each.grave == grave) for each in wrong]
        told = [cells for cells in told if len(cells.total)]
        if told:
            rows = np.concatenate([cells.total for cells in told])
            words, sentence = _WORDS[rule, grave]
            order = np.argsort(rows)
            place = np.concatenate([np.arange(len(cells.total)) for cells in told])[order]
            block = np.repeat(np.arange(len(told)), [len(cells.total) for cells in told])[order]
            say_one = partial(_of_row, table, told, (rows[order], block, place), sentence)
            yield Fault(rule, table.measure, rows[order], words, say_one, severity=severity)


def _clear(table: Observations, lines: Lines, cells: Cells) -> Flags:
    """Which of the totals have not been told of, and none of their parts."""
    if not table.doubted.any():
        return np.ones(len(cells.total), bool)
    doubted = np.append(table.doubted[lines.row], False)
    return np.asarray(~doubted[cells.total] & ~doubted[cells.parts].any(axis=1))


def _cells(table: Observations, rule: str, lines: Lines) -> Iterator[Cells]:
    """Of every dimension, breakdown by breakdown, the narrower wholes first; then, for sums, parts whose others lack."""
    chosen = np.zeros(len(table.keys), bool)
    chosen[lines.series] = True
    column = table.of_series("SERIES")
    chosen &= np.append(table.book.running(rule, column.values.to_pylist()), True)[column.index]
    first = np.searchsorted(lines.series, np.arange(len(table.keys)))
    count = np.bincount(lines.series, minlength=len(table.keys))
    for dimension in table.schema.structure.dimension_ids:
        values = table.text.get(dimension)
        items = table.schema.codes.get(dimension, {})
        if dimension in _ASIDE or values is None or len(values.values) < 2:
            continue
        ways = (breakdowns, portions) if rule == "SUM-PARTS" else (breakdowns,)
        if not any(way(dimension, frozenset(values.values.to_pylist()), items) for way in ways):
            continue
        for group in alike(table, dimension, chosen):
            told: set[tuple[str, tuple[str, ...]]] = set()
            sets = _together(table, lines, first, count, group) if dimension == _AGE else ()
            for breakdown in (one for way in ways for one in way(dimension, frozenset(group.codes), items, sets)):
                codes = (*breakdown.parts, *(code for code in breakdown.rest if code in group.codes))
                series = np.stack([group.of(code) for code in codes], axis=1)
                cells = _matched(lines, first, count, group.of(breakdown.whole), series)
                there = cells[1][:, : len(breakdown.parts)] >= 0
                asked = there.all(axis=1)
                if breakdown.some:
                    # Where all are there, they have been asked of the complete breakdown.
                    again = (breakdown.whole, breakdown.parts) in told
                    asked = there.any(axis=1) & ~(asked & again)
                told.add((breakdown.whole, breakdown.parts))
                if asked.any():
                    yield Cells(breakdown, codes, cells[0][asked], cells[1][asked])


def _together(table: Observations, lines: Lines, first: Ints, count: Ints, group: Alike) -> list[frozenset[str]]:
    """The codes that stand together in a period of one of the groups, the commonest sets first; all of them where they are the same."""
    signs = _times(table, lines)[group.series]
    # Mostly all codes have the same periods.
    uneven = (signs != signs[:, :1]).any(axis=1)
    if not uneven.any():
        return [frozenset(group.codes)]
    series = group.series[uneven]
    n = count[series].ravel()
    within = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
    row, column = np.divmod(np.repeat(np.arange(len(n)), n), series.shape[1])
    period = lines.period[np.repeat(first[series].ravel(), n) + within].astype(np.int64)
    moments, at = np.unique((row << 32) + (period - NO_PERIOD), return_inverse=True)
    there = np.zeros((len(moments), len(group.codes)), bool)
    there[at, column] = True
    sets, times = np.unique(there, axis=0, return_counts=True)
    commonest = [group.codes, *(np.array(group.codes)[each] for each in sets[np.argsort(-times)][:_SETS])]
    return [frozenset(map(str, codes)) for codes in commonest]


def _times(table: Observations, lines: Lines) -> Ints:
    """For every series a number that is another one where it has other periods."""

    def make() -> Ints:
        made, starts = np.zeros(len(table.keys), np.int64), lines.starts
        mixed = lines.period.astype(np.int64) * _MIXED
        if len(lines):
            made[lines.series[starts]] = np.add.reduceat(mixed ^ (mixed >> 29), starts)
        return made

    return table.derived(("times", len(lines)), make)


def _matched(lines: Lines, first: Ints, count: Ints, total: Ints, parts: Ints) -> tuple[Ints, Ints]:
    """(places of all figures of the totals, those of the same period of each part)."""
    n = count[total]
    within = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
    places = np.repeat(first[total], n) + within
    period, found = lines.period[places], np.empty((len(places), parts.shape[1]), np.int64)
    for j in range(parts.shape[1]):
        series = np.repeat(parts[:, j], n)
        # Mostly all have the same periods, so that the same place of the other series is the one.
        guess = np.minimum(first[series] + within, len(lines) - 1)
        fits = (lines.series[guess] == series) & (lines.period[guess] == period)
        guess[~fits] = lines.at(series[~fits], period[~fits])
        found[:, j] = guess
    return places, found


def _of_row(
    table: Observations,
    told: Sequence[Cells],
    places: tuple[Ints, Ints, Ints],
    sentence: Callable[[Observations, int, Breakdown, Sequence[tuple[str, int]]], Sentence],
    row: int,
) -> Sentence:
    rows, block, place = places
    at = int(np.searchsorted(rows, row))
    cells = told[int(block[at])]
    parts = cells.parts[int(place[at])]
    named = [(code, int(part)) for code, part in zip(cells.codes, parts.tolist(), strict=True) if part >= 0]
    return sentence(table, row, cells.breakdown, named)


def _sum_sentence(table: Observations, row: int, breakdown: Breakdown, parts: Sequence[tuple[str, int]]) -> Sentence:
    values, times = in_units(table), multiplier(table)[row]
    together = sum(float(values[part]) for _, part in parts) / times
    if len(parts) == 1:
        return say(
            "{whole} is {total}, and a part of it is larger: {parts}",
            whole=_whole(table, breakdown),
            total=table.figure(table.measure, row),
            parts=_parts(table, row, breakdown, parts),
        )
    return say(
        "{whole} is {total}, and its parts are {together} together: {parts}",
        whole=_whole(table, breakdown),
        total=table.figure(table.measure, row),
        together=figure(float(f"{together:.12g}")),
        parts=_parts(table, row, breakdown, parts),
    )


def _range_sentence(table: Observations, row: int, breakdown: Breakdown, parts: Sequence[tuple[str, int]]) -> Sentence:
    return say(
        "{whole} is {total}, outside the range of its parts, in which it must lie: {parts}",
        whole=_whole(table, breakdown),
        total=table.figure(table.measure, row),
        parts=_parts(table, row, breakdown, parts),
    )


def _mean_sentence(table: Observations, row: int, breakdown: Breakdown, parts: Sequence[tuple[str, int]]) -> Sentence:
    return say(
        "{whole} is {total}, outside the range of its parts: a plain mean cannot be, a standardised rate or a composite can; look whether "
        "a figure is wrong: {parts}",
        whole=_whole(table, breakdown),
        total=table.figure(table.measure, row),
        parts=_parts(table, row, breakdown, parts),
    )


#: (rule, whether it is an error) -> words for many rows, and for one.
_WORDS = {
    ("SUM-PARTS", True): (say("the parts together are not the total"), _sum_sentence),
    ("SUM-PARTS", False): (say("the parts together are not the total"), _sum_sentence),
    ("SUM-RANGE", True): (say("the total lies outside the range of its parts"), _range_sentence),
    ("SUM-RANGE", False): (say("the total lies outside the range of its parts"), _mean_sentence),
}


def _whole(table: Observations, breakdown: Breakdown) -> Value:
    if breakdown.whole == "_T":
        return say("the total")
    return say(
        "the whole ({dimension} {code})",
        dimension=breakdown.dimension,
        code=_named(table, breakdown.dimension, breakdown.whole),
    )


def _named(table: Observations, dimension: str, code: str) -> str:
    """`F, Female`"""
    name = table.schema.code_name(dimension, code)
    return code if name == code else f"{code}, {name}"


def _parts(table: Observations, row: int, breakdown: Breakdown, parts: Sequence[tuple[str, int]]) -> Sentence:
    """`SEX F (Female: 9 in row 15) and M (Male: 19 in row 16)`."""
    shown = parts if len(parts) <= _NAMED else (parts[0], parts[-1])
    named = [_part(table, row, breakdown.dimension, code, part) for code, part in shown]
    if len(parts) <= _NAMED:
        return say("{dimension} {parts}", dimension=breakdown.dimension, parts=listed(named))
    return say(
        "{n} of {dimension}, from {first} to {last}",
        n=len(parts),
        dimension=breakdown.dimension,
        first=named[0],
        last=named[1],
    )


def _part(table: Observations, row: int, dimension: str, code: str, part: int) -> Sentence:
    name = table.schema.code_name(dimension, code)
    told: dict[str, Value] = {"value": table.figure(table.measure, part), "row": table.row_name(part, row)}
    if name == code:
        return say("{code} ({value} in {row})", code=code, **told)
    return say("{code} ({name}: {value} in {row})", code=code, name=name, **told)
