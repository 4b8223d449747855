"""What is cleared away every night: what nobody can come back to."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dataexchange.model.harvest import Outcome
from dataexchange.store import files, harvests, submissions
from dataexchange.store.backup import kept_files
from dataexchange.store.database import Engine, reading, writing

log = logging.getLogger("dataexchange.worker")

#: A request has its row, or has failed, long before.
_DAY = timedelta(days=1)

#: How long a request may be sent again under its Idempotency-Key.
_REMEMBERED = timedelta(days=30)


def tidy(engine: Engine, home: Path) -> None:
    """Half-written files, kept files that no row names (their submission was refused), and old Idempotency-Keys."""
    files.sweep(home)
    # Before the rows are read: what is kept from now on is not among them.
    there = set(files.kept(home))
    now = datetime.now(UTC)
    with reading(engine) as conn:
        unnamed = there - kept_files(conn)
        # A harvest names what it keeps at its end.
        running = [run.started_at for run in harvests.latest(conn, outcome=Outcome.RUNNING, limit=1000)]
    dropped = files.drop(home, unnamed, older_than=(now - min(running, default=now) + _DAY).total_seconds())
    with writing(engine) as conn:
        forgotten = submissions.forget(conn, now - _REMEMBERED)
    log.info("tidied: %d files that nothing names, %d idempotency keys", dropped, forgotten)
