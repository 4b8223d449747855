"""XLSX and ODS through calamine, after the package and its sheets were looked at for what calamine trusts or does not tell.

One table for each sheet that is meant. What a sheet shows otherwise than it stores (percentages, years) is read as it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from dataexchange.errors import NoTable, Unreadable
from dataexchange.model.finding import Finding, Place
from dataexchange.model.reading import Reading
from dataexchange.model.rules import finding
from dataexchange.model.sentence import say
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.reading_grid import Grid, Percent, epoch
from dataexchange.pipeline.reading_ods import check_spreadsheet, scan_spreadsheet
from dataexchange.pipeline.reading_package import check_package, findings_sheets, open_package, sheet_part
from dataexchange.pipeline.reading_sheet import SheetScan, scan_sheet
from dataexchange.pipeline.reading_sheet_bytes import scan_bytes
from dataexchange.pipeline.reading_sheets import Chosen, choose, hidden_sheets
from dataexchange.pipeline.reading_styles import counts_from_1904, read_styles
from dataexchange.pipeline.reading_tabular import Said, tabulated

#: Days of the years up to 2100, counted from either epoch, end before.
_TYPED = 1909


def read_workbook(path: Path, reading: Reading, name: str, limits: Limits, kind: str) -> tuple[SourceTable, ...]:
    """`kind` is XLSX or ODS."""
    with open_package(path, name, kind) as package:
        check_package(package, name, limits, kind)
        if kind == "ODS":
            check_spreadsheet(package, name)
            scans = scan_spreadsheet(package, name, limits)
            book = _Book(_workbook(path, name, kind), name, kind, epoch(False))
            chosen = choose(book.calamine, reading.sheet, name)
            scanned = [(sheet, scans.get(sheet.name, SheetScan())) for sheet in chosen]
        else:
            book = _Book(_workbook(path, name, kind), name, kind, epoch(counts_from_1904(package, name)))
            chosen = choose(book.calamine, reading.sheet, name, findings_sheets(package, name))
            styles = read_styles(package, name)
            scanned = []
            for sheet in chosen:
                part, where = sheet_part(package, sheet.name, name), f"{name}, sheet {sheet.name!r}"
                scan = scan_bytes(package, part, where, styles, limits)
                scanned.append((sheet, scan or scan_sheet(package, part, where, styles, limits)))
    tables, passed = [], []
    for sheet, scan in scanned:
        try:
            table = _table(book, sheet, scan, reading, limits)
            if sheet.may_be_none and table.columns.num_columns < 2 and not table.numbers:
                raise NoTable(say("{file}: this is text without columns", file=f"{name}, sheet {sheet.name!r}"))
            tables.append(table)
        except Unreadable as error:
            if not sheet.may_be_none:
                raise
            passed.append((sheet.name, error))
    if not tables:
        raise passed[0][1]
    hidden = hidden_sheets(book.calamine, reading.sheet)
    told = (*_hidden(hidden, name), *(_left_out(sheet, error, name) for sheet, error in passed))
    return (replace(tables[0], findings=(*told, *tables[0].findings)), *tables[1:])


@dataclass(frozen=True, slots=True)
class _Book:
    calamine: CalamineWorkbook
    name: str
    kind: str
    epoch: date


def _table(book: _Book, sheet: Chosen, scan: SheetScan, reading: Reading, limits: Limits) -> SourceTable:
    where = f"{book.name}, sheet {sheet.name!r}"
    if scan.extent is None:
        raise Unreadable(
            say("{sheet}: the sheet is empty; say under read.sheet which sheet has the table", sheet=where)
        )
    said = Said(book.name, sheet.name, book.kind, sheet.note, where)
    return tabulated(_grid(book, sheet.name, scan, where), scan, reading, said, limits)


def _hidden(sheets: tuple[str, ...], name: str) -> Iterator[Finding]:
    """Figures must not go missing unsaid."""
    for sheet in sheets:
        text = say("Sheet {sheet} is hidden and left out; to read it, name it under `read.sheet`.", sheet=repr(sheet))
        yield finding("FILE-HIDDEN", text, Place(name, sheet))


def _left_out(sheet: str, error: Unreadable, name: str) -> Finding:
    reason = str(error).removeprefix(f"{name}, sheet {sheet!r}: ")
    text = say("Sheet {sheet} holds no table and is left out ({reason}).", sheet=repr(sheet), reason=reason)
    return finding("FILE-SHEET", text, Place(name, sheet))


def _workbook(path: Path, name: str, kind: str) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise Unreadable(
            say("{file}: the workbook is protected by a password; save it without one", file=name)
        ) from None
    except CalamineError as error:
        raise Unreadable(
            say(
                "{file}: the workbook cannot be read ({reason}); save it again as .{ending}",
                file=name,
                reason=str(error),
                ending=kind.lower(),
            )
        ) from None


def _grid(book: _Book, sheet: str, scan: SheetScan, where: str) -> Grid:
    try:
        loaded = book.calamine.get_sheet_by_name(sheet)
        rows, merged = list(loaded.iter_rows()), scan.merged or loaded.merged_cell_ranges or []
    except CalamineError as error:
        raise Unreadable(
            say("{sheet}: the sheet cannot be read ({reason}); save the workbook again", sheet=where, reason=str(error))
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
    _show(rows, left, scan)
    return Grid(rows, left, merged, book.epoch)


def _show(rows: list[list[Any]], left: int, scan: SheetScan) -> None:
    """Numbers as their cells show them. A format may lie on empty cells, far beyond those that hold something."""
    _, _, bottom, right = scan.extent or (0, 0, -1, -1)
    for row, column in scan.percent:
        if row <= bottom and left <= column <= right and isinstance(cell := rows[row][column - left], float):
            rows[row][column - left] = Percent(cell)
    for row, column in scan.years:
        if row > bottom or not left <= column <= right:
            continue
        # Dates before 1910 are years that were typed as dates, told apart later.
        if isinstance(cell := rows[row][column - left], date) and cell.year > _TYPED:
            rows[row][column - left] = str(cell.year)
