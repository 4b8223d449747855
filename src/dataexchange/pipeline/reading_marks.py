"""What the description says of the marks in numbers: "decimal comma, thousands points".

Said of the table where all its columns agree, else of each column. Numbers with a decimal point and nothing else are the usual
case and not spoken of.
"""

from __future__ import annotations

import pyarrow as pa

from dataexchange.model.sentence import Sentence, Value, joined, say
from dataexchange.model.written import Written, written

_POINT = say("decimal point")
_DECIMAL = {".": _POINT, ",": say("decimal comma")}
_THOUSANDS = {
    ".": say("thousands points"),
    ",": say("thousands commas"),
    " ": say("thousands spaces"),
    "'": say("thousands apostrophes"),
}
_SHOWN = 5


def marks_text(table: pa.Table) -> Sentence | None:
    """Of the columns that have numbers with marks; None where there is nothing to say."""
    said = {
        name: _said(found)
        for name in table.column_names
        if (found := written(table[name])) is not None and _marked(found)
    }
    if set(said.values()) <= {None, _POINT}:
        return None
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    parts: list[Value] = [
        say("{marks} in {column}", marks=marks or "", column=repr(name)) for name, marks in said.items()
    ]
    return joined(parts[:_SHOWN])


def _marked(found: Written) -> bool:
    return bool(found.decimal or found.thousands or found.unsure or found.clash)


def _said(found: Written) -> Sentence | None:
    if found.clash:
        return say("decimal points and commas mixed")
    if found.unsure:
        return say("{mark} for decimals or thousands (unsure)", mark=repr(found.unsure))
    decimal, thousands = _DECIMAL.get(found.decimal or ""), _THOUSANDS.get(found.thousands or "")
    if decimal and thousands:
        return say("{decimal} and {thousands}", decimal=decimal, thousands=thousands)
    return decimal or thousands
