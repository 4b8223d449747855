"""Periods in the forms that cities write them in, and what TIME_DETAIL keeps of them."""

from __future__ import annotations

from typing import Any

import pytest
from mapping_values_words import SCHEMA
from mapping_words import COLUMNS, mapping, observations, source
from pydantic import ValidationError

from dataexchange.model.month_names import month_of
from dataexchange.model.period import format_period
from dataexchange.model.period_forms import PeriodForm, forms_of
from dataexchange.pipeline.mapping import MappingResult, apply_mapping


def periods(*texts: str, columns: dict[str, Any] | None = None, **target: Any) -> MappingResult:
    """The result of a table of these periods."""
    n = len(texts)
    table = source({"Year": list(texts), "Ward": ["Ashley"] * n, "Sex": ["Men"] * n, "Value": ["1"] * n})
    words = mapping(columns={**COLUMNS, **(columns or {}), "Year": {"to": "TIME_PERIOD", **target}})
    return apply_mapping(table, words, SCHEMA)


@pytest.mark.parametrize(
    ("text", "form", "period", "detail"),
    [
        ("2018-19", "survey_year", "2018", True),
        ("2000 Q1", "quarter", "2000-Q1", False),
        ("1T2000", "quarter", "2000-Q1", False),
        ("T1 2000", "quarter", "2000-Q1", False),
        ("1er trimestre 2000", "quarter", "2000-Q1", False),
        ("segundo trimestre de 2000", "quarter", "2000-Q2", False),
        ("3º trimestre de 2000", "quarter", "2000-Q3", False),
        ("2000 IV trimestre", "quarter", "2000-Q4", False),
        ("2nd quarter of 2000", "quarter", "2000-Q2", False),
        ("2014-16 (3 year average)", "average", "2014", True),
        ("average 2016–2018", "average", "2016", True),
        ("average 2016-17", "average", "2016", True),
        ("2016/17 - 2018/19", "average", "2016", True),
        ("2018M03", "month", "2018-03", False),
        ("2018-M3", "month", "2018-03", False),
        ("Mar 2018", "month", "2018-03", False),
        ("march 2018", "month", "2018-03", False),
        ("2018 Sept.", "month", "2018-09", False),
        ("marzo de 2018", "month", "2018-03", False),
        ("mars 2018", "month", "2018-03", False),
        ("AOÛT 2018", "month", "2018-08", False),
        ("03/2018", "month", "2018-03", False),
        ("2018/03", "month", "2018-03", False),
        ("31/03/2018", "day_first", "2018", False),
        ("03/31/2018", "month_first", "2018", False),
        ("31.3.2018", "day_first", "2018", False),
        ("year ending March 2018", "year_ending", "2018", True),
        ("Year ended 31 March 2018", "year_ending", "2018", True),
        ("FY2018", "fiscal_year", "2018", True),
        ("FY 2018/19", "fiscal_year", "2018", True),
        ("2016-18", "average", "2016", True),
        ("2016 to 2018", "average", "2016", True),
        ("2014 – 2016", "average", "2014", True),
        ("3-year average 2016-18", "average", "2016", True),
        ("Three year average (2016-2018)", "average", "2016", True),
        ("1999-01", "average", "1999", True),
    ],
)
def test_forms(text: str, form: str, period: str, detail: bool) -> None:
    result = periods(text, period=form)
    (got,) = observations(result)
    assert got["TIME_PERIOD"] == period
    assert got.get("TIME_DETAIL") == (text if detail else None)
    assert PeriodForm(form) in forms_of(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2018-20", "survey_year"),
        ("2018-19", "average"),
        ("4-year average 2016-18", "average"),
        ("2016/17 - 2018/20", "average"),
        ("2016/17 - 2018", "average"),
        ("2018-T2", "quarter"),  # the second third of a year
        ("2018-2016", "average"),
        ("1900-2018", "average"),
        ("13/2018", "month"),
        ("Marzipan 2018", "month"),
        ("31/02/2018", "day_first"),
        ("03/31/2018", "day_first"),
        ("year ending Foo 2018", "year_ending"),
        ("FY2018/20", "fiscal_year"),
    ],
)
def test_what_is_no_period_of_the_form(text: str, form: str) -> None:
    assert [f.rule for f in periods(text, period=form).findings] == ["MAP-PERIOD"]


