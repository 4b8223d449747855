"""Whether structures changed: a word that is another one after every change, and the time of the last."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from dataexchange.store.tables import artefacts, state

_WORD = select(state.c.value).where(state.c.name == "structures")


def structure_word(conn: Connection) -> str:
    """Cheap enough for every request."""
    return str(conn.execute(_WORD).scalar_one())


def structures_changed_at(conn: Connection) -> datetime:
    """Reads every artefact's row: remember the answer under its word."""
    moment: datetime | None = conn.execute(select(func.max(artefacts.c.loaded_at))).scalar()
    return moment or datetime.fromtimestamp(0, UTC)
