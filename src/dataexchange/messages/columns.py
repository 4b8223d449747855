"""Text of many rows at once: the few Arrow moves that every data writer is made of.

A million observations have few distinct combinations of status, multiplier, nature and unit. So a writer asks for the
`combinations` of its attribute columns, makes the text of each once, and `spread`s it over the rows.

>>> status, unit = (pa.array(texts).dictionary_encode() for texts in (["x", "x", "y"], ["p", "p", "p"]))
>>> rows = combinations({"A": status, "B": unit}, 3)
>>> spread(concatenate(rows.texts["A"], "-", rows.texts["B"]), rows.numbers).to_pylist()
['x-p', 'x-p', 'y-p']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_SPAN = 2**62


@dataclass(frozen=True, slots=True)
class Combinations:
    """The distinct rows of some columns. `numbers` says which one each row is; None where there is only one."""

    #: Column id -> its text in each distinct row, null where it has none.
    texts: Mapping[str, pa.Array]
    n: int
    numbers: pa.Array | None


def combinations(columns: Mapping[str, pa.DictionaryArray], rows: int) -> Combinations:
    """Dictionary indices are folded into one integer a row, so only integers are compared, whatever the columns hold."""
    varying = {name: column for name, column in columns.items() if not _constant(column)}
    numbers, firsts, n = _number(varying, rows)
    anyone = np.zeros(n, np.int64)
    texts = {
        name: column.take(pa.array(firsts if name in varying else anyone)).cast(pa.string())
        if rows
        else pa.nulls(n, pa.string())
        for name, column in columns.items()
    }
    return Combinations(texts, n, numbers)


def _constant(column: pa.DictionaryArray) -> bool:
    """All rows the same, seen without looking at them: one entry in the dictionary and no gap, or nothing but gaps."""
    return column.null_count == len(column) if column.null_count else len(column.dictionary) == 1


def _number(columns: Mapping[str, pa.DictionaryArray], rows: int) -> tuple[pa.Array | None, npt.NDArray[np.int64], int]:
    """(number of the combination of every row, a row that has each combination, how many there are)."""
    if not columns:
        return None, np.zeros(1, np.int64), 1
    folded = np.zeros(rows, np.int64)
    span = 1
    for column in columns.values():
        size = len(column.dictionary) + 1
        if span * size > _SPAN:
            folded = np.unique(folded, return_inverse=True)[1].astype(np.int64)
            span = rows
        folded *= size
        indices = column.indices.fill_null(size - 1) if column.null_count else column.indices
        folded += indices.to_numpy(zero_copy_only=False)
        span *= size
    encoded = pa.array(folded).dictionary_encode()
    numbers, n = encoded.indices, len(encoded.dictionary)
    if n == 1:
        return None, np.zeros(1, np.int64), 1
    firsts = np.empty(n, np.int64)
    firsts[numbers.to_numpy()[::-1]] = np.arange(rows - 1, -1, -1)
    return numbers, firsts, n


def spread(texts: pa.Array, numbers: pa.Array | None) -> pa.Array | pa.Scalar:
    """Text of every row from the text of every combination; a scalar, which Arrow repeats for nothing, where all agree."""
    return texts[0] if numbers is None else texts.take(numbers)


def concatenate(*parts: pa.Array | pa.Scalar | str) -> pa.Array:
    """Row by row, end to end. At least one part is an array."""
    return pc.binary_join_element_wise(*parts, "")


def optional(before: str, text: pa.Array, after: str) -> pa.Array:
    """`before text after` where there is a text, nothing where there is none."""
    return filled(pc.binary_join_element_wise(before, text, after, ""))


def unless_empty(before: str, text: pa.Array, after: str) -> pa.Array:
    """The same for a text that may be empty."""
    return pc.if_else(pc.equal(text, ""), text, pc.binary_join_element_wise(before, text, after, ""))


def joined(texts: pa.Array, offsets: npt.NDArray[np.int32], separator: str | pa.Array) -> pa.Array:
    """One text a series out of those of its observations."""
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), texts), separator)


def behind(heads: pa.Array, texts: pa.Array, offsets: npt.NDArray[np.int32], between: str) -> pa.Array:
    """One text a series: each of its observations behind the head of the series. Series without observations are left out."""
    filled = np.diff(offsets) > 0
    if not filled.all():
        heads = heads.filter(pa.array(filled))
        offsets = np.concatenate((offsets[:1], offsets[1:][filled]))
    return concatenate(heads, joined(texts, offsets, concatenate(between, heads)))


def repeated(text: pa.Scalar, n: int) -> pa.Array:
    return pc.take(pa.array([text.as_py()], pa.string()), pa.array(np.zeros(n, np.int32)))


def as_bytes(texts: pa.Array) -> bytes:
    """All of a string array end to end: its own buffer, copied once."""
    if len(texts) == 0:
        return b""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)
    start, end = int(ends[texts.offset]), int(ends[texts.offset + len(texts)])
    return b"" if data is None or start == end else data.slice(start, end - start).to_pybytes()


def filled(texts: pa.Array, otherwise: str = "") -> pa.Array:
    """Without nulls. Most columns have none, and asking is cheaper than filling."""
    return texts.fill_null(otherwise) if texts.null_count else texts


def strings(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A plain string array of a column, however it is held."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole if pa.types.is_string(whole.type) else whole.cast(pa.string())
