"""From the cells of a sheet to a table: its rows of names, what is hidden, what is merged, which years were typed as dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.errors import NoTable, Unreadable
from dataexchange.model.finding import Finding, Place
from dataexchange.model.reading import Reading
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, Value, say, says
from dataexchange.model.table import Limits, SourceTable, column_letter
from dataexchange.pipeline.reading_grid import Grid, column_of, range_text, text_of, years_typed
from dataexchange.pipeline.reading_header import HEAD_ROWS, Cells, Framed, above, find_header, frame
from dataexchange.pipeline.reading_heads import MERGED, Heads, find_heads
from dataexchange.pipeline.reading_sheet import Range, SheetScan

#: Hidden rows or columns named in a finding.
_SHOWN = 10
#: Cells that are known as covered by merged ones; more are told for themselves.
_COVERED = 100_000


@dataclass(frozen=True, slots=True)
class Said:
    """How file and sheet are called in what is said of them. `note`: "sheet 'Data' (number 2)"."""

    file: str
    sheet: str
    kind: str
    note: Sentence
    where: str


def tabulated(grid: Grid, scan: SheetScan, reading: Reading, said: Said, limits: Limits) -> SourceTable:
    hidden = np.zeros(len(grid.rows), bool)
    if reading.hidden == "leave_out":
        grid, hidden = _without_hidden(grid, scan)
    heads = _heads(grid, reading, said.where)
    body = _body(grid, heads.after, hidden, len(heads.names))
    names = Cells(heads.names, heads.after, body.columns, body.rows, grid.left, _swallowed(grid, heads))
    framed = frame(names, said.file, said.sheet, limits, reading.last_row)
    if not framed.table.num_rows:
        raise NoTable(
            say(
                "{sheet}: there is a header in row {row} but no row below it; send the table with its rows",
                sheet=said.where,
                row=str(heads.after),
            )
        )
    positions = framed.positions
    numbers = {header: m[framed.kept] for header, p in positions.items() if (m := body.numbers[p]) is not None}
    several, merged = len(heads.texts) > 1, list(_merged(grid, framed, heads))
    return SourceTable(
        framed.table,
        framed.rows,
        said.file,
        said.sheet,
        _described(heads, framed, scan, reading, said),
        (
            *framed.findings,
            *_hidden_findings(scan, framed, heads, grid.left, reading, said),
            *_typed_findings(body, grid, framed, said),
            *(_merged_finding(one, said) for one in merged),
        ),
        {header: m for header, m in numbers.items() if m.any()},
        letters={header: column_letter(p + grid.left) for header, p in positions.items()},
        heads={header: heads.above(p) for header, p in positions.items()} if several else {},
        header_row=heads.after,
        above=above(grid.texts(0, min(heads.first, HEAD_ROWS))),
        covered=dict(
            islice(((cell, (one.row, one.column)) for one in merged for cell in _covered(one, grid, framed)), _COVERED)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Body:
    """The columns below the heads, the spreadsheet row of each cell, and which cells are numbers."""

    columns: list[pa.Array]
    rows: npt.NDArray[np.int32]
    numbers: list[npt.NDArray[np.bool_] | None]
    #: Position of a column -> row of its first year that was typed as a date.
    typed: dict[int, int]


def _heads(grid: Grid, reading: Reading, where: str) -> Heads:
    at = find_header(grid.texts(0, HEAD_ROWS), reading.header_row, where)
    if at >= len(grid.rows):
        raise Unreadable(
            say(
                "{sheet}: read.header_row is {row} but the sheet ends before it; correct it",
                sheet=where,
                row=str(at + 1),
            )
        )
    count = reading.header_rows or (1 if reading.header_row is not None else None)
    return find_heads(grid.texts(0, max(at + 1, HEAD_ROWS) + (count or 0)), at, count, grid.merged, grid.left)


def _body(grid: Grid, first: int, hidden: npt.NDArray[np.bool_], width: int) -> _Body:
    lines = np.arange(first, len(grid.rows))
    shown = ~hidden[first:]
    keep = np.flatnonzero(shown).tolist()
    body = _Body([], (lines[shown] + 1).astype(np.int32), [], {})
    for position, stored in enumerate(list(grid.columns(first)) or [()] * width):
        cells, year = years_typed(stored if shown.all() else tuple(stored[k] for k in keep), grid.epoch)
        if year is not None:
            body.typed[position] = int(body.rows[year])
        texts, numbers = column_of(cells)
        body.columns.append(texts)
        body.numbers.append(numbers)
    return body


def _described(heads: Heads, framed: Framed, scan: SheetScan, reading: Reading, said: Said) -> Sentence:
    parts: dict[str, Value] = {
        "kind": said.kind,
        "sheet": said.note,
        "header": heads.described,
        "rows": framed.rows_text,
    }
    if (scan.hidden_rows or scan.hidden_columns) and reading.hidden == "leave_out":
        return say("read as {kind}, {sheet}, {header}, {rows}, hidden rows and columns left out", **parts)
    return say("read as {kind}, {sheet}, {header}, {rows}", **parts)


def _without_hidden(grid: Grid, scan: SheetScan) -> tuple[Grid, npt.NDArray[np.bool_]]:
    """The grid with its hidden cells empty, and which rows are hidden."""
    hidden = np.zeros(len(grid.rows), bool)
    hidden[[row for row in scan.hidden_rows if row < len(hidden)]] = True
    columns = {column - grid.left for column in scan.hidden_columns}
    width = len(grid.rows[0]) if grid.rows else 0
    keep = [position not in columns for position in range(width)]
    nothing = [""] * width
    rows = [
        nothing if is_hidden else row if not columns else [c if k else "" for c, k in zip(row, keep, strict=True)]
        for row, is_hidden in zip(grid.rows, hidden.tolist(), strict=True)
    ]
    return Grid(rows, grid.left, grid.merged, grid.epoch), hidden


def _hidden_findings(
    scan: SheetScan, framed: Framed, heads: Heads, left: int, reading: Reading, said: Said
) -> Iterator[Finding]:
    """What a person who looks at the sheet does not see. That it is read needs no telling where the mapping says so."""
    out = reading.hidden == "leave_out"
    if not out and "hidden" in reading.model_fields_set:
        return
    hidden = {row + 1 for row in scan.hidden_rows if row >= heads.first}
    rows = sorted(hidden if out else hidden & set(framed.rows.tolist()))
    at = {position + left for position in framed.positions.values()}
    columns = sorted(scan.hidden_columns if out else scan.hidden_columns & at)
    if rows:
        numbers = list(map(str, rows))
        yield _hidden(_hidden_rows(numbers, out), numbers, said, rows[0], heads.after)
    if columns:
        letters = [column_letter(column) for column in columns]
        yield _hidden(_hidden_columns(letters, out), letters, said, None, heads.after)


def _hidden_rows(names: list[str], out: bool) -> Sentence:
    if out:
        return says(
            "The sheet has {n} hidden row ({names}), left out as the mapping says.",
            "The sheet has {n} hidden rows ({names}), left out as the mapping says.",
            len(names),
            names=_some(names),
        )
    return says(
        "The sheet has {n} hidden row ({names}), read like the others; `hidden: leave_out` under `read` leaves out what is hidden.",
        "The sheet has {n} hidden rows ({names}), read like the others; `hidden: leave_out` under `read` leaves out what is hidden.",
        len(names),
        names=_some(names),
    )


def _hidden_columns(names: list[str], out: bool) -> Sentence:
    if out:
        return says(
            "The sheet has {n} hidden column ({names}), left out as the mapping says.",
            "The sheet has {n} hidden columns ({names}), left out as the mapping says.",
            len(names),
            names=_some(names),
        )
    return says(
        "The sheet has {n} hidden column ({names}), read like the others; `hidden: leave_out` under `read` leaves out what is hidden.",
        "The sheet has {n} hidden columns ({names}), read like the others; `hidden: leave_out` under `read` leaves out what is hidden.",
        len(names),
        names=_some(names),
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def _hidden(text: Sentence, names: list[str], said: Said, row: int | None, header_row: int) -> Finding:
    if row is not None:
        return finding("FILE-HIDDEN", text, Place(said.file, said.sheet, row, cell=f"A{row}"), count=len(names))
    place = Place(said.file, said.sheet, None, names[0], cell=f"{names[0]}{header_row}")
    return finding("FILE-HIDDEN", text, place, count=len(names))


def _typed_findings(body: _Body, grid: Grid, framed: Framed, said: Said) -> Iterator[Finding]:
    """Years that were typed into cells formatted as dates."""
    for header, position in framed.positions.items():
        if position in body.typed:
            row = body.typed[position]
            stored = grid.rows[row - 1][position]
            year = text_of(years_typed([stored], grid.epoch)[0][0])
            text = say(
                "Cells hold days such as {day}, which is what a spreadsheet makes of the year {year} in a cell formatted as a "
                "date; they are read as years.",
                day=text_of(stored),
                year=year,
            )
            letter = column_letter(position + grid.left)
            yield finding(
                "FILE-YEAR", text, Place(said.file, said.sheet, row, header, text_of(stored), f"{letter}{row}")
            )


def _swallowed(grid: Grid, heads: Heads) -> dict[int, str]:
    """Header position -> merged range that it is in without being its first cell."""
    at = heads.after - 1
    across = [cells for cells in grid.merged if cells[0][0] <= at <= cells[1][0]][:MERGED]
    last = grid.left + len(grid.rows[at]) - 1
    return {
        column - grid.left: range_text(cells)
        for cells in across
        for column in range(max(cells[0][1], grid.left), min(cells[1][1], last) + 1)
        if (at, column) != cells[0]
    }


@dataclass(frozen=True, slots=True)
class _Merged:
    """Merged cells among the rows, with the first row of the table and the first column that they reach."""

    cells: Range
    row: int
    column: str
    text: str


def _merged(grid: Grid, framed: Framed, heads: Heads) -> Iterator[_Merged]:
    used = sorted((position + grid.left, header) for header, position in framed.positions.items())
    for cells in grid.merged[:MERGED]:
        (top, left), (bottom, right) = cells
        next_row = int(np.searchsorted(framed.rows, max(top, heads.after) + 1))
        column = next((header for position, header in used if left <= position <= right), None)
        text = grid.text(top, left)
        if text.strip() and column is not None and next_row < len(framed.rows) and framed.rows[next_row] <= bottom + 1:
            yield _Merged(cells, int(framed.rows[next_row]), column, text)


def _merged_finding(merged: _Merged, said: Said) -> Finding:
    """All cells but the first are empty, and might be taken for the total."""
    (_, left), (_, right) = merged.cells
    shown = {"cells": range_text(merged.cells), "text": repr(merged.text[:100])}
    if left == right:
        sentence = say(
            "Cells {cells} are merged, so only the first of them holds {text} and the others are empty: unmerge them and fill "
            "each one, or, where it holds for all of them, say `fill_down: true` for the column in the mapping.",
            **shown,
        )
    else:
        sentence = say(
            "Cells {cells} are merged, so only the first of them holds {text} and the others are empty: unmerge them and fill "
            "each one, or leave the row out in the mapping.",
            **shown,
        )
    return finding("FILE-MERGED", sentence, Place(said.file, said.sheet, merged.row, merged.column, merged.text[:1000]))


def _covered(merged: _Merged, grid: Grid, framed: Framed) -> Iterator[tuple[int, str]]:
    """Cells of the table, by row and column, that are merged with the first one."""
    (top, left), (bottom, right) = merged.cells
    first, last = np.searchsorted(framed.rows, [top + 1, bottom + 2])
    across = [header for header, position in framed.positions.items() if left <= position + grid.left <= right]
    for row in framed.rows[first:last].tolist():
        yield from ((row, header) for header in across if (row, header) != (top + 1, merged.column))
