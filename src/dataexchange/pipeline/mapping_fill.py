"""Group labels that stand once above their rows: empty cells below take the text, and remember where it stands.

Ward      | Year | Value          Ashley | 2018 | 1
Ashley    | 2018 | 1       ->     Ashley | 2019 | 2     (stands in row 2)
          | 2019 | 2
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.table import SourceTable

Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Filled:
    """The columns of a table, which of their cells are numbers, and of filled ones the row that each text stands in."""

    columns: pa.Table
    numbers: Mapping[str, Marks]
    stands: Mapping[str, npt.NDArray[np.int32]]

    def kept(self, keep: Marks) -> Filled:
        if keep.all():
            return self
        return Filled(
            self.columns.filter(pa.array(keep)),
            {name: marks[keep] for name, marks in self.numbers.items()},
            {name: rows[keep] for name, rows in self.stands.items()},
        )


def fill_down(table: SourceTable, names: Collection[str]) -> Filled:
    """Cells above the first text of a column stay empty."""
    columns, numbers = table.columns, dict(table.numbers)
    stands: dict[str, npt.NDArray[np.int32]] = {}
    for name in names:
        texts = columns[name]
        blank = pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy()
        above = (
            np.maximum.accumulate(np.where(blank, 0, np.arange(len(blank)))) if len(blank) else np.zeros(0, np.int64)
        )
        columns = columns.set_column(columns.column_names.index(name), name, texts.take(pa.array(above)))
        if name in numbers:
            numbers[name] = numbers[name][above]
        # What is empty before any text stands in its own row.
        own = np.where(np.asarray(blank)[above], np.arange(len(above)), above)
        stands[name] = table.rows[own]
    return Filled(columns, numbers, stands)
