"""Files that are broken in the ways that files are broken: one clear sentence, no traceback, nothing half-stored."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from exchange import COMMAND, Exchange


def empty(path: Path) -> None:
    path.write_bytes(b"")


def wrong_encoding(path: Path) -> None:
    """Its two letters could as well be French ones."""
    path.write_bytes("Year,Area,Value\n2018,Jūrmala,4.1\n2019,Rīga,4.1\n".encode("cp1257"))


def semicolons(path: Path) -> None:
    path.write_text("Year;Area;Value\n2018;;4,1\n2019;;4,2\n")


def binary_junk(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 50)


def long_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"Year,Area,Value\n2018,")
        for _ in range(300):
            file.write(b"x" * 1_000_000)
        file.write(b",4.1\n")


def merged_header(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Year", "Figures", None])
    sheet.append(["2018", "GB_BRS", 4.1])
    sheet.merge_cells("B1:C1")
    book.save(path)


def formula_errors(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Year", "Area", "Value"])
    for row, error in ((2, "#REF!"), (3, "#DIV/0!")):
        sheet.cell(row, 1, "2018")
        cell = sheet.cell(row, 3, error)
        cell.data_type = "e"
    book.save(path)


def zip_bomb(path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/huge.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(4_000_000))


CASES: dict[str, tuple[str, Callable[[Path], None], tuple[str, ...]]] = {
    "empty": ("a.csv", empty, ("empty",)),
    "wrong encoding": ("a.csv", wrong_encoding, ("row 2", "cp1252", "'Jūrmala'")),
    "binary": ("a.csv", binary_junk, ()),
    "300 MB line": ("a.csv", long_line, ("row 2",)),
    "merged header": ("a.xlsx", merged_header, ("merged",)),
    "formula errors": ("a.xlsx", formula_errors, ("#REF!", "#DIV/0!", "row 2", "row 3")),
    "zip bomb": ("a.xlsx", zip_bomb, ()),
    "not a workbook": ("a.xlsx", binary_junk, ()),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_table_is_refused_with_a_sentence(
    case: str, exchange: Exchange, mapping: Path, tmp_path: Path
) -> None:
    name, make, words = CASES[case]
    table = tmp_path / name
    make(table)
    started = time.monotonic()
    answer = exchange("submit", table, "--mapping", mapping)
    assert answer.code in (1, 2), answer
    assert "Traceback" not in answer.err + answer.out
    for word in words:
        assert word in answer.out + answer.err, answer
    assert time.monotonic() - started < 30
    assert "None yet." in exchange("releases").out
    assert "received" not in [w for line in exchange("submissions").out.splitlines()[1:] for w in line.split()]


def test_semicolons_are_found_out(exchange: Exchange, mapping: Path, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    semicolons(table)
    answer = exchange("check", table, "--mapping", mapping)
    assert answer.code == 0
    assert "';' separated (found out), decimal comma" in answer.out, "the report says how the file was read"
    table.write_text("Year;Area;Value\n2018;;4,125\n2019;;4,250\n")
    answer = exchange("check", table, "--mapping", mapping)
    assert answer.code == 1
    assert "'4,125' could be 4125 or 4.125" in answer.out, "what could be read in two ways is a finding"


def test_semicolons_against_the_mapping(exchange: Exchange, mapping: Path, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    semicolons(table)
    mapping.write_text(mapping.read_text() + "\nread: {delimiter: ','}\n")
    answer = exchange("check", table, "--mapping", mapping)
    assert answer.code in (1, 2)
    assert "';'" in answer.out + answer.err


EXTERNAL = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<mes:Structure xmlns:mes="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"><mes:Header>&secret;</mes:Header></mes:Structure>
"""


@pytest.mark.parametrize("command", [("structures", "load"), ("baseline", "load")])
@pytest.mark.parametrize("text", [EXTERNAL, "", "<html><body>Not found</body></html>", '{"error": 404}', "<a>" * 5000])
def test_a_broken_message_is_refused_with_a_sentence(
    command: tuple[str, str], text: str, exchange: Exchange, tmp_path: Path
) -> None:
    message = tmp_path / "message.xml"
    message.write_text(text)
    answer = exchange(*command, message)
    assert answer.code == 2, answer
    assert "Traceback" not in answer.err
    assert "message.xml" in answer.err
    assert "root:" not in answer.out + answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("submit", "nowhere.csv", "--mapping", "nowhere.yaml"), "nowhere.yaml"),
        (("publish", "000000000000"), "000000000000"),
        (("export", "DX:NOTHING(1.0.0)"), "DX:NOTHING(1.0.0)"),
        (("export", "nonsense"), "agency:id(version)"),
        (("check", "README.md"), "--mapping"),
        (("baseline", "load", "README.md", "--dataflow", "DX"), "agency:id(version)"),
    ],
)
def test_wrong_use_is_exit_2_and_one_sentence(words: tuple[str, ...], said: str, exchange: Exchange) -> None:
    assert exchange("structures", "list").code == 0
    answer = exchange(*words)
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_an_unreachable_database_is_exit_3(exchange: Exchange) -> None:
    answer = exchange("releases", DATAEXCHANGE_DATABASE_URL="postgresql+psycopg://nobody:hidden@127.0.0.1:1/none")
    assert answer.code == 3
    assert "Traceback" not in answer.err
    assert "hidden" not in answer.err


def test_a_damaged_database_is_exit_2_and_says_restore(exchange: Exchange) -> None:
    exchange.home.mkdir()
    (exchange.home / "exchange.db").write_bytes(b"this is not a database, whatever its name says" * 100)
    answer = exchange("releases")
    assert answer.code == 2, answer
    assert "restore it from a backup" in answer.err


def test_a_home_that_is_a_file(exchange: Exchange) -> None:
    exchange.home.write_text("")
    answer = exchange("releases")
    assert answer.code == 2
    assert "name a folder" in answer.err


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "abc"), ("PORT", "99999"), ("LOG_LEVEL", "loud"), ("WORKERS", "0")]
)
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, value: str, exchange: Exchange) -> None:
    answer = exchange("releases", **{f"DATAEXCHANGE_{name}": value})
    assert answer.code == 2, answer
    assert f"DATAEXCHANGE_{name}" in answer.err


def test_help_answers_at_once() -> None:
    import resource
    import subprocess

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    times = []
    for _ in range(3):
        started = spent()
        subprocess.run([COMMAND, "--help"], check=True, capture_output=True)
        times.append(spent() - started)
    assert min(times) < 0.5
