"""Rulebooks of national offices, as they were typed: a version each time one says something new, and none is ever changed or removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Connection, Row, bindparam, func, select

from dataexchange.errors import NotFound
from dataexchange.store import releases
from dataexchange.store.tables import rulebooks

# Built once: one of them is asked at every comparison of a page.
_LAST = (
    select(rulebooks.c.version, rulebooks.c.hash)
    .where(rulebooks.c.agency == bindparam("agency"))
    .order_by(rulebooks.c.version.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """One version. `hash` is the SHA-256 of its text."""

    agency: str
    version: int
    hash: str
    text: str
    loaded_at: datetime
    loaded_by: str


def last(conn: Connection, agency: str) -> tuple[int, str] | None:
    """(version, hash) of what holds; None where the office has loaded nothing. One small row of an index."""
    row = conn.execute(_LAST, {"agency": agency}).first()
    return None if row is None else (int(row.version), row.hash)


def get(conn: Connection, agency: str, version: int) -> Loaded:
    c = rulebooks.c
    row = conn.execute(select(rulebooks).where(c.agency == agency, c.version == version)).first()
    if row is None:
        raise NotFound(f"{agency[:100]} has no version {version} of a rulebook: its history says which there are.")
    return _loaded(row)


def history(conn: Connection, agency: str, *, limit: int = 100, offset: int = 0) -> list[Loaded]:
    """Newest first."""
    c = rulebooks.c
    query = select(rulebooks).where(c.agency == agency).order_by(c.version.desc()).limit(limit).offset(offset)
    return [_loaded(row) for row in conn.execute(query)]


def newest(conn: Connection) -> list[Loaded]:
    """Of every office the version that holds, by its id."""
    c = rulebooks.c
    last = select(c.agency, func.max(c.version).label("version")).group_by(c.agency).subquery()
    query = select(rulebooks).join(last, (last.c.agency == c.agency) & (last.c.version == c.version))
    return [_loaded(row) for row in conn.execute(query.order_by(c.agency))]


def keep(conn: Connection, agency: str, text: str, *, loaded_by: str) -> Loaded | None:
    """The new version; None where the text is that of the version that holds. Waits for publishers, who rest on what holds."""
    releases.lock(conn)
    digest = sha256(text.encode()).hexdigest()
    before = last(conn, agency) or (0, "")
    if before[1] == digest:
        return None
    made = Loaded(agency, before[0] + 1, digest, text, datetime.now(UTC), loaded_by)
    conn.execute(
        rulebooks.insert().values(
            agency=agency,
            version=made.version,
            hash=digest,
            document=text,
            loaded_at=made.loaded_at,
            loaded_by=loaded_by,
        )
    )
    return made


def _loaded(row: Row[tuple[object, ...]]) -> Loaded:
    values = row._mapping
    return Loaded(
        values["agency"],
        int(values["version"]),
        values["hash"],
        values["document"],
        values["loaded_at"],
        values["loaded_by"],
    )
