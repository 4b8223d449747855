"""Cells of a spreadsheet as XML: what is a number is one, and text stays text, whatever it begins with.

>>> texts(pa.array(["a", None, "=1+1"])).to_pylist()[1:]
['<c/>', '<c s="2" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>']

Style 2 marks what a spreadsheet would take for a formula as soon as somebody edits the cell: it is then text even so.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.messages.columns import filled
from dataexchange.messages.escape import FORMULA, xml_attribute
from dataexchange.model.structure import Component

#: Characters that a cell holds at most.
_LONGEST = 32_767
#: A text that reads like this is how OOXML writes a character that XML cannot hold, so it is written in that way itself.
_ESCAPED = "_(x[0-9A-Fa-f]{4}_)"
_NOTHING = "<c/>"

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"
_NUMERIC = frozenset({"Numeric", "Decimal", "BigInteger", "Long", "Short", "Float", "Double", "Integer", "Count"})


def numbers(values: pa.Array) -> pa.Array:
    """Of texts that are numbers; nothing for null."""
    return filled(pc.binary_join_element_wise("<c><v>", values, "</v></c>", ""), _NOTHING)


def texts(values: pa.Array) -> pa.Array:
    """Each text in its own cell: memory does not grow with the number of different ones."""
    mark = pc.if_else(pc.match_substring_regex(values, FORMULA), '<c s="2" t="inlineStr">', '<c t="inlineStr">')
    cell = pc.binary_join_element_wise(mark, '<is><t xml:space="preserve">', _escaped(values), "</t></is></c>", "")
    return filled(pc.if_else(pc.equal(values, ""), _NOTHING, cell), _NOTHING)


def _escaped(values: pa.Array) -> pa.Array:
    if (pc.max(pc.utf8_length(values)).as_py() or 0) > _LONGEST:
        values = pc.utf8_slice_codeunits(values, 0, _LONGEST)
    return xml_attribute(pc.replace_substring_regex(values, _ESCAPED, r"_x005F_\1"))


class SharedTexts:
    """Texts that many cells hold, such as codes and their names, each written once at the end of the file."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cells(self, values: pa.Array) -> pa.Array:
        encoded = values.dictionary_encode()
        cells = [self._cell(text) for text in encoded.dictionary.to_pylist()]
        return filled(pa.array(cells, pa.string()).take(encoded.indices), _NOTHING)

    def _cell(self, text: str) -> str:
        if not text:
            return _NOTHING
        number = self._numbers.setdefault(text, len(self._numbers))
        style = ' s="2"' if text[0] in "=+-@\t\r" else ""
        return f'<c{style} t="s"><v>{number}</v></c>'

    def xml(self) -> Iterator[str]:
        """The part of the file that holds them."""
        yield '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        for text in _escaped(pa.array(list(self._numbers), pa.string())).to_pylist():
            yield f'<si><t xml:space="preserve">{text}</t></si>'
        yield "</sst>"


class XlsxCells:
    """Cells of `messages.plain_table`. What is not coded is a number where it is one and the structure says so, else text."""

    before, between, after = "<row>", "", "</row>"

    def __init__(self) -> None:
        self.shared = SharedTexts()
        #: Component id -> its codes so far.
        self.met: dict[str, dict[str, None]] = {}

    def codes(self, component: Component, codes: pa.Array) -> pa.Array:
        self.met.setdefault(component.id, {}).update(dict.fromkeys(pc.unique(codes.drop_null()).to_pylist()))
        return self.shared.cells(codes)

    def names(self, names: pa.Array) -> pa.Array:
        return self.shared.cells(names)

    def texts(self, component: Component, values: pa.Array) -> pa.Array:
        if component.representation.text_type not in _NUMERIC:
            return texts(values)
        return pc.if_else(pc.match_substring_regex(values, _NUMBER).fill_null(False), numbers(values), texts(values))

    def numbers(self, values: pa.Array) -> pa.Array:
        return numbers(values)
