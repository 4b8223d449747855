"""The arrays against a slow twin: the rules over one series at a time, in plain Python from the formulas."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import dataset, with_areas

from dataexchange.model.finding import Severity, Verdict
from dataexchange.pipeline.coherence import compare

AREAS = ("C1", "C2", "C3")
SCHEMA = with_areas(NAT=(None, True), **dict.fromkeys(AREAS, ("NAT", False)))
CODES = {"VC_IHR_PSRCN": "NUMBER", "SI_POV_NAHC": "PT"}
PERIODS = ("2015", "2016", "2017")

Key = tuple[str, str]
Values = dict[Key, dict[str, float]]


def rows(values: Values) -> list[dict[str, Any]]:
    return [
        {"SERIES": code, "UNIT_MEASURE": CODES[code], "REF_AREA": area, "TIME_PERIOD": period, "OBS_VALUE": value}
        for (code, area), each in values.items()
        for period, value in each.items()
    ]


def decimals(value: float) -> int:
    return next(d for d in range(9) if abs(value * 10**d - round(value * 10**d)) <= 1e-12 * abs(value * 10**d))


def unit(values: Values, key: Key) -> float:
    most = max(decimals(value) for value in values[key].values())
    return 0.0 if key[0] == "VC_IHR_PSRCN" and most == 0 else 10.0**-most


def mirrored(local: Values, national: Values, key: Key) -> bool:
    """Whether the two agree in all shared periods."""
    rounding = (unit(local, key) + unit(national, key)) / 2
    both = [(local[key][p], national[key][p]) for p in local[key] if p in national[key]]
    return all(abs(x - y) <= max(0.005 * abs(y), rounding) * (1 + 1e-9) for x, y in both)


def parted(local: Values, national: Values, code: str) -> dict[str, tuple[str, Severity]]:
    """By period what P1, F1 and P3 say of the national whole; periods without a fault are left out."""
    whole, found = national.get((code, "NAT"), {}), {}
    for period, y in whole.items():
        keys = [(code, a) for a in AREAS if period in local.get((code, a), {})]
        if not keys:
            continue
        parts = [local[key][period] for key in keys]
        figures = [*parts, y]
        coarsest = 10.0 ** -max(map(decimals, figures)) if len(figures) >= 6 else 0.0
        own = [
            u if u == 0 else max(u, coarsest)
            for u in (*(unit(local, key) for key in keys), unit(national, (code, "NAT")))
        ]
        rounding, left, complete = sum(own) / 2 + 1e-9 * abs(y), y - math.fsum(parts), len(parts) == len(AREAS)
        if code == "SI_POV_NAHC":
            outside = max(min(parts) - y, y - max(parts))
            if complete and outside > 0 and outside > max(own) * (1 + 1e-9):
                found[period] = ("COH-CONVEX", Severity.ERROR)
        elif complete and abs(left) > rounding:
            found[period] = ("COH-SUM", Severity.WARNING if abs(left) <= 0.01 * abs(y) else Severity.ERROR)
        elif not complete and left < -rounding:
            found[period] = ("COH-REMAINDER", Severity.ERROR)
    return found


def numbers(code: str) -> st.SearchStrategy[float]:
    if code == "VC_IHR_PSRCN":
        return st.integers(0, 400).map(float)
    return st.integers(0, 1000).map(lambda n: n / 10)


@st.composite
def tables(draw: st.DrawFn, areas: tuple[str, ...]) -> Values:
    found: Values = {}
    for code in CODES:
        for area in areas:
            periods = draw(st.lists(st.sampled_from(PERIODS), unique=True, max_size=3))
            if periods:
                found[code, area] = {period: draw(numbers(code)) for period in sorted(periods)}
    return found


@settings(max_examples=40, deadline=None)
@given(tables(AREAS), tables(("NAT",)), st.booleans())
def test_parts_and_their_whole_as_the_twin_has_them(local: Values, national: Values, near: bool) -> None:
    if near:
        for (code, _), each in national.items():
            for period in each:
                parts = [local.get((code, a), {}).get(period) for a in AREAS]
                known = [p for p in parts if p is not None]
                if known and code == "VC_IHR_PSRCN":
                    each[period] = sum(known) + (1.0 if period == "2016" else 0.0)
    _, findings = compare(dataset(*rows(local)), dataset(*rows(national)), SCHEMA) if local and national else ((), ())
    mine: dict[tuple[str, str], list[tuple[str, Severity]]] = {}
    for code in CODES:
        for rule, severity in parted(local, national, code).values():
            mine.setdefault((code, rule), []).append((rule, severity))
    rank = [Severity.WARNING, Severity.ERROR]
    expected = {key: max((s for _, s in each), key=rank.index) for key, each in mine.items()}
    found = {
        ((f.key or "").split(".")[2], f.rule): f.severity
        for f in findings
        if f.rule in ("COH-SUM", "COH-REMAINDER", "COH-CONVEX")
    }
    assert found == expected
    for finding in findings:
        if finding.rule in ("COH-SUM", "COH-REMAINDER", "COH-CONVEX"):
            code = (finding.key or "").split(".")[2]
            rule, severity = parted(local, national, code)[finding.period or ""]
            assert (rule, severity) == (finding.rule, finding.severity)


@settings(max_examples=40, deadline=None)
@given(tables(AREAS), st.data())
def test_mirrors_as_the_twin_has_them(local: Values, data: st.DataObject) -> None:
    national: Values = {}
    for (code, area), each in local.items():
        factor = data.draw(st.sampled_from([1.0, 1.004, 1.006, 1.1]))
        national[code, area] = {p: round(v * factor, 0 if code == "VC_IHR_PSRCN" else 1) for p, v in each.items()}
    if not local:
        return
    comparisons, _ = compare(dataset(*rows(local)), dataset(*rows(national)), SCHEMA)
    for comparison in comparisons:
        parts = comparison.key.split(".")
        key = (parts[2], parts[3])
        agrees = mirrored(local, national, key)
        assert comparison.verdict is (Verdict.CONSISTENT if agrees else Verdict.INCONSISTENT)
        assert comparison.points == tuple((p, v, national[key][p]) for p, v in local[key].items())
