"""The parts of an XLSX file that are the same in every one, and how parts are put into it.

    package = Package(file, moment)
    with package.sheet(1, [12]) as put:
        put(b"<row>…</row>")
    package.finish(["Observations"], shared)

Parts bear the time of the data, so that equal data give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from dataexchange.messages.xlsx_cells import SharedTexts
from dataexchange.messages.xml_build import DECLARATION, element
from dataexchange.messages.zip_parts import ZipParts

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

#: Cell styles: 0 usual, 1 bold, 2 text that is never a formula.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_FROZEN = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews>'
)


class Package:
    def __init__(self, file: IO[bytes], moment: datetime) -> None:
        self._zip = ZipParts(file, moment)

    @contextmanager
    def sheet(self, number: int, widths: Iterable[int], *, frozen: bool = True) -> Iterator[Callable[[bytes], None]]:
        """What is put in are rows. `widths`: of its columns, in characters."""
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
        )
        view = _FROZEN if frozen else ""
        with self._zip.part(f"xl/worksheets/sheet{number}.xml") as put:
            put(f'{DECLARATION}<worksheet xmlns="{_MAIN}">{view}<cols>{columns}</cols><sheetData>'.encode())
            yield put
            put(b"</sheetData></worksheet>")

    def finish(self, sheets: Sequence[str], shared: SharedTexts) -> None:
        """The rest of the parts; `sheets` are the names of the sheets by number."""
        numbers = range(1, len(sheets) + 1)
        self._write("xl/sharedStrings.xml", shared.xml())
        self._write("xl/styles.xml", [_STYLES])
        listed = (
            element("sheet", {"name": name, "sheetId": str(n), "r:id": f"rId{n}"})
            for n, name in zip(numbers, sheets, strict=True)
        )
        self._write(
            "xl/workbook.xml",
            [f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>', *listed, "</sheets></workbook>"],
        )
        targets = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in numbers}
        targets["rIdStyles"] = ("styles", "styles.xml")
        targets["rIdTexts"] = ("sharedStrings", "sharedStrings.xml")
        self._write("xl/_rels/workbook.xml.rels", _relations(targets))
        self._write("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.xml")}))
        self._write("[Content_Types].xml", _content_types(numbers))
        self._zip.finish()

    def _write(self, name: str, texts: Iterable[str]) -> None:
        with self._zip.part(name) as put:
            put(DECLARATION.encode())
            for text in texts:
                put(text.encode())


def _relations(targets: dict[str, tuple[str, str]]) -> list[str]:
    each = (
        element("Relationship", {"Id": id, "Type": f"{_OFFICE}/{kind}", "Target": target})
        for id, (kind, target) in targets.items()
    )
    return [f'<Relationships xmlns="{_RELATIONS}">', *each, "</Relationships>"]


def _content_types(numbers: Iterable[int]) -> list[str]:
    parts = {
        "/xl/workbook.xml": "sheet.main",
        "/xl/styles.xml": "styles",
        "/xl/sharedStrings.xml": "sharedStrings",
        **{f"/xl/worksheets/sheet{n}.xml": "worksheet" for n in numbers},
    }
    return [
        f'<Types xmlns="{_TYPES}">',
        element(
            "Default", {"Extension": "rels", "ContentType": "application/vnd.openxmlformats-package.relationships+xml"}
        ),
        element("Default", {"Extension": "xml", "ContentType": "application/xml"}),
        *(
            element("Override", {"PartName": part, "ContentType": f"{_KIND}.{kind}+xml"})
            for part, kind in parts.items()
        ),
        "</Types>",
    ]
