"""A worker beside the service, for an exchange that lives in one folder: whoever starts `serve` can use all of it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("dataexchange.worker")

#: A worker stops within this many seconds or is put an end to; what it held is taken up at the next start.
_PATIENCE = 15

#: Seconds until a worker that died is started again: twice as many each time that it lived for less than `_LONG`.
_FIRST_PAUSE, _LONGEST_PAUSE, _LONG = 1.0, 60.0, 60.0


@contextmanager
def worker_alongside(wanted: bool) -> Iterator[None]:
    """A worker process that is started again when it dies, and ends with this one, however this one ends."""
    if not wanted:
        yield
        return
    ending = threading.Event()
    running = [_start()]
    keeper = threading.Thread(target=_keep, args=(running, ending), name="worker", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ending.set()
        keeper.join()
        _stop(running[0])


def _start() -> subprocess.Popen[bytes]:
    words = ["worker", "--ends-with", str(os.getpid())]
    # Not by the name of the command, which need not be on the path.
    return subprocess.Popen([sys.executable, "-c", "from dataexchange.cli import main; main()", *words])  # noqa: S603 - our own command


def _keep(running: list[subprocess.Popen[bytes]], ending: threading.Event) -> None:
    pause, since = _FIRST_PAUSE, time.monotonic()
    while not ending.wait(0.5):
        code = running[0].poll()
        if code is None:
            continue
        pause = _FIRST_PAUSE if time.monotonic() - since > _LONG else pause
        log.error("the worker beside this service ended with %s; it is started again in %.0f s", code, pause)
        if ending.wait(pause):
            return
        pause, since = min(2 * pause, _LONGEST_PAUSE), time.monotonic()
        running[0] = _start()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_with(parent: int) -> None:
    """Stop this process, in its orderly way, once its parent is no more: a parent that was killed tells nobody."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
