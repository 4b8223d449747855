"""The command `dataexchange` in processes of their own, without the second of imports that each would begin with.

`multiprocessing`'s fork server imports the program once for a test session; every command is a fork of it: another process, with its
own environment, folder, session, standard streams, signals and exit code, as a shell would start it. What a fork cannot judge — the entry
point itself, its memory, its time — has tests that start `COMMAND` with `subprocess`.
"""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import dataexchange

#: The command as people have it.
COMMAND = Path(sys.executable).with_name("dataexchange")
ROOT = Path(__file__).resolve().parents[2]

#: Migrations are run by Alembic alone, and `__main__` when it is asked for.
_modules = [
    module.name
    for module in pkgutil.walk_packages(dataexchange.__path__, "dataexchange.")
    if not {"migrations", "__main__"} & set(module.name.split("."))
]
_server = multiprocessing.get_context("forkserver")
# pytest: where it is the main module, every fork imports it.
_server.set_forkserver_preload(["pytest", "uvicorn.protocols.http.auto", *_modules])


class Started:
    """What tests ask of a `subprocess.Popen`. Output that nobody directed is kept for `communicate`."""

    def __init__(self, words: tuple[str, ...], env: Mapping[str, str], cwd: Path, out: Path | None, err: Path | None):
        self._kept = [_kept() if path is None else None for path in (out, err)]
        out, err = out or self._kept[0], err or self._kept[1]
        self.args = [str(COMMAND), *words]
        self._process = _server.Process(target=_be, args=(self.args, dict(env), str(cwd), str(out), str(err)))
        self._process.start()
        assert self._process.pid
        self.pid: int = self._process.pid
        while self._process.exitcode is None and os.getpgid(self.pid) != self.pid:
            time.sleep(0.001)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def kill_all(self) -> None:
        """SIGKILL to it and to whatever it started; it may have ended."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Waits for its end; what it wrote."""
        self.wait(timeout)
        out, err = (path.read_text() if path else "" for path in self._kept)
        for path in filter(None, self._kept):
            path.unlink()
        self._kept = [None, None]
        return out, err


Process = Started | subprocess.Popen[bytes]


def start(
    *words: object,
    env: Mapping[str, str],
    cwd: Path = ROOT,
    out: IO[Any] | None = None,
    err: IO[Any] | None = None,
) -> Started:
    """`out` and `err`: the file it writes to; kept for `communicate` without."""
    return Started(tuple(map(str, words)), env, cwd, *(Path(file.name) if file else None for file in (out, err)))


def anew(*words: object, env: Mapping[str, str], out: IO[Any], err: IO[Any]) -> subprocess.Popen[bytes]:
    """By its entry point: for a server of several processes, which begins each of them from its own main module."""
    return subprocess.Popen([COMMAND, *map(str, words)], env=env, cwd=ROOT, stdout=out, stderr=err)


def silent(*words: object, env: Mapping[str, str], cwd: Path = ROOT) -> Started:
    """For processes that outlive what a test reads of them."""
    with open(os.devnull, "wb") as nowhere:
        return start(*words, env=env, cwd=cwd, out=nowhere, err=nowhere)


def run(
    *words: object, env: Mapping[str, str], cwd: Path = ROOT, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    started = start(*words, env=env, cwd=cwd)
    try:
        out, err = started.communicate(timeout)
    except subprocess.TimeoutExpired:
        started.kill()
        raise
    return subprocess.CompletedProcess(started.args, started.wait(), out, err)


def _kept() -> Path:
    handle, name = tempfile.mkstemp(prefix="dataexchange-command-")
    os.close(handle)
    return Path(name)


def _be(args: list[str], env: dict[str, str], cwd: str, out: str, err: str) -> None:
    """In the fork: become the command."""
    os.setsid()
    for stream, path in ((1, out), (2, err)):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.dup2(handle, stream)
        os.close(handle)
    os.environ.clear()
    os.environ.update(env)
    tempfile.tempdir = None
    time.tzset()
    os.chdir(cwd)
    sys.argv = args
    from dataexchange.cli import main

    main()
