"""Local series beside national ones: the gate, mirrors, and reasons in words. Figures are Bristol's and the ONS's."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sdg_table import dataset, series, shipped, with_areas

from dataexchange.messages.read_data import read_data
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure
from dataexchange.pipeline.coherence import compare, rules

PM25 = {"SERIES": "EN_ATM_PM25", "UNIT_MEASURE": "GPERM3"}
RATE = {"SERIES": "VC_IHR_PSRC", "UNIT_MEASURE": "PER_100000_POP"}
COUNT = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def one(local: Dataset, national: Dataset, **more: Any) -> tuple[Comparison, tuple[Finding, ...]]:
    comparisons, findings = compare(local, national, shipped(), **more)
    (comparison,) = comparisons
    return comparison, findings


def mirror(local: dict[str, Any], national: dict[str, Any]) -> tuple[Comparison, tuple[Finding, ...]]:
    """One observation of PM2.5 each, with these cells."""
    return one(dataset({**PM25, **local}), dataset({**PM25, **national}))


def test_bristol_pm25_disagrees_with_the_national_offices_own_values(shared_data: Path) -> None:
    here = {
        r["Year"]: float(r["Value"])
        for r in table(shared_data / "bristol" / "indicator_11-6-2.csv")
        if not r["Anthropogenic component"]
    }
    rows = table(shared_data / "uk" / "indicator_11-6-2.csv")
    there = {r["Year"]: float(r["Value"]) for r in rows if r["Series"] == "PM2.5" and r["City"] == "Bristol"}
    comparison, (found,) = one(dataset(*series(here, **PM25)), dataset(*series(there, **PM25)))
    assert comparison.verdict is Verdict.INCONSISTENT
    assert comparison.rule == found.rule == "COH-MIRROR"
    assert found.severity is Severity.WARNING
    assert comparison.reason == (
        "Annual mean levels of fine particulate matter in cities… (EN_ATM_PM25) in Bristol (GB_BRS): "
        "the national office's own values for Bristol differ in all 7 shared periods, "
        "at most by 2.5 (18 %) in 2010: 11.71 here, 14.21 there"
    )
    assert comparison.points == tuple((year, here[year], there[year]) for year in sorted(there))
    assert comparison.measures["differing"] == 7
    assert comparison.measures["largest_relative"] == pytest.approx((14.21 - 11.711) / 14.21)
    assert (found.period, found.place.row, found.place.value) == ("2010", 2, "11.711")


def test_a_count_is_not_compared_with_a_rate(shared_data: Path) -> None:
    here = {r["Year"]: float(r["Value"]) for r in table(shared_data / "bristol" / "indicator_16-1-1.csv")}
    national = dataset(*series({"2017": 1.2, "2018": 1.1}, **RATE, REF_AREA="GB"))
    comparison, findings = one(dataset(*series(here, **COUNT)), national)
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert comparison.baseline_key == "A.N.VC_IHR_PSRC.GB._T._T._T._T._T._T._T._T._T._T._T"
    assert comparison.ground == "unit: NUMBER against PER_100000_POP"
    assert "a count against a rate" in comparison.reason
    assert findings == ()
    assert comparison.points == ()


@pytest.mark.parametrize(
    "how",
    [
        {
            "SERIES": "_L_VC_SNS_WALN_DARK",
            "OBS_STATUS": "D",
            "ADAPTATION_TYPE": "PROXY",
            "GLOBAL_SERIES": "VC_SNS_WALN",
        },
        {"SERIES": "VC_SNS_WALN", "ADAPTATION_TYPE": "PROXY"},
        {"SERIES": "VC_SNS_WALN", "OBS_STATUS": "D", "ADAPTATION_TYPE": "PROXY"},
    ],
)
def test_an_adapted_indicator_is_marked_so(how: dict[str, str]) -> None:
    national = dataset({"SERIES": "VC_SNS_WALN", "REF_AREA": "GB", "OBS_VALUE": 68.1})
    comparison, findings = one(dataset({**how, "OBS_VALUE": 62.9}), national)
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert comparison.ground == "adapted indicator, proxy of VC_SNS_WALN"
    assert "it is an adapted indicator" in comparison.reason
    assert "a proxy of VC_SNS_WALN" in comparison.reason
    assert findings == ()


@pytest.mark.parametrize("how", [{"SERIES": "_L_VC_SNS_WALN_DARK"}, {"SERIES": "VC_SNS_WALN", "OBS_STATUS": "D"}])
def test_how_an_indicator_is_adapted_is_not_guessed(how: dict[str, str]) -> None:
    national = dataset({"SERIES": "VC_SNS_WALN", "REF_AREA": "GB", "OBS_VALUE": 68.1})
    comparison, _ = one(dataset({**how, "OBS_VALUE": 62.9}), national)
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert comparison.ground == "adapted indicator of VC_SNS_WALN, and it is not said how"
    assert "and nothing says how it differs" in comparison.reason


def test_a_series_of_the_citys_own_is_no_form_of_itself() -> None:
    how = {"SERIES": "_L_TREES", "ADAPTATION_TYPE": "CONTEXTUAL"}
    comparison, _ = mirror(how, {"SERIES": "_L_TREES"})
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert comparison.ground.startswith("adapted indicator")
    assert "form of _L_TREES" not in comparison.reason


def test_what_differs_in_an_adapted_indicator_is_the_reason() -> None:
    told = {"ADAPTATION_TYPE": "NARROWED", "DIFF_POPULATION": "Women of 15 to 17 instead of 15 to 19"}
    comparison, _ = mirror(told, {})
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert "a narrowed form of EN_ATM_PM25: Women of 15 to 17 instead of 15 to 19" in comparison.reason


def test_another_area_or_time_is_compared_with_reservations() -> None:
    comparison, _ = mirror({"ADAPTATION_TYPE": "NARROWED", "DIFF_AREA": "Without the harbour"}, {})
    assert comparison.verdict is Verdict.CONSISTENT
    assert "a narrowed form of the national series (Without the harbour)" in comparison.reason


def test_an_own_code_that_is_identical_is_compared_with_the_global_series() -> None:
    own = {"SERIES": "_L_PM", "ADAPTATION_TYPE": "IDENTICAL", "GLOBAL_SERIES": "EN_ATM_PM25"}
    comparison, _ = mirror(own, {})
    assert comparison.verdict is Verdict.CONSISTENT
    assert ".EN_ATM_PM25." in str(comparison.baseline_key)
    assert "said to be identical with EN_ATM_PM25" in comparison.reason
    told = {**own, "OBS_STATUS": "D"}
    assert mirror(told, {})[0].verdict is Verdict.NOT_COMPARABLE


def test_identical_is_no_adaptation_and_a_shared_local_code_neither() -> None:
    same = {"ADAPTATION_TYPE": "IDENTICAL", "GLOBAL_SERIES": "EN_ATM_PM25"}
    assert mirror(same, {})[0].verdict is Verdict.CONSISTENT
    own = dataset({"SERIES": "_L_AG_PRD_FIESMS_HH"})
    assert one(own, own)[0].verdict is Verdict.CONSISTENT


@pytest.mark.parametrize(
    ("local", "national", "ground"),
    [
        ({"AGE": "Y15T64"}, {"AGE": "Y_GE15"}, "universe: AGE Y15T64 against Y_GE15"),
        ({"SEX": "F"}, {}, "universe: SEX F against _T"),
        ({"COMPOSITE_BREAKDOWN": "_L_PM_ANTHRO"}, {}, "breakdown: COMPOSITE_BREAKDOWN _L_PM_ANTHRO against _T"),
        ({}, {"FREQ": "Q", "TIME_PERIOD": "2018-Q1"}, "frequency: FREQ A against Q"),
        ({}, {"TIME_PERIOD": "2017"}, "no period in common"),
        ({}, {"UNIT_MEASURE": "PT"}, "unit: GPERM3 against PT"),
        ({"BASE_PER": "2015"}, {"BASE_PER": "2010"}, "base period"),
        ({}, {"REF_AREA": "GB_BRS_FUA"}, "boundary: administrative area against functional urban area"),
        ({"REF_AREA": "GB_BRS_UC"}, {"REF_AREA": "GB_BRS"}, "boundary: urban centre against administrative area"),
    ],
)
def test_the_gate_refuses_with_its_reason(local: dict[str, str], national: dict[str, str], ground: str) -> None:
    comparison, findings = mirror(local, national)
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert comparison.rule == "COH-GATE"
    assert comparison.ground == ground
    assert findings == ()


def test_all_reasons_are_told() -> None:
    comparison, _ = mirror({"AGE": "Y15T64", "SEX": "F"}, {"AGE": "Y_GE15"})
    assert comparison.ground == "universe: SEX F against _T; universe: AGE Y15T64 against Y_GE15"


def test_nothing_to_compare_with() -> None:
    elsewhere = dataset({**PM25, "REF_AREA": "GB_ABD"})
    for national in (dataset(), elsewhere, dataset({"SERIES": "SI_POV_NMPI"})):
        comparison, findings = one(dataset(PM25), national)
        assert comparison.verdict is Verdict.NO_BASELINE
        assert comparison.baseline_key is None
        assert "11.6.2" in comparison.reason
        assert findings == ()


@pytest.mark.parametrize(
    ("local", "national", "verdict"),
    [
        (12.0, 12.0, Verdict.CONSISTENT),
        (12.1, 12.04, Verdict.CONSISTENT),  # 0.5 %
        (12.11, 12.04, Verdict.INCONSISTENT),
        (0.12, 0.1, Verdict.CONSISTENT),  # rounding: 0.12 is 0.1 to one place
        (0.17, 0.1, Verdict.INCONSISTENT),
        (11.711, 12.0, Verdict.CONSISTENT),  # 12 may be 11.711 rounded
        (11.711, 13.0, Verdict.INCONSISTENT),
        (0.0, 0.0, Verdict.CONSISTENT),
    ],
)
def test_a_mirror_may_differ_by_half_a_per_cent_or_by_rounding(local: float, national: float, verdict: Verdict) -> None:
    assert mirror({"OBS_VALUE": local}, {"OBS_VALUE": national})[0].verdict is verdict


def test_whole_counts_are_not_rounded() -> None:
    comparison, (found,) = one(dataset({**COUNT, "OBS_VALUE": 6.0}), dataset({**COUNT, "OBS_VALUE": 7.0}))
    assert comparison.verdict is Verdict.INCONSISTENT
    assert found.severity is Severity.WARNING


def test_multipliers_are_converted() -> None:
    local, national = {"OBS_VALUE": 463.4, "UNIT_MULT": "3"}, {"OBS_VALUE": 463405.0}
    comparison, _ = one(dataset({**COUNT, **local}), dataset({**COUNT, **national}))
    assert comparison.verdict is Verdict.CONSISTENT
    assert comparison.points == (("2018", 463400.0, 463405.0),)


@pytest.mark.parametrize(
    ("gap", "severity"),
    [(1.0, None), (3.0, Severity.WARNING), (4.0, Severity.ERROR)],
)
def test_bounds_are_tested_by_z(gap: float, severity: Severity | None) -> None:
    """Bounds of ±1.96: a standard error of 1 each, so z = gap / sqrt(2)."""

    def cells(value: float) -> dict[str, Any]:
        return {"OBS_VALUE": value, "LOWER_BOUND": str(value - 1.96), "UPPER_BOUND": str(value + 1.96)}

    comparison, findings = mirror(cells(10), cells(10 + gap))
    assert comparison.measures["z"] == pytest.approx(gap / 2**0.5)
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("local", "national", "words"),
    [
        ({"TIME_DETAIL": "2018-19"}, {"TIME_DETAIL": "2018"}, "in 2018 2018-19 (a survey year) here, 2018 there"),
        ({"TIME_DETAIL": "2018/19"}, {}, "2018/19 (a survey year) here, 2018 there"),
        (
            {"TIME_DETAIL": "2018-19"},
            {"TIME_DETAIL": "2019-20"},
            "2018-19 (a survey year) here, 2019-20 (a survey year) there",
        ),
        ({"TIME_DETAIL": "2018-03"}, {}, "2018-03 here, 2018 there"),
        ({"TIME_COVERAGE": "2018-04-01/2019-03-31"}, {"TIME_DETAIL": "2018"}, "2018-04-01/2019-03-31 here, 2018 there"),
        ({"NATURE": "C"}, {"NATURE": "M"}, "NATURE C against M"),
    ],
)
def test_partly_comparable_series_get_a_wider_tolerance_and_it_is_said(
    local: dict[str, str], national: dict[str, str], words: str
) -> None:
    comparison, findings = mirror({**local, "OBS_VALUE": 10.15}, {**national, "OBS_VALUE": 10.01})
    assert comparison.verdict is Verdict.EXPLAINED
    assert words in comparison.reason
    assert not findings
    assert mirror({**local, "OBS_VALUE": 10.35}, {**national, "OBS_VALUE": 10.01})[0].verdict is Verdict.INCONSISTENT
    assert mirror({"OBS_VALUE": 10.15}, {"OBS_VALUE": 10.01})[0].verdict is Verdict.INCONSISTENT


@pytest.mark.parametrize(
    ("local", "national", "ground"),
    [
        ("2014-2018", "2018", "reference period: 5 years pooled against a single year"),
        ("2018-19", "2016-2018", "reference period: a single year against 3 years pooled"),
        (None, "2015/19", "reference period: a single year against 5 years pooled"),
    ],
)
def test_pooled_years_are_not_comparable_with_one(local: str | None, national: str, ground: str) -> None:
    comparison, findings = mirror({"TIME_DETAIL": local}, {"TIME_DETAIL": national})
    assert (comparison.verdict, comparison.ground) == (Verdict.NOT_COMPARABLE, ground)
    assert national in comparison.reason
    assert findings == ()


@pytest.mark.parametrize(
    ("local", "national"),
    [
        ("2018", None),
        ("2018/19", "2018-2019"),
        ("31-Dec-18", "2018-19"),
        ("2005-12", "2018"),  # a December or eight years
        ("2014-2018", "2014-18"),
        ("2018-01/2018-12", "2018"),
        ("2018-01-01/P1Y", "2018"),
        ("2018-99", "2019-2018"),
        ("99999999999/P9999Y", "2018-01-01/P9999Y"),
    ],
)
def test_the_same_time_in_other_words_and_words_nobody_can_read_say_nothing(local: str, national: str | None) -> None:
    comparison, _ = mirror({"TIME_DETAIL": local}, {"TIME_DETAIL": national})
    assert comparison.verdict is Verdict.CONSISTENT
    assert "partly" not in comparison.reason


def test_a_multiplier_of_another_year_does_not_round_this_one() -> None:
    """5 in 2010 is 5, though 2011 and 2012 are in thousands."""
    there = [
        {**COUNT, "TIME_PERIOD": period, "OBS_VALUE": value, "UNIT_MULT": mult}
        for period, value, mult in (("2010", 5.0, "0"), ("2011", 1.0, "3"), ("2012", 5.0, "3"))
    ]
    here = series({"2010": 7.0, "2011": 1200.0, "2012": 5000.0}, **COUNT)
    comparison, (found,) = one(dataset(*here), dataset(*there))
    assert (comparison.verdict, comparison.measures["differing"], found.period) == (Verdict.INCONSISTENT, 1, "2010")
    nation = [{**row, "REF_AREA": "GB"} for row in there]
    comparison, (found,) = one(dataset(*here), dataset(*nation))
    assert comparison.verdict is Verdict.INCONSISTENT
    assert (found.rule, found.severity, found.period) == ("COH-REMAINDER", Severity.ERROR, "2010")
    assert "Bristol (GB_BRS) with 7 is more than the whole, 5, by 2 (in 1 of 3 periods)" in found.message


def test_many_periods_are_many_tests() -> None:
    """z = 2.7 once is an error in one period, a warning among twenty; 3.6 is an error among twenty as well."""

    def both(largest: float, periods: int) -> tuple[Comparison, tuple[Finding, ...]]:
        def rows(*gaps: float) -> list[dict[str, Any]]:
            return [
                {**PM25, "TIME_PERIOD": str(2000 + i), "OBS_VALUE": 10 + gap}
                | {"LOWER_BOUND": str(10 + gap - 1.96), "UPPER_BOUND": str(10 + gap + 1.96)}
                for i, gap in enumerate(gaps)
            ]

        gaps = [largest * 2**0.5, *[0.0] * (periods - 1)]
        return one(dataset(*rows(*gaps)), dataset(*rows(*[0.0] * periods)))

    assert both(2.7, 1)[1][0].severity is Severity.ERROR
    comparison, (found,) = both(2.7, 20)
    assert (comparison.verdict, found.severity) == (Verdict.INCONSISTENT, Severity.WARNING)
    assert "2.7 standard errors apart at most, an error from 3.48" in comparison.reason
    assert both(3.6, 20)[1][0].severity is Severity.ERROR


def test_a_city_that_differs_from_its_nation_is_plausible() -> None:
    comparison, findings = mirror({"OBS_VALUE": 9.0}, {"OBS_VALUE": 12.0, "REF_AREA": "GB"})
    assert comparison.verdict is Verdict.CONSISTENT
    assert comparison.reason == (
        "Annual mean levels of fine particulate matter in cities… (EN_ATM_PM25) in Bristol (GB_BRS): "
        "9 in 2018, 3 (25 %) below United Kingdom with 12; a city may differ from its nation"
    )
    assert findings == ()


def test_what_percentages_differ_by_is_told_in_points() -> None:
    share = {**PM25, "SERIES": "SL_TLF_UEM", "UNIT_MEASURE": "PT"}
    comparison, _ = one(dataset({**share, "OBS_VALUE": 22.1}), dataset({**share, "OBS_VALUE": 17.3, "REF_AREA": "GB"}))
    assert "22.1 in 2018, 4.8 percentage points above United Kingdom with 17.3" in comparison.reason


def test_the_mirror_comes_before_the_nation_and_the_nearest_area_before_the_farther() -> None:
    nation, region = {**PM25, "REF_AREA": "GB"}, {**PM25, "REF_AREA": "GB_E12000009"}
    comparison, _ = one(dataset(PM25), dataset(nation, region))
    assert comparison.baseline_key is not None
    assert ".GB_E12000009." in comparison.baseline_key
    old = {**PM25, "TIME_PERIOD": "1999"}
    comparison, _ = one(dataset(PM25), dataset(nation, old))
    assert comparison.verdict is Verdict.CONSISTENT, "a mirror without a shared period says nothing"


def test_a_circle_of_parents_ends() -> None:
    schema = with_areas(A=("B", False), B=("A", False), GB=(None, False))
    comparisons, _ = compare(dataset({"REF_AREA": "A"}), dataset({"REF_AREA": "B"}), schema)
    assert comparisons[0].verdict is Verdict.CONSISTENT


def test_empty_values_and_unreadable_periods_are_passed_over() -> None:
    rows = [{"OBS_VALUE": None, "OBS_STATUS": "O"}, {"TIME_PERIOD": None}, {"TIME_PERIOD": "2019"}]
    comparison, _ = one(dataset(*rows), dataset(*rows))
    assert [point[0] for point in comparison.points] == ["2019"]
    assert compare(dataset({"OBS_VALUE": None}), dataset({}), shipped()) == ((), ())


def test_rules_that_cannot_run_say_why() -> None:
    run, skipped = rules(shipped(), dataset({}))
    assert set(skipped) == {"COH-REMAINDER (ratios)", "COH-POOL", "COH-NESTED"}
    assert str(skipped["COH-REMAINDER (ratios)"]).startswith(
        "no weights (population, labour force …) of the areas are loaded"
    )
    assert {"COH-GATE", "COH-KIND", "COH-MIRROR", "COH-SCALE", "COH-SUM", "COH-CONVEX", "COH-PEERS"} <= set(run)
    assert "loaded" in str(rules(shipped(), None)[1]["COH-MIRROR"])
    assert "PARTITION" in str(rules(with_areas(GB=(None, False)), dataset({}))[1]["COH-SUM"])


def test_the_kyrgyz_nation_and_its_cities(shared_data: Path) -> None:
    """Real figures against themselves agree; the code list has no parents, so the cities have nothing above them."""
    folder = shared_data / "kyrgyzstan"
    (structures,) = folder.glob("structures*.xml")
    artefacts = {a.ref: a for a in read_structures(structures).artefacts}
    structure = next(a for a in artefacts.values() if isinstance(a, DataStructure))
    schema = Schema.assemble(structure, None, artefacts)
    data = read_data(folder / "3.2.1.xml", lambda _: schema).datasets[0]
    comparisons, findings = compare(data, data, schema)
    assert comparisons
    assert {comparison.verdict for comparison in comparisons} == {Verdict.CONSISTENT}
    assert findings == ()
    city = pc.equal(data.table["REF_AREA"].cast(pa.string()), "KG11")
    local = Dataset(data.structure, data.table.filter(city))
    nation = Dataset(data.structure, data.table.filter(pc.equal(data.table["REF_AREA"].cast(pa.string()), "KG")))
    assert {c.verdict for c in compare(local, nation, schema)[0]} == {Verdict.NO_BASELINE}


PROXY = {"OBS_STATUS": "D", "ADAPTATION_TYPE": "PROXY", "DIFF_NUMERATOR": "Low household food security"}


def test_a_national_series_of_another_definition_is_not_compared_with_a_plain_one() -> None:
    comparison, findings = mirror({"OBS_VALUE": 15.0}, {**PROXY, "OBS_VALUE": 8.0})
    assert (comparison.verdict, findings) == (Verdict.NOT_COMPARABLE, ())
    assert comparison.ground == "the national series is an adapted indicator, proxy of EN_ATM_PM25"
    assert comparison.reason.endswith(
        "the national series is an adapted indicator (OBS_STATUS D), a proxy of EN_ATM_PM25: Low household food security"
    )
    assert mirror({}, {"OBS_STATUS": "D"})[0].verdict is Verdict.NOT_COMPARABLE
    assert mirror({}, {"ADAPTATION_TYPE": "NARROWED", "DIFF_AREA": "Mainland"})[0].verdict is Verdict.CONSISTENT
    assert mirror({}, {"ADAPTATION_TYPE": "IDENTICAL"})[0].verdict is Verdict.CONSISTENT


def test_what_both_adapt_in_the_same_way_is_compared_with_a_reservation() -> None:
    comparison, _ = mirror(PROXY, {**PROXY, "DIFF_NUMERATOR": "low household food  security."})
    assert comparison.verdict is Verdict.CONSISTENT
    assert "both are adapted in the same way (Low household food security)" in comparison.reason
    for other in ({**PROXY, "DIFF_NUMERATOR": "Hunger"}, {**PROXY, "ADAPTATION_TYPE": "CONTEXTUAL"}):
        assert mirror(PROXY, other)[0].verdict is Verdict.NOT_COMPARABLE
    unsaid = {"OBS_STATUS": "D", "ADAPTATION_TYPE": "PROXY"}
    assert mirror(unsaid, unsaid)[0].verdict is Verdict.NOT_COMPARABLE


def test_a_base_period_that_one_side_alone_says_is_a_reservation() -> None:
    based = {"BASE_PER": "2018", "OBS_VALUE": 100.0}
    comparison, findings = mirror({"UNIT_MEASURE": "IX", "OBS_VALUE": 84.0}, {"UNIT_MEASURE": "IX", **based})
    assert (comparison.verdict, findings) == (Verdict.EXPLAINED, ())
    assert "only partly comparable: it does not say its base period, and the national one is 2018" in comparison.reason
    # A concentration has its level whatever its base: the difference is asked about, with the reservation.
    comparison, _ = mirror({**based, "OBS_VALUE": 84.0}, {"OBS_VALUE": 100.0})
    assert comparison.verdict is Verdict.INCONSISTENT
    assert "its base period is 2018, and the national series does not say its own" in comparison.reason


def test_reservations_widen_a_mirror_with_bounds_as_they_do_without() -> None:
    here = {"OBS_VALUE": 62.9, "LOWER_BOUND": "62.8", "UPPER_BOUND": "63.0"}
    there = {"OBS_VALUE": 62.0, "LOWER_BOUND": "61.9", "UPPER_BOUND": "62.1"}
    assert [f.severity for f in mirror(here, there)[1]] == [Severity.ERROR]
    apart = {"TIME_DETAIL": "2018-19", "TIME_PERIOD": "2018"}
    comparison, findings = mirror({**here, **apart}, {**there, "TIME_PERIOD": "2018"})
    assert (comparison.verdict, findings) == (Verdict.EXPLAINED, ())
    assert "standard errors" not in comparison.reason
    comparison, (found,) = mirror({**here, **apart}, {**there, "TIME_PERIOD": "2018", "OBS_VALUE": 60.0})
    assert (comparison.verdict, found.severity) == (Verdict.INCONSISTENT, Severity.ERROR)


def test_what_is_explained_is_said_to_differ() -> None:
    apart = {"TIME_DETAIL": "2018-19", "TIME_PERIOD": "2018"}
    comparison, _ = mirror({"OBS_VALUE": 62.9, **apart}, {"OBS_VALUE": 62.0, "TIME_PERIOD": "2018"})
    assert comparison.verdict is Verdict.EXPLAINED
    assert (
        "values for Bristol differ in the one shared period, at most by 0.9 (1.5 %) in 2018: 62.9 here, 62 there, within the "
        "tolerance of a partial comparison (only partly comparable: they cover other times"
    ) in comparison.reason


def test_the_national_value_beside_a_verdict_is_the_one_that_its_sentence_speaks_of() -> None:
    rate = {"SERIES": "SL_TLF_UEM", "UNIT_MEASURE": "PT"}
    comparison, _ = one(
        dataset(*series({"2014": 4.4}, **rate)), dataset(*series({"2014": 5.0, "2015": 5.2}, **rate, REF_AREA="GB"))
    )
    assert "4.4 in 2014, 0.6 percentage points below United Kingdom with 5" in comparison.reason
    assert comparison.national == ("2014", 5.0)
    there = series({"2014": 5.0, "2015": 5.2, "2016": 6.0}, **rate)
    comparison, _ = one(dataset(*series({"2014": 5.0, "2015": 4.2}, **rate)), dataset(*there))
    assert comparison.national == ("2015", 5.2)
    comparison, _ = one(dataset(*series({"2014": 5.0, "2015": 5.2}, **rate)), dataset(*there))
    assert comparison.national == ("2015", 5.2)
    comparison, _ = one(
        dataset(*series({"2015": 800.0, "2016": 7.0}, **COUNT)),
        dataset(*series({"2015": 700.0, "2016": 690.0, "2017": 680.0}, **COUNT, REF_AREA="GB")),
    )
    assert comparison.national == ("2015", 700.0)


def test_a_national_figure_of_another_definition_is_left_out_and_said() -> None:
    there = series({"2017": 80.0, "2018": 80.0, "2019": 81.0}, **PM25)
    there[0]["OBS_STATUS"] = there[1]["OBS_STATUS"] = "D"
    comparison, findings = one(dataset(*series({"2018": 60.0, "2019": 81.0}, **PM25)), dataset(*there))
    assert (comparison.verdict, findings) == (Verdict.CONSISTENT, ())
    assert comparison.reason.endswith(
        "are the same in the one shared period; left out: 2018, of which the national figures are said to be of another definition "
        "(OBS_STATUS D)"
    )
    comparison, _ = one(dataset(*series({"2018": 60.0}, **PM25)), dataset(*there))
    assert comparison.verdict is Verdict.NOT_COMPARABLE
    assert "left out: 2018" in comparison.reason
    comparison, _ = one(dataset(*series({"2019": 81.0}, **PM25)), dataset(*there))
    assert "left out" not in comparison.reason
