"""Every formula of coherence against a calculation by hand, and the robust ones against another way of working them out."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import dataset, series, with_areas

from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.rulebook import Choice, Rulebook, SeriesNature
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind
from dataexchange.pipeline.coherence import compare
from dataexchange.pipeline.coherence_change import effects
from dataexchange.pipeline.coherence_robust import Groups, robust_z

COUNT = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}
SHARE = {"SERIES": "SL_TLF_UEM", "UNIT_MEASURE": "PT"}
POOR = {"SERIES": "SI_POV_NAHC", "UNIT_MEASURE": "PT"}
PEOPLE = {"SERIES": "_L_POPULATION", "UNIT_MEASURE": "NUMBER"}
DISTRICTS = [f"C_{i}" for i in range(8)]
YEARS = [str(year) for year in range(2005, 2020)]


def city() -> Schema:
    """A nation, a city in it, and eight districts that are all of the city."""
    return with_areas(NAT=(None, False), C=("NAT", True), **dict.fromkeys(DISTRICTS, ("C", False)))


def rows(values: dict[str, float], **same: Any) -> list[dict[str, Any]]:
    return [{**same, "REF_AREA": area, "OBS_VALUE": value} for area, value in values.items()]


def history(values: dict[str, list[float]], **same: Any) -> list[dict[str, Any]]:
    return [
        row
        for area, each in values.items()
        for row in series(dict(zip(YEARS, each, strict=False)), **same, REF_AREA=area)
    ]


def run(
    local: list[dict[str, Any]], national: list[dict[str, Any]], book: Rulebook | None = None
) -> tuple[tuple[Comparison, ...], tuple[Finding, ...]]:
    more = {"book": book} if book else {}
    return compare(dataset(*local), dataset(*national), city(), **more)


# -- P2, pooling ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whole", "severity"),
    [
        (20.0, None),
        (20.1, None),
        (20.2, Severity.WARNING),
        (20.4, Severity.WARNING),
        (20.6, Severity.ERROR),
        (19.5, Severity.ERROR),
    ],
)
def test_parts_pool_to_their_whole(whole: float, severity: Severity | None) -> None:
    """Seven districts of 100 people with 10.0001 % and one of 300 with 43.3331 %: (700·10.0001 + 300·43.3331) / 1000 = 20.0000. The
    whole has one decimal, 0.05 either way: well to 0.15, an error from 0.45 or so."""
    people = {**dict.fromkeys(DISTRICTS[:7], 100.0), DISTRICTS[7]: 300.0}
    shares = {**dict.fromkeys(DISTRICTS[:7], 10.0001), DISTRICTS[7]: 43.3331}
    comparisons, findings = run([*rows({**shares, "C": whole}, **POOR), *rows(people, **PEOPLE)], [])
    assert [f.severity for f in findings if f.rule == "COH-POOL"] == ([severity] if severity else [])
    assert "COH-CONVEX" not in {c.rule for c in comparisons}, "the sharper rule takes its place"
    (within,) = [c for c in comparisons if c.rule == "COH-POOL"]
    assert "pool to 20 (weighted by population)" in within.reason


def test_rounding_is_no_fault_of_pooling() -> None:
    """The whole is 2 for 2.4, and rounding explains half of it: |2.4 − 2| ≤ 0.5."""
    people, shares = dict.fromkeys(DISTRICTS, 10.0), dict.fromkeys(DISTRICTS, 2.4)
    assert run([*rows({**shares, "C": 2.0}, **POOR), *rows(people, **PEOPLE)], [])[1] == ()


# -- P1 by the unit of the period -----------------------------------------------------------------------------------------


def test_the_unit_is_that_of_the_period_where_all_figures_show_it() -> None:
    """Kyrgyzstan 2010: seven areas with one decimal make 517.0 of 516.9; in later years there are two decimals."""
    money = {"SERIES": "VC_DSR_GDPLS", "UNIT_MEASURE": "USD"}
    values = dict(zip(DISTRICTS[:7], [100.1, 50.2, 80.3, 90.4, 70.5, 65.2, 60.3], strict=True))
    later = [{**row, "TIME_PERIOD": "2020", "OBS_VALUE": 1.25} for row in rows(values, **money)]
    whole = [
        *rows({"C": 516.9}, **money),
        *[{**r, "TIME_PERIOD": "2020", "OBS_VALUE": 8.75} for r in rows({"C": 1}, **money)],
    ]
    assert sum(values.values()) == pytest.approx(517.0)
    assert run([*rows(values, **money), *later], whole)[1] == ()
    worse = [{**row, "OBS_VALUE": 516.0} if row["OBS_VALUE"] == 516.9 else row for row in whole]
    assert [f.severity for f in run([*rows(values, **money), *later], worse)[1]] == [Severity.ERROR]


# -- S1, G1, O2 -----------------------------------------------------------------------------------------------------------


def ordinary(seed: int, level: float = 200.0) -> dict[str, list[float]]:
    chance = np.random.default_rng(seed)
    return {d: np.rint(level * (1 + i) * np.exp(chance.normal(0, 0.08, 15))).tolist() for i, d in enumerate(DISTRICTS)}


def test_a_share_that_jumps_is_told_once_with_its_z() -> None:
    values = ordinary(1)
    values["C_3"][9] *= 3
    totals = [sum(each[t] for each in values.values()) for t in range(15)]
    _, findings = run(history({**values, "C": totals}, **COUNT), [])
    (found,) = [f for f in findings if f.rule == "COH-SHARE"]
    assert (found.key or "").split(".")[3] == "C_3"
    assert found.severity is Severity.WARNING
    # It jumps up to 2014 and back after it: the finding stands at the figure between the two.
    assert found.period == "2014"
    assert found.place.value == f"{values['C_3'][9]:.0f}"
    # By hand: the change of the logit, against its own history and against the other districts.
    logit = {d: [math.log(y / (t - y)) for y, t in zip(each, totals, strict=True)] for d, each in values.items()}
    change = {d: [b - a for a, b in pairwise(each)] for d, each in logit.items()}
    at = YEARS.index("2014")

    def z(group: list[float], value: float) -> float:
        median = statistics.median(group)
        mad = statistics.median([abs(g - median) for g in group])
        return abs(value - median) / max(1.4826 * mad, 0.05)

    expected = min(z(change["C_3"], change["C_3"][at]), z([c[at] for c in change.values()], change["C_3"][at]))
    assert f"z = {float(f'{expected:.4g}'):g}" in found.message


def test_growth_of_a_ratio_unlike_its_nation() -> None:
    level = {d: [10 + 0.1 * i + 0.01 * ((7 * i + t) % 5) for t in range(15)] for i, d in enumerate(DISTRICTS)}
    level["C_2"][7] = 25.0
    _, findings = run(history(level, **SHARE), history({"NAT": [10.0 + 0.01 * t for t in range(15)]}, **SHARE))
    (found,) = [f for f in findings if f.rule == "COH-GROWTH"]
    assert ((found.key or "").split(".")[3], found.severity) == ("C_2", Severity.WARNING)
    assert "(in 2 of 14 periods)" in found.message


def test_what_all_do_and_what_one_always_does_is_not_remarked_on() -> None:
    together = {d: [20.0 + i + 0.01 * (t % 3) for t in range(15)] for i, d in enumerate(DISTRICTS)}
    for each in together.values():
        each[8] = round(each[8] * 1.5, 2)
    nation = history({"NAT": [20.0] * 15}, **SHARE)
    assert not [f for f in run(history(together, **SHARE), nation)[1] if f.severity is not Severity.INFORMATION]
    restless = {d: [20.0 + i + 0.01 * (t % 3) for t in range(15)] for i, d in enumerate(DISTRICTS)}
    restless["C_5"] = [10.0 * (1 + t % 2) for t in range(15)]
    assert not [f for f in run(history(restless, **SHARE), nation)[1] if f.severity is not Severity.INFORMATION]


def test_small_counts_jump_by_chance() -> None:
    values = {d: [3.0, 9.0, 1.0, 4.0, 20.0, 2.0, 3.0, 2.0, 3.0, 2.0, 3.0, 2.0, 3.0, 2.0, 29.0] for d in DISTRICTS}
    values["C_1"] = values["C_1"][::-1]
    assert run(history(values, **COUNT), history({"NAT": [1000.0] * 15}, **COUNT))[1] == ()


def test_a_rule_is_switched_off_and_graded_by_the_rulebook() -> None:
    values = ordinary(1)
    values["C_3"][9] *= 3
    totals = [sum(each[t] for each in values.values()) for t in range(15)]
    local = history({**values, "C": totals}, **COUNT)
    off = Rulebook("N", 1, (Choice("COH-SHARE", on=False),))
    assert "COH-SHARE" not in {f.rule for f in run(local, [], off)[1]}
    assert "COH-GROWTH" in {f.rule for f in run(local, [], off)[1]}
    mild = Rulebook("N", 1, (Choice("COH-SHARE", severity=Severity.INFORMATION),))
    assert {f.severity for f in run(local, [], mild)[1] if f.rule == "COH-SHARE"} == {Severity.INFORMATION}
    strict = Rulebook("N", 1, (Choice("COH-SHARE", {"z": 100}, series="VC_*"),))
    assert "COH-SHARE" not in {f.rule for f in run(local, [], strict)[1]}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.floats(-50, 50)), min_size=1, max_size=60))
def test_medians_and_z_are_those_of_the_statistics_module(values: list[tuple[int, float]]) -> None:
    names, numbers = np.array([n for n, _ in values]), np.array([v for _, v in values])
    groups = Groups.by(names)
    (median, third) = groups.quantiles(numbers, 0.5, 0.75)
    z = robust_z(numbers, np.zeros(len(numbers)), groups, np.full(len(numbers), 0.05), np.full(len(numbers), 3.0))
    for i, name in enumerate(names.tolist()):
        group = [v for n, v in values if n == name]
        middle = statistics.median(group)
        assert median[groups.of[i]] == pytest.approx(middle)
        assert third[groups.of[i]] == pytest.approx(np.percentile(group, 75))
        if len(group) < 3:
            assert np.isnan(z[i])
        else:
            mad = statistics.median([abs(v - middle) for v in group])
            assert z[i] == pytest.approx(abs(numbers[i] - middle) / max(1.4826 * mad, 0.05))


def test_the_effects_of_hidiroglou_and_berthelot() -> None:
    """By hand: ratios 1, 1.1, 1.2, 2 have the median 1.15; s = 1 − 1.15/1, 1 − 1.15/1.1, 1.2/1.15 − 1, 2/1.15 − 1; E = s·√max."""
    y1, y2 = np.array([100.0, 100.0, 100.0, 100.0]), np.array([100.0, 110.0, 120.0, 200.0])
    effect, median = effects(y1, y2, np.full(4, 0.5), Groups.by(np.zeros(4, np.int64)))
    assert median.tolist() == pytest.approx([1.15])
    assert effect.tolist() == pytest.approx(
        [-1.5, -0.45454545 * math.sqrt(1.1), 0.04347826 * math.sqrt(120), 10.4552], abs=1e-2
    )


def test_one_area_that_changes_unlike_its_peers() -> None:
    """A series of two years has no history: it is told, and not a warning."""
    local = {d: [100.0 + i, 100.0 + 1.1 * i] for i, d in enumerate(DISTRICTS)}
    local["C_6"] = [106.0, 40.0]
    alone = Rulebook("N", 1, (Choice("COH-SHARE", on=False), Choice("COH-GROWTH", on=False)))
    _, findings = run(history(local, **COUNT), history({"NAT": [2000.0, 2000.0]}, **COUNT), alone)
    (found,) = [f for f in findings if f.rule == "COH-PEERS"]
    assert ((found.key or "").split(".")[3], found.severity) == ("C_6", Severity.INFORMATION)
    # Independently: numpy's percentiles over the same effects.
    y1, y2 = (np.array([each[t] for each in local.values()]) for t in (0, 1))
    r = y2 / y1
    m = np.median(r)
    e = np.where(r < m, 1 - m / r, r / m - 1) * np.sqrt(np.maximum(y1, y2))
    q1, q2, q3 = np.percentile(e, [25, 50, 75])
    width = max(q2 - q1, abs(0.05 * q2)) if e[6] < q2 else max(q3 - q2, abs(0.05 * q2))
    assert f"{float(f'{abs(e[6] - q2) / width:.4g}'):,g} times the usual width" in found.message


# -- C2, scale, base, kind ------------------------------------------------------------------------------------------------


def test_a_city_inside_its_nation_is_tested_with_what_they_share() -> None:
    """p = 0.2, se 1 and 0.5: se_rest² = (0.25 − 0.04) / 0.64, z = 2 / (0.8·√(1 + 0.328)) = 2.169."""

    def cells(area: str, value: float, se: float) -> dict[str, Any]:
        half = 1.96 * se
        return {
            **POOR,
            "REF_AREA": area,
            "OBS_VALUE": value,
            "LOWER_BOUND": str(value - half),
            "UPPER_BOUND": str(value + half),
        }

    people = rows({"C": 200.0, "NAT": 1000.0}, **PEOPLE)
    _, (found,) = run([cells("C", 12.0, 1.0)], [cells("NAT", 10.0, 0.5), *people])
    assert (found.rule, found.severity) == ("COH-NESTED", Severity.INFORMATION)
    assert "z = 2.169" in found.message
    assert "20 % of it" in found.message
    assert run([cells("C", 11.0, 1.0)], [cells("NAT", 10.0, 0.5), *people])[1] == ()


def test_an_index_is_carried_over_to_the_national_base() -> None:
    index = {"SERIES": "EN_ATM_PM25", "UNIT_MEASURE": "IX"}
    here = series({"2015": 100.0, "2016": 110.0, "2017": 121.0}, **index, BASE_PER="2015")
    there = series({"2015": 80.0, "2016": 88.0, "2017": 96.8}, **index, BASE_PER="2010")
    (comparison,), findings = compare(dataset(*here), dataset(*there), with_areas(GB_BRS=(None, False)))
    assert (comparison.verdict, findings) == (Verdict.CONSISTENT, ())
    assert comparison.points[1] == ("2016", pytest.approx(88.0), 88.0)
    assert (
        "its base period is 2015, the national one 2010; carried over to it by the values of 2015" in comparison.reason
    )
    there[2]["OBS_VALUE"] = 120.0
    (comparison,), _ = compare(dataset(*here), dataset(*there), with_areas(GB_BRS=(None, False)))
    assert comparison.verdict is Verdict.INCONSISTENT


def test_an_unknown_kind_is_asked_for_once_and_only_mirrored() -> None:
    mine = {"SERIES": "_L_TREES", "UNIT_MEASURE": "NUMBER", "ADAPTATION_TYPE": "IDENTICAL", "GLOBAL_SERIES": "_L_TREES"}
    local = [*rows({"C": 60.0, "C_0": 100.0, "C_1": 50.0}, **mine), *rows({"C_0": 70.0}, **mine, SEX="F")]
    _, (found,) = run(local, [])
    assert (found.rule, found.severity, found.key) == ("COH-KIND", Severity.INFORMATION, None)
    assert "_L_TREES" in found.message
    comparisons, findings = run(rows({"C_0": 11.0}, **mine), rows({"C": 12.0}, **mine))
    assert [(one.rule, one.verdict) for one in comparisons] == [("COH-KIND", Verdict.NOT_COMPARABLE)]
    assert "11 in 2018 is not held against 12 of C" in comparisons[0].reason
    assert "nobody says whether its figures may be added or pooled (KIND)" in comparisons[0].reason
    assert [one.rule for one in findings] == ["COH-KIND"]
    known = Rulebook("N", 1, kinds={"_L_TREES": SeriesNature(SeriesKind.COUNT)})
    assert [f.rule for f in run(local, [], known)[1]] == ["COH-REMAINDER"]


def test_a_year_of_another_definition_is_left_out_of_the_comparison() -> None:
    there = series({"2017": 12.0, "2018": 13.0, "2019": 14.0}, **POOR, REF_AREA="C")
    kept = series({"2017": 12.0, "2018": 13.0}, **POOR, REF_AREA="C")
    other = series({"2019": 41.0}, **POOR, REF_AREA="C", OBS_STATUS="D")
    (comparison,), findings = run([*kept, *other], there)
    assert (comparison.rule, comparison.verdict, findings) == ("COH-MIRROR", Verdict.CONSISTENT, ())
    assert [point[0] for point in comparison.points] == ["2017", "2018"]
    assert comparison.reason.endswith("; left out: 2019, said to be of another definition (OBS_STATUS D)")
    (comparison,), _ = run(other, there)
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert "OBS_STATUS D" in comparison.reason


def test_the_national_value_and_what_explains_a_difference_are_told() -> None:
    there = series({"2017": 12.0, "2018": 13.0, "2019": 14.0}, **POOR, REF_AREA="C")
    local = series({"2018": 30.0}, **POOR, REF_AREA="C", ADAPTATION_TYPE="NARROWED", DIFF_AREA="Without the harbour")
    (comparison,), findings = run(local, there)
    assert (comparison.verdict, findings) == (Verdict.EXPLAINED, ())
    assert comparison.national == ("2018", 13.0)
    assert comparison.vintage is None
