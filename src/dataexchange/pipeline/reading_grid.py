"""Cells of a workbook as columns of text.

A cell becomes the text it stands for: 2018.0 is "2018", a date is "2018-03-31", true is "TRUE", 0.25 shown as a percentage is
"25%". Which cells were numbers is kept, so that a decimal point in them is never taken for a thousands mark.

A year typed into a cell that was formatted as a date is a day of 1905 to the spreadsheet, and to nobody else. Where all dates of
a column lie there, they are read as the years that were typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.table import column_letter
from dataexchange.pipeline.reading_sheet import Range

#: Years that are typed as years, as days since the epoch of spreadsheets.
_YEARS = range(1900, 2101)
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a sheet from row 1 on, from column `left` on, as Python values, and where cells are merged."""

    rows: Sequence[Sequence[Any]]
    left: int
    merged: Sequence[Range] = ()
    epoch: date = field(default=_EPOCH)

    def text(self, row: int, column: int) -> str:
        """Of a cell of the sheet."""
        cells = self.rows[row] if row < len(self.rows) else []
        return text_of(cells[column - self.left]) if 0 <= column - self.left < len(cells) else ""

    def texts(self, first: int, after: int) -> list[list[str]]:
        """Rows as text; years that were typed as dates count as such where they do in the row."""
        return [[text_of(cell) for cell in years_typed(row, self.epoch)[0]] for row in self.rows[first:after]]

    def columns(self, first: int) -> Iterator[tuple[Any, ...]]:
        """Columns of the rows from there on."""
        return zip(*islice(self.rows, first, None), strict=True)


def epoch(from_1904: bool) -> date:
    return _EPOCH_1904 if from_1904 else _EPOCH


class Percent(float):
    """A number that its cell shows as a percentage: 0.25 is 25%."""

    def __str__(self) -> str:
        return _percent(float(self))


def column_of(cells: Sequence[Any]) -> tuple[pa.Array, npt.NDArray[np.bool_] | None]:
    """(texts, which of them are numbers; None where there are none)."""
    kinds = set(map(type, cells))
    if kinds <= {str}:
        return pa.array(cells, pa.string()), None
    if kinds == {float}:
        numbers, at = np.unique(np.array(cells), return_inverse=True)
        texts = pa.array([text_of(number) for number in numbers.tolist()], pa.string())
        return texts.take(pa.array(at)), np.ones(len(cells), bool)
    known: dict[tuple[type, Any], str] = {}
    told = []
    for cell in cells:
        if type(cell) is str:
            told.append(cell)
            continue
        key = (type(cell), cell)
        if (text := known.get(key)) is None:
            text = known[key] = text_of(cell)
        told.append(text)
    marks = np.fromiter((isinstance(c, int | float) and not isinstance(c, bool) for c in cells), bool, len(cells))
    return pa.array(told, pa.string()), marks if marks.any() else None


def years_typed(cells: Sequence[Any], since: date) -> tuple[Sequence[Any], int | None]:
    """(cells, the first position of a year that was typed as a date; None where there is none)."""
    if datetime not in (kinds := set(map(type, cells))) and date not in kinds:
        return cells, None
    days = [_days(cell, since) for cell in cells]
    dates = [day for cell, day in zip(cells, days, strict=True) if isinstance(cell, date)]
    if not all(day in _YEARS for day in dates):
        return cells, None
    out = [cell if day is None else float(day) for cell, day in zip(cells, days, strict=True)]
    return out, next(position for position, day in enumerate(days) if day is not None)


def _days(cell: Any, since: date) -> int | None:
    if not isinstance(cell, date):
        return None
    if not isinstance(cell, datetime):
        return (cell - since).days
    return (cell.date() - since).days if cell.time() == time() else -1


def range_text(cells: Range) -> str:
    (top, left), (bottom, right) = cells
    return f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}"


def text_of(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Percent):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


@lru_cache(maxsize=10_000)
def _percent(number: float) -> str:
    return f"{(Decimal(repr(number)) * 100).normalize():f}%"
