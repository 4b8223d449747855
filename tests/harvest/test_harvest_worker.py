"""Wishes: an office asks, the night asks, and a worker harvests, also after another one died."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import forked
import pytest
from harvest_words import data_path, served, source, truth, write_sources
from replay import Service

from dataexchange.door.log import JsonLines
from dataexchange.errors import Forbidden
from dataexchange.model.access import Caller, Scope
from dataexchange.model.harvest import Outcome
from dataexchange.store import harvests
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
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


def test_a_source_that_fails_is_a_warning_in_the_log(
    engine: Engine, home: Path, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "dataexchange")
    caplog.handler.setFormatter(JsonLines())
    for pages in (service.pages, {}):
        service.pages = pages
        with writing(engine) as conn:
            ask_for(conn, source(service.url), caller=OFFICE)
        assert take_wanted(engine, home) == 1
    assert outcomes(engine) == [Outcome.FAILED, Outcome.PUBLISHED]
    with reading(engine) as conn:
        failed = harvests.latest(conn, limit=1)[0]
    told = [line for line in map(json.loads, caplog.text.splitlines()) if line["level"] != "info"]
    assert [(line["level"], line["source"], line["harvest"]) for line in told] == [
        ("warning", "kyrgyzstan", failed.id),
    ]
    assert failed.message
    assert failed.message in told[0]["event"]


def test_the_night_asks_for_what_nobody_looked_at_since_two(engine: Engine, home: Path) -> None:
    # Yesterday, all of which is past at any time of day.
    today = datetime.now(UTC) - timedelta(days=1)
    late = today.replace(hour=23, minute=59)
    wish_nightly(engine, home, today.replace(hour=1, minute=59))
    assert outcomes(engine) == []
    wish_nightly(engine, home, late)
    wish_nightly(engine, home, late)
    assert outcomes(engine) == [Outcome.WANTED]
    assert take_wanted(engine, home) == 1
    for started, expected in (
        (today.replace(hour=2, minute=1), [Outcome.PUBLISHED]),
        (today.replace(hour=1, minute=59), [Outcome.WANTED, Outcome.PUBLISHED]),
    ):
        with engine.begin() as conn:
            conn.exec_driver_sql(f"UPDATE harvests SET started_at = '{started:%Y-%m-%dT%H:%M:%S}.000000Z'")
        wish_nightly(engine, home, late)
        assert outcomes(engine) == expected


def test_the_night_disturbs_nobody_once_all_is_asked_for(engine: Engine, home: Path) -> None:
    late = datetime.now(UTC).replace(hour=23)
    wish_nightly(engine, home, late)
    with writing(engine):
        wish_nightly(engine, home, late)


def test_a_faulty_file_stops_no_wish_and_is_told_once(
    engine: Engine,
    home: Path,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from dataexchange.worker import harvest

    class Late(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return datetime.now(UTC).replace(hour=23)

    monkeypatch.setattr(harvest, "datetime", Late)
    monkeypatch.setattr(harvest, "_EVERY", 0.02)
    with writing(engine) as conn:
        ask_for(conn, source(service.url), caller=OFFICE)
    (home / "sources.toml").write_text('[kyrgyzstan]\nurl = "somewhere"')
    shift = Shift()
    looking = harvest.watch(engine, home, shift)
    _until(lambda: outcomes(engine) == [Outcome.FAILED])
    time.sleep(0.2)
    shift.stopping.set()
    looking.join()
    assert sum(record.message.startswith("nightly") for record in caplog.records) == 1


def test_two_who_wish_at_once_share_a_wish(own_postgresql_url: str) -> None:
    engine = open_database(own_postgresql_url)
    migrate(engine)
    found: list[str] = []

    def ask() -> None:
        with writing(engine) as conn:
            found.append(harvests.wish(conn, "kyrgyzstan", asked_by="test", facts={}).id)

    second = Thread(target=ask)
    with writing(engine) as conn:
        first = harvests.wish(conn, "kyrgyzstan", asked_by="test", facts={}).id
        second.start()
        second.join(0.3)
    second.join()
    assert found == [first]
    engine.dispose()


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
    worker = forked.silent("worker", env=environment)
    _until(lambda: service.seen[last] == 1)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert outcomes(engine) == [Outcome.RUNNING]
    time.sleep(1.2)
    worker = forked.silent("worker", env=environment)
    try:
        _until(lambda: outcomes(engine)[0] is Outcome.PUBLISHED)
    finally:
        worker.terminate()
        worker.wait(15)
    assert outcomes(engine) == [Outcome.PUBLISHED, Outcome.INTERRUPTED]
    assert served(engine) == truth(few.values())


def test_a_source_that_kills_workers_is_left_alone(engine: Engine, home: Path) -> None:
    with writing(engine) as conn:
        ask_for(conn, source("http://127.0.0.1:1"), caller=OFFICE)
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
