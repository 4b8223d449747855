"""Nothing goes without a word: cells that could be two numbers are asked about, and what a mapping says in vain is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_values_words import SCHEMA as VALUES
from mapping_words import COLUMNS, SCHEMA, cells, lines, mapping, observations, said, source

from dataexchange.model.finding import Severity
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Representation
from dataexchange.pipeline.mapping import MappingResult, apply_mapping
from dataexchange.pipeline.mapping_tables import apply_to_all

DECIMAL = Representation(text_type="Decimal")
BOUNDED = Schema(
    replace(
        VALUES.structure,
        attributes=tuple(
            replace(a, representation=DECIMAL) if a.id == "LOWER_BOUND" else a for a in VALUES.structure.attributes
        ),
    ),
    codes=VALUES.codes,
)
KNOWN = {"e": "E", "p": "P"}


def bounds(*pairs: tuple[str, str], value: dict[str, Any] | None = None, **words: Any) -> MappingResult:
    """Of a table with a value and a lower bound in each row."""
    n = len(pairs)
    table = source(
        {
            "Year": [str(2000 + row) for row in range(n)],
            "Ward": ["Ashley"] * n,
            "Sex": ["Men"] * n,
            "Value": [pair[0] for pair in pairs],
            "Low": [pair[1] for pair in pairs],
        }
    )
    columns = {**COLUMNS, "Low": "LOWER_BOUND", "Value": {"to": "OBS_VALUE", **(value or {})}}
    return apply_mapping(table, mapping(columns=columns, **words), BOUNDED)


def lows(result: MappingResult) -> list[str | None]:
    return [o["LOWER_BOUND"] for o in observations(result)]


@pytest.mark.parametrize(
    ("pairs", "words", "expected"),
    [
        ([("1.234", "1.123")], {"numbers": {"decimal": ",", "thousands": "."}}, ["1123"]),
        ([("71,2", "70,1"), ("5", "1.070,25")], {}, ["70.1", "1070.25"]),
        ([("71,2e", "70,1 p"), ("5", "4,5(e)")], {"flags": KNOWN}, ["70.1", "4.5"]),
        ([("71%", "70.5 %"), ("5", "12")], {"numbers": {"percent": True}}, ["70.5", "12"]),
        ([("7", ".."), ("5", "<5"), ("1", "")], {"missing": {"..": "M"}, "missing_matching": {"<.*": "Q"}}, [None] * 3),
        ([("7", "seven")], {}, ["seven"]),  # for the rules to tell
    ],
)
def test_bounds_are_read_as_values_are(pairs: list[Any], words: dict[str, Any], expected: list[str | None]) -> None:
    result = bounds(*pairs, **words)
    assert lows(result) == expected
    assert result.findings == ()


def test_a_bound_that_could_be_two_numbers_is_asked_about_and_its_value_stays() -> None:
    result = bounds(("7.5", "1.123"), ("5", "12"))
    assert lows(result) == [None, "12"]
    assert [(f.rule, f.place.row, f.place.column) for f in result.findings] == [("MAP-NUMBER", 2, "Low")]
    assert "could be 1123 or 1.123" in result.findings[0].message


def test_bounds_are_converted_with_their_value() -> None:
    result = bounds(
        ("0.1", "0.0123"),
        ("..", "1"),
        ("7", ""),
        ("8", "low"),
        value={"convert": {"from": "t", "to": "kg"}},
        missing={"..": "M"},
    )
    assert lows(result) == ["12.3", "1000", None, "low"]
    scaled = bounds(("1", "0.5"), value={"scale": True, "convert": {"divide": "4"}}, fixed={"UNIT_MULT": "3"})
    assert [(o["OBS_VALUE"], o["LOWER_BOUND"], o["UNIT_MULT"]) for o in observations(scaled)] == [(250, "125", "0")]
    assert {o["COMMENT_TS"] for o in observations(scaled)} == {
        "Values multiplied by 10 to the power of 3 and divided by 4."
    }
    assert said(scaled) == [
        ("MAP-CONVERTED", "1 value is divided by 4."),
        ("MAP-CONVERTED", "1 value is multiplied by 10 to the power of 3, as UNIT_MULT says, which is 0 now."),
    ]


@pytest.mark.parametrize(
    ("texts", "odd"),
    [
        (["71.2%", "50%", "0.5"], ["0.5"]),
        (["71.2%", "45", "50", "0"], ["71.2%"]),
        (["71.2%", "50%", "0"], []),
        (["71.2", "50"], []),
    ],
)
def test_numbers_that_a_workbook_shows_in_another_format_than_their_column_are_asked_about(
    texts: list[str], odd: list[str]
) -> None:
    n = len(texts)
    table = source(
        {"Year": [str(2000 + i) for i in range(n)], "Ward": ["Ashley"] * n, "Sex": ["Men"] * n, "Value": texts}
    )
    table = replace(table, numbers={"Value": np.ones(n, dtype=bool)})
    result = apply_mapping(table, mapping(numbers={"percent": True}), SCHEMA)
    assert [(f.rule, f.place.value) for f in result.findings] == [("MAP-NUMBER", text) for text in odd]
    assert result.counts["observations"] == n - len(odd)
    assert all("could be 0.5 or 50:" in f.message or "could be 71.2 or 0.712:" in f.message for f in result.findings)


def of_value(*texts: str, **words: Any) -> list[str]:
    rows = "".join(f"\n{2001 + row};Ashley;Men;{text}" for row, text in enumerate(texts))
    return [
        f.message for f in apply_mapping(lines("Year;Ward;Sex;Value" + rows, ";"), mapping(**words), SCHEMA).findings
    ]


def test_each_number_is_told_what_is_wrong_with_it() -> None:
    either, flag = of_value("1.234", "1.5 e")
    assert "'1.234' could be 1234 or 1.234" in either
    assert "if 'e' is a mark beside the number" in flag
    assert all("other marks in some cells than in others" in told for told in of_value("1 234,5", "1.234,5"))
    found, said_ = of_value("12,34,567")[0], of_value("12,34,567", numbers={"decimal": "."})[0]
    assert "the mapping does not say which marks numbers have" in found
    assert "the mapping has decimal '.' and no thousands mark" in said_


def test_symbols_are_told_with_what_other_offices_mean_by_them() -> None:
    told = of_value("..", "12.5 x", "-", "[z]", "5*")
    meanings = ["“not available”, M", "“not available”, M", "“nil, or not available”, M", "“not applicable”, M"]
    assert all(meaning in one for meaning, one in zip([*meanings, "“provisional or estimated”, E"], told, strict=True))


MELTED = {"Year": "TIME_PERIOD", "Ward": COLUMNS["Ward"], "Who": COLUMNS["Sex"], "Figure": "OBS_VALUE"}
WIDE = lines("Year,Ward,Men,Women\n2018,Ashley,1,2\n2019,Clifton,3,4")


def test_a_column_that_is_unpivoted_from_under_the_mapping_is_told() -> None:
    unpivot = {"matching": ".*", "names_to": "Who", "values_to": "Figure"}
    result = apply_mapping(WIDE, mapping(columns=MELTED, unpivot=unpivot), SCHEMA)
    assert [f.place.column for f in result.findings if f.rule == "MAP-COLUMN"] == ["Year", "Ward"]
    assert "It costs 8 cells in 2 rows." in result.findings[0].message


def test_columns_that_unpivot_makes_for_nobody_are_told() -> None:
    unpivot = {"columns": ["Men", "Women"], "names_to": "Someone", "values_to": "Something"}
    columns = {name: target for name, target in MELTED.items() if name not in ("Who", "Figure")}
    fixed = {"SEX": "_T", "OBS_VALUE": "1"}
    result = apply_mapping(WIDE, mapping(columns=columns, unpivot=unpivot, fixed=fixed), SCHEMA)
    assert [(f.rule, f.place.column) for f in result.findings] == [
        ("MAP-UNKNOWN-COLUMN", "Someone"),
        ("MAP-COLUMN", "Something"),
    ]


def test_a_column_that_unpivot_makes_has_a_name_of_its_own() -> None:
    unpivot = {"columns": ["Men", "Women"], "names_to": "Who", "values_to": "Figure"}
    table = lines("Year,Ward,Men,Women,Who\n2018,Ashley,1,2,ONS")
    result = apply_mapping(table, mapping(columns=MELTED, unpivot=unpivot), SCHEMA)
    assert [(f.rule, f.place.column) for f in result.findings] == [("MAP-COLUMN", "Who")]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([".*", "Men|Women", "Men", "Year|Men", "Nothing", None]),
    st.sets(st.sampled_from(list(MELTED))),
    st.fixed_dictionaries({}, optional={"SEX": st.sampled_from(["_T", "X"]), "OBS_VALUE": st.just("1")}),
    st.sampled_from(["Who", "Year", "Other"]),
)
def test_no_cell_fails_without_an_error(
    matching: str | None, kept: set[str], fixed: dict[str, str], names_to: str
) -> None:
    columns = {name: target for name, target in MELTED.items() if name in kept}
    given_ = {COLUMNS["Sex"]["to"] if name == "Who" else "OBS_VALUE" if name == "Figure" else "" for name in columns}
    words: dict[str, Any] = {"columns": columns, "fixed": {c: v for c, v in fixed.items() if c not in given_}}
    if matching is not None:
        words["unpivot"] = {"matching": matching, "names_to": names_to, "values_to": "Figure"}
    result = apply_mapping(WIDE, mapping(**words), SCHEMA)
    assert not result.counts["failed"] or any(f.severity is Severity.ERROR for f in result.findings)


@pytest.mark.parametrize("component", ["TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"])
def test_a_conversion_of_what_is_no_dimension_is_refused(component: str) -> None:
    value = {"to": "OBS_VALUE", "convert": {"where": {component: "2018"}, "multiply": "2"}}
    result = apply_mapping(
        lines("Year,Ward,Sex,Value\n2018,Ashley,Men,2"), mapping(columns={**COLUMNS, "Value": value}), SCHEMA
    )
    assert any(f"`where` chooses by dimensions, and {component} is none" in told for _, told in said(result))
    assert [o["OBS_VALUE"] for o in observations(result)] == [2]


@pytest.mark.parametrize("component", ["TIME_PERIOD", "OBS_VALUE"])
def test_a_derivation_of_what_has_no_codes_is_refused(component: str) -> None:
    derive = [{"series": {"SEX": "_T"}, "formula": "a * 2", "where": {"a": {"SEX": "M", component: "2018"}}}]
    result = apply_mapping(lines("Year,Ward,Sex,Value\n2018,Ashley,Men,2"), mapping(derive=derive), SCHEMA)
    assert [rule for rule, _ in said(result)] == ["MAP-SCHEMA"]
    assert f"name codes, and {component} has none" in said(result)[0][1]


def test_of_a_table_that_is_left_out_nothing_else_is_told() -> None:
    columns = {**{n: t for n, t in COLUMNS.items() if n != "Year"}, "@sheet": "TIME_PERIOD"}
    words = mapping(columns=columns, leave_out=[{"column": "@sheet", "equals": ["Notes"], "reason": "no figures"}])
    rows = {"Ward": ["Ashley"], "Sex": ["Men"], "Value": ["1"]}
    result = apply_to_all([source(rows, sheet="2018"), source(rows, sheet="Notes")], words, SCHEMA)
    assert [rule for rule, _ in said(result)] == ["MAP-LEFT-OUT"]
    assert [cell[2] for cell in cells(result)] == ["2018"]


def test_words_of_a_mapping_that_are_for_nothing_are_told() -> None:
    table = lines("Year,Ward,Sex,Value\n2018,Ashley,Men,2")
    beyond = apply_mapping(table, mapping(beyond=["Region"]), SCHEMA)
    assert [rule for rule, _ in said(beyond)] == ["MAP-COLUMN"]
    columns = {**COLUMNS, "Value": {"to": "OBS_VALUE", "period": "survey_year"}}
    period = apply_mapping(table, mapping(columns=columns), SCHEMA)
    assert ["`period` is for periods" in told for _, told in said(period)] == [True]


def test_a_pattern_that_makes_no_period_is_told_with_what_it_makes() -> None:
    year = {"to": "TIME_PERIOD", "period": {"match": r"Wave (\d)", "gives": r"20\1"}}
    result = apply_mapping(
        lines("Year,Ward,Sex,Value\nWave 3,Ashley,Men,2"), mapping(columns={**COLUMNS, "Year": year}), SCHEMA
    )
    assert "'Wave 3' in column 'Year' becomes '203' by a pattern under `period`" in said(result)[0][1]


def test_a_multiplier_that_is_no_word_is_the_cells_fault() -> None:
    columns = {**COLUMNS, "Unit": "UNIT_MULT"}
    table = lines(
        "Year,Ward,Sex,Value,Unit\n2018,Ashley,Men,2,Dozens\n2019,Ashley,Men,2,thousands\n2020,Ashley,Men,2,6"
    )
    result = apply_mapping(table, mapping(columns=columns), BOUNDED)
    assert [(f.rule, f.place.value) for f in result.findings] == [("MAP-CODE", "Dozens")]
    assert "add it to the codes, or correct the cell" in said(result)[0][1]
    assert [o["UNIT_MULT"] for o in observations(result)] == [None, "3", "6"]
