"""`serve` and `worker` as an operator sees them: what they log, what they count, and how they end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import httpx
import pytest
from forked import ROOT
from place import LOCAL, WARDS, Place, Process, table, until

from dataexchange.model.access import Scope
from dataexchange.store.database import Engine
from dataexchange.worker import take_waiting


def large(place: Place, engine: Engine) -> None:
    """Some megabytes to answer with: more than sockets hold."""
    place.receive(engine, "large", table(*WARDS, years=1200))
    assert take_waiting(engine, place.home) == 1


def test_every_line_is_json_and_a_request_is_known_to_the_worker(place: Place, engine: Engine) -> None:
    place.lease = 600
    key = place.key(engine, "BRISTOL", Scope.SUBMIT)
    server, worker = place.serve(workers=2), place.worker()
    told: list[dict[str, object]] = []
    for n in range(3):
        answer = place.send(key, f"wards-{n}", table(WARDS[n]), **{"X-Request-ID": f"from-a-test-{n}"})
        assert answer.status_code == 202, answer.text
        name = answer.json()["id"]
        until(lambda name=name: place.status(engine, name) == "published")
        until(lambda name=name: [line for line in worker.said("published") if line["submission"] == name])
        told = [line for line in worker.lines() if line.get("submission") == name]
        assert {str(line["event"]).split()[0] for line in told} == {"checked:", "published"}
        # Every minute, whoever looks by itself comes before the bell, and knows of no request.
        if "request" in told[0]:
            assert {line["request"] for line in told} == {f"from-a-test-{n}"}
            break
    assert "request" in told[0]
    assert place.get("/nowhere").status_code == 404
    for process in (server, worker):
        process.tell(signal.SIGTERM)
        assert process.ends() == 0
    documented = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "operate.md").read_text()))
    for line in (*server.lines(), *worker.lines()):
        assert {"time", "level", "logger", "event"} <= line.keys() <= documented, line.keys() - documented
        assert line["level"] in ("info", "warning"), line
    requests = {line["path"]: line for line in server.said("request")}
    assert requests["/api/v1/submissions"]["request"].startswith("from-a-test-")
    assert requests["/nowhere"]["status"] == 404


@pytest.mark.parametrize("workers", [1, 2])
def test_metrics_of_all_processes(place: Place, engine: Engine, workers: int) -> None:
    key = place.key(engine, "BRISTOL", Scope.SUBMIT)
    waiting = place.receive(engine, "waits", table(WARDS[3], years=5))
    place.serve(workers=workers)
    for n in range(20):
        assert place.get(f"{LOCAL}&n={n}").status_code in (400, 404)
    assert place.get("/api/v1/releases/77").status_code == 404
    assert place.get("/api/v1/releases/78").status_code == 404
    assert place.get("/one-of-many-paths/5").status_code == 404
    body = table(*WARDS[:2], years=300)
    assert place.send(key, "wards", body).status_code == 202
    found = place.metrics()

    def counted(route: str, method: str, status: int) -> float:
        labels = f'{{method="{method}",route="{route}",status="{status}"}}'
        return found[f"dataexchange_requests_total{labels}"]

    data = [n for name, n in found.items() if "requests_total" in name and 'route="/sdmx/v2/data"' in name]
    assert sum(data) == 20
    assert counted("/api/v1/releases/{number}", "GET", 404) == 2
    assert counted("other", "GET", 404) == 1
    assert counted("/api/v1/submissions", "POST", 202) == 1
    assert found['dataexchange_request_seconds_count{route="/sdmx/v2/data"}'] == 20
    assert found["dataexchange_received_bytes_total"] > len(body)
    assert found["dataexchange_database_up"] == 1
    assert found['dataexchange_submissions{status="received"}'] == 2
    assert found["dataexchange_queue_length"] == 2
    assert 0 < found["dataexchange_queue_oldest_seconds"] < 60
    assert found["dataexchange_releases_total"] == 0
    take_waiting(engine, place.home)
    found = place.metrics()
    assert found['dataexchange_submissions{status="published"}'] == 2
    assert (found["dataexchange_queue_length"], found["dataexchange_queue_oldest_seconds"]) == (0, 0)
    assert found["dataexchange_releases_total"] == 2
    assert found["dataexchange_observations"] == 605
    assert found["dataexchange_last_release_timestamp_seconds"] == pytest.approx(time.time(), abs=60)
    text = place.get("/metrics").text
    documented = (ROOT / "docs" / "operate.md").read_text()
    for family in re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE):
        assert f"`{family}" in documented, f"docs/operate.md does not mention {family}"
    for word in ("BRISTOL", waiting.id, "bristol/", str(place.home), "one-of-many-paths"):
        assert word not in text


def test_what_an_operator_is_told_when_something_is_gone(place: Place, engine: Engine) -> None:
    server = place.serve()
    folder = place.home / "files"
    folder.rmdir()
    folder.write_text("no folder")
    answer = place.get("/readyz")
    assert answer.status_code == 503
    assert "cannot be kept" in answer.json()["detail"]
    folder.unlink()
    assert place.get("/readyz").status_code == 200
    database = place.home / "exchange.db"
    database.rename(place.home / "aside.db")
    assert "gone from its place" in place.get("/readyz").json()["detail"]
    (place.home / "aside.db").rename(database)
    assert place.get("/readyz").status_code == 200
    engine.dispose()
    for path in place.home.glob("exchange.db*"):
        path.write_bytes(b"no database" * 10_000)
    assert place.metrics()["dataexchange_database_up"] == 0
    assert place.get("/readyz").status_code == 503
    assert place.get("/healthz").status_code == 200
    for path in ("/", "/sdmx/v2/structure/dataflow", "/api/v1/releases"):
        answer = place.get(path)
        assert answer.status_code == 503
        assert "is not available for the moment: try again" in answer.text
        assert "database" not in answer.text, "what stands inside is for the operator, in the log"
    assert any("restore it from a backup" in line["event"] for line in server.lines())


@pytest.mark.parametrize(("workers", "number"), [(2, signal.SIGTERM), (1, signal.SIGINT)])
def test_an_answer_under_way_is_finished(place: Place, engine: Engine, workers: int, number: int) -> None:
    large(place, engine)
    server = place.serve(workers)
    whole = place.get(LOCAL).text
    with place.client.stream("GET", place.url + LOCAL, headers={"Accept-Encoding": "identity"}) as answer:
        chunks = answer.iter_bytes(65_536)
        got = [next(chunks)]
        server.tell(number)
        until(lambda: not _connects(place))
        assert server.popen.poll() is None
        got += chunks
    assert b"".join(got).decode() == whole
    assert server.ends(10) == 0


def _connects(place: Place) -> bool:
    try:
        return place.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def test_a_worker_finishes_what_it_is_at(place: Place, engine: Engine) -> None:
    worker = place.worker()
    first = place.receive(engine, "first", table(*WARDS[:17], years=1200))
    second = place.receive(engine, "second", table(*WARDS[17:], years=1200))
    _ring(place, first.id, second.id)
    until(lambda: place.status(engine, first.id) != "received" or _step(place, engine, first.id))
    worker.tell(signal.SIGTERM)
    started = time.monotonic()
    assert worker.ends() == 0
    assert time.monotonic() - started < 12
    assert worker.said("stopped")[0]["put_back"] == 0
    assert place.status(engine, first.id) != "received"
    assert place.status(engine, second.id) == "received"
    _next_worker_does_the_rest(place, engine, first.id, second.id)


def test_a_worker_asked_twice_puts_its_work_back(place: Place, engine: Engine) -> None:
    place.lease = 600
    worker = place.worker()
    one = place.receive(engine, "one", table(*WARDS, years=1200))
    _ring(place, one.id)
    until(lambda: _step(place, engine, one.id))
    worker.tell(signal.SIGINT)
    time.sleep(0.05)
    worker.tell(signal.SIGINT)
    assert worker.ends(5) == 0
    _next_worker_does_the_rest(place, engine, one.id)


def _ring(place: Place, *names: str) -> None:
    from dataexchange.worker import enqueue

    for name in names:
        enqueue(place.settings.queue_url, name)


def _step(place: Place, engine: Engine, name: str) -> str | None:
    from dataexchange.store import submissions
    from dataexchange.store.database import reading

    with reading(engine) as conn:
        return submissions.get(conn, name).step


def _next_worker_does_the_rest(place: Place, engine: Engine, *names: str) -> Process:
    """At once: no lease has to run out."""
    worker = place.worker()
    for name in names:
        until(lambda name=name: place.status(engine, name) == "published", 20)
    return worker


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_the_server_listens_to_any_is_not_lost(place: Place, number: int) -> None:
    script = f"""
import os, time, uvicorn
from dataexchange.cli.serving import serve_http
from dataexchange.settings import Settings
uvicorn.Server.run = lambda server: (os.kill(os.getpid(), {int(number)}), time.sleep(30))
serve_http(Settings(), host=None, port=None, workers=1)
"""
    assert subprocess.run([sys.executable, "-c", script], env=place.environment, timeout=20).returncode == 0
