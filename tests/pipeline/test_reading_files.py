"""Parquet, and zips of tables."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataexchange.errors import ExchangeError, InvalidRequest, TooLarge, Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.table import Limits, described
from dataexchange.pipeline.reading import read_table, read_tables


def parquet(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path)
    return path


def test_parquet_is_the_text_that_its_cells_stand_for(tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "t.parquet",
        pa.table(
            {
                "Year": pa.array([2018, 2019], pa.int64()),
                "Ward": pa.array(["Ashley", None]).dictionary_encode(),
                "Value": [71.25, None],
                "Whole": [2018.0, 3.0],
                "Day": [date(2018, 3, 31), None],
                "At": [datetime(2018, 3, 31), datetime(2018, 3, 31, 12, 30)],
                "Is": [True, None],
            }
        ),
    )
    table = read_table(path, Reading())
    assert table.columns.to_pydict() == {
        "Year": ["2018", "2019"],
        "Ward": ["Ashley", ""],
        "Value": ["71.25", ""],
        "Whole": ["2018", "3"],
        "Day": ["2018-03-31", ""],
        "At": ["2018-03-31", "2018-03-31T12:30:00"],
        "Is": ["TRUE", ""],
    }
    assert table.rows.tolist() == [2, 3]
    assert str(table.description) == "read as Parquet, 2 rows"
    assert {name: marks.tolist() for name, marks in table.numbers.items()} == {
        "Year": [True, True],
        "Value": [True, False],
        "Whole": [True, True],
    }


def test_numbers_of_32_bits_are_as_short_as_they_were_written(tmp_path: Path) -> None:
    single = pa.array([1.1, 16777216.0, None], pa.float32())
    path = parquet(tmp_path / "t.parquet", pa.table({"Single": single, "Double": [0.1, 1e-7, 1e22]}))
    columns = read_table(path, Reading()).columns.to_pydict()
    assert columns == {"Single": ["1.1", "16777216", ""], "Double": ["0.1", "1e-07", "1e+22"]}


def test_parquet_that_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    parquet(path, pa.table({"a": ["x" * 1_000] * 10_000}))
    assert path.stat().st_size < 10_000
    with pytest.raises(TooLarge, match="the cells hold more than 1,000,000 characters"):
        read_table(path, Reading(), limits=Limits(parquet_text=1_000_000))
    parquet(path, pa.table({"a": [[1, 2]]}))
    with pytest.raises(Unreadable, match="column 'a' holds lists or structs; write one value a cell"):
        read_table(path, Reading())
    parquet(path, pa.table({"a": pa.array([], pa.string())}))
    with pytest.raises(Unreadable, match="the Parquet file has no rows"):
        read_table(path, Reading())
    with pytest.raises(InvalidRequest, match="read as Parquet, which has no sheets"):
        read_table(path, Reading(sheet="1"))
    path.write_bytes(b"PAR1" + bytes(40) + b"PAR1")
    with pytest.raises(Unreadable, match="the Parquet file cannot be read"):
        read_table(path, Reading())


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return path


def test_how_each_file_of_a_zip_was_read_is_a_sentence_of_its_own(tmp_path: Path) -> None:
    files = {"2018.csv": b"Year,Value\n2018,1\n\nSource: us\n", "2019.csv": b"Year,Value\n2019,1\n"}
    one, two = str(described(read_tables(packed(tmp_path / "t.zip", files), Reading()))).split(". ")
    assert one.startswith("In t.zip/2018.csv: read as CSV, ")
    assert two.startswith("In t.zip/2019.csv: read as CSV, ")


def test_what_in_a_zip_is_no_table_is_passed_over_and_told(tmp_path: Path) -> None:
    files = {
        "2018.csv": b"Year,Value\n2018,1\n",
        "README.txt": b"Hello, city\n",
        "about.txt": b"About the figures\nThey are provisional\n",
        "meta.json": b'{"by": "ONS"}',
        "empty.csv": b"",
        "only.csv": b"Year,Value\n",
    }
    path = packed(tmp_path / "t.zip", files)
    (table,) = read_tables(path, Reading())
    assert table.file == "t.zip/2018.csv"
    assert {f.rule for f in table.findings} == {"FILE-SHEET"}
    named, *others = [(f.place.file, f.message) for f in table.findings]
    assert named[1].startswith("1 file in the zip file is no table by its name, and left out: 'README.txt'; ")
    assert [file for file, _ in others] == [
        f"t.zip/{name}" for name in ("about.txt", "empty.csv", "meta.json", "only.csv")
    ]
    assert others[2][1] == (
        "The file 't.zip/meta.json' in the zip file holds no table and is left out (this is JSON, no table; send the table as CSV "
        "or .xlsx; an SDMX-JSON message is sent without a mapping); `read.file` says which files are tables."
    )
    with pytest.raises(Unreadable, match=r"t.zip/empty.csv: the file is empty"):
        read_tables(path, Reading(file=".*csv"))
    # A file that may be a table and cannot be read stops the whole: nothing goes missing.
    with pytest.raises(Unreadable, match=r"t.zip/b.xlsx: the name says XLSX"):
        read_tables(packed(path, {**files, "b.xlsx": b"Year,Value\n2018,1\n"}), Reading())


def packed_word() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "t.xls",
            b"\n<!DOCTYPE html><table><tr><td>Year",
            "a web page (HTML), no table; open it in a spreadsheet program",
        ),
        ("t.csv", "<HTML><body>".encode("utf-16"), "a web page (HTML), no table"),
        ("t.xlsx", b"<html>", "a web page (HTML), no table"),
        ("t.csv", b'{"Year": 2018}', "JSON, no table; send the table as CSV or .xlsx"),
        ("t.json", b'\xef\xbb\xbf[ {"Year": 2018}]', "JSON, no table"),
        ("t.xml", b"<?xml version='1.0'?><mes:Structure/>", "XML, no table; "),
        ("t.pdf", b"%PDF-1.7\n", "a PDF, no table; send the table from which it was made, as CSV or .xlsx"),
        ("t.csv", b"\x89PNG\r\n", "a picture, no table"),
        ("t.rtf", b"{\\rtf1 Year", "a text document, no table"),
        ("t.docx", packed_word(), "a text document, no table"),
        ("t.doc", bytes.fromhex("d0cf11e0a1b11ae1") + "WordDocument".encode("utf-16-le"), "a text document, no table"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        read_table(path, Reading())
    assert str(caught.value).startswith(f"{name}: this is {said}")


@pytest.mark.parametrize("header", ["<Year>", "[Year]", "{Year}", "%", "<b>Year</b>"])
def test_names_of_columns_in_brackets_are_names(header: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{header},Value\n2018,1\n")
    assert read_table(path, Reading()).columns.column_names == [header, "Value"]


@pytest.mark.parametrize("word", list(Reading.model_fields))
def test_every_word_under_read_is_used_or_refused(word: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (["Year", "Value"], [2018, 1], [2019, 2]):
        book.active.append(line)
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "t.csv").write_text("Year,Value\n2018,1\n2019,2\n")
    parquet(tmp_path / "t.parquet", pa.table({"Year": [2018, 2019], "Value": [1, 2]}))
    said = {"sheet": "Sheet", "file": ".*", "hidden": "leave_out", "encoding": "utf-8", "delimiter": ",", "quote": '"'}
    reading = Reading.model_validate({word: said.get(word, 2 if word == "last_row" else 1)})
    used = {
        "sheet": {".xlsx"},
        "hidden": {".xlsx"},
        "file": set(),
        "last_row": {".xlsx", ".csv", ".parquet"},
        "header_row": {".xlsx", ".csv"},
        "header_rows": {".xlsx", ".csv"},
    }
    for path in sorted(tmp_path.iterdir()):
        if path.suffix in used.get(word, {".csv"}):
            assert len(read_table(path, reading).rows) == (1 if word == "last_row" else 2)
        else:
            with pytest.raises(
                InvalidRequest, match=rf"^read.{word} .*: t\{path.suffix} is read as .*leave read.{word} out"
            ):
                read_table(path, reading)
    both = packed(tmp_path / "t.zip", {p.name: p.read_bytes() for p in sorted(tmp_path.iterdir())})
    assert len(read_tables(both, reading)) == 3


def test_every_table_in_a_zip_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (["Year", "Value"], [2019, 2]):
        book.active.append(line)
    book.save(tmp_path / "b.xlsx")
    path = packed(
        tmp_path / "t.zip",
        {
            "a/2018.csv": b"Year,Value\n2018,1\n",
            "b.xlsx": (tmp_path / "b.xlsx").read_bytes(),
            "readme.pdf": b"%PDF",
            "__MACOSX/a.csv": b"\0",
        },
    )
    tables = read_tables(path, Reading(), name="sent.zip")
    assert [(t.file, t.sheet, t.columns["Value"].to_pylist()) for t in tables] == [
        ("sent.zip/a/2018.csv", None, ["1"]),
        ("sent.zip/b.xlsx", "Sheet", ["2"]),
    ]
    assert [(f.rule, f.message) for f in tables[0].findings] == [
        (
            "FILE-SHEET",
            "1 file in the zip file is no table by its name, and left out: 'readme.pdf'; `read.file` says which files are tables.",
        )
    ]
    (only,) = read_tables(path, Reading(file=r"a/\d+\.csv"))
    assert (only.file, only.findings) == ("t.zip/a/2018.csv", ())
    with pytest.raises(
        Unreadable, match=r"no file in the zip file matches 'c'; it holds 'a/2018.csv', 'b.xlsx', 'readme.pdf'"
    ):
        read_tables(path, Reading(file="c"))


CSV = b"Year,Value\n2018,1\n"


@pytest.mark.parametrize(
    ("files", "error", "sentence"),
    [
        ({"../a.csv": CSV}, Unreadable, "the file '../a.csv' would lie outside of the zip file"),
        ({"/a.csv": CSV}, Unreadable, "the file '/a.csv' would lie outside of the zip file"),
        ({"a.csv": CSV, "b.zip": b"PK"}, Unreadable, "'b.zip' is a zip file within the zip file"),
        ({"a.pdf": CSV}, Unreadable, r"this is a zip file but no table is in it ('a.pdf')"),
        ({"a.csv": bytes(20_000_000)}, TooLarge, "unpacks to more than 200 times its size, as a zip bomb does"),
        ({f"{n}.csv": CSV for n in range(201)}, TooLarge, "has 201 files, over the limit of 200"),
        ({"a.xlsx": CSV}, Unreadable, "t.zip/a.xlsx: the name says XLSX but the file is none"),
        ({"a.csv": b""}, Unreadable, "t.zip/a.csv: the file is empty"),
    ],
)
def test_a_zip_that_is_refused(
    tmp_path: Path, files: dict[str, bytes], error: type[ExchangeError], sentence: str
) -> None:
    with pytest.raises(error) as caught:
        read_tables(packed(tmp_path / "t.zip", files), Reading())
    assert sentence in str(caught.value)


def test_limits_of_zips(tmp_path: Path) -> None:
    path = packed(tmp_path / "t.zip", {"a.csv": CSV, "b.csv": CSV})
    with pytest.raises(TooLarge, match=r"t.zip/b.csv: the zip file unpacks to more than 30 bytes"):
        read_tables(path, Reading(), limits=Limits(zip_inflated=30))
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as package:
        for number in range(20_000):
            package.writestr(f"{number:0200}.csv", b"")
    with pytest.raises(TooLarge, match=r"many.zip: the zip file has far too many parts"):
        read_tables(tmp_path / "many.zip", Reading())
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"t.zip/a.csv: the file is protected by a password"):
        read_tables(path, Reading())
