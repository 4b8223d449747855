"""What stands in a column: its distinct texts with how often each, and whether they are numbers. However long the table is, the work is
bounded: a sample of rows says what a column is, and only columns with few distinct texts are looked at as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.suggestion_words import shipped_words

#: Rows that a column is judged by, and distinct texts up to which all of it is read.
_SAMPLE = 20_000
_DISTINCT = 5_000

_NUMBER = r"^[+\-−]?(\d+|\d{1,3}([,.'’   ]\d{3})+)([.,]\d+)?([eE][+\-]?\d+)?\s*%?$"
_PLAIN = r"^[+\-−]?\d+(\.\d+)?([eE][+\-]?\d+)?$"
_COMMA = r"^[+\-−]?(\d+|\d{1,3}([.'’   ]\d{3})+),\d+\s*%?$"
_GROUPED = r"^[+\-−]?\d{1,3}([,.'’   ])\d{3}"


@dataclass(frozen=True, slots=True)
class Column:
    """`texts`: distinct non-empty texts, the frequent ones first, with their counts; `blank`: the share of empty cells."""

    header: str
    texts: Mapping[str, int]
    blank: float
    #: Share of the cells that are not empty and no missing word which are numbers, and how these are written.
    numeric: float = 0.0
    decimal: str = "."
    thousands: str | None = None
    percent: bool = False
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    #: Texts that stand between the numbers: "..", "c".
    words: tuple[str, ...] = ()
    #: Whether `texts` is all of them.
    complete: bool = True


def look(table: SourceTable) -> tuple[Column, ...]:
    names = table.columns.column_names
    return tuple(_look(header_text(name), table.columns.column(index)) for index, name in enumerate(names))


def rows_sampled(column: pa.ChunkedArray, most: int = _SAMPLE) -> pa.ChunkedArray:
    """All of a short column; of a long one rows evenly taken from all of it."""
    if len(column) <= most:
        return column
    return column.take(pa.array(np.linspace(0, len(column) - 1, most, dtype=np.int64)))


def _look(header: str, column: pa.ChunkedArray) -> Column:
    sample = rows_sampled(column)
    few = pc.count_distinct(sample).as_py() <= _DISTINCT
    whole = column if few else sample
    counted = pc.value_counts(pc.utf8_trim_whitespace(whole.cast(pa.string()).fill_null("")))
    counts = dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True))
    counts = dict(sorted(counts.items(), key=lambda item: -item[1])[: 4 * _DISTINCT])
    empty = counts.pop("", 0)
    complete = few and len(counts) <= _DISTINCT
    return _with_numbers(Column(header, counts, empty / max(len(whole), 1), complete=complete))


def _with_numbers(column: Column) -> Column:
    texts = pa.array(column.texts, pa.string())
    counts = np.fromiter(column.texts.values(), np.int64, len(column.texts))
    if not len(texts):
        return column
    marks = pc.match_substring_regex(texts, _NUMBER).to_numpy(zero_copy_only=False)
    missing = shipped_words().missing
    words = [text for text, mark in zip(column.texts, marks, strict=True) if not mark]
    known = np.array([text.casefold() in missing for text in column.texts])
    told = counts[marks | ~known].sum()
    if not marks.any() or not told:
        return column
    numbers = texts.filter(pa.array(marks))
    plain = pc.match_substring_regex(numbers, _PLAIN)
    decimal, thousands = (".", None) if pc.all(plain).as_py() else _written(numbers.filter(pc.invert(plain)))
    values = _values(numbers, decimal, thousands)
    return Column(
        header=column.header,
        texts=column.texts,
        blank=column.blank,
        numeric=float(counts[marks].sum() / told),
        decimal=decimal,
        thousands=thousands,
        percent=bool(pc.any(pc.match_substring(numbers, "%")).as_py()),
        low=float(values.min()),
        high=float(values.max()),
        whole=bool((values == np.floor(values)).all()),
        words=tuple(words[:50]),
        complete=column.complete,
    )


def _written(odd: pa.Array) -> tuple[str, str | None]:
    """(decimal mark, thousands mark) of numbers that are not simply digits with a point."""
    bare = pc.utf8_rtrim(odd, " %")
    commas = pc.any(pc.match_substring_regex(bare, _COMMA)).as_py()
    # "1,234" alone is a thousand, "71,2" is a fraction; where both could be, the one that is no group of three decides.
    fractions = pc.any(pc.match_substring_regex(bare, r",(\d{1,2}|\d{4,})$")).as_py()
    decimal = "," if commas and fractions else "."
    marks = pc.drop_null(pc.extract_regex(bare, r"^[+\-−]?\d{1,3}(?P<mark>[,.'’   ])\d{3}(?:\D|$)").field("mark"))
    found = [mark for mark in pc.unique(marks).to_pylist() if mark and mark != decimal] if len(marks) else []
    return decimal, (found[0] if found else None)


def _values(numbers: pa.Array, decimal: str, thousands: str | None) -> np.ndarray:
    text = pc.replace_substring_regex(numbers, r"[%\s'’]", "")
    text = pc.replace_substring(text, "−", "-")
    if thousands:
        text = pc.replace_substring(text, thousands, "")
    if decimal == ",":
        text = pc.replace_substring(text, ",", ".")
    readable = pc.match_substring_regex(text, _PLAIN)
    values = text.filter(readable).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values if len(values) else np.zeros(1)
