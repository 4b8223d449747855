"""Numbers and periods as cities write them."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataexchange.model.mapping import Numbers, PeriodForm
from dataexchange.model.period import format_period
from dataexchange.pipeline.mapping_numbers import form_of, read_column, read_numbers
from dataexchange.pipeline.mapping_periods import read_period


def number(text: str, typed: bool = False, **words: object) -> float | None:
    values, valid = read_numbers(pa.array([text], pa.string()), Numbers.model_validate(words), np.array([typed]))
    return float(values[0]) if valid[0] else None


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("1234.5", {}, 1234.5),
        ("-3", {}, -3.0),
        ("+3", {}, 3.0),
        ("−3.5", {}, -3.5),
        (".5", {}, 0.5),
        ("1.5E-05", {}, 1.5e-5),
        ("007", {}, 7.0),
        ("1,234", {}, None),
        ("1 234", {}, None),
        ("5.", {}, None),
        ("1e", {}, None),
        ("0x10", {}, None),
        ("inf", {}, None),
        ("nan", {}, None),
        ("1e999", {}, None),
        ("٣", {}, None),
        ("12%", {}, None),
        ("12.5 %", {"percent": True}, 12.5),
        ("12%%", {"percent": True}, None),
        ("1 234,5", {"decimal": ",", "thousands": " "}, 1234.5),
        ("1\u00a0234\u202f567,5", {"decimal": ",", "thousands": " "}, 1234567.5),
        ("1.234.567,5", {"decimal": ",", "thousands": "."}, 1234567.5),
        ("1.23", {"decimal": ",", "thousands": "."}, None),
        ("12,34", {"thousands": ","}, None),
        ("1,234.5", {"thousands": ","}, 1234.5),
        ("1234,567.5", {"thousands": ","}, None),
        ("1'234", {"thousands": "'"}, 1234.0),
        ("1.5", {"decimal": ","}, None),
        ("9007199254740993", {}, None),
        ("9007199254740991", {}, 9007199254740991.0),
        ("20000000000000000000", {}, 2e19),
        ("12345678901234567", {}, None),
        ("12345678901234567.0", {}, None),
        ("9865284412162972.0", {}, 9865284412162972.0),
        ("1.2345678901234567e+16", {}, 1.2345678901234567e16),
    ],
)
def test_numbers(text: str, words: dict[str, object], value: float | None) -> None:
    assert number(text, **words) == value


def test_number_cells_of_a_workbook() -> None:
    german = {"decimal": ",", "thousands": "."}
    assert number("1.234", typed=True, **german) == 1.234
    assert number("1.234", typed=False, **german) == 1234
    assert number("12.5%", typed=True, percent=True, **german) == 12.5
    assert number("12.5%", typed=True, **german) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**10), max_value=10**10))
def test_numbers_written_with_marks_come_back(value: Decimal) -> None:
    english = f"{value:,.3f}"
    german = english.translate(str.maketrans(",.", ".,"))
    french = english.replace(",", "\u202f").replace(".", ",")
    assert number(f"{value:.3f}") == float(value)
    assert number(english, thousands=",") == float(value)
    assert number(german, decimal=",", thousands=".") == float(value)
    assert number(french, decimal=",", thousands=" ") == float(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_no_float_is_rounded(value: float) -> None:
    text = repr(value)
    got = number(text)
    assert got is not None
    assert got == value
    assert math.copysign(1, got) == math.copysign(1, value)


@pytest.mark.parametrize(
    ("text", "forms", "period"),
    [
        ("2018", ["sdmx"], "2018"),
        ("2018-Q3", ["sdmx"], "2018-Q3"),
        ("2018-19", ["sdmx"], None),
        ("2011-12", ["sdmx", "survey_year"], "2011-12"),
        ("2011-12", ["survey_year", "sdmx"], "2011"),
        ("2018-19", ["survey_year"], "2018"),
        ("2018/2019", ["survey_year"], "2018"),
        ("2018 – 19", ["survey_year"], "2018"),
        ("1999/00", ["survey_year"], "1999"),
        ("2018-20", ["survey_year"], None),
        ("2018", ["survey_year"], None),
        ("2000 Q1", ["quarter"], "2000-Q1"),
        ("Q4 2000", ["quarter"], "2000-Q4"),
        ("2000q2", ["quarter"], "2000-Q2"),
        ("2000 Q5", ["quarter"], None),
        ("2018-03-31", ["date"], "2018"),
        ("2018-03-31T00:00:00", ["date"], "2018"),
        ("2018-02-30", ["date"], None),
        ("", ["sdmx", "survey_year", "quarter", "date"], None),
        ("9999", ["sdmx"], None),
    ],
)
def test_periods(text: str, forms: list[str], period: str | None) -> None:
    code = read_period(text, [PeriodForm(form) for form in forms])
    assert (None if code is None else format_period(code)) == period


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1,5", "1.234", "17"], [1.5, 1234, 17]),  # points part thousands where the comma is decimal
        (["1,234.5", "1,234"], [1234.5, 1234]),
        (["1,234,567", "1,234", "0.125"], [1234567, 1234, 0.125]),
        (["0,123", "1,234"], [0.123, 1.234]),
        (["1\u00a0234", "5,678"], [1234, 5.678]),
        (["1’234.5", "12'345"], [1234.5, 12345]),
        (["1.234", "1500"], [None, 1500]),  # many part thousands from five digits on
        (["1234", "12.345", "987.654"], [1234, None, None]),
        (["1.234", "5.6"], [1.234, 5.6]),
        (["1.234.567", "12,5 %"], [1234567, None]),
        (["1,234", "17"], [None, 17]),  # a thousand times apart: nobody can tell
        (["1.234", "17"], [None, 17]),
        (["1,5", "1.5"], [None, 1.5]),
        (["1,5", "1.5", "1.234"], [None, 1.5, None]),
    ],
)
def test_marks_are_found_out_where_the_column_leaves_no_doubt(cells: list[str], values: list[float | None]) -> None:
    texts = pa.array(cells, pa.string())
    numbers, valid = read_column(texts, form_of(texts, Numbers()))
    assert [float(n) if ok else None for n, ok in zip(numbers, valid, strict=True)] == values


def test_what_the_mapping_says_of_marks_is_not_found_out() -> None:
    texts = pa.array(["1,234", "1.234"], pa.string())
    for said, values in (
        ({"decimal": "."}, [None, 1.234]),
        ({"thousands": ","}, [1234, 1.234]),
        ({"thousands": "."}, [1.234, 1234]),
    ):
        numbers, valid = read_column(texts, form_of(texts, Numbers.model_validate(said)))
        assert [float(n) if ok else None for n, ok in zip(numbers, valid, strict=True)] == values


def test_late_cells_of_a_long_column_count() -> None:
    texts = pa.array([*["1.5"] * 9_000, "1,234,567.5", *["2.5"] * 5_000], pa.string())
    assert form_of(texts, Numbers()).numbers.thousands == ","
    texts = pa.array([*["1.234"] * 9_001, "0.5", *["1.234"] * 5_000], pa.string())
    assert form_of(texts, Numbers()).unsure is None
