"""CSV, in two ways that give the same table.

The fast way is Arrow's reader; it is taken where every line of the file is one row for certain, so that row numbers are
exact. Anything odd (line breaks in quotes, blank lines, ragged rows, odd quotes) goes the slow way,
through Python's csv module, which counts rows as a spreadsheet does. `reading_text` looks at the bytes first and says which.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from dataexchange.errors import NoTable, Unreadable
from dataexchange.model.finding import Finding, Place
from dataexchange.model.reading import Reading
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, Value, joined, say, says
from dataexchange.model.table import Limits, SourceTable, column_letter
from dataexchange.pipeline.reading_damage import damage_findings
from dataexchange.pipeline.reading_dialect import Dialect, OddQuotes, find_dialect
from dataexchange.pipeline.reading_header import HEAD_ROWS, Cells, Framed, above, find_header, frame
from dataexchange.pipeline.reading_heads import Heads, find_heads
from dataexchange.pipeline.reading_marks import marks_text
from dataexchange.pipeline.reading_text import Text, examine

_CHUNK = 20_000
_RAGGED = 1_000
#: Rows of one text that are looked at as notes; a file with more of them is broken.
_SHORT = 10_000
_WORD = re.compile(r"[^\W\d_]{3}")
_FIGURE = re.compile(r"[+\-−]?[0-9][0-9.,' ]*%?")


def read_csv(path: Path, reading: Reading, name: str, limits: Limits, *, slow: bool = False) -> SourceTable:
    """`slow` forces the slow way; tests compare the two."""
    text = examine(path, reading.encoding, name, limits)
    with text.open(path) as stream:
        dialect = find_dialect(list(islice(stream, HEAD_ROWS)), reading, name)
    try:
        return _read(path, reading, name, limits, text, dialect, slow)
    except OddQuotes:
        if dialect.loose:
            raise
        try:
            return _read(path, reading, name, limits, text, replace(dialect, loose=True), slow)
        except OddQuotes:
            pass
        raise


def _read(
    path: Path, reading: Reading, name: str, limits: Limits, text: Text, dialect: Dialect, slow: bool
) -> SourceTable:
    with text.open(path) as stream:
        looked_at = HEAD_ROWS if reading.header_rows is None else HEAD_ROWS + (reading.header_row or 0)
        head = [row for _, row in islice(dialect.records(stream, name), looked_at)]
    heads = _heads(head, reading, name)
    at = heads.after - 1
    cells: Cells | None = None
    ragged: list[tuple[int, int]] = []
    if text.simple_for(dialect.delimiter) and dialect.plain and at < len(head) and not slow:
        cells = _fast(path, text, dialect.delimiter, _names(heads, head[at]), at)
    if cells is None:
        cells, ragged = _slow(path, text, dialect, heads, name)
    framed = frame(cells, name, None, limits, reading.last_row)
    if reading.last_row is not None:
        ragged = [row for row in ragged if row[0] <= reading.last_row]
    if not framed.table.num_rows and not ragged and not framed.broken:
        raise NoTable(
            say(
                "{file}: there is a header in row {row} but no row below it; send the table with its rows",
                file=name,
                row=str(at + 1),
            )
        )
    positions = framed.positions.items()
    letters = {header: column_letter(position) for header, position in positions}
    damage = damage_findings(framed.table, framed.rows, letters, name) if text.damaged else ()
    return SourceTable(
        framed.table,
        framed.rows,
        name,
        None,
        _describe(dialect, text, heads, framed),
        (*framed.findings, *damage, *_ragged_findings(sorted([*ragged, *framed.broken]), len(cells.header), name)),
        letters=letters,
        heads={header: heads.above(position) for header, position in positions} if len(heads.texts) > 1 else {},
        header_row=at + 1,
        above=above(head[: heads.first]),
    )


def _heads(head: Sequence[Sequence[str]], reading: Reading, name: str) -> Heads:
    """One row of names, or as many as the mapping says: lines of text do not show which headings are over several columns."""
    at, count = find_header(head, reading.header_row, name), reading.header_rows or 1
    if count == 1 or at >= len(head):
        return Heads(at, (tuple(head[at]) if at < len(head) else (),))
    width = max(map(len, head[at : at + count]))
    return find_heads([[*row, *[""] * (width - len(row))] for row in head], at, count, (), 0)


def _names(heads: Heads, last: Sequence[str]) -> list[str]:
    """Names of the columns: the texts of their heads, where they are several; else what stands in the row."""
    return heads.names if len(heads.texts) > 1 else list(last)


def _describe(dialect: Dialect, text: Text, heads: Heads, framed: Framed) -> Sentence:
    encoding: Value = text.encoding.removesuffix("-sig")
    if text.found_out:
        encoding = say("{encoding} (found out)", encoding=encoding)
    marks = marks_text(framed.table)
    parts = [dialect.said, *([marks] if marks else []), encoding, heads.described, framed.rows_text]
    return say("read as CSV, {details}", details=joined(parts))


def _fast(path: Path, text: Text, delimiter: str, header: Sequence[str], at: int) -> Cells | None:
    """All lines below the header by Arrow; None where they are not one row each after all."""
    names = [str(position) for position in range(len(header))]
    encoding = "utf8" if text.encoding in ("utf-8", "utf-8-sig") else text.encoding
    try:
        table = pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, skip_rows=at + 1, block_size=1 << 24, encoding=encoding
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=False),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != text.lines - at - 1:
        return None
    rows = np.arange(at + 2, at + 2 + table.num_rows, dtype=np.int32)
    return Cells(header, at + 1, table.columns, rows)


def _slow(path: Path, text: Text, dialect: Dialect, heads: Heads, name: str) -> tuple[Cells, list[tuple[int, int]]]:
    """All rows by the csv module, kept as Arrow columns a chunk at a time; and the ragged ones, (row, its cells).

    A row of nothing but its first cell, or of words with delimiters between them, may be a note: whether it is shows in what
    stands around it.
    """
    numbers = array("i")
    ragged: list[tuple[int, int]] = []
    rows: list[list[str]] = []
    chunks: list[list[pa.Array]] = []
    short: dict[int, int] = {}
    at = heads.after - 1
    with text.open(path) as stream:
        records = dialect.records(stream, name)
        header = next((_names(heads, row) for number, row in records if number == at + 1), None)
        if header is None:
            raise Unreadable(
                say(
                    "{file}: read.header_row is {row} but the table ends before it; correct it",
                    file=name,
                    row=str(at + 1),
                )
            )
        needed = _needed(header)
        for number, row in records:
            even = _even(row, len(header), needed)
            if even is None and len(short) < _SHORT and (note := _sentence(row, dialect.delimiter)) is not None:
                short[len(numbers)] = len(row)
                even = [note, *[""] * (len(header) - 1)]
            if even is None:
                ragged.append((number, len(row)))
                continue
            numbers.append(number)
            rows.append(even)
            if len(rows) == _CHUNK:
                chunks.append(_columns(rows))
                rows = []
    chunks.append(_columns(rows) if rows else [pa.array([], pa.string())] * len(header))
    columns = [pa.chunked_array(list(parts), pa.string()) for parts in zip(*chunks, strict=True)]
    return Cells(header, at + 1, columns, np.array(numbers, dtype=np.int32), short=short), ragged


def _sentence(row: list[str], delimiter: str) -> str | None:
    """A row of the wrong width as one text, where it may be a note: "Source: ONS, 2019". Figures make a row of it."""
    if not any(cell.strip() for cell in row[1:]):
        return row[0]
    first = row[0].strip()
    if not _WORD.search(first) or (":" not in first and any(_FIGURE.fullmatch(cell.strip()) for cell in row[1:])):
        return None
    return delimiter.join(row).strip(f"{delimiter} ")


def _needed(header: Sequence[str]) -> int:
    """Cells that a row must have: those of the header but for empty ones at its end."""
    return max((position + 1 for position, text in enumerate(header) if text.strip()), default=len(header))


def _even(row: list[str], width: int, needed: int) -> list[str] | None:
    """The row as wide as the header: a blank line is a row of empty cells, empty cells too many are cut off."""
    if len(row) == width:
        return row
    if needed <= len(row) < width:
        return [*row, *[""] * (width - len(row))]
    if not any(cell.strip() for cell in row):
        return [""] * width
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        return row[:width]
    return None


def _columns(rows: Sequence[Sequence[str]]) -> list[pa.Array]:
    return [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]


def _ragged_findings(ragged: Sequence[tuple[int, int]], width: int, name: str) -> tuple[Finding, ...]:
    """Each at the first cell that is lacking or too much."""
    findings = [
        finding(
            "FILE-ROW",
            says(
                "Row {row} has {n} cell where the header has {width}: look for a missing or surplus delimiter or quote in it; the "
                "row was not read.",
                "Row {row} has {n} cells where the header has {width}: look for a missing or surplus delimiter or quote in it; the "
                "row was not read.",
                n,
                row=str(number),
                width=width,
            ),
            Place(name, None, number, cell=f"{column_letter(min(n, width))}{number}"),
        )
        for number, n in ragged[:_RAGGED]
    ]
    if len(ragged) > _RAGGED:
        number, rest = ragged[_RAGGED][0], len(ragged) - _RAGGED
        findings.append(
            finding(
                "FILE-ROW",
                says(
                    "From row {row} on {n} more row has another number of cells than the header ({width}): check the delimiter; it "
                    "was not read.",
                    "From row {row} on {n} more rows have another number of cells than the header ({width}): check the delimiter; "
                    "the rows were not read.",
                    rest,
                    row=str(number),
                    width=width,
                ),
                Place(name, None, number),
                count=rest,
            )
        )
    return tuple(findings)
