"""An office's wish that a source of its own is harvested: a row that a worker takes up. Whoever asks reaches no other system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dataexchange.model.access import Caller, Scope
from dataexchange.model.harvest import Harvest
from dataexchange.model.source import Source
from dataexchange.store import audit, harvests
from dataexchange.store.database import Connection
from dataexchange.workflow.permission import require


def ask_for(conn: Connection, source: Source, *, caller: Caller) -> Harvest:
    """Leave a wish that a worker harvests the source; the one that waits already, if there is one."""
    require(caller, Scope.BASELINE, source.provider)
    wish = harvests.wish(conn, source.id, asked_by=caller.actor, facts=origin_of(source))
    audit.record(conn, actor=caller.actor, action="harvest.ask", subject=source.id, detail={"harvest": wish.id})
    return wish


def origin_of(source: Source) -> Mapping[str, Any]:
    """Where a vintage comes from and under which licence."""
    return {
        "title": source.title,
        "url": source.url,
        "api": source.api,
        "dataflow": str(source.dataflow),
        "provider": source.provider,
        "into": str(source.local),
        "licence": source.licence,
    }
