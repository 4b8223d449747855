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
    places = {(table.file, table.sheet): table for table in tables}
    only = tables[0] if len(tables) == 1 else None
    return tuple(_with_cell(found, places.get((found.place.file or "", found.place.sheet), only)) for found in findings)


def message_tables(messages: Iterable[tuple[Path, str]]) -> tuple[SourceTable, ...]:
    """SDMX-CSV as tables of which only the columns are known, under the names that their findings have."""
    nothing = pa.table({}), np.empty(0, np.int32)
    return tuple(
        SourceTable(*nothing, name, letters=letters_of_csv(path, name), header_row=1) for path, name in messages
    )


def _with_cell(finding: Finding, table: SourceTable | None) -> Finding:
    if table is None:
        return finding
    cell, value = _cell(finding.place, table) or finding.place.cell, _value(finding.place, table)
    return replace(finding, place=replace(finding.place, cell=cell, value=value))


def _cell(place: Place, table: SourceTable) -> str | None:
    """None where it is said already, or where there is none."""
    letter = table.letters.get(place.column or "")
    row = place.row or table.header_row
    return f"{letter}{row}" if letter and row and place.cell is None else None


def _value(place: Place, table: SourceTable) -> str | None:
    """The text of the cell, where it is one below the names; else what was said."""
    if place.row is None or place.column not in table.letters:
        return place.value
    line = int(np.searchsorted(table.rows, place.row))
    if line == len(table.rows) or table.rows[line] != place.row:
        return place.value
    text: str = table.columns[place.column][line].as_py()
    return text[:_SHOWN]
