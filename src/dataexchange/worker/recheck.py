"""Re-checks of a worker: what a new vintage or a new rulebook marked, one after the other, in a thread of its own, so that no city's table
waits for them.

A worker holds one by a lease that it renews while it works. What it found is written in one transaction at the end: a worker that dies
leaves a row that is due, and free when its lease is over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from uuid import uuid4

from dataexchange.door.log import about
from dataexchange.errors import ExchangeError, Unreachable
from dataexchange.store import rechecks
from dataexchange.store.claims import Claim
from dataexchange.store.database import Engine, reading, writing
from dataexchange.worker.hold import hold
from dataexchange.worker.outage import Outage
from dataexchange.worker.shift import Shift
from dataexchange.workflow import recheck

log = logging.getLogger("dataexchange.worker")

ACTOR = "worker"

#: So many workers may die over one before it is given up.
ATTEMPTS = 5

#: Seconds between two looks.
_EVERY = 5.0


def watch(engine: Engine, home: Path, shift: Shift) -> Thread:
    """Begin to look for what is due."""

    def look() -> None:
        outage = Outage("Re-checks wait", "Re-checks go on")
        while True:
            with outage.told(Exception):
                take_due(engine, home, shift)
            if shift.stopping.wait(_EVERY):
                return

    thread = Thread(target=look, name="rechecks", daemon=True)
    thread.start()
    return thread


def take_due(engine: Engine, home: Path, shift: Shift | None = None, *, actor: str = ACTOR) -> int:
    """Everything that is due and that nobody holds, the oldest first; how many came to their end."""
    shift, done = shift or Shift(), 0
    while not shift.stopping.is_set():
        with reading(engine) as conn:
            if not rechecks.is_any_free(conn):
                break
        with writing(engine) as conn:
            claim = rechecks.claim(conn, shift.lease)
        if claim is None:
            break
        with about(recheck=claim.id), hold(engine, shift, claim, rechecks.renew) as held:
            try:
                done += _take(engine, home, claim, held, actor)
            finally:
                # What did not come to its end is put back.
                with suppress(ExchangeError), writing(engine) as conn:
                    rechecks.put_back(conn, held())
    return done


def _take(engine: Engine, home: Path, claim: Claim, held: Callable[[], Claim], actor: str) -> bool:
    try:
        if claim.attempt > ATTEMPTS:
            return _fail(engine, held(), f"{ATTEMPTS} workers died over it: run `dataexchange check --stored`.")
        with reading(engine) as conn:
            due = rechecks.get(conn, claim.id)
            found = recheck.look_again(conn, home, due)
        with writing(engine) as conn:
            done = recheck.conclude(conn, held(), due, found, actor=actor)
    except Unreachable:
        raise
    except ExchangeError as error:
        return _fail(engine, held(), str(error))
    except Exception as error:
        fault = uuid4().hex[:12]
        log.error("unexpected error", exc_info=error, extra={"fields": {"error_id": fault}})
        return _fail(engine, held(), f"Something went wrong here; when you report it, name error {fault}.")
    log.info("checked again: %d series, %d stand otherwise" if done else "still due", found.compared, len(found.turns))
    return done


def _fail(engine: Engine, claim: Claim, reason: str) -> bool:
    with writing(engine) as conn:
        failed = rechecks.fail(conn, claim, reason)
    log.warning("not checked again: %s", reason)
    return failed
