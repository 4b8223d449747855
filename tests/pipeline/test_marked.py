"""Tables sent back with their cells marked, as other readers (openpyxl, our own) find them."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.worksheet.worksheet import Worksheet

from dataexchange.errors import InvalidRequest, TooLarge
from dataexchange.messages import marked_xlsx
from dataexchange.messages.language import spoken
from dataexchange.messages.marks import COLOURS
from dataexchange.model.finding import Finding, Place, Report, Severity
from dataexchange.model.mapping import Mapping
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import ENGLISH, Language, say
from dataexchange.model.table import column_letter, header_text
from dataexchange.pipeline.mapping_declared import declared
from dataexchange.pipeline.mapping_headers import Headers
from dataexchange.pipeline.reading import read_table, read_tables
from dataexchange.workflow.cells import with_cells
from dataexchange.workflow.marked import Form, Source, ending, send_back

ERROR, WARNING, NOTE = COLOURS.values()
HOSTILE = '=HYPERLINK("http://evil.example","x")<b>&_x000A_\x07'


def found(
    cell: str | None = None, *, row: int | None = None, sheet: str | None = None, severity: Severity = Severity.ERROR
) -> Finding:
    row = row or (int(cell.strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) if cell else None)
    place = Place("t", sheet, row, "Ward" if cell else None, HOSTILE, cell)
    return Finding("MAP-CODE", severity, say("The text {text} has no code.", text=HOSTILE), place)


def marked(
    path: Path, *findings: Finding, form: Form = Form.XLSX, language: Language = ENGLISH, reading: Reading | None = None
) -> bytes:
    out = io.BytesIO()
    source = Source(path, path.name, reading or Reading())
    send_back(source, Report(path.name, findings), out, language, form)
    return out.getvalue()


def book_of(made: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(made))


def colours(sheet: Worksheet) -> dict[str, str]:
    return {c.coordinate: c.fill.fgColor.rgb for row in sheet.iter_rows() for c in row if c.fill.fill_type == "solid"}


def workbook(path: Path) -> Path:
    """With what a city's workbook has beside its figures."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Findings"
    other = book.create_sheet("It's 2019")
    for line in (["Ward", "Value"], ["Ashley", 1.5], [None, 2], ["=1+1", "=SUM(B2:B3)"]):
        other.append(line)
    other["A2"].comment = Comment("our own words", "city")
    other["B2"].number_format = "0.00"
    other.conditional_formatting.add("B2:B3", CellIsRule(operator="greaterThan", formula=["1"]))
    chart = BarChart()
    chart.add_data(Reference(other, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    other.add_chart(chart, "D2")
    other.print_title_rows = "1:1"
    book.active = other
    other.sheet_view.tabSelected = True
    book.save(path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    part = "xl/worksheets/sheet2.xml"
    assert b"<f>SUM(B2:B3)</f><v" in parts[part]
    parts[part] = parts[part].replace(b"<f>SUM(B2:B3)</f><v></v>", b"<f>SUM(B2:B3)</f><v>3.5</v>")
    parts[part] = parts[part].replace(b"<f>SUM(B2:B3)</f><v/>", b"<f>SUM(B2:B3)</f><v>3.5</v>")
    parts["xl/vbaProject.bin"] = b"macros" * 100
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def test_a_workbook_comes_back_as_it_was_with_marks(tmp_path: Path) -> None:
    path = workbook(tmp_path / "city.xlsx")
    sheet = "It's 2019"
    made = marked(
        path,
        found("A2", sheet=sheet),
        found("A3", sheet=sheet, severity=Severity.WARNING),
        found("B4", sheet=sheet, severity=Severity.INFORMATION),
        found("B4", sheet=sheet),
        found("D9", sheet=sheet),
        found("A1", sheet="Findings"),
        found(),
    )
    book = book_of(made)
    assert book.sheetnames == ["Findings", sheet, "Findings 2"]
    assert book.active.title == "Findings 2"
    assert colours(book[sheet]) == {"A2": ERROR, "A3": WARNING, "B4": ERROR, "D9": ERROR}
    # What the city has is as it was: its words, formulas, their last values, formats, chart and macros.
    assert book[sheet]["A2"].comment.text.startswith("our own words")
    assert "MAP-CODE" in book[sheet]["A2"].comment.text
    assert book[sheet]["A4"].value == "=1+1"
    assert book[sheet]["B2"].number_format == "0.00"
    assert book[sheet].print_title_rows == "$1:$1"
    assert [bool(one.sheet_view.tabSelected) for one in book] == [False, False, True]
    table = read_table_of(made, tmp_path, sheet)
    assert table == read_table_of(path.read_bytes(), tmp_path, sheet)
    assert [row[1] for row in table] == ["1.5", "2", "3.5"]
    before, after = zipfile.ZipFile(path), zipfile.ZipFile(io.BytesIO(made))
    same = {name for name in before.namelist() if after.read(name) == before.read(name)}
    assert {"xl/vbaProject.bin", "xl/charts/chart1.xml", "xl/theme/theme1.xml"} <= same
    # All findings of a cell stand in its comment once, the rule, the sentence and what to do.
    text = book[sheet]["B4"].comment.text
    assert text.count("ERROR MAP-CODE") == 1
    assert text.count("has no code.") == 1
    assert "What to do: Add the text" in text


def read_table_of(made: bytes, tmp_path: Path, sheet: str) -> list[tuple[str, ...]]:
    path = tmp_path / "made.xlsx"
    path.write_bytes(made)
    columns = read_table(path, Reading(sheet=sheet)).columns
    return list(zip(*(column.to_pylist() for column in columns.columns), strict=True))


def test_the_first_sheet_tells_and_leads_to_cells(tmp_path: Path) -> None:
    path = workbook(tmp_path / "city.xlsx")
    sheet = "It's 2019"
    findings = [found(f"A{n}", sheet=sheet) for n in (2, 3, 4, 9)]
    summary = book_of(marked(path, *findings, found(row=3, sheet=sheet)))["Findings 2"]
    cells = [cell for row in summary.iter_rows() for cell in row if cell.value is not None]
    texts = [str(cell.value) for cell in cells]
    assert "Findings in city.xlsx" in texts
    assert "It cannot be published: 5 errors to correct first." in texts
    links = {cell.hyperlink.location: cell.value for cell in cells if cell.hyperlink}
    assert links == {"'It''s 2019'!A2": "It's 2019: A2:A4, A9", "'It''s 2019'!A3": "It's 2019: row 3"}
    # The city's text is text, whatever it begins with.
    assert [cell.data_type for cell in cells if str(cell.value).startswith("=HYPERLINK")] == ["s", "s"]
    assert all(cell.data_type != "f" for cell in cells)


def test_a_marked_workbook_can_be_marked_again(tmp_path: Path) -> None:
    path, again = workbook(tmp_path / "city.xlsx"), tmp_path / "again.xlsx"
    again.write_bytes(marked(path, found("A2", sheet="It's 2019"), found("B2", sheet="It's 2019"), found("A1")))
    assert [table.sheet for table in read_tables(again, Reading(sheet="all"))] == ["It's 2019"]
    made = marked(again, found("B3", sheet="It's 2019"))
    book = book_of(made)
    # The sheet of findings is a new one in the place of the old, and so are the comments; the city's own stay.
    assert book.sheetnames == ["Findings", "It's 2019", "Findings 2"]
    assert book["Findings 2"]["A1"].value == "Findings in again.xlsx"
    assert book.active.title == "Findings 2"
    sheet = book["It's 2019"]
    assert set(colours(sheet)) == {"A2", "B2", "B3"}
    assert {c.coordinate for row in sheet.iter_rows() for c in row if c.comment} == {"A2", "B3"}
    assert sheet["A2"].comment.text.startswith("our own words")
    assert all(c.comment is None for row in book["Findings"].iter_rows() for c in row)
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        drawings = b"".join(package.read(name) for name in package.namelist() if name.endswith(".vml"))
    assert drawings.count(b":Row>") == 2 * 2  # of a box, opened and closed
    assert len(package.namelist()) == len(set(package.namelist()))


def test_a_sheet_of_findings_is_known_after_another_program_saved_it(tmp_path: Path) -> None:
    book = book_of(marked(workbook(tmp_path / "city.xlsx"), found("A2", sheet="It's 2019")))
    book["Findings 2"].title = "What they said"
    book.move_sheet("What they said", -2)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                cell.comment = None
    book.save(tmp_path / "saved.xlsx")
    assert read_table(tmp_path / "saved.xlsx", Reading(sheet="all")).sheet == "It's 2019"
    assert read_table(tmp_path / "saved.xlsx", Reading(sheet="What they said")).sheet == "What they said"


def test_csv_comes_back_as_a_workbook_of_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "wards.csv"
    lines = [
        "Wards of Bristol;;",
        "",
        "Ward;Value;Note",
        'Ashley;1,5;"two\nlines"',
        "Cliftn;2;=1+1",
        "short;",
        "Source: us",
    ]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    made = marked(path, found("A5"), found("C3"), found(row=6))
    book = book_of(made)
    sheet = book["wards"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(max_row=7)]
    assert rows[0][0] == "Wards of Bristol"
    assert rows[1] == [None, None, None]
    assert rows[3] == ["Ashley", "1,5", "two\nlines"]
    assert rows[4] == ["Cliftn", "2", "=1+1"]
    assert sheet["C5"].data_type == "s"
    assert rows[6][0] == "Source: us"
    assert colours(sheet) == {"A5": ERROR, "C3": ERROR, "A6": ERROR, "B6": ERROR, "C6": ERROR}
    assert sheet["A6"].comment is not None


def test_csv_comes_back_as_csv_with_two_columns_more(tmp_path: Path) -> None:
    path = tmp_path / "wards.csv"
    path.write_text("A title\nWard,Value\nAshley,1\nCliftn,2\n", encoding="utf-8")
    made = marked(path, found("A4"), found("B4", severity=Severity.WARNING), form=Form.CSV)
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))
    assert rows[:3] == [["A title"], ["Ward", "Value", "finding", "what to do"], ["Ashley", "1", "", ""]]
    assert rows[3][:2] == ["Cliftn", "2"]
    assert rows[3][2].startswith("ERROR A4: The text")
    assert "WARNING B4: " in rows[3][2]
    assert rows[3][3].startswith("Add the text")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_marked_csv_can_be_sent_again(tmp_path: Path, language: str) -> None:
    path = tmp_path / "wards.csv"
    path.write_text("Ward;Value\nAshley;1\nCliftn;2\n\nSource: us\n", encoding="utf-8")
    schema = Finding("MAP-SCHEMA", Severity.ERROR, say("The mapping gives nothing to {one}.", one="SEX"), Place("t"))
    tongue = spoken().languages[language]()
    path.write_bytes(marked(path, found("A3"), schema, form=Form.CSV, language=tongue))
    again = read_table(path, Reading(), name="wards.csv")
    assert again.columns["Ward"].to_pylist() == ["Ashley", "Cliftn"]
    assert not [f for f in again.findings if f.severity is Severity.ERROR]
    assert "The mapping gives nothing to SEX" in again.columns.column_names[2]
    mapping = Mapping.model_validate(
        {
            "title": "t",
            "source": {"name": "us"},
            "provider": "BRISTOL",
            "dataflow": "DX:DF(1.0.0)",
            "columns": {"Ward": "REF_AREA", "Value": "OBS_VALUE"},
        }
    )
    names = {header_text(name): name for name in again.columns.column_names}
    assert not list(declared(again, mapping, names, Headers(), (), again.columns.num_rows))
    # Marked once more, it has one pair of them.
    twice = marked(path, found("B2"), form=Form.CSV, language=tongue).decode("utf-8-sig").splitlines()
    assert [line.count(";") for line in twice[:3]] == [3, 3, 3]
    assert twice[2] == "Cliftn;2;;"


def test_ods_and_zip_come_back_too(tmp_path: Path) -> None:
    ods = tmp_path / "t.ods"
    document = OpenDocumentSpreadsheet()
    for name in ("A:b", "Data"):
        table = Table(name=name)
        for line in (["Ward", "Value"], ["Cliftn", "7"]):
            row = TableRow()
            for text in line:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=text))
                row.addElement(cell)
            table.addElement(row)
        document.spreadsheet.addElement(table)
    document.save(ods)
    book = book_of(marked(ods, found("A2", sheet="A:b"), found("B2", sheet="Data")))
    assert book.sheetnames == ["A b", "Data", "Findings"]
    assert (colours(book["A b"]), colours(book["Data"])) == ({"A2": ERROR}, {"B2": ERROR})
    assert book["Data"]["A2"].value == "Cliftn"

    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.write(workbook(tmp_path / "city.xlsx"), "2019/city.xlsx")
        package.writestr("wards.csv", "Ward,Value\nCliftn,2\n")
    inner = replace(found("A2"), place=replace(found("A2").place, file="both.zip/wards.csv"))
    for form, name in ((Form.XLSX, "wards-marked.xlsx"), (Form.CSV, "wards-marked.csv")):
        made = zipfile.ZipFile(io.BytesIO(marked(path, inner, form=form)))
        assert set(made.namelist()) == {"2019/city-marked.xlsx", name}
        assert all(not colours(one) for one in book_of(made.read("2019/city-marked.xlsx")).worksheets[:-1])
    assert ending(Source(path, "both.zip")) == ".zip"


