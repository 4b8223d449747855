"""Merged cells that do no harm: what their empty cells lack is not lacking as the mapping has it.

    2018 | Ashley | 3
         | Cotham | 4        Year merged over three rows, `fill_down: true`: nothing is lacking
         | Total  | 7

Reading finds what is merged and does not know the mapping. Here it is said which of the empty cells are filled down, stand in a
column that is not used, or in a row that is left out; a merged range of nothing else is no fault.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.table import SourceTable, header_text

#: File, sheet, row, column.
Cell = tuple[str, str | None, int, str]


def settled_cells(table: SourceTable, mapping: MappingFile, kept: npt.NDArray[np.int32]) -> frozenset[Cell]:
    """`kept`: rows that are not left out."""
    if not table.covered:
        return frozenset()
    columns = {header_text(column) for column in (*mapping.filled_down(), *mapping.ignore)}
    used = set(kept.tolist())
    return frozenset(
        (table.file, table.sheet, row, column) for row, column in table.covered if column in columns or row not in used
    )
