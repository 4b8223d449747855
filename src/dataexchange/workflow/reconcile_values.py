"""The ways of reconciling, run over series: one whole, one breakdown and one period at a time, for each what came of it or why not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dataexchange.errors import Conflict
from dataexchange.model.reconciliation import Adjusted, Left, Method, Total
from dataexchange.model.sentence import Sentence, Value, say
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.weight_names import weight_name
from dataexchange.pipeline.reconciliation_logit import logit_raked
from dataexchange.pipeline.reconciliation_scaling import Floats, pro_rata, weighted
from dataexchange.pipeline.reconciliation_squares import least_squares, variances
from dataexchange.workflow.reconcile_figures import About, Figure, Figures, weights_of
from dataexchange.workflow.reconcile_parts import Whole, together

#: How far the nation's own weight of a whole may lie from the sum of its parts', relatively.
_WEIGHT_OFF = 0.01


@dataclass(frozen=True, slots=True)
class Sides:
    """The city's figures and the nation's, and what says how to put them together. `weights` are SERIES codes, for ratios."""

    local: Figures
    national: Figures
    kind: SeriesKind
    method: Method
    cv: float
    weight: str | None = None
    weights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it so far. `left` is (area, national key, reason) -> periods."""

    adjusted: list[Adjusted] = field(default_factory=list)
    left: dict[tuple[str, str, Sentence], list[str]] = field(default_factory=dict)

    def leave(self, nation: Figure, period: str, reason: Sentence) -> None:
        self.left.setdefault((nation.line.area, nation.line.key, reason), []).append(period)

    def take(self, figures: Sequence[Figure], values: Floats, total: Total) -> None:
        """One period's reconciled values, in the order of the figures."""
        for figure, value in zip(figures, values.tolist(), strict=True):
            self.take_one(figure, total.period, value, total, len(figures))

    def take_one(self, figure: Figure, period: str, value: float, total: Total, parts: int) -> None:
        self.adjusted.append(
            Adjusted(
                key=figure.line.key,
                area=figure.line.area,
                period=period,
                own=figure.value(period),
                value=value,
                total=total,
                parts=parts,
                provider=figure.line.provider,
                own_release=figure.release,
            )
        )

    def add(self, other: Made) -> None:
        self.adjusted.extend(other.adjusted)
        for left, periods in other.left.items():
            self.left.setdefault(left, []).extend(periods)

    @property
    def told(self) -> tuple[Left, ...]:
        return tuple(Left(area, key, tuple(periods), reason) for (area, key, reason), periods in self.left.items())


def total_of(nation: Figure, period: str) -> Total:
    return Total(nation.line.area, nation.line.key, period, nation.value(period), nation.release)


def periods_of(nation: Figure, there: Sequence[Figure]) -> Iterator[str]:
    """Periods in which the nation has a value and any of these an observation, in order of time."""
    known = {period for figure in there for period in figure.at}
    yield from (p for p in nation.line.periods if p in known and math.isfinite(nation.value(p)))


def reconcile_areas(sides: Sides, whole: Whole, about: About, made: Made) -> None:
    """The parts of one whole, by themselves: no breakdown is looked at together with another."""
    nation, there = sides.national.of(about).get(whole.area), sides.local.of(about)
    if nation is None:
        return
    for period in periods_of(nation, [there[area] for area in whole.scope if area in there]):
        figures, reason = together(whole, there, sides.national.of(about), period)
        reason = reason or unit_differs([*figures, nation])
        if reason is None:
            try:
                values = np.array([figure.value(period) for figure in figures])
                made.take(figures, _met(sides, about, figures, values, nation, period), total_of(nation, period))
            except Conflict as error:
                reason = reason_of(error)
        if reason is not None:
            made.leave(nation, period, reason)


def unit_differs(figures: Sequence[Figure]) -> Sentence | None:
    units = sorted({figure.unit or "" for figure in figures})
    if len(units) == 1:
        return None
    return say("the units differ: {one} and {other}", one=units[0] or "?", other=units[1])


def reason_of(error: Conflict) -> Sentence:
    """What a step says as it refuses; a plain text is taken as it stands."""
    found: Value = error.args[0]
    return found if isinstance(found, Sentence) else say("{reason}", reason=str(found))


def spread_of(figures: Sequence[Figure], period: str, cv: float) -> Floats:
    """Variances: by the bounds where there are any, else by the coefficient of variation."""
    values, lower, upper = (
        np.array(numbers)
        for numbers in (
            [f.value(period) for f in figures],
            [f.number("LOWER_BOUND", period) for f in figures],
            [f.number("UPPER_BOUND", period) for f in figures],
        )
    )
    return variances(values, lower, upper, cv)


def refuse_negative(values: Floats, figures: Sequence[Figure]) -> Floats:
    """Counts below 0 are none: the smallest variances decide how far a value moves, whatever its size."""
    if (values < 0).any():
        at = int(values.argmin())
        raise Conflict(
            say(
                "least squares would make {key} negative ({value}): check its bounds, or use pro-rata",
                key=figures[at].line.key,
                value=round(float(values[at]), 6),
            )
        )
    return values


def _met(sides: Sides, about: About, figures: Sequence[Figure], values: Floats, nation: Figure, period: str) -> Floats:
    whole = nation.value(period)
    if sides.method is Method.LEAST_SQUARES:
        ones, names = np.ones((1, len(values))), [nation.line.area]
        found = least_squares(values, spread_of(figures, period, sides.cv), ones, np.array([whole]), names)
        return refuse_negative(found, figures)
    if sides.kind is SeriesKind.COUNT:
        return pro_rata(values, whole)
    weights = _weights(sides, about, figures, nation, period)
    if sides.method is Method.LOGIT:
        return logit_raked(values, weights, whole)
    found = weighted(values, weights, whole)
    if nation.unit == "PT" and (found > 100).any():
        raise Conflict(say("a common factor would take a percentage beyond 100: use logit"))
    return found


def _weights(sides: Sides, about: About, figures: Sequence[Figure], nation: Figure, period: str) -> Floats:
    """Of all parts. W is their sum, so that the weighted mean of the parts is the nation's value exactly; a weight of the whole that
    says something else would move every value for a reason that is not theirs."""
    if not sides.weights:
        raise Conflict(
            say(
                "no series of the code list says that it measures {weight} (MEASURES), its weight",
                weight=sides.weight or "?",
            )
        )
    areas = [figure.line.area for figure in figures]
    places = (sides.local, sides.national)
    *found, whole = weights_of(about, [*areas, nation.line.area], period, sides.weights, places)
    missing = [area for area, weight in zip(areas, found, strict=True) if not (math.isfinite(weight) and weight >= 0)]
    if missing or not sum(found):
        raise Conflict(
            say(
                "its weight, {weight}, has no value for {area} with the same breakdown",
                weight=weight_name(sides.weight) or "?",
                area=(missing or areas)[0],
            )
        )
    if math.isfinite(whole) and abs(sum(found) - whole) > _WEIGHT_OFF * whole:
        raise Conflict(
            say(
                "the weights of the parts make {sum}, that of {area} is {whole}: reconcile {series} first",
                sum=round(sum(found), 6),
                area=nation.line.area,
                whole=whole,
                series=sides.weights[0],
            )
        )
    return np.array(found)
