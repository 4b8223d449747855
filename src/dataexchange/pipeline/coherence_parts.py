"""Parts against their whole: what areas leave for the rest of the area above them.

Counts: the remainder R = Y - sum y_a cannot be below zero (F1), and is zero where the parts are all there (P1). Ratios: with
weights, what the rest would have to be, r = (W Y - sum w_a y_a) / (W - sum w_a), must be possible (F2); for want of weights only a
partition says something: the whole lies between its lowest and its highest part (P3).
A part that differs from its whole is information, never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.areas import ADMINISTRATIVE, Areas
from dataexchange.model.finding import Finding, Severity, Verdict
from dataexchange.model.period import format_period
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, Value, say, says
from dataexchange.model.series_notes import SeriesKind
from dataexchange.pipeline.coherence_gate import PARTIAL
from dataexchange.pipeline.coherence_series import Series, period_text
from dataexchange.pipeline.coherence_weights import Weights
from dataexchange.pipeline.coherence_words import figure, partly, percent, sized, times

#: The parts of a partition may miss their total by so much before it is an error (P1).
_SUM_WARNING = 0.01
#: The rest may differ from the whole by these factors before it is remarkable (F2).
_REST = (0.5, 2.0)

#: Why parts may be more than their whole.
ROUNDING, TOLERANCE = say("rounding"), say("the tolerance of a partial comparison")

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION
_RANK = {None: 0, _I: 1, _W: 2, _E: 3}


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a whole, with the parts that have a value and do not overlap."""

    code: int
    whole: float
    parts: Mapping[str, float]
    #: The units that the whole and each part are rounded to.
    unit: float
    units: Mapping[str, float]
    #: The parts are a whole partition.
    complete: bool

    @property
    def name(self) -> str:
        return format_period(self.code)

    @property
    def total(self) -> float:
        return sum(self.parts.values())

    @property
    def rounding(self) -> float:
        """What rounding can do to the whole less its parts: half a unit of each, (n + 1) u / 2 where all have the same."""
        return (self.unit + sum(self.units.values())) / 2


