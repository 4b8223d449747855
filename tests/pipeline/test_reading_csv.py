"""CSV as cities send it: what is read, what is said about it, and that both ways of reading give the same table."""

from __future__ import annotations

import csv
import io
import re
import resource
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataexchange.errors import ExchangeError, InvalidRequest, TooLarge, Unreadable
from dataexchange.model.finding import Severity
from dataexchange.model.reading import Reading
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.reading import read_table
from dataexchange.pipeline.reading_csv import read_csv

WORD = re.compile(r"[aé]{3}")
TABLE = "Year,Ward,Value\n2018,Ashley,1.5\n2019,Clifton,2\n"


def read(
    tmp_path: Path, data: bytes | str, reading: Reading | None = None, limits: Limits | None = None
) -> SourceTable:
    path = tmp_path / "table.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, reading or Reading(), limits=limits or Limits())


def rows_of(table: SourceTable) -> list[tuple[int, ...] | tuple[str, ...]]:
    return [(int(n), *row.values()) for n, row in zip(table.rows, table.columns.to_pylist(), strict=True)]


def test_cells_stay_text_with_the_rows_of_the_spreadsheet(tmp_path: Path) -> None:
    table = read(tmp_path, "Code,Year,Value\n007,2018-19,1.50\nNA,,\n")
    assert rows_of(table) == [(2, "007", "2018-19", "1.50"), (3, "NA", "", "")]
    assert str(table.description) == "read as CSV, ',' separated, utf-8, header in row 1, 2 rows"
    assert table.findings == ()
    assert (table.file, table.sheet) == ("table.csv", None)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (TABLE.replace(",", ";"), "';' separated (found out)"),
        (TABLE.replace(",", "\t"), "tab separated (found out)"),
        (TABLE.replace("\n", "\r\n"), "',' separated"),
        (TABLE.replace("\n", "\r"), "',' separated"),
        (TABLE.rstrip("\n"), "',' separated"),
        ("﻿" + TABLE, "utf-8"),
        (TABLE.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), "utf-16"),
        (TABLE.encode("utf-16-le"), "utf-16-le (found out)"),
        (TABLE.encode("utf-16-be"), "utf-16-be (found out)"),
        (TABLE.encode("utf-32"), "utf-32"),
        ("sep=;\n" + TABLE.replace(",", ";"), "';' separated (found out), utf-8, header in row 2"),
        (TABLE.replace(",", "^"), "'^' separated (found out)"),
        (TABLE.replace(",", "|"), "'|' separated (found out)"),
        (TABLE.replace("Value", "Value,,"), "2 rows"),
        (
            TABLE.replace(",", " , ")
            .replace("Ashley", '"Ashley"')
            .replace("Clifton", '"Clifton"')
            .replace("Ward", '"Ward"'),
            "2 rows",
        ),
        ("'" + TABLE.strip().replace(",", "','").replace("\n", "'\n'") + "'\n", "' around cells"),
        ("Source:,ONS\nTable 3: people, by ward\n\n" + TABLE, "header in row 4 (rows above it passed over)"),
        (TABLE + "\nNote: wards of 2016, not 2020, all figures\nSource:,ONS\n", "2 notes below left out"),
        (TABLE + "\n\n,,\n", "2 rows, 3 blank rows passed over"),
        ("Table 3: people\n\n" + TABLE, "header in row 3 (rows above it passed over)"),
        (TABLE.replace(",1.5", ',"1.5"').replace("Ward", '"Ward"'), "2 rows"),
    ],
)
def test_what_is_found_out_is_said(tmp_path: Path, data: bytes | str, says: str) -> None:
    table = read(tmp_path, data)
    assert says in str(table.description)
    cells = {name: [cell.strip() for cell in column] for name, column in table.columns.to_pydict().items()}
    assert cells == {"Year": ["2018", "2019"], "Ward": ["Ashley", "Clifton"], "Value": ["1.5", "2"]}
    assert table.letters == {"Year": "A", "Ward": "B", "Value": "C"}
    assert np.diff(table.rows).tolist() == [1]


