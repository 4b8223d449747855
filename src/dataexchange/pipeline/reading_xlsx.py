"""XLSX through calamine, after the package and the sheet were looked at for what calamine trusts or does not tell.

Cells become the text they stand for: 2018.0 is "2018", a date is "2018-03-31", true is "TRUE", 0.25 shown as a percentage is
"25%". Which cells were numbers is kept, so that a decimal point in them is never taken for a thousands mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from dataexchange.errors import Unreadable
from dataexchange.model.finding import Finding, Place
from dataexchange.model.reading import Reading
from dataexchange.model.rules import finding
from dataexchange.model.table import Limits, SourceTable, column_letter
from dataexchange.pipeline.reading_header import HEAD_ROWS, Cells, Framed, find_header, frame
from dataexchange.pipeline.reading_package import check_package, open_package, sheet_part
from dataexchange.pipeline.reading_sheet import SheetScan, scan_sheet

Range = tuple[tuple[int, int], tuple[int, int]]
#: Merged ranges looked at.
_MERGED = 2_000


def read_xlsx(path: Path, reading: Reading, name: str, limits: Limits) -> SourceTable:
    with open_package(path, name) as package:
        check_package(package, name, limits)
        workbook = _workbook(path, name)
        sheet, note = _choose(workbook, reading.sheet, name)
        scan = scan_sheet(package, sheet_part(package, sheet, name), f"{name}, sheet {sheet!r}", limits)
    if scan.extent is None:
        raise Unreadable(f"{name}, sheet {sheet!r}: the sheet is empty; say under read.sheet which sheet has the table")
    grid = _grid(workbook, sheet, scan, name)
    return _table(grid, reading, name, sheet, note, limits)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Cells of a sheet from row 1 on, from column `left` on, as Python values, and where cells are merged."""

    rows: list[list[Any]]
    left: int
    merged: Sequence[Range]

    def text(self, row: int, column: int) -> str:
        cells = self.rows[row] if row < len(self.rows) else []
        return _text(cells[column - self.left]) if 0 <= column - self.left < len(cells) else ""


def _table(grid: _Grid, reading: Reading, name: str, sheet: str, note: str, limits: Limits) -> SourceTable:
    where, rows = f"{name}, sheet {sheet!r}", grid.rows
    at = find_header([[_text(cell) for cell in row] for row in rows[:HEAD_ROWS]], reading.header_row, where)
    if at >= len(rows):
        raise Unreadable(f"{where}: read.header_row is {at + 1} but the sheet ends before it; correct it")
    header = [_text(cell) for cell in rows[at]]
    body = list(zip(*rows[at + 1 :], strict=True)) if rows[at + 1 :] else [()] * len(header)
    columns = [pa.array([_text(cell) for cell in column], pa.string()) for column in body]
    numbers = np.arange(at + 2, len(rows) + 1, dtype=np.int32)
    cells = Cells(header, at + 1, columns, numbers, grid.left, _swallowed(grid, at))
    framed = frame(cells, name, sheet, limits)
    if not framed.table.num_rows:
        raise Unreadable(
            f"{where}: there is a header in row {at + 1} but no row below it; send the table with its rows"
        )
    typed = {header: np.array([_is_number(body[p][k]) for k in framed.kept]) for header, p in framed.positions.items()}
    return SourceTable(
        framed.table,
        framed.rows,
        name,
        sheet,
        _describe(note, at, framed),
        (*framed.findings, *_merged_findings(grid, framed, at, name, sheet)),
        {header: marks for header, marks in typed.items() if marks.any()},
    )


def _describe(note: str, at: int, framed: Framed) -> str:
    above = " (rows above it passed over)" if at else ""
    return f"read as XLSX, {note}, header in row {at + 1}{above}, {framed.rows_text}"


def _workbook(path: Path, name: str) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise Unreadable(f"{name}: the workbook is protected by a password; save it without one") from None
    except CalamineError as error:
        raise Unreadable(f"{name}: the workbook cannot be read ({error}); save it again as .xlsx") from None


