"""How much a data query would answer, told from the series table without reading observations.

Every row of a series table says how many observations it packs, so sums over its columns answer exactly unless the query
picks among the observations themselves (time, measure, observation attributes) or compares releases. Then the sums are what it is at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, distinct, func, literal, or_, select

from dataexchange.model.query import DataQuery
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import releases as numbers
from dataexchange.store import series, series_table
from dataexchange.store.selection import Selection, selection, visible
from dataexchange.store.tables import releases


@dataclass(frozen=True, slots=True)
class Size:
    """Series are those that could have something to say, each counted once."""

    series: int = 0
    observations: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(self.series + other.series, self.observations + other.observations)


def held(conn: Connection, flow: Ref) -> int:
    """Observations that a dataflow holds now, as its releases say: a few rows, whatever its size."""
    c = releases.c
    newest = select(func.max(c.number)).where(c.dataflow == flow.short).group_by(c.provider, c.dataset)
    return int(conn.execute(select(func.sum(c.observations)).where(c.number.in_(newest))).scalar() or 0)


def size(conn: Connection, query: DataQuery, schema: Schema, flow: Ref, *, most: int) -> Size:
    """Of the answer, exactly where it is `most` or less; above that, counting ends.

    Raises InvalidRequest, naming the parameter, for what the data structure does not have.
    """
    found = _found(conn, query, schema)
    if found is None:
        return Size()
    total = _size(conn.execute(_counted(conn, query, found, flow)).one())
    if total.observations <= most or _is_exact(query, found):
        return total
    n = 0
    for batch in series.batches(conn, query, schema, flow):
        n += batch.n
        if n > most:
            break
    return Size(total.series, n)


def sizes(conn: Connection, query: DataQuery, schema: Schema, flow: Ref, dimension: str) -> dict[str, Size]:
    """What the query answers at most under each value of a dimension, by value."""
    found = _found(conn, query, schema)
    if found is None:
        return {}
    column = found.series_table.dimension(dimension)
    rows = conn.execute(_counted(conn, query, found, flow, column).group_by(column).order_by(column))
    return {row[2]: _size(row) for row in rows}


def _found(conn: Connection, query: DataQuery, schema: Schema) -> Selection | None:
    there = series_table.find(conn, schema.structure.ref)
    return None if there is None else selection(query, schema, there, conn.dialect.name)


def _counted(conn: Connection, query: DataQuery, found: Selection, flow: Ref, *more: ColumnElement[Any]) -> Select[Any]:
    table = found.series_table.table
    rows, times = _rows(conn, query, found)
    ends = [n for n in (query.first_n, query.last_n) if n is not None]
    n = case((table.c.n > sum(ends), sum(ends)), else_=table.c.n) if ends else table.c.n
    # A series stands once in a dataflow; with its earlier versions it is several rows.
    keys = func.count() if times is None else func.count(distinct(table.c.key))
    total = func.sum(n if times is None else n * times)
    where = (table.c.dataflow == flow.short, rows, *found.conditions, *found.observed.overlapping(table))
    return select(keys, total, *more).select_from(table).where(*where)


def _rows(
    conn: Connection, query: DataQuery, found: Selection
) -> tuple[ColumnElement[bool], ColumnElement[int] | None]:
    """Which versions of series are read, and how often each is written; None for once."""
    c = found.series_table.table.c
    upto = None if query.as_of is None else numbers.number_at(conn, query.as_of)
    if query.updated_after is None and not query.include_history:
        return visible(found.series_table.table, upto), None
    since = 0 if query.updated_after is None else numbers.number_at(conn, query.updated_after)
    came, went = [c.release_from > since], [c.release_to > since]
    if upto is not None:
        came, went = [*came, c.release_from <= upto], [*went, c.release_to <= upto]
    times = case((and_(*came), 1), else_=0) + case((and_(*went), 1), else_=0)
    return or_(and_(*came), and_(*went)), times if query.include_history else literal(1)


def _is_exact(query: DataQuery, found: Selection) -> bool:
    among = found.observed
    compares = query.updated_after is not None or query.include_history
    return not (compares or found.late or among.time or among.attributes or among.measures)


def _size(row: Sequence[Any]) -> Size:
    return Size(int(row[0] or 0), int(row[1] or 0))
