"""CSV for people and for programs that know no SDMX: `messages.plain_table` with commas.

It is opened in spreadsheets, so text that one would take for a formula begins with an apostrophe here; codes and numbers are
exact, and whoever needs every text so asks for SDMX-CSV.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from dataexchange.messages.arrange import arranged
from dataexchange.messages.columns import as_bytes, filled
from dataexchange.messages.escape import csv_cell, harmless
from dataexchange.messages.flat import flat_layout
from dataexchange.messages.plain_table import PlainTable
from dataexchange.messages.write_options import WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Component

#: What Excel knows UTF-8 by.
_MARK = b"\xef\xbb\xbf"


def write_plain_csv(schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    lay = flat_layout(schema, options)
    table = PlainTable(schema, options, _CsvCells())
    rows = (as_bytes(table.rows(block, lay)[0]) for block in arranged(batches, lay))
    titles = csv_cell(harmless(pa.array(table.titles(lay), pa.string()))).to_pylist()
    yield (_MARK if options.byte_order_mark else b"") + ",".join(titles).encode() + b"\n" + next(rows, b"")
    yield from filter(None, rows)


class _CsvCells:
    before, between, after = "", ",", "\n"

    def codes(self, component: Component, codes: pa.Array) -> pa.Array:
        return csv_cell(filled(codes))

    def names(self, names: pa.Array) -> pa.Array:
        return csv_cell(harmless(filled(names)))

    def texts(self, component: Component, texts: pa.Array) -> pa.Array:
        return csv_cell(harmless(filled(texts)))

    def numbers(self, numbers: pa.Array) -> pa.Array:
        return filled(numbers)
