"""Parquet as a table of text: numbers and dates as they would be written, null as an empty cell.

    Year (int64)  Ward (string)  Share (double)         Year    Ward      Share
    2018          Ashley         71.2              →    "2018"  "Ashley"  "71.2"

A few bytes of Parquet may stand for a billion rows, so that texts are counted before they are laid out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import say
from dataexchange.model.table import Limits, SourceTable, column_letter
from dataexchange.pipeline.reading_header import Cells, frame

_BATCH = 1 << 16
_ROWS = 2**31 - 2


def read_parquet(path: Path, reading: Reading, name: str, limits: Limits) -> SourceTable:
    try:
        with pq.ParquetFile(path) as file:
            texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
        # Texts stay in dictionaries until they are counted.
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            columns, numbers = _columns(file, name, limits)
            header = [field.name for field in file.schema_arrow]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError, OSError, pa.ArrowCapacityError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise Unreadable(
            say("{file}: the Parquet file cannot be read ({reason}); write it again", file=name, reason=reason)
        ) from None
    n = len(columns[0]) if columns else 0
    if not n:
        raise Unreadable(say("{file}: the Parquet file has no rows; send the table with its rows", file=name))
    framed = frame(Cells(header, 1, columns, np.arange(2, n + 2, dtype=np.int32)), name, None, limits)
    marks = {h: numbers[p][framed.kept] for h, p in framed.positions.items() if p in numbers}
    return SourceTable(
        framed.table,
        framed.rows,
        name,
        None,
        say("read as Parquet, {rows}", rows=framed.rows_text),
        framed.findings,
        {h: m for h, m in marks.items() if m.any()},
        letters={h: column_letter(p) for h, p in framed.positions.items()},
        header_row=1,
    )


def _columns(
    file: pq.ParquetFile, name: str, limits: Limits
) -> tuple[list[pa.ChunkedArray], dict[int, np.ndarray[tuple[int], np.dtype[np.bool_]]]]:
    form, rows = file.schema_arrow, file.metadata.num_rows
    if len(form) > limits.columns:
        raise TooLarge(
            say(
                "{file}: {count} columns are over the limit of {limit}; send fewer",
                file=name,
                count=len(form),
                limit=limits.columns,
            )
        )
    if rows > _ROWS or rows * max(len(form), 1) > limits.parquet_cells:
        raise TooLarge(
            say(
                "{file}: the table has {row} rows of {count} columns, which is too much; send it in parts",
                file=name,
                row=rows,
                count=len(form),
            )
        )
    for field in form:
        if pa.types.is_nested(field.type):
            raise Unreadable(
                say(
                    "{file}: column {column} holds lists or structs; write one value a cell",
                    file=name,
                    column=repr(field.name[:100]),
                )
            )
    chunks: list[list[pa.Array]] = [[] for _ in form]
    marks: list[list[pa.Array]] = [[] for _ in form]
    size = 0
    for batch in file.iter_batches(batch_size=_BATCH):
        for position, column in enumerate(batch.columns):
            size += _length(column)
            if size > limits.parquet_text:
                raise TooLarge(
                    say(
                        "{file}: the cells hold more than {limit} characters; send the table in parts",
                        file=name,
                        limit=limits.parquet_text,
                    )
                )
            chunks[position].append(_texts(column))
            if pa.types.is_primitive(column.type) and _is_number(column.type):
                marks[position].append(column.is_valid())
    numbers = {p: pa.chunked_array(m, pa.bool_()).to_numpy() for p, m in enumerate(marks) if m}
    return [pa.chunked_array(c, pa.string()) for c in chunks], numbers


def _length(column: pa.Array) -> int:
    """Of the texts of a column, before they are laid out."""
    if pa.types.is_dictionary(column.type):
        if not len(column.dictionary) or not _is_text(column.type.value_type):
            return 24 * len(column)
        lengths = pc.binary_length(column.dictionary).take(column.indices)
    elif _is_text(column.type):
        lengths = pc.binary_length(column)
    else:
        return 24 * len(column)
    return int(pc.sum(lengths).as_py() or 0)


def _texts(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_null(kind):
        return pa.array([""] * len(column), pa.string())
    if pa.types.is_boolean(kind):
        return pc.fill_null(pc.if_else(column, "TRUE", "FALSE"), "")
    if pa.types.is_floating(kind):
        return pc.fill_null(_float_texts(column), "")
    if pa.types.is_timestamp(kind):
        texts = pc.replace_substring_regex(column.cast(pa.string()), r"\.0+", "")
        return pc.fill_null(pc.replace_substring(pc.replace_substring(texts, " 00:00:00", ""), " ", "T"), "")
    return pc.fill_null(column.cast(pa.string()), "")


def _float_texts(column: pa.Array) -> pa.Array:
    """2018.0 is 2018: pandas makes floats of whole numbers beside empty cells."""
    kept = pc.if_else(pc.is_nan(column), None, column)
    distinct = kept.dictionary_encode()
    texts = [
        None if v is None else str(int(v)) if v.is_integer() and abs(v) < 1e15 else repr(v)
        for v in distinct.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(distinct.indices)


def _is_text(kind: pa.DataType) -> bool:
    return any(
        is_(kind)
        for is_ in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    )


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))