def test_only_the_first_cells_have_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked_xlsx, "COMMENTS", 2)
    path = tmp_path / "t.csv"
    path.write_text("Ward,Value\n" + "x,1\n" * 5)
    findings = [found(f"A{n}", severity=Severity.WARNING) for n in range(2, 6)]
    book = book_of(marked(path, *findings, found("B6")))
    sheet = book["t"]
    assert len(colours(sheet)) == 5
    assert [c.coordinate for row in sheet.iter_rows() for c in row if c.comment] == ["A2", "B6"]
    assert any("5 cells are marked: the first 2 have a comment" in str(row[0].value) for row in book["Findings"])


def test_a_workbook_that_cannot_be_changed_in_place_comes_back_as_its_texts(tmp_path: Path) -> None:
    path = workbook(tmp_path / "city.xlsx")
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    text = parts["xl/worksheets/sheet2.xml"].decode()
    head = '<?xml version="1.0" encoding="UTF-16"?>'
    parts["xl/worksheets/sheet2.xml"] = (
        head + text.partition("?>")[2] if text.startswith("<?") else head + text
    ).encode("utf-16")
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    book = book_of(marked(path, found("A2", sheet="It's 2019")))
    assert colours(book["It s 2019"]) == {"A2": ERROR}
    assert any("could not be marked as it is" in str(row[0].value) for row in book["Findings 2"])


