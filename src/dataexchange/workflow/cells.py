"""The cell of each finding, as a spreadsheet names it: `Place(row=12, column="Ward")` is C12 where Ward is column C.

Every step knows rows and names of columns; only the table, which has the letters, knows the cell. So it is put in here, once, for
findings of all steps. What is said of a whole column names the cell of its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dataexchange.model.finding import Finding, Place
from dataexchange.model.table import SourceTable


def with_cells(findings: Iterable[Finding], tables: Sequence[SourceTable]) -> tuple[Finding, ...]:
    places = {(table.file, table.sheet): table for table in tables}
    only = tables[0] if len(tables) == 1 else None
    return tuple(_with_cell(found, places.get((found.place.file or "", found.place.sheet), only)) for found in findings)


def _with_cell(finding: Finding, table: SourceTable | None) -> Finding:
    cell = _cell(finding.place, table) if table is not None else None
    return finding if cell is None else replace(finding, place=replace(finding.place, cell=cell))


def _cell(place: Place, table: SourceTable) -> str | None:
    """None where it is said already, or where there is none."""
    letter = table.letters.get(place.column or "")
    row = place.row or table.header_row
    return f"{letter}{row}" if letter and row and place.cell is None else None
