"""From cells to a table: which row is the header, what its columns are called, which rows are empty.

City tables come with titles above the header ("Table 3: …"), merged headings, empty columns and rows at the end. What can
be told apart safely is passed over and named in the description; a column that cannot be named for certain is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import NoTable, TooLarge, Unreadable
from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, listed, say, says
from dataexchange.model.table import Limits, column_letter, header_text
from dataexchange.pipeline.reading_notes import note_finding, text_of, trailing_notes

#: Rows looked at to find the header and the delimiter.
HEAD_ROWS = 60
#: Texts above it that a table keeps, and how much of each.
_TITLES, _TITLE = 10, 300

_FIGURE = re.compile(r"[+\-−]?[0-9][0-9.,' ]*%?")
_YEAR = re.compile(r"(19|20)[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells as they were read: columns by position below the header row, with the row number of each line."""

    header: Sequence[str]
    header_row: int
    columns: Sequence[pa.ChunkedArray | pa.Array]
    rows: npt.NDArray[np.int32]
    #: Position of the first column in the sheet: 1 where column A is not in use.
    first_column: int = 0
    #: Header position -> range of the merged cells that swallow it ("C3:E3").
    merged: Mapping[int, str] | None = None
    #: Lines that have nothing but their first cell, and fewer cells than the header: notes, or rows that broke off.
    #: With the number of their cells.
    short: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Framed:
    """A table with named columns. `kept` are the lines left, `positions` the column positions, of the cells as read."""

    table: pa.Table
    rows: npt.NDArray[np.int32]
    positions: Mapping[str, int]
    kept: npt.NDArray[np.int64]
    blank_rows: int
    findings: tuple[Finding, ...]
    #: Rows that have too few cells and are no notes, with the number of their cells.
    broken: tuple[tuple[int, int], ...] = ()
    notes: int = 0

    @property
    def rows_text(self) -> Sentence:
        """As the description has it: 1,204 rows, 1 blank row passed over."""
        said = counted_rows(self.table.num_rows)
        if self.blank_rows:
            said = says(
                "{rows}, {n} blank row passed over", "{rows}, {n} blank rows passed over", self.blank_rows, rows=said
            )
        if self.notes:
            said = says("{rows}, {n} note below left out", "{rows}, {n} notes below left out", self.notes, rows=said)
        return said


def find_header(head: Sequence[Sequence[str]], wanted: int | None, file: str) -> int:
    """Index of the header among the first rows: the one asked for, else the first that is no blank line or title."""
    if wanted is not None:
        if wanted <= HEAD_ROWS and wanted > len(head):
            raise Unreadable(
                say(
                    "{file}: read.header_row is {row} but the table has {rows}; correct it",
                    file=file,
                    row=str(wanted),
                    rows=counted_rows(len(head)),
                )
            )
        return wanted - 1
    filled = [sum(1 for cell in row if cell.strip()) for row in head]
    index = next((i for i, n in enumerate(filled) if n), None)
    if index is None:
        raise NoTable(
            says(
                "{file}: its one row is empty; set read.header_row or remove it",
                "{file}: the first {n} rows are empty; set read.header_row or remove them",
                len(head),
                file=file,
            )
        )
    # A title stands alone in its row above a wider table.
    wide = next((i for i, n in enumerate(filled) if n > 1), index)
    start = wide if filled[index] == 1 and all(n <= 1 for n in filled[index:wide]) else index
    return _below_preamble(head, filled, start)


def _below_preamble(head: Sequence[Sequence[str]], filled: Sequence[int], start: int) -> int:
    """Past lines such as "Source:;ONS" and "Table 3: people, by ward" that stand above a wider row of names.

    The row of names has words or years in at least three cells, no two alike; what is above it is half as wide at most, or prose.
    """
    widest = filled[start]
    for index in range(start + 1, len(head)):
        if filled[index] <= widest:
            continue
        if filled[index] >= 3 and _names(head[index]):
            above = [row for row in head[start:index] if any(cell.strip() for cell in row)]
            return index if all(_preamble(row, filled[index]) for row in above) else start
        widest = filled[index]
    return start


def _names(row: Sequence[str]) -> bool:
    cells = [header_text(cell) for cell in row if cell.strip()]
    figures = any(_FIGURE.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in cells)
    return len(set(cells)) == len(cells) and not figures and not all(_YEAR.fullmatch(cell) for cell in cells)


def _preamble(row: Sequence[str], width: int) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    prose = any(cell.endswith((":", ".")) or ": " in cell or len(cell.split()) > 5 for cell in cells)
    return 2 * len(cells) <= width or (prose and len(cells) < width)


def counted_rows(n: int) -> Sentence:
    return says("{n} row", "{n} rows", n)


def named_row(row: int) -> Sentence:
    """Which row has the names, as the description has it."""
    if row == 1:
        return say("header in row {row}", row="1")
    return say("header in row {row} (rows above it passed over)", row=str(row))


