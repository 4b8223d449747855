"""Observations on their way: one row each in a `Dataset`, packed by series in a `SeriesBatch`.

Readers and mappings make datasets; checks read them; the store packs them into series and gives back batches; writers
turn batches into text. Both are Arrow inside, so nothing loops over observations in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.structure import DataStructure, Ref

#: Column names of a Dataset that are no components start with '@', which no component id does.
ROW = "@row"
COLUMN = "@column"
#: In a dataset laid together from several files: the file of each row (CODE).
FILE = "@file"
#: In one laid together from several sheets: the sheet of each row (CODE).
SHEET = "@sheet"

#: In a batch, where it was asked for: the release that brought each series to how it stands.
RELEASE = "@release"

#: Text columns: codes repeat, so they are dictionaries.
CODE = pa.dictionary(pa.int32(), pa.string())

#: What a measure holds in a batch: numbers (NaN: no value), or a string array.
Values: TypeAlias = "npt.NDArray[np.float64] | pa.Array"


class Action(StrEnum):
    """What a dataset does to what its provider holds in the same scope (SDMX 3.0 action codes)."""

    MERGE = "M"  #: add and revise; what is not mentioned stays
    REPLACE = "R"  #: the scope is afterwards what the dataset says, no more
    DELETE = "D"  #: what the dataset names goes


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table with one row an observation.

    Columns: every dimension id (type CODE, null where the source had nothing), the time dimension's id (int32,
    `model.period` codes, null if unreadable), the id of any measure (float64; null or NaN: no value. A string column where
    the measure is not numeric; a measure without a column is not spoken of), any attribute id (CODE, null: not given),
    and where the rows come from a file ROW (int32, the row as a spreadsheet counts, from 1) and COLUMN (CODE, the header or
    letter of the cell's column).
    Attributes of series stand on every row of the series.
    """

    structure: Ref
    table: pa.Table
    dataflow: Ref | None = None
    provider: str | None = None
    action: Action = Action.MERGE
    #: File and sheet the rows come from, for findings.
    file: str | None = None
    sheet: str | None = None

    @property
    def n(self) -> int:
        return int(self.table.num_rows)

    def file_of(self, row: int) -> str | None:
        return self._at(FILE, row) or self.file

    def sheet_of(self, row: int) -> str | None:
        return self._at(SHEET, row) or self.sheet

    def _at(self, name: str, row: int) -> str | None:
        return self.table[name][row].as_py() if name in self.table.column_names else None


@dataclass(frozen=True, slots=True)
class SeriesBatch:
    """Some thousands of whole series, one row each in `series`, their observations end to end beside it.

    `series`: string columns `key` (codes joined with '.'), every dimension id and every series attribute id (null: not
    given), `@provider`, `@dataflow`. Observations of series i are `offsets[i]:offsets[i+1]` of every flat array, in time order.
    `values` is those of the primary measure, NaN where there is no value; `texts` stands in its place where it is not numeric.
    `further` holds the other measures by id; one that no observation of the batch has may be absent.
    `attributes` holds CODE arrays by observation attribute id; an attribute that no observation of the batch has is absent.
    """

    series: pa.Table
    offsets: npt.NDArray[np.int64]
    periods: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]
    attributes: Mapping[str, pa.Array] = field(default_factory=dict)
    texts: pa.Array | None = None
    further: Mapping[str, Values] = field(default_factory=dict)
    #: What a writer says of these observations: "I" (information), or "R"/"D" in answers to updatedAfter.
    action: str = "I"
    #: In answers with history: since when the observations stood like this, or ("D") until when they stood.
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def n_series(self) -> int:
        return len(self.offsets) - 1

    @property
    def n(self) -> int:
        return len(self.periods)

    def measured(self, primary: str) -> dict[str, Values]:
        """Every measure that is there by its id, under `primary` the primary one."""
        return {primary: self.values if self.texts is None else self.texts, **self.further}


def key_array(table: pa.Table, structure: DataStructure) -> pa.Array:
    """Series keys of a Dataset's table: the codes in dimension order joined with '.', null codes as nothing.

    `A.N.EN_ATM_PM25.GB_BRS._T._T._T._T._T._T._T._T._T._T._T`. Works on distinct combinations only, so a million
    observations in fifty thousand series cost fifty thousand joins.
    """
    codes, distinct = group_series(table, structure)
    return distinct.take(pa.array(codes))


def group_series(table: pa.Table, structure: DataStructure) -> tuple[npt.NDArray[np.int64], pa.Array]:
    """(number of its series for every row, the distinct keys in the order of those numbers).

    Dictionary indices of the dimensions are folded pairwise into one integer, renumbered whenever it might overflow.
    """
    n = table.num_rows
    folded = np.zeros(n, dtype=np.int64)
    span = 1
    for dimension in structure.dimensions:
        array = as_codes(table[dimension.id])
        size = len(array.dictionary) + 1
        if size == 2 and array.null_count == 0:
            continue
        indices = array.indices.fill_null(size - 1).to_numpy(zero_copy_only=False).astype(np.int64)
        if span * size > 2**62:
            folded = np.unique(folded, return_inverse=True)[1].astype(np.int64)
            span = int(folded.max(initial=0)) + 1
        folded = folded * size + indices
        span *= size
    _, first, inverse = np.unique(folded, return_index=True, return_inverse=True)
    return inverse.astype(np.int64), _join(table.take(pa.array(first)), structure)


def as_codes(column: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    """One dictionary array of a text column, whatever its chunks and dictionaries were."""
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    if not pa.types.is_dictionary(chunked.type):
        chunked = chunked.cast(pa.string()).dictionary_encode()
    if chunked.num_chunks == 0:
        return pa.array([], CODE)
    return chunked.chunk(0) if chunked.num_chunks == 1 else chunked.unify_dictionaries().combine_chunks()


def _join(table: pa.Table, structure: DataStructure) -> pa.Array:
    parts = [pc.fill_null(table[d].cast(pa.string()), "") for d in structure.dimension_ids]
    joined = pc.binary_join_element_wise(*parts, ".") if parts else pa.array([""] * table.num_rows)
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
