"""Parts against their whole: what areas leave for the rest of the area above them.

Counts: the remainder R = Y - sum y_a cannot be below zero (F1), and is zero where the parts are all there (P1). Ratios: with
weights, what the rest would have to be, r = (W Y - sum w_a y_a) / (W - sum w_a), must be possible (F2); without weights only a
partition says something: the whole lies between its lowest and its highest part (P3).
A part that differs from its whole is information, never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.finding import Finding, Severity, Verdict
from dataexchange.model.rules import finding
from dataexchange.model.series_notes import SeriesKind
from dataexchange.pipeline.coherence_areas import ADMINISTRATIVE, Areas, boundary
from dataexchange.pipeline.coherence_series import Series, period_text
from dataexchange.pipeline.coherence_words import figure, percent, times

#: (name of the weight, area, period) -> weight: ("labour force", "GB_BRS", "2019") -> 243000.
Weights = Mapping[tuple[str, str, str], float]

#: The parts of a partition may miss their total by so much before it is an error (P1).
_SUM_WARNING = 0.01
#: The rest may differ from the whole by these factors before it is remarkable (F2).
_REST = (0.5, 2.0)

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION
_RANK = {None: 0, _I: 1, _W: 2, _E: 3}


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a whole, with the parts that have a value and do not overlap."""

    name: str
    whole: float
    parts: Mapping[str, float]
    #: The parts are a whole partition.
    complete: bool

    @property
    def total(self) -> float:
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Judged:
    """One period under one rule: `severity` None where nothing is wrong. `size` says which period is worst."""

    rule: str
    period: Period
    severity: Severity | None
    size: float
    #: Words are made for the one period that is told, not for all that are judged.
    tell: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule over all periods of a whole; `worst` stands for them, with words that can stand alone."""

    rule: str
    worst: Judged
    words: str
    measures: Mapping[str, float]

    @property
    def verdict(self) -> Verdict:
        return Verdict.IMPLAUSIBLE if self.worst.severity is _E else Verdict.PLAUSIBLE


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


def outcomes(family: Family, areas: Areas, weights: Weights) -> list[Outcome]:
    """What can be said of a whole and its parts, one outcome a rule."""
    judge = _judge(family, weights)
    by_rule: dict[str, list[Judged]] = {}
    for period in periods(family.whole, family.parts, areas):
        for judged in judge(period):
            by_rule.setdefault(judged.rule, []).append(judged)
    return [_outcome(rule, found, family.whole) for rule, found in by_rule.items()]


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


def periods(whole: Series, parts: Sequence[Series], areas: Areas) -> Iterator[Period]:
    """Periods that the whole and at least one part have."""
    values: dict[int, dict[str, float]] = {}
    for part in parts:
        if boundary(part.area)[1] == ADMINISTRATIVE:
            for period, value in zip(part.periods.tolist(), part.values.tolist(), strict=True):
                values.setdefault(period, {})[part.area] = value
    above = {part.area: areas.above(part.area) for part in parts}
    partition = areas.partition(whole.area)
    for i, period in enumerate(whole.periods.tolist()):
        given = values.get(period, {})
        # A city, not the city and its wards: what lies in another part is left out of the sum.
        disjoint = {area: value for area, value in given.items() if not any(a in given for a in above[area])}
        if disjoint:
            complete = bool(partition) and partition <= disjoint.keys()
            yield Period(period_text(whole, i), float(whole.values[i]), disjoint, complete)


def _judge(family: Family, weights: Weights) -> Callable[[Period], Iterator[Judged]]:
    rounding = max(series.rounding(family.kind is SeriesKind.COUNT) for series in (family.whole, *family.parts))
    top = 100.0 if "PT" in family.whole.words("UNIT_MEASURE") else None

    def judge(period: Period) -> Iterator[Judged]:
        if family.kind is SeriesKind.COUNT:
            yield from _count(period, rounding)
        if family.kind is SeriesKind.RATIO and family.weight:
            yield from _rest(period, family.whole.area, weights, family.weight, top)
        # Two cities do not enclose their nation: only a partition does, or a city's own districts as a remark.
        if family.kind in (SeriesKind.RATIO, SeriesKind.MEAN) and (family.own or period.complete):
            yield from _convex(period, rounding)

    return judge


def _count(period: Period, rounding: float) -> Iterator[Judged]:
    left = period.whole - period.total
    slack = (len(period.parts) + 1) * rounding / 2 + 1e-9 * abs(period.whole)
    if period.complete:
        severity = None if abs(left) <= slack else _W if abs(left) <= _SUM_WARNING * abs(period.whole) else _E
        yield Judged("COH-SUM", period, severity, abs(left), lambda: _tell_sum(period, left, severity))
        return
    severity = _E if left < -slack else None
    yield Judged("COH-REMAINDER", period, severity, -left, lambda: _tell_remainder(period, left, severity))


def _tell_sum(period: Period, left: float, severity: Severity | None) -> str:
    what = "sum to it" if severity is None else f"sum to {figure(period.total)}, {_apart(left, period.whole)} apart"
    return f"{period.name}: the whole is {figure(period.whole)} and its {len(period.parts)} parts {what}"


def _tell_remainder(period: Period, left: float, severity: Severity | None) -> str:
    if severity:
        return f"{period.name}: {_parts(period)} is more than the whole, {figure(period.whole)}, by {figure(-left)}"
    return f"{period.name}: {_parts(period)} of {figure(period.whole)} leaves {figure(left)} for the rest"


def _rest(period: Period, area: str, weights: Weights, name: str, top: float | None) -> Iterator[Judged]:
    keys = [(name, part, period.name) for part in period.parts]
    whole = weights.get((name, area, period.name))
    if whole is None or not all(key in weights for key in keys):
        return
    rest = whole - sum(weights[key] for key in keys)
    if rest <= 0:
        return
    taken = sum(weights[key] * period.parts[key[1]] for key in keys)
    value = (whole * period.whole - taken) / rest
    impossible = value < -1e-9 or (top is not None and value > top * (1 + 1e-9))
    ratio = value / period.whole if period.whole else 1.0
    severity = _E if impossible else None if _REST[0] <= ratio <= _REST[1] else _W
    words = (
        f"{period.name}: with {_parts(period)} and the whole at {figure(period.whole)}, the rest would be {figure(value)} "
        f"(weighted by {name})"
    )
    if impossible:
        words += ", which cannot be"
    yield Judged("COH-REMAINDER", period, severity, abs(value - period.whole), lambda: words)


def _convex(period: Period, rounding: float) -> Iterator[Judged]:
    if len(period.parts) < 2:
        return
    lowest, highest = min(period.parts.values()), max(period.parts.values())
    outside = max(lowest - period.whole, period.whole - highest)
    severity = None if outside <= rounding else _E if period.complete else _I
    yield Judged("COH-CONVEX", period, severity, outside, lambda: _tell_convex(period, severity))


def _tell_convex(period: Period, severity: Severity | None) -> str:
    low, high = (pick(period.parts, key=lambda a: period.parts[a]) for pick in (min, max))
    span = f"{figure(period.parts[low])} ({low}) to {figure(period.parts[high])} ({high})"
    where = "lies outside" if severity else "lies within"
    words = f"{period.name}: the whole, {figure(period.whole)}, {where} its {len(period.parts)} parts, {span}"
    return f"{words}; not all parts are known to be there" if severity is _I else words


def _outcome(rule: str, judged: Sequence[Judged], whole: Series) -> Outcome:
    failed = [one for one in judged if one.severity]
    # Of periods that are all well the last one is the one that people look for.
    worst = max(failed, key=lambda one: (_RANK[one.severity], one.size)) if failed else judged[-1]
    count = f" ({times(len(failed), len(judged), 'periods')})" if failed else ""
    words = f"{whole.code} in {whole.area} and its parts, {worst.tell()}{count}"
    measures = {"periods": float(len(judged)), "failing": float(len(failed)), "parts": float(len(worst.period.parts))}
    return Outcome(rule, worst, words, measures)


def _parts(period: Period) -> str:
    if len(period.parts) == 1:
        ((area, value),) = period.parts.items()
        return f"{area} with {figure(value)}"
    return f"the sum {figure(period.total)} of {len(period.parts)} areas"


def _apart(left: float, whole: float) -> str:
    share = percent(left, whole)
    return figure(abs(left)) + (f" ({share})" if share else "")
