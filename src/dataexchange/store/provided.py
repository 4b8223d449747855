"""What each provider has published in each dataflow, as the releases tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from dataexchange.store.tables import releases


@dataclass(frozen=True, slots=True)
class Provided:
    """Times of the first and the last release, and the observations that stand after it."""

    first: datetime
    last: datetime
    observations: int


def provided(conn: Connection) -> dict[tuple[str, str], Provided]:
    """(dataflow as `DX:DF(1.0.0)`, provider) -> what it has published."""
    c = releases.c
    newest = select(func.max(c.number).label("number")).group_by(c.dataflow, c.provider, c.dataset).subquery()
    held = (
        select(c.dataflow, c.provider, func.sum(c.observations).label("observations"))
        .join(newest, newest.c.number == c.number)
        .group_by(c.dataflow, c.provider)
    )
    stand = {(row.dataflow, row.provider): int(row.observations) for row in conn.execute(held)}
    times = select(
        c.dataflow, c.provider, func.min(c.published_at).label("first"), func.max(c.published_at).label("last")
    ).group_by(c.dataflow, c.provider)
    return {
        (row.dataflow, row.provider): Provided(row.first, row.last, stand[row.dataflow, row.provider])
        for row in conn.execute(times)
    }
