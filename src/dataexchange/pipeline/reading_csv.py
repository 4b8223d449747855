"""CSV, in two ways that give the same table.

The fast way is Arrow's reader; it is taken where every line of the file is one row for certain, so that row numbers are
exact. Anything odd (line breaks in quotes, blank lines, ragged rows, another encoding than UTF-8) goes the slow way,
through Python's csv module, which counts rows as a spreadsheet does. `reading_text` looks at the bytes first and says which.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from dataexchange.errors import Unreadable
from dataexchange.model.finding import Finding, Place
from dataexchange.model.reading import Reading
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, Value, say, says
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.reading_header import HEAD_ROWS, Cells, Framed, find_header, frame, named_row
from dataexchange.pipeline.reading_text import Text, examine

_CANDIDATES = (",", ";", "\t", "|")
_CHUNK = 20_000
_RAGGED = 1_000
#: Rows of one cell that are looked at as notes; a file with more of them is broken.
_SHORT = 10_000
_NAMES: Mapping[str, Value] = {",": "','", ";": "';'", "\t": say("tab"), "|": "'|'"}


def read_csv(path: Path, reading: Reading, name: str, limits: Limits, *, slow: bool = False) -> SourceTable:
    """`slow` forces the slow way; tests compare the two."""
    text = examine(path, reading.encoding, name, limits)
    delimiter, found_out = _delimiter(path, text, reading, name)
    head = _head(path, text, delimiter, name)
    at = find_header(head, reading.header_row, name)
    cells: Cells | None = None
    ragged: list[tuple[int, int]] = []
    if text.simple_for(delimiter) and at < len(head) and not slow:
        cells = _fast(path, text, delimiter, head[at], at)
    if cells is None:
        cells, ragged = _slow(path, text, delimiter, at, name)
    framed = frame(cells, name, None, limits)
    if not framed.table.num_rows and not ragged and not framed.broken:
        raise Unreadable(
            say(
                "{file}: there is a header in row {row} but no row below it; send the table with its rows",
                file=name,
                row=str(at + 1),
            )
        )
    description = _describe(delimiter, found_out, text, at, framed)
    return SourceTable(
        framed.table,
        framed.rows,
        name,
        None,
        description,
        (*framed.findings, *_ragged_findings(sorted([*ragged, *framed.broken]), len(cells.header), name)),
    )


def _describe(delimiter: str, found_out: bool, text: Text, at: int, framed: Framed) -> Sentence:
    mark = _NAMES.get(delimiter, repr(delimiter))
    dialect = say("{mark} separated (found out)", mark=mark) if found_out else say("{mark} separated", mark=mark)
    return say(
        "read as CSV, {dialect}, {encoding}, {header}, {rows}",
        dialect=dialect,
        encoding=text.encoding.removesuffix("-sig"),
        header=named_row(at + 1),
        rows=framed.rows_text,
    )


def _delimiter(path: Path, text: Text, reading: Reading, name: str) -> tuple[str, bool]:
    """The delimiter, and whether it was found out though it is not the comma."""
    with text.open(path) as stream:
        lines = list(islice(stream, HEAD_ROWS))
    if reading.header_row:
        lines = lines[reading.header_row - 1 :] or lines
    scores = {candidate: _score(lines, candidate) for candidate in _CANDIDATES}
    best = max(scores, key=lambda candidate: scores[candidate])
    if reading.delimiter is None:
        return best, best != ","
    if _first_width(lines, reading.delimiter) == 1 < _first_width(lines, best) and scores[best][0] > 1:
        raise Unreadable(
            say(
                "{file}: the file looks {mark} separated, but read.delimiter in the mapping is {delimiter}; set it to {best}, or "
                "save the file with {delimiter}",
                file=name,
                mark=_NAMES[best],
                delimiter=repr(reading.delimiter),
                best=repr(best),
            )
        )
    return reading.delimiter, False


def _first_width(lines: Sequence[str], delimiter: str) -> int:
    """Cells in the first line that holds anything."""
    first = next((line for line in lines if line.strip()), "")
    return first.count(delimiter) + 1


def _score(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many rows have the commonest width above one, and that width."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return 0, 0
    wide = [width for width in widths if width > 1]
    if not wide:
        return 0, 0
    common = max(sorted(set(wide)), key=wide.count)
    return wide.count(common), common


def _head(path: Path, text: Text, delimiter: str, name: str) -> list[list[str]]:
    with text.open(path) as stream:
        return [row for _, row in islice(_records(stream, delimiter, name), HEAD_ROWS)]


def _records(stream: Iterator[str], delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells): a quoted line break does not start a row, a blank line is one."""
    number = 0
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(
                say(
                    "{file}, row {row}: the cells cannot be told apart ({error}); look for a quote that is not closed",
                    file=name,
                    row=str(number),
                    error=str(error),
                )
            ) from None
        yield number, row


def _fast(path: Path, text: Text, delimiter: str, header: Sequence[str], at: int) -> Cells | None:
    """All lines below the header by Arrow; None where they are not one row each after all."""
    names = [str(position) for position in range(len(header))]
    try:
        table = pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=at + 1, block_size=1 << 24),
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


def _slow(path: Path, text: Text, delimiter: str, at: int, name: str) -> tuple[Cells, list[tuple[int, int]]]:
    """All rows by the csv module, kept as Arrow columns a chunk at a time; and the ragged ones, (row, its cells).

    A row of nothing but its first cell may be a note: whether it is shows in what stands around it.
    """
    numbers: list[int] = []
    ragged: list[tuple[int, int]] = []
    rows: list[list[str]] = []
    chunks: list[list[pa.Array]] = []
    short: dict[int, int] = {}
    with text.open(path) as stream:
        records = _records(stream, delimiter, name)
        header = next((row for number, row in records if number == at + 1), None)
        if header is None:
            raise Unreadable(
                say(
                    "{file}: read.header_row is {row} but the table ends before it; correct it",
                    file=name,
                    row=str(at + 1),
                )
            )
        for number, row in records:
            even = _even(row, len(header))
            if even is None and len(short) < _SHORT and not any(cell.strip() for cell in row[1:]):
                short[len(numbers)] = len(row)
                even = [row[0], *[""] * (len(header) - 1)]
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


def _even(row: list[str], width: int) -> list[str] | None:
    """The row as wide as the header: a blank line is a row of empty cells, empty cells too many are cut off."""
    if len(row) == width:
        return row
    if not any(cell.strip() for cell in row):
        return [""] * width
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        return row[:width]
    return None


def _columns(rows: Sequence[Sequence[str]]) -> list[pa.Array]:
    return [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]


def _ragged_findings(ragged: Sequence[tuple[int, int]], width: int, name: str) -> tuple[Finding, ...]:
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
            Place(name, None, number),
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
