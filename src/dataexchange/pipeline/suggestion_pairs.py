"""Columns that say the same: a name beside its code, a region beside the wards in it. Looked at in a sample of rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.suggestion_look import rows_sampled

#: Distinct texts up to which two columns are compared.
_DISTINCT = 5_000


@dataclass(slots=True)
class Pairs:
    table: SourceTable
    _sampled: dict[str, pa.ChunkedArray | None] = field(default_factory=dict)
    _sizes: dict[tuple[str, ...], int] = field(default_factory=dict)

    def follows(self, header: str, other: str) -> bool:
        """Whether each text of `other` always has the same text of `header` beside it."""
        size = self._size(other)
        return 2 <= size <= _DISTINCT and self._size(header) > 0 and self._size(other, header) == size

    def same(self, header: str, other: str) -> bool:
        """Whether the two go with each other one to one. Two texts may do so by chance."""
        return self._size(header) >= 3 and self.follows(header, other) and self.follows(other, header)

    def beside(self, header: str, other: str) -> list[tuple[str, str]]:
        """The texts of two columns that stand in one row, each pair once; without those that are empty in both."""
        columns = [self._column(name) for name in (header, other)]
        if any(column is None for column in columns):
            return []
        both = pa.table(columns, names=["a", "b"]).group_by(["a", "b"]).aggregate([])
        pairs = zip(both["a"].to_pylist(), both["b"].to_pylist(), strict=True)
        return [(a.strip(), b.strip()) for a, b in pairs if a and b and (a.strip() or b.strip())]

    def told(self, header: str, other: str) -> bool:
        """Whether `header` has several texts and each text of `other` one of them: the title of a measure tells its unit."""
        return self._size(header) >= 2 and self.follows(header, other)

    def distinct(self, header: str) -> bool:
        """Whether no two rows have the same text: then any other such column goes with it one to one, and that says nothing."""
        column = self._column(header)
        return column is not None and self._size(header) == len(column)

    def _size(self, *headers: str) -> int:
        """Distinct texts, or pairs of texts; 0 where a column is not in the table (its cells were unpivoted)."""
        if headers not in self._sizes:
            columns = [self._column(header) for header in headers]
            if any(column is None for column in columns):
                self._sizes[headers] = 0
            elif len(columns) == 1:
                self._sizes[headers] = pc.count_distinct(columns[0]).as_py()
            else:
                both = pa.table(columns, names=["a", "b"])
                self._sizes[headers] = both.group_by(["a", "b"]).aggregate([]).num_rows
        return self._sizes[headers]

    def _column(self, header: str) -> pa.ChunkedArray | None:
        if header not in self._sampled:
            names = [header_text(name) for name in self.table.columns.column_names]
            there = header in names
            self._sampled[header] = rows_sampled(self.table.columns.column(names.index(header))) if there else None
        return self._sampled[header]
