"""Sheets of a workbook that are one table: the same columns on each, and a period for its name.

one_table(tables)   # sheets 2018 and 2019 with Ward and Value: a table of @sheet, Ward and Value
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dataexchange.model.dataset import SHEET
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.suggestion_periods import forms_of


def sheets_of(tables: Sequence[SourceTable], chosen: SourceTable) -> list[SourceTable]:
    """The sheets that are called after periods and have the columns of the chosen one; none where they are fewer than two."""
    columns = set(chosen.columns.column_names)
    same = [t for t in tables if t.sheet and set(t.columns.column_names) == columns and forms_of([t.sheet])[1] == 1]
    return same if len(same) > 1 and any(table is chosen for table in same) else []


def one_table(tables: Sequence[SourceTable]) -> SourceTable:
    """All of them below each other, the name of the sheet in a column of its own."""
    names = tables[0].columns.column_names
    parts = [
        t.columns.select(names).add_column(0, SHEET, pa.array([t.sheet] * t.columns.num_rows, pa.string()))
        for t in tables
    ]
    rows = np.concatenate([t.rows for t in tables])
    return replace(tables[0], columns=pa.concat_tables(parts), rows=rows, sheet=None, numbers={}, covered={})
