"""Totals and their parts, rates and their counts: each formula against figures worked out by hand, and sums against a slow twin."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import dataset, shipped

from dataexchange.model.breakdowns import breakdowns
from dataexchange.model.finding import Finding, Severity
from dataexchange.model.rulebook import Choice, Rulebook
from dataexchange.pipeline.validation import validate

COUNT = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}


def counts(dimension: str = "SEX", *, period: str = "2018", **values: float) -> list[dict[str, Any]]:
    return [{**COUNT, dimension: code, "OBS_VALUE": value, "TIME_PERIOD": period} for code, value in values.items()]


def rates(dimension: str = "SEX", **values: float) -> list[dict[str, Any]]:
    return [{dimension: code, "OBS_VALUE": value} for code, value in values.items()]


def found(rows: list[dict[str, Any]], book: Rulebook | None = None) -> list[tuple[str, Severity, int | None]]:
    told: tuple[Finding, ...] = validate(dataset(*rows), shipped(), **({"book": book} if book else {}))
    return [(f.rule, f.severity, f.place.row) for f in told]


def test_women_and_men_are_all_and_the_finding_names_the_rows() -> None:
    assert found(counts(_T=381, F=90, M=291)) == []
    (told,) = validate(dataset(*counts(_T=381, F=90, M=191)), shipped())
    assert (told.rule, told.severity, told.place.row) == ("SUM-PARTS", Severity.WARNING, 2)
    assert (
        told.message
        == "the total is 381, and its parts are 281 together: SEX F (Female: 90 in row 3) and M (Male: 191 in row 4)"
    )


def test_parts_beyond_their_total_are_an_error_and_parts_that_fall_short_a_warning() -> None:
    assert found(counts(_T=381, F=90, M=301)) == [("SUM-PARTS", Severity.ERROR, 2)]
    # One of 15, as in Kyrgyzstan in 2020 (VC_DSR_MORT), is within what rounding could be, and counts are exact.
    assert found(counts(_T=15, F=5, M=9)) == [("SUM-PARTS", Severity.WARNING, 2)]
    # Two too many of 381: above rounding (3 figures, half of 1 each) and 0.1 % of them together, 1.88.
    assert found(counts(_T=381, F=90, M=293)) == [("SUM-PARTS", Severity.ERROR, 2)]
    assert found(counts(_T=15, F=7, M=10)) == [("SUM-PARTS", Severity.ERROR, 2)]
    # 16 of 15 could be three estimates, each rounded to a whole one.
    assert found(counts(_T=15, F=7, M=9)) == [("SUM-PARTS", Severity.WARNING, 2)]
    assert found(counts(_T=381, F=90, M=281)) == [("SUM-PARTS", Severity.WARNING, 2)]
    # One of 19,491 may come of rounding (1.5, and below 0.1 %), one of 381 may not: the same as of areas in COH-SUM.
    assert found(counts(_T=19_491, F=9_800, M=9_690)) == []
    assert found(counts(_T=381, F=90, M=290)) == [("SUM-PARTS", Severity.WARNING, 2)]


def test_those_of_whom_it_is_not_known_belong_to_the_total() -> None:
    """As 16.2.2 in the Kyrgyz publication: 7 = 3 + 1 + 3."""
    assert found(counts(_T=7, F=3, M=1, _U=3)) == []
    assert found(counts(_T=70, F=3, M=1, _U=3)) == [("SUM-PARTS", Severity.ERROR, 2)]
    assert found(counts(_T=15, F=7, M=7, _U=4)) == [("SUM-PARTS", Severity.ERROR, 2)]
    elsewhere = counts(_T=7, F=3, M=1, _U=3, period="2017")
    assert found([*elsewhere, *counts(_T=7, F=3, M=1)]) == []


def test_rounding_is_what_the_figures_of_the_indicator_show() -> None:
    """In fives: 3 * 5 / 2 = 7.5 may be between them, in ones 1.5."""
    fives = [row for year in range(2008, 2018) for row in counts(_T=100, F=45, M=55, period=str(year))]
    assert found([*fives, *counts(_T=105, F=45, M=55)]) == []
    assert found([*fives, *counts(_T=115, F=45, M=55)])[0][0] == "SUM-PARTS"
    ones = [row for year in range(2008, 2018) for row in counts(_T=101, F=45, M=56, period=str(year))]
    assert found([*ones, *counts(_T=105, F=45, M=55)])[0][0] == "SUM-PARTS"


def test_few_round_figures_show_no_rounding() -> None:
    """50 of 1,000 are not within rounding because three figures end in 0 or 50."""
    assert found(counts(_T=1000, F=600, M=450)) == [("SUM-PARTS", Severity.ERROR, 2)]
    assert found(counts(_T=100, F=60, M=45)) == [("SUM-PARTS", Severity.ERROR, 2)]
    six = [*counts(_T=1000, F=600, M=450), *counts(_T=1100, F=600, M=500, period="2019")]
    assert found(six) == [("SUM-PARTS", Severity.ERROR, 2)]
    # In eight and more: fifties, 3 * 50 / 2 = 75.
    assert found([*six, *counts(_T=1200, F=700, M=500, period="2020")]) == []


def test_the_largest_number_that_there_is_has_no_rounding_to_show() -> None:
    assert "SUM-PARTS" not in {rule for rule, _, _ in found(counts(_T=1.7976931348623157e308, F=0.1, M=1.0))}


def test_thousands_with_a_decimal_are_rounded_to_hundreds() -> None:
    def thousands(total: float) -> list[dict[str, Any]]:
        return [{**row, "UNIT_MULT": "3"} for row in counts(_T=total, F=45.1, M=55.1)]

    assert found(thousands(100.3)) == []
    assert found(thousands(100.4)) == [("SUM-PARTS", Severity.WARNING, 2)]


def test_ages_that_follow_each_other_are_a_breakdown() -> None:
    ages = {"_T": 104.0, "Y0T14": 21.0, "Y15T24": 32.0, "Y25T64": 40.0, "Y_GE65": 11.0}
    assert found(counts("AGE", **ages)) == []
    assert found(counts("AGE", **{**ages, "Y_GE65": 30.0})) == [("SUM-PARTS", Severity.ERROR, 2)]
    # A gap between 24 and 35: the parts may be less, and not more.
    (above,) = breakdowns("AGE", frozenset(("_T", "Y0T14", "Y15T24", "Y35T64", "Y_GE65")), {})
    assert (above.parts, above.covers) == (("Y35T64", "Y_GE65"), False)
    # From 15 on: whether the total is that of all ages nobody knows.
    older = {"_T": 103.0, "Y15T64": 50.0, "Y_GE65": 11.0}
    assert found(counts("AGE", **older)) == []
    assert found(counts("AGE", **{**older, "Y_GE65": 61.0})) == [("SUM-PARTS", Severity.ERROR, 2)]


def test_each_period_is_held_against_the_breakdown_that_it_has() -> None:
    """Broad groups in 2017, finer ones from 2018 on: what is wrong in 2017 is found whatever comes after."""
    broad = {"_T": 1003.0, "Y0T14": 207.0, "Y15T64": 601.0, "Y_GE65": 142.0}
    finer = {"_T": 1013.0, "Y0T14": 207.0, "Y15T24": 101.0, "Y25T64": 511.0, "Y_GE65": 194.0}
    assert found(counts("AGE", period="2017", **broad)) == [("SUM-PARTS", Severity.WARNING, 2)]
    both = [*counts("AGE", period="2017", **broad), *counts("AGE", **finer)]
    assert found(both) == [("SUM-PARTS", Severity.WARNING, 2)]
    # Parts together beyond the total, too, though the table has finer groups than these.
    broad["Y15T64"] = 701.0
    assert found([*counts("AGE", period="2017", **broad), *counts("AGE", **finer)]) == [
        ("SUM-PARTS", Severity.ERROR, 2)
    ]
    lacking = counts("AGE", period="2017", _T=1003, Y0T14=407, Y15T64=601)
    assert found([*lacking, *counts("AGE", **finer)]) == [("SUM-PARTS", Severity.ERROR, 2)]
    shares = [{**row, "TIME_PERIOD": "2017"} for row in rates("AGE", _T=15, Y0T14=18.1, Y15T64=21, Y_GE65=19)]
    assert found([*shares, *rates("AGE", **dict.fromkeys(finer, 17.3))]) == [("SUM-RANGE", Severity.ERROR, 2)]


def test_each_complete_breakdown_of_a_period_is_asked_and_a_fault_told_once() -> None:
    overlapping = {"Y0T9": 131.0, "Y0T14": 207.0, "Y10T74": 777.0, "Y15T64": 601.0, "Y_GE65": 195.0, "Y_GE75": 95.0}
    assert found(counts("AGE", _T=1003, **overlapping)) == []
    # One way adds up, the other does not: 131 + 677 + 95.
    assert found(counts("AGE", _T=1003, **{**overlapping, "Y10T74": 677.0})) == [("SUM-PARTS", Severity.WARNING, 2)]
    assert found(counts("AGE", _T=1503, **overlapping)) == [("SUM-PARTS", Severity.WARNING, 2)]


def test_a_part_larger_than_its_total_is_an_error_whoever_else_lacks() -> None:
    assert found(counts(_T=51, M=51)) == []
    assert found(counts(_T=51, M=60)) == [("SUM-PARTS", Severity.ERROR, 2)]
    (told,) = validate(dataset(*counts(_T=55, M=400)), shipped())
    assert told.message == "the total is 55, and a part of it is larger: SEX M (Male: 400 in row 3)"
    assert found(counts("AGE", _T=51, Y15T24=60)) == [("SUM-PARTS", Severity.ERROR, 2)]
    assert found(counts("AGE", Y15T64=51, Y15T24=60)) == [("SUM-PARTS", Severity.ERROR, 2)]
    # Groups that overlap are not put together, and those that do not are.
    assert found(counts("AGE", _T=51, Y15T24=40, Y20T29=40)) == []
    assert found(counts("AGE", _T=51, Y15T24=40, Y25T34=40)) == [("SUM-PARTS", Severity.ERROR, 2)]
    assert found(counts("URBANISATION", _T=51, R=60)) == [("SUM-PARTS", Severity.ERROR, 2)]
    assert found(counts("INCOME_WEALTH_QUANTILE", _T=51, Q1=30, Q5=30)) == [("SUM-PARTS", Severity.ERROR, 2)]
    # In another year the breakdown is complete, and right.
    whole = counts(_T=51, F=11, M=40, period="2017")
    assert found([*whole, *counts(_T=51, M=60)]) == [("SUM-PARTS", Severity.ERROR, 5)]
    # A rate of men may be above that of all.
    assert found(rates(_T=51.0, M=60.0)) == []


def test_a_part_of_a_balance_may_be_more_than_all() -> None:
    migration = [*counts(_T=100, M=150), *counts(_T=100, F=-50, M=150, period="2019")]
    assert [told for told in found(migration) if told[0] == "SUM-PARTS"] == []
    # Complete, it adds up like everything that is counted.
    losses = {"SERIES": "VC_DSR_GDPLS", "UNIT_MEASURE": "USD"}
    wrong = [{**row, **losses} for row in counts(_T=100, F=-5, M=150)]
    assert ("SUM-PARTS", Severity.ERROR, 2) in found(wrong)
    # Emissions of the towns may be more than all where the country binds some; nobody but the office knows.
    emitted = {"SERIES": "EN_ATM_GHGT_NAIP", "UNIT_MEASURE": "TCO2E"}
    assert found([{**row, **emitted} for row in counts("URBANISATION", _T=100, U=150)]) == [
        ("SUM-PARTS", Severity.WARNING, 2)
    ]


def test_one_wrong_figure_in_two_breakdowns_is_told_once() -> None:
    rows = [
        {**COUNT, "SEX": sex, "AGE": age, "OBS_VALUE": value}
        for sex, times in (("_T", 2.0), ("F", 1.0), ("M", 1.0))
        for age, value in (("_T", 100 * times), ("Y0T14", 30 * times), ("Y_GE15", 70 * times))
    ]
    assert found(rows) == []
    rows[4]["OBS_VALUE"] = 300.0
    assert len(found(rows)) == 1


def test_a_ratio_of_all_lies_between_its_parts() -> None:
    assert found(rates(_T=15.0, F=14.0, M=16.0)) == []
    assert found(rates(_T=12.0, F=14.0, M=16.0)) == [("SUM-RANGE", Severity.ERROR, 2)]
    # Rounded to 0.1 each: 13.9 may be 13.95 as 14.0 may.
    assert found(rates(_T=13.9, F=14.0, M=16.0)) == []
    assert found(rates(_T=30.0, F=14.0, M=16.0)) == [], "shares of one whole"
    assert found([{**row, "SERIES": "NY_GDP_PCAP"} for row in rates(_T=12.0, F=14.0, M=16.0)]) == []


def test_a_standardised_rate_need_not_lie_between_its_parts_and_is_asked_about() -> None:
    """SH_STA_ASAIRP, mortality by air pollution, age-standardised: 40.0 for all beside 40.3 and 40.9 is possible."""
    standardised = {"SERIES": "SH_STA_ASAIRP", "UNIT_MEASURE": "PER_100000_POP"}
    rows = [{**row, **standardised} for row in rates(_T=40.0, F=40.3, M=40.9)]
    assert found(rows) == [("SUM-RANGE", Severity.WARNING, 2)]
    (told,) = validate(dataset(*rows), shipped())
    assert "a plain mean cannot be, a standardised rate or a composite can" in told.message


def test_the_rulebook_switches_rules_and_sets_their_numbers_for_a_series() -> None:
    off = Rulebook("GB", 1, (Choice("SUM-PARTS", on=False, series="VC_*"),))
    assert found(counts(_T=381, F=90, M=301), off) == []
    lax = Rulebook("GB", 1, (Choice("SUM-PARTS", {"estimates": 5}, series="VC_IHR_PSRCN"),))
    assert found(counts(_T=381, F=90, M=301), lax) == [("SUM-PARTS", Severity.WARNING, 2)]
    grave = Rulebook("GB", 1, (Choice("SUM-RANGE", severity=Severity.INFORMATION),))
    assert found(rates(_T=12.0, F=14.0, M=16.0), grave) == [("SUM-RANGE", Severity.INFORMATION, 2)]
    gross = Rulebook("GB", 1, (Choice("RNG-PERCENT", {"highest": 120}, series="SI_POV_NAHC"),))
    assert found(rates(_T=117.0), gross) == []
    assert found(rates(_T=121.0), gross)[0][0] == "RNG-PERCENT"


@pytest.mark.parametrize(
    ("unit", "value", "good"),
    [
        ("PROB", 0.3, True),
        ("PROB", 22.6, False),
        ("BOOL", 1.0, True),
        ("BOOL", 0.5, False),
        ("PH", 8.1, True),
        ("PH", 14.2, False),
        ("PER_100000_POP", -0.1, False),
        ("PER_100_POP", 140.0, True),
        ("PER_1000_LIVE_BIRTHS", 1001.0, False),
        ("GPERM3", -1.0, False),
        ("USD", -1.0, True),
        ("TCO2E", -1.0, True),
    ],
)
def test_units_say_where_a_figure_can_lie(unit: str, value: float, good: bool) -> None:
    told = found([{"UNIT_MEASURE": unit, "OBS_VALUE": value}])
    assert ("RNG-UNIT" in [rule for rule, _, _ in told]) is not good


def test_a_rate_is_its_count_by_its_denominator() -> None:
    """12 of 460,000 are 2.6087 per 100,000; 2.6 says 11.73 to 12.19, and a count is rounded by half a one."""

    def rows(rate: float) -> list[dict[str, Any]]:
        return [
            {"SERIES": "VC_IHR_PSRC", "UNIT_MEASURE": "PER_100000_POP", "OBS_VALUE": rate},
            {**COUNT, "OBS_VALUE": 12.0},
            {"SERIES": "_L_POPULATION", "UNIT_MEASURE": "NUMBER", "OBS_VALUE": 460_000.0, "SEX": "_T"},
        ]

    def rules(rate: float) -> list[str]:
        return [rule for rule, _, _ in found(rows(rate)) if rule == "IDN-RATE"]

    assert rules(2.6) == []
    assert rules(3.2) == ["IDN-RATE"]
    told = next(f for f in validate(dataset(*rows(3.2)), shipped()) if f.rule == "IDN-RATE")
    assert told.message == "3.2 of 460,000 (row 4) would be 14.72, and the count is 12 (row 3)"


cells = st.lists(
    st.tuples(
        st.sampled_from(["GB", "GB_BRS"]),
        st.sampled_from(["2016", "2017"]),
        st.sampled_from(["_T", "F", "M", "_U"]),
        st.integers(51, 57),
    ),
    min_size=1,
    max_size=16,
    unique_by=lambda cell: cell[:3],
)


@settings(max_examples=60, deadline=None)
@given(cells)
def test_sums_are_those_a_dictionary_finds(given_: list[tuple[str, str, str, int]]) -> None:
    values = {cell[:3]: cell[3] for cell in given_}
    codes = {cell[2] for cell in given_}
    every = list(values.values())
    unit = 5 if len(every) >= 8 and all(v % 5 == 0 for v in every) else 1
    expected: dict[tuple[str, str], Severity] = {}
    for area, period in {cell[:2] for cell in given_}:
        parts = [values.get((area, period, sex)) for sex in ("F", "M")]
        total, unknown = values.get((area, period, "_T")), values.get((area, period, "_U"))
        if total is not None and parts.count(None) == 1:
            over = sum(part or 0 for part in parts) - total
            if over > (min(unit, 0.001 * total) if unit == 1 else unit):
                expected[area, period] = Severity.ERROR if over > unit + 0.001 * total else Severity.WARNING
        if total is None or None in parts:
            continue
        together = sum(parts) + (unknown or 0)
        slack = unit / 2 * (3 + (unknown is not None))
        allowed = min(slack, 0.001 * total) if unit == 1 else slack
        if together - total > allowed:
            large = together - total > slack + 0.001 * total
            expected[area, period] = Severity.ERROR if large else Severity.WARNING
        elif total - together > allowed and (unknown is not None or "_U" not in codes):
            expected[area, period] = Severity.WARNING
    rows = [
        {**COUNT, "REF_AREA": area, "TIME_PERIOD": period, "SEX": sex, "OBS_VALUE": float(value)}
        for (area, period, sex), value in values.items()
    ]
    told = [f for f in validate(dataset(*rows), shipped()) if f.rule == "SUM-PARTS"]
    assert {(f.key.split(".")[3], str(f.period)): f.severity for f in told if f.key} == expected
