"""XLSX as cities send it, written by openpyxl or by hand where no program writes such a file."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from dataexchange.errors import ExchangeError, TooLarge, Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.reading import read_table

Fill = Callable[[Worksheet], None]


def workbook(path: Path, fill: Fill, title: str = "Data") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    fill(sheet)
    book.save(path)
    return path


def table(sheet: Worksheet) -> None:
    for row in (["Year", "Ward", "Value"], [2018, "Ashley", 1.5], [2019, "Clifton", 2]):
        sheet.append(row)


def read(tmp_path: Path, fill: Fill, reading: Reading | None = None, limits: Limits | None = None) -> SourceTable:
    path = workbook(tmp_path / "table.xlsx", fill)
    return read_table(path, reading or Reading(), limits=limits or Limits())


def test_cells_become_the_text_they_stand_for(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Year", "Day", "Code", "Flag", "Value"])
        sheet.append([2018, date(2018, 3, 31), "007", True, 0.1])
        sheet.append([2018.0, datetime(2018, 3, 31, 12, 30), " x ", False, 1e15])
        sheet.append([20180101, None, "2018-19", None, 123456789012345])
        sheet.append([-3, None, "a\nb", None, 1.5e-7])

    read_in = read(tmp_path, fill)
    assert read_in.columns.to_pydict() == {
        "Year": ["2018", "2018", "20180101", "-3"],
        "Day": ["2018-03-31", "2018-03-31T12:30:00", "", ""],
        "Code": ["007", " x ", "2018-19", "a\nb"],
        "Flag": ["TRUE", "FALSE", "", ""],
        "Value": ["0.1", "1000000000000000.0", "123456789012345", "1.5e-07"],
    }
    assert read_in.rows.tolist() == [2, 3, 4, 5]
    assert {name: marks.tolist() for name, marks in read_in.numbers.items()} == {
        "Year": [True] * 4,
        "Value": [True] * 4,
    }
    assert str(read_in.description) == "read as XLSX, sheet 'Data', header in row 1, 4 rows"
    assert read_in.sheet == "Data"


def test_percentages_are_read_as_they_are_shown(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Year", "Share", "Text"])
        for row, value in enumerate((0.153, 1, "n/a"), 2):
            sheet.cell(row, 1, 2018)
            sheet.cell(row, 2, value).number_format = "0.0%"
            sheet.cell(row, 3, 0.5).number_format = '0.0"%"'  # shows a sign that does not multiply

    read_in = read(tmp_path, fill)
    assert read_in.columns["Share"].to_pylist() == ["15.3%", "100%", "n/a"]
    assert read_in.columns["Text"].to_pylist() == ["0.5"] * 3


def test_a_table_that_starts_further_down_keeps_its_rows(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["C2"] = "Table 3: people who feel safe"
        for row, cells in ((4, ("Year", "Value")), (5, (2018, 1)), (7, (2019, 2))):
            sheet.cell(row, 3, cells[0])
            sheet.cell(row, 4, cells[1])

    read_in = read(tmp_path, fill)
    assert read_in.columns.to_pydict() == {"Year": ["2018", "2019"], "Value": ["1", "2"]}
    assert read_in.rows.tolist() == [5, 7]
    assert str(read_in.description).endswith(
        "header in row 4 (rows above it passed over), 2 rows, 1 blank row passed over"
    )


def test_notes_below_a_sheet_are_left_out_and_quoted(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        table(sheet)
        sheet.append([])
        sheet.append(["Figures are provisional"])
        sheet.append(["© Crown copyright"])
        sheet.merge_cells("A5:C5")

    read_in = read(tmp_path, fill)
    assert read_in.columns["Ward"].to_pylist() == ["Ashley", "Clifton"]
    assert [len(marks) for marks in read_in.numbers.values()] == [2, 2]
    (found,) = read_in.findings
    assert (found.rule, found.place.sheet, found.place.row) == ("FILE-NOTE", "Data", 5)
    assert found.message == (
        "Rows 5 and 6 are notes below the table, left out: 'Figures are provisional', '© Crown copyright'."
    )
    assert str(read_in.description).endswith("2 rows, 1 blank row passed over, 2 notes below left out")


def test_what_is_below_the_last_row_is_notes(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        table(sheet)
        sheet.append(["Total", "all", 3])

    read_in = read(tmp_path, fill, Reading(last_row=3))
    assert read_in.rows.tolist() == [2, 3]
    (found,) = read_in.findings
    assert found.message == "Row 4 is a note below the table, left out: 'Total all 3'."


def test_notes_left_of_a_sheet_make_no_column(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        for row, cells in ((1, ("Year", "Value")), (2, (2018, 1)), (3, (2019, 2))):
            sheet.cell(row, 2, cells[0])
            sheet.cell(row, 3, cells[1])
        sheet["A5"] = "Source: ONS"

    read_in = read(tmp_path, fill)
    assert read_in.columns.to_pydict() == {"Year": ["2018", "2019"], "Value": ["1", "2"]}
    assert [f.rule for f in read_in.findings] == ["FILE-NOTE"]


def test_sheets_by_name_by_number_and_by_default(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.sheet_state = "hidden"
    for name in ("Wards", "2019"):
        table(book.create_sheet(name))
    book["2019"]["B2"] = "from 2019"
    book.create_chartsheet("Chart")
    book.save(path)

    def ward(sheet: str | None) -> tuple[str, str]:
        read_in = read_table(path, Reading(sheet=sheet))
        return read_in.columns["Ward"][0].as_py(), str(read_in.description).partition(", header")[0]

    assert ward(None) == ("Ashley", "read as XLSX, sheet 'Wards' (the first of 2: 'Wards', '2019')")
    assert ward("Wards") == ("Ashley", "read as XLSX, sheet 'Wards'")
    assert ward("2019") == ("from 2019", "read as XLSX, sheet '2019'")
    assert ward("3") == ("from 2019", "read as XLSX, sheet '2019' (number 3)")
    with pytest.raises(Unreadable) as caught:
        ward("Ward")
    assert str(caught.value) == (
        "table.xlsx: there is no sheet 'Ward'; the sheets are 'Notes', 'Wards', '2019': correct read.sheet"
    )
    with pytest.raises(Unreadable, match=r"table.xlsx, sheet 'Notes': the sheet is empty; say under read.sheet which"):
        ward("1")


def test_a_merged_header_is_a_finding_that_says_so(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Year", "Figures", None, None])
        sheet.append([2018, 1, 2, 3])
        sheet.merge_cells("B1:D1")

    read_in = read(tmp_path, fill)
    assert read_in.columns.column_names == ["Year", "Figures"]
    assert [(f.rule, f.message, str(f.place)) for f in read_in.findings] == [
        (
            "FILE-HEADER",
            "Columns C and D have cells but no name in row 1, because the header cells B1:D1 are merged: say under "
            "read.header_rows how many rows name the columns, or unmerge them and give every column its own name in one row.",
            "table.xlsx, sheet 'Data', row 1, column 'C'",
        )
    ]


def test_merged_cells_among_the_rows_are_findings(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        table(sheet)
        sheet.append([2020, "Easton", 3])
        sheet.merge_cells("B2:B4")
        sheet["A6"] = "Source: survey"
        sheet.merge_cells("E6:F8")

    note, found = read(tmp_path, fill).findings
    assert note.rule == "FILE-NOTE"
    assert (found.rule, found.place.row, found.place.column) == ("FILE-MERGED", 2, "Ward")
    assert found.message == (
        "Cells B2:B4 are merged, so only the first of them holds 'Ashley' and the others are empty: unmerge them and fill "
        "each one, or, where it holds for all of them, say `fill_down: true` for the column in the mapping."
    )


def test_formula_errors_and_formulas_without_a_result_keep_their_text(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Year", "Value"])
        for row, error in enumerate(("#REF!", "#DIV/0!", "#N/A"), 2):
            sheet.cell(row, 1, 2018)
            sheet.cell(row, 2, error).data_type = "e"
        sheet.append([2018, "=1/3"])

    assert read(tmp_path, fill).columns["Value"].to_pylist() == ["#REF!", "#DIV/0!", "#N/A", "=1/3"]


def rewrite(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
    return target


def sheet_xml(change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda part, data: change(data) if part == "xl/worksheets/sheet1.xml" else data


def test_shared_strings_prefixes_and_cells_without_names(tmp_path: Path) -> None:
    """As other programs than openpyxl write: texts apart, every tag prefixed, cells counted instead of named."""
    sheet = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        b'<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>'
        b'<x:row><x:c><x:v>2018</x:v></x:c><x:c t="e"><x:v>#NUM!</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    strings = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Year</t></si>'
        b"<si><r><t>Val</t></r><r><t>ue</t></r></si></sst>"
    )
    path = rewrite(workbook(tmp_path / "a.xlsx", table), tmp_path / "table.xlsx", sheet_xml(lambda _: sheet))
    with zipfile.ZipFile(path, "a") as package:
        if "xl/sharedStrings.xml" not in package.namelist():
            package.writestr("xl/sharedStrings.xml", strings)
    read_in = read_table(path, Reading())
    assert read_in.columns.to_pydict() == {"Year": ["2018"], "Value": ["#NUM!"]}


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], type[ExchangeError], str]] = {
    "a cell in the last corner": (
        lambda xml: xml.replace(
            b"</row></sheetData>", b'</row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
        TooLarge,
        "table.xlsx, sheet 'Data': the used area of the sheet has more than 5,000,000 cells (it reaches row 1,048,576, "
        "column 16,384); delete what stands far outside the table, or send CSV",
    ),
    "a cell that does not say where it is": (
        lambda xml: xml.replace(
            b"</row></sheetData>", b'</row><row r="1048576">' + b"<c><v>1</v></c>" * 9 + b"</row></sheetData>"
        ),
        TooLarge,
        "more than 5,000,000 cells (it reaches row 1,048,576, column 5)",
    ),
    "a row that is no row": (
        lambda xml: xml.replace(b"</row></sheetData>", b'</row><row r="99999999"><c><v>1</v></c></row></sheetData>'),
        Unreadable,
        "a cell past the last row or column",
    ),
    "a cell name that is none": (
        lambda xml: xml.replace(b'r="A2"', b'r="2A"'),
        Unreadable,
        "the sheet has a cell called '2A'; save the workbook again",
    ),
    "an entity": (
        lambda xml: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + xml.replace(b"Ashley", b"&a;"),
        Unreadable,
        "declares a document type, which no workbook does",
    ),
    "broken XML": (lambda xml: xml[:-40], Unreadable, "table.xlsx: the XLSX file holds broken XML"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_sheet_is_refused(case: str, tmp_path: Path) -> None:
    change, error, sentence = HOSTILE[case]
    path = rewrite(workbook(tmp_path / "a.xlsx", table), tmp_path / "table.xlsx", sheet_xml(change))
    started = time.process_time()
    with pytest.raises(error) as caught:
        read_table(path, Reading())
    assert sentence in str(caught.value)
    assert time.process_time() - started < 2


def test_zip_bombs_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "table.xlsx", table)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/media/a.bin", "w") as part:
        for _ in range(60):
            part.write(bytes(1_000_000))
    with pytest.raises(TooLarge) as caught:
        read_table(path, Reading())
    assert str(caught.value) == (
        "table.xlsx: part 'xl/media/a.bin' unpacks to more than 200 times its size, as a zip bomb does; save the workbook "
        "again or send CSV"
    )
    with pytest.raises(TooLarge, match=r"unpacks to more than 1,000 bytes"):
        read_table(path, Reading(), limits=Limits(xlsx_inflated=1_000))
    with pytest.raises(TooLarge, match=r"has 10 parts, over the limit of 5"):
        read_table(path, Reading(), limits=Limits(xlsx_parts=5))
    with pytest.raises(TooLarge, match=r"bytes are over the limit of 100"):
        read_table(path, Reading(), limits=Limits(xlsx_bytes=100))


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "table.xlsx", table)
    with zipfile.ZipFile(path) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    data = path.read_bytes().replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"table.xlsx: the XLSX file is damaged .*; save the workbook again"):
        read_table(path, Reading())


def test_what_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(b"Year,Value\n2018,1\n")
    with pytest.raises(Unreadable, match=r"the name says XLSX but the file is none; save the workbook again as \.xlsx"):
        read_table(path, Reading())
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("readme.txt", "hello")
    with pytest.raises(Unreadable, match=r"this is a zip file but no XLSX workbook"):
        read_table(path, Reading())
    path.write_bytes(b"PK\x03\x04" + bytes(50))
    with pytest.raises(Unreadable, match=r"the XLSX file is damaged"):
        read_table(path, Reading())


def test_a_file_kept_under_another_name_is_called_as_the_sender_does(tmp_path: Path) -> None:
    path = tmp_path / "ab" / "abcdef"
    path.parent.mkdir()
    workbook(tmp_path / "t.xlsx", table).rename(path)
    assert read_table(path, Reading(), name="wards.xlsx").file == "wards.xlsx"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_damaged_workbooks_are_read_or_refused_with_a_sentence(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes of one XML part are changed, the zip around it stays sound."""
    source = tmp_path / "sound.xlsx"
    if not source.exists():
        workbook(source, table)
    part = data.draw(
        st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
    )

    def change(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        at = data.draw(st.integers(0, len(content) - 1))
        cut = data.draw(st.integers(0, 12))
        put = data.draw(
            st.sampled_from([b"", b"9", b'"', b"<", b"-1", b"A", b"99999999999", b' t="e"', b"&#0;", b"\xff"])
        )
        return content[:at] + put + content[at + cut :]

    path = rewrite(source, tmp_path / "table.xlsx", change)
    try:
        read_table(path, Reading())
    except ExchangeError as error:
        answer = str(error)
    else:
        answer = "table.xlsx"
    assert "table.xlsx" in answer