def test_row_numbers_count_blank_lines_and_titles_but_not_line_breaks_in_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, 'A title\n\nYear,Note\n2018,"two\nlines"\n\n2019,"say ""x"""\n')
    assert rows_of(table) == [(4, "2018", "two\nlines"), (6, "2019", 'say "x"')]


def test_headers_are_compared_without_spaces_and_line_breaks(tmp_path: Path) -> None:
    assert read(tmp_path, 'Year ,"Age\n  group",Value\n1,2,3\n').columns.column_names == ["Year", "Age group", "Value"]


def test_another_encoding_when_the_mapping_says_so(tmp_path: Path) -> None:
    table = read(tmp_path, "Año,Valor\n2018,Málaga\n".encode("cp1252"), Reading(encoding="cp1252"))
    assert table.columns.to_pydict() == {"Año": ["2018"], "Valor": ["Málaga"]}


REFUSED: dict[str, tuple[bytes | str, Reading, str]] = {
    "empty": (b"", Reading(), "table.csv: the file is empty (0 bytes); send the table itself"),
    "header only": (
        "Year,Value\n",
        Reading(),
        "table.csv: there is a header in row 1 but no row below it; send the table with its rows",
    ),
    "blank": (" \n\n", Reading(), "table.csv: the first 2 rows are empty; set read.header_row or remove them"),
    "broken UTF-8": (
        "Year,Ward,Value\n2018,Málaga,1\n2018,".encode() + b"Caf\xe9,2\n",
        Reading(),
        "table.csv, row 3, column 'Ward': byte 0xe9 is not UTF-8; save the file as UTF-8, or set read.encoding to "
        "what it was saved in: cp1252 (Western Europe), cp1250 (Central Europe) or cp1251 (Cyrillic)",
    ),
    "encoding that does not fit": (
        b"Year,Ward\n2018,\x81\n",
        Reading(encoding="cp1252"),
        "table.csv, row 2: the text is not cp1252 (character maps to <undefined>); save the file as UTF-8 or correct "
        "read.encoding",
    ),
    "delimiter against the file": (
        "Jahr;Wert\n2018;1,5\n2019;1,7\n",
        Reading(delimiter=","),
        "table.csv: the file looks ';' separated, but read.delimiter in the mapping is ','; set it to ';', or save the "
        "file with ','",
    ),
    "quote not closed": (
        'Year,Ward\n2018,"Ashley\n2019,Clifton\n',
        Reading(),
        "table.csv, row 2: a quote in this row or one below is not closed, or stands where none can, so the cells cannot be told "
        "apart; close or remove it",
    ),
    "NUL": (
        b"Year,Value\n" + b"2018,1\n" * 1000 + b"20\x0019,2\n",
        Reading(),
        "table.csv, row 1002: a NUL byte; this is no text table, send the table as CSV or XLSX",
    ),
    "binary": (
        bytes(range(256)) * 50,
        Reading(),
        "table.csv: byte 1 is NUL, so this is no text table but a binary file; send the table as CSV or XLSX",
    ),
    "letters that fit several encodings": (
        "Year,Ward,Value\n2018,Jūrmala,1\n".encode("cp1257"),
        Reading(),
        "table.csv, row 2, column 'Ward': the text is not UTF-8, and its few letters beyond ASCII fit several encodings: "
        "cp1252 ('Jûrmala'), cp1250 ('Jűrmala') or cp1257 ('Jūrmala'); set read.encoding to the one that reads right, or save "
        "the file as UTF-8",
    ),
    "UTF-8 read as something else": (
        "Year,Ward\n2018,Café\n",
        Reading(encoding="cp1252"),
        "table.csv: read.encoding is cp1252, but the text is utf-8; correct or leave out read.encoding",
    ),
    "header row past the end": (
        TABLE,
        Reading(header_row=7),
        "table.csv: read.header_row is 7 but the table has 3 rows; correct it",
    ),
    "header row far past the end": (
        TABLE,
        Reading(header_row=700),
        "table.csv: read.header_row is 700 but the table ends before it; correct it",
    ),
    "old Excel": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        Reading(),
        "table.csv: this is a workbook of the old Excel format (.xls); save it as .xlsx",
    ),
    "encrypted": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        Reading(),
        "table.csv: the workbook is protected by a password; save it without one as .xlsx",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_one_sentence(case: str, tmp_path: Path) -> None:
    data, reading, sentence = REFUSED[case]
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, data, reading)
    assert str(caught.value) == sentence


