"""Mirror: the national office's own values for the same key and area should be the city's values.

Where both give confidence bounds the difference is tested, z = |x1 - x2| / sqrt(se1^2 + se2^2) with se = (upper - lower) / 3.92;
otherwise it may be 0.5 % of the national value, or what rounding explains: half the last printed place of each.

Twenty periods are twenty tests, and one error keeps the whole table from being published: the threshold of an error therefore rises
with the number of periods tested (Bonferroni), so that a true mirror is refused no more often than one period alone would be.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np

from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, chained, say, says
from dataexchange.pipeline.coherence_gate import PARTIAL, Gate
from dataexchange.pipeline.coherence_series import Floats, Series, period_text, shared
from dataexchange.pipeline.coherence_words import area_name, difference, figure, label, shared_times

RELATIVE = 0.005

#: Two-sided 5 % and 1 % of the normal distribution.
Z_WARNING, Z_ERROR = 1.96, 2.58
_NORMAL = NormalDist()
_WIDTH = 2 * 1.96


@dataclass(frozen=True, slots=True)
class Beside:
    """Two series over their shared periods: places in each, and values."""

    here: np.ndarray[tuple[int], np.dtype[np.int64]]
    there: np.ndarray[tuple[int], np.dtype[np.int64]]
    local: Floats
    national: Floats


@dataclass(frozen=True, slots=True)
class Differing:
    """Which shared periods differ too much, and z where it can be had."""

    differs: np.ndarray[tuple[int], np.dtype[np.bool_]]
    z: Floats

    @property
    def tests(self) -> int:
        return int(np.isfinite(self.z).sum())

    @property
    def largest(self) -> float:
        return float(np.nanmax(self.z)) if self.tests else 0.0


@cache
def z_error(tests: int) -> float:
    """The z that is an error in the largest of so many tests, at the level of 2.58 in one.

    >>> z_error(1), round(z_error(20), 2)
    (2.58, 3.48)
    """
    return Z_ERROR if tests <= 1 else -_NORMAL.inv_cdf(_NORMAL.cdf(-Z_ERROR) / tests)


def mirror(
    local: Series, national: Series, gate: Gate, schema: Schema, whole: bool
) -> tuple[Comparison, list[Finding]]:
    both = beside(local, national)
    tested = _test(local, national, both, gate, whole)
    worst = _worst(both, tested)
    agrees = not tested.differs.any()
    reason = _reason(local, both, tested, worst, gate, schema)
    comparison = Comparison(
        "COH-MIRROR",
        local.key,
        national.key,
        Verdict.CONSISTENT if agrees else Verdict.INCONSISTENT,
        reason,
        points(local, both),
        _measures(both, tested, worst),
        say("agrees with the national office's own values for the same area")
        if agrees
        else say("differs from the national office's own values for the same area"),
    )
    if agrees:
        return comparison, []
    severity = Severity.ERROR if tested.largest >= z_error(tested.tests) else Severity.WARNING
    index = int(both.here[worst])
    found = finding(
        "COH-MIRROR", reason, local.place(index), severity=severity, key=local.key, period=period_text(local, index)
    )
    return comparison, [found]


def beside(local: Series, national: Series) -> Beside:
    here, there = shared(local, national)
    return Beside(here, there, local.values[here], national.values[there])


def _test(local: Series, national: Series, both: Beside, gate: Gate, whole: bool) -> Differing:
    x, y = both.local, both.national
    relative = PARTIAL if gate.cautions else RELATIVE
    differs = np.abs(x - y) > relative * np.abs(y) * (1 + 1e-9)
    if differs.any():
        differs &= np.abs(x - y) > rounding(local, national, both, whole) * (1 + 1e-9)
    errors = np.hypot(_errors(local)[both.here], _errors(national)[both.there])
    z = np.divide(np.abs(x - y), errors, out=np.full(len(x), np.nan), where=errors > 0)
    return Differing(np.where(np.isnan(z), differs, z >= Z_WARNING), z)


def rounding(local: Series, national: Series, both: Beside, whole: bool) -> Floats:
    """What rounding explains in each shared period: half the unit of each."""
    return np.asarray((local.rounding(whole)[both.here] + national.rounding(whole)[both.there]) / 2)


def points(local: Series, both: Beside) -> tuple[tuple[str, float, float], ...]:
    triples = zip(both.here.tolist(), both.local.tolist(), both.national.tolist(), strict=True)
    return tuple((period_text(local, i), x, y) for i, x, y in triples)


def _errors(series: Series) -> Floats:
    """Standard errors from 95 % bounds; NaN where there are none."""
    return np.asarray((series.numbers("UPPER_BOUND") - series.numbers("LOWER_BOUND")) / _WIDTH)


def _worst(both: Beside, tested: Differing) -> int:
    """The largest difference, among those that differ if any do."""
    size = np.abs(both.local - both.national)
    return int(np.argmax(np.where(tested.differs, size, -1.0) if tested.differs.any() else size))


def _measures(both: Beside, tested: Differing, worst: int) -> dict[str, float]:
    x, y = float(both.local[worst]), float(both.national[worst])
    found = {"shared": float(len(both.local)), "differing": float(tested.differs.sum()), "largest": abs(x - y)}
    if y:
        found["largest_relative"] = abs((x - y) / y)
    if tested.tests:
        found["z"] = tested.largest
    return found


def _reason(local: Series, both: Beside, tested: Differing, worst: int, gate: Gate, schema: Schema) -> Sentence:
    x, y = float(both.local[worst]), float(both.national[worst])
    period, series = period_text(local, int(both.here[worst])), label(local)
    name, n = area_name(schema, local.area), len(both.local)
    if tested.differs.any():
        told = say(
            "{series}: the national office's own values for {area} differ {times}, at most by {difference} in {period}: {here} "
            "here, {there} there",
            series=series,
            area=name,
            times=shared_times(int(tested.differs.sum()), n),
            difference=difference(x, y),
            period=period,
            here=figure(x),
            there=figure(y),
        )
    elif x == y:
        told = say(
            "{series}: the national office's own values for {area} are the same {times}",
            series=series,
            area=name,
            times=shared_times(n, n),
        )
    else:
        told = say(
            "{series}: the national office's own values for {area} agree {times}; the largest difference is {difference} in "
            "{period}",
            series=series,
            area=name,
            times=shared_times(n, n),
            difference=difference(x, y),
            period=period,
        )
    how = _how(tested, gate)
    return say("{fault} ({how})", fault=told, how=chained(how)) if how else told


def _how(tested: Differing, gate: Gate) -> list[Sentence]:
    """What the comparison rests on, where that is more than the values."""
    how = [say("only partly comparable: {caution}", caution=caution) for caution in gate.cautions]
    if tests := tested.tests:
        how.append(
            says(
                "judged by the confidence bounds: z = {z} at most, an error from {limit} with {n} period tested",
                "judged by the confidence bounds: z = {z} at most, an error from {limit} with {n} periods tested",
                tests,
                z=figure(tested.largest),
                limit=figure(z_error(tests)),
            )
        )
    return how
