"""The queue: a bell that tells workers that something waits.

What is to be done is a row in the database. A bell that was lost, or rung twice, does no harm: workers look by themselves every
minute, and whoever comes second finds nothing to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from huey import Huey, PostgresHuey, SqliteHuey

from dataexchange.door.log import marks
from dataexchange.errors import Unreachable
from dataexchange.worker.outage import Outage

log = logging.getLogger(__name__)

#: How long a writer waits for others, in seconds, where the queue is SQLite.
_BUSY = 30

_TRIES = 5

#: How long a thread waits that got no answer, in seconds.
_PAUSE = 1.0


def queue(url: str) -> Huey:
    """The queue at `sqlite:///path` or `postgresql://…`; makes its tables. Raises Unreachable."""
    for left in reversed(range(_TRIES)):
        try:
            return _opened(url)
        except Exception as error:
            # Processes that start at the same time make the tables at the same time, and PostgreSQL lets one of them win.
            if left == 0 or ("exist" not in str(error) and "duplicate" not in str(error)):
                reason = str(error).strip().partition("\n")[0][:200] or type(error).__name__
                raise Unreachable(
                    f"The job queue does not answer ({reason}): check DATAEXCHANGE_QUEUE_URL, then try again."
                ) from error
            time.sleep(0.1)
    raise AssertionError("the last try returns or raises")


def _opened(url: str) -> Huey:
    if urlsplit(url).scheme.startswith("postgresql"):
        return PostgresHuey("dataexchange", dsn=url.replace("postgresql+psycopg://", "postgresql://"), utc=True)
    path = url.removeprefix("sqlite:///")
    return SqliteHuey("dataexchange", filename=path, utc=True, fsync=True, timeout=_BUSY)


class _Patient:
    """The storage of a queue as a worker listens to it: while it does not answer there is nothing to do, and bells are lost."""

    def __init__(self, storage: Any, outage: Outage, stopping: Event) -> None:
        self._storage, self._outage, self._stopping = storage, outage, stopping

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def dequeue(self) -> Any:
        with self._outage.told(Exception):
            return self._storage.dequeue()
        # Whoever listens asks again at once.
        self._stopping.wait(_PAUSE)
        return None

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        self._or(None, self._storage.enqueue, data, priority)

    def read_schedule(self, timestamp: Any) -> Any:
        return self._or([], self._storage.read_schedule, timestamp)

    def add_to_schedule(self, data: bytes, timestamp: Any) -> None:
        self._or(None, self._storage.add_to_schedule, data, timestamp)

    # What is asked around each task, namely whether somebody revoked it: nobody here does.

    def peek_many(self, keys: Any) -> Any:
        return self._or({}, self._storage.peek_many, keys)

    def delete_data(self, key: str) -> Any:
        return self._or(False, self._storage.delete_data, key)

    def _or(self, otherwise: Any, ask: Callable[..., Any], *given: Any) -> Any:
        with self._outage.told(Exception):
            return ask(*given)
        return otherwise


def listening(url: str, outage: Outage, stopping: Event) -> Huey:
    """The queue for a worker: an outage later on is told and waited for. One at the start raises Unreachable, as in `queue`."""
    work = queue(url)
    work.storage = _Patient(work.storage, outage, stopping)
    return work


def on_ring(work: Huey, answer: Callable[[str, str | None], None]) -> Any:
    """What a worker does when the bell rings for a submission, sent by a request of that id. The task that rings it.

    The queue knows a task by the module and name of its function: both sides register this one.
    """

    @work.task(name="step")  # type: ignore[untyped-decorator]
    def step(submission_id: str, request: str | None = None) -> None:
        answer(submission_id, request)

    return step


#: Address of a queue -> the task that rings its bell: one connection a process, and tables looked for once.
_bells: dict[str, Any] = {}


def _bell(url: str) -> Any:
    """Of two threads that open it at once the second lets go of its own."""
    known = _bells.get(url)
    if known is None:
        made = on_ring(queue(url), lambda _submission, _request: None)
        known = _bells.setdefault(url, made)
        if known is not made:
            made.huey.storage.close()
    return known


def hang_up(url: str) -> None:
    """Close what `enqueue` has opened, where a process goes on without it; the next `enqueue` opens it anew."""
    bell = _bells.pop(url, None)
    if bell is not None:
        bell.huey.storage.close()


def enqueue(url: str, submission_id: str) -> None:
    """Tell a worker, wherever it runs, that a submission waits. Where that fails, a worker finds it within a minute."""
    try:
        _bell(url)(submission_id, marks().get("request"))
    except Exception as error:
        log.warning("queue not told of submission %s: %s", submission_id, error)
