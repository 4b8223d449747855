"""Every version of the series that a query wants, release by release: the answer to `includeHistory`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection, exists, select

from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import releases
from dataexchange.store.read import batches_of, wanted
from dataexchange.store.selection import Selection


def versions(
    conn: Connection, selection: Selection, schema: Schema, flow: Ref, since: int, upto: int | None, size: int
) -> Iterator[SeriesBatch]:
    """For each release after `since` the series as it wrote them (action "R"), then those that it ended ("D").

    A series that was revised is there whole, as it stood from that release on; `valid_from` says from when.
    """
    table = selection.series_table.table
    for number, published_at in releases.between(conn, flow, since, upto):
        later = table.alias("later")
        goes_on = exists(
            select(later.c.key).where(
                *(later.c[name] == table.c[name] for name in ("dataflow", "key", "provider")),
                later.c.release_from == number,
            )
        )
        for action, conditions in (
            ("R", [table.c.release_from == number]),
            ("D", [table.c.release_to == number, ~goes_on]),
        ):
            query = wanted(selection, flow.short, *conditions)
            for batch in batches_of(conn, query, selection, schema, flow.short, size, action):
                yield replace(batch, valid_from=published_at)
