"""Findings with the cell that they are about: row 12 of column "Ward" is C12, so that it is found in the file at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dataexchange.model.finding import Finding
from dataexchange.model.table import SourceTable


def with_cells(findings: Iterable[Finding], tables: Sequence[SourceTable]) -> tuple[Finding, ...]:
    """A finding has a cell where its row and column are known, and the reader told the column's letters."""
    letters = {(table.file, table.sheet): table.letters for table in tables}
    return tuple(_with_cell(finding, letters) for finding in findings)


def _with_cell(finding: Finding, letters: dict[tuple[str, str | None], Mapping[str, str]]) -> Finding:
    place = finding.place
    if place.cell is not None or place.row is None or place.column is None or place.file is None:
        return finding
    letter = letters.get((place.file, place.sheet), {}).get(place.column)
    return finding if letter is None else replace(finding, place=replace(place, cell=f"{letter}{place.row}"))
