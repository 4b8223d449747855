"""Where the exchange stands, asked at the start of every answer: did structures change, what was the last release?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, bindparam, func, select

from dataexchange.model.structure import Ref
from dataexchange.store.tables import artefacts, instant_text, releases, state

# Built once: putting a statement together takes longer than SQLite takes to answer it.
_WORD = select(state.c.value).where(state.c.name == "structures")
_CHANGED = "structures changed at"
_CHANGED_AT = select(state.c.value).where(state.c.name == _CHANGED)
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
    noted = conn.execute(_CHANGED_AT).scalar()
    return max(moment or datetime.fromtimestamp(0, UTC), datetime.fromisoformat(noted or "1970-01-01T00:00:00Z"))


def note_change(conn: Connection) -> None:
    """Renew the word, and keep the time of a change that no artefact's row tells: one that is gone, a report of metadata."""
    conn.execute(state.delete().where(state.c.name == _CHANGED))
    conn.execute(state.insert().values(name=_CHANGED, value=instant_text(datetime.now(UTC))))
    conn.execute(state.update().where(state.c.name == "structures").values(value=uuid4().hex))


def last_number(conn: Connection, flows: Collection[Ref]) -> tuple[int, datetime | None]:
    """Number and time of the last release of these dataflows; (0, None) before the first."""
    names = sorted(flow.short for flow in flows)
    asked, of = (_LAST_OF_ONE, {"flow": names[0]}) if len(names) == 1 else (_LAST_OF, {"flows": names})
    row = conn.execute(asked, of).first()
    return (0, None) if row is None else (int(row.number), row.published_at)
