"""Single series without their observations: where one comes from, and which others stand beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
from sqlalchemy import Connection, select

from dataexchange.model.dataset import RELEASE, SeriesBatch
from dataexchange.model.query import DataQuery
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import releases, series_table
from dataexchange.store.revision import chunks
from dataexchange.store.selection import selection, visible


@dataclass(frozen=True, slots=True)
class Origin:
    """Who publishes a series, the release that brought it to how it stands, and the dataset that it stands in."""

    provider: str
    release: int
    dataset: str


def origin_of(conn: Connection, schema: Schema, dataflow: Ref, key: str, as_of: int | None = None) -> Origin | None:
    """None where the dataflow has no such series (after release `as_of`)."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return None
    c = held.table.c
    of = (c.dataflow == dataflow.short, c.key == key, visible(held.table, as_of))
    row = conn.execute(select(c.provider, c.release_from, c.dataset).where(*of)).first()
    return None if row is None else Origin(row.provider, int(row.release_from), row.dataset)


def origins_of(conn: Connection, schema: Schema, dataflow: Ref, keys: Sequence[str]) -> dict[str, Origin]:
    """The same of many series as they stand now; those that the dataflow has not are left out."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return {}
    c = held.table.c
    named = select(c.key, c.provider, c.release_from, c.dataset)
    now = named.where(c.dataflow == dataflow.short, visible(held.table, None))
    rows = (row for chunk in chunks(keys) for row in conn.execute(now.where(c.key.in_(chunk))))
    return {row.key: Origin(row.provider, int(row.release_from), row.dataset) for row in rows}


def origins_in(conn: Connection, query: DataQuery, schema: Schema, dataflow: Ref) -> dict[tuple[str, str], Origin]:
    """(key, provider) -> the same of all series that a query finds."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return {}
    c, upto = held.table.c, None if query.as_of is None else releases.number_at(conn, query.as_of)
    chosen = selection(query, schema, held, conn.dialect.name)
    of = (c.dataflow == dataflow.short, visible(held.table, upto), *chosen.conditions)
    rows = conn.execute(select(c.key, c.provider, c.release_from, c.dataset).where(*of))
    return {(row.key, row.provider): Origin(row.provider, int(row.release_from), row.dataset) for row in rows}


def with_releases(
    conn: Connection, query: DataQuery, schema: Schema, dataflow: Ref, found: Sequence[SeriesBatch]
) -> tuple[SeriesBatch, ...]:
    """The batches that the query gave, with the release that brought each series to how it stands in the column RELEASE."""
    origins = origins_in(conn, query, schema, dataflow) if found else {}

    def numbers(series: pa.Table) -> pa.Array:
        named = zip(series["key"].to_pylist(), series["@provider"].to_pylist(), strict=True)
        return pa.array([origins[one].release if one in origins else 0 for one in named], pa.int64())

    return tuple(replace(batch, series=batch.series.append_column(RELEASE, numbers(batch.series))) for batch in found)


def keys_with(
    conn: Connection, schema: Schema, dataflow: Ref, codes: Mapping[str, str], *, as_of: int | None = None, limit: int
) -> tuple[str, ...]:
    """Keys that have these codes, in order, at most `limit`."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return ()
    c = held.table.c
    of = [c.dataflow == dataflow.short, visible(held.table, as_of)]
    of += [held.dimension(dimension) == code for dimension, code in codes.items()]
    return tuple(conn.execute(select(c.key).where(*of).order_by(c.key).limit(limit)).scalars())
