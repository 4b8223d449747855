"""Work that a worker takes up for a while: submissions, extracts, re-checks.

A worker holds one by a lease that it renews; one that died is succeeded when its lease is over. Who writes down what came of it names its
hold, and writes nothing where it has lost it: work may be done twice, and counts once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, Update, or_, select, update


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's hold. `until` is also what it is known by: another worker's claim ends at another moment."""

    id: str
    until: datetime
    #: Which attempt at the present step this is, from 1.
    attempt: int


@dataclass(frozen=True, slots=True)
class Work:
    """The rows of a table, which has `id`, `claimed_until` and `attempts`, that are `to_do`, and since when each waits."""

    table: Table
    to_do: ColumnElement[bool]
    since: ColumnElement[Any]

    def oldest(self, conn: Connection, *, without: Collection[str] = ()) -> str | None:
        """What has waited longest of what none holds."""
        found: str | None = conn.execute(self._waiting().where(self.table.c.id.not_in(without)).limit(1)).scalar()
        return found

    def is_any_free(self, conn: Connection) -> bool:
        """One small look at an index."""
        return conn.execute(self._waiting().limit(1)).first() is not None

    def take(self, conn: Connection, id_: str, lease: timedelta) -> Claim | None:
        """Hold this one; None where there is nothing to do, or another worker holds it."""
        c, now = self.table.c, datetime.now(UTC)
        taken = update(self.table).where(c.id == id_, self.to_do, self._free(now))
        if not conn.execute(taken.values(claimed_until=now + lease, attempts=c.attempts + 1)).rowcount:
            return None
        return Claim(id_, now + lease, conn.execute(select(c.attempts).where(c.id == id_)).scalar_one())

    def take_oldest(self, conn: Connection, lease: timedelta) -> Claim | None:
        """Hold what has waited longest; None where nothing waits that nobody holds."""
        for id_ in conn.execute(self._waiting().limit(10)).scalars().all():
            if (held := self.take(conn, id_, lease)) is not None:
                return held
        return None

    def renew(self, conn: Connection, held: Claim, lease: timedelta) -> Claim:
        """Hold on to it for longer. One that was lost meanwhile, or given up, stays as it is."""
        longer = replace(held, until=datetime.now(UTC) + lease)
        return longer if conn.execute(self.held(held).values(claimed_until=longer.until)).rowcount else held

    def put_back(self, conn: Connection, held: Claim) -> None:
        """Let the next worker have it at once, as if it had not been taken."""
        conn.execute(self.held(held).values(claimed_until=None, attempts=self.table.c.attempts - 1))

    def held(self, claim: Claim) -> Update:
        """Of the row, for as long as the claim holds."""
        c = self.table.c
        return update(self.table).where(c.id == claim.id, c.claimed_until == claim.until, self.to_do)

    def _waiting(self) -> Select[Any]:
        free = self._free(datetime.now(UTC))
        return select(self.table.c.id).where(self.to_do, free).order_by(self.since, self.table.c.id)

    def _free(self, now: datetime) -> ColumnElement[bool]:
        return or_(self.table.c.claimed_until.is_(None), self.table.c.claimed_until < now)
