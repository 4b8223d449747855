"""A worker's hold on what it works at: renewed for as long as the work takes, so that no other takes it up meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread

from dataexchange.errors import ExchangeError
from dataexchange.store.claims import Claim
from dataexchange.store.database import Connection, Engine, writing
from dataexchange.worker.shift import Shift


@contextmanager
def hold(
    engine: Engine, shift: Shift, claim: Claim, renew: Callable[[Connection, Claim, timedelta], Claim]
) -> Iterator[Callable[[], Claim]]:
    """Gives what the claim has become; asked for it, it is not renewed any more, so that the claim by which the work ends stands."""
    present, done = [claim], Event()

    def keep() -> None:
        while not done.wait(shift.lease.total_seconds() / 4):
            with suppress(ExchangeError), writing(engine) as conn:
                present[0] = renew(conn, present[0], shift.lease)

    thread = Thread(target=keep, daemon=True)
    thread.start()

    def now() -> Claim:
        done.set()
        thread.join()
        return present[0]

    try:
        yield now
    finally:
        now()
