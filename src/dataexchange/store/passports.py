"""Validation passports: one document a release, written with it and never changed.

The text that is kept, and hashed, is JSON in UTF-8 without blanks, with the members of every object in the order of their names, and
nothing escaped that need not be. Whoever has the members writes the same text again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, select

from dataexchange.errors import NotFound
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Status
from dataexchange.store import releases, tables
from dataexchange.store.tables import passports


@dataclass(frozen=True, slots=True)
class Kept:
    """`hash` is the SHA-256 of the document's text as it is kept."""

    release: int
    hash: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """The passport of a release that a dataset still rests on."""

    release: int
    hash: str
    dataflow: str
    provider: str
    dataset: str
    published_at: datetime


def keep(conn: Connection, release: int, document: dict[str, Any]) -> str:
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
    digest = sha256(text.encode()).hexdigest()
    conn.execute(passports.insert().values(release=release, hash=digest, document=text))
    return digest


def get(conn: Connection, release: int) -> Kept:
    row = conn.execute(select(passports).where(passports.c.release == release)).first()
    if row is None:
        releases.get(conn, release)  # says so where there is no such release
        raise NotFound(
            f"Release {release} has no validation passport: only what a city submitted has one, and only since passports are kept."
        )
    return Kept(row.release, row.hash, orjson.loads(row.document))


def after(conn: Connection, release: int) -> Iterator[Kept]:
    """Of all later releases, in their order."""
    rows = conn.execute(select(passports).where(passports.c.release > release).order_by(passports.c.release))
    return (Kept(row.release, row.hash, orjson.loads(row.document)) for row in rows)


def standing(conn: Connection, *, dataflow: Ref | None, after: int, limit: int) -> list[Standing]:
    """Of later releases than that one whose submissions are neither replaced nor withdrawn, in their order."""
    made, sent = tables.releases.c, tables.submissions.c
    joined = passports.join(tables.releases, made.number == passports.c.release).join(
        tables.submissions, sent.id == made.submission
    )
    columns = (passports.c.release, passports.c.hash, made.dataflow, made.provider, made.dataset, made.published_at)
    query = (
        select(*columns).select_from(joined).where(passports.c.release > after, sent.status == Status.PUBLISHED.value)
    )
    if dataflow is not None:
        query = query.where(made.dataflow == dataflow.short)
    return [Standing(*row) for row in conn.execute(query.order_by(passports.c.release).limit(limit))]
