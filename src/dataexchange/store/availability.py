"""Which codes occur in the data that a query asks for.

SQL answers from the columns of the series table alone unless the query looks at observations, or at what came or was
revised since a moment (`updated_after`); then the batches are gone through. "Available" mode asks for each dimension anew,
without what the query says of that dimension itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pyarrow.compute as pc
from sqlalchemy import Connection, Integer, Text, exists, func, literal, select, union_all

from dataexchange.errors import InvalidRequest
from dataexchange.model.availability import Availability
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.query import AvailabilityQuery, DataQuery, KeyPattern
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure, Ref
from dataexchange.store import releases, series_table
from dataexchange.store.changes import changed
from dataexchange.store.read import batches_of, wanted
from dataexchange.store.selection import Selection, selection, visible
from dataexchange.store.series_table import SeriesTable, counted

_SIZE = 4096


def available(conn: Connection, query: AvailabilityQuery, schema: Schema, flows: Ref | Sequence[Ref]) -> Availability:
    """Raises InvalidRequest for a component that is no dimension."""
    data = replace(query.data, first_n=None, last_n=None)
    asked = _asked(query, schema.structure)
    total = _found(conn, data, schema, flows, () if query.available else asked)
    if not query.available:
        return total
    values: dict[str, tuple[str, ...]] = {}
    for dimension in asked:
        aside = _without(data, schema.structure, dimension)
        values |= _found(conn, aside, schema, flows, (dimension,)).values
    time = schema.structure.time_dimension
    if time and (not query.components or time.id in query.components):
        whole = _found(conn, _without(data, schema.structure, time.id), schema, flows, ())
        total = replace(total, first_period=whole.first_period, last_period=whole.last_period)
    return replace(total, values=values)


def _asked(query: AvailabilityQuery, structure: DataStructure) -> tuple[str, ...]:
    time = structure.time_dimension.id if structure.time_dimension else None
    for component in query.components:
        if component != time and component not in structure.dimension_ids:
            raise InvalidRequest(
                f"name a dimension of {structure.ref}: {', '.join(structure.dimension_ids)}",
                parameter="componentID",
                value=component,
            )
    return tuple(d for d in structure.dimension_ids if not query.components or d in query.components)


def _without(data: DataQuery, structure: DataStructure, component: str) -> DataQuery:
    """The query as if it said nothing of that component."""
    filters = tuple(f for f in data.filters if f.component != component)
    if structure.time_dimension and component == structure.time_dimension.id:
        return replace(data, filters=filters, start=None, end=None)
    place = structure.dimension_ids.index(component)
    keys = tuple(
        KeyPattern(tuple(() if i == place else codes for i, codes in enumerate(key.positions))) for key in data.keys
    )
    return replace(data, filters=filters, keys=keys)


def _found(
    conn: Connection, data: DataQuery, schema: Schema, flows: Ref | Sequence[Ref], dimensions: Sequence[str]
) -> Availability:
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return Availability(dict.fromkeys(dimensions, ()), None, None, 0, 0)
    chosen = selection(data, schema, held, conn.dialect.name)
    upto = None if data.as_of is None else releases.number_at(conn, data.as_of)
    since = None if data.updated_after is None else releases.number_at(conn, data.updated_after)
    parts: list[Availability] = []
    for flow in [flows] if isinstance(flows, Ref) else flows:
        if since is not None:
            parts += _counted(changed(conn, chosen, schema, flow.short, since, upto, _SIZE), dimensions)
        elif chosen.in_sql:
            parts.append(_by_sql(conn, chosen, flow.short, upto, dimensions))
        else:
            query = wanted(chosen, flow.short, visible(held.table, upto))
            parts += _counted(batches_of(conn, query, chosen, schema, flow.short, _SIZE), dimensions)
    return _sum(parts, dimensions)


def _by_sql(
    conn: Connection, chosen: Selection, flow: str, upto: int | None, dimensions: Sequence[str]
) -> Availability:
    """Of the whole dataflow, what has an index is looked up in it; of the rest, and to count, the series are gone through once."""
    held = chosen.series_table
    sought = [d for d in dimensions if held.dimension(d).info["indexed"] and not chosen.conditions]
    total = _by_combinations(conn, chosen, flow, upto, [d for d in dimensions if d not in sought])
    values = {**total.values, **{d: _by_index(conn, held, flow, upto, d) for d in sought}}
    return replace(total, values={d: values[d] for d in dimensions})


def _by_index(conn: Connection, held: SeriesTable, flow: str, upto: int | None, dimension: str) -> tuple[str, ...]:
    """From one code to the next in the index: as many steps as codes, however many series have them."""
    table, column = held.table, held.dimension(dimension)
    of_flow = table.c.dataflow == flow
    codes = select(func.min(column).label("code")).where(of_flow).cte("codes", recursive=True)
    after = select(func.min(column)).where(of_flow, column > codes.c.code).scalar_subquery()
    codes = codes.union_all(select(after).where(codes.c.code.is_not(None)))
    stands = exists().where(of_flow, column == codes.c.code, visible(table, upto))
    return tuple(conn.execute(select(codes.c.code).where(codes.c.code.is_not(None), stands)).scalars())


def _by_combinations(
    conn: Connection, chosen: Selection, flow: str, upto: int | None, dimensions: Sequence[str]
) -> Availability:
    """Combinations of codes first, which are far fewer than series where dimensions hardly vary; then the codes of each."""
    table = chosen.series_table.table
    columns = [chosen.series_table.dimension(d) for d in dimensions]
    counts = (func.count(), func.sum(table.c.n), func.min(table.c.first_period), func.max(table.c.last_period))
    named = (count.label(name) for name, count in zip(("series", "n", "first", "last"), counts, strict=True))
    present = counted(table) if upto is None and not chosen.conditions else visible(table, upto)
    where = (table.c.dataflow == flow, present, *chosen.conditions)
    found = select(*columns, *named).where(*where).group_by(*columns).cte("combinations")
    c, nothing = found.c, literal(None, Integer)
    total = select(nothing, literal(None, Text), func.sum(c.series), func.sum(c.n), func.min(c.first), func.max(c.last))
    each = (select(literal(i), c[column.name], *[nothing] * 4).distinct() for i, column in enumerate(columns))
    values: dict[str, list[str]] = {d: [] for d in dimensions}
    series = n = first = last = None
    for number, code, *totals in conn.execute(union_all(total, *each)):
        if number is None:
            series, n, first, last = totals
        else:
            values[dimensions[number]].append(code)
    return Availability(
        {d: tuple(codes) for d, codes in values.items()}, _period(first), _period(last), int(series or 0), int(n or 0)
    )


def _counted(batches: Iterable[SeriesBatch], dimensions: Sequence[str]) -> Iterator[Availability]:
    for batch in batches:
        yield Availability(
            {d: tuple(pc.unique(batch.series[d]).to_pylist()) for d in dimensions},
            _period(int(batch.periods.min())),
            _period(int(batch.periods.max())),
            batch.n_series,
            batch.n,
        )


def _period(code: int | None) -> int | None:
    return None if code == NO_PERIOD else code


def _sum(parts: Sequence[Availability], dimensions: Iterable[str]) -> Availability:
    return Availability(
        {d: tuple(sorted({value for part in parts for value in part.values[d]})) for d in dimensions},
        min((p.first_period for p in parts if p.first_period is not None), default=None),
        max((p.last_period for p in parts if p.last_period is not None), default=None),
        sum(p.series for p in parts),
        sum(p.observations for p in parts),
    )