def test_an_unknown_encoding_is_a_wrong_call(tmp_path: Path) -> None:
    for name in ("utf-99", "zlib", "hex"):
        with pytest.raises(InvalidRequest, match=f"read.encoding '{name}': name an encoding"):
            read(tmp_path, TABLE, Reading(encoding=name))


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nowhere.csv: the file cannot be opened"):
        read_table(tmp_path / "nowhere.csv", Reading())


def test_a_line_of_300_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with path.open("wb") as stream:
        stream.write(b"Year,Value\n2018,")
        stream.truncate(300_000_000)
        stream.seek(1000)
        stream.write(b"x")
    with path.open("r+b") as stream:  # spaces, not NULs, at the start of the long line
        stream.seek(16)
        stream.write(b" " * 5_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    with pytest.raises(TooLarge, match=r"table.csv, row 2: the line is longer than 1,048,576 bytes"):
        read_table(path, Reading())
    assert time.process_time() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(csv_bytes=10), "table.csv: 47 bytes are over the limit of 10; send the table in parts"),
        (Limits(columns=2), "table.csv: row 1 has 3 columns, over the limit of 2"),
        (Limits(cell=6), "table.csv, row 3, column 'Ward': the cell is longer than 6 bytes"),
        (Limits(line_bytes=12), "table.csv, row 1: the line is longer than 12 bytes"),
    ],
)
def test_limits(limits: Limits, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(TooLarge) as caught:
        read(tmp_path, TABLE, limits=limits)
    assert str(caught.value).startswith(sentence)


def test_ragged_rows_are_findings_and_the_others_are_read(tmp_path: Path) -> None:
    table = read(tmp_path, "Year,Ward,Value\n2018,Ashley,1\n2018,Clifton\n2018,Bristol, City of,2\n2019,Easton,3,,\n")
    assert rows_of(table) == [(2, "2018", "Ashley", "1"), (5, "2019", "Easton", "3")]
    assert [(f.rule, f.place.row, f.message) for f in table.findings] == [
        (
            "FILE-ROW",
            3,
            "Row 3 has 2 cells where the header has 3: look for a missing or surplus delimiter or quote in it; the row was "
            "not read.",
        ),
        (
            "FILE-ROW",
            4,
            "Row 4 has 4 cells where the header has 3: look for a missing or surplus delimiter or quote in it; the row was "
            "not read.",
        ),
    ]


def test_many_ragged_rows_are_counted(tmp_path: Path) -> None:
    table = read(tmp_path, TABLE + "2018\n" * 5_000)
    assert len(table.findings) == 1_001
    assert sum(f.count for f in table.findings) == 5_000


def test_headers_that_are_missing_or_twice_are_findings(tmp_path: Path) -> None:
    table = read(tmp_path, "Year,,Value,Year,,\n2018,x,1,2,,\n")
    assert table.columns.column_names == ["Year", "Value"]
    assert [f.message for f in table.findings] == [
        "Columns A and D are both called 'Year': give each its own name.",
        "Column B has cells but no name in row 1: give every column its own name in one row, or say under read.header_row "
        "which row has the names.",
    ]


def test_every_real_table_is_read_the_same_in_both_ways(shared_data: Path) -> None:
    paths = sorted((*(shared_data / "bristol").glob("*.csv"), *(shared_data / "uk").glob("*.csv")))
    assert len(paths) > 100
    empty = 0
    for path in paths:
        try:
            fast = read_table(path, Reading())
        except Unreadable:
            assert len([line for line in path.read_text().splitlines() if line.strip(" ,")]) <= 1
            empty += 1
            continue
        slow = read_csv(path, Reading(), path.name, Limits(), slow=True)
        assert fast.columns.equals(slow.columns)
        assert fast.rows.tolist() == slow.rows.tolist()
        assert fast.description == slow.description
        with path.open(encoding="utf-8-sig", newline="") as stream:
            judged = list(csv.reader(stream))[1:]
        assert [list(r.values()) for r in fast.columns.to_pylist()] == [r for r in judged if any(c.strip() for c in r)]
    assert empty < 10


NOTES: dict[str, tuple[str, list[str]]] = {
    "right below": ("Year,Value\n2018,1\nSource: ONS\n", ["Source: ONS"]),
    "without a last line break": ("Year,Value\n2018,1\nSource: ONS", ["Source: ONS"]),
    "one word under years": ("Year,Value\n2018,1\nProvisional\n", ["Provisional"]),
    "a sentence under years": ("Year,Value\n2018,1\nFigures are provisional\n", ["Figures are provisional"]),
    "after a blank row": ("Year,Value\n2018,1\n\nProvisional\n", ["Provisional"]),
    "several": ("Year,Value\n2018,1\n\nNotes\n\nSource: ONS\n,\n", ["Notes", "Source: ONS"]),
    "filled up by a spreadsheet": ("Year,Ward,Value\n2018,Ashley,1\n,,\nSource: ONS,,\n", ["Source: ONS"]),
    "in quotes": ('Year,Value\n2018,1\n"Source: ONS, 2019"\n', ["Source: ONS, 2019"]),
    "under wards": ("Ward,Value\nAshley,1\nSource: ONS\n", ["Source: ONS"]),
    "fewer cells, but some": ("Year,Ward,Value\n2018,Ashley,1\nSource: ONS,\n", ["Source: ONS"]),
}


@pytest.mark.parametrize("case", NOTES)
def test_notes_below_the_table_are_left_out_and_quoted(case: str, tmp_path: Path) -> None:
    text, notes = NOTES[case]
    table = read(tmp_path, text)
    assert len(table.rows) == 1
    (found,) = table.findings
    assert (found.rule, found.severity) == ("FILE-NOTE", Severity.INFORMATION)
    for note in notes:
        assert repr(note) in found.message
    assert text.splitlines()[(found.place.row or 0) - 1].strip('",') == notes[0]


@pytest.mark.parametrize(
    ("text", "rows", "ragged"),
    [
        ("Year,Value\n2018,1\n2019\n", 1, [3]),  # broke off
        ("Year,Value\n2018,1\n20", 1, [3]),
        ("Year,Value\n2018 Q1,1\n\n2018 Q2\n", 1, [4]),  # a value of the column, but for its digits
        ("Ward,Value\nAshley,1\nBedminster Down,2\nAshl\n", 2, [4]),  # the beginning of a value
        ("Ward,Value\nAshley,1\nBedm\n", 1, [3]),
        ("Ward,Value\nAshley,1\nClifton,\n", 2, []),  # a value is missing
        ("Ward,Value\nAshley,1\n\nAshley,\n", 2, []),
        ("Value,Ward\n1,Ashley\nsuppressed,\n", 2, []),
        ("Value,Ward\n1,Ashley\nnot available,\n", 2, []),
        ("Year,Ward,Value\n2018,Ashley,1\nSource: ONS\n2019,Clifton,2\n", 2, [3]),  # not below the table
        ("Year,Ward,Value\n2018,Ashley,1\n2018,Clifton\n", 1, [3]),
        ("Ward\nAshley\n\nSource: ONS\n", 2, []),  # one column: nothing beside it
        ("Year,Value\nSource: ONS\n", 0, [2]),
    ],
)
def test_what_may_be_data_is_no_note(text: str, rows: int, ragged: list[int], tmp_path: Path) -> None:
    table = read(tmp_path, text)
    assert len(table.rows) == rows
    assert [(f.rule, f.place.row) for f in table.findings] == [("FILE-ROW", row) for row in ragged]


def test_ragged_rows_above_notes_stay_errors(tmp_path: Path) -> None:
    table = read(tmp_path, "Year,Ward,Value\n2018,Ashley,1\n2019,Clifton\nSource: ONS\n")
    assert [(f.rule, f.place.row) for f in table.findings] == [("FILE-NOTE", 4), ("FILE-ROW", 3)]


def test_a_long_list_below_the_table_is_no_note(tmp_path: Path) -> None:
    table = read(tmp_path, TABLE + "\n" + "".join(f"Ward number {i} of many\n" for i in range(150)))
    assert sum(f.count for f in table.findings if f.rule == "FILE-ROW") == 150


def test_a_csv_file_has_no_sheets(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(tmp_path, TABLE, Reading(sheet="Wards"))
    assert str(caught.value) == (
        "read.sheet 'Wards': table.csv is read as CSV, which has no sheets; leave read.sheet out, or send the workbook as .xlsx"
    )


# Without three letters in a row nothing here is a note.
CELL = st.text(st.sampled_from(list('aé1 ,;"\n\t.%')), max_size=5).filter(lambda cell: not WORD.search(cell))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";"]),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    bom=st.booleans(),
)
def test_the_fast_and_the_slow_way_agree_on_what_csv_writers_write(
    tmp_path: Path, rows: list[list[str]], delimiter: str, ending: str, quoting: int, bom: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=quoting)
    writer.writerows([["Year", "Ward", "Value"], *rows])
    path = tmp_path / "t.csv"
    path.write_bytes((out.getvalue()).encode("utf-8-sig" if bom else "utf-8"))
    reading = Reading(delimiter=delimiter, header_row=1)
    wanted = [row for row in rows if any(cell.strip() for cell in row)]
    if not wanted:
        with pytest.raises(Unreadable):
            read_table(path, reading)
        return
    fast, slow = read_table(path, reading), read_csv(path, reading, "t.csv", Limits(), slow=True)
    assert [list(row.values()) for row in fast.columns.to_pylist()] == wanted
    assert (fast.columns.to_pydict(), fast.rows.tolist()) == (slow.columns.to_pydict(), slow.rows.tolist())
    assert fast.rows.tolist() == [n for n, row in enumerate(rows, 2) if any(cell.strip() for cell in row)]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.sampled_from(list('ab,;"\n\r \t:')), min_size=1, max_size=40))
