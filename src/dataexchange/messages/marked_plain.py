"""Rows of text as a workbook, for tables that come as CSV or ODS: row n of the table is row n of the sheet, every cell its text.

plain_workbook(file, {"safety": [["Year", "Ward"], ["2018", "Ashley"]]}, moment)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import IO

import pyarrow as pa

from dataexchange.errors import TooLarge
from dataexchange.messages.columns import as_bytes, concatenate
from dataexchange.messages.write_xlsx import MOST_ROWS
from dataexchange.messages.xlsx_cells import SharedTexts, texts
from dataexchange.messages.xlsx_package import Package

_PORTION = 10_000
_COLUMNS = 16_384
_WIDTH = 14
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def plain_workbook(out: IO[bytes], sheets: Mapping[str, Iterable[Sequence[str]]], moment: datetime) -> dict[str, str]:
    """The name of each sheet, as a spreadsheet can have it."""
    package, names = Package(out, moment), dict[str, str]()
    for number, (name, rows) in enumerate(sheets.items(), 1):
        names[name] = _named(name, list(names.values()))
        with package.sheet(number, [_WIDTH] * 30, frozen=False) as put:
            for portion in _portions(rows, name):
                put(portion)
    package.finish(list(names.values()), SharedTexts())
    return names


def _portions(rows: Iterable[Sequence[str]], name: str) -> Iterator[bytes]:
    done, coming = 0, iter(rows)
    while portion := list(islice(coming, _PORTION)):
        done, width = done + len(portion), max(map(len, portion))
        if done > MOST_ROWS or width > _COLUMNS:
            raise TooLarge(
                f"{name}: a spreadsheet holds {MOST_ROWS:,} rows and {_COLUMNS:,} columns, and this table has more: ask for the "
                "marks as CSV."
            )
        cells = [
            texts(pa.array([row[n] if n < len(row) else None for row in portion], pa.string())) for n in range(width)
        ]
        yield as_bytes(concatenate("<row>", *cells, "</row>")) if cells else b"<row/>" * len(portion)


def _named(name: str, taken: Sequence[str]) -> str:
    wanted = " ".join(name.translate(_FORBIDDEN).split())[:28] or "Sheet"
    others = {other.casefold() for other in taken}
    names = (wanted if n == 1 else f"{wanted} {n}" for n in range(1, len(taken) + 2))
    return next(found for found in names if found.casefold() not in others)
