"""What stands in a column: its distinct texts with how often each, and whether they are numbers. However long the table is, the work is
bounded: a sample of rows says what a column is, and only columns with few distinct texts are looked at as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.mapping import Numbers
from dataexchange.model.symbols import BESIDE, usual
from dataexchange.model.table import SourceTable, header_text
from dataexchange.model.written import Written, written
from dataexchange.pipeline.mapping_flags import take_flag
from dataexchange.pipeline.mapping_numbers import read_numbers

#: Rows that a column is judged by, and distinct texts up to which all of it is read.
_SAMPLE = 20_000
_DISTINCT = 5_000
_FLAGGED = 500

_NUMBER = r"^[+\-−]?(\d[\d,.'’ \x{00a0}\x{2009}\x{202f}]*|[.,]\d+)([eE][+\-]?\d{1,3})?\s*%?$"
_BESIDE = {symbol.symbol: symbol.status for symbol in BESIDE}


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
    #: Marks beside numbers: the e of "12.5e".
    flags: tuple[str, ...] = ()
    #: The mark that may stand between thousands or before decimals, where nothing in the column says which.
    unsure: str | None = None
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
    words = [text for text, mark in zip(column.texts, marks, strict=True) if not mark]
    if not marks.any():
        return column
    # What stands between numbers is a few symbols; a column of names is not looked through for them.
    flagged = {text: taken[1] for text in words[:_FLAGGED] if (taken := take_flag(text, _BESIDE)) is not None}
    symbols = {text for text in words[:_FLAGGED] if text in flagged or usual(text, alone=True)}
    # A word that usually stands for a missing value, or a number with a mark, takes nothing from the column being numbers.
    known = np.array([text in symbols for text in column.texts])
    told = counts[~known].sum()
    if not told:
        return column
    numbers = texts.filter(pa.array(marks))
    form = written(numbers) or Written()
    values = _values(numbers, form)
    return replace(
        column,
        numeric=float(counts[marks].sum() / told),
        decimal=_decimal(form) if form.thousands else form.decimal or ".",
        thousands=form.thousands,
        unsure=form.unsure,
        percent=bool(pc.any(pc.match_substring(numbers, "%")).as_py()),
        low=float(values.min()),
        high=float(values.max()),
        whole=bool((values == np.floor(values)).all()),
        words=tuple(text for text in words[:_FLAGGED] if text not in flagged)[:50],
        flags=tuple(dict.fromkeys(flagged.values())),
    )


def _values(numbers: pa.Array, form: Written) -> npt.NDArray[np.float64]:
    read = Numbers(decimal=_decimal(form), thousands=form.thousands, percent=True)
    values, valid = read_numbers(numbers, read)
    return values[valid] if valid.any() else np.zeros(1)


def _decimal(form: Written) -> str:
    """Where a point parts thousands, or may do so, decimals have a comma."""
    return form.decimal or ("," if "." in (form.thousands, form.unsure) else ".")
