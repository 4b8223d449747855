"""The cell of each finding, as a spreadsheet names it: `Place(row=12, column="Ward")` is C12 where Ward is column C.

Every step knows rows and names of columns; only the table, which has the letters, knows the cell. So it is put in here, once, for
findings of all steps. What is said of a whole column names the cell of its name. The value is what stands in the cell, "per cent"
and not the code PT that the mapping makes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from dataexchange.messages.read_data_csv import letters_of_csv
from dataexchange.model.finding import Finding, Place
from dataexchange.model.table import SourceTable

#: Characters of a cell that a finding holds.
_SHOWN = 1_000


def with_cells(findings: Iterable[Finding], tables: Sequence[SourceTable]) -> tuple[Finding, ...]:
    told = list(findings)
    places = {(table.file, table.sheet): number for number, table in enumerate(tables)}
    only = 0 if len(tables) == 1 else None
    among: dict[int, list[int]] = {}
    for index, found in enumerate(told):
        number = places.get((found.place.file or "", found.place.sheet), only)
        if number is not None:
            among.setdefault(number, []).append(index)
    for number, indices in among.items():
        table = tables[number]
        values = _values([told[index].place for index in indices], table)
        for index, value in zip(indices, values, strict=True):
            place = told[index].place
            told[index] = replace(
                told[index], place=replace(place, cell=_cell(place, table) or place.cell, value=value)
            )
    return tuple(told)


def message_tables(messages: Iterable[tuple[Path, str]]) -> tuple[SourceTable, ...]:
    """SDMX-CSV as tables of which only the columns are known, under the names that their findings have."""
    nothing = pa.table({}), np.empty(0, np.int32)
    return tuple(
        SourceTable(*nothing, name, letters=letters_of_csv(path, name), header_row=1) for path, name in messages
    )


def _cell(place: Place, table: SourceTable) -> str | None:
    """None where it is said already, or where there is none."""
    letter = table.letters.get(place.column or "")
    row = place.row or table.header_row
    return f"{letter}{row}" if letter and row and place.cell is None else None


def _values(places: Sequence[Place], table: SourceTable) -> list[str | None]:
    """The text of each cell, where it is one below the names; else what was said. A column is looked up once for all."""
    values = [place.value for place in places]
    by_column: dict[str, list[int]] = {}
    for index, place in enumerate(places):
        if place.row is not None and place.column is not None and place.column in table.letters and len(table.rows):
            by_column.setdefault(place.column, []).append(index)
    for column, indices in by_column.items():
        rows = np.array([places[index].row for index in indices], table.rows.dtype)
        lines = np.minimum(np.searchsorted(table.rows, rows), len(table.rows) - 1)
        there = table.rows[lines] == rows
        texts = table.columns[column].take(pa.array(lines[there])).to_pylist()
        for index, text in zip(np.array(indices)[there].tolist(), texts, strict=True):
            values[index] = text[:_SHOWN]
    return values
