"""Iterative proportional fitting, known as RAS: a table scaled row by row, then column by column, until it meets both margins.

What comes out has the interaction of what went in: every cross-product ratio stays. Zeros stay zero. Source: Deming and Stephan
1940; convergence where a table with these zeros and margins exists: Bregman 1967.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dataexchange.errors import Conflict
from dataexchange.model.sentence import Value, say

Floats = npt.NDArray[np.float64]

#: The margin error at which it ends, absolute; of margins of many millions, what their floating-point numbers can tell.
_CLOSE, _EXACT = 1e-8, 1e-13

_ROUNDS = 10_000


def fitted(
    cells: Floats, rows: Floats, columns: Floats, row_names: Sequence[Value] = (), column_names: Sequence[Value] = ()
) -> Floats:
    """A table (r x c, none below 0) whose rows make `rows` (r) and whose columns make `columns` (c) afterwards.

    Raises Conflict where no such table is: the margins make different totals, or a row or column of zeros has to be more than zero; it
    names which, by the names given.

    >>> fitted(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([30.0, 10.0]), np.array([20.0, 20.0])).tolist()
    [[15.0, 15.0], [5.0, 5.0]]
    """
    named = (row_names or _numbers(len(rows)), column_names or _numbers(len(columns)))
    _refuse_impossible(cells, rows, columns, named)
    close = max(_CLOSE, _EXACT * float(rows.sum()))
    found = cells.astype(np.float64)
    for _ in range(_ROUNDS):
        found = found * _factors(columns, found.sum(axis=0))
        found = found * _factors(rows, found.sum(axis=1))[:, np.newaxis]
        if np.abs(found.sum(axis=0) - columns).max(initial=0) < close:
            return found
    off = np.abs(found.sum(axis=0) - columns)
    raise Conflict(
        say(
            "the zeros of the table leave no way to meet all margins: {margin} is still missed by {off} after {rounds} rounds",
            margin=named[1][int(off.argmax())],
            off=round(float(off.max()), 6),
            rounds=_ROUNDS,
        )
    )


def _factors(wanted: Floats, there: Floats) -> Floats:
    """What each row or column is multiplied with; of one that is all zeros it does not matter."""
    return np.divide(wanted, there, out=np.zeros_like(wanted), where=there > 0)


def _refuse_impossible(
    cells: Floats, rows: Floats, columns: Floats, named: tuple[Sequence[Value], Sequence[Value]]
) -> None:
    if (cells < 0).any() or (rows < 0).any() or (columns < 0).any():
        raise Conflict(say("a value is below 0, and shares of a total cannot be"))
    one, other = float(rows.sum()), float(columns.sum())
    if not np.isclose(one, other, rtol=1e-9, atol=_CLOSE):
        raise Conflict(
            say(
                "the margins disagree: {rows} make {one}, {columns} make {other}",
                rows=_among(named[0]),
                one=round(one, 6),
                columns=_among(named[1]),
                other=round(other, 6),
            )
        )
    for axis, margin in ((1, rows), (0, columns)):
        empty = (cells.sum(axis=axis) == 0) & (margin > 0)
        if empty.any():
            at = int(empty.argmax())
            raise Conflict(
                say(
                    "all values of {margin} are 0, and its total is {total}: zeros stay zero",
                    margin=named[1 - axis][at],
                    total=float(margin[at]),
                )
            )


def _among(names: Sequence[Value]) -> Value:
    return say("{first} to {last}", first=names[0], last=names[-1]) if len(names) > 1 else names[0]


def _numbers(n: int) -> list[Value]:
    return [str(i + 1) for i in range(n)]
