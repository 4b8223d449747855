"""Keys while the database is busy, and while somebody tries out many."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import httpx
import pytest
from people import People

from dataexchange.workflow import keys

LIST = "/api/v1/submissions"


def test_a_busy_database_delays_no_reader(people: People) -> None:
    people.get("city", LIST)
    other = sqlite3.connect(people.settings.home / "exchange.db", isolation_level=None)
    other.execute("PRAGMA busy_timeout=5000")
    other.execute("BEGIN IMMEDIATE")
    try:
        other.execute("UPDATE api_keys SET last_used_at = NULL")
        for who in ("office", "auditor", "city", "office"):
            started = time.perf_counter()
            assert people.get(who, LIST).status_code == 200
            assert time.perf_counter() - started < 1
        time.sleep(2)
    finally:
        other.execute("COMMIT")
        other.close()
    deadline = time.monotonic() + 5
    while people.last_used("office") is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Checks:
    """In the place of scrypt: how many there were, how many at once; each waits for `go`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.most = self._now = 0
        self.go = Event()
        self._lock = Lock()

    def __call__(self, secret_hash: str, secret: str) -> bool:
        with self._lock:
            self.asked.append(secret_hash)
            self._now += 1
            self.most = max(self.most, self._now)
        self.go.wait(10)
        with self._lock:
            self._now -= 1
        return keys_match(secret_hash, secret)


keys_match = keys.matches


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    made = Checks()
    monkeypatch.setattr(keys, "matches", made)
    return made


def tried(people: People, key: str) -> int:
    with httpx.Client(timeout=30) as client:
        return client.get(people.server.url + LIST, headers={"Authorization": f"Bearer {key}"}).status_code


def test_who_tries_out_keys_delays_nobody_else(people: People, checks: Checks) -> None:
    checks.go.set()
    assert people.get("city", LIST).status_code == 200
    checks.go.clear()
    with ThreadPoolExecutor(30) as pool:
        first = people.keys["city"].rpartition("_")[0]
        answers = [pool.submit(tried, people, f"{first}_{n}") for n in range(30)]
        while sum(answer.done() for answer in answers) < 10:
            time.sleep(0.01)
        started = time.perf_counter()
        assert people.get("city", LIST).status_code == 200
        assert time.perf_counter() - started < 1
        checks.go.set()
    assert Counter(answer.result() for answer in answers) == {503: 10, 401: 20}
    assert checks.most == 2


def test_who_waits_too_long_is_told_so(people: People, checks: Checks, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dataexchange.door.secrets._PATIENCE", 0.1)
        answer = people.get("city", LIST)
    checks.go.set()
    assert answer.status_code == 503
    assert "Too many keys" in answer.json()["detail"]
    assert people.get("city", LIST).status_code == 200


def test_one_secret_at_once_is_one_question(people: People, checks: Checks) -> None:
    with ThreadPoolExecutor(12) as pool:
        answers = [pool.submit(tried, people, people.keys["city"]) for _ in range(12)]
        time.sleep(0.3)
        checks.go.set()
    assert {answer.result() for answer in answers} == {200}
    assert len(checks.asked) == 1


@pytest.mark.parametrize("key", ["dx_0000000000_x", "revoked", "expired", "wrong secret"])
def test_ids_are_not_told_apart(people: People, checks: Checks, key: str) -> None:
    """Each costs what scrypt costs, and says the same."""
    checks.go.set()
    given = people.keys["city"] + "x" if key == "wrong secret" else people.keys.get(key, key)
    answer = people.call(None, "GET", LIST, headers={"Authorization": f"Bearer {given}"})
    assert answer.status_code == 401
    assert "is not known, has expired or was revoked" in answer.json()["detail"]
    assert len(checks.asked) == 1
