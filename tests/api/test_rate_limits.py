"""So many requests in a minute, by key and by address: RateLimit headers, and 429 in the form of each door."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import forked
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from small_exchange import V1, V2, Server, free_port, new_exchange, serve

from dataexchange.door import limits
from dataexchange.door.limits import Limits
from dataexchange.model.access import Scope
from dataexchange.store.database import writing
from dataexchange.workflow.keys import create_key
from dataexchange.workflow.permission import operator

PER_ADDRESS, PER_KEY = 5, 40


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Server]:
    made = new_exchange(tmp_path, requests_per_minute=PER_ADDRESS, requests_per_minute_with_key=PER_KEY)
    yield from serve(made)


def key(server: Server) -> str:
    with writing(server.engine) as conn:
        return create_key(conn, "DX", [Scope.SUBMIT], caller=operator("test"))[1]


def left(answer: httpx.Response) -> int:
    found = re.fullmatch(r'"(address|key)";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert found, answer.headers
    return int(found[2])


def spent(server: Server, path: str, **headers: str) -> httpx.Response:
    """The first answer that says no."""
    for _ in range(PER_ADDRESS + 2):
        answer = server.get(path, **headers)
        if answer.status_code == 429:
            return answer
    raise AssertionError("no limit")


@pytest.mark.conformance("http", "RateLimit", "How many are left, in every answer")
def test_every_answer_says_how_many_are_left(limited: Server) -> None:
    tag = limited.get(V2).headers["etag"]
    answers = [limited.get(V2, If_None_Match=tag), limited.get("/sdmx/v1/nothing"), limited.get("/api/v1/releases")]
    assert [answer.status_code for answer in answers] == [304, 404, 200]
    assert [left(answer) for answer in answers] == [3, 2, 1]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"address";q=5;w=60'}


@pytest.mark.conformance("status", "429", "Beyond the quota, in the form of each door")
def test_429_in_the_form_of_each_door(limited: Server) -> None:
    as_json = spent(limited, V2)
    assert as_json.json()["errors"][0]["code"] == 1429
    assert 1 <= int(as_json.headers["retry-after"]) <= 13
    assert left(as_json) == 0
    as_xml = limited.get(V1)
    assert as_xml.status_code == 429
    assert etree.fromstring(as_xml.content)[0].get("code") == "1429"
    problem = limited.get("/api/v1/releases")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 429
    assert problem.json()["violated-policies"] == ["address"]
    assert problem.json()["type"].endswith("#quota-exceeded")
    for answer in (as_json, as_xml, problem):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "RateLimit" in answer.headers["access-control-expose-headers"]
        assert answer.headers["x-request-id"]
    assert 'dataexchange_refused_total{limit="rate"}' in limited.get("/metrics").text


def test_operators_and_pages_are_not_counted(limited: Server) -> None:
    spent(limited, V2)
    for path in ("/healthz", "/readyz", "/metrics", "/", "/openapi.json"):
        answer = limited.get(path)
        assert answer.status_code == 200
        assert "ratelimit" not in answer.headers
    assert httpx.options(limited.url + V2).status_code == 204


def test_it_wears_off(tmp_path: Path) -> None:
    for server in serve(new_exchange(tmp_path, requests_per_minute=600)):
        for _ in range(700):
            answer = server.get("/api/v1/releases?limit=1")
            if answer.status_code == 429:
                break
        assert answer.status_code == 429, "700 requests took longer than ten are worth"
        time.sleep(int(answer.headers["retry-after"]))
        assert server.get("/api/v1/releases?limit=1").status_code == 200


@pytest.mark.conformance("http", "RateLimit", "A quota for each key")
def test_each_key_has_its_own(limited: Server) -> None:
    """A key that was not met before is let in where requests without one have used up what the address has."""
    spent(limited, V2)
    mine = {"Authorization": f"Bearer {key(limited)}"}
    answers = [limited.get(path, **mine) for path in (V2, V1, "/api/v1/releases", V2)]
    assert [left(answer) for answer in answers] == [39, 38, 37, 36]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=40;w=60'
    assert limited.get(V2).status_code == 429


@pytest.mark.parametrize("wrong", ["Bearer dx_0123456789_nothing", "Bearer x", "Basic YTpi", "Bearer"])
def test_a_key_that_is_no_good_is_none(limited: Server, wrong: str) -> None:
    """Trying out others does not help."""
    for n in range(PER_ADDRESS):
        assert left(limited.get(V2, Authorization=f"{wrong}{n}")) == PER_ADDRESS - 1 - n
    assert limited.get(V2, Authorization=wrong).status_code == 429
    assert limited.get(V2).status_code == 429


def test_who_tries_out_keys_is_held_up_and_a_known_key_is_not(limited: Server) -> None:
    mine, other = ({"Authorization": f"Bearer {key(limited)}"} for _ in range(2))
    assert limited.get(V2, **mine).status_code == 200
    for n in range(PER_ADDRESS - 1):
        assert limited.get(V2, Authorization=f"Bearer dx_0123456789_{n}").status_code == 200
    assert limited.get(V2, Authorization="Bearer dx_0123456789_more").status_code == 429
    assert limited.get(V2, **other).status_code == 429, "whether it is right is not looked at: that would be a try"
    assert limited.get(V2, **mine).status_code == 200


def test_without_a_limit_nothing_is_said(server: Server) -> None:
    assert "ratelimit" not in server.get(V2).headers


def test_addresses_behind_a_proxy(tmp_path: Path) -> None:
    """As the server tells them: X-Forwarded-For counts from proxies that are trusted, and else for nothing."""
    made = new_exchange(tmp_path, requests_per_minute=PER_ADDRESS)
    for trusted in ("127.0.0.1", "192.0.2.1"):
        for url in served_trusting(made.home, trusted):
            answers = [
                httpx.get(url + V2, headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(PER_ADDRESS + 1)
            ]
            statuses = {answer.status_code for answer in answers}
            assert statuses == ({200} if trusted == "127.0.0.1" else {200, 429})


def served_trusting(home: Path, proxies: str) -> Iterator[str]:
    port = free_port()
    environment = {**os.environ, "DATAEXCHANGE_HOME": str(home), "FORWARDED_ALLOW_IPS": proxies}
    environment["DATAEXCHANGE_REQUESTS_PER_MINUTE"] = str(PER_ADDRESS)
    process = forked.silent("serve", "--no-worker", "--port", port, env=environment)
    try:
        yield answering(f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.wait()


def answering(url: str, process: forked.Started) -> str:
    for _ in range(600):
        assert process.poll() is None
        try:
            httpx.get(f"{url}/healthz")
            return url
        except httpx.HTTPError:
            time.sleep(0.05)
    raise TimeoutError(url)


def test_processes_of_a_service_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    one, other = Limits(10, 0), Limits(10, 0)
    taken = [(one, other)[n % 2].take("address 192.0.2.1") for n in range(11)]
    assert [t.left for t in taken if t and t.wait is None] == list(range(9, -1, -1))
    assert taken[-1] is not None
    assert taken[-1].wait is not None
    assert one.take("key 1") is None, "no limit for keys"


@given(st.lists(st.floats(0, 20), max_size=60), st.integers(1, 20))
def test_no_minute_has_more_than_two_quotas_and_no_idle_caller_is_refused(steps: list[float], quota: int) -> None:
    """What the standard scheme promises: at most the quota at once, and then as many as wear off."""
    clock = [1000.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits.time, "monotonic", lambda: clock[0])
        counted = Limits(quota, 0)
        passed: list[float] = []
        for step in steps:
            clock[0] += step
            taken = counted.take("address 192.0.2.1")
            assert taken is not None
            recent = [t for t in passed if t > clock[0] - 60]
            if taken.wait is None:
                passed.append(clock[0])
                assert len(recent) < 2 * quota
                assert 0 <= taken.left < quota
            else:
                assert len(recent) >= 1
                clock[0] += taken.wait
                again = counted.take("address 192.0.2.1")
                assert again is not None
                assert again.wait is None, "Retry-After was too short"
                passed.append(clock[0])


def test_many_callers_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who come often are not forgotten for the sake of those who come once."""
    monkeypatch.setattr(limits.time, "monotonic", lambda: 1000.0)
    counted = Limits(1000, 1000)
    for n in range(20_000):
        counted.take(f"address 10.0.{n // 256}.{n % 256}")
    lefts = []
    for n in range(20_000):
        taken = counted.take(f"address 10.0.{n // 256}.{n % 256}")
        assert taken is not None
        lefts.append(taken.left)
    assert lefts.count(998) > 19_000


def test_counting_costs_next_to_nothing() -> None:
    counted = Limits(10_000_000, 0)
    started = time.perf_counter()
    for _ in range(10_000):
        counted.take("address 192.0.2.1")
    assert (time.perf_counter() - started) / 10_000 < 0.0001, "a tenth of a millisecond would be felt"
