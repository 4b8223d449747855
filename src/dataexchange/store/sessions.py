"""Sessions of browsers that signed in with a key. What their cookie holds is stored as its SHA-256 only."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, select

from dataexchange.store.tables import sessions


def insert(conn: Connection, token: str, key_id: str, created: datetime, expires: datetime) -> None:
    """Sessions that are over go at the same time."""
    conn.execute(delete(sessions).where(sessions.c.expires_at < created))
    conn.execute(sessions.insert().values(hash=_hash(token), key=key_id, created_at=created, expires_at=expires))


def key_of(conn: Connection, token: str, moment: datetime) -> str | None:
    """The key that a live session was opened with."""
    of = (sessions.c.hash == _hash(token), sessions.c.expires_at > moment)
    found: str | None = conn.execute(select(sessions.c.key).where(*of)).scalar()
    return found


def remove(conn: Connection, token: str) -> None:
    conn.execute(delete(sessions).where(sessions.c.hash == _hash(token)))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
