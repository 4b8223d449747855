"""Parquet: one row an observation, for pandas, R, DuckDB and Spark.

    ACTION  FREQ  REF_AREA  TIME_PERIOD  OBS_VALUE  OBS_STATUS
    I       A     GB_BRS    2019         10.2       A

Columns stand in the order of the data structure. Codes and periods are text in dictionaries (a factor in R, a category in pandas),
measures are float64 unless they are no numbers, what is absent is null. ACTION is as in SDMX-CSV 2.x: D for what was deleted.
The file tells what it is in its key-value metadata, under `sdmx.dataflow`, `sdmx.structure`, `sdmx.prepared` and `sdmx.query`.

It is written a row group at a time, so memory does not grow with the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dataexchange.messages.arrange import arranged
from dataexchange.messages.columns import strings
from dataexchange.messages.data_columns import numeric
from dataexchange.messages.flat import attributes_of, coded, flat_layout
from dataexchange.messages.layout import Block, Layout
from dataexchange.messages.sink import Sink
from dataexchange.messages.write_options import WriteOptions
from dataexchange.model.dataset import CODE, SeriesBatch
from dataexchange.model.schema import Schema

#: Rows of a row group: small enough to hold, large enough to be read quickly.
_ROWS = 1 << 17
_ACTION = "ACTION"


def write_parquet(schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    lay = flat_layout(schema, options)
    blocks = arranged(batches, lay)
    block = next(blocks, None)
    form = _form(schema, lay, options)
    sink, held, n = Sink(), [], 0
    with pa.PythonFile(sink, "w") as target, pq.ParquetWriter(target, form, compression="zstd") as file:
        while block is not None:
            held.append(_table(block, lay, form))
            n += held[-1].num_rows
            if n >= _ROWS:
                file.write_table(_one(held), row_group_size=n)
                held, n = [], 0
                yield sink.drain()
            block = next(blocks, None)
        if n:
            file.write_table(_one(held), row_group_size=n)
        file.close()
        yield sink.drain()


def _form(schema: Schema, lay: Layout, options: WriteOptions) -> pa.Schema:
    dimensions = (*lay.series_dimensions, *((lay.observation_dimension,) if lay.observation_dimension else ()))
    columns = {_ACTION: CODE, **{d.id: CODE for d in dimensions}}
    columns |= {m.id: pa.float64() if numeric(m, schema) else pa.string() for m in lay.measures}
    columns |= {a.id: CODE for a in attributes_of(lay)}
    told = {"sdmx.structure": schema.structure.ref.urn, "sdmx.prepared": options.prepared.isoformat()}
    told["sdmx.sender"] = options.sender
    if schema.dataflow:
        told["sdmx.dataflow"] = schema.dataflow.ref.urn
    if options.address:
        told["sdmx.query"] = options.address
    return pa.schema(columns.items(), metadata=told)


def _table(block: Block, lay: Layout, form: pa.Schema) -> pa.Table:
    found, n = coded(block, lay)
    same = pa.array(np.zeros(n, np.int32))
    columns: dict[str, pa.Array] = {_ACTION: pa.DictionaryArray.from_arrays(same, pa.array([block.action]))}
    columns |= found
    columns |= block.values
    return pa.table(
        [_as(columns[field.name], field.type) if field.name in columns else pa.nulls(n, field.type) for field in form],
        schema=form,
    )


def _as(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(wanted):
        return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), strings(column.dictionary))
    return column.cast(wanted)


def _one(tables: list[pa.Table]) -> pa.Table:
    """With one dictionary a column: a file holds one for each row group."""
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
