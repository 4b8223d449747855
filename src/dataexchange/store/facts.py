"""How the exchange stands, in numbers: what an operator watches. Small queries, each over an index or a short table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from dataexchange.model.extract import State
from dataexchange.model.harvest import GOOD
from dataexchange.model.submission import WAITING
from dataexchange.store import extracts
from dataexchange.store.tables import harvests, releases, submissions


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    #: By status.
    submissions: Mapping[str, int]
    #: Submissions that wait for a worker, those that a worker holds, and the moment since when the oldest of both waits.
    queued: int
    held: int
    waiting_since: datetime | None
    releases: int
    last_release_at: datetime | None
    #: Of the last release of each dataset, added up.
    observations: int
    #: By state; what the files of those that stand take; since when the oldest that waits does.
    extracts: Mapping[State, int]
    extract_bytes: int
    extracts_since: datetime | None
    #: Runs over national sources, by outcome.
    harvests: Mapping[str, int]
    #: The last good run of that source whose last good run is the longest ago.
    harvested_since: datetime | None


def facts(conn: Connection) -> Facts:
    queued, held, since = _waiting(conn)
    number, published = conn.execute(select(func.max(releases.c.number), func.max(releases.c.published_at))).one()
    return Facts(
        submissions=_by(conn, submissions.c.status),
        queued=queued,
        held=held,
        waiting_since=since,
        releases=number or 0,
        last_release_at=published,
        observations=_observations(conn),
        extracts=extracts.counts(conn),
        extract_bytes=extracts.kept_bytes(conn),
        extracts_since=extracts.waiting_since(conn),
        harvests=_by(conn, harvests.c.outcome),
        harvested_since=_harvested_since(conn),
    )


def _by(conn: Connection, column: Any) -> dict[str, int]:
    return {name: int(n) for name, n in conn.execute(select(column, func.count()).group_by(column))}


def _waiting(conn: Connection) -> tuple[int, int, datetime | None]:
    c = submissions.c
    waiting = select(c.claimed_until, c.received_at, c.changed_at).where(c.status.in_([s.value for s in WAITING]))
    rows = conn.execute(waiting).all()
    held = sum(1 for row in rows if row.claimed_until is not None and row.claimed_until >= datetime.now(UTC))
    return len(rows) - held, held, min((row.changed_at or row.received_at for row in rows), default=None)


def _observations(conn: Connection) -> int:
    c = releases.c
    newest = select(func.max(c.number)).group_by(c.dataflow, c.provider, c.dataset)
    return int(conn.execute(select(func.sum(c.observations)).where(c.number.in_(newest))).scalar() or 0)


def _harvested_since(conn: Connection) -> datetime | None:
    c = harvests.c
    good = c.outcome.in_([outcome.value for outcome in GOOD])
    last = select(func.max(c.ended_at).label("at")).where(good).group_by(c.source).subquery()
    found: datetime | None = conn.execute(select(func.min(last.c.at))).scalar()
    return found
