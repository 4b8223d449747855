"""What may not stand as it is in CSV, XML and JSON.

Most texts are codes and need nothing, so each function looks once and gives the array back as it came. Works on arrays;
nulls stay null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

# XML 1.0 cannot hold most control characters, not even as references: they become U+FFFD, the replacement character.
_XML_ODD = '[&<>"\t\n\r\x01-\x08\x0b\x0c\x0e-\x1f\x00\ufffe\uffff]'
_XML_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_XML: Mapping[str, str] = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}

_JSON_ODD = '["\\\\\x00-\x1f]'
_JSON_COMMON: Mapping[str, str] = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JSON_RARE: Mapping[str, str] = {chr(n): f"\\u{n:04x}" for n in range(32) if chr(n) not in _JSON_COMMON}

#: How a cell begins that a spreadsheet would work out; numbers begin so, too, and are no danger.
FORMULA = r"^[=+\-@\t\r]."
_NUMBER = r"^[+-]?[0-9.,]+([eE][+-]?[0-9]+)?$"
_CSV_ODD = '[",\r\n]'


def csv_cell(texts: pa.Array) -> pa.Array:
    """Quoted where a cell holds a comma, a quote or the end of a line (RFC 4180)."""
    odd = pc.match_substring_regex(texts, _CSV_ODD)
    if not _any(odd):
        return texts
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(odd, quoted, texts)


def harmless(texts: pa.Array) -> pa.Array:
    """Text that a spreadsheet will not take for a formula: `=1+1` as `'=1+1`."""
    odd = pc.match_substring_regex(texts, FORMULA)
    if not _any(odd):
        return texts
    odd = pc.and_not(odd, pc.match_substring_regex(texts, _NUMBER))
    return pc.if_else(odd, pc.binary_join_element_wise("'", texts, ""), texts)


def xml_attribute(texts: pa.Array) -> pa.Array:
    """For a value in double quotes; tabs and line ends as references, else a parser makes them spaces."""
    if not _any(pc.match_substring_regex(texts, _XML_ODD)):
        return texts
    return pc.replace_substring_regex(_replaced(texts, _XML), _XML_FORBIDDEN, "\ufffd")


def xml_attributes(columns: Sequence[pa.Array]) -> Sequence[pa.Array]:
    """The same for columns of codes side by side, none of which is null: one look at all of them together."""
    if not columns or not _any(pc.match_substring_regex(pc.binary_join_element_wise(*columns, ""), _XML_ODD)):
        return columns
    return [xml_attribute(texts) for texts in columns]


def json_string(texts: pa.Array) -> pa.Array:
    """With its quotes."""
    if _any(pc.match_substring_regex(texts, _JSON_ODD)):
        texts = _replaced(texts, _JSON_COMMON)
        if _any(pc.match_substring_regex(texts, "[\x00-\x1f]")):
            texts = _replaced(texts, _JSON_RARE)
    return pc.binary_join_element_wise('"', texts, '"', "")


def xml_text(text: str) -> str:
    """One text, for headers."""
    return str(xml_attribute(pa.array([text]))[0].as_py())


def csv_text(text: str) -> str:
    return str(csv_cell(pa.array([text]))[0].as_py())


def _replaced(texts: pa.Array, table: Mapping[str, str]) -> pa.Array:
    for odd, text in table.items():
        texts = pc.replace_substring(texts, odd, text)
    return texts


def _any(mask: pa.Array) -> bool:
    return bool(pc.any(mask).as_py())
