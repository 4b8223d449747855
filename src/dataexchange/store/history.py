"""What every release did to the observations that a query wants: the answer to `includeHistory`.

Each version of an observation stands there once: in the release that brought it ("R", valid from then on), and, if it was taken
out, in the one that did that ("D", valid until then). So the answers to updatedAfter for each release, one after the other, are the
history, and who follows it dataset by dataset has what stood at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection

from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import releases
from dataexchange.store.changes import changed, deleted
from dataexchange.store.selection import Selection


def versions(
    conn: Connection, selection: Selection, schema: Schema, flow: Ref, since: int, upto: int | None, size: int
) -> Iterator[Iterator[SeriesBatch]]:
    """For each release after `since` what it brought, then what it took out."""
    for number, published_at in releases.between(conn, flow, since, upto):
        step = (conn, selection, schema, flow.short, number - 1, number, size)
        yield (replace(batch, valid_from=published_at) for batch in changed(*step))
        yield (replace(batch, valid_to=published_at) for batch in deleted(*step))
