"""What calamine does not tell of a sheet: its true extent, formula errors, formulas without a result, how numbers are shown.

calamine gives "" for an error cell and 0.25 for a cell that shows 25%. Both would be read as something they are not, so
the XML of the sheet is looked through once more. A formula error is read as its text ("#REF!"), a formula that was
never calculated as the formula ("=A1/B1"), a percentage as it is shown ("25%"), a date that shows its year only as that year;
mapping then speaks of them. What is hidden is told too.

`reading_sheet_bytes` does the same on the bytes, many times faster, for sheets written as all known programs write them; here is
what holds for every other one.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.sentence import say
from dataexchange.model.table import Limits
from dataexchange.pipeline.reading_package import Attributes, parse_part

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
ROWS, COLUMNS = 1_048_576, 16_384
#: Elements that tell of columns, looked at in a sheet.
SPANS = 1_000

Extent = tuple[int, int, int, int]
Position = tuple[int, int]
Range = tuple[Position, Position]


@dataclass(frozen=True, slots=True)
class SheetScan:
    """Positions are (row, column) from 0. `extent` is (top, left, bottom, right) of the cells that hold something."""

    extent: Extent | None = None
    special: Mapping[Position, str] = field(default_factory=dict)
    percent: frozenset[Position] = frozenset()
    years: frozenset[Position] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    #: ODS: where cells are merged; of XLSX calamine tells it.
    merged: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Styles:
    """Numbers of the cell styles whose number format shows a percentage, or of a date the year alone."""

    percent: frozenset[str] = frozenset()
    years: frozenset[str] = frozenset()


def widened(extent: Extent | None, found: Extent, name: str, limits: Limits) -> Extent:
    """The extent with more cells in it; raises before anything of its size is allocated."""
    if found[0] < 0 or found[1] < 0 or found[2] >= ROWS or found[3] >= COLUMNS:
        raise Unreadable(
            say("{file}: the sheet has a cell past the last row or column; save the workbook again", file=name)
        )
    top, left, bottom, right = extent or found
    top, left, bottom, right = min(top, found[0]), min(left, found[1]), max(bottom, found[2]), max(right, found[3])
    # Readers also hand out the empty rows above.
    if (bottom + 1) * (right - left + 1) > limits.xlsx_cells:
        raise TooLarge(
            say(
                "{file}: the used area of the sheet has more than {limit} cells (it reaches row {row}, "
                "column {column}); delete what stands far outside the table, or send CSV",
                file=name,
                limit=limits.xlsx_cells,
                row=bottom + 1,
                column=right + 1,
            )
        )
    return top, left, bottom, right


def hidden_span(attributes: Mapping[str, str]) -> range:
    """The columns of a `col` element that hides them."""
    first, last = attributes.get("min", ""), attributes.get("max", "")
    if attributes.get("hidden") not in ("1", "true") or not (first.isdecimal() and last.isdecimal()):
        return range(0)
    return range(int(first[:6]) - 1, min(int(last[:6]), COLUMNS))


def scan_sheet(package: zipfile.ZipFile, part: str, name: str, styles: Styles, limits: Limits) -> SheetScan:
    """Look through one sheet, element by element."""
    walk = _Walk(name, limits, styles)
    parse_part(package, part, name, walk.start, walk.end, walk.text)
    return SheetScan(
        walk.extent,
        walk.special,
        frozenset(walk.percent),
        frozenset(walk.years),
        frozenset(walk.hidden_rows),
        frozenset(walk.hidden_columns),
    )


@dataclass(slots=True)
class _Walk:
    name: str
    limits: Limits
    styles: Styles
    special: dict[Position, str] = field(default_factory=dict)
    percent: set[Position] = field(default_factory=set)
    years: set[Position] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    extent: Extent | None = None
    _spans: int = 0
    _row: int = -1
    _column: int = -1
    _cell: Attributes = field(default_factory=dict)
    _inside: str = ""
    _value: str = ""
    _formula: str | None = None

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            self._column += 1
            self._cell, self._value, self._formula = attributes, "", None
            if reference := attributes.get("r"):
                self._row, self._column = self._position(reference)
        elif tag == "row":
            number = attributes.get("r", "")
            self._row = int(number) - 1 if re.fullmatch(r"[0-9]{1,9}", number) else self._row + 1
            self._column = -1
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.add(self._row)
        elif tag == "col" and self._spans < SPANS:
            self._spans += 1
            self.hidden_columns.update(hidden_span(attributes))
        elif tag in ("v", "f", "is"):
            self._inside = tag
            self._extend()
            if tag == "f":
                self._formula = ""

    def text(self, text: str) -> None:
        if self._inside == "v":
            self._value += text[:100]
        elif self._inside == "f" and self._formula is not None and len(self._formula) < 200:
            self._formula += text[:200]

    def end(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""
        elif tag == "c":
            place = (self._row, self._column)
            if self._cell.get("t") == "e":
                self.special[place] = self._value.strip() or "#N/A"
            elif self._formula is not None and not self._value and self._cell.get("t") != "str":
                self.special[place] = f"={self._formula}"
            elif self._cell.get("t", "n") == "n":
                style = self._cell.get("s")
                if style in self.styles.percent:
                    self.percent.add(place)
                elif style in self.styles.years:
                    self.years.add(place)

    def _position(self, reference: str) -> Position:
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise Unreadable(
                say(
                    "{file}: the sheet has a cell called {cell}; save the workbook again",
                    file=self.name,
                    cell=repr(reference[:20]),
                )
            )
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - 64
        return int(found[2]) - 1, column - 1

    def _extend(self) -> None:
        row, column = self._row, self._column
        if self.extent:
            top, left, bottom, right = self.extent
            if top <= row <= bottom and left <= column <= right:
                return
        self.extent = widened(self.extent, (row, column, row, column), self.name, self.limits)
