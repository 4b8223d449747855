"""API keys, by their public half; the secret half is nowhere but with its holder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, exists, select, update

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.access import ApiKey, Scope
from dataexchange.store.tables import api_keys


def insert(conn: Connection, key: ApiKey) -> None:
    values = {name: getattr(key, name) for name in api_keys.c.keys() if name != "scopes"}  # noqa: SIM118
    conn.execute(api_keys.insert().values(**values, scopes=" ".join(sorted(key.scopes))))


def find(conn: Connection, key_id: str) -> ApiKey | None:
    row = conn.execute(select(api_keys).where(api_keys.c.id == key_id)).first()
    return None if row is None else _key(row)


def latest(conn: Connection, *, organisation: str | None = None) -> list[ApiKey]:
    """Newest first, the revoked and expired included."""
    query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)
    if organisation is not None:
        query = query.where(api_keys.c.organisation == organisation)
    return [_key(row) for row in conn.execute(query)]


def any_there(conn: Connection) -> bool:
    return bool(conn.execute(select(exists(select(api_keys.c.id)))).scalar())


def revoke(conn: Connection, key_id: str, moment: datetime) -> None:
    held = find(conn, key_id)
    if held is None:
        raise NotFound(f"There is no key {key_id[:40]!r}; the list of keys shows those that there are.")
    if held.revoked_at is not None:
        raise Conflict(f"Key {key_id} was revoked already, at {held.revoked_at:%Y-%m-%d %H:%M} UTC.")
    conn.execute(update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=moment))


def touch(conn: Connection, key_id: str, moment: datetime) -> None:
    """Note that it was used."""
    conn.execute(update(api_keys).where(api_keys.c.id == key_id).values(last_used_at=moment))


def _key(row: Row[tuple[object, ...]]) -> ApiKey:
    values = dict(row._mapping)
    return ApiKey(**{**values, "scopes": frozenset(Scope(name) for name in row.scopes.split())})
