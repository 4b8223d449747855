"""Cell styles of a workbook, with those for marks added: each style that a marked cell has, once more with a colour."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from dataexchange.messages.marked_sheet import Odd
from dataexchange.messages.marks import COLOURS
from dataexchange.model.finding import Severity

#: Styles that a workbook may have.
_MOST = 64_000


def parsed(xml: bytes) -> etree._Element:
    """A part of a workbook; no entity in it is looked at."""
    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        raise Odd from error


class Styles:
    def __init__(self, xml: bytes) -> None:
        self._root = parsed(xml)
        self._space = etree.QName(self._root).namespace
        self._fonts, self._fills, self._cells = (self._list(name) for name in ("fonts", "fills", "cellXfs"))
        self._colours = {severity: self._fill(colour) for severity, colour in COLOURS.items()}
        self._known: dict[tuple[int, Severity], int] = {}
        self._made: dict[str, int] = {}
        #: For the sheet of findings: a title, names of columns, texts that break into lines, links.
        self.title = self._style(self._font(bold=True, size=14), "top")
        self.head = self._style(self._font(bold=True), "center", wrap=True)
        self.text = self._style(self._font(), "top", wrap=True)
        self.link = self._style(self._font(link=True), "top", wrap=True)
        self.severity = {severity: self.tinted(self.text, severity) for severity in COLOURS}

    def tinted(self, style: int, severity: Severity) -> int:
        """The number of that style with the colour of the severity."""
        if (known := self._known.get((style, severity))) is None:
            if style >= len(self._cells):
                raise Odd
            made = deepcopy(self._cells[style])
            made.set("fillId", str(self._colours[severity]))
            made.set("applyFill", "1")
            known = self._known[style, severity] = self._add(self._cells, made)
        return known

    def xml(self) -> bytes:
        return bytes(etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True))

    def _list(self, name: str) -> etree._Element:
        found = self._root.find(f"{{{self._space}}}{name}")
        if found is None or len(found) == 0:
            raise Odd
        return found

    def _add(self, listed: etree._Element, made: etree._Element) -> int:
        listed.append(made)
        listed.set("count", str(len(listed)))
        if len(listed) > _MOST:
            raise Odd
        return len(listed) - 1

    def _element(self, name: str, **attributes: str) -> etree._Element:
        return etree.Element(f"{{{self._space}}}{name}", attributes)

    def _fill(self, colour: str) -> int:
        fill = self._element("fill")
        pattern = self._element("patternFill", patternType="solid")
        pattern.append(self._element("fgColor", rgb=colour))
        pattern.append(self._element("bgColor", indexed="64"))
        fill.append(pattern)
        return self._add(self._fills, fill)

    def _font(self, *, bold: bool = False, link: bool = False, size: int = 11) -> int:
        font = self._element("font")
        font.extend([self._element("b")] if bold else [])
        font.extend([self._element("u")] if link else [])
        font.append(self._element("sz", val=str(size)))
        font.append(self._element("color", rgb="FF0B5394" if link else "FF000000"))
        font.append(self._element("name", val="Calibri"))
        return self._add(self._fonts, font)

    def _style(self, font: int, vertical: str, *, wrap: bool = False) -> int:
        """Text, for a spreadsheet that looks whether it begins like a formula."""
        style = self._element(
            "xf", numFmtId="49", fontId=str(font), fillId="0", borderId="0", xfId="0", applyFont="1", quotePrefix="1"
        )
        style.set("applyAlignment", "1")
        style.append(self._element("alignment", vertical=vertical, **({"wrapText": "1"} if wrap else {})))
        return self._add(self._cells, style)
