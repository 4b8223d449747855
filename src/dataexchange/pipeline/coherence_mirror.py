"""Mirror: the national office's own values for the same key and area should be the city's values.

Where both give confidence bounds the difference is tested, z = |x1 - x2| / sqrt(se1^2 + se2^2) with se = (upper - lower) / 3.92;
otherwise it may be 0.5 % of the national value, or what rounding explains: half the last printed place of each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.pipeline.coherence_gate import Gate
from dataexchange.pipeline.coherence_series import Floats, Series, period_text, shared
from dataexchange.pipeline.coherence_words import area_name, difference, figure, label, times

RELATIVE = 0.005
#: The tolerance where the two are only partly comparable.
RELATIVE_PARTIAL = 0.02

#: Two-sided 5 % and 1 % of the normal distribution.
Z_WARNING, Z_ERROR = 1.96, 2.58
_WIDTH = 2 * 1.96


@dataclass(frozen=True, slots=True)
class Beside:
    """Two series over their shared periods: places in each, values, which differ too much, and z where it can be had."""

    here: np.ndarray[tuple[int], np.dtype[np.int64]]
    local: Floats
    national: Floats
    differs: np.ndarray[tuple[int], np.dtype[np.bool_]]
    z: Floats


def mirror(
    local: Series, national: Series, gate: Gate, schema: Schema, whole: bool
) -> tuple[Comparison, list[Finding]]:
    both = beside(local, national, gate, whole)
    worst = _worst(both)
    agrees = not both.differs.any()
    reason = _reason(local, both, worst, gate, schema)
    comparison = Comparison(
        "COH-MIRROR",
        local.key,
        national.key,
        Verdict.AGREES if agrees else Verdict.DISAGREES,
        reason,
        points(local, both),
        _measures(both, worst),
        f"{'agrees with' if agrees else 'differs from'} the national office's own values for the same area",
    )
    if agrees:
        return comparison, []
    severity = Severity.ERROR if np.nanmax(np.append(both.z, 0.0)) >= Z_ERROR else Severity.WARNING
    index = int(both.here[worst])
    found = finding(
        "COH-MIRROR", reason, local.place(index), severity=severity, key=local.key, period=period_text(local, index)
    )
    return comparison, [found]


def beside(local: Series, national: Series, gate: Gate, whole: bool) -> Beside:
    here, there = shared(local, national)
    x, y = local.values[here], national.values[there]
    relative = RELATIVE_PARTIAL if gate.cautions else RELATIVE
    rounding = (local.rounding(whole) + national.rounding(whole)) / 2
    differs = np.abs(x - y) > np.maximum(relative * np.abs(y), rounding) * (1 + 1e-9)
    errors = np.hypot(_errors(local)[here], _errors(national)[there])
    z = np.divide(np.abs(x - y), errors, out=np.full(len(x), np.nan), where=errors > 0)
    return Beside(here, x, y, np.where(np.isnan(z), differs, z >= Z_WARNING), z)


def points(local: Series, both: Beside) -> tuple[tuple[str, float, float], ...]:
    triples = zip(both.here.tolist(), both.local.tolist(), both.national.tolist(), strict=True)
    return tuple((period_text(local, i), x, y) for i, x, y in triples)


def _errors(series: Series) -> Floats:
    """Standard errors from 95 % bounds; NaN where there are none."""
    return np.asarray((series.numbers("UPPER_BOUND") - series.numbers("LOWER_BOUND")) / _WIDTH)


def _worst(both: Beside) -> int:
    """The largest difference, among those that differ if any do."""
    size = np.abs(both.local - both.national)
    return int(np.argmax(np.where(both.differs, size, -1.0) if both.differs.any() else size))


def _measures(both: Beside, worst: int) -> dict[str, float]:
    x, y = float(both.local[worst]), float(both.national[worst])
    found = {"shared": float(len(both.local)), "differing": float(both.differs.sum()), "largest": abs(x - y)}
    if y:
        found["largest_relative"] = abs((x - y) / y)
    if np.isfinite(both.z).any():
        found["z"] = float(np.nanmax(both.z))
    return found


def _reason(local: Series, both: Beside, worst: int, gate: Gate, schema: Schema) -> str:
    x, y = float(both.local[worst]), float(both.national[worst])
    period, own = period_text(local, int(both.here[worst])), "the national office's own values"
    name, n = area_name(schema, local.area), len(both.local)
    how = [f"only partly comparable: {caution}" for caution in gate.cautions]
    if np.isfinite(both.z).any():
        how.append(f"judged by the confidence bounds: z = {figure(float(np.nanmax(both.z)))} at most")
    aside = f" ({'; '.join(how)})" if how else ""
    if both.differs.any():
        count = times(int(both.differs.sum()), n)
        return (
            f"{label(local)}: {own} for {name} differ {count}, at most by {difference(x, y)} in {period}: "
            f"{figure(x)} here, {figure(y)} there{aside}"
        )
    if x == y:
        return f"{label(local)}: {own} for {name} are the same {times(n, n)}{aside}"
    return f"{label(local)}: {own} for {name} agree {times(n, n)}; the largest difference is {difference(x, y)} in {period}{aside}"
