"""An exchange in one folder: whoever starts `serve` and nothing else can use all of it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from forked import ROOT
from running_exchange import running


def test_serve_alone_checks_and_publishes(tmp_path: Path) -> None:
    with running(tmp_path / "home", workers=0) as exchange:
        key = exchange.key("BRISTOL", "submit")
        sent = exchange.submit(key, ROOT / "examples/bristol/pm25.csv", ROOT / "mappings/bristol/pm25.yaml")
        assert exchange.wait(key, sent, "published")["release"] == 1
        assert len(exchange.observations()) == 30


def test_a_worker_that_dies_is_started_again(tmp_path: Path) -> None:
    with running(tmp_path / "home", workers=0) as exchange:
        key = exchange.key("BRISTOL", "submit")
        os.kill(_children(exchange.processes[0].pid)[0], signal.SIGKILL)
        sent = exchange.submit(key, ROOT / "examples/bristol/pm25.csv", ROOT / "mappings/bristol/pm25.yaml")
        assert exchange.wait(key, sent, "published")["release"] == 1


def test_its_worker_ends_with_it_even_when_it_is_killed(tmp_path: Path) -> None:
    with running(tmp_path / "home", workers=0) as exchange:
        service = exchange.processes[0]
        workers = _children(service.pid)
        assert len(workers) == 1
        os.kill(service.pid, signal.SIGKILL)
        service.wait(10)
        until = time.monotonic() + 20
        while _alive(workers[0]):
            assert time.monotonic() < until, "the worker outlives its service"
            time.sleep(0.1)


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
