"""Which mappings published datasets were made with, now or at a moment in the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from dataexchange.store.tables import releases


@dataclass(frozen=True, slots=True)
class PublishedMapping:
    """`since`: when the dataset was first published with this mapping."""

    dataflow: str
    provider: str
    dataset: str
    hash: str
    since: datetime


def published_mappings(conn: Connection, moment: datetime | None = None) -> list[PublishedMapping]:
    """Of the newest release of each dataset; a withdrawal names no mapping."""
    c = releases.c
    columns = (c.dataflow, c.provider, c.dataset, c.mapping_hash)
    query = select(*columns, func.min(c.published_at).label("since"), func.max(c.number).label("last")).group_by(
        *columns
    )
    newest: dict[tuple[str, str, str], tuple[int, PublishedMapping | None]] = {}
    for row in conn.execute(query if moment is None else query.where(c.published_at <= moment)):
        name = (row.dataflow, row.provider, row.dataset)
        if row.last > newest.get(name, (-1, None))[0]:
            made = PublishedMapping(*name, row.mapping_hash, row.since) if row.mapping_hash else None
            newest[name] = (row.last, made)
    return sorted((m for _, m in newest.values() if m), key=lambda m: (m.dataflow, m.provider, m.dataset))
