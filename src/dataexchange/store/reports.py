"""Reports by the hash of their text: a report that a release points to is never another one later."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Connection, select

from dataexchange.errors import NotFound
from dataexchange.store.tables import reports


def keep(conn: Connection, document: str) -> str:
    """Its SHA-256; a report that is there already is not stored twice."""
    digest = sha256(document.encode()).hexdigest()
    if conn.execute(select(reports.c.hash).where(reports.c.hash == digest)).first() is None:
        conn.execute(reports.insert().values(hash=digest, document=document))
    return digest


def get(conn: Connection, digest: str) -> str:
    document: str | None = conn.execute(select(reports.c.document).where(reports.c.hash == digest)).scalar()
    if document is None:
        raise NotFound(f"There is no report {digest[:64]}.")
    return document
