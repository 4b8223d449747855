"""What is published, as a catalogue lists it: one row for an area and a series, however many breakdowns they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, case, func, literal, select

from dataexchange.model.period import NO_PERIOD
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import series_table
from dataexchange.store.selection import visible

#: Dimensions that say how a series is reported rather than what of.
_ASIDE = frozenset({"FREQ", "REPORTING_TYPE"})


@dataclass(frozen=True, slots=True)
class Listed:
    """`key` is the series to begin with: the one without any breakdown, else the first. Periods are `model.period` codes or None."""

    dataflow: Ref
    area: str
    series: str
    key: str
    breakdowns: int
    observations: int
    first: int | None
    last: int | None


def listed(
    conn: Connection,
    schema: Schema,
    flow: Ref,
    area: str | None,
    series: str | None,
    *,
    dataset: tuple[str, str] | None = None,
) -> list[Listed]:
    """What a dataflow has now, by the dimensions that hold areas and series (None: the structure has no such dimension).

    `dataset`, (provider, dataset): of that one only.
    """
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return []
    c = held.table.c
    by = [held.dimension(d) if d else literal("") for d in (area, series)]
    broken_down = [held.dimension(d) == "_T" for d in held.dimensions if d not in (area, series) and d not in _ASIDE]
    total = func.min(case((and_(*broken_down), c.key))) if broken_down else func.min(c.key)
    counted = (func.count(), func.sum(c.n), func.min(c.first_period), func.max(c.last_period))
    query = (
        select(*by, func.coalesce(total, func.min(c.key)), *counted)
        .where(c.dataflow == flow.short, visible(held.table, None))
        .group_by(*(held.dimension(d) for d in (area, series) if d))
    )
    if dataset is not None:
        query = query.where(c.provider == dataset[0], c.dataset == dataset[1])
    return [_listed(flow, tuple(row)) for row in conn.execute(query) if row[3]]


def broken_down(
    conn: Connection, schema: Schema, flow: Ref, area: str | None, series: str | None, by: str
) -> list[tuple[str, str, str]]:
    """(area, series, code) of what is narrowed by the dimension `by`, totals left out; each once."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None or by not in held.dimensions:
        return []
    c, code = held.table.c, held.dimension(by)
    columns = [held.dimension(d) if d else literal("") for d in (area, series)]
    query = select(*columns, code).distinct().where(c.dataflow == flow.short, visible(held.table, None), code != "_T")
    return [(str(row[0]), str(row[1]), str(row[2])) for row in conn.execute(query)]


def _listed(flow: Ref, row: Sequence[object]) -> Listed:
    area, series, key, count, n, first, last = row
    dated = first not in (None, NO_PERIOD)
    return Listed(
        dataflow=flow,
        area=str(area),
        series=str(series),
        key=str(key),
        breakdowns=int(str(count)),
        observations=int(str(n or 0)),
        first=int(str(first)) if dated else None,
        last=int(str(last)) if dated else None,
    )


def last_seen(conn: Connection, schema: Schema, flow: Ref, key: str) -> int | None:
    """The last release after which a series, gone by now, was still there; None where it never was."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return None
    c = held.table.c
    until = conn.execute(select(func.max(c.release_to)).where(c.dataflow == flow.short, c.key == key)).scalar()
    return None if until is None else int(until) - 1
