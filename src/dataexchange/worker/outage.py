"""What a worker needs and that does not answer: its log says so once, then once a minute, and once when it is back.

A worker looks every second, in every thread. A line for each look would fill the disk while a database is away, and hide what else happens.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

log = logging.getLogger("dataexchange.worker")

#: Seconds between two lines.
_MINUTE = 60.0

_LONGEST = 300


class Outage:
    """`Outage("Harvests wait", "Harvests go on")` begins the line that tells of it, and the one that tells of its end."""

    def __init__(self, gone: str, back: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._gone, self._back, self._clock = gone, back, clock
        self._lock = Lock()
        #: When it was first seen, when it was last told, and whether its end is still to be told.
        self._since: float | None = None
        self._told: float | None = None
        self._owed = False

    @contextmanager
    def told(self, *faults: type[Exception]) -> Iterator[None]:
        """These faults are told and go no further; work that comes through is the end of the outage."""
        try:
            yield
        except faults as error:
            self._failed(error)
        else:
            self._answered()

    def _failed(self, error: Exception) -> None:
        now = self._clock()
        with self._lock:
            self._since = now if self._since is None else self._since
            # Also where it came back in between: what comes and goes every second is no line every second.
            if self._told is not None and now - self._told < _MINUTE:
                return
            self._told, self._owed = now, True
        # A server's own message goes on over many lines.
        reason = str(error).strip().partition("\n")[0][:_LONGEST] or type(error).__name__
        log.error("%s: %s", self._gone, reason)

    def _answered(self) -> None:
        if self._since is None:
            return
        with self._lock:
            since, self._since = self._since, None
            owed, self._owed = self._owed, False
        if owed and since is not None:
            log.warning("%s, after %.0f s", self._back, self._clock() - since)
