"""Comments on cells as a workbook has them: their texts in one part, the boxes that show them in another (VML).

What the city wrote itself stays: our words are put below its own in the same comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from lxml import etree

from dataexchange.messages.marked_sheet import Odd
from dataexchange.messages.marked_styles import parsed
from dataexchange.messages.marks import Mark, cell_of
from dataexchange.messages.xml_build import DECLARATION, escape
from dataexchange.model.table import column_letter

_AUTHOR = "dataexchange"
_SHAPE = "_x0000_dx202"
_SPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
#: Shapes of a block of ids; what is added to a drawing takes blocks that no drawing has.
_BLOCK, _FREE = 1024, 900
#: Of a box: characters in a line, lines for one row of cells, columns.
_LINE, _LINES, _COLUMNS = 40, 1.25, 4

#: How OOXML writes a character that XML cannot hold.
_ESCAPED = re.compile("_(x[0-9A-Fa-f]{4}_)")

Cells = Mapping[tuple[int, int], Mark]


def comments(cells: Cells, space: str, existing: bytes | None) -> tuple[bytes, list[tuple[int, int]]]:
    """(the part, cells that need a box)."""
    if existing is None:
        listed = "".join(
            f'<comment ref="{_name(at)}" authorId="0"><text><r><t xml:space="preserve">{escape_text(mark.text)}</t></r></text>'
            "</comment>"
            for at, mark in sorted(cells.items())
        )
        authors = f"<authors><author>{_AUTHOR}</author></authors>"
        written = f'{DECLARATION}<comments xmlns="{space}">{authors}<commentList>{listed}</commentList></comments>'
        return written.encode(), sorted(cells)
    return _added(cells, parsed(existing))


def _added(cells: Cells, root: etree._Element) -> tuple[bytes, list[tuple[int, int]]]:
    space = f"{{{etree.QName(root).namespace}}}"
    authors, listed = root.find(f"{space}authors"), root.find(f"{space}commentList")
    if authors is None or listed is None:
        raise Odd
    etree.SubElement(authors, f"{space}author").text = _AUTHOR
    there = {cell_of(comment.get("ref")): comment for comment in listed}
    without = []
    for at, mark in sorted(cells.items()):
        comment = there.get(at)
        words = mark.text
        if comment is None:
            comment = etree.SubElement(listed, f"{space}comment", {"ref": _name(at), "authorId": str(len(authors) - 1)})
            without.append(at)
        else:
            words = f"\n\n{words}"
        text = comment.find(f"{space}text")
        text = etree.SubElement(comment, f"{space}text") if text is None else text
        for plain in text.findall(f"{space}t"):
            run = etree.Element(f"{space}r")
            text.replace(plain, run)
            run.append(plain)
        last = etree.SubElement(etree.SubElement(text, f"{space}r"), f"{space}t")
        last.text = clean(words)
        last.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    written = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return bytes(written), without


def boxes(cells: Cells, which: Iterable[tuple[int, int]], block: int, existing: bytes | None) -> bytes:
    """The drawing with a box for each of those cells. `block`: the number of the sheet, as ids are to differ between sheets."""
    which = list(which)
    first = (block if existing is None else _FREE + block) * _BLOCK
    shapes = "".join(_box(at, cells[at].text, first + n) for n, at in enumerate(which, 1))
    kind = (
        f'<v:shapetype {_SPACES} id="{_SHAPE}" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke '
        'joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
    )
    if existing is None:
        blocks = ",".join(str(block + n) for n in range(len(which) // _BLOCK + 1))
        layout = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{blocks}"/></o:shapelayout>'
        return f"<xml {_SPACES}>{layout}{kind}{shapes}</xml>".encode()
    end = existing.rfind(b"</xml>")
    if end < 0:
        raise Odd
    return existing[:end] + f"{kind}{shapes}".encode() + existing[end:]


def _box(at: tuple[int, int], text: str, number: int) -> str:
    """Beside its cell, as high as its text needs."""
    row, column = at[0] - 1, at[1] - 1
    lines = sum(1 + len(line) // _LINE for line in text.split("\n"))
    top, height = max(row - 1, 0), int(lines / _LINES) + 2
    anchor = f"{column + 1}, 15, {top}, 4, {column + 1 + _COLUMNS}, 15, {top + height}, 4"
    return (
        f'<v:shape {_SPACES} id="_x0000_s{number}" type="#{_SHAPE}" style="position:absolute;z-index:1;visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
        f"<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def _name(at: tuple[int, int]) -> str:
    return f"{column_letter(at[1] - 1)}{at[0]}"


def clean(text: str) -> str:
    """What XML can hold. `_x000A_` in the text itself is no line break."""
    printable = "".join(c if c == "\n" or c.isprintable() or c in "\u00a0\u202f" else "\ufffd" for c in text)
    return _ESCAPED.sub(r"_x005F_\1", printable)


def escape_text(text: str) -> str:
    """Line breaks stay what they are."""
    return escape(clean(text)).replace("&#10;", "\n")
