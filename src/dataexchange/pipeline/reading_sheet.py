"""What calamine does not tell of a sheet: its true extent, formula errors, formulas without a result, percent formats.

calamine gives "" for an error cell and 0.25 for a cell that shows 25%. Both would be read as something they are not, so
the XML of the sheet is looked through once more. A formula error is read as its text ("#REF!"), a formula that was
never calculated as the formula ("=A1/B1"), a percentage as it is shown ("25%"); mapping then speaks of them.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.table import Limits
from dataexchange.pipeline.reading_package import Attributes, parse_part

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_STYLES = "xl/styles.xml"
_PERCENT_FORMATS = frozenset(("9", "10"))
_ROWS, _COLUMNS = 1_048_576, 16_384


@dataclass(slots=True)
class SheetScan:
    """Positions are (row, column) from 0."""

    name: str
    limits: Limits
    percent_styles: frozenset[str]
    special: dict[tuple[int, int], str] = field(default_factory=dict)
    percent: set[tuple[int, int]] = field(default_factory=set)
    extent: tuple[int, int, int, int] | None = None
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
            elif self._cell.get("s") in self.percent_styles and self._cell.get("t", "n") == "n":
                self.percent.add(place)

    def _position(self, reference: str) -> tuple[int, int]:
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise Unreadable(f"{self.name}: the sheet has a cell called {reference[:20]!r}; save the workbook again")
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - 64
        return int(found[2]) - 1, column - 1

    def _extend(self) -> None:
        row, column = self._row, self._column
        if not (0 <= row < _ROWS and 0 <= column < _COLUMNS):
            raise Unreadable(f"{self.name}: the sheet has a cell past the last row or column; save the workbook again")
        top, left, bottom, right = self.extent or (row, column, row, column)
        if self.extent and top <= row <= bottom and left <= column <= right:
            return
        top, left, bottom, right = min(top, row), min(left, column), max(bottom, row), max(right, column)
        self.extent = (top, left, bottom, right)
        cells = (bottom + 1) * (right - left + 1)  # readers also hand out the empty rows above
        if cells > self.limits.xlsx_cells:
            raise TooLarge(
                f"{self.name}: the used area of the sheet has more than {self.limits.xlsx_cells:,} cells (it reaches row "
                f"{bottom + 1:,}, column {right + 1:,}); delete what stands far outside the table, or send CSV"
            )


def scan_sheet(package: zipfile.ZipFile, part: str, name: str, limits: Limits) -> SheetScan:
    """Look through one sheet; raises TooLarge before anything of that size is allocated."""
    scan = SheetScan(name, limits, _percent_styles(package, name))
    parse_part(package, part, name, scan.start, scan.end, scan.text)
    return scan


def _percent_styles(package: zipfile.ZipFile, name: str) -> frozenset[str]:
    """Style numbers whose number format shows percentages."""
    if _STYLES not in package.namelist():
        return frozenset()
    formats = set(_PERCENT_FORMATS)
    styles: list[str] = []
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt" and "%" in _unquoted(attributes.get("formatCode", "")):
            formats.add(attributes.get("numFmtId", ""))
        elif tag == "cellXfs":
            inside.append(tag)
        elif tag == "xf" and inside:
            styles.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside.clear()

    parse_part(package, _STYLES, name, start, end)
    return frozenset(str(number) for number, format_id in enumerate(styles) if format_id in formats)


def _unquoted(code: str) -> str:
    r"""A number format without its literal text: 0.0"%" and 0\% show a sign but do not multiply."""
    return re.sub(r'"[^"]*"|\\.', "", code)
