"""What looks like a fact and is none: a line of a proposal that would be wrong and sure is a question, or right."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from test_suggestion import BRISTOL, codes, schema, suggested

from dataexchange.errors import InvalidRequest
from dataexchange.messages.open_questions import question_lines
from dataexchange.model.reading import Reading
from dataexchange.model.suggestion import FixedSuggestion, Suggestion
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.reading import read_table, read_tables
from dataexchange.pipeline.suggestion import Sender, suggest_mapping
from dataexchange.pipeline.suggestion_file import mapping_text
from dataexchange.pipeline.suggestion_sheets import one_table, sheets_of


def fixed(found: Suggestion, component: str) -> FixedSuggestion:
    return next(f for f in found.fixed if f.component == component)


def asked(found: Suggestion, component: str) -> list[str]:
    """The candidates of a question; fails where it is a fact."""
    one = fixed(found, component)
    assert not (one.best and one.best.sure), one
    return [guess.code for guess in one.guesses]


@pytest.mark.parametrize(
    ("header", "texts", "meant"),
    [
        ("Sexo", ["H", "M"], {"H": "M", "M": "F"}),
        ("Sexe", ["H", "F"], {"H": "M", "F": "F"}),
        ("Sexo", ["V", "M"], {"V": None, "M": "F"}),
        ("Sexo", ["F", "M"], {"F": "F", "M": "M"}),
        ("Sexo", ["M", "Total"], {"M": None, "Total": "_T"}),
        ("Sex", ["M", "F"], {"M": "M", "F": "F"}),
        ("Sexo", ["1", "6"], {"1": None, "6": None}),
    ],
)
def test_letters_and_numbers_of_sexes(header: str, texts: list[str], meant: dict[str, str | None]) -> None:
    column = suggested("x.csv", **{"Año": ["2019", "2019"], header: texts, "Valor": ["8,5", "7,5"]}).column(header)
    assert codes(column, "SEX") == meant


def test_two_texts_that_are_told_apart_are_never_one_code_for_sure() -> None:
    found = codes(suggested(Sex=["Men", "Boys", "Women"], Value=["1", "2", "3"]).column("Sex"))
    assert found == {"Men": None, "Boys": None, "Women": "F"}


def test_a_year_with_a_mark_is_unpivoted_with_the_others(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("Tasa de paro\n\nDistrito,2018,2019,2021 (p)\nA,1.5,2.5,3.5\nB,2.5,3.5,4.5\nC,3,4,5\n", "utf-8")
    found = suggest_mapping(read_table(path, Reading()), schema(), BRISTOL)
    assert found.wide is not None
    assert found.wide.headers == ("2018", "2019", "2021 (p)")
    assert [flag.text for flag in found.flags] == ["p"]
    assert found.title == "Tasa de paro"
    assert "SL_TLF_UEM" in asked(found, "SERIES")


def test_breakdowns_of_a_few_rows_are_not_each_other() -> None:
    found = suggested(
        Ethnicity=["White British", "Asian", "Black"],
        Tenure=["Owned", "Social rented", "Private rented"],
        Disability=["Disabled", "Not disabled", "All"],
        Value=["1.5", "2", "3"],
    )
    assert not any(column.ignore for column in found.columns)


def test_thousands_are_looked_for_in_headers_and_units() -> None:
    wide = suggested(Year=["2019", "2020"], **{"Jobs (thousands)": ["1.5", "2.5"], "Firms (thousands)": ["3.5", "4.5"]})
    assert asked(wide, "UNIT_MULT") == ["3", "0"]
    for unit in ("milliers", "miles", "Personas (miles)"):
        assert asked(suggested(Unidad=[unit, unit], Valor=["1.5", "2"]), "UNIT_MULT") == ["3", "0"]


def test_bounds_beside_several_measures_are_a_question() -> None:
    found = suggested(Year=["2019", "2020"], Jobs=["1.5", "2"], Firms=["3", "4.5"], Lower_CI=["1", "2"])
    lower = found.column("Lower CI")
    assert lower is not None
    assert not lower.sure


@pytest.mark.parametrize("quarters", [["1", "2"], ["T1", "T2"]])
def test_a_quarter_beside_the_year_is_no_measure(quarters: list[str]) -> None:
    found = suggested(Año=["2019", "2019"], Trimestre=quarters, Ocupados=["8", "9"], Parados=["3", "2"])
    assert found.wide is not None
    assert found.wide.headers == ("Ocupados", "Parados")
    quarter = found.column("Trimestre")
    assert quarter is not None
    assert not quarter.sure
    assert asked(found, "FREQ") == ["Q", "A"]


def test_a_period_that_nothing_gives_is_asked_for() -> None:
    assert asked(suggested("jobs.csv", Ward=["Ashley", "Cotham"], Value=["1.5", "2"]), "TIME_PERIOD") == []
    assert asked(suggested("jobs 2019.csv", Ward=["Ashley"], Value=["1.5"]), "TIME_PERIOD") == ["2019"]


def test_parts_of_another_city_are_no_facts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Year,Ward,Value\n2019,E05010885,1\n2020,E05010886,2\n2020,Total ciudad,3\n", "utf-8")
    table = read_table(path, Reading())
    found = codes(
        suggest_mapping(table, schema(), Sender("DX:DF_SDG_LOCAL(1.0.0)", "MADRID", ("ES_MAD",))).column("Ward")
    )
    assert set(found.values()) == {None}
    assert codes(suggest_mapping(table, schema(), BRISTOL).column("Ward"))["E05010885"] == "GB_BRS_E05010885"


def test_sheets_of_years_are_one_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for year in ("2018", "2019", "Notes"):
        sheet = book.create_sheet(year)
        for row in (
            [["Ward", "Value"], ["Ashley", 1.5], ["Cotham", 2.5]] if year != "Notes" else [["a", "b"], ["c", "d"]]
        ):
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "jobs.xlsx")
    tables = read_tables(tmp_path / "jobs.xlsx", Reading(sheet="all"))
    years = sheets_of(tables, tables[0])
    assert [table.sheet for table in years] == ["2018", "2019"]
    column = suggest_mapping(one_table(years), schema(), BRISTOL).column("@sheet")
    assert column is not None
    assert (column.component, column.sure) == ("TIME_PERIOD", True)


def test_the_questions_are_counted_where_they_stand() -> None:
    text = mapping_text(suggested(Country=["England", ""], Odd=["x", "y"], Value=["1", "2"]))
    lines = question_lines(text)
    assert f"# {len(lines)} questions are open." in text.splitlines()
    assert len(lines) == sum("# QUESTION: " in line for line in text.splitlines())
    with pytest.raises(InvalidRequest, match=f"has {len(lines)} open questions in lines {lines[0]}, {lines[1]}"):
        parse_mapping(text.encode(), "x.yaml")
