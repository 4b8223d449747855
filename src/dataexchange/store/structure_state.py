"""Where the exchange stands, asked at the start of every answer: did structures change, what was the last release?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, func, select

from dataexchange.model.structure import Ref
from dataexchange.store.tables import artefacts, releases, state

# Built once: putting a statement together takes longer than SQLite takes to answer it.
_WORD = select(state.c.value).where(state.c.name == "structures")
_LAST = select(releases.c.number, releases.c.published_at).order_by(releases.c.number.desc()).limit(1)
_LAST_OF = _LAST.where(releases.c.dataflow.in_(bindparam("flows", expanding=True)))
# A list is written into the statement anew each time, and most queries are about one dataflow.
_LAST_OF_ONE = _LAST.where(releases.c.dataflow == bindparam("flow"))


def structure_word(conn: Connection) -> str:
    """Another one after every change of structures."""
    return str(conn.execute(_WORD).scalar_one())


def structures_changed_at(conn: Connection) -> datetime:
    """Reads every artefact's row: remember the answer under the word."""
    moment: datetime | None = conn.execute(select(func.max(artefacts.c.loaded_at))).scalar()
    return moment or datetime.fromtimestamp(0, UTC)


def last_number(conn: Connection, flows: Collection[Ref]) -> tuple[int, datetime | None]:
    """Number and time of the last release of these dataflows; (0, None) before the first."""
    names = sorted(flow.short for flow in flows)
    asked, of = (_LAST_OF_ONE, {"flow": names[0]}) if len(names) == 1 else (_LAST_OF, {"flows": names})
    row = conn.execute(asked, of).first()
    return (0, None) if row is None else (int(row.number), row.published_at)
