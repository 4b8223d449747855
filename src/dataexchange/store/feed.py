"""What changed since a release, in the order in which it became visible: what those read who follow the exchange.

Release numbers are given out under a lock that is held until commit, so whoever has read up to number n has missed nothing
below it, and asks for what follows n.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from dataexchange.model.change import Change, ChangeKind
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release
from dataexchange.store.releases import from_row
from dataexchange.store.tables import releases

#: (dataflow, provider, dataset)
_Dataset = tuple[str, str, str]


def changes_after(conn: Connection, after: int, *, dataflow: Ref | None = None, limit: int = 100) -> list[Change]:
    """Oldest first."""
    c = releases.c
    query = select(releases).where(c.number > after).order_by(c.number).limit(limit)
    if dataflow is not None:
        query = query.where(c.dataflow == dataflow.short)
    found = [from_row(row) for row in conn.execute(query)]
    held = _held(conn, after, {release.dataset for release in found})
    changes = []
    for release in found:
        changes.append(Change(_kind(release, held.get(_of(release), 0)), release))
        held[_of(release)] = release.observations
    return changes


def _held(conn: Connection, upto: int, datasets: set[str]) -> dict[_Dataset, int]:
    """How many observations each of these datasets had after that release."""
    c = releases.c
    last = (
        select(func.max(c.number))
        .where(c.number <= upto, c.dataset.in_(sorted(datasets)))
        .group_by(c.dataflow, c.provider, c.dataset)
    )
    rows = conn.execute(select(c.dataflow, c.provider, c.dataset, c.observations).where(c.number.in_(last)))
    return {(row.dataflow, row.provider, row.dataset): row.observations for row in rows}


def _of(release: Release) -> _Dataset:
    return release.dataflow.short, release.provider, release.dataset


def _kind(release: Release, held: int) -> ChangeKind:
    if not release.observations and release.series_closed:
        return ChangeKind.WITHDRAWN
    return ChangeKind.REVISED if held else ChangeKind.PUBLISHED
