"""What one worker process knows of its own work: how long it may hold a submission, what it holds, whether it is to stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Lock, Thread

from dataexchange.errors import ExchangeError
from dataexchange.store import submissions
from dataexchange.store.claims import Claim
from dataexchange.store.database import Engine, writing

#: How long a worker that died keeps others from what it held.
LEASE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Shift:
    lease: timedelta = LEASE
    #: Nothing new is begun from then on.
    stopping: Event = field(default_factory=Event)
    #: One look for what waits at a time: those that ring meanwhile need no second one.
    looking: Lock = field(default_factory=Lock)
    #: What each claim has become, by the claim as it was made: two of one submission may stand here, the first of them lost.
    held: dict[Claim, Claim] = field(default_factory=dict)

    @contextmanager
    def hold(self, engine: Engine, claim: Claim) -> Iterator[None]:
        """Renew a claim for as long as the work takes; what did not come to an end is put back."""
        self.held[claim] = claim
        done = Event()
        thread = Thread(target=self._renew, args=(engine, claim, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.put_back(engine, claim)

    def put_back(self, engine: Engine, claim: Claim) -> None:
        """Where the database does not answer now, the lease ends by itself."""
        present = self.held.pop(claim, None)
        if present is not None:
            with suppress(ExchangeError), writing(engine) as conn:
                submissions.put_back(conn, present)

    def put_all_back(self, engine: Engine) -> int:
        """For a process that cannot wait for its work; how many there were."""
        claims = list(self.held)
        for claim in claims:
            self.put_back(engine, claim)
        return len(claims)

    def _renew(self, engine: Engine, claim: Claim, done: Event) -> None:
        while not done.wait(self.lease.total_seconds() / 4):
            present = self.held.get(claim)
            if present is None:
                return
            with suppress(ExchangeError), writing(engine) as conn:
                self.held[claim] = submissions.renew(conn, present, self.lease)
