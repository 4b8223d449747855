"""What one worker process knows of its own work: how long it may hold a submission, what it holds, whether it is to stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Lock, Thread

from dataexchange.errors import ExchangeError
from dataexchange.store import submissions
from dataexchange.store.database import Engine, writing
from dataexchange.store.submissions import Claim

#: How long a worker that died keeps others from what it held.
LEASE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Shift:
    lease: timedelta = LEASE
    #: Nothing new is begun from then on.
    stopping: Event = field(default_factory=Event)
    #: One look for what waits at a time: those that ring meanwhile need no second one.
    looking: Lock = field(default_factory=Lock)
    #: By submission.
    held: dict[str, Claim] = field(default_factory=dict)

    @contextmanager
    def hold(self, engine: Engine, claim: Claim) -> Iterator[None]:
        """Renew a claim for as long as the work takes; what did not come to an end is put back."""
        self.held[claim.submission] = claim
        done = Event()
        thread = Thread(target=self._renew, args=(engine, claim.submission, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.put_back(engine, claim.submission)

    def put_back(self, engine: Engine, submission: str) -> None:
        """Where the database does not answer now, the lease ends by itself."""
        claim = self.held.pop(submission, None)
        if claim is not None:
            with suppress(ExchangeError), writing(engine) as conn:
                submissions.put_back(conn, claim)

    def put_all_back(self, engine: Engine) -> int:
        """For a process that cannot wait for its work; how many there were."""
        names = list(self.held)
        for name in names:
            self.put_back(engine, name)
        return len(names)

    def _renew(self, engine: Engine, submission: str, done: Event) -> None:
        while not done.wait(self.lease.total_seconds() / 4):
            claim = self.held.get(submission)
            if claim is None:
                return
            with suppress(ExchangeError), writing(engine) as conn:
                self.held[submission] = submissions.renew(conn, claim, self.lease)
