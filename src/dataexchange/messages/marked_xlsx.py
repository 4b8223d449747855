"""A workbook sent back to its city: its own, with cells coloured and commented, and a sheet that says what was found, which is open when
the workbook is.

Nothing of it is written anew but the sheets that are marked, and in those nothing but the marked cells: formulas keep their last
values, and pictures, charts, macros and comments stay. A workbook that is written too oddly for that raises `Odd`.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO

from lxml import etree

from dataexchange.errors import TooLarge
from dataexchange.messages.marked_comments import boxes, comments
from dataexchange.messages.marked_sheet import Odd, Sheet, unselected
from dataexchange.messages.marked_styles import Styles, parsed
from dataexchange.messages.marked_summary import sheet_name, summary_sheet
from dataexchange.messages.marks import WORST, Mark, Marks, marks_of
from dataexchange.model.finding import Finding, Report
from dataexchange.model.sentence import Language, Sentence, say, says

#: Cells that get a comment; a spreadsheet with many more takes minutes to open. All of them are coloured.
COMMENTS = 2_000
#: Bytes of the XML of a sheet that is marked.
_LARGEST = 250_000_000
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument"


def mark_workbook(
    source: Path | IO[bytes], out: IO[bytes], report: Report, language: Language, notes: Sequence[Sentence] = ()
) -> None:
    """`report`: of this file alone. `notes` stand in the sheet of findings."""
    with zipfile.ZipFile(source) as package:
        book = _Book(package)
        named = set(book.sheets)
        first = next(iter(book.sheets), None)
        sheets: dict[str, list[Finding]] = {}
        for finding in report.findings:
            sheet = finding.place.sheet if finding.place.sheet in named else first
            if sheet is not None:
                sheets.setdefault(sheet, []).append(finding)
        marks = {sheet: found for sheet, f in sheets.items() if (found := marks_of(f, language)).count}
        left = COMMENTS
        for number, (sheet, found) in enumerate(marks.items(), 1):
            left -= _mark_sheet(book, sheet, found, number, left)
        told = (*notes, *_notes(sum(found.count for found in marks.values())))
        leads: Mapping[str | None, str] = {None: first or "", **{name: name for name in named}}
        book.put_summary(
            sheet_name(list(named), language),
            summary_sheet(report, told, leads, book.styles, language, book.space),
        )
        book.write(out)


def _notes(count: int) -> tuple[Sentence, ...]:
    colours = say(
        "Marked cells are red for errors, yellow for warnings and blue for notes; all else is as you sent it."
    )
    if count <= COMMENTS:
        return (colours,)
    more = says(
        "{n} cell is marked: the first {most} have a comment, the others are coloured only.",
        "{n} cells are marked: the first {most} have a comment, the others are coloured only.",
        count,
        most=COMMENTS,
    )
    return (colours, more)


def _mark_sheet(book: _Book, name: str, marks: Marks, number: int, left: int) -> int:
    """How many comments were put in."""
    part = book.sheets[name]
    if book.package.getinfo(part).file_size > _LARGEST:
        raise TooLarge(f"The sheet {name[:100]!r} is too large to be marked: ask for the marks as CSV.")
    relations = book.relations(part)
    new_drawing = (book.office, "rIdDxDrawing") if left > 0 else None
    sheet = Sheet(unselected(book.read(part)), marks, book.styles.tinted, new_drawing)
    book.changed[part] = sheet.marked()
    chosen = _commented(marks, sheet.anchors, left)
    if not chosen:
        return 0
    old = relations.target("/comments")
    written, without = comments(chosen, book.space, book.read(old) if old else None)
    at = old or book.free("xl/dxcomments{n}.xml")
    book.changed[at] = written
    if old is None:
        relations.add("rIdDxComments", "comments", f"/{at}")
        book.override(at, f"{_KIND}.spreadsheetml.comments+xml")
    drawing = relations.by_id(sheet.legacy) if sheet.legacy else None
    put = drawing or book.free("xl/drawings/dxdrawing{n}.vml")
    book.changed[put] = boxes(chosen, without, number * 8, book.read(drawing) if drawing else None)
    if drawing is None:
        relations.add("rIdDxDrawing", "vmlDrawing", f"/{put}")
        book.override(put, f"{_KIND}.vmlDrawing")
    book.changed[relations.part] = relations.xml()
    return len(chosen)


def _commented(marks: Marks, anchors: Mapping[int, int], most: int) -> dict[tuple[int, int], Mark]:
    """The cells with a comment, the worst first; what is said of a row stands at its first cell."""
    found = {(row, column): mark for row, columns in marks.cells.items() for column, mark in columns.items()}
    for row, mark in marks.rows.items():
        at = (row, anchors.get(row, 1))
        beside = found.get(at)
        worst = min((mark, beside or mark), key=lambda one: WORST.index(one.severity))
        found[at] = Mark(worst.severity, f"{mark.text}\n\n{beside.text}" if beside else mark.text)
    order = sorted(found.items(), key=lambda item: (WORST.index(item[1].severity), item[0]))
    return dict(order[:most])


class _Relations:
    """What a part refers to."""

    def __init__(self, part: str, xml: bytes | None, office: str) -> None:
        self._base, name = posixpath.split(part)
        self.part = f"{self._base}/_rels/{name}.rels"
        self._root = parsed(xml) if xml else etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS})
        self._office = office

    def target(self, kind: str) -> str | None:
        return next((self._at(one) for one in self._root if one.get("Type", "").endswith(kind)), None)

    def by_id(self, name: str) -> str | None:
        return next((self._at(one) for one in self._root if one.get("Id") == name), None)

    def add(self, name: str, kind: str, target: str) -> None:
        attributes = {"Id": name, "Type": f"{self._office}/{kind}", "Target": target}
        etree.SubElement(self._root, f"{{{_RELATIONS}}}Relationship", attributes)

    def xml(self) -> bytes:
        return _written(self._root)

    def _at(self, one: etree._Element) -> str:
        target = one.get("Target", "").replace("\\", "/")
        return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(self._base, target))


@dataclass(slots=True)
class _Book:
    """A workbook with the parts of it that change."""

    package: zipfile.ZipFile
    changed: dict[str, bytes] = field(default_factory=dict)
    sheets: dict[str, str] = field(init=False)
    styles: Styles = field(init=False)
    space: str = field(init=False)
    office: str = field(init=False)
    _root: etree._Element = field(init=False)
    _types: etree._Element = field(init=False)
    _links: _Relations = field(init=False)
    _styles_part: str = field(init=False)

    def __post_init__(self) -> None:
        self._root = parsed(self.read("xl/workbook.xml"))
        self._types = parsed(self.read("[Content_Types].xml"))
        self.space = etree.QName(self._root).namespace or ""
        strict = "purl.oclc.org" in self.space
        self.office = (
            "http://purl.oclc.org/ooxml/officeDocument/relationships"
            if strict
            else "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        )
        self._links = self.relations("xl/workbook.xml")
        self.sheets = {}
        for sheet in self._root.iterfind(f"{{{self.space}}}sheets/{{{self.space}}}sheet"):
            part = self._links.by_id(sheet.get(f"{{{self.office}}}id", ""))
            if part is None or part not in self.package.namelist():
                raise Odd
            self.sheets[sheet.get("name", "")] = part
        styles = self._links.target("/styles")
        if styles is None:
            raise Odd
        self._styles_part = styles
        self.styles = Styles(self.read(styles))

    def read(self, part: str) -> bytes:
        try:
            return self.package.read(part)
        except KeyError:
            raise Odd from None

    def relations(self, part: str) -> _Relations:
        folder, name = posixpath.split(part)
        at = f"{folder}/_rels/{name}.rels"
        return _Relations(part, self.package.read(at) if at in self.package.namelist() else None, self.office)

    def free(self, pattern: str) -> str:
        """The name of a part that is not there: a workbook may come back that was marked before."""
        taken = {name.lower() for name in (*self.package.namelist(), *self.changed)}
        return next(name for n in range(1, len(taken) + 2) if (name := pattern.format(n=n)) not in taken)

    def override(self, part: str, kind: str) -> None:
        attributes = {"PartName": f"/{part}", "ContentType": kind}
        etree.SubElement(self._types, f"{{{_TYPES}}}Override", attributes)

    def put_summary(self, name: str, xml: bytes) -> None:
        """The sheet that is seen first. It stands last, so that the table stays the first sheet when the workbook is sent again."""
        space = f"{{{self.space}}}"
        listed = self._root.find(f"{space}sheets")
        if listed is None:
            raise Odd
        number = 1 + max((int(sheet.get("sheetId", "0")) for sheet in listed), default=0)
        made = etree.Element(f"{space}sheet", {"name": name, "sheetId": str(number)})
        part = self.free("xl/worksheets/dxfindings{n}.xml")
        link = f"rIdDx{PurePosixPath(part).stem}"
        made.set(f"{{{self.office}}}id", link)
        listed.append(made)
        for view in self._root.iterfind(f"{space}bookViews/{space}workbookView"):
            view.attrib.pop("firstSheet", None)
            view.set("activeTab", str(len(listed) - 1))
        self._links.add(link, "worksheet", f"/{part}")
        self.override(part, f"{_KIND}.spreadsheetml.worksheet+xml")
        self.changed[part] = xml

    def write(self, out: IO[bytes]) -> None:
        self.changed |= {
            "xl/workbook.xml": _written(self._root),
            "[Content_Types].xml": _written(self._types),
            self._links.part: self._links.xml(),
            self._styles_part: self.styles.xml(),
        }
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as made:
            parts = set(self.sheets.values())
            for entry in self.package.infolist():
                if entry.filename in self.changed:
                    made.writestr(entry.filename, self.changed.pop(entry.filename))
                elif entry.filename in parts:
                    made.writestr(entry.filename, unselected(self.package.read(entry)))
                else:
                    with self.package.open(entry) as stream, made.open(entry.filename, "w") as target:
                        for piece in iter(lambda s=stream: s.read(1 << 18), b""):  # type: ignore[misc]
                            target.write(piece)
            for name, xml in self.changed.items():
                made.writestr(name, xml)


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
