"""The processes that answer HTTP, from their start to their orderly end."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.supervisors import Multiprocess

from dataexchange.door.log import log_settings, log_to_stderr
from dataexchange.errors import Conflict

if TYPE_CHECKING:
    from dataexchange.settings import Settings

#: How long answers under way may take once the service was told to stop, in seconds.
PATIENCE = 20

#: What uvicorn ends with where the application cannot start; the log says why.
_NOT_STARTED = 3


class _Processes(Multiprocess):
    """Several processes behind one port. The parent holds the port, too: it must let go of it, or callers would wait in a queue that
    nobody serves any more."""

    def terminate_all(self) -> None:
        for listening in self.sockets:
            listening.close()
        super().terminate_all()


def serve_http(settings: Settings, *, host: str | None, port: int | None, workers: int | None) -> None:
    """Until SIGTERM or SIGINT; answers under way are finished first, for `PATIENCE` seconds at most."""
    host, port, workers = host or settings.host, port or settings.port, workers or settings.workers
    require_free(host, port)
    log_to_stderr(settings.log_level)
    config = uvicorn.Config(
        "dataexchange.app:create",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level=settings.log_level,
        log_config=log_settings(settings.log_level),
        access_log=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    if not (_one(config) if workers == 1 else _several(config)):
        sys.exit(_NOT_STARTED)


def _one(config: uvicorn.Config) -> bool:
    server = uvicorn.Server(config)

    def stop(_number: int, _frame: object) -> None:
        """Before the server listens to signals nothing is under way. At its end it raises once more the one that it got: that is no reason
        to die of it."""
        if not server.should_exit:
            sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    server.run()
    return server.started


def _several(config: uvicorn.Config) -> bool:
    with _counting_together():
        processes = _Processes(config, sockets=[config.bind_socket()])
        processes.run()
    return all(process.exitcode != _NOT_STARTED for process in processes.processes)


@contextmanager
def _counting_together() -> Iterator[None]:
    """A folder of this machine, new each time, in which several processes count (see `door.metrics`)."""
    with tempfile.TemporaryDirectory(prefix="dataexchange-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def require_free(host: str, port: int) -> None:
    """Says in one sentence what uvicorn says in five lines."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                f"Cannot serve on {host}:{port} ({error.strerror}); choose another port with --port or PORT=."
            ) from None
