"""A worker process from its start to its orderly end: threads that wait for the bell, and what is done by the clock."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Any

from huey import Huey, crontab

from dataexchange.door.log import about
from dataexchange.errors import ExchangeError
from dataexchange.store.database import Engine
from dataexchange.worker import extract as extracts
from dataexchange.worker import heart
from dataexchange.worker import recheck as rechecks
from dataexchange.worker.extract import Extracting
from dataexchange.worker.harvest import watch
from dataexchange.worker.outage import Outage
from dataexchange.worker.queue import listening, on_ring
from dataexchange.worker.shift import LEASE, Shift
from dataexchange.worker.take import take, take_waiting
from dataexchange.worker.tidy import tidy

log = logging.getLogger("dataexchange.worker")

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

#: How long work under way may take to come to its end once the process was told to stop, in seconds.
PATIENCE = 10.0

#: How long a thread without work sleeps at most, in seconds, where the queue cannot wake it.
_NAP = 1.0


def run(
    engine: Engine,
    home: Path,
    queue_url: str,
    *,
    threads: int,
    lease: timedelta = LEASE,
    extracting: Extracting | None = None,
) -> None:
    """Work until SIGTERM or SIGINT; then what is under way is finished, or put back where it takes too long."""
    shift = Shift(lease)
    away = Outage("The job queue does not answer", "The job queue answers again")
    work = listening(queue_url, away, shift.stopping)
    look = _tasks(work, engine, home, shift)
    consumer = work.create_consumer(
        workers=threads, worker_type="thread", periodic=True, max_delay=_NAP, shutdown_timeout=PATIENCE
    )
    asked: list[int] = []
    # The consumer sets handlers of its own, which would interrupt work: a signal in between waits until ours stand.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    consumer.start()
    _on_signals(asked, shift)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    look()
    beside = [watch(engine, home, shift), rechecks.watch(engine, home, shift)]
    if extracting is not None:
        beside.append(extracts.watch(engine, home, shift, extracting))
    # What a worker held that was killed just now comes free when its lease is over.
    look.schedule(delay=lease.total_seconds() + 1)
    log.info("working", extra={"fields": {"threads": threads, "pid": os.getpid()}})
    _wait(consumer, asked, home)
    heart.stop(home)
    _stop(engine, consumer, beside, shift, asked)


def _stop(engine: Engine, consumer: Any, beside: list[Thread], shift: Shift, asked: list[int]) -> None:
    """Work under way is waited for, but not by who asks twice."""
    shift.stopping.set()
    with suppress(KeyboardInterrupt):
        consumer.stop(graceful=len(asked) == 1)
        for thread in beside:
            thread.join(PATIENCE if len(asked) == 1 else 0)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    busy = any(thread.is_alive() for thread in (*beside, *(thread for _, thread in consumer.worker_threads)))
    left = shift.put_all_back(engine)
    log.info("stopped", extra={"fields": {"put_back": left}})
    if busy:
        # Threads are inside work that nobody waits for; whatever they were writing is rolled back.
        sys.stderr.flush()
        os._exit(0)


def _tasks(work: Huey, engine: Engine, home: Path, shift: Shift) -> Any:
    """What the bell and the clock set going; the task that looks for what waits.

    Every worker's clock rings for all, so with several workers the same thing is begun several times a minute: it finds nothing left to do.
    """
    outage = Outage("Submissions wait", "Submissions go on")

    def step(submission_id: str, request: str | None) -> None:
        with outage.told(ExchangeError), about(**({"request": request} if request else {})):
            take(engine, home, submission_id, shift)

    on_ring(work, step)

    @work.task(name="look")  # type: ignore[untyped-decorator]
    def look() -> None:
        with outage.told(ExchangeError):
            take_waiting(engine, home, shift)

    @work.periodic_task(crontab(minute="*"), name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        with outage.told(ExchangeError):
            take_waiting(engine, home, shift)

    @work.periodic_task(crontab(minute="17", hour="3"), name="tidy")  # type: ignore[untyped-decorator]
    def nightly() -> None:
        with outage.told(ExchangeError):
            tidy(engine, home)

    return look


def _on_signals(asked: list[int], shift: Shift) -> None:
    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1 and shift.stopping.is_set():
            # Asked again: whoever asks does not want to wait for what is under way.
            raise KeyboardInterrupt

    for number in _SIGNALS:
        signal.signal(number, note)


def _wait(consumer: Any, asked: list[int], home: Path) -> None:
    """Until a signal comes; a thread that died is replaced meanwhile, and others see that this process lives."""
    heart.beat(home)
    looked = time.monotonic()
    while not asked:
        time.sleep(0.1)
        if time.monotonic() - looked > heart.EVERY:
            looked = time.monotonic()
            heart.beat(home)
            consumer.check_worker_health()
