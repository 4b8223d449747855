"""`POST /api/v1/mappings/suggest`: a mapping for a table, told from what the exchange knows and what was published in it."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import openpyxl
import yaml
from people import People

TABLE = b"Year,Ward,Value\n2019,Ashley,4.5\n2020,,5.25\n"
WHERE = "/api/v1/mappings/suggest"


def asked(people: People, who: str, table: bytes = TABLE, name: str = "8-5-2.csv", **fields: str) -> Any:
    answer = people.post(who, WHERE, files={"file": (name, table)}, data=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def fixed(told: Any, component: str) -> Any:
    return next(f["candidates"] for f in told["fixed"] if f["component"] == component)


def test_a_table_is_answered_with_a_mapping(people: People) -> None:
    told = asked(people, "city")
    ward = next(c for c in told["columns"] if c["column"] == "Ward")
    assert ward["gives"][0]["code"] == "REF_AREA"
    assert {v["text"]: v["candidates"][0]["code"] for v in ward["gives"][0]["values"]} == {
        "Ashley": "GB_BRS_E05010885",
        "": "GB_BRS",
    }
    assert f"{told['questions']} questions are open" in told["mapping"]
    assert people.get("city", "/api/v1/submissions").json() == []


def test_what_was_published_teaches_other_cities_too(people: People) -> None:
    """Before, the indicator's number is all that speaks for the series; a mapping that is only sent teaches nobody."""
    plain = fixed(asked(people, "other city"), "SERIES")
    sent = people.sent("city", publish="true")
    assert fixed(asked(people, "other city"), "SERIES") == plain
    assert people.worked(sent) == "published"
    told = asked(people, "other city")
    assert told["learned_from"] == ["bristol/unemployment"]
    assert "learned from bristol/unemployment" in fixed(told, "SERIES")[0]["reason"]
    assert fixed(told, "SERIES")[0]["confidence"] > plain[0]["confidence"]


def test_what_is_no_table_is_422(people: People) -> None:
    assert people.post("city", WHERE, files={"file": ("a.csv", b"\x00\x01\xff")}).status_code == 422
    assert people.post("city", WHERE, data={"dataflow": "x"}, files={"file": ("a.csv", TABLE)}).status_code == 400


def test_of_a_workbook_the_sheet_with_the_figures_is_taken(people: People) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Source", "Bristol City Council"])
    book.active.append(["Licence", "Open Government Licence"])
    data = book.create_sheet("Data")
    for row in (["Year", "Value"], [2019, 4.5], [2020, 5.25]):
        data.append(row)
    book.save(whole := BytesIO())
    told = asked(people, "city", whole.getvalue(), "jobs.xlsx")
    assert told["sheet"] == "Data"
    assert "other tables" in told["mapping"]
    assert asked(people, "city", whole.getvalue(), "jobs.xlsx", sheet="Sheet")["sheet"] == "Sheet"


def test_an_encoding_can_be_told(people: People) -> None:
    table = "Año,Género,Valor\n2019,Mujeres,4.5\n2020,Niñas,5\n".encode("cp1252")
    told = asked(people, "city", table, "paro.csv", encoding="cp1252")
    assert [c["gives"][0]["code"] for c in told["columns"]] == ["TIME_PERIOD", "SEX", "OBS_VALUE"]


def test_reasons_and_questions_are_told_in_the_language_that_is_asked_for(people: People) -> None:
    asked_in = {"Accept-Language": "es-MX, en;q=0.5"}
    answer = people.post("city", WHERE, files={"file": ("8-5-2.csv", TABLE)}, headers=asked_in)
    assert answer.headers["content-language"] == "es"
    told = answer.json()
    english = asked(people, "city")
    assert (told["questions"], len(told["columns"])) == (english["questions"], len(english["columns"]))
    assert "# PREGUNTA: " in told["mapping"]
    assert "Proposed from" not in told["mapping"]
    assert told["columns"][0]["gives"][0]["reason"] != english["columns"][0]["gives"][0]["reason"]
    assert told["reading"].startswith("leído")


def test_rows_under_too_few_names_get_no_proposal(people: People) -> None:
    table = b"Year,Ward,Rate per 1,000\n2019,Ashley,1.5\n2020,Cotham,2.5\n"
    answer = people.post("city", WHERE, files={"file": ("rates.csv", table)})
    assert answer.status_code == 422
    assert "most rows have another number of cells" in answer.text
    assert "Row 2 has 3 cells where the header has 4" in answer.text


def test_of_a_zip_the_file_with_most_figures_is_named(people: People) -> None:
    with zipfile.ZipFile(whole := BytesIO(), "w") as package:
        package.writestr("areas.csv", "Ward,Name\nE05010885,Ashley\n")
        package.writestr("jobs 2020.csv", TABLE)
    told = asked(people, "city", whole.getvalue(), "all.zip")
    assert yaml.safe_load(told["mapping"])["read"] == {"file": r"jobs 2020\.csv"}
    assert "other tables" in told["mapping"]


def test_sheets_that_are_years_are_mapped_together(people: People) -> None:
    book = openpyxl.Workbook()
    for year in ("2018", "2019"):
        sheet = book.create_sheet(year)
        for row in (["Ward", "Value"], ["Ashley", 4.5], ["Cotham", 5.25]):
            sheet.append(row)
    del book["Sheet"]
    book.save(whole := BytesIO())
    told = asked(people, "city", whole.getvalue(), "jobs.xlsx")
    assert "  sheet: all\n" in told["mapping"]
    assert '  "@sheet": TIME_PERIOD' in told["mapping"]
