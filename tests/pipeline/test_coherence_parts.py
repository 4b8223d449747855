"""Parts against their whole: remainders, sums of partitions, and the range of the parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import dataset, series, shipped, with_areas

from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.rulebook import Choice, Rulebook, SeriesNature
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.structure import Annotation, Item
from dataexchange.pipeline.coherence import compare, rules, weight_series

COUNT = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}
SHARE = {"SERIES": "SL_TLF_UEM", "UNIT_MEASURE": "PT"}
_RATIOS = "COH-REMAINDER (ratios)"

#: A nation of two cities; the first is parted in three districts, wholly or as far as known.
TREE: dict[str, tuple[str | None, bool]] = {
    "NAT": (None, False),
    "C1": ("NAT", True),
    "C2": ("NAT", False),
    "C1_A": ("C1", False),
    "C1_B": ("C1", False),
    "C1_C": ("C1", False),
    "C1_U": ("C1", False),
    "C1_FUA": ("NAT", False),
}


def tree() -> Schema:
    return with_areas(**TREE)


def loose() -> Schema:
    return with_areas(**{**TREE, "C1": ("NAT", False)})


def rows(values: dict[str, float], **same: Any) -> list[dict[str, Any]]:
    return [{**same, "REF_AREA": area, "OBS_VALUE": value} for area, value in values.items()]


def run(
    local: dict[str, float], national: dict[str, float], schema: Schema, what: dict[str, str], **more: Any
) -> tuple[tuple[Comparison, ...], tuple[Finding, ...]]:
    return compare(dataset(*rows(local, **what)), dataset(*rows(national, **what)), schema, **more)


def test_a_part_leaves_room_for_the_rest() -> None:
    (comparison,), findings = run({"C1": 7}, {"NAT": 726}, tree(), COUNT)
    assert comparison.verdict is Verdict.CONSISTENT
    assert "7 of the 726 of NAT in 2018" in comparison.reason
    assert findings == ()


def test_a_part_larger_than_its_whole_is_an_error() -> None:
    (comparison,), (found,) = run({"C1": 812}, {"NAT": 790}, tree(), COUNT)
    assert comparison.verdict is Verdict.INCONSISTENT
    assert (found.rule, found.severity, found.place.row) == ("COH-REMAINDER", Severity.ERROR, 2)
    assert "C1 with 812 is more than the whole, 790, by 22" in found.message


def test_parts_together_are_measured_and_the_worst_period_is_named() -> None:
    local = [
        *series({"2017": 5, "2018": 9}, **COUNT, REF_AREA="C1"),
        *series({"2017": 4, "2018": 8}, **COUNT, REF_AREA="C2"),
    ]
    national = series({"2017": 10, "2018": 12}, **COUNT, REF_AREA="NAT")
    comparisons, (found,) = compare(dataset(*local), dataset(*national), tree())
    assert [c.verdict for c in comparisons] == [Verdict.INCONSISTENT] * 2
    assert found.period == "2018"
    assert "the sum 17 of 2 areas is more than the whole, 12, by 5 (in 1 of 2 periods)" in found.message


def test_a_difference_is_as_exact_as_the_figures_beside_it() -> None:
    _, (found,) = run({"C1": 2067}, {"C1": 1033, "NAT": 9000}, tree(), COUNT)
    assert "by 1,034 (100 %) in 2018: 2,067 here, 1,033 there" in found.message


def test_a_whole_is_told_with_its_breakdown() -> None:
    _, found = run({"C1": 30, "C1_A": 10, "C1_B": 10, "C1_C": 5}, {}, tree(), {**COUNT, "SEX": "M"})
    (told,) = (f for f in found if f.rule == "COH-SUM")
    assert "in C1 (SEX M) and its parts, 2018: the whole is 30" in told.message


def test_a_few_round_figures_excuse_no_gross_sum() -> None:
    """Thousands with a decimal, but for one year that has none: 4 + 4 + 3 beside 10 is not within half a thousand of each."""
    figures = {"C1": (10.2, 10.0), "C1_A": (4.1, 4.0), "C1_B": (3.9, 4.0), "C1_C": (2.2, 3.0)}
    table = [
        {**COUNT, "UNIT_MULT": "3", "REF_AREA": area, "TIME_PERIOD": year, "OBS_VALUE": value}
        for area, values in figures.items()
        for year, value in zip(("2017", "2018"), values, strict=True)
    ]
    _, found = compare(dataset(*table), dataset(), tree())
    (told,) = (f for f in found if f.rule == "COH-SUM")
    assert (told.severity, told.period) == (Severity.ERROR, "2018")


def test_a_city_is_never_added_to_its_own_districts() -> None:
    """C1 is 60 and its districts too: with C2 that is 100, not 160."""
    local = {"C1": 60.0, "C1_A": 10.0, "C1_B": 20.0, "C1_C": 30.0, "C2": 40.0}
    comparisons, findings = run(local, {"NAT": 100}, tree(), COUNT)
    assert findings == ()
    assert {c.verdict for c in comparisons} == {Verdict.CONSISTENT}


def test_another_boundary_is_not_added() -> None:
    assert run({"C1": 60.0, "C1_FUA": 80.0}, {"NAT": 100}, tree(), COUNT)[1] == ()


@pytest.mark.parametrize(
    ("whole", "severity"),
    [(60.0, None), (60.5, Severity.WARNING), (59.5, Severity.WARNING), (66.0, Severity.ERROR), (50.0, Severity.ERROR)],
)
def test_all_parts_of_a_partition_add_up(whole: float, severity: Severity | None) -> None:
    local = {"C1": whole, "C1_A": 10.0, "C1_B": 20.0, "C1_C": 30.0}
    comparisons, findings = run(local, {}, tree(), COUNT)
    assert [finding.severity for finding in findings] == ([severity] if severity else [])
    assert [c.rule for c in comparisons if c.baseline_key is None and c.verdict is not Verdict.NO_BASELINE] == [
        "COH-SUM"
    ]


@pytest.mark.parametrize(
    ("whole", "severity"),
    [(60_002.0, None), (59_998.0, None), (60_003.0, Severity.WARNING), (1_998.0, Severity.WARNING)],
)
def test_estimates_rounded_one_by_one_miss_their_whole_by_a_few(whole: float, severity: Severity | None) -> None:
    """Three parts and a whole: (3 + 1) / 2 = 2 people, where that is at most 0.1 % of the whole (2 of 1,998 is 0.1001 %: told)."""
    parts = {"C1_A": whole // 3, "C1_B": whole // 3, "C1_C": 0.0}
    parts["C1_C"] = (60_000.0 if whole > 2_500 else 2_000.0) - sum(parts.values())
    (found, *_) = run({"C1": whole, **parts}, {}, tree(), COUNT)[1] or (None,)
    assert (found.severity if found else None) is severity
    strict = Rulebook("GB", 1, (Choice("COH-SUM", {"estimates": 0}),))
    assert run({"C1": whole, **parts}, {}, tree(), COUNT, book=strict)[1]


def test_a_finding_stands_where_the_fault_is() -> None:
    """Row 2 is the whole: it stands there, unless a part is known to be wrong."""
    whole = {"C1": 600.0, "C1_A": 117.0, "C1_B": 211.0, "C1_C": 290.0}
    (found,) = run(whole, {}, tree(), COUNT)[1]
    assert (found.rule, found.place.row, found.place.value) == ("COH-SUM", 2, "600")
    twice = {"C1": 618.0, "C1_A": 117.0, "C1_B": 422.0, "C1_C": 290.0}
    (found,) = run(twice, {}, tree(), COUNT)[1]
    assert "looks doubled" in found.message
    assert (found.place.row, found.place.value) == (4, "422")
    (found,) = run({"C1": 90.0, "C1_A": 50.0, "C1_B": 49.0}, {}, tree(), COUNT)[1]
    assert (found.rule, found.place.row) == ("COH-REMAINDER", 2)
    (found,) = run({"C1": 24.3, "C1_A": 12.0, "C1_B": 11.0, "C1_C": 13.0}, {}, tree(), SHARE)[1]
    assert (found.rule, found.place.row) == ("COH-CONVEX", 2)


def test_a_copy_of_another_district_is_named() -> None:
    years = [str(2010 + i) for i in range(4)]
    first, second, third = [1204, 1251, 1198, 1310], [2410, 2388, 2455, 2502], [803, 811, 797, 842]
    sums = [sum(each) for each in zip(first, second, third, strict=True)]
    table = {"C1": sums, "C1_A": first, "C1_B": second, "C1_C": second}
    local = [row for a, v in table.items() for row in series(dict(zip(years, v, strict=True)), **COUNT, REF_AREA=a)]
    _, (found,) = compare(dataset(*local), dataset(), tree())
    assert "C1_C (C1_C) has the same figures as C1_B (C1_B) in all 4 periods: was one copied?" in found.message
    assert found.place.value in {str(v) for v in second}


def test_a_partition_with_a_part_missing_is_only_a_part() -> None:
    local = {"C1": 60.0, "C1_A": 10.0, "C1_B": 20.0}
    comparisons, findings = run(local, {}, tree(), COUNT)
    assert findings == ()
    assert "COH-REMAINDER" in {c.rule for c in comparisons}
    assert run({**local, "C1_A": 55.0}, {}, tree(), COUNT)[1][0].rule == "COH-REMAINDER"


def test_districts_may_be_held_against_the_national_value_of_the_city() -> None:
    (found,) = run({"C1_A": 10.0, "C1_B": 20.0, "C1_C": 35.0}, {"C1": 60.0}, tree(), COUNT)[1]
    assert (found.rule, found.severity) == ("COH-SUM", Severity.ERROR)


@pytest.mark.parametrize(
    ("schema", "severity"), [(tree(), Severity.ERROR), (loose(), Severity.INFORMATION)], ids=["partition", "unknown"]
)
def test_a_whole_outside_its_parts(schema: Schema, severity: Severity) -> None:
    local = {"C1": 9.5, "C1_A": 5.0, "C1_B": 6.0, "C1_C": 7.0}
    comparisons, (found,) = run(local, {}, schema, SHARE)
    assert (found.rule, found.severity) == ("COH-CONVEX", severity)
    assert "5 in C1_A to 7 in C1_C" in found.message
    (within,) = [c for c in comparisons if c.rule == "COH-CONVEX"]
    assert within.verdict is (Verdict.INCONSISTENT if severity is Severity.ERROR else Verdict.CONSISTENT)


def test_a_whole_among_its_parts_is_plausible_and_said() -> None:
    comparisons, findings = run({"C1": 6.2, "C1_A": 5.0, "C1_B": 6.0, "C1_C": 7.0}, {}, tree(), SHARE)
    (within,) = [c for c in comparisons if c.rule == "COH-CONVEX"]
    assert within.verdict is Verdict.CONSISTENT
    assert within.key.split(".")[3] == "C1"
    assert findings == ()


def test_two_cities_do_not_enclose_their_nation() -> None:
    assert run({"C1": 9.0, "C2": 8.0}, {"NAT": 5.0}, tree(), SHARE)[1] == ()


def test_growth_neither_adds_nor_encloses() -> None:
    growth = {"SERIES": "NY_GDP_PCAP", "UNIT_MEASURE": "PT"}
    assert run({"C1": 9.0, "C1_A": 1.0, "C1_B": 2.0, "C1_C": 3.0}, {"NAT": -5.0}, tree(), growth)[1] == ()


def weighted(**more: Item) -> Schema:
    """The tree, with a series that says it counts the labour force."""
    force = Item(
        id="FORCE",
        annotations=tuple(Annotation(type=n, title=v) for n, v in (("KIND", "C"), ("MEASURES", "labour force"))),
    )
    schema = tree()
    return replace(schema, codes={**schema.codes, "SERIES": {**schema.codes["SERIES"], "FORCE": force, **more}})


FORCE = {"SERIES": "FORCE", "UNIT_MEASURE": "NUMBER"}


@pytest.mark.parametrize(
    ("city", "severity"),
    [(8.0, None), (16.0, Severity.WARNING), (40.0, Severity.ERROR)],
    ids=["fits", "odd", "impossible"],
)
@pytest.mark.parametrize("whose", ["national", "local"])
def test_with_weights_the_rest_must_be_possible(city: float, severity: Severity | None, whose: str) -> None:
    """A nation at 8 % with 1,000 in its labour force, a city with 400: the rest is (8000 - 400 y) / 600."""
    schema, weights = weighted(), rows({"NAT": 1000.0, "C1": 400.0}, **FORCE)
    local, national = rows({"C1": city}, **SHARE), rows({"NAT": 8.0}, **SHARE)
    (national if whose == "national" else local).extend(weights)
    comparisons, findings = compare(dataset(*local), dataset(*national), schema)
    assert [(f.rule, f.severity) for f in findings] == ([("COH-REMAINDER", severity)] if severity else [])
    (comparison,) = [c for c in comparisons if ".SL_TLF_UEM.C1." in c.key]
    assert comparison.verdict is (Verdict.INCONSISTENT if severity else Verdict.CONSISTENT)
    assert "the rest would be" in comparison.reason
    assert "(weighted by the labour force)" in comparison.reason
    assert _RATIOS not in rules(schema, dataset(*national), dataset(*local))[1]


@pytest.mark.parametrize(
    "change",
    [{"SEX": "F"}, {"TIME_PERIOD": "2017"}, {"REF_AREA": "C2"}, {"UNIT_MEASURE": "PT"}],
    ids=["breakdown", "period", "area", "unit"],
)
def test_without_weights_of_the_same_people_nothing_is_said_of_the_rest(change: dict[str, str]) -> None:
    whole, part = rows({"NAT": 1000.0, "C1": 400.0}, **FORCE)
    national = dataset(*rows({"NAT": 8.0}, **SHARE), whole, {**part, **change})
    (comparison,), findings = compare(dataset(*rows({"C1": 40.0}, **SHARE)), national, weighted())
    assert (comparison.verdict, findings) == (Verdict.CONSISTENT, ())
    assert "the rest is not asked, for want of the labour force as weights" in comparison.reason


def test_a_ratio_whose_rest_was_not_asked_is_told() -> None:
    codes = ("FORCE", "_L_ADULTS", "_L_HOUSEHOLDS", "_L_LABOUR_FORCE", "_L_LIVE_BIRTHS", "_L_POPULATION")
    assert weight_series(weighted()) == codes
    for national in (None, dataset(*rows({"NAT": 8.0}, **SHARE))):
        assert str(rules(weighted(), national)[1][_RATIOS]) == (
            "no weights (population, labour force …) of the areas are loaded; they would be series of "
            + ", ".join(codes)
        )
    series = {code: item for code, item in tree().codes["SERIES"].items() if not item.annotation("MEASURES")}
    without = replace(tree(), codes={**tree().codes, "SERIES": series})
    assert "MEASURES" in str(rules(without, None)[1][_RATIOS])


def test_a_small_rest_of_rounded_figures_is_no_error() -> None:
    """8 % may be 8.4 %: then the fiftieth of the nation beyond the city is no longer below zero."""
    weights = rows({"NAT": 1000.0, "C1": 980.0}, **FORCE)
    for city, errors in ((8.5, 0), (12.5, 1)):
        local, national = dataset(*rows({"C1": city}, **SHARE)), dataset(*rows({"NAT": 8.0}, **SHARE), *weights)
        assert len([f for f in compare(local, national, weighted())[1] if f.severity is Severity.ERROR]) == errors


def test_what_is_more_within_rounding_is_told_so() -> None:
    local = dataset(*rows({"C1": 1200}, **COUNT))
    national = dataset(*rows({"NAT": 1}, **COUNT, UNIT_MULT="3"))
    (comparison,), findings = compare(local, national, tree())
    assert (comparison.verdict, findings) == (Verdict.CONSISTENT, ())
    assert "C1 with 1,200 is more than the whole, 1,000, by 200, within rounding" in comparison.reason
    assert comparison.ground == "a part of NAT: its parts are more than it, within rounding"
    own = dataset(*rows({"C2": 1}, **COUNT, UNIT_MULT="3"), *rows({"C1": 5, "C1_A": 5}, **COUNT))
    assert not [c for c in compare(own, dataset(), tree())[0] if "rounding" in c.reason]
    own = dataset(*rows({"C1": 1}, **COUNT, UNIT_MULT="3"), *rows({"C1_A": 1200}, **COUNT))
    (within,) = [c for c in compare(own, dataset(), tree())[0] if c.rule == "COH-REMAINDER"]
    assert within.ground == "its parts are more than it, within rounding"
    assert "leave" not in within.reason


def test_another_boundary_that_is_more_than_the_nation_is_told_so() -> None:
    (comparison,), findings = run({"C1_FUA": 120.0}, {"NAT": 100.0}, tree(), COUNT)
    assert (comparison.verdict, findings) == (Verdict.EXPLAINED, ())
    assert "more than the 100 of NAT by 20; a functional urban area may reach beyond it" in comparison.reason


@pytest.mark.parametrize(("city", "errors"), [(101.0, 0), (103.0, 1)])
def test_a_partial_comparison_has_a_wider_remainder_and_it_is_said(city: float, errors: int) -> None:
    local, national = rows({"C1": city}, **COUNT, TIME_DETAIL="2018-19"), rows({"NAT": 100.0}, **COUNT)
    (comparison,), findings = compare(dataset(*local), dataset(*national), tree())
    assert len(findings) == errors
    assert "only partly comparable" in comparison.reason


def test_what_is_not_comparable_is_not_added() -> None:
    local = dataset(*rows({"C1": 812}, **COUNT, OBS_STATUS="D"))
    comparisons, findings = compare(local, dataset(*rows({"NAT": 790}, **COUNT)), tree())
    assert comparisons[0].verdict is Verdict.NOT_COMPARABLE
    assert findings == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=3, max_size=3),
    st.integers(0, 100),
    st.sampled_from(["C1", "C2"]),
)
def test_the_remainder_is_below_zero_exactly_when_it_is(parts: list[int], whole: int, other: str) -> None:
    local = {"C1_A": float(parts[0]), "C1_B": float(parts[1]), other: float(parts[2])}
    expected = parts[2] if other == "C1" else sum(parts)
    found = run(local, {"NAT": float(whole)}, loose(), COUNT)[1]
    against_nation = [finding for finding in found if ".NAT." in str(finding.key)]
    assert bool(against_nation) == (expected > whole)


def test_bristols_wards_lie_around_bristol() -> None:
    wards = {
        code: 20.0 + n
        for n, code in enumerate(c for c, i in shipped().codes["REF_AREA"].items() if i.parent == "GB_BRS")
    }
    assert len(wards) == 34
    _, findings = run({"GB_BRS": 62.9, **wards}, {}, shipped(), SHARE)
    assert [(f.rule, f.severity) for f in findings] == [("COH-CONVEX", Severity.ERROR)]
    assert run({"GB_BRS": 42.9, **wards}, {}, shipped(), SHARE)[1] == ()


def test_a_part_larger_than_its_whole_in_any_year_is_told_of_that_year() -> None:
    """The parts of C1 are all there: the sum is what is asked, and still no part of it is called consistent."""
    local = [
        *series({"2017": 9000, "2018": 10}, **COUNT, REF_AREA="C1_A"),
        *series({"2017": 20, "2018": 20}, **COUNT, REF_AREA="C1_B"),
        *series({"2017": 30, "2018": 30}, **COUNT, REF_AREA="C1_C"),
    ]
    national = series({"2017": 60, "2018": 60}, **COUNT, REF_AREA="C1")
    comparisons, _ = compare(dataset(*local), dataset(*national), tree())
    assert {c.verdict for c in comparisons if ".C1_A." in c.key} == {Verdict.INCONSISTENT}
    alone = Rulebook("N", 1, (Choice("COH-SUM", on=False), Choice("COH-POOL", on=False)))
    (of, *_), findings = compare(dataset(*local), dataset(*national), tree(), alone)
    assert of.verdict is Verdict.INCONSISTENT
    assert [f.period for f in findings] == ["2017"]


def test_a_rule_that_is_off_decides_nothing() -> None:
    off = Rulebook("N", 3, (Choice("COH-REMAINDER", on=False, series="VC_*"),))
    (comparison,), findings = run({"C1": 812}, {"NAT": 790}, tree(), COUNT, book=off)
    assert (comparison.rule, comparison.verdict, findings) == ("COH-GATE", Verdict.NOT_COMPARABLE, ())
    assert "not compared, as COH-REMAINDER is switched off (N 3)" in comparison.reason
    off = Rulebook("N", 3, (Choice("COH-MIRROR", on=False),))
    (comparison,), findings = run({"C1": 812}, {"C1": 790}, tree(), COUNT, book=off)
    assert (comparison.rule, comparison.verdict, findings) == ("COH-GATE", Verdict.NOT_COMPARABLE, ())
    (comparison,), (found,) = run({"C1": 790_000}, {"C1": 790}, tree(), COUNT, book=off)
    assert (comparison.rule, comparison.verdict, found.rule) == ("COH-SCALE", Verdict.INCONSISTENT, "COH-SCALE")


NET = {"SERIES": "_L_NETMIG", "UNIT_MEASURE": "NUMBER"}
BALANCES = Rulebook(kinds={"_L_NETMIG": SeriesNature(SeriesKind.BALANCE)})


def test_a_balance_adds_up_and_a_part_of_it_may_be_more_than_the_whole() -> None:
    for here, there in ((30, -120), (400, 300), (-300, -200)):
        (comparison,), findings = run({"C1": here}, {"NAT": there}, tree(), NET, book=BALANCES)
        assert (comparison.verdict, findings) == (Verdict.CONSISTENT, ())
        assert "a city may differ from its nation" in comparison.reason
    parts = {"C1": 30, "C1_A": 500, "C1_B": -500, "C1_C": -30, "C1_U": 60}
    assert run(parts, {}, tree(), NET, book=BALANCES)[1] == ()
    _, (found,) = run({**parts, "C1_U": 90}, {}, tree(), NET, book=BALANCES)
    assert (found.rule, found.severity) == ("COH-SUM", Severity.ERROR)


def test_no_part_is_more_than_its_whole_where_one_of_them_is_negative() -> None:
    adds = Rulebook(kinds={"_L_NETMIG": SeriesNature(SeriesKind.COUNT)})
    for here, there in ((30, -120), (-30, -120)):
        (comparison,), findings = run({"C1": here}, {"NAT": there}, tree(), NET, book=adds)
        assert (comparison.verdict, findings) == (Verdict.CONSISTENT, ())
    assert run({"C1": 200, "C2": -90}, {"NAT": 120}, tree(), NET, book=adds)[1] == ()
    _, (found,) = run({"C1": 812}, {"NAT": 790}, tree(), NET, book=adds)
    assert found.severity is Severity.ERROR


def test_emissions_and_what_is_negative_elsewhere_may_leave_less_than_nothing() -> None:
    emitted = {"SERIES": "EN_ATM_GHGT_NAIP", "UNIT_MEASURE": "TCO2E"}
    adds = Rulebook(kinds={"EN_ATM_GHGT_NAIP": SeriesNature(SeriesKind.COUNT)})
    (comparison,), (found,) = run({"C1": 500}, {"NAT": 470}, tree(), emitted, book=adds)
    assert (comparison.verdict, found.severity) == (Verdict.INCONSISTENT, Severity.WARNING)
    assert "C1 with 500 is more than the whole, 470, by 30" in found.message
    money = {"SERIES": "VC_DSR_GDPLS", "UNIT_MEASURE": "USD"}
    for other, severity in ((5.0, Severity.ERROR), (-5.0, Severity.WARNING)):
        local = [*series({"2018": 500.0, "2019": other}, **money, REF_AREA="C1")]
        _, (found,) = compare(
            dataset(*local), dataset(*series({"2018": 470.0, "2019": 450.0}, **money, REF_AREA="NAT")), tree()
        )
        assert (found.rule, found.period, found.severity) == ("COH-REMAINDER", "2018", severity)