def test_the_two_ways_agree_on_anything(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    answers = []
    for slow in (False, True):
        try:
            table = read_csv(path, Reading(), "t.csv", Limits(), slow=slow)
        except ExchangeError as error:
            answers.append(str(error))
        else:
            answers.append((table.columns.to_pydict(), table.rows.tolist(), table.findings, str(table.description)))
    assert answers[0] == answers[1]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(max_size=200) | st.binary(max_size=80).map(lambda b: b"Year,Value\n2018," + b + b"\n2019,2\n"))
def test_any_bytes_are_read_or_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    for encoding in (None, "utf-8", "cp1252", "utf-16"):
        try:
            table = read_table(path, Reading(encoding=encoding))
        except ExchangeError as error:
            answer = str(error)
        else:
            answer = table.file
            assert len(table.rows) == table.columns.num_rows
        assert "t.csv" in answer


def test_several_header_rows_are_joined_where_the_mapping_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("A title\n,2018,,2019,\nWard,Men,Women,Men,Women\nAshley,1,2,3,4\nClifton,5,6,7,8\n")
    reading = Reading(header_row=2, header_rows=2)
    fast, slow = read_table(path, reading), read_csv(path, reading, "t.csv", Limits(), slow=True)
    for table in (fast, slow):
        assert table.columns.column_names == ["Ward", "2018 / Men", "2018 / Women", "2019 / Men", "2019 / Women"]
        assert table.columns["2019 / Men"].to_pylist() == ["3", "7"]
        assert table.rows.tolist() == [4, 5]
        assert table.heads["2018 / Women"] == ("2018", "Women")
        assert "headers in rows 2 to 3" in str(table.description)
    with pytest.raises(Unreadable, match="no row below it"):
        read_table(path, Reading(header_row=4, header_rows=2))
