"""The parts of an XLSX file that are the same in every one, and how parts are put into it.

    with Package(file, moment) as package:
        with package.sheet(1, [12]) as put:
            put(b"<row>…</row>")
        package.finish(["Observations"], shared)

The file is a ZIP that is written from front to back; its parts bear the time of the data, so that equal data give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from dataexchange.messages.xlsx_cells import SharedTexts
from dataexchange.messages.xml_build import DECLARATION, element

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: ZIP knows no earlier year.
_FIRST_YEAR = 1980

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
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1)
        self._moment = (max(moment.year, _FIRST_YEAR), *moment.timetuple()[1:6])

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @contextmanager
    def sheet(self, number: int, widths: Iterable[int], *, frozen: bool = True) -> Iterator[Callable[[bytes], object]]:
        """What is put in are rows. `widths`: of its columns, in characters."""
        columns = "".join(
            f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(widths, 1)
        )
        view = _FROZEN if frozen else ""
        with self._part(f"xl/worksheets/sheet{number}.xml") as part:
            part.write(f'{DECLARATION}<worksheet xmlns="{_MAIN}">{view}<cols>{columns}</cols><sheetData>'.encode())
            yield part.write
            part.write(b"</sheetData></worksheet>")

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

    def _write(self, name: str, texts: Iterable[str]) -> None:
        with self._part(name) as part:
            part.write(DECLARATION.encode())
            for text in texts:
                part.write(text.encode())

    def _part(self, name: str) -> IO[bytes]:
        info = ZipInfo(name, self._moment)
        info.compress_type = ZIP_DEFLATED
        return self._zip.open(info, "w", force_zip64=name.endswith("sheet1.xml"))


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
