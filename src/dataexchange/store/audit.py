"""Who did what, when. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from dataexchange.store.tables import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """`actor` did `action` ("submission.published") to `subject` (an id)."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


def record(conn: Connection, *, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    conn.execute(
        audit.insert().values(
            at=datetime.now(UTC),
            actor=actor,
            action=action,
            subject=subject,
            detail=orjson.dumps(detail or {}, default=str).decode(),
        )
    )


def entries(conn: Connection, *, subject: str | None = None, limit: int = 100, offset: int = 0) -> list[Entry]:
    """Newest first."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit).offset(offset)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    rows = conn.execute(query)
    return [Entry(row.at, row.actor, row.action, row.subject, orjson.loads(row.detail)) for row in rows]
