"""Batches of series as one row an observation again: the shape that checks and `pack` work on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dataexchange.model.dataset import CODE, SeriesBatch
from dataexchange.model.structure import DataStructure


def long_table(batch: SeriesBatch, structure: DataStructure) -> pa.Table:
    """Columns as `model.dataset.Dataset` has them; an attribute that nothing in the batch has is left out."""
    rows = pa.array(np.repeat(np.arange(batch.n_series), np.diff(batch.offsets)))
    columns: dict[str, pa.Array] = {d: _spread(batch.series[d], rows) for d in structure.dimension_ids}
    if structure.time_dimension:
        columns[structure.time_dimension.id] = pa.array(batch.periods)
    for measure, values in batch.measured(structure.measure.id).items():
        columns[measure] = pa.array(values) if isinstance(values, np.ndarray) else values
    for attribute in structure.series_attributes:
        if attribute.id in batch.series.column_names:
            column = batch.series[attribute.id]
            if column.null_count < len(column):
                columns[attribute.id] = _spread(column, rows)
    columns |= batch.attributes
    return pa.table(columns)


def empty_table(structure: DataStructure) -> pa.Table:
    columns = {d: pa.array([], CODE) for d in structure.dimension_ids}
    if structure.time_dimension:
        columns[structure.time_dimension.id] = pa.array([], pa.int32())
    return pa.table({**columns, structure.measure.id: pa.array([], pa.float64())})


def stacked(tables: list[pa.Table]) -> pa.Table:
    """One below the other; columns that only some have are null in the rest."""
    return pa.concat_tables(tables, promote_options="default")


def _spread(column: pa.ChunkedArray, rows: pa.Array) -> pa.Array:
    encoded = column.combine_chunks().dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(rows), encoded.dictionary)
