"""Notes when keys were used, beside the requests: a database that is busy with writing delays no caller.

One thread of a process at most, which comes when there is something to note and goes when all is noted. What cannot be noted is let go:
the next use of the key asks for it again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from threading import Lock, Thread

from dataexchange.errors import ExchangeError
from dataexchange.store import keys
from dataexchange.store.database import Engine, writing

log = logging.getLogger("dataexchange.uses")

#: A process that ends waits so many seconds for what is not noted yet.
_PATIENCE = 2.0


class Uses:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._waiting: dict[str, datetime] = {}
        #: Being written by the thread.
        self._taken: Mapping[str, datetime] = {}
        self._thread: Thread | None = None
        self._ended = False

    def note(self, key_id: str) -> None:
        """It is used now; returns at once."""
        with self._lock:
            if self._ended or key_id in self._taken:
                return
            self._waiting[key_id] = datetime.now(UTC)
            if self._thread is None:
                # A daemon: one that waits for the database's lock does not keep the process.
                self._thread = Thread(target=self._work, name="uses of keys", daemon=True)
                self._thread.start()

    def close(self) -> None:
        with self._lock:
            self._ended, thread = True, self._thread
        if thread is not None:
            thread.join(_PATIENCE)

    def _work(self) -> None:
        while used := self._take():
            try:
                with writing(self._engine) as conn:
                    for key_id, moment in used.items():
                        keys.touch(conn, key_id, moment)
            except ExchangeError as error:
                log.info("use of keys %s not noted: %s", ", ".join(used), error)
            except Exception as error:
                log.error("use of keys %s not noted", ", ".join(used), exc_info=error)

    def _take(self) -> Mapping[str, datetime]:
        with self._lock:
            self._taken, self._waiting = self._waiting, {}
            if not self._taken:
                self._thread = None
            return self._taken
