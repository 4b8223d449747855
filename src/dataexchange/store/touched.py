"""What of a dataflow a release touched, and what datasets there are beside it: codes, without an observation being read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, or_, select

from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import series_table
from dataexchange.store.revision import chunks

#: So many codes are asked for by name; more are picked out of all.
_NAMED = 2_000


def touched_codes(
    conn: Connection, schema: Schema, dataflow: Ref, release: int, dimensions: Sequence[str]
) -> set[tuple[str, ...]]:
    """The distinct codes of all series that a release wrote or ended."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return set()
    c, found = held.table.c, set[tuple[str, ...]]()
    columns = [held.dimension(dimension) for dimension in dimensions]
    for moment in (c.release_from, c.release_to):
        rows = conn.execute(select(*columns).where(c.dataflow == dataflow.short, moment == release).distinct())
        found |= {tuple(row) for row in rows}
    return found


def codes_of_datasets(
    conn: Connection, schema: Schema, dataflow: Ref, dimensions: Sequence[str], series: Collection[str]
) -> dict[tuple[str, str], set[tuple[str, ...]]]:
    """(provider, dataset) -> the codes of its series as they stand, of those that are, or stand for, one of the SERIES codes."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return {}
    c = held.table.c
    columns = [held.dimension(dimension) for dimension in dimensions]
    query = select(c.provider, c.dataset, *columns).where(c.dataflow == dataflow.short, c.release_to.is_(None))
    asked = [held.dimension("SERIES")]
    if "GLOBAL_SERIES" in held.attributes:
        asked.append(held.attribute("GLOBAL_SERIES"))
    parts = chunks(sorted(series)) if len(series) <= _NAMED else iter([None])
    found: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for part in parts:
        wanted = query if part is None else query.where(or_(*(column.in_(part) for column in asked)))
        for provider, dataset, *codes in conn.execute(wanted.distinct()):
            found.setdefault((provider, dataset), set()).add(tuple(codes))
    return found


def observations_by(conn: Connection, schema: Schema, dataflow: Ref, dimension: str) -> dict[str, int]:
    """Code of a dimension -> how many observations stand under it now."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return {}
    c, code = held.table.c, held.dimension(dimension)
    counted = select(code, func.sum(c.n)).where(c.dataflow == dataflow.short, c.release_to.is_(None)).group_by(code)
    return {row[0]: int(row[1]) for row in conn.execute(counted.order_by(code))}
