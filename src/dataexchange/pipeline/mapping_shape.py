"""The table before its cells are mapped: columns declared, rows left out, wide made long.

Wide to long copies nothing: a table with one row an observation is thought of as the value columns end to end, and what
belongs to a row or to a header is repeated when the components are put together (`Level`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.finding import Finding
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.mapping_declared import declared, whole_texts
from dataexchange.pipeline.mapping_fill import Filled, fill_down
from dataexchange.pipeline.mapping_headers import Headers, headers_of
from dataexchange.pipeline.mapping_left_out import headers_left_out, meant, rows_left_out

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)


class Level(StrEnum):
    """What a text of the long table belongs to."""

    ROW = "row"  #: a column of the table: the same for all value cells of its row
    HEADER = "header"  #: the header of a value column
    CELL = "cell"  #: the value cell itself
    TABLE = "table"  #: the sheet or file: the same for all


@dataclass(frozen=True, slots=True)
class Column:
    """Texts under one name of the mapping. `header` is what findings call it; CELL columns have one for each part."""

    level: Level
    texts: pa.ChunkedArray
    header: str
    numbers: Marks | None = None
    #: The row that each text stands in, where it was filled down from there.
    stands: npt.NDArray[np.int32] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Position p of the long table is row `p % n` under value header `p // n`."""

    columns: Mapping[str, Column]
    rows: npt.NDArray[np.int32]
    value_headers: tuple[str, ...]
    n_left_out: int
    findings: tuple[Finding, ...]

    @property
    def n(self) -> int:
        return len(self.rows)

    @property
    def size(self) -> int:
        return self.n * self.width

    @property
    def width(self) -> int:
        return max(len(self.value_headers), 1)

    def spread(self, array: npt.NDArray[Scalar], level: Level) -> npt.NDArray[Scalar]:
        """An array of one level as one of the long table."""
        if level is Level.CELL or (level is Level.ROW and self.width == 1):
            return array
        if level is Level.TABLE:
            return np.repeat(array, self.size)
        return np.tile(array, self.width) if level is Level.ROW else np.repeat(array, self.n)


def shape_table(table: SourceTable, mapping: MappingFile, required: Collection[str]) -> Shape:
    """The table as the mapping has it. `required`: components without which there is no observation."""
    names = {header_text(name): name for name in table.columns.column_names}
    filled = fill_down(table, [names[key] for c in mapping.filled_down() if (key := header_text(c)) in names])
    headers, keep, left_out = _left_out(table, filled, mapping, names)
    found = tuple(left_out)
    if not any(_asked_whole(table, mapping)):
        found = (*declared(table, mapping, names, headers, required, int(keep.sum())), *found)
    filled = filled.kept(keep)
    shaped = {
        header: Column(Level.ROW, filled.columns[name], name, filled.numbers.get(name), filled.stands.get(name))
        for header, name in names.items()
        if name not in headers
    }
    if mapping.unpivot is not None and headers.parts:
        for name, texts in headers.parts.items():
            shaped[header_text(name)] = Column(Level.HEADER, _chunked(texts), name)
        shaped[header_text(mapping.unpivot.values_to)] = _melt(filled, headers.columns, mapping.unpivot.values_to)
    for name, text in whole_texts(table).items():
        if name in mapping.columns and name not in names:
            shaped[name] = Column(Level.TABLE, _chunked([text]), name)
    return Shape(shaped, table.rows[keep], headers.columns, int((~keep).sum()), found)


def _left_out(
    table: SourceTable, filled: Filled, mapping: MappingFile, names: Mapping[str, str]
) -> tuple[Headers, Marks, list[Finding]]:
    """(value columns that stay, rows that stay, what is said of the others)."""
    keep = np.ones(table.columns.num_rows, dtype=bool)
    whole = {name: (name, _chunked([text] * len(keep))) for name, text in _asked_whole(table, mapping)}
    columns = whole | {key: (name, filled.columns[name]) for key, name in names.items()}
    found = list(rows_left_out(table, columns, mapping.leave_out, keep))
    headers, dropped = headers_of(table, mapping.unpivot, names), set[int]()
    found += headers_left_out(table, headers.parts or {}, mapping.leave_out, dropped)
    if headers.columns and len(dropped) == len(headers.columns):
        keep[:] = False
        return headers, keep, found
    return headers.without(dropped), keep, found


def _asked_whole(table: SourceTable, mapping: MappingFile) -> Iterator[tuple[str, str]]:
    """The names of sheet and file, where they leave the table out."""
    for name, text in whole_texts(table).items():
        if any(rule.column == name and meant(rule, pa.array([text])).any() for rule in mapping.leave_out):
            yield name, text


def _chunked(texts: Sequence[str]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.string())])


def _melt(filled: Filled, melted: Sequence[str], name: str) -> Column:
    chunks = [chunk for header in melted for chunk in filled.columns[header].chunks]
    none = np.zeros(filled.columns.num_rows, dtype=bool)
    marks = np.concatenate([filled.numbers.get(header, none) for header in melted]) if filled.numbers else None
    return Column(Level.CELL, pa.chunked_array(chunks, pa.string()), name, marks)
