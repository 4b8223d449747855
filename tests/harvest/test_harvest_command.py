"""`dataexchange harvest` over all 195 messages of Kyrgyzstan, as an office runs it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import forked
import pytest
from harvest_words import (
    STRUCTURES,
    data_path,
    differences,
    keys_of,
    messages,
    served,
    structure_message,
    truth,
    write_sources,
)
from replay import Service

from dataexchange.model.harvest import Outcome
from dataexchange.store import audit, files, harvests, releases
from dataexchange.store.database import Engine, open_database, reading

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def all_messages(shared_data: Path, service: Service) -> dict[str, bytes]:
    given = list(messages(shared_data).values())
    assert len(given) == 195
    made = dict(zip(keys_of(given), given, strict=True))
    service.pages = {data_path(key): message for key, message in made.items()}
    service.pages[STRUCTURES] = structure_message(shared_data).read_bytes()
    return made


def opened(home: Path) -> Engine:
    return open_database(f"sqlite:///{home}/exchange.db")


def test_all_messages_twice(home: Path, service: Service, all_messages: dict[str, bytes], command: Command) -> None:
    keys = list(all_messages)
    write_sources(home, service.url, keys)
    # On the way: what every service does on some days.
    service.fault = lambda path, n: "503 seconds" if path == data_path(keys[3]) and n == 1 else None
    service.compressed = True
    first = command("harvest", "--report", home / "report.json")
    assert first.returncode == 0, first.stderr
    assert "25349 observations in release 1" in first.stdout
    assert "196 requests (0 not modified)" in first.stdout
    assert "1 retries" in first.stdout
    assert json.loads((home / "report.json").read_text())
    engine = opened(home)
    expected = truth(all_messages.values())
    there = served(engine)
    assert len(there) == 25_349
    assert there == expected, differences(there, expected)

    with reading(engine) as conn:
        run = harvests.latest(conn)[0]
        release = releases.get(conn, 1)
        entry = next(e for e in audit.entries(conn) if e.action == "harvest.publish")
    assert (run.release, run.facts["licence"], run.facts["url"]) == (1, "CC BY 4.0", f"{service.url}/rest")
    assert "CC BY 4.0" in (release.note or "")
    assert entry.detail["harvest"] == run.id
    by_url = {answer.url: answer for answer in run.answers}
    assert len(by_url) == 196
    for key, message in all_messages.items():
        answer = by_url[service.url + data_path(key)]
        kept = files.path_of(answer.sha256, home).read_bytes()
        assert kept == message
        assert hashlib.sha256(kept).hexdigest() == answer.sha256
        assert (answer.status, answer.size, answer.fetched_at.tzinfo is not None) == (200, len(message), True)

    service.forget()
    service.fault = lambda _path, _n: None
    second = command("harvest", "kyrgyzstan")
    assert second.returncode == 0
    assert "unchanged" in second.stdout
    assert "195 requests (195 not modified), 0 bytes" in second.stdout
    assert {a.status for a in service.asked} == {304}
    assert sum(a.body for a in service.asked) == 0
    with reading(engine) as conn:
        assert len(releases.latest(conn)) == 1
    engine.dispose()


def test_exit_codes_and_sentences(home: Path, service: Service, few: dict[str, bytes], command: Command) -> None:
    missing = command("harvest")
    assert (missing.returncode, "docs/harvest.md" in missing.stderr) == (2, True)
    (home / "sources.toml").write_text("# none yet\n")
    none = command("harvest")
    assert (none.returncode, "There are no sources" in none.stderr) == (2, True)
    write_sources(home, service.url, list(few), "attempts = 2")
    wrong = command("harvest")
    assert (wrong.returncode, "404" in wrong.stderr) == (2, True)
    assert "Traceback" not in wrong.stderr
    assert "failed" in command("harvest", "--list").stdout
    service.fault = lambda _path, _n: "500"
    down = command("harvest")
    assert (down.returncode, "try again later" in down.stderr) == (3, True)
    assert "1 requests (0 not modified), 0 bytes, 1 retries" in down.stderr


def test_a_page_of_a_proxy_passes_and_half_written_files_go(
    home: Path, service: Service, few: dict[str, bytes], engine: Engine, command: Command
) -> None:
    service.pages = {data_path(key): message for key, message in few.items()}
    write_sources(home, service.url, list(few))
    service.fault = lambda _path, _n: "html"
    stale, fresh = home / "files" / "part-stale", home / "files" / "part-fresh"
    stale.parent.mkdir()
    for part in (stale, fresh):
        part.write_bytes(b"half")
    os.utime(stale, (1, 1))
    assert command("harvest").returncode == 3
    assert (stale.exists(), fresh.exists()) == (False, True)


def test_a_token_comes_from_the_environment_and_stands_nowhere(
    home: Path, service: Service, few: dict[str, bytes], engine: Engine, command: Command
) -> None:
    service.pages = {data_path(key): message for key, message in few.items()}
    write_sources(home, service.url, list(few), 'key_env = "KG_TOKEN"')
    without = command("harvest")
    assert without.returncode == 2
    assert "KG_TOKEN" in without.stderr
    assert not service.asked
    done = command("harvest", KG_TOKEN="3f2a9c81d04e")
    assert done.returncode == 0, done.stderr
    assert {a.headers["authorization"] for a in service.asked} == {"Bearer 3f2a9c81d04e"}
    assert b"3f2a9c81d04e" not in (home / "exchange.db").read_bytes()


def test_a_harvest_that_is_killed_leaves_the_old_vintage_and_the_next_one_goes_through(
    home: Path, service: Service, few: dict[str, bytes], engine: Engine, command: Command
) -> None:
    keys = list(few)
    service.pages = {data_path(key): message for key, message in few.items()}
    write_sources(home, service.url, keys)
    assert command("harvest").returncode == 0
    before = served(engine)
    service.pages[data_path(keys[0])] = few[keys[0]].replace(b'OBS_VALUE="', b'OBS_VALUE="7')
    service.fault = lambda path, _n: "hang" if path == data_path(keys[-1]) else None
    environment = {**os.environ, "DATAEXCHANGE_HOME": str(home)}
    service.forget()
    process = forked.silent("harvest", env=environment)
    while not service.seen[data_path(keys[-1])]:
        time.sleep(0.01)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert served(engine) == before
    service.fault = lambda _path, _n: None
    at_once = command("harvest")
    assert at_once.returncode == 2
    assert "another process" in at_once.stderr
    _let_the_lease_end(engine)
    again = command("harvest")
    assert again.returncode == 0, again.stderr
    expected = truth(service.pages[data_path(key)] for key in keys)
    there = served(engine)
    assert there == expected, differences(there, expected)
    with reading(engine) as conn:
        outcomes = [run.outcome for run in harvests.latest(conn)]
    assert outcomes == [Outcome.PUBLISHED, Outcome.INTERRUPTED, Outcome.PUBLISHED]


def _let_the_lease_end(engine: Engine) -> None:
    """As if twenty seconds had gone by."""
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE harvests SET ended_at = '2026-01-01T00:00:00.000000Z' WHERE outcome = 'running'")