def test_what_has_no_cells_is_refused(tmp_path: Path) -> None:
    message = tmp_path / "m.xml"
    message.write_text("<m/>")
    with pytest.raises(InvalidRequest, match="no cells to mark"):
        marked(message, found("A1"))
    with pytest.raises(InvalidRequest, match="format"):
        marked(workbook(tmp_path / "t.xlsx"), found("A1"), form=Form.CSV)
    unread = replace(found(), rule="FILE-READ")
    with pytest.raises(InvalidRequest, match="could not be read"):
        marked(workbook(tmp_path / "t.xlsx"), unread)
    wide = tmp_path / "wide.csv"
    wide.write_text("a,b\n" + "," * 17_000 + "\n")
    with pytest.raises(TooLarge, match="as CSV"):
        marked(wide, found("A1"))


def test_marks_are_told_in_a_language(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Ward,Value\nx,1\n")
    spanish = spoken().best(("es",))[1]
    sheet = book_of(marked(path, found("A2"), language=spanish))["t"]
    assert "MAP-CODE" in sheet["A2"].comment.text
    assert "Qué hacer: " in sheet["A2"].comment.text


def test_cells_of_all_tables_and_whole_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Year", "Ward"])
    book.active.append([2019, "x"])
    second = book.create_sheet("B")
    for line in ([], [None, "Ward", "Year"], [None, "x", 2019]):
        second.append(line)
    book.save(tmp_path / "t.xlsx")
    tables = read_tables(tmp_path / "t.xlsx", Reading(sheet="all"))
    places = [Place("t.xlsx", "Sheet", 2, "Ward"), Place("t.xlsx", "B", 3, "Ward"), Place("t.xlsx", "B", None, "Year")]
    findings = [Finding("X", Severity.ERROR, say("x"), place) for place in (*places, Place("t.xlsx", "B", 3))]
    assert [f.place.cell for f in with_cells(findings, tables)] == ["B2", "B3", "C2", None]


@settings(max_examples=40, deadline=None)
@given(
    cells=st.dictionaries(
        st.tuples(st.integers(1, 7), st.integers(1, 30)), st.sampled_from(list(Severity)), max_size=8
    ),
    there=st.sets(st.tuples(st.integers(1, 6), st.integers(1, 29)), max_size=12),
    numbered=st.booleans(),
)
def test_any_cells_are_marked_and_nothing_else_changes(
    cells: dict[tuple[int, int], Severity],
    there: set[tuple[int, int]],
    numbered: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    if numbered:
        book = openpyxl.Workbook()
        for row, column in there:
            book.active.cell(row, column, f"{row}/{column}")
        book.save(folder / "t.xlsx")
        path, name = folder / "t.xlsx", "Sheet"
    else:
        path, name = folder / "t.csv", "t"
        lines = [[f"{r}/{c}" if (r, c) in there else "" for c in range(1, 30)] for r in range(1, 7)]
        path.write_text("\n".join(",".join(line) for line in [["h"] * 29, *lines[1:]]) + "\n")
        there = {at for at in there if at[0] > 1}
    findings = [found(f"{column_letter(c - 1)}{r}", severity=s) for (r, c), s in cells.items()]
    sheet = book_of(marked(path, *findings))[name]
    values = {(c.row, c.column): c.value for row in sheet.iter_rows() for c in row if c.value not in (None, "h")}
    assert values == {at: f"{at[0]}/{at[1]}" for at in there}
    assert colours(sheet) == {f"{column_letter(c - 1)}{r}": COLOURS[s] for (r, c), s in cells.items()}
    commented = {c.coordinate for row in sheet.iter_rows() for c in row if c.comment}
    assert commented == set(colours(sheet))
