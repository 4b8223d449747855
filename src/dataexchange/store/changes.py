"""What became of the observations since a release: the answer to `updatedAfter`.

A release writes a series anew when anything in it changed, so the versions before and after stand side by side in one row of a
join and are compared period by period. A change of a series attribute is a change of all observations of the series.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_

from dataexchange.model.dataset import SeriesBatch, Values
from dataexchange.model.schema import Schema
from dataexchange.store.pack_rows import series_period
from dataexchange.store.read import Columns, batch, described, observed, portions, rows_of, wanted
from dataexchange.store.selection import Selection, visible
from dataexchange.store.unpack import Ints, Mask, Observations


def changed(
    conn: Connection, selection: Selection, schema: Schema, flow: str, since: int, upto: int | None, size: int
) -> Iterator[SeriesBatch]:
    """Observations that came or were revised after release `since` and stand after `upto` (None: now)."""
    held = selection.series_table
    before = held.table.alias("before")
    query = _beside(
        wanted(selection, flow, held.table.c.release_from > since, visible(held.table, upto)),
        selection,
        before,
        visible(before, since),  # type: ignore[arg-type]
    )
    for columns in portions(conn, query, size):
        here, there = _halves(columns)
        now, then = observed(held, here), observed(held, there)
        attributes = slice(2, 2 + len(held.attributes))
        alike = np.array(
            [a == b for a, b in zip(_rows(here[attributes], here), _rows(there[attributes], here), strict=True)]
        )
        mask = ~_unchanged(now, then) | ~alike[now.series]
        made = batch(selection, schema, described(held, flow, here), now, among=mask, action="R")
        if made.n_series:
            yield made


def deleted(
    conn: Connection, selection: Selection, schema: Schema, flow: str, since: int, upto: int | None, size: int
) -> Iterator[SeriesBatch]:
    """Observations that stood after release `since` and do not stand after `upto`, as they were."""
    held = selection.series_table
    gone = held.table.c.release_to.is_not(None) if upto is None else held.table.c.release_to <= upto
    after = held.table.alias("after")
    query = _beside(
        wanted(selection, flow, visible(held.table, since), gone),
        selection,
        after,
        visible(after, upto),  # type: ignore[arg-type]
    )
    for columns in portions(conn, query, size):
        here, there = _halves(columns)
        then, now = observed(held, here), observed(held, there)
        mask = _places(then, now) < 0
        made = batch(selection, schema, described(held, flow, here), then, among=mask, action="D")
        if made.n_series:
            yield made


def _beside(query: Select[Any], selection: Selection, other: FromClause, stands: ColumnElement[bool]) -> Select[Any]:
    """The query with, in each row, the other version of the series that stands at another time, or nulls.

    A dataflow says a series once, so the version may be another provider's, unless the query is about some providers alone.
    """
    table = selection.series_table.table
    names = ("dataflow", "key", "provider") if selection.of_providers else ("dataflow", "key")
    same = and_(*(other.c[name] == table.c[name] for name in names), stands)
    return query.add_columns(*rows_of(selection.series_table, other)).outerjoin_from(table, other, same)


def _halves(columns: Columns) -> tuple[Columns, Columns]:
    middle = len(columns) // 2
    return columns[:middle], columns[middle:]


def _rows(columns: Columns, all_columns: Columns) -> list[tuple[Any, ...]]:
    return list(zip(*columns, strict=True)) if columns else [()] * len(all_columns[0])


def _places(wanted_: Observations, others: Observations) -> Ints:
    """For every observation where the one of the same series and period is among the others; -1 where there is none."""
    code, other = series_period(wanted_.series, wanted_.periods), series_period(others.series, others.periods)
    if not len(other):
        return np.full(len(code), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(other, code), len(other) - 1)
    return np.where(other[place] == code, place, -1)


def _unchanged(now: Observations, then: Observations) -> Mask:
    place = _places(now, then)
    same: Mask = place >= 0
    if not same.any():
        return same
    same &= _alike(now.values, then.values, place)
    same &= _numbered(now, then)[now.combos] == then.combos[place]
    if now.texts is not None and then.texts is not None:
        same &= _alike(now.texts, then.texts, place)
    for measure in now.further.keys() | then.further.keys():
        same &= _alike(now.further.get(measure), then.further.get(measure), place)
    return same


def _alike(now: Values | None, then: Values | None, place: Ints) -> Mask:
    """Whether a measure says now what it said then at those places; none at all, or of the other kind, is no value."""
    if isinstance(now, pa.Array) or isinstance(then, pa.Array):
        words, before = _words(now, len(place)), _words(then, int(place.max()) + 1).take(pa.array(np.maximum(place, 0)))
        alike: Mask = pc.equal(words, before).to_numpy(zero_copy_only=False)
        return alike
    a = np.full(len(place), np.nan) if now is None else now
    b = np.full(len(place), np.nan) if then is None else then[place]
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)), dtype=bool)


def _words(values: Values | None, n: int) -> pa.Array:
    words = values if isinstance(values, pa.Array) else pa.nulls(n, pa.string())
    return pc.fill_null(words, "\0")


def _numbered(now: Observations, then: Observations) -> Ints:
    """For each combination of `now` its number in `then`, -1 where it has none. As sets: the order of attributes means nothing."""
    numbers = {frozenset(c.items()): i for i, c in enumerate(then.combinations)}
    return np.array([numbers.get(frozenset(c.items()), -1) for c in now.combinations], dtype=np.int64)
