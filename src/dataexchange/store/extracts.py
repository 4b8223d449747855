"""Extracts: which are wanted, who makes them, what became of them.

The file is kept before the row names it, and the row moves only for who holds it, so an extract may be made twice and stands once. Files
are kept apart from what was sent: no backup needs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Row, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from dataexchange.model.extract import Extract, Question, State
from dataexchange.store.claims import Claim, Work
from dataexchange.store.tables import extracts

_QUESTION = tuple(field.name for field in fields(Question))
_ITSELF = tuple(field.name for field in fields(Extract) if field.name != "question")

#: How an extract that was made or failed is begun anew.
_BLANK = dict.fromkeys(("claimed_until", "ended_at", "expires_at", "sha256", "size", "media_type", "reason"))

_WORK = Work(extracts, extracts.c.state == State.WAITING.value, extracts.c.asked_at)


def folder(home: Path) -> Path:
    """Where `store.files` keeps the files of extracts."""
    return home / "extracts"


def find(conn: Connection, extract_id: str) -> Extract | None:
    row = conn.execute(select(extracts).where(extracts.c.id == extract_id)).first()
    return None if row is None else _extract(row)


def wish(conn: Connection, extract_id: str, question: Question, asked_by: str) -> Extract:
    """That it be made; begun anew where it failed or is no longer kept."""
    c, now = extracts.c, datetime.now(UTC)
    begun = {"state": State.WAITING.value, "asked_at": now, "asked_by": asked_by, "attempts": 0}
    again = update(extracts).where(
        c.id == extract_id, or_(c.state == State.FAILED.value, (c.state == State.READY.value) & (c.expires_at <= now))
    )
    if not conn.execute(again.values(**begun, **_BLANK)).rowcount:
        try:
            with conn.begin_nested():
                conn.execute(extracts.insert().values(id=extract_id, **begun, **asdict(question)))
        except IntegrityError:
            pass  # it is there, by now or for long
    return _extract(conn.execute(select(extracts).where(c.id == extract_id)).one())


def keep_until(conn: Connection, extract_id: str, moment: datetime) -> None:
    """Keep a file that is asked for again."""
    c = extracts.c
    of = (c.id == extract_id, c.state == State.READY.value, c.expires_at < moment)
    conn.execute(update(extracts).where(*of).values(expires_at=moment))


def waiting(conn: Connection, asked_by: str | None = None) -> int:
    """How many are wanted, by one caller or by all."""
    of = [extracts.c.state == State.WAITING.value] + ([extracts.c.asked_by == asked_by] if asked_by else [])
    return int(conn.execute(select(func.count()).select_from(extracts).where(*of)).scalar_one())


is_any_free, claim, renew, put_back = _WORK.is_any_free, _WORK.take_oldest, _WORK.renew, _WORK.put_back


def finish(conn: Connection, held: Claim, sha256: str, size: int, media_type: str, keep: timedelta) -> bool:
    """Its file stands; False where another worker holds it by now."""
    now = datetime.now(UTC)
    made = {"sha256": sha256, "size": size, "media_type": media_type, "expires_at": now + keep}
    return _end(conn, held, State.READY, now, made)


def fail(conn: Connection, held: Claim, reason: str) -> bool:
    return _end(conn, held, State.FAILED, datetime.now(UTC), {"reason": reason})


def clear(conn: Connection, *, most_bytes: int, forgotten_before: datetime) -> int:
    """End what is kept too long, and the oldest where all take too much room; drop rows that ended before then. How many ended."""
    c, now = extracts.c, datetime.now(UTC)
    standing = select(c.id, c.size).where(c.state == State.READY.value, c.expires_at > now)
    over, room = [], most_bytes
    for row in conn.execute(standing.order_by(c.ended_at.desc(), c.id)):
        room -= row.size or 0
        if room < 0:
            over.append(row.id)
    for extract_id in over:
        conn.execute(update(extracts).where(c.id == extract_id).values(expires_at=now))
    conn.execute(delete(extracts).where(c.state != State.WAITING.value, c.ended_at < forgotten_before))
    return len(over)


def named(conn: Connection) -> set[str]:
    """The files of those that stand."""
    c = extracts.c
    of = (c.state == State.READY.value, c.expires_at > datetime.now(UTC))
    return {digest for (digest,) in conn.execute(select(c.sha256).where(*of)) if digest}


def counts(conn: Connection) -> Mapping[State, int]:
    rows = conn.execute(select(extracts.c.state, func.count()).group_by(extracts.c.state))
    return {State(state): int(n) for state, n in rows}


def kept_bytes(conn: Connection) -> int:
    c = extracts.c
    of = (c.state == State.READY.value, c.expires_at > datetime.now(UTC))
    return int(conn.execute(select(func.sum(c.size)).where(*of)).scalar() or 0)


def waiting_since(conn: Connection) -> datetime | None:
    of = extracts.c.state == State.WAITING.value
    found: datetime | None = conn.execute(select(func.min(extracts.c.asked_at)).where(of)).scalar()
    return found


def _end(conn: Connection, held: Claim, state: State, now: datetime, values: Mapping[str, object]) -> bool:
    # Who asked is nobody's business once it is made.
    ended = {"state": state.value, "ended_at": now, "claimed_until": None, "asked_by": None}
    return bool(conn.execute(_WORK.held(held).values(**ended, **values)).rowcount)


def _extract(row: Row[tuple[object, ...]]) -> Extract:
    values = row._mapping
    question = Question(**{name: values[name] for name in _QUESTION})
    return Extract(question=question, **{**{n: values[n] for n in _ITSELF}, "state": State(values["state"])})
