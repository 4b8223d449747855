"""A worker beside the service, for an exchange that lives in one folder: whoever starts `serve` can use all of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: A worker stops within this many seconds or is put an end to; what it held is taken up at the next start.
_PATIENCE = 15


@contextmanager
def worker_alongside(wanted: bool) -> Iterator[None]:
    """A worker process that ends with this one, however this one ends."""
    if not wanted:
        yield
        return
    words = ["worker", "--ends-with", str(os.getpid())]
    # Not by the name of the command, which need not be on the path.
    process = subprocess.Popen([sys.executable, "-c", "from dataexchange.cli import main; main()", *words])  # noqa: S603 - our own command
    try:
        yield
    finally:
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
