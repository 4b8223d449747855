"""Structural rules: what each finds, where, and what it leaves in peace."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import GOOD, dataset, series, shipped

from dataexchange.messages.language import spoken
from dataexchange.model.dataset import CODE, FILE, Dataset
from dataexchange.model.finding import Finding, Severity
from dataexchange.model.mapping import UNUSED
from dataexchange.model.period import parse_period
from dataexchange.model.rulebook import Rulebook, SeriesNature
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.structure import Attribute, Representation
from dataexchange.pipeline.validation import CHECKS, merge_repeats, rules, validate


def only(*rows: dict[str, Any], **same: Any) -> Finding:
    found = validate(dataset(*rows, **same), shipped())
    assert len(found) == 1, found
    return found[0]


def of(found: tuple[Finding, ...]) -> Counter[str]:
    return Counter(finding.rule for finding in found)


def test_good_observations_have_no_findings() -> None:
    assert validate(dataset(*series({"2016": 1.5, "2017": 2, "2018": 3})), shipped()) == ()
    assert validate(dataset(), shipped()) == ()


def test_a_finding_names_file_row_column_value_key_and_period() -> None:
    found = only({}, {"REF_AREA": "GB_BRS_E05010885", "OBS_VALUE": 628.0})
    assert found.rule == "RNG-PERCENT"
    assert found.severity is Severity.ERROR
    assert found.place.file == "table.csv"
    assert (found.place.row, found.place.column, found.place.value) == (3, "Value", "628")
    assert found.key == "A.N.SI_POV_NAHC.GB_BRS_E05010885._T._T._T._T._T._T._T._T._T._T._T"
    assert found.period == "2018"
    assert "628 %" in found.message


def test_a_component_is_found_in_the_column_it_was_mapped_from() -> None:
    table = dataset({"REF_AREA": "NOWHERE"})
    (found,) = validate(table, shipped(), headers={"REF_AREA": "Ward"})
    assert found.place.column == "Ward"
    assert validate(table, shipped())[0].place.column is None


@pytest.mark.parametrize(
    ("component", "value", "meant"),
    [
        ("REF_AREA", "E05010885", "GB_BRS_E05010885"),
        ("REF_AREA", "GB_BSR_E05010885", "GB_BRS_E05010885"),
        ("REF_AREA", "Ashley", "GB_BRS_E05010885"),
        ("SEX", "female", "F"),
        ("OBS_STATUS", "a", "A"),
        ("UNIT_MEASURE", "GRPEM3", "GPERM3"),
    ],
)
def test_a_wrong_code_is_met_with_the_right_one(component: str, value: str, meant: str) -> None:
    found = validate(dataset({component: value}), shipped())
    code = next(finding for finding in found if finding.rule == "STR-CODE")
    assert f"did you mean '{meant}" in code.message
    assert code.place.value == value


@pytest.mark.parametrize("value", ["Y17", "Y16", "Y26T54", "Y0T26", "Y37", "Y205T54"])
def test_an_age_that_is_only_like_others_is_met_with_none(value: str) -> None:
    assert "did you mean" not in only({"AGE": value}).message


def test_codes_that_no_row_uses_are_not_told() -> None:
    table = dataset({}, {"REF_AREA": "NOWHERE"})
    assert validate(replace(table, table=table.table.slice(0, 1)), shipped()) == ()


@pytest.mark.parametrize("component", ["REF_AREA", "TIME_PERIOD", "OBS_STATUS", "UNIT_MULT", "UNIT_MEASURE"])
def test_an_empty_mandatory_part_is_missing(component: str) -> None:
    found = only({}, {component: None, "SEX": "F"})
    assert found.rule == "STR-MISSING"
    assert component in found.message
    assert found.place.row == 3


@pytest.mark.parametrize("component", ["FREQ", "TIME_PERIOD", "UNIT_MEASURE", "OBS_STATUS"])
def test_a_missing_column_is_told_once_with_its_number(component: str) -> None:
    table = dataset({}, {"SEX": "F"})
    found = validate(replace(table, table=table.table.drop_columns([component])), shipped())
    missing = [finding for finding in found if finding.rule == "STR-MISSING"]
    assert [(finding.count, finding.place.row) for finding in missing] == [(2, None)]


def test_a_blank_text_counts_as_nothing() -> None:
    assert only({"UNIT_MEASURE": "  "}).rule == "STR-MISSING"


def test_a_column_that_is_no_component_is_told() -> None:
    found = only({"OBS_STATUSS": "A"})
    assert found.rule == "STR-COMPONENT"
    assert "did you mean 'OBS_STATUS'?" in found.message


@pytest.mark.parametrize(
    ("freq", "period", "fits"),
    [
        ("A", "2018", True),
        ("A", "2018-A1", True),
        ("A", "2018-Q1", False),
        ("Q", "2018-Q1", True),
        ("Q", "2018", False),
        ("M", "2018-03", True),
        ("M", "2018-M03", True),
        ("M", "2018-03-31", False),
        ("S", "2018-S2", True),
        ("W", "2018-W07", True),
        ("D", "2018-03-31", True),
        ("B", "2018-03-30", True),
        ("H", "2018-03-30T12:00", True),
        ("D", "2018-03", False),
    ],
)
def test_periods_fit_their_frequency(freq: str, period: str, fits: bool) -> None:
    found = validate(dataset({"FREQ": freq, "TIME_PERIOD": period}), shipped())
    told = [finding for finding in found if finding.rule == "STR-PERIOD"]
    assert not told if fits else (len(told) == 1 and period in told[0].message)


def test_a_date_in_an_annual_series_is_told_of_the_form_that_takes_its_year() -> None:
    assert only({"TIME_PERIOD": "2018-03-31"}).message.endswith(
        "`period: date` in the mapping takes the year of a date"
    )
    assert "period: date" not in only({"TIME_PERIOD": "2018-03"}).message


def test_a_month_in_an_annual_series_that_could_be_two_years_is_told_of_the_form_that_takes_them() -> None:
    told = only({"TIME_PERIOD": "2010-11"}).message
    assert "if 2010-11 is the year from 2010 to 2011, put `survey_year` before `sdmx`" in told
    assert "survey_year" not in only({"TIME_PERIOD": "2010-12"}).message


def test_an_attribute_of_the_series_is_the_same_all_along() -> None:
    rows = [*series({"2016": 1.0, "2017": 2.0}, COMMENT_TS="one"), *series({"2018": 3.0}, COMMENT_TS="two")]
    found = only(*rows, {"TIME_PERIOD": "2019", "COMMENT_TS": None}, {"SEX": "F", "COMMENT_TS": "two"})
    assert found.rule == "STR-SERIES-ATTRIBUTE"
    assert "'two' here and 'one' in row 2" in found.message
    assert found.place.row == 4


def test_an_equal_row_is_a_warning_and_a_different_one_an_error_naming_both() -> None:
    repeated = only({}, {})
    assert (repeated.rule, repeated.severity) == ("DUP-REPEATED", Severity.WARNING)
    assert "row 2" in repeated.message
    found = only({}, {"SEX": "F"}, {"OBS_VALUE": 13.0, "OBS_STATUS": "E"})
    assert (found.rule, found.severity, found.place.row) == ("DUP-CONTRADICTION", Severity.ERROR, 4)
    for words in ("row 2", "row 4", "OBS_VALUE is 12.5 in one and 13 in the other", "OBS_STATUS is A"):
        assert words in found.message


def test_rows_of_one_key_and_period_are_one_finding() -> None:
    found = only(*({"OBS_VALUE": float(n)} for n in range(12)), {"SEX": "F"})
    assert (found.rule, found.count, found.place.row) == ("DUP-CONTRADICTION", 11, 3)
    assert found.message == (
        "row 2 and row 3 have the same key and period and say different things: OBS_VALUE is 0 in one and 1 in the other; "
        "so do row 4, row 5, row 6, row 7, row 8 and 5 more"
    )
    again = only({}, {}, {})
    assert (again.rule, again.count) == ("DUP-REPEATED", 2)
    assert again.message.startswith("this observation stands already in row 2, and again in row 4; they are merged")


def beside(table: Dataset, **columns: list[str]) -> Dataset:
    """The dataset with columns that the mapping does not use."""
    for name, texts in columns.items():
        table = replace(table, table=table.table.append_column(UNUSED + name, pa.array(texts).dictionary_encode()))
    return table


def test_an_unmapped_column_that_tells_rows_apart_is_named_once() -> None:
    years, regions = [str(2000 + n) for n in range(12)], ["North", "South", "East", "West"]
    rows = [{"TIME_PERIOD": y, "OBS_VALUE": float(n)} for y in years for n, _ in enumerate(regions)]
    table = beside(dataset(*rows), Region=regions * 12, Unit=["%"] * 48)
    (found,) = validate(table, shipped())
    assert (found.rule, found.count, found.place.row) == ("DUP-CONTRADICTION", 36, 3)
    assert found.key
    assert found.period == "2000"
    assert found.message.endswith(
        "OBS_VALUE is 0 in one and 1 in the other; they differ in column 'Region', which is not mapped, as do 35 more rows that "
        "have the key and period of an earlier one: map the column that tells them apart"
    )


def test_a_single_repeat_names_its_unmapped_columns_too() -> None:
    (found,) = validate(beside(dataset({}, {}), Region=["North", "South"], Id=["1", "2"]), shipped())
    assert found.rule == "DUP-REPEATED"
    assert found.message.endswith(
        "are merged; they differ in columns 'Region', 'Id', which are not mapped: map the column that tells them apart"
    )


def test_findings_on_several_files_name_the_file_of_the_row() -> None:
    one, two = dataset({}, {"OBS_VALUE": 1.0}), dataset({"COMMENT_TS": "a"}, {"TIME_PERIOD": "2019", "COMMENT_TS": "b"})
    files = pa.array(["1.1.1.xml", None, "2.2.2.xml", "2.2.2.xml"]).dictionary_encode()
    both = pa.concat_tables([one.table, two.table], promote_options="default").append_column(FILE, files)
    found = {f.rule: f for f in validate(replace(one, table=both), shipped())}
    told = found["DUP-CONTRADICTION"]
    assert (told.place.file, told.place.row) == ("table.csv", 3)
    assert told.message.startswith("1.1.1.xml, row 2 and row 3 have the same key")
    assert found["STR-SERIES-ATTRIBUTE"].place.file == "2.2.2.xml"
    assert all(f.place.file and f.key and f.period for f in found.values())


def test_two_empty_values_are_equal() -> None:
    assert only({"OBS_VALUE": None, "OBS_STATUS": "O"}, {"OBS_VALUE": None, "OBS_STATUS": "O"}).rule == "DUP-REPEATED"


rows_ = st.lists(
    st.tuples(st.sampled_from(["GB", "GB_BRS"]), st.sampled_from(["2017", "2018"]), st.sampled_from([1.0, 2.0])),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(rows_)
def test_duplicates_are_those_a_dictionary_finds(rows: list[tuple[str, str, float]]) -> None:
    table = dataset(*({"REF_AREA": a, "TIME_PERIOD": p, "OBS_VALUE": v} for a, p, v in rows))
    first: dict[tuple[str, str], float] = {}
    expected: Counter[str] = Counter()
    for area, period, value in rows:
        if (area, period) in first:
            expected["DUP-REPEATED" if first[area, period] == value else "DUP-CONTRADICTION"] += 1
        first.setdefault((area, period), value)
    found = validate(table, shipped())
    assert Counter({rule: sum(f.count for f in found if f.rule == rule) for rule in of(found)}) == expected
    assert max(of(found).values(), default=0) <= len(first)
    merged = merge_repeats(table, shipped()).table
    columns = (merged[c].to_pylist() for c in ("REF_AREA", "TIME_PERIOD", "OBS_VALUE"))
    kept = {(a, p): v for a, p, v in zip(*columns, strict=True)}
    assert kept == {(a, parse_period(p)): v for a, p, v in rows}
    assert merged.num_rows == len(first)


@pytest.mark.parametrize("status", ["H", "L", "M", "O", "Q"])
def test_no_value_needs_a_status_that_says_why(status: str) -> None:
    assert validate(dataset({"OBS_VALUE": None, "OBS_STATUS": status}), shipped()) == ()
    assert only({"OBS_VALUE": None}).rule == "RNG-EMPTY"
    assert only({"OBS_VALUE": float("nan")}).rule == "RNG-EMPTY"


@pytest.mark.parametrize("status", ["L", "M", "O", "Q"])
def test_a_value_cannot_be_missing(status: str) -> None:
    found = only({"OBS_STATUS": status})
    assert found.rule == "RNG-STATUS"
    assert "12.5" in found.message


def test_a_value_that_is_marked_as_not_free_is_told() -> None:
    for free in ("F", None):
        assert validate(dataset({"CONF_STATUS": free}), shipped()) == ()
    assert validate(dataset({"CONF_STATUS": "C", "OBS_VALUE": None, "OBS_STATUS": "Q"}), shipped()) == ()
    found = only({"CONF_STATUS": "C"})
    assert (found.rule, found.severity) == ("CNF-MARKED", Severity.WARNING)
    assert "CONF_STATUS C says that the value 12.5 is not free" in found.message


def test_the_language_writes_the_figures_of_a_sentence_with_all_their_digits() -> None:
    found = only({"OBS_VALUE": 1234.56789012})
    tongues = spoken()
    for tag, figure in (("en", "1,234.56789012"), ("es", "1.234,56789012"), ("fr", "1\u202f234,56789012")):
        assert figure in found.sentence.said(tongues.languages[tag]())


def test_percentages_stay_within_a_hundred_unless_they_are_growth() -> None:
    assert only({"OBS_VALUE": 100.1}).rule == "RNG-PERCENT"
    assert only({"OBS_VALUE": -0.1}).rule == "RNG-PERCENT"
    assert validate(dataset({"OBS_VALUE": 0.0}, {"OBS_VALUE": 100.0, "SEX": "F"}), shipped()) == ()
    assert validate(dataset({"SERIES": "NY_GDP_PCAP", "OBS_VALUE": -9.8}), shipped()) == ()
    assert only({"OBS_VALUE": 2.0, "UNIT_MULT": "3"}).rule == "RNG-PERCENT"


def test_counts_are_whole_and_not_negative() -> None:
    count = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}
    assert validate(dataset({**count, "OBS_VALUE": 7.0}), shipped()) == ()
    broken = only({**count, "OBS_VALUE": 7.5})
    assert (broken.rule, broken.severity) == ("RNG-COUNT", Severity.WARNING)
    assert validate(dataset({**count, "OBS_VALUE": 7.5, "UNIT_MULT": "3"}), shipped()) == ()
    assert only({**count, "OBS_VALUE": -1.0}).rule == "RNG-COUNT"
    balance = Rulebook(kinds={"VC_IHR_PSRCN": SeriesNature(SeriesKind.BALANCE)})
    assert validate(dataset({**count, "OBS_VALUE": -1.0}), shipped(), book=balance) == ()


@pytest.mark.parametrize(
    ("lower", "upper", "good"),
    [("12", "13", True), ("12.5", "12.5", True), (None, "13", True), ("12.6", "13", False), ("12", "12.4", False)],
)
def test_values_lie_between_their_bounds(lower: str | None, upper: str, good: bool) -> None:
    table = dataset({"LOWER_BOUND": lower, "UPPER_BOUND": upper})
    assert [finding.rule for finding in validate(table, shipped())] == ([] if good else ["BND"])


def test_bounds_are_numbers_in_order() -> None:
    assert only({"LOWER_BOUND": "12,4"}).rule == "STR-FORMAT"
    found = only({"OBS_VALUE": None, "OBS_STATUS": "Q", "LOWER_BOUND": "3", "UPPER_BOUND": "2"})
    assert "LOWER_BOUND 3 is above UPPER_BOUND 2" in found.message


def test_a_series_comes_in_its_unit() -> None:
    found = only({"SERIES": "VC_IHR_PSRC", "UNIT_MEASURE": "NUMBER"})
    assert found.rule == "UNIT-SERIES"
    assert "PER_100000_POP" in found.message


@pytest.mark.parametrize(("text", "good"), [("1204", True), ("1,204", False), ("12.5", False)])
def test_integers_are_whole(text: str, good: bool) -> None:
    found = validate(dataset({"SAMPLE_SIZE": text}), shipped())
    assert [finding.rule for finding in found] == ([] if good else ["STR-FORMAT"])


@pytest.mark.parametrize(("text", "good"), [("2023", True), ("2024-04-15T00:00:00", True), ("April 2024", False)])
def test_a_year_is_a_date(text: str, good: bool) -> None:
    assert bool(validate(dataset({"BASE_PER": text}), shipped())) is not good


def test_an_endless_number_is_not_a_value() -> None:
    assert "STR-FORMAT" in of(validate(dataset({"OBS_VALUE": float("inf")}), shipped()))


def test_facets_of_the_structure_hold() -> None:
    schema = shipped()
    facets = {"maxLength": "3", "pattern": "[a-c]+"}
    extra = Attribute(id="NOTE", representation=Representation(text_type="String", facets=facets))
    structure = replace(schema.structure, attributes=(*schema.structure.attributes, extra))
    rows = [{"NOTE": note, "AGE": age} for note, age in (("abc", "_T"), ("abcabc", "Y_GE15"), ("xyz", "Y15T64"))]
    found = validate(dataset(*rows), replace(schema, structure=structure))
    told = {
        (finding.place.value, finding.message.split(" is not ")[1]) for finding in found if finding.rule == "STR-FORMAT"
    }
    assert told == {("abcabc", "3 characters or shorter"), ("xyz", "of the pattern [a-c]+")}


def test_a_pattern_that_cannot_be_judged_accuses_nobody() -> None:
    schema = shipped()
    extra = Attribute(id="NOTE", representation=Representation(text_type="String", facets={"pattern": r"(?=x)\1"}))
    structure = replace(schema.structure, attributes=(*schema.structure.attributes, extra))
    assert validate(dataset({"NOTE": "abc"}), replace(schema, structure=structure)) == ()


def test_rules_that_need_more_of_the_code_list_are_skipped_with_the_reason() -> None:
    schema = shipped()
    bare = {**schema.codes, "SERIES": {c: replace(i, annotations=()) for c, i in schema.codes["SERIES"].items()}}
    run, skipped = rules(replace(schema, codes=bare))
    by_kind = {"RNG-PERCENT", "RNG-COUNT", "RNG-UNIT", "SUM-PARTS", "SUM-RANGE", "IDN-RATE"}
    assert set(skipped) == {*by_kind, "UNIT-SERIES"}
    assert "KIND" in str(skipped["RNG-COUNT"])
    assert not set(run) & set(skipped)
    assert validate(dataset({"OBS_VALUE": 628.0}), replace(schema, codes=bare)) == ()
    assert rules(schema) == (tuple(rule for ids, _ in CHECKS for rule in ids), {})


def big(n: int, **wrong: Any) -> Dataset:
    """n observations of the shipped structure, 20 years a series, without a Python loop over them."""
    schema, per = shipped(), 20
    number = np.arange(n) // per
    cells = {name: [value] for name, value in GOOD.items() if name not in ("TIME_PERIOD", "OBS_VALUE")}
    cells["REF_AREA"] = list(schema.codes["REF_AREA"])
    cells["AGE"] = list(schema.codes["AGE"])
    cells["SEX"] = list(schema.codes["SEX"])
    index = {name: np.zeros(n, np.int32) for name in cells}
    spread = number
    for name in ("REF_AREA", "AGE", "SEX"):
        index[name] = (spread % len(cells[name])).astype(np.int32)
        spread = spread // len(cells[name])
    # More series than these three can tell apart are told apart by the uncoded rest of the key.
    cells["OCCUPATION"] = list(schema.codes["OCCUPATION"])
    index["OCCUPATION"] = (spread % len(cells["OCCUPATION"])).astype(np.int32)
    cells.update({name: [value] for name, value in wrong.items()})
    columns = {
        c: pa.DictionaryArray.from_arrays(pa.array(index[c]), pa.array(v, pa.string())) for c, v in cells.items()
    }
    years = np.array([parse_period(str(2000 + y)) for y in range(per)], np.int32)
    columns["TIME_PERIOD"] = pa.array(np.tile(years, n // per))
    # A rate that moves a little from year to year, and is the same for everybody.
    columns["OBS_VALUE"] = pa.array(np.tile(50 + np.random.default_rng(1).random(per), n // per))
    return Dataset(schema.structure.ref, pa.table(columns))


def test_a_million_good_observations_take_two_seconds() -> None:
    table = big(1_000_000)
    start = time.perf_counter()
    assert validate(table, shipped()) == ()
    assert time.perf_counter() - start < 2.0 * 3, "three times the budget: a shared machine may be busy"


def test_a_million_wrong_ones_are_ten_thousand_findings_and_some_summaries() -> None:
    found = validate(big(1_000_000, UNIT_MULT="x", UNIT_MEASURE="per cent"), shipped())
    assert of(found) == {"STR-CODE": 10_002}
    assert sum(finding.count for finding in found) == 2_000_000
    last = [finding for finding in found if finding.count > 1]
    assert all(finding.key and finding.period for finding in last)
    assert [finding.count for finding in last] == [995_000, 995_000]
    assert all("995,000 more observations from observation 5001 on" in finding.message for finding in last)


def test_very_many_distinct_wrong_values_are_summed_up() -> None:
    table = big(40_000)
    names = pa.array([f"X{i}" for i in range(40_000)], pa.string()).cast(CODE)
    column = table.table.column_names.index("REF_AREA")
    wrong = replace(table, table=table.table.set_column(column, "REF_AREA", names))
    found = validate(wrong, shipped(), limit=100)
    assert len(found) <= 700
    assert sum(finding.count for finding in found) == 40_000
