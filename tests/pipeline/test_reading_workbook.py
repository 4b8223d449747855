"""Workbooks as people lay them out: several sheets, names in several rows, hidden cells, dates, and ODS beside XLSX."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableColumn, TableRow
from odf.text import P
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.reading import read_table, read_tables


def workbook(path: Path, *fills: Callable[[Worksheet], None]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, fill in enumerate(fills, 1):
        fill(book.create_sheet(f"Sheet{number}"))
    book.save(path)
    return path


def rows(*lines: list[object]) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for line in lines:
            sheet.append(line)

    return fill


def read(tmp_path: Path, fill: Callable[[Worksheet], None], **reading: object) -> SourceTable:
    return read_table(workbook(tmp_path / "t.xlsx", fill), Reading.model_validate(reading))


def said(table: SourceTable) -> list[tuple[str, str]]:
    return [(f.rule, f.message) for f in table.findings]


# -- Sheets ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def years(tmp_path: Path) -> Path:
    path = tmp_path / "years.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["Figures are provisional"])
    for year in (2018, 2019):
        sheet = book.create_sheet(str(year))
        sheet.append(["Ward", "Value"])
        sheet.append(["Ashley", year])
    book.create_sheet("2017").sheet_state = "hidden"
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("sheet", "names"),
    [
        ([2019, "2018"], ["2019", "2018"]),
        ([2, "2018"], ["2018"]),
        ({"matching": "20(18|19)"}, ["2018", "2019"]),
        ("all", ["2018", "2019"]),
    ],
)
def test_several_sheets_are_several_tables(years: Path, sheet: object, names: list[str]) -> None:
    tables = read_tables(years, Reading.model_validate({"sheet": sheet}))
    assert [table.sheet for table in tables] == names
    assert [table.columns["Value"].to_pylist() for table in tables] == [[name] for name in names]
    assert (
        str(tables[0].description)
        == f"read as XLSX, sheet {names[0]!r}"
        + (" (number 2)" if sheet == [2, "2018"] else "")
        + ", header in row 1, 1 row"
    )


def test_a_sheet_without_a_table_is_left_out_where_it_was_not_asked_for(years: Path) -> None:
    first = read_tables(years, Reading(sheet="all"))[0]
    hidden, found = first.findings
    assert (hidden.rule, hidden.place.sheet) == ("FILE-HIDDEN", "2017")
    assert hidden.message == "Sheet '2017' is hidden and left out; to read it, name it under `read.sheet`."
    assert (found.rule, found.place.sheet) == ("FILE-SHEET", "Notes")
    assert found.message.startswith("Sheet 'Notes' holds no table and is left out (")
    with pytest.raises(Unreadable, match="sheet 'Notes'"):
        read_tables(years, Reading.model_validate({"sheet": ["2018", "Notes"]}))
    with pytest.raises(Unreadable, match=r"no sheet matches '19\.\.'; the sheets are 'Notes', '2018', '2019', '2017'"):
        read_tables(years, Reading.model_validate({"sheet": {"matching": "19.."}}))


@pytest.mark.parametrize("sheet", [[], {"matching": "("}, {"matching": "(?=a)"}, {"named": "a"}, True])
def test_what_says_no_sheets(sheet: object) -> None:
    with pytest.raises(ValidationError):
        Reading.model_validate({"sheet": sheet})


# -- Names in several rows -------------------------------------------------------------------------------------------------


def two_rows(sheet: Worksheet) -> None:
    rows(["Ward", 2018, None, 2019, None], [None, "Women", "Men", "Women", "Men"], ["Ashley", 1, 2, 3, 4])(sheet)
    for cells in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(cells)


HEADS = {
    "Ward": ("Ward", ""),
    "2018 / Women": ("2018", "Women"),
    "2018 / Men": ("2018", "Men"),
    "2019 / Women": ("2019", "Women"),
    "2019 / Men": ("2019", "Men"),
}


def test_merged_headings_make_names_of_two_rows(tmp_path: Path) -> None:
    table = read(tmp_path, two_rows)
    assert table.columns.to_pydict() == dict(zip(HEADS, [["Ashley"], ["1"], ["2"], ["3"], ["4"]], strict=True))
    assert table.heads == HEADS
    assert table.letters == dict(zip(HEADS, "ABCDE", strict=True))
    assert table.rows.tolist() == [3]
    assert str(table.description) == "read as XLSX, sheet 'Sheet1', headers in rows 1 to 2, 1 row"
    assert not table.findings


def test_names_of_three_rows_below_a_title(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        rows(
            ["Table 3: who feels safe"],
            [None, "Safe", None, None, None],
            [None, 2018, None, 2019, None],
            ["Ward", "Women", "Men", "Women", "Men"],
            ["Ashley", 1, 2, 3, 4],
        )(sheet)
        for cells in ("A1:E1", "B2:E2", "B3:C3", "D3:E3"):
            sheet.merge_cells(cells)

    table = read(tmp_path, fill)
    assert table.columns.column_names[1:3] == ["Safe / 2018 / Women", "Safe / 2018 / Men"]
    assert table.heads["Ward"] == ("", "", "Ward")
    assert str(table.description).endswith("headers in rows 2 to 4 (rows above them passed over), 1 row")


def test_header_rows_are_as_the_mapping_says(tmp_path: Path) -> None:
    plain = rows(["Ward", 2018, None, 2019], [None, "Women", "Men", "Women"], ["Ashley", 1, 2, 3])
    assert read(tmp_path, plain).columns.column_names == ["Ward", "2018", "2019"]
    table = read(tmp_path, plain, header_rows=2)
    assert table.columns.column_names == ["Ward", "2018 / Women", "2018 / Men", "2019 / Women"]
    once = read(tmp_path, two_rows, header_rows=1)
    assert once.columns.column_names == ["Ward", "2018", "2019"]
    assert [f.rule for f in once.findings if f.rule == "FILE-HEADER"]


# -- Hidden cells ------------------------------------------------------------------------------------------------------------


def hiding(sheet: Worksheet) -> None:
    rows(["Year", "Ward", "Value"], [2018, "Ashley", 1], [2019, "Ashley", 2], [2020, "Ashley", 3])(sheet)
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    table = read(tmp_path, hiding)
    assert table.columns.num_rows == 3
    assert said(table) == [
        (
            "FILE-HIDDEN",
            "The sheet has 1 hidden row (3), read like the others; `hidden: leave_out` under `read` leaves out what is hidden.",
        ),
        (
            "FILE-HIDDEN",
            "The sheet has 1 hidden column (B), read like the others; `hidden: leave_out` under `read` leaves out what is hidden.",
        ),
    ]
    assert [(f.place.row, f.place.column) for f in table.findings] == [(3, None), (None, "B")]


def test_what_is_hidden_is_left_out_where_the_mapping_says_so(tmp_path: Path) -> None:
    table = read(tmp_path, hiding, hidden="leave_out")
    assert table.columns.to_pydict() == {"Year": ["2018", "2020"], "Value": ["1", "3"]}
    assert table.rows.tolist() == [2, 4]
    assert [f.message for f in table.findings] == [
        "The sheet has 1 hidden row (3), left out as the mapping says.",
        "The sheet has 1 hidden column (B), left out as the mapping says.",
    ]


# -- Dates -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_dates_are_days_and_years(tmp_path: Path, epoch_1904: bool) -> None:
    book = openpyxl.Workbook()
    if epoch_1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(["Day", "Year", "Typed", "Value"])
    for row, year in ((2, 2018), (3, 2019)):
        sheet.cell(row, 1, datetime(year, 3, 31))
        sheet.cell(row, 2, datetime(year, 1, 1)).number_format = "yyyy"
        sheet.cell(row, 3, year).number_format = "dd/mm/yyyy"
        sheet.cell(row, 4, row)
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx", Reading())
    assert table.columns.to_pydict() == {
        "Day": ["2018-03-31", "2019-03-31"],
        "Year": ["2018", "2019"],
        "Typed": ["2018", "2019"],
        "Value": ["2", "3"],
    }
    (found,) = table.findings
    shown = "1909-07-11" if epoch_1904 else "1905-07-10"
    assert (found.rule, found.place.cell, found.place.value) == ("FILE-YEAR", "C2", shown)
    assert f"days such as {shown}" in found.message
    assert "the year 2018" in found.message


def test_true_dates_beside_dates_of_1905_stay_dates(tmp_path: Path) -> None:
    table = read(tmp_path, rows(["Born", "Value"], [date(1905, 7, 10), 1], [date(1950, 7, 10), 2]))
    assert table.columns["Born"].to_pylist() == ["1905-07-10", "1950-07-10"]
    assert not table.findings


# -- The quick look and the slow one -----------------------------------------------------------------------------------------


def everything(sheet: Worksheet) -> None:
    rows(["Year", "Share", "Error", "Formula", "Nothing"], [2018, 0.5, "#REF!", "=1/3", None])(sheet)
    sheet["B2"].number_format = "0.0%"
    sheet["C2"].data_type = "e"
    sheet["B3"], sheet["B3"].number_format = date(2019, 1, 1), "yyyy"
    sheet["AB3"] = '& <far> t="e"'
    sheet["ZZ900"].number_format = "0%"  # formatted and empty: no cell of the table
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions.group("C", "D", hidden=True)


def test_both_ways_to_look_through_a_sheet_tell_the_same(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", everything)
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            # A comment is what only the slow look understands.
            new.writestr(part, data.replace(b"<sheetData>", b"<!-- --><sheetData>") if "sheet1" in part else data)
    quick, slow = read_table(path, Reading()), read_table(other, Reading())
    assert quick.columns.equals(slow.columns)
    assert said(quick) == said(slow)
    assert (
        quick.columns.slice(0, 1).to_pylist()[0].items()
        >= {"Year": "2018", "Share": "50%", "Error": "#REF!", "Formula": "=1/3"}.items()
    )
    assert quick.columns["Share"].to_pylist() == ["50%", "2019"]
    assert quick.letters["Formula"] == "D"


def test_a_cached_result_stands_for_its_formula(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", rows(["Year", "Value"], [2018, "=1+1"]))
    done = tmp_path / "done.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(done, "w") as new:
        for part in old.namelist():
            new.writestr(
                part,
                old.read(part)
                .replace(b"<v></v>", b"<v>2</v>")
                .replace(b"<v />", b"<v>2</v>")
                .replace(b"<v/>", b"<v>2</v>"),
            )
    assert read_table(path, Reading()).columns["Value"].to_pylist() == ["=1+1"]
    assert read_table(done, Reading()).columns["Value"].to_pylist() == ["2"]


# -- ODS ---------------------------------------------------------------------------------------------------------------------


def cell(value: object, **more: object) -> TableCell:
    kinds = {str: "string", float: "float", int: "float"}
    kind = more.pop("kind", kinds.get(type(value), "string"))
    told = {} if kind == "string" else {"datevalue" if kind == "date" else "value": value}
    made = TableCell(valuetype=kind, **told, **{k: v for k, v in more.items() if k != "shown"})
    made.addElement(P(text=str(more.get("shown", value))))
    return made


def ods(path: Path, *lines: tuple[dict[str, object], list[TableCell]], columns: tuple[TableColumn, ...] = ()) -> Path:
    document, table = OpenDocumentSpreadsheet(), Table(name="Data")
    for column in columns:
        table.addElement(column)
    for told, cells in lines:
        row = TableRow(**told)
        for one in cells:
            row.addElement(one)
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(path)
    return path


def test_ods_is_read_like_xlsx(tmp_path: Path) -> None:
    path = ods(
        tmp_path / "t.ods",
        (
            {},
            [
                cell("Ward"),
                cell("2018", numbercolumnsspanned=3, numberrowsspanned=1),
                CoveredTableCell(numbercolumnsrepeated=2),
            ],
        ),
        ({}, [TableCell(), cell("Share"), cell("Day"), cell("Year")]),
        (
            {"visibility": "collapse"},
            [
                cell("Ashley"),
                cell(0.125, kind="percentage", shown="13%"),
                cell("2018-03-31", kind="date", shown="31 March"),
                cell("2018-01-01", kind="date", shown="2018"),
            ],
        ),
        (
            {},
            [
                cell("Clifton"),
                cell(2),
                cell("#DIV/0!", formula="of:=1/0", stringvalue=""),
                TableCell(formula="of:=1/3"),
            ],
        ),
        ({"numberrowsrepeated": 1_048_000}, [TableCell(numbercolumnsrepeated=1_024)]),
        columns=(TableColumn(), TableColumn(visibility="collapse")),
    )
    table = read_table(path, Reading())
    assert table.columns.to_pydict() == {
        "Ward": ["Ashley", "Clifton"],
        "2018 / Share": ["12.5%", "2"],
        "2018 / Day": ["2018-03-31", "#DIV/0!"],
        "2018 / Year": ["2018", "=1/3"],
    }
    assert str(table.description) == "read as ODS, sheet 'Data', headers in rows 1 to 2, 2 rows"
    assert [(f.rule, f.place.row, f.place.column) for f in table.findings] == [
        ("FILE-HIDDEN", 3, None),
        ("FILE-HIDDEN", None, "B"),
    ]


def test_an_ods_cell_that_stands_there_a_million_times_is_refused(tmp_path: Path) -> None:
    path = ods(
        tmp_path / "t.ods",
        ({}, [cell("Year"), cell("Value")]),
        ({"numberrowsrepeated": 1_000_000}, [cell(1, numbercolumnsrepeated=1_000)]),
    )
    with pytest.raises(
        TooLarge, match=r"t.ods, sheet 'Data': the used area of the sheet has more than 5,000,000 cells"
    ):
        read_table(path, Reading())
    with pytest.raises(TooLarge, match="the ODS file unpacks to more than 100 bytes"):
        read_table(path, Reading(), limits=Limits(xlsx_inflated=100))


def test_an_ods_with_a_password_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", ({}, [cell("Year"), cell("Value")]), ({}, [cell(2018), cell(1)]))
    closed = tmp_path / "t.ods"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(closed, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(
                part, data.replace(b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>")
            )
    with pytest.raises(Unreadable, match=r"t.ods: the workbook is protected by a password; save it without one"):
        read_table(closed, Reading())
