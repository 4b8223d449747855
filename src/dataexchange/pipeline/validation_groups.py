"""Series that differ in one dimension alone: women, men and all of the same subject and area; a rate, its count and its denominator.

Groups with the same codes are handled together, so that a hundred thousand of them cost a few array operations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dataexchange.pipeline.validation_table import Flags, Ints, Observations

#: Sets of codes are told apart by the sum of a random number for each code: two sets are confused once in 10^19 pairs.
_SEED = 6


@dataclass(frozen=True, slots=True)
class Alike:
    """Groups that have the same codes: `series` has a row for each group, a column for each of `codes`."""

    codes: tuple[str, ...]
    series: Ints

    def of(self, code: str) -> Ints:
        return np.asarray(self.series[:, self.codes.index(code)])


def alike(table: Observations, dimension: str, chosen: Flags) -> Iterator[Alike]:
    """Groups of at least two of the chosen series that differ in this dimension alone."""
    column = table.of_series(dimension)
    series = np.flatnonzero(chosen & (column.index >= 0))
    if len(series) < 2:
        return
    rest, code = besides(table, dimension, series), column.index[series]
    order = np.lexsort((code, rest))
    series, rest, code = series[order], rest[order], code[order]
    starts = np.flatnonzero(np.append(True, rest[1:] != rest[:-1]))
    sizes = np.diff(np.append(starts, len(rest)))
    random = np.random.default_rng(_SEED).integers(0, 2**63, len(column.values), np.uint64)
    names = column.values.to_pylist()
    signs = np.add.reduceat(random[code], starts)
    several = np.flatnonzero(sizes > 1)
    _, first, sign = np.unique(signs[several], return_index=True, return_inverse=True)
    by_sign = np.argsort(sign, kind="stable")
    for groups in np.split(several[by_sign], np.cumsum(np.bincount(sign))[:-1]) if len(first) else ():
        at, size = starts[groups[0]], int(sizes[groups[0]])
        codes = tuple(names[place] for place in code[at : at + size].tolist())
        yield Alike(codes, series[starts[groups][:, None] + np.arange(size)])


def besides(table: Observations, dimension: str, series: Ints) -> Ints:
    """For each of the series a number for its key without the dimension."""
    folded, span = np.zeros(len(series), np.int64), 1
    for other in table.schema.structure.dimension_ids:
        column = table.of_series(other)
        size = len(column.values) + 1
        if other == dimension or (size == 2 and (column.index >= 0).all()):
            continue
        if span * size > 2**62:
            folded = np.unique(folded, return_inverse=True)[1].astype(np.int64)
            span = int(folded.max(initial=0)) + 1
        folded = folded * size + column.index[series] + 1
        span *= size
    return folded
