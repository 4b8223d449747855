"""Artefacts as they were: kept when they are changed or removed, and put together to the catalogue of a moment.

A row of `artefacts` says since when it holds, a row of the history from when until when. A past catalogue is known by the last change
before the moment, so that queries for any two moments without a change between them share it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from dataexchange.model.structure import Ref
from dataexchange.store.catalogue import Catalogue, assembled, keep, parse, row_ref, uses
from dataexchange.store.structure_state import structure_word
from dataexchange.store.tables import artefact_history, artefacts

_MOST = 16
_pasts: dict[str, Catalogue] = {}


def keep_past(conn: Connection, ref: Ref, now: datetime) -> None:
    """Put what is registered under the name into the history, before it changes or goes."""
    c = artefacts.c
    there = (c.kind == ref.kind.value, c.agency == ref.agency, c.id == ref.id, c.version == ref.version)
    for row in conn.execute(select(artefacts).where(*there)).mappings().all():
        conn.execute(artefact_history.insert().values(**row, replaced_at=now))


def catalogue_at(conn: Connection, moment: datetime) -> Catalogue:
    """What was registered then."""
    word = f"{structure_word(conn)}@{_last_change(conn, moment)}"
    known = _pasts.get(word)
    if known is None:
        known = _read(conn, moment, word)
        keep(_pasts, word, known, _MOST)
    return known


def _last_change(conn: Connection, moment: datetime) -> datetime | None:
    changes = (artefacts.c.loaded_at, artefact_history.c.loaded_at, artefact_history.c.replaced_at)
    last = (conn.execute(select(func.max(column)).where(column <= moment)).scalar() for column in changes)
    return max((change for change in last if change is not None), default=None)


def _read(conn: Connection, moment: datetime, word: str) -> Catalogue:
    c, h = artefacts.c, artefact_history.c
    present = conn.execute(select(c.kind, c.agency, c.id, c.version, c.digest).where(c.loaded_at <= moment))
    digests = {row_ref(row): row.digest for row in present}
    links = [(user, used) for user, used in uses(conn) if user in digests]
    for row in conn.execute(select(artefact_history).where(h.loaded_at <= moment, h.replaced_at > moment)):
        ref = row_ref(row)
        digests[ref] = row.digest
        links += [(ref, used) for used in sorted(set(parse(ref.kind, row.digest, row.document).uses()))]
    return assembled(word, digests.items(), links)
