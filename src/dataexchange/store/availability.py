"""Which codes occur in the data that a query asks for.

What a query says of series and of time is answered from the index of series (`store.series_index`); of another release than the last
(`as_of`) the like is made of the rows that stood. Where a query looks at values or attributes of observations, or at what changed
since a moment (`updated_after`), batches are gone through. "Available" mode asks for each
dimension anew, without what the query says of that dimension itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, select

from dataexchange.errors import InvalidRequest
from dataexchange.model.availability import Availability
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.period import NO_PERIOD
from dataexchange.model.query import AvailabilityQuery, DataQuery, KeyPattern
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure, Ref
from dataexchange.store import releases, series_index, series_table
from dataexchange.store.changes import changed, deleted
from dataexchange.store.index_filter import Counted, can_answer, counted
from dataexchange.store.read import batches_of, wanted
from dataexchange.store.selection import Selection, selection, visible
from dataexchange.store.series_table import SeriesTable

_SIZE = 4096


def available(conn: Connection, query: AvailabilityQuery, schema: Schema, flows: Ref | Sequence[Ref]) -> Availability:
    """Raises InvalidRequest for a component that is no dimension."""
    data = replace(query.data, first_n=None, last_n=None)
    asked = _asked(query, schema.structure)
    source = _Source(conn, schema, tuple([flows] if isinstance(flows, Ref) else flows))
    total = source.found(data, () if query.available else asked)
    if not query.available:
        return total
    values: dict[str, tuple[str, ...]] = {}
    for dimension in asked:
        values |= source.found(_without(data, schema.structure, dimension), (dimension,)).values
    time = schema.structure.time_dimension
    if time and (not query.components or time.id in query.components):
        whole = source.found(_without(data, schema.structure, time.id), ())
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


@dataclass(slots=True)
class _Source:
    """Where one answer looks; each index is read once."""

    conn: Connection
    schema: Schema
    flows: tuple[Ref, ...]
    indexes: dict[str, pa.Table | None] = field(default_factory=dict)
    #: What was counted already: where a dimension is not filtered, the query without it is the query.
    counts: dict[tuple[str, DataQuery], tuple[pa.Table, Counted]] = field(default_factory=dict)

    def found(self, data: DataQuery, dimensions: Sequence[str]) -> Availability:
        held = series_table.find(self.conn, self.schema.structure.ref)
        if held is None:
            return Availability(dict.fromkeys(dimensions, ()), None, None, 0, 0)
        chosen = selection(data, self.schema, held, self.conn.dialect.name)
        parts = [part for flow in self.flows for part in self._parts(held, chosen, data, flow.short, tuple(dimensions))]
        return _sum(parts, dimensions)

    def _parts(
        self, held: SeriesTable, chosen: Selection, data: DataQuery, flow: str, dimensions: Sequence[str]
    ) -> Iterator[Availability]:
        conn, schema = self.conn, self.schema
        upto = None if data.as_of is None else releases.number_at(conn, data.as_of)
        if data.updated_after is not None:
            since = releases.number_at(conn, data.updated_after)
            step = (conn, chosen, schema, flow, since, upto, _SIZE)
            yield from _counted(chain(changed(*step), deleted(*step)), dimensions)
        elif can_answer(data, schema.structure):
            if (flow, data) not in self.counts:
                index = self._index(held, chosen, flow, upto)
                self.counts[flow, data] = index, counted(index, data, chosen.observed, schema)
            yield _of_index(*self.counts[flow, data], dimensions)
        else:
            query = wanted(chosen, flow, visible(held.table, upto))
            yield from _counted(batches_of(conn, query, chosen, schema, flow, _SIZE), dimensions)

    def _index(self, held: SeriesTable, chosen: Selection, flow: str, upto: int | None) -> pa.Table:
        """As of now the one that is kept; of another time, and where there is none, that of the rows which SQL finds."""
        conn = self.conn
        if flow not in self.indexes and (upto is None or upto >= releases.last_number(conn, flow)):
            self.indexes[flow] = series_index.load(conn, held, flow)
        index = self.indexes.get(flow)
        if index is not None:
            return index
        where = (held.table.c.dataflow == flow, visible(held.table, upto), *chosen.conditions)
        rows = conn.execute(select(*series_index.columns_of(held)).where(*where)).fetchall()
        return series_index.from_rows(held, rows)


def _of_index(index: pa.Table, found: Counted, dimensions: Sequence[str]) -> Availability:
    values = {d: found.codes(index[d]) for d in dimensions}
    first, last = (None if code is None else _period(code) for code in (found.first, found.last))
    return Availability(values, first, last, len(found.n), int(found.n.sum()))


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
