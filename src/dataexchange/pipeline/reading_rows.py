"""The rows of a file as they stand in it, all of them from row 1 on: what is above a header and below a table is there too.

Reading makes a table of these; here nothing is left out, so that a file can be given back with row n where row n was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from dataexchange.errors import Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import say
from dataexchange.model.table import Limits
from dataexchange.pipeline.reading_dialect import Dialect, OddQuotes, find_dialect
from dataexchange.pipeline.reading_grid import text_of
from dataexchange.pipeline.reading_header import HEAD_ROWS, find_header
from dataexchange.pipeline.reading_parquet import read_parquet
from dataexchange.pipeline.reading_text import Text, examine


@dataclass(frozen=True, slots=True)
class CsvRows:
    """`header_row` counts from 1, `header` are its cells."""

    path: Path
    text: Text
    dialect: Dialect
    header_row: int
    header: Sequence[str]

    def __iter__(self) -> Iterator[list[str]]:
        with self.text.open(self.path) as stream:
            for _, row in self.dialect.records(stream, self.path.name):
                yield row


def csv_rows(path: Path, reading: Reading, name: str, limits: Limits) -> CsvRows:
    text = examine(path, reading.encoding, name, limits)
    with text.open(path) as stream:
        dialect = find_dialect(list(islice(stream, HEAD_ROWS)), reading, name)
    try:
        return _with_header(path, reading, name, text, dialect)
    except OddQuotes:
        return _with_header(path, reading, name, text, replace(dialect, loose=True))


def sheet_rows(path: Path, name: str) -> dict[str, Iterator[Sequence[str]]]:
    """The sheets of a workbook, their cells as text."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {sheet: book.get_sheet_by_name(sheet) for sheet in book.sheet_names}
    except CalamineError as error:
        raise Unreadable(
            say("{file}: the workbook cannot be read ({reason}); save it again", file=name, reason=str(error))
        ) from None
    return {sheet: _of_sheet(loaded) for sheet, loaded in sheets.items()}


def parquet_rows(path: Path, name: str, limits: Limits) -> Iterator[Sequence[str]]:
    """The names of the columns as row 1."""
    table = read_parquet(path, Reading(), name, limits)
    yield table.columns.column_names
    numbers, last = iter(table.rows.tolist()), 1
    for batch in table.columns.to_batches(max_chunksize=10_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number = next(numbers)
            yield from ((),) * (number - last - 1)
            yield row
            last = number


def _of_sheet(sheet: Any) -> Iterator[Sequence[str]]:
    left = sheet.start[1] if sheet.start else 0
    return ([*[""] * left, *map(text_of, row)] for row in sheet.iter_rows())


def _with_header(path: Path, reading: Reading, name: str, text: Text, dialect: Dialect) -> CsvRows:
    with text.open(path) as stream:
        head = [row for _, row in islice(dialect.records(stream, name), HEAD_ROWS)]
    at = find_header(head, reading.header_row, name)
    return CsvRows(path, text, dialect, at + 1, head[at] if at < len(head) else ())
