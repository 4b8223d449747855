"""What the description says of the marks in numbers: "decimal comma, thousands points".

Said of the table where all its columns agree, else of each column. Numbers with a decimal point and nothing else are the usual
case and not spoken of.
"""

from __future__ import annotations

import pyarrow as pa

from dataexchange.model.written import Written, written

_DECIMAL = {".": "decimal point", ",": "decimal comma"}
_THOUSANDS = {".": "thousands points", ",": "thousands commas", " ": "thousands spaces", "'": "thousands apostrophes"}
_SHOWN = 5


def marks_text(table: pa.Table) -> str:
    """Of the columns that have numbers with marks."""
    said = {
        name: _said(found)
        for name in table.column_names
        if (found := written(table[name])) is not None and _marked(found)
    }
    if set(said.values()) <= {"", _DECIMAL["."]}:
        return ""
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    parts = [f"{text} in {name!r}" for name, text in said.items()]
    return ", ".join(parts[:_SHOWN])


def _marked(found: Written) -> bool:
    return bool(found.decimal or found.thousands or found.unsure or found.clash)


def _said(found: Written) -> str:
    if found.clash:
        return "decimal points and commas mixed"
    if found.unsure:
        return f"{found.unsure!r} for decimals or thousands (unsure)"
    decimal, thousands = _DECIMAL.get(found.decimal or "", ""), _THOUSANDS.get(found.thousands or "", "")
    return " and ".join(part for part in (decimal, thousands) if part)