def frame(cells: Cells, file: str, sheet: str | None, limits: Limits, last_row: int | None = None) -> Framed:
    """Name the columns and leave out what is empty or a note; below `last_row` everything is a note."""
    if len(cells.header) > limits.columns:
        raise TooLarge(
            says(
                "{file}: row {row} has {n} column, over the limit of {limit}; check the delimiter, or send fewer columns",
                "{file}: row {row} has {n} columns, over the limit of {limit}; check the delimiter, or send fewer columns",
                len(cells.header),
                file=file,
                row=str(cells.header_row),
                limit=limits.columns,
            )
        )
    filled = _filled_rows(cells)
    first = next((position for position, text in enumerate(cells.header) if header_text(text)), None)
    if first is None:
        raise Unreadable(
            say(
                "{file}: row {row} names no columns; say under read.header_row which row does",
                file=file,
                row=str(cells.header_row),
            )
        )
    notes = (
        trailing_notes(cells.columns, filled, first, cells.short)
        if last_row is None
        else filled[cells.rows[filled] > last_row]
    )
    broken = np.setdiff1d(np.array(list(cells.short), dtype=np.int64), notes)
    kept = (
        np.setdiff1d(filled, np.concatenate([notes, broken]), assume_unique=True)
        if cells.short or len(notes)
        else filled
    )
    positions: dict[str, int] = {}
    findings: list[Finding] = []
    unnamed: tuple[int, ...] = ()
    for position, text in enumerate(cells.header):
        name = header_text(text)
        if not name:
            unnamed += () if _is_empty(cells.columns[position].take(pa.array(kept))) else (position,)
        elif name in positions:
            findings.append(_repeated(cells, position, name, positions[name], file, sheet))
        else:
            positions[name] = position
    findings += _unnamed(cells, unnamed, file, sheet)
    if len(notes):
        said = [(int(cells.rows[line]), text_of(cells.columns, line)) for line in notes.tolist()]
        findings.append(note_finding(said, column_letter(cells.first_column + first), file, sheet))
    table = pa.table({name: _strings(cells.columns[position]) for name, position in positions.items()})
    if len(kept) < len(cells.rows):
        table = table.take(pa.array(kept))
    _check_cells(table, cells.rows[kept], file, sheet, limits)
    blank, short = len(cells.rows) - len(filled), tuple((int(cells.rows[n]), cells.short[n]) for n in broken.tolist())
    return Framed(table, cells.rows[kept], positions, kept, blank, tuple(findings), short, len(notes))


def _filled_rows(cells: Cells) -> npt.NDArray[np.int64]:
    """Lines with any text in them. Columns are only looked at where all columns before were empty."""
    empty = np.arange(len(cells.rows))
    for column in cells.columns:
        if not len(empty):
            break
        part = column if len(empty) == len(cells.rows) else column.take(pa.array(empty))
        empty = empty[pc.equal(pc.utf8_trim_whitespace(part), "").to_numpy(zero_copy_only=False)]
    if not len(empty):
        return np.arange(len(cells.rows))
    filled = np.ones(len(cells.rows), dtype=bool)
    filled[empty] = False
    return np.flatnonzero(filled)


def _unnamed(cells: Cells, positions: Sequence[int], file: str, sheet: str | None) -> Iterator[Finding]:
    """Columns with cells but no name; those under one merged heading together."""
    merged = cells.merged or {}
    for area, group in groupby(positions, key=merged.get):
        letters = [column_letter(position + cells.first_column) for position in group]
        text = _nameless(letters, cells.header_row, area)
        yield finding("FILE-HEADER", text, _named_at(cells, letters[0], None, file, sheet), count=len(letters))


def _nameless(letters: Sequence[str], row: int, area: str | None) -> Sentence:
    """Columns with cells but no name, because of the merged cells `area` or for no reason to be seen."""
    columns, n = listed(letters), len(letters)
    if area:
        return says(
            "Column {columns} has cells but no name in row {row}, because the header cells {area} are merged: say under read.header_rows "
            "how many rows name the columns, or unmerge them and give every column its own name in one row.",
            "Columns {columns} have cells but no name in row {row}, because the header cells {area} are merged: say under read.header_rows "
            "how many rows name the columns, or unmerge them and give every column its own name in one row.",
            n,
            columns=columns,
            row=str(row),
            area=area,
        )
    return says(
        "Column {columns} has cells but no name in row {row}: give every column its own name in one row, or say under "
        "read.header_row which row has the names.",
        "Columns {columns} have cells but no name in row {row}: give every column its own name in one row, or say under "
        "read.header_row which row has the names.",
        n,
        columns=columns,
        row=str(row),
    )


def _repeated(cells: Cells, position: int, name: str, first: int, file: str, sheet: str | None) -> Finding:
    letters = [column_letter(p + cells.first_column) for p in (first, position)]
    text = say(
        "Columns {first} and {second} are both called {name}: give each its own name.",
        first=letters[0],
        second=letters[1],
        name=repr(name),
    )
    return finding("FILE-HEADER", text, _named_at(cells, letters[1], name, file, sheet))


def _named_at(cells: Cells, letter: str, name: str | None, file: str, sheet: str | None) -> Place:
    """The cell of a column's name, where the name itself does not say which column is meant."""
    return Place(file, sheet, cells.header_row, letter, name, f"{letter}{cells.header_row}")


def _check_cells(table: pa.Table, rows: npt.NDArray[np.int32], file: str, sheet: str | None, limits: Limits) -> None:
    for name in table.column_names:
        lengths = pc.binary_length(table[name])
        if (pc.max(lengths).as_py() or 0) > limits.cell:
            row = rows[pc.index(pc.greater(lengths, limits.cell), True).as_py()]
            place = Place(file, sheet, int(row), name)
            raise TooLarge(
                says(
                    "{place}: the cell is longer than {n} byte; shorten it, or look for a missing quote",
                    "{place}: the cell is longer than {n} bytes; shorten it, or look for a missing quote",
                    limits.cell,
                    place=str(place),
                )
            )


def _is_empty(column: pa.ChunkedArray | pa.Array) -> bool:
    return bool(pc.all(pc.equal(pc.utf8_trim_whitespace(column), "")).as_py())


def _strings(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    return chunked if chunked.type == pa.string() else chunked.cast(pa.string())


def above(rows: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Texts of rows that stand above the names: titles mostly, of which a table tells only the first few."""
    texts = (header_text(cell)[:_TITLE] for row in rows for cell in row if cell.strip())
    return tuple(islice(texts, _TITLES))
