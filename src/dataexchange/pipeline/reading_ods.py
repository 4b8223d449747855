"""ODS: what calamine does not tell of its sheets, told by the one XML part that all of them stand in.

A cell may say that it stands there a million times, so areas are worked out before calamine lays them out. Where a cell shows
something else than it stores (25%, the year of a date, the error of a formula), what it shows is in the part as well.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from dataexchange.errors import Unreadable
from dataexchange.model.sentence import say
from dataexchange.model.table import Limits
from dataexchange.pipeline.reading_package import Attributes, local, parse_part
from dataexchange.pipeline.reading_sheet import COLUMNS, ROWS, Extent, Position, Range, SheetScan, widened

_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_YEAR = re.compile(r"[0-9]{4}")
_FAILED = re.compile(r"#[A-Z/0!?]+|Err:[0-9]+")
_HIDDEN = frozenset(("collapse", "filter"))


def check_spreadsheet(package: zipfile.ZipFile, name: str) -> None:
    """A workbook with a password names in its manifest how its parts are encrypted."""

    def start(tag: str, _: Attributes) -> None:
        if tag == "encryption-data":
            raise Unreadable(say("{file}: the workbook is protected by a password; save it without one", file=name))

    if _MANIFEST in package.namelist():
        parse_part(package, _MANIFEST, name, start)


def scan_spreadsheet(package: zipfile.ZipFile, name: str, limits: Limits) -> dict[str, SheetScan]:
    """By the names of the sheets; all are looked at, for calamine reads all of them."""
    walk = _Walk(name, limits)
    parse_part(package, _CONTENT, name, walk.start, walk.end, walk.text)
    return walk.sheets


@dataclass(slots=True)
class _Sheet:
    name: str
    row: int = 0
    column: int = 0
    rows: int = 1  #: how often the present row stands there
    extent: Extent | None = None
    special: dict[Position, str] = field(default_factory=dict)
    percent: set[Position] = field(default_factory=set)
    years: set[Position] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Range] = field(default_factory=list)
    columns: int = 0

    def scan(self) -> SheetScan:
        return SheetScan(
            self.extent,
            self.special,
            frozenset(self.percent),
            frozenset(self.years),
            frozenset(self.hidden_rows),
            frozenset(self.hidden_columns),
            tuple(self.merged),
        )


@dataclass(slots=True)
class _Walk:
    name: str
    limits: Limits
    sheets: dict[str, SheetScan] = field(default_factory=dict)
    _sheet: _Sheet | None = None
    #: Elements of tables within tables, comments and the like, whose text is none of a cell.
    _apart: int = 0
    _cell: Attributes | None = None
    _shown: str = ""
    _hidden_row: bool = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "table" and self._sheet is None:
            told = _told(attributes)
            self._sheet = _Sheet(told.get("name", ""))
        elif self._sheet is None:
            return
        elif self._apart or tag in ("annotation", "shapes", "table", "dde-source", "tracked-changes"):
            self._apart += 1
        elif tag == "table-column":
            self._columns(_told(attributes), self._sheet)
        elif tag == "table-row":
            told = _told(attributes)
            self._sheet.rows, self._sheet.column = _repeated(told, "number-rows-repeated"), 0
            self._hidden_row = told.get("visibility") in _HIDDEN
        elif tag in ("table-cell", "covered-table-cell"):
            self._cell, self._shown = _told(attributes), ""

    def text(self, text: str) -> None:
        if self._cell is not None and not self._apart and len(self._shown) < 200:
            self._shown += text[:200]

    def end(self, tag: str) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        if self._apart:
            self._apart -= 1
        elif tag in ("table-cell", "covered-table-cell") and self._cell is not None:
            self._place(sheet, self._cell, self._shown.strip())
            self._cell = None
        elif tag == "table-row":
            if self._hidden_row:
                sheet.hidden_rows.update(range(sheet.row, min(sheet.row + sheet.rows, ROWS)))
            sheet.row += sheet.rows
        elif tag == "table":
            if sheet.name in self.sheets:
                raise Unreadable(
                    say(
                        "{file}: two sheets are called {called}; save the workbook again",
                        file=self.name,
                        called=repr(sheet.name[:100]),
                    )
                )
            self.sheets[sheet.name] = sheet.scan()
            self._sheet = None

    def _columns(self, told: Attributes, sheet: _Sheet) -> None:
        many = _repeated(told, "number-columns-repeated")
        if told.get("visibility") in _HIDDEN:
            sheet.hidden_columns.update(range(sheet.columns, min(sheet.columns + many, COLUMNS)))
        sheet.columns += many

    def _place(self, sheet: _Sheet, cell: Attributes, shown: str) -> None:
        many = _repeated(cell, "number-columns-repeated")
        row, column = sheet.row, sheet.column
        sheet.column += many
        kind, formula = cell.get("value-type", ""), cell.get("formula")
        if not (kind or shown or formula is not None):
            return
        # Without a kind, calamine takes a cell for empty, but lays it out all the same.
        found = (row, column, row + sheet.rows - 1, column + many - 1)
        sheet.extent = widened(sheet.extent, found, f"{self.name}, sheet {sheet.name!r}", self.limits)

        def places() -> Iterator[Position]:
            return product(range(row, row + sheet.rows), range(column, column + many))

        if formula is not None and _FAILED.fullmatch(shown):
            sheet.special.update(dict.fromkeys(places(), shown))
        elif formula is not None and not kind:
            sheet.special.update(dict.fromkeys(places(), f"={formula.removeprefix('of:=')[:200]}"))
        elif kind == "percentage":
            sheet.percent.update(places())
        elif kind == "date" and _YEAR.fullmatch(shown):
            sheet.years.update(places())
        across, down = _repeated(cell, "number-columns-spanned"), _repeated(cell, "number-rows-spanned")
        if across > 1 or down > 1:
            sheet.merged.append(((row, column), (row + down - 1, column + across - 1)))


def _told(attributes: Attributes) -> Attributes:
    """By names without prefix; what ODF itself says goes before what a program adds."""
    return {local(name): value for name, value in reversed(attributes.items())}


def _repeated(told: Attributes, name: str) -> int:
    text = told.get(name, "1")
    return min(int(text), ROWS) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else 1
