"""Published series: who puts them in (`publish`, `withdraw`) and how they are read (`batches`, `available`, `dataset_of`).

query = data_query_v2("dataflow/DX/DF_SDG_LOCAL/1.0.0/A.N.EN_ATM_PM25", [])
for batch in batches(conn, query, schema, schema.dataflow.ref):
    ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select

from dataexchange.model.dataset import Dataset, SeriesBatch
from dataexchange.model.query import DataQuery
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import releases, series_index, series_table
from dataexchange.store.availability import available
from dataexchange.store.changes import changed, deleted
from dataexchange.store.difference import difference
from dataexchange.store.history import versions
from dataexchange.store.index_filter import can_answer
from dataexchange.store.long_table import empty_table, long_table, stacked
from dataexchange.store.page import FAR, Page, page_of
from dataexchange.store.publish import held_series, publish, withdraw
from dataexchange.store.read import batches_of, wanted
from dataexchange.store.selection import Selection, selection, visible

__all__ = ["as_dataset", "available", "batches", "dataset_of", "difference", "held_series", "publish", "withdraw"]


def batches(
    conn: Connection,
    query: DataQuery,
    schema: Schema,
    flows: Ref | Sequence[Ref],
    *,
    batch_size: int = 4096,
    page: Page | None = None,
) -> Iterator[SeriesBatch]:
    """Series in the order of dataflow, key, provider, or as `sort` has it; the first batches are small, so that an answer starts
    soon. `page` is for answers that go on over several structures; else the query's own offset and limit count.

    Faults of the query are raised here and now, before the first batch. With `updated_after`, the observations that came or were
    revised (action "R") stand before those that went (action "D").
    """
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return iter(())
    chosen = selection(query, schema, held, conn.dialect.name)
    named = [flows] if isinstance(flows, Ref) else list(flows)
    return _batches(conn, query, chosen, schema, named, batch_size, page or page_of(query))


def _batches(
    conn: Connection, query: DataQuery, chosen: Selection, schema: Schema, flows: Sequence[Ref], size: int, page: Page
) -> Iterator[SeriesBatch]:
    """Dataset by dataset, each in the order that is wanted, cut to the page."""
    for dataset in _datasets(conn, query, chosen, schema, flows, size, page):
        if page.is_over:
            return
        yield from page.cut(chosen.ordering.applied(dataset, schema, page.reach))


def _datasets(
    conn: Connection, query: DataQuery, chosen: Selection, schema: Schema, flows: Sequence[Ref], size: int, page: Page
) -> Iterator[Iterator[SeriesBatch]]:
    upto = None if query.as_of is None else releases.number_at(conn, query.as_of)
    since = None if query.updated_after is None else releases.number_at(conn, query.updated_after)
    if query.include_history:
        for flow in flows:
            yield from versions(conn, chosen, schema, flow, since or 0, upto, size)
    elif since is not None:
        for pass_ in (changed, deleted):
            for flow in flows:
                yield pass_(conn, chosen, schema, flow.short, since, upto, size)
    else:
        for flow in flows:
            rows = wanted(chosen, flow.short, visible(chosen.series_table.table, upto))
            if page.is_whole or not chosen.in_sql or chosen.ordering.across:
                yield batches_of(conn, rows, chosen, schema, flow.short, size)
            elif (begun := _from_page(conn, rows, query, chosen, schema, flow, page)) is not None:
                yield batches_of(conn, begun, chosen, schema, flow.short, size)


def _from_page(
    conn: Connection, rows: Select[Any], query: DataQuery, chosen: Selection, schema: Schema, flow: Ref, page: Page
) -> Select[Any] | None:
    """The rows from the one on in which the page begins; None where it begins after all of them."""
    by_keys, held = chosen.ordering.by_keys, chosen.series_table
    if page.skip > FAR and by_keys and query.as_of is None and can_answer(query, schema.structure):
        index = series_index.load(conn, held, flow.short)
        if index is not None:
            key = page.begun_in(index, query, chosen, schema)
            if key is None:
                return None
            rows = rows.where(held.table.c.key >= key)
            return rows if page.left is None else rows.limit(page.left + 1)
    return page.begun(conn, rows, chosen, by_keys=by_keys)


def dataset_of(conn: Connection, query: DataQuery, schema: Schema, flows: Ref | Sequence[Ref]) -> Dataset:
    """The answer to a query in memory, one row an observation, for the checks that compare."""
    return as_dataset(list(batches(conn, query, schema, flows)), schema, flows if isinstance(flows, Ref) else None)


def as_dataset(found: Sequence[SeriesBatch], schema: Schema, dataflow: Ref | None) -> Dataset:
    """Batches that were read, one below the other."""
    structure = schema.structure
    tables = [long_table(batch, structure) for batch in found]
    return Dataset(
        structure=structure.ref,
        table=stacked(tables) if tables else empty_table(structure),
        dataflow=dataflow,
    )