@pytest.mark.parametrize(
    ("form", "of", "text", "period"),
    [
        ("survey_year", "last", "2018-19", "2019"),
        ("average", "first", "2016-18", "2016"),
        ("average", "middle", "2016-18", "2017"),
        ("average", "last", "2016-18", "2018"),
        ("year_ending", "first", "year ending March 2018", "2017"),
        ("year_ending", "first", "year ending December 2018", "2018"),
    ],
)
def test_which_year_a_span_stands_under(form: str, of: str, text: str, period: str) -> None:
    assert [o["TIME_PERIOD"] for o in observations(periods(text, period=form, of=of))] == [period]


@pytest.mark.parametrize(
    ("date_as", "period"), [("year", "2018"), ("quarter", "2018-Q2"), ("month", "2018-05"), ("day", "2018-05-04")]
)
def test_what_a_date_stands_for(date_as: str, period: str) -> None:
    result = periods("2018-05-04 00:00:00", "04/05/2018", period=["date", "day_first"], date_as=date_as)
    assert [o["TIME_PERIOD"] for o in observations(result)] == [period, period]


def test_a_day_that_could_be_a_month_is_a_question() -> None:
    (found,) = periods("03/04/2018").findings
    assert found.message == (
        "'03/04/2018' in column 'Year' is no period such as 2018, 2018-Q1 or 2018-03: which is the day and which the month? Add "
        "`day_first` or `month_first` under `period`."
    )
    (found,) = periods("03/31/2018", period="day_first").findings
    assert found.message.endswith("the mapping says `day_first`, and there is no such day: correct the cell.")
    with pytest.raises(ValidationError):
        mapping(columns={**COLUMNS, "Year": {"to": "TIME_PERIOD", "period": ["day_first", "month_first"]}})


def test_patterns_of_the_citys_own() -> None:
    wave = {"match": r"Wave (\d)", "gives": r"201\1"}
    result = periods("Wave 8", "2019", "Wave X", period=[wave, "sdmx"])
    assert [(o["TIME_PERIOD"], o["TIME_DETAIL"]) for o in observations(result)] == [("2018", "Wave 8"), ("2019", None)]
    assert [(f.rule, f.place.row) for f in result.findings] == [("MAP-PERIOD", 4)]
    beyond = periods("Wave 8", period={"match": r"Wave (\d)", "gives": r"2\1 years"})
    assert [f.rule for f in beyond.findings] == ["MAP-PERIOD"]
    for wrong in ({"match": "(", "gives": "2018"}, {"match": "x", "gives": r"20\1"}, {"match": "x"}):
        with pytest.raises(ValidationError):
            mapping(columns={**COLUMNS, "Year": {"to": "TIME_PERIOD", "period": [wrong]}})


def test_a_column_for_time_detail_is_not_overruled() -> None:
    columns = {"Ward": [COLUMNS["Ward"], {"to": "TIME_DETAIL"}]}
    (got,) = observations(periods("2018-19", period="survey_year", columns=columns))
    assert got["TIME_DETAIL"] == "Ashley"


def test_forms_of_a_text_are_all_that_fit() -> None:
    assert forms_of("2011-12") == {PeriodForm.SDMX, PeriodForm.SURVEY_YEAR}
    assert forms_of("03/04/2018") == {PeriodForm.DAY_FIRST, PeriodForm.MONTH_FIRST}
    assert forms_of("2018-03-31") == {PeriodForm.SDMX, PeriodForm.DATE}
    assert forms_of("1 in 4") == forms_of("") == frozenset()


def test_months_have_names_in_three_languages() -> None:
    assert [month_of(name) for name in ("May", "mayo", "mai", "févr.", "ENE", "sep", "Ashley")] == [
        5,
        5,
        5,
        2,
        1,
        9,
        None,
    ]


def test_in_wide_tables_headers_are_periods_with_their_detail() -> None:
    table = source({"Ward": ["Ashley", "Clifton"], "2018-19": ["1", "2"], "2019-20": ["3", "4"]})
    words = mapping(
        columns={
            "Ward": COLUMNS["Ward"],
            "When": {"to": "TIME_PERIOD", "period": "survey_year"},
            "Figure": "OBS_VALUE",
        },
        unpivot={"matching": ".*-.*", "names_to": "When", "values_to": "Figure"},
        fixed={"SEX": "_T"},
    )
    table = apply_mapping(table, words, SCHEMA).dataset.table
    assert [format_period(code) for code in table["TIME_PERIOD"].to_pylist()] == ["2018", "2018", "2019", "2019"]
    assert table["TIME_DETAIL"].to_pylist() == ["2018-19", "2018-19", "2019-20", "2019-20"]
