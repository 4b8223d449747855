"""XLSX: a sheet of observations as `messages.plain_table` has them, a sheet about them, a sheet of what the codes mean.

A sheet has 1,048,576 rows. Whether that is enough is known only at the end, so the file is made whole, on disk where it is
large, before the first of it goes out; memory does not grow with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from dataexchange.errors import TooLarge
from dataexchange.messages.arrange import arranged
from dataexchange.messages.columns import as_bytes
from dataexchange.messages.flat import flat_layout
from dataexchange.messages.layout import Block, Layout
from dataexchange.messages.plain_table import PlainTable
from dataexchange.messages.write_options import WriteOptions
from dataexchange.messages.xlsx_about import about_rows, code_rows, row
from dataexchange.messages.xlsx_cells import XlsxCells
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
    cells = XlsxCells()
    table = PlainTable(schema, options, cells)
    package = Package(file, options.prepared)
    n = _observations(package, table, lay, arranged(batches, lay))
    with package.sheet(2, [20, 100], frozen=False) as put:
        put(about_rows(schema, options, n).encode())
    with package.sheet(3, [16, 30, 24, 60, 60]) as put:
        put(code_rows(schema, options, cells.met))
    package.finish(["Observations", "About", "Codes"], cells.shared)


def _observations(package: Package, table: PlainTable, lay: Layout, blocks: Iterator[Block]) -> int:
    """How many rows there are below the titles."""
    titles, rows = table.titles(lay), 1
    with package.sheet(1, [max(10, min(len(title) + 2, 40)) for title in titles]) as put:
        put(row(titles, style=1).encode())
        for block in blocks:
            texts, n = table.rows(block, lay)
            rows += n
            if rows > MOST_ROWS:
                raise TooLarge(
                    f"A spreadsheet holds {MOST_ROWS:,} rows, and this answer has more: ask for fewer observations, or "
                    "in another format, such as format=csvlabels or format=parquet."
                )
            put(as_bytes(texts))
    return rows - 1
