"""Wishes: an office asks, the night asks, and a worker harvests, also after another one died."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from harvest_words import COMMAND, data_path, served, source, truth, write_sources
from replay import Service

from dataexchange.errors import Forbidden
from dataexchange.model.access import Caller, Scope
from dataexchange.model.harvest import Outcome
from dataexchange.store import harvests
from dataexchange.store.database import Engine, reading, writing
from dataexchange.worker.harvest import take_wanted, wish_nightly
from dataexchange.worker.shift import Shift
from dataexchange.workflow.harvest_wish import ask_for

OFFICE = Caller("KG_NSC", frozenset({Scope.BASELINE}), "key 1")


@pytest.fixture(autouse=True)
def _pages(home: Path, service: Service, few: dict[str, bytes]) -> None:
    service.pages = {data_path(key): message for key, message in few.items()}
    write_sources(home, service.url, list(few))


def outcomes(engine: Engine) -> list[Outcome]:
    with reading(engine) as conn:
        return [run.outcome for run in harvests.latest(conn)]


def test_only_its_office_and_the_operator_ask_for_a_source(engine: Engine, service: Service) -> None:
    one = source(service.url)
    with writing(engine) as conn:
        for other in (
            Caller("UK_ONS", frozenset({Scope.BASELINE}), "key"),
            Caller("KG_NSC", frozenset({Scope.SUBMIT, Scope.REVIEW}), "key"),
        ):
            with pytest.raises(Forbidden):
                ask_for(conn, one, caller=other)
        wish = ask_for(conn, one, caller=OFFICE)
        assert wish.outcome is Outcome.WANTED
        assert wish.asked_by == "KG_NSC/key 1"
        assert ask_for(conn, one, caller=Caller("DX", frozenset({Scope.ADMIN}), "key")).id == wish.id


def test_a_wish_is_met_once(engine: Engine, home: Path, service: Service, few: dict[str, bytes]) -> None:
    with writing(engine) as conn:
        wish = ask_for(conn, source(service.url), caller=OFFICE)
    assert take_wanted(engine, home) == 1
    assert take_wanted(engine, home) == 0
    with reading(engine) as conn:
        met = harvests.get(conn, wish.id)
    assert (met.outcome, met.asked_by, met.release) == (Outcome.PUBLISHED, "KG_NSC/key 1", 1)
    assert served(engine) == truth(few.values())


def test_several_workers_meet_a_wish_once(engine: Engine, home: Path, service: Service) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with writing(engine) as conn:
        ask_for(conn, source(service.url), caller=OFFICE)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _n: take_wanted(engine, home), range(8))) == 1
    assert outcomes(engine) == [Outcome.PUBLISHED]


def test_a_wish_that_cannot_be_met_says_why(engine: Engine, home: Path, service: Service) -> None:
    with writing(engine) as conn:
        wish = ask_for(conn, source(service.url), caller=OFFICE)
    (home / "sources.toml").write_text('[kyrgyzstan]\nurl = "somewhere"')
    assert take_wanted(engine, home) == 0
    with reading(engine) as conn:
        dropped = harvests.get(conn, wish.id)
    assert dropped.outcome is Outcome.FAILED
    assert "sources.toml, [kyrgyzstan], url" in dropped.message


def test_the_night_asks_for_what_nobody_looked_at_since_yesterday(engine: Engine, home: Path) -> None:
    wish_nightly(engine, home)
    wish_nightly(engine, home)
    assert outcomes(engine) == [Outcome.WANTED]
    assert take_wanted(engine, home) == 1
    wish_nightly(engine, home)
    assert outcomes(engine) == [Outcome.PUBLISHED]
    yesterday = (datetime.now(UTC) - timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    with engine.begin() as conn:
        conn.exec_driver_sql(f"UPDATE harvests SET started_at = '{yesterday}'")
    wish_nightly(engine, home)
    assert outcomes(engine) == [Outcome.WANTED, Outcome.PUBLISHED]


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_the_next(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    shift = Shift()

    def stop(path: str, _n: int) -> None:
        if path == data_path(list(few)[2]):
            shift.stopping.set()

    service.fault = stop
    with writing(engine) as conn:
        ask_for(conn, source(service.url), caller=OFFICE)
    take_wanted(engine, home, shift)
    assert outcomes(engine) == [Outcome.WANTED, Outcome.INTERRUPTED]
    assert len(service.asked) < len(few)
    assert served(engine) == {}
    assert take_wanted(engine, home) == 1
    assert outcomes(engine) == [Outcome.PUBLISHED, Outcome.INTERRUPTED]


def test_a_harvest_whose_worker_is_killed_is_done_by_the_next_worker(
    engine: Engine, home: Path, service: Service, few: dict[str, bytes]
) -> None:
    """SIGKILL in the middle of fetching; a second process, after the lease, ends what the first one began."""
    environment = {**os.environ, "DATAEXCHANGE_HOME": str(home), "DATAEXCHANGE_LEASE_SECONDS": "1"}
    last = data_path(list(few)[-1])
    service.fault = lambda path, n: "hang" if path == last and n == 1 else None
    with writing(engine) as conn:
        ask_for(conn, source(service.url), caller=OFFICE)
    worker = subprocess.Popen([str(COMMAND), "worker"], env=environment, stderr=subprocess.DEVNULL)
    _until(lambda: service.seen[last] == 1)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert outcomes(engine) == [Outcome.RUNNING]
    time.sleep(1.2)
    worker = subprocess.Popen([str(COMMAND), "worker"], env=environment, stderr=subprocess.DEVNULL)
    try:
        _until(lambda: outcomes(engine)[0] is Outcome.PUBLISHED)
    finally:
        worker.terminate()
        worker.wait(15)
    assert outcomes(engine) == [Outcome.PUBLISHED, Outcome.INTERRUPTED]
    assert served(engine) == truth(few.values())


def test_a_source_that_kills_workers_is_left_alone(engine: Engine, home: Path) -> None:
    wish_nightly(engine, home)
    for _ in range(5):
        with writing(engine) as conn:
            if not harvests.latest(conn, outcome=Outcome.WANTED):
                break
            harvests.begin(conn, "kyrgyzstan", timedelta(seconds=-1), asked_by="worker", facts={"wished": True})
        take_wanted_again(engine)
    assert outcomes(engine) == [Outcome.INTERRUPTED] * 3


def take_wanted_again(engine: Engine) -> None:
    from dataexchange.worker import harvest

    harvest._again(engine)


def _until(condition: object, seconds: float = 30) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
