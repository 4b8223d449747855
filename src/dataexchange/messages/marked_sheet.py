"""Marks put into the XML of a sheet, all else byte for byte as it was.

A sheet may hold what no library keeps when it writes a workbook again: pictures, pivot tables, the last values of formulas. So the
text is only looked through for where the marked cells stand, and changed there:

    <c r="C12" s="3"><v>7</v></c>     ->   <c r="C12" s="41"><v>7</v></c>

Cells and rows that are not there are put in, as a cell that should not be empty is marked too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.parsers import expat

from dataexchange.messages.marks import Mark, Marks, column_number
from dataexchange.model.finding import Severity
from dataexchange.model.table import column_letter

#: What stands after the place of comments in a sheet.
_AFTER = frozenset(
    [
        "legacyDrawingHF",
        "drawingHF",
        "picture",
        "oleObjects",
        "controls",
        "webPublishItems",
        "tableParts",
        "extLst",
        "AlternateContent",
    ]
)
_STYLE = re.compile(rb"""\ss\s*=\s*("[0-9]*"|'[0-9]*')""")
_SELECTED = re.compile(rb"""\btabSelected=(["'])(?:1|true)["']""")
_HEAD = 65_536


class Odd(Exception):
    """The workbook is written in a way that cannot be changed in its place."""


def unselected(xml: bytes) -> bytes:
    """Not among the sheets that are selected: what is typed into one of several would be typed into all."""
    end = xml.find(b"sheetData", 0, _HEAD)
    end = end if end >= 0 else _HEAD
    return _SELECTED.sub(rb"tabSelected=\g<1>0\g<1>", xml[:end]) + xml[end:]


class Sheet:
    """One sheet with its marks. `style` gives the number of a cell style with the colour of a severity on top of another style.

    `drawing` is the id of the comments to be, None where there are none; `legacy` the id of those that are there already.
    """

    def __init__(
        self, xml: bytes, marks: Marks, style: Callable[[int, Severity], int], drawing: tuple[str, str] | None
    ) -> None:
        self._xml, self._marks, self._style, self._drawing = xml, marks, style, drawing
        self._waiting = sorted({*marks.cells, *marks.rows}, reverse=True)
        self._out: list[bytes] = []
        self._done = self._depth = self._row = self._column = 0
        self._prefix = self._part = ""
        self._past = False  # the rows
        self._cells: list[tuple[int, Mark]] | None = None
        self._whole: Mark | None = None
        self._closed: int | None = None
        self.legacy: str | None = None
        #: Row -> the column where the mark on the whole row begins.
        self.anchors: dict[int, int] = {}

    def marked(self) -> bytes:
        if self._xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Odd
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler, parser.XmlDeclHandler = self._refuse, self._declared
        try:
            parser.Parse(self._xml, True)
        except expat.ExpatError as error:
            raise Odd from error
        self._out.append(self._xml[self._done :])
        return b"".join(self._out)

    def _refuse(self, *doctype: object) -> None:
        raise Odd

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if (encoding or "utf-8").lower() not in ("utf-8", "us-ascii"):
            raise Odd

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 4:
            if self._cells is not None and tag == f"{self._prefix}c":
                self._cell(attributes)
        elif self._depth == 3:
            if self._part == "sheetData":
                self._begin_row(attributes)
        elif self._depth == 2:
            self._begin_part(tag.removeprefix(self._prefix).rpartition(":")[2], attributes)
        elif self._depth == 1:
            self._prefix = tag[: tag.rfind(":") + 1]

    def _end(self, tag: str) -> None:
        if self._depth == 3 and self._cells is not None:
            self._end_row()
        elif self._depth == 2 and self._part == "sheetData":
            self._end_rows()
        elif self._depth == 1:
            self._put_drawing(self._at())
        self._depth -= 1

    def _at(self) -> int:
        at = self._parser.CurrentByteIndex
        if self._xml[at : at + 1] != b"<":
            raise Odd
        return at

    def _begin_part(self, part: str, attributes: Mapping[str, str]) -> None:
        self._part = part
        if part == "sheetData":
            self._closed = self._empty(self._at())
        elif part == "legacyDrawing":
            self.legacy = next((value for name, value in attributes.items() if name.endswith(":id")), None)
        elif part in _AFTER and self._past:
            self._put_drawing(self._at())

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        at = self._at()
        self._row = _number(attributes.get("r")) or self._row + 1
        while self._waiting and self._waiting[-1] < self._row:
            self._put(at, self._new_row(self._waiting.pop()))
        self._column, self._cells, self._whole = 0, None, None
        if self._waiting and self._waiting[-1] == self._row:
            self._waiting.pop()
            self._cells = sorted(self._marks.cells.get(self._row, {}).items(), reverse=True)
            self._whole = self._marks.rows.get(self._row)
            self._closed = self._empty(at)

    def _cell(self, attributes: Mapping[str, str]) -> None:
        assert self._cells is not None
        at = self._at()
        name = attributes.get("r")
        self._column = column_number(name.rstrip("0123456789")) if name else self._column + 1
        while self._cells and self._cells[-1][0] < self._column:
            self._put(at, self._new_cell(self._row, *self._cells.pop()))
        mark = self._whole
        if self._cells and self._cells[-1][0] == self._column:
            mark = self._cells.pop()[1]
        if mark is None:
            return
        self.anchors.setdefault(self._row, self._column)
        end = self._xml.index(b">", at)
        said = f' s="{self._style(_number(attributes.get("s")) or 0, mark.severity)}"'.encode()
        tag = self._xml[at:end]
        if found := _STYLE.search(tag):
            self._put(at + found.start(), said, until=at + found.end())
        else:
            self._put(at + len(self._prefix) + 2, said)

    def _end_row(self) -> None:
        cells = b"".join(self._new_cell(self._row, *cell) for cell in reversed(self._cells or []))
        if self._whole is not None and self._row not in self.anchors and not cells:
            self.anchors[self._row] = 1
            cells = self._new_cell(self._row, 1, self._whole)
        self._fill(cells, "row")
        self._cells = self._closed = None

    def _end_rows(self) -> None:
        rows = b"".join(self._new_row(self._waiting.pop()) for _ in range(len(self._waiting)))
        self._fill(rows, "sheetData")
        self._past = True

    def _fill(self, inner: bytes, name: str) -> None:
        """Before the end of an element; one that is empty is opened."""
        if not inner:
            return
        if self._closed is None:
            self._put(self._at(), inner)
        else:
            end = f"</{self._prefix}{name}>".encode()
            self._put(self._closed - 2, b">" + inner + end, until=self._closed)

    def _empty(self, at: int) -> int | None:
        """Where the element that begins there ends, if it is an empty one."""
        end = self._xml.index(b">", at)
        return end + 1 if self._xml[end - 1 : end] == b"/" else None

    def _new_row(self, row: int) -> bytes:
        cells = dict(self._marks.cells.get(row, {}))
        if row in self._marks.rows and not cells:
            self.anchors[row] = 1
            cells = {1: self._marks.rows[row]}
        inner = b"".join(self._new_cell(row, column, mark) for column, mark in sorted(cells.items()))
        p = self._prefix
        return f'<{p}row r="{row}">'.encode() + inner + f"</{p}row>".encode()

    def _new_cell(self, row: int, column: int, mark: Mark) -> bytes:
        self.anchors.setdefault(row, column)
        name = f"{column_letter(column - 1)}{row}"
        return f'<{self._prefix}c r="{name}" s="{self._style(0, mark.severity)}"/>'.encode()

    def _put_drawing(self, at: int) -> None:
        if self._drawing is not None and self.legacy is None:
            space, name = self._drawing
            self._put(at, f'<{self._prefix}legacyDrawing xmlns:dxr="{space}" dxr:id="{name}"/>'.encode())
        self._drawing = None

    def _put(self, at: int, text: bytes, *, until: int | None = None) -> None:
        """`text` there, instead of what stands up to `until`."""
        if at < self._done:
            raise Odd
        self._out += (self._xml[self._done : at], text)
        self._done = at if until is None else until


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
