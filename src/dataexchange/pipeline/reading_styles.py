"""How an XLSX workbook shows its numbers: which cell styles show percentages, and which show of a date the year alone."""

from __future__ import annotations

import re
import zipfile

from dataexchange.pipeline.reading_package import WORKBOOK, Attributes, parse_part
from dataexchange.pipeline.reading_sheet import Styles

_STYLES = "xl/styles.xml"
#: 0% and 0.00%, which have numbers of their own in every workbook.
_PERCENT_FORMATS = frozenset(("9", "10"))
_YEAR = re.compile(r"(\[[^\]]*\])*y{2,4}(;@)?", re.IGNORECASE)


def read_styles(package: zipfile.ZipFile, name: str) -> Styles:
    if _STYLES not in package.namelist():
        return Styles()
    percent, years = set(_PERCENT_FORMATS), set[str]()
    styles: list[str] = []
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            code = _unquoted(attributes.get("formatCode", ""))
            if "%" in code:
                percent.add(attributes.get("numFmtId", ""))
            elif _YEAR.fullmatch(code):
                years.add(attributes.get("numFmtId", ""))
        elif tag == "cellXfs":
            inside.append(tag)
        elif tag == "xf" and inside:
            styles.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside.clear()

    parse_part(package, _STYLES, name, start, end)
    return Styles(*(frozenset(str(n) for n, id_ in enumerate(styles) if id_ in ids) for ids in (percent, years)))


def counts_from_1904(package: zipfile.ZipFile, name: str) -> bool:
    """Old workbooks of the Mac count days from 1904."""
    found: list[bool] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "workbookPr":
            found.append(attributes.get("date1904") in ("1", "true"))

    parse_part(package, WORKBOOK, name, start)
    return any(found)


def _unquoted(code: str) -> str:
    r"""A number format without its literal text: 0.0"%" and 0\% show a sign but do not multiply."""
    return re.sub(r'"[^"]*"|\\.', "", code)