@dataclass(frozen=True, slots=True)
class Judged:
    """One period under one rule: `severity` None where nothing is wrong. `size` says which period is worst."""

    rule: str
    period: Period
    severity: Severity | None
    size: float
    #: Words are made for the one period that is told, not for all that are judged.
    tell: Callable[[], Sentence]
    #: What excuses that the parts are more than the whole: "rounding"; None where they are not.
    within: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule over all periods of a whole; `worst` stands for them, with words that can stand alone."""

    rule: str
    worst: Judged
    words: Sentence
    measures: Mapping[str, float]

    @property
    def verdict(self) -> Verdict:
        return Verdict.INCONSISTENT if self.worst.severity is _E else Verdict.CONSISTENT


@dataclass(frozen=True, slots=True)
class Family:
    """A whole and the series of areas within it that differ from it in REF_AREA alone.

    `own`: the whole is of the same table as its parts. `weight` is the name of what the series is weighted with.
    """

    whole: Series
    parts: Sequence[Series]
    own: bool
    kind: SeriesKind | None
    weight: str | None
    #: Why the whole and some of its parts are only partly comparable.
    cautions: tuple[Sentence, ...] = ()


def outcomes(family: Family, areas: Areas, weights: Weights) -> list[Outcome]:
    """What can be said of a whole and its parts, one outcome a rule."""
    if not _asks(family, areas, weights):
        return []
    judge = _judge(family, weights)
    by_rule: dict[str, list[Judged]] = {}
    for period in periods(family, areas):
        for judged in judge(period):
            by_rule.setdefault(judged.rule, []).append(judged)
    return [_outcome(rule, found, family) for rule, found in by_rule.items()]


def _asks(family: Family, areas: Areas, weights: Weights) -> bool:
    """Whether any rule has a question for such a family: of most cities in their nation there is none."""
    if family.kind is SeriesKind.RATIO and family.weight and weights.found:
        return True
    encloses = family.own or bool(areas.partition(family.whole.area))
    return family.kind is SeriesKind.COUNT or (encloses and family.kind in (SeriesKind.RATIO, SeriesKind.MEAN))


def as_finding(outcome: Outcome, family: Family) -> Finding | None:
    """The outcome as a finding at its largest part; None where nothing is wrong."""
    worst, whole, parts = outcome.worst, family.whole, family.parts
    if worst.severity is None:
        return None
    area = max(worst.period.parts, key=lambda a: worst.period.parts[a])
    part = next(part for part in parts if part.area == area)
    index = [period_text(part, i) for i in range(len(part.periods))].index(worst.period.name)
    return finding(
        outcome.rule,
        outcome.words,
        part.place(index),
        severity=worst.severity,
        key=whole.key,
        period=worst.period.name,
    )


def periods(family: Family, areas: Areas) -> Iterator[Period]:
    """Periods that the whole and at least one part have."""
    whole, counted = family.whole, family.kind is SeriesKind.COUNT
    found: dict[int, tuple[dict[str, float], dict[str, float]]] = {}
    for part in family.parts:
        if areas.boundary(part.area)[1] == ADMINISTRATIVE:
            columns = (part.periods.tolist(), part.values.tolist(), part.rounding(counted).tolist())
            for period, value, unit in zip(*columns, strict=True):
                values, units = found.setdefault(period, ({}, {}))
                values[part.area], units[part.area] = value, unit
    among = {part.area for part in family.parts}
    above = {area: [a for a in areas.above(area) if a in among] for area in among}
    nested = any(above.values())
    totals = zip(whole.periods.tolist(), whole.values.tolist(), whole.rounding(counted).tolist(), strict=True)
    for period, total, unit in totals:
        if period not in found:
            continue
        values, units = found[period]
        if nested:
            # A city, not the city and its wards: what lies in another part is left out of the sum.
            disjoint = [area for area in values if not any(a in values for a in above[area])]
            values, units = ({area: column[area] for area in disjoint} for column in (values, units))
        partition = areas.partition(whole.area, period)
        complete = bool(partition) and partition <= values.keys()
        yield Period(period, total, values, unit, units, complete)


def _judge(family: Family, weights: Weights) -> Callable[[Period], Iterator[Judged]]:
    top = 100.0 if "PT" in family.whole.words("UNIT_MEASURE") else None

    weighted = family.kind is SeriesKind.RATIO and bool(weights.found)

    def judge(period: Period) -> Iterator[Judged]:
        if family.kind is SeriesKind.COUNT:
            yield _count(period, partial=bool(family.cautions))
        if weighted and family.weight:
            yield from _rest(period, family.whole, weights, family.weight, top)
        # Two cities do not enclose their nation: only a partition does, or a city's own districts as a remark.
        if family.kind in (SeriesKind.RATIO, SeriesKind.MEAN) and (family.own or period.complete):
            yield from _convex(period)

    return judge


def _count(period: Period, partial: bool) -> Judged:
    left, even = period.whole - period.total, 1e-9 * abs(period.whole)
    rounding = period.rounding + even
    slack = rounding + PARTIAL * abs(period.whole) if partial else rounding
    excuse = None if abs(left) <= even else ROUNDING if abs(left) <= rounding else TOLERANCE
    if period.complete:
        severity = None if abs(left) <= slack else _W if abs(left) <= _SUM_WARNING * abs(period.whole) else _E
        within = None if severity else excuse
        return Judged("COH-SUM", period, severity, abs(left), lambda: _tell_sum(period, left, severity, within), within)
    severity = _E if left < -slack else None
    within = excuse if severity is None and left < 0 else None
    return Judged("COH-REMAINDER", period, severity, -left, lambda: _tell_remainder(period, left, within), within)


def _tell_sum(period: Period, left: float, severity: Severity | None, within: Sentence | None) -> Sentence:
    told: dict[str, Value] = {"period": period.name, "whole": figure(period.whole)}
    if not (severity or within):
        return says(
            "{period}: the whole is {whole} and its {n} part sum to it",
            "{period}: the whole is {whole} and its {n} parts sum to it",
            len(period.parts),
            **told,
        )
    said = says(
        "{period}: the whole is {whole} and its {n} part sum to {total}, {difference} apart",
        "{period}: the whole is {whole} and its {n} parts sum to {total}, {difference} apart",
        len(period.parts),
        total=figure(period.total),
        difference=sized(abs(left), percent(left, period.whole)),
        **told,
    )
    return excused(said, within)


def _tell_remainder(period: Period, left: float, within: Sentence | None) -> Sentence:
    told: dict[str, Value] = {"period": period.name, "parts": _parts(period), "whole": figure(period.whole)}
    if left >= -1e-9 * abs(period.whole):
        return say("{period}: {parts} of {whole} leaves {rest} for the rest", rest=figure(abs(left)), **told)
    said = say("{period}: {parts} is more than the whole, {whole}, by {more}", more=figure(-left), **told)
    return excused(said, within)


def excused(said: Sentence, within: Sentence | None) -> Sentence:
    return say("{words}, within {excuse}", words=said, excuse=within) if within else said


def _rest(period: Period, whole: Series, weights: Weights, name: str, top: float | None) -> Iterator[Judged]:
    found = weights.together(name, whole, (whole.area, *period.parts), period.code)
    if found is None or min(found) < 0 or (rest := found[0] - sum(found[1:])) <= 0:
        return
    taken = sum(w * y for w, y in zip(found[1:], period.parts.values(), strict=True))
    value = (found[0] * period.whole - taken) / rest
    # A small rest is worked out from large rounded figures: what half a unit of each can do to it.
    blur = sum(w * u for w, u in zip(found, (period.unit, *period.units.values()), strict=True)) / 2 / rest + 1e-9
    impossible = value < -blur or (top is not None and value > top + blur)
    odd = period.whole > 0 and not _REST[0] * period.whole - blur <= value <= _REST[1] * period.whole + blur
    severity = _E if impossible else _W if odd else None
    words = say(
        "{period}: with {parts} and the whole at {whole}, the rest would be {rest} (weighted by {weight})",
        period=period.name,
        parts=_parts(period),
        whole=figure(period.whole),
        rest=figure(value),
        weight=name,
    )
    if impossible:
        words = say("{words}, which cannot be", words=words)
    yield Judged("COH-REMAINDER", period, severity, abs(value - period.whole), lambda: words)


def _convex(period: Period) -> Iterator[Judged]:
    if len(period.parts) < 2:
        return
    lowest, highest = min(period.parts.values()), max(period.parts.values())
    outside = max(lowest - period.whole, period.whole - highest)
    inside = outside <= 0 or outside <= max(period.unit, *period.units.values())
    severity = None if inside else _E if period.complete else _I
    yield Judged("COH-CONVEX", period, severity, outside, lambda: _tell_convex(period, severity))


def _tell_convex(period: Period, severity: Severity | None) -> Sentence:
    low, high = (pick(period.parts, key=lambda a: period.parts[a]) for pick in (min, max))
    told: dict[str, Value] = {
        "period": period.name,
        "whole": figure(period.whole),
        "lowest": figure(period.parts[low]),
        "low": low,
        "highest": figure(period.parts[high]),
        "high": high,
    }
    n = len(period.parts)
    if severity is None:
        return says(
            "{period}: the whole, {whole}, lies within its {n} part, {lowest} ({low}) to {highest} ({high})",
            "{period}: the whole, {whole}, lies within its {n} parts, {lowest} ({low}) to {highest} ({high})",
            n,
            **told,
        )
    words = says(
        "{period}: the whole, {whole}, lies outside its {n} part, {lowest} ({low}) to {highest} ({high})",
        "{period}: the whole, {whole}, lies outside its {n} parts, {lowest} ({low}) to {highest} ({high})",
        n,
        **told,
    )
    return say("{words}; not all parts are known to be there", words=words) if severity is _I else words


def _outcome(rule: str, judged: Sequence[Judged], family: Family) -> Outcome:
    whole = family.whole
    failed = [one for one in judged if one.severity]
    # Of periods that are all well the last one is the one that people look for.
    worst = max(failed, key=lambda one: (_RANK[one.severity], one.size)) if failed else judged[-1]
    words = say("{series} in {area} and its parts, {words}", series=whole.code, area=whole.area, words=worst.tell())
    if failed:
        words = say("{words} ({times})", words=words, times=times(len(failed), len(judged)))
    words = partly(words, family.cautions)
    measures = {"periods": float(len(judged)), "failing": float(len(failed)), "parts": float(len(worst.period.parts))}
    return Outcome(rule, worst, words, measures)


def _parts(period: Period) -> Sentence:
    if len(period.parts) == 1:
        ((area, value),) = period.parts.items()
        return say("{area} with {value}", area=area, value=figure(value))
    return says(
        "the sum {total} of {n} area", "the sum {total} of {n} areas", len(period.parts), total=figure(period.total)
    )
