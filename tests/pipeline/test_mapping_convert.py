"""Units and multipliers: exact on the decimals of the cells, told, and kept."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping_values_words import SCHEMA
from mapping_words import COLUMNS, lines, mapping, observations, said

from dataexchange.errors import InvalidRequest
from dataexchange.model.conversion import Conversion, Linear, between, multiplier_of
from dataexchange.pipeline.mapping import MappingResult, apply_mapping
from dataexchange.pipeline.mapping_exact import converted
from dataexchange.pipeline.mapping_file import parse_mapping


def mapped(text: str, *, columns: dict[str, object] | None = None, **value: object) -> MappingResult:
    words = mapping(columns={**COLUMNS, **(columns or {}), "Value": {"to": "OBS_VALUE", **value}})
    return apply_mapping(lines("Year,Ward,Sex,Value,Unit\n" + text), words, SCHEMA)


def values(result: MappingResult) -> list[float]:
    return [o["OBS_VALUE"] for o in observations(result)]


def test_units_are_converted_exactly_told_and_kept() -> None:
    result = mapped(
        "2018,Ashley,Men,0.1,\n2019,Ashley,Men,1.005,\n2020,Ashley,Men,,",
        columns={"Unit": "COMMENT_OBS"},
        convert={"from": "t", "to": "kg"},
    )
    assert values(result) == [100.0, 1005.0]
    assert said(result) == [("MAP-CONVERTED", "2 values are converted from t to kg.")]
    assert {o["COMMENT_TS"] for o in observations(result)} == {"Values converted from t to kg."}


def test_each_series_has_its_own_conversion_and_the_first_that_fits_is_taken() -> None:
    convert = [
        {"where": {"SEX": ["M", "F"], "REF_AREA": "GB_BRS_1"}, "divide": "3"},
        {"where": {"SEX": "M"}, "from": "per 1,000", "to": "per 100,000"},
    ]
    result = mapped(
        "2018,Ashley,Men,1,\n2018,Clifton,Men,2.5,\n2018,Ashley,Women,6,\n2018,Clifton,Women,7,",
        columns={"Unit": "COMMENT_OBS"},
        convert=convert,
    )
    assert values(result) == [1 / 3, 250.0, 2.0, 7.0]
    assert [(f.rule, f.count, f.place.row) for f in result.findings] == [
        ("MAP-CONVERTED", 2, 2),
        ("MAP-CONVERTED", 1, 3),
        ("MAP-NEAREST", 1, 2),
    ]
    assert [o["COMMENT_TS"] for o in observations(result)][-1] is None


def test_a_multiplier_in_words_is_a_code_or_applied() -> None:
    rows = "2018,Ashley,Men,1.5,£ thousand\n2019,Ashley,Men,0.07,in millions\n2020,Ashley,Men,4,0"
    columns = {"Unit": "UNIT_MULT"}
    kept = mapped(rows, columns=columns)
    assert [(o["OBS_VALUE"], o["UNIT_MULT"]) for o in observations(kept)] == [(1.5, "3"), (0.07, "6"), (4.0, "0")]
    applied = mapped(rows, columns=columns, scale=True)
    assert [(o["OBS_VALUE"], o["UNIT_MULT"]) for o in observations(applied)] == [
        (1500.0, "0"),
        (70000.0, "0"),
        (4.0, "0"),
    ]
    assert [(f.rule, f.count) for f in applied.findings] == [("MAP-CONVERTED", 1), ("MAP-CONVERTED", 1)]
    unknown = mapped("2018,Ashley,Men,1.5,pounds\n2019,Ashley,Men,2,thousands", columns=columns, scale=True)
    assert [rule for rule, _ in said(unknown)] == ["MAP-CONVERTED", "MAP-CODE"]


def test_wide_tables_and_numbers_of_all_kinds_are_converted() -> None:
    words = mapping(
        columns={
            "Year": "TIME_PERIOD",
            "Ward": COLUMNS["Ward"],
            "Who": COLUMNS["Sex"],
            "Figure": {"to": "OBS_VALUE", "convert": [{"where": {"SEX": "F"}, "multiply": "10"}], "scale": True},
        },
        unpivot={"columns": ["Men", "Women"], "names_to": "Who", "values_to": "Figure"},
        numbers={"decimal": ",", "thousands": ".", "percent": True},
        flags={"e": "A"},
        fixed={"UNIT_MULT": "-2"},
    )
    table = lines("Year;Ward;Men;Women\n2018;Ashley;1.234,5;7 %\n2019;Clifton;−3;1.000,07e", ";")
    result = apply_mapping(table, words, SCHEMA)
    assert [(o["OBS_VALUE"], o["UNIT_MULT"]) for o in observations(result)] == [
        (12.345, "0"),
        (-0.03, "0"),
        (0.7, "0"),
        (100.007, "0"),
    ]


def test_what_the_structure_does_not_have_is_told_once() -> None:
    result = mapped(
        "2018,Ashley,Men,1,",
        columns={"Unit": {"to": "COMMENT_OBS", "scale": "true"}},
        convert={"where": {"SEKS": "M", "SEX": "X"}, "multiply": "2"},
        scale=True,
    )
    assert [rule for rule, _ in said(result)] == ["MAP-SCHEMA"] * 5
    assert values(result) == [1.0]


def test_a_value_too_large_to_be_converted_fails() -> None:
    result = mapped(
        "2018,Ashley,Men,1e308,\n2019,Ashley,Men,2,", columns={"Unit": "COMMENT_OBS"}, convert={"multiply": "1000"}
    )
    assert values(result) == [2000.0]
    assert ("MAP-NUMBER", 2) in [(f.rule, f.place.row) for f in result.findings]
    assert result.counts["failed"] == 1


@pytest.mark.parametrize(
    ("unit", "to", "value", "gives"),
    [
        ("t", "kg", "0.1", 100.0),
        ("ug/m3", "mg/m3", "35", 0.035),
        ("µg/m³", "ug/m3", "7.1", 7.1),
        ("ha", "km2", "12.5", 0.125),
        ("m2", "ha", "1", 0.0001),
        ("MWh", "GWh", "1.1", 0.0011),
        ("kt", "t", "2", 2000.0),
        ("°C", "K", "0.1", 273.25),
        ("percent", "share", "7", 0.07),
        ("share", "%", "0.07", 7.0),
        ("per 1,000", "per 100,000", "0.3", 30.0),
        ("km/h", "m/s", "36", 10.0),
    ],
)
def test_units(unit: str, to: str, value: str, gives: float) -> None:
    assert converted(pa.array([value]), between(unit, to))[0].tolist() == [gives]


@pytest.mark.parametrize(
    "words",
    [
        {"from": "t"},
        {"from": "t", "to": "m"},
        {"from": "blorp", "to": "kg"},
        {"from": "m**9**9", "to": "m"},
        {"from": "percent", "to": "kg"},
        {"multiply": "0"},
        {"multiply": "1e5"},
        {"multiply": "2", "divide": "3"},
        {},
    ],
)
def test_conversions_that_cannot_be_are_refused(words: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Conversion.model_validate(words)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("thousands", "3"),
        ("in 1,000", "3"),
        ("£ million", "6"),
        ("'000", "3"),
        ("Tonnes (000s)", "3"),
        ("mil millones", "9"),
        ("milliers d'euros", "3"),
        ("per 100,000", None),
        ("10", None),
        ("thousands of millions", None),
        ("pounds", None),
    ],
)
def test_multipliers_in_words(text: str, code: str | None) -> None:
    assert multiplier_of(text) == code


DECIMALS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=Decimal("-1e20"), max_value=Decimal("1e20")),
)
FACTORS = st.fractions(min_value=Fraction(1, 10**6), max_value=10**9, max_denominator=10**6)


@given(st.lists(DECIMALS, min_size=1, max_size=20), FACTORS, st.fractions(max_denominator=1000))
def test_conversion_is_the_nearest_float_of_the_exact_result(
    numbers: list[Decimal], factor: Fraction, offset: Fraction
) -> None:
    values, finite = converted(pa.array([str(number) for number in numbers]), Linear(factor, offset))
    exact = [Fraction(number) * factor + offset for number in numbers]
    assert values.tolist() == [float(result) for result in exact]
    ten = [Fraction(result.denominator, 1) for result in exact]
    assert finite.tolist() == [(10**200) % part.numerator == 0 for part in ten]
    assert values.dtype == np.float64


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("convert: {from: t, to: m}", "columns > Value > convert: 't' cannot be turned into 'm': they measure"),
        ("convert: [{multiply: 2}, {divide: 0}]", "columns > Value > convert > 2: '0' is no factor: write a number"),
        (
            "period: [{match: '(', gives: '2018'}]",
            "columns > Value > period > 1: the pattern '(' is no regular",
        ),
        (
            "period: [sdmx, yearly]",
            "columns > Value > period > 2: write 'sdmx', 'survey_year', 'quarter', 'date', 'month'",
        ),
    ],
)
def test_faults_in_the_mapping_file_are_placed(entry: str, says: str) -> None:
    text = (
        f"title: t\nsource: {{name: s}}\nprovider: B\ndataflow: DX:DF(1.0.0)\ncolumns:\n  Value: {{to: X, {entry}}}\n"
    )
    with pytest.raises(InvalidRequest) as caught:
        parse_mapping(text.encode(), "m.yaml")
    assert f"m.yaml, line 6, {says}" in str(caught.value)
