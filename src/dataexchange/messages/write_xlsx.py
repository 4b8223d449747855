"""XLSX: a sheet of observations with codes beside their names, a sheet about them, a sheet of what the codes mean.

    REF_AREA | Reference area | TIME_PERIOD | OBS_VALUE | OBS_STATUS | Observation status
    GB_BRS   | Bristol        | 2019        | 10.2      | A          | Normal value

A sheet has 1,048,576 rows. Whether that is enough is known only at the end, so the file is made whole, on disk where it is
large, before the first of it goes out; memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO

import numpy as np
import pyarrow as pa

from dataexchange.errors import TooLarge
from dataexchange.messages.arrange import arranged
from dataexchange.messages.columns import as_bytes, behind, combinations, concatenate, repeated, spread
from dataexchange.messages.data_columns import numeric
from dataexchange.messages.flat import attributes_of, flat_layout
from dataexchange.messages.layout import Block, Layout
from dataexchange.messages.time_format import day_texts
from dataexchange.messages.write_options import WriteOptions
from dataexchange.messages.xlsx_about import about_rows, code_rows, row
from dataexchange.messages.xlsx_columns import Columns
from dataexchange.messages.xlsx_package import Package
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema

#: Rows that a sheet has, the header among them.
MOST_ROWS = 1_048_576
_IN_MEMORY = 8 * 1024 * 1024
_PIECE = 256 * 1024


def write_xlsx(schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        _write(file, schema, batches, options)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(file: IO[bytes], schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> None:
    lay = flat_layout(schema, options)
    blocks = arranged(batches, lay)
    first = next(blocks, None)
    columns = Columns(schema, options)
    with Package(file, options.prepared) as package:
        n = _observations(package, columns, lay, chain([first] if first else [], blocks))
        with package.sheet(2, [20, 100], frozen=False) as put:
            put(about_rows(schema, options, n).encode())
        with package.sheet(3, [16, 30, 24, 60, 60]) as put:
            for text in code_rows(schema, options, columns.met):
                put(text.encode())
        package.finish(["Observations", "About", "Codes"], columns.shared)


def _observations(package: Package, columns: Columns, lay: Layout, blocks: Iterator[Block]) -> int:
    """How many rows there are below the titles."""
    titles, rows = columns.titles(lay), 1
    with package.sheet(1, [max(10, min(len(title) + 2, 40)) for title in titles]) as put:
        put(row(titles, style=1).encode())
        for block in blocks:
            texts, n = _rows(columns, block, lay)
            rows += n
            if rows > MOST_ROWS:
                raise TooLarge(
                    f"A spreadsheet holds {MOST_ROWS:,} rows, and this answer has more: ask for fewer observations, or "
                    "in another format, such as format=csvlabels or format=parquet."
                )
            put(as_bytes(texts))
    return rows - 1


def _rows(columns: Columns, block: Block, lay: Layout) -> tuple[pa.Array, int]:
    """One text a series; a row a series where no observations are wanted."""
    heads = concatenate(
        "<row>", *(cell for d in lay.series_dimensions for cell in columns.cells(d, block.dimensions[d.id]))
    )
    offsets = block.offsets if lay.is_flat else np.arange(block.n_series + 1, dtype=np.int32)
    n = int(offsets[-1])
    fields: list[pa.Array | pa.Scalar | str] = [
        *_observation(columns, block, lay),
        _tail(columns, block, lay, n),
        "</row>",
    ]
    rest = concatenate(*fields)
    return behind(heads, repeated(rest, n) if isinstance(rest, pa.Scalar) else rest, offsets, ""), n


def _observation(columns: Columns, block: Block, lay: Layout) -> Iterator[pa.Array]:
    """Period and value."""
    if lay.observation_dimension and block.at is not None:
        normalized = columns.options.time_format == "normalized"
        texts = day_texts(block.at.dictionary) if normalized else block.at.dictionary
        for cells in columns.cells(lay.observation_dimension, texts):
            yield cells.take(block.at.indices)
    if lay.measure and block.values is not None:
        if block.numeric and numeric(lay.measure, columns.schema):
            yield columns.numbers(block.values)
        else:
            yield from columns.cells(lay.measure, block.values)


def _tail(columns: Columns, block: Block, lay: Layout, rows: int) -> pa.Array | pa.Scalar | str:
    """The cells of all attributes."""
    given = combinations(block.attributes if lay.is_flat else block.series_attributes, rows)
    nothing = pa.nulls(given.n, pa.string())
    cells = [cell for a in attributes_of(lay) for cell in columns.cells(a, given.texts.get(a.id, nothing))]
    return spread(concatenate(*cells), given.numbers) if cells else ""
