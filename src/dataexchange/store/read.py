"""Rows of a series table on their way out: a cursor read in portions, a portion as a batch of what a query wants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, FromClause, Select, select

from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure
from dataexchange.store.selection import Selection
from dataexchange.store.series_table import SeriesTable
from dataexchange.store.unpack import PACKED, Mask, Observations, SeriesColumns, attribute_arrays, observations

#: Rows of the first portion: an answer starts when this much is read.
_FIRST = 256

Columns = list[Sequence[Any]]


def rows_of(series_table: SeriesTable, rows: FromClause | None = None) -> list[ColumnElement[Any]]:
    """What `described` and `observed` need, in their order, of the table or of an alias of it."""
    source = series_table.table if rows is None else rows
    attributes = [source.c[series_table.attribute(name).name] for name in series_table.attributes]
    further = [source.c[column.name] for name in series_table.measures for column in series_table.measure(name)]
    return [source.c.key, source.c.provider, *attributes, *(source.c[name] for name in PACKED), *further]


def wanted(selection: Selection, flow: str, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Rows of one dataflow that the query may want, in the order of keys."""
    table = selection.series_table.table
    return (
        select(*rows_of(selection.series_table))
        .where(table.c.dataflow == flow, *conditions, *selection.conditions, *selection.observed.overlapping(table))
        .order_by(table.c.key, table.c.provider)
    )


def portions(conn: Connection, query: Select[Any], size: int) -> Iterator[Columns]:
    """The answer as columns, a portion at a time, the first ones small. The cursor is closed with the iterator."""
    result = conn.execute(query, execution_options={"stream_results": True})
    try:
        n = min(_FIRST, size)
        while rows := result.fetchmany(n):
            yield list(zip(*rows, strict=True))
            n = min(n * 4, size)
    finally:
        result.close()


def described(series_table: SeriesTable, flow: str, columns: Columns) -> SeriesColumns:
    return SeriesColumns(series_table, columns[0], flow, columns[1], columns[2 : 2 + len(series_table.attributes)])


def observed(series_table: SeriesTable, columns: Columns) -> Observations:
    start = 2 + len(series_table.attributes)
    return observations(columns[start:], series_table.measures)


def batch(
    selection: Selection,
    schema: Schema,
    series: SeriesColumns,
    found: Observations,
    *,
    among: Mask | None = None,
    action: str = "I",
) -> SeriesBatch:
    """The series that have observations which the query wants, with those; `among` narrows them first."""
    table = series.table()
    mask = selection.mask(table, found, among)
    if mask is not None and not mask.all():
        found, kept = found.only(mask)
        if len(kept) < table.num_rows:
            table = table.take(kept)
    return as_batch(table, found, schema.structure, action)


def as_batch(series: pa.Table, found: Observations, structure: DataStructure, action: str = "I") -> SeriesBatch:
    return SeriesBatch(
        series=series,
        offsets=found.offsets,
        periods=found.periods,
        values=found.values,
        attributes=attribute_arrays(found, (a.id for a in structure.observation_attributes)),
        texts=found.texts,
        further=found.further,
        action=action,
    )


def batches_of(
    conn: Connection, query: Select[Any], selection: Selection, schema: Schema, flow: str, size: int, action: str = "I"
) -> Iterator[SeriesBatch]:
    """Batches of the rows that `query` (made by `wanted`) gives; none is empty."""
    held = selection.series_table
    for columns in portions(conn, query, size):
        made = batch(selection, schema, described(held, flow, columns), observed(held, columns), action=action)
        if made.n_series:
            yield made
