"""Which codes occur in the data that a query asks for.

SQL answers from the columns of the series table alone unless the query looks at observations, or at what came or was
revised since a moment (`updated_after`); then the batches are gone through. "Available" mode asks for each dimension anew,
without what the query says of that dimension itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pyarrow.compute as pc
from sqlalchemy import Connection, func, select

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
    held = chosen.series_table
    table = held.table
    where = (table.c.dataflow == flow, visible(table, upto), *chosen.conditions)
    counts = (func.count(), func.sum(table.c.n), func.min(table.c.first_period), func.max(table.c.last_period))
    series, n, first, last = conn.execute(select(*counts).where(*where)).one()
    values = {d: tuple(conn.execute(select(held.dimension(d)).where(*where).distinct()).scalars()) for d in dimensions}
    return Availability(values, _period(first), _period(last), series, int(n or 0))


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