def _choose(workbook: CalamineWorkbook, wanted: str | None, name: str) -> tuple[str, str]:
    """(sheet, how it was chosen): by name, by number, else the first that is visible."""
    sheets = [s for s in workbook.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    names = [s.name for s in sheets]
    listed = ", ".join(repr(n) for n in names[:20]) or "none"
    if wanted is None:
        visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible]
        if not visible:
            raise Unreadable(f"{name}: the workbook has no visible sheet with cells (sheets: {listed}); set read.sheet")
        if len(visible) == 1:
            return visible[0], f"sheet {visible[0]!r}"
        return visible[0], f"sheet {visible[0]!r} (the first of {len(visible)}: {listed})"
    if wanted in names:
        return wanted, f"sheet {wanted!r}"
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        chosen = names[int(wanted) - 1]
        return chosen, f"sheet {chosen!r} (number {int(wanted)})"
    raise Unreadable(f"{name}: there is no sheet {wanted!r}; the sheets are {listed}: correct read.sheet")


def _grid(workbook: CalamineWorkbook, sheet: str, scan: SheetScan, name: str) -> _Grid:
    try:
        loaded = workbook.get_sheet_by_name(sheet)
        rows, merged = list(loaded.iter_rows()), loaded.merged_cell_ranges or []
    except CalamineError as error:
        raise Unreadable(
            f"{name}, sheet {sheet!r}: the sheet cannot be read ({error}); save the workbook again"
        ) from None
    _, left, bottom, right = scan.extent or (0, 0, 0, 0)
    start = loaded.start[1] if loaded.start else left
    left = min(left, start)
    rows += [[] for _ in range(bottom + 1 - len(rows))]
    width = max(right + 1 - left, max(map(len, rows)) + start - left)
    before = [""] * (start - left)
    rows = [row if len(row) == width else [*before, *row, *[""] * (width - len(before) - len(row))] for row in rows]
    for (row, column), text in scan.special.items():
        rows[row][column - left] = text
    for row, column in scan.percent:
        if isinstance(cell := rows[row][column - left], float):
            rows[row][column - left] = Percent(cell)
    return _Grid(rows, left, merged)


def _swallowed(grid: _Grid, at: int) -> dict[int, str]:
    """Header position -> merged range that it is in without being its first cell."""
    across = [cells for cells in grid.merged if cells[0][0] <= at <= cells[1][0]][:_MERGED]
    last = grid.left + len(grid.rows[at]) - 1
    return {
        column - grid.left: _range_text(cells)
        for cells in across
        for column in range(max(cells[0][1], grid.left), min(cells[1][1], last) + 1)
        if (at, column) != cells[0]
    }


def _merged_findings(grid: _Grid, framed: Framed, at: int, name: str, sheet: str) -> Iterator[Finding]:
    """Merged cells among the rows: all but the first are empty, and might be taken for the total."""
    used = sorted((position + grid.left, header) for header, position in framed.positions.items())
    for cells in grid.merged[:_MERGED]:
        (top, left), (bottom, right) = cells
        next_row = int(np.searchsorted(framed.rows, max(top, at + 1) + 1))
        column = next((header for position, header in used if left <= position <= right), None)
        text = grid.text(top, left)
        if not text.strip() or column is None or next_row == len(framed.rows) or framed.rows[next_row] > bottom + 1:
            continue
        yield finding(
            "FILE-MERGED",
            f"Cells {_range_text(cells)} are merged, so only the first of them holds {text[:100]!r} and the others are "
            "empty: unmerge them and fill each one.",
            Place(name, sheet, int(framed.rows[next_row]), column, text[:1000]),
        )


def _range_text(cells: Range) -> str:
    (top, left), (bottom, right) = cells
    return f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}"


class Percent(float):
    """A number that its cell shows as a percentage: 0.25 is 25%."""

    def __str__(self) -> str:
        return f"{(Decimal(repr(float(self))) * 100).normalize():f}%"


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Percent):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)
