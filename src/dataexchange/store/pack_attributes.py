"""Observation attributes of a long table as each series keeps them: its distinct combinations, and a code per observation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson
import pyarrow as pa

from dataexchange.model.dataset import as_codes
from dataexchange.model.structure import DataStructure
from dataexchange.store.pack_rows import Ints, Rows, latest, pairs

#: Above this many combinations, finding the distinct ones by sorting is cheaper than by counting.
_COUNTABLE = 1 << 22


def attribute_lists(
    table: pa.Table, structure: DataStructure, rows: Rows, numbers: Ints, edges: Ints
) -> tuple[list[str], list[bytes | None]]:
    """The distinct combinations of observation attributes of each series, and which of them each observation has."""
    combos, texts = _combinations(table, [a.id for a in structure.observation_attributes], rows)
    if not len(combos):
        return [], []
    lowest = np.minimum.reduceat(combos, edges[:-1])
    mixed = lowest != np.maximum.reduceat(combos, edges[:-1])
    single = [f"[{text}]" for text in texts]
    lists = [single[c] for c in lowest.tolist()]
    codes: list[bytes | None] = [None] * len(lists)
    if mixed.any():
        _mixed(combos, texts, numbers, edges, np.flatnonzero(mixed), lists, codes)
    return lists, codes


def _mixed(
    combos: Ints,
    texts: Sequence[str],
    numbers: Ints,
    edges: Ints,
    which: Ints,
    lists: list[str],
    codes: list[bytes | None],
) -> None:
    """Fill in `lists` and `codes` of the series that have more than one combination."""
    chosen = np.zeros(len(edges) - 1, dtype=bool)
    chosen[which] = True
    inside = chosen[numbers]
    there, local = np.unique(numbers[inside] * len(texts) + combos[inside], return_inverse=True)
    owners = there // len(texts)
    bounds = np.searchsorted(owners, np.append(which, len(edges)))
    local = local - bounds[np.searchsorted(which, numbers[inside])]
    here = np.concatenate(([0], np.cumsum(np.diff(edges)[which])))
    flat = {width: local.astype(f"<u{width}").tobytes() for width in (1, 2, 4)}
    held = (there % len(texts)).tolist()
    for i, (a, b), (start, end) in zip(which.tolist(), pairs(bounds), pairs(here), strict=True):
        lists[i] = f"[{','.join([texts[c] for c in held[a:b]])}]"
        width = 1 if b - a <= 1 << 8 else 2 if b - a <= 1 << 16 else 4
        codes[i] = flat[width][start * width : end * width]


def _combinations(table: pa.Table, ids: Sequence[str], rows: Rows) -> tuple[Ints, list[str]]:
    """(number of its combination for every observation, the combinations as JSON objects, sorted by their text)."""
    folded = np.zeros(len(rows.ends), dtype=np.int64)
    span = 1
    columns: list[tuple[str, Ints, pa.Array]] = []
    for name in ids:
        if name not in table.column_names or table[name].null_count == table.num_rows:
            continue
        array = as_codes(table[name])
        codes = latest(array.indices.fill_null(-1).to_numpy(zero_copy_only=False)[rows.take].astype(np.int64), rows)
        columns.append((name, codes, array.dictionary))
        size = len(array.dictionary) + 1
        if span * size > 1 << 62:
            distinct, folded = np.unique(folded, return_inverse=True)
            folded, span = folded.astype(np.int64), len(distinct)
        folded = folded * size + codes + 1
        span *= size
    numbers, count = _renumbered(folded, span)
    example = np.zeros(count, dtype=np.int64)
    example[numbers] = np.arange(len(numbers))
    texts = _as_objects(columns, example)
    ordered = sorted(set(texts))
    place = {text: i for i, text in enumerate(ordered)}
    return np.array([place[text] for text in texts], dtype=np.int64)[numbers], ordered


def _renumbered(folded: Ints, span: int) -> tuple[Ints, int]:
    if span > _COUNTABLE:
        distinct, numbers = np.unique(folded, return_inverse=True)
        return numbers.astype(np.int64), len(distinct)
    there = np.bincount(folded, minlength=1) > 0
    return (np.cumsum(there) - 1)[folded], int(there.sum())


def _as_objects(columns: Sequence[tuple[str, Ints, pa.Array]], example: Ints) -> list[str]:
    """JSON text of the combinations that stand at the rows `example`; attributes that are not given are left out."""
    named = []
    for name, codes, dictionary in columns:
        at = codes[example]
        named.append((name, dictionary.cast(pa.string()).take(pa.array(at, mask=at < 0)).to_pylist()))
    return [
        orjson.dumps({name: values[i] for name, values in named if values[i] is not None}).decode()
        for i in range(len(example))
    ]
