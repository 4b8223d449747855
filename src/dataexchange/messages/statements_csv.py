"""Reasons, or waivers, of a CSV file: many at once, as a spreadsheet saves them.

rule,key,period,reason
RNG-JUMP,A.N.EN_ATM_PM25.GB_BRS,2019,The station was moved
COH-MIRROR,,,Our sensors stand at the roadside
"""

from __future__ import annotations

import csv
from io import StringIO

from dataexchange.errors import InvalidRequest
from dataexchange.model.justification import Statement

COLUMNS = ("rule", "key", "period", "reason")
_REQUIRED = ("rule", "reason")

#: Characters of a file; ten thousand reasons of some lines each.
_LARGEST = 20_000_000


def read_statements(data: bytes, name: str) -> list[Statement]:
    """Raises InvalidRequest that names the file and the line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidRequest("save it as UTF-8", parameter=name) from None
    if len(text) > _LARGEST:
        raise InvalidRequest(f"it is longer than {_LARGEST:,} characters: give it in parts", parameter=name)
    try:
        rows = csv.DictReader(StringIO(text, newline=""), strict=True)
        headers = [header.strip().lower() for header in rows.fieldnames or ()]
        rows.fieldnames = headers
        if not set(_REQUIRED) <= set(headers) <= set(COLUMNS):
            raise InvalidRequest(
                f"its first line has to be {','.join(COLUMNS)}", parameter=name, value=",".join(headers)
            )
        return [_statement(row, f"{name}, line {rows.line_num}") for row in rows if any(row.values())]
    except csv.Error as error:
        raise InvalidRequest(f"it is no CSV ({error}): save it as comma-separated values", parameter=name) from None


def _statement(row: dict[str, str | None], place: str) -> Statement:
    if None in row:
        raise InvalidRequest(
            "it has more values than the first line: put texts with a comma in quotes", parameter=place
        )
    given = {name: (text or "").strip() for name, text in row.items()}
    missing = [name for name in _REQUIRED if not given.get(name)]
    if missing:
        raise InvalidRequest(f"it has no {missing[0]}", parameter=place)
    return Statement(given["rule"], given["reason"], given.get("key") or None, given.get("period") or None)
