"""The database goes while a worker listens: its log says so and stays readable, and the work goes on when it is back."""

from __future__ import annotations

import logging
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import psycopg
import pytest
from place import WARDS, Place, table, until

from dataexchange.worker import enqueue
from dataexchange.worker.outage import Outage
from dataexchange.worker.queue import listening, on_ring


@contextmanager
def _away(url: str) -> Iterator[None]:
    """The server turns everybody away from that database."""
    server, _, name = url.replace("+psycopg", "").rpartition("/")
    with closing(psycopg.connect(f"{server}/postgres", autocommit=True)) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_a_database_that_goes_and_comes_back(own_postgresql_url: str, tmp_path: Path) -> None:
    place = Place(tmp_path / "home", own_postgresql_url)
    place.home.mkdir()
    engine = place.open()
    worker = place.worker("--threads", 3)
    try:
        with _away(own_postgresql_url):
            until(lambda: worker.said("The job queue does not answer"))
            time.sleep(5)
        until(lambda: worker.said("The job queue answers again"))
        one = place.receive(engine, "a", table(WARDS[0]))
        enqueue(own_postgresql_url, one.id)
        until(lambda: place.status(engine, one.id) == "published")
        worker.tell(signal.SIGTERM)
        assert worker.ends() == 0
        told = [line for line in worker.lines() if line["level"] != "info"]
        # Gone and back, of the queue, and of what looks for submissions, for extracts and for rechecks where it looked just then.
        assert len([line for line in told if line["logger"] == "dataexchange.worker"]) == len(told) <= 8, told
        assert [line for line in told if "error" in line] == [], "a traceback"
        (gone,) = worker.said("The job queue does not answer")
        assert gone["level"] == "error"
    finally:
        engine.dispose()
        place.end()


def test_it_is_told_once_a_minute_and_once_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "dataexchange.worker")
    now = 0.0
    outage = Outage("Harvests wait", "Harvests go on", clock=lambda: now)

    def told(until_: float, *, well: bool) -> list[str]:
        nonlocal now
        caplog.clear()
        while now < until_:
            now += 1
            with outage.told(OSError):
                if not well:
                    raise OSError("no route\nand much more")
        return [f"{record.levelname} {record.message}" for record in caplog.records]

    assert told(10, well=True) == []
    assert told(75, well=False) == ["ERROR Harvests wait: no route"] * 2
    assert told(80, well=True) == ["WARNING Harvests go on, after 65 s"]
    # Again within the minute: what comes and goes is not told each time.
    assert told(90, well=False) == told(100, well=True) == []
    assert told(140, well=False) == ["ERROR Harvests wait: no route"]
    assert told(141, well=True) == ["WARNING Harvests go on, after 40 s"]


def test_nothing_that_a_worker_asks_of_a_broken_queue_is_a_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = f"{tmp_path}/queue.db"
    stopping = Event()
    work = listening(f"sqlite:///{place}", Outage("The job queue does not answer", "It is back"), stopping)
    done: list[str] = []
    ring = on_ring(work, lambda submission, _request: done.append(submission))
    ring("one")
    task = work.dequeue()
    with closing(sqlite3.connect(place)) as broken:
        for table_ in ("kv", "schedule", "task"):
            broken.execute(f"DROP TABLE {table_}")
    stopping.set()
    ring("two")
    ring.schedule(("three", None), delay=60)
    assert work.execute(task) is None
    assert done == ["one"]
    assert (work.dequeue(), work.read_schedule()) == (None, [])
    assert [record.message for record in caplog.records] == ["The job queue does not answer: no such table: task"]


def test_other_faults_go_on(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("Submissions wait", "Submissions go on")
    with pytest.raises(ValueError, match="mine"), outage.told(OSError):
        raise ValueError("mine")
    assert caplog.records == []
