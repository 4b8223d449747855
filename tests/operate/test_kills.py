"""SIGKILL of the API and of workers, at moments of nobody's choice: every submission comes to its end by itself, once."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest
from place import LOCAL, MAPPING, WARDS, Place, Process, table, until

from dataexchange.model.access import Scope
from dataexchange.model.submission import Status
from dataexchange.store import audit, files, releases, submissions
from dataexchange.store.database import Engine, reading
from dataexchange.worker import take_waiting

ONCE = {f"submission.{word}": 1 for word in ("receive", "checked", "accepted", "published")}


def require_once(engine: Engine, *names: str) -> None:
    """Each submission was received, checked, accepted and published once, in a release of its own."""
    with reading(engine) as conn:
        made = Counter(release.submission for release in releases.latest(conn, limit=1000))
        for name in names:
            assert submissions.get(conn, name).status is Status.PUBLISHED
            assert Counter(entry.action for entry in audit.entries(conn, subject=name)) == ONCE
            assert submissions.report_hash(conn, name)
    assert made == dict.fromkeys(names, 1)


def test_the_api_during_an_upload(place: Place, engine: Engine) -> None:
    key = place.key(engine, "BRISTOL", Scope.SUBMIT)
    text = table(*WARDS, years=200)
    cut = place.serve()
    with suppress(httpx.HTTPError):
        _send_slowly(place, key, text, cut)
    assert cut.popen.poll() is not None
    server = place.serve()
    assert place.get("/api/v1/submissions", key).json() == []
    assert list(files.kept(place.home)) == []
    for round_ in range(2):
        name = f"table-{round_}"
        later = threading.Timer(random.uniform(0.02, 0.5), server.popen.kill)
        later.start()
        with suppress(httpx.HTTPError):
            place.send(key, name, text, **{"Idempotency-Key": name})
        later.join()
        server.popen.wait()
        server = place.serve()
        assert place.send(key, name, text, **{"Idempotency-Key": name}).status_code == 202
    found = place.get("/api/v1/submissions", key).json()
    assert sorted(one["dataset"] for one in found) == [f"bristol/table-{n}" for n in range(2)]
    assert take_waiting(engine, place.home) >= 1


def _send_slowly(place: Place, key: str, text: str, server: Process) -> None:
    """A form of which the half comes before the end of the server."""

    def parts() -> Iterator[bytes]:
        # More than a server gathers in memory before it writes.
        body = text.encode() * 20
        for name, content in (("mapping", MAPPING.encode()), ("file", body[: len(body) // 2])):
            yield f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.csv"\r\n\r\n'.encode()
            yield content + (b"\r\n" if name == "mapping" else b"")
        until(lambda: list((place.home / "files").glob("part-*")))
        server.kill()
        yield body[len(body) // 2 :] + b"\r\n--x--\r\n"

    headers = {"Authorization": f"Bearer {key}", "Content-Type": "multipart/form-data; boundary=x"}
    place.client.post(f"{place.url}/api/v1/submissions", headers=headers, content=parts())


def test_a_worker_during_check_and_publication(either: Place) -> None:
    engine = either.open()
    server = either.serve()
    one = either.receive(engine, "large", table(*WARDS, years=300))
    whole = len(WARDS) * 300
    for moment in ("Mapping", "Publishing"):
        worker = either.worker()
        until(lambda moment=moment: _at(engine, one.id, moment))
        time.sleep(random.uniform(0, 0.2))
        worker.kill()
        assert _served(either) in (0, whole), "half a release"
    either.worker()
    until(lambda: either.status(engine, one.id) == "published")
    assert _served(either) == whole
    time.sleep(either.lease + 1)
    require_once(engine, one.id)
    server.kill()
    engine.dispose()


def _at(engine: Engine, name: str, step: str) -> bool:
    """Whether it is there, or past it."""
    with reading(engine) as conn:
        found = submissions.get(conn, name)
    past = found.status is Status.PUBLISHED or (step != "Publishing" and found.status is not Status.RECEIVED)
    return past or (found.step or "").startswith(step)


def _served(place: Place) -> int:
    answer = place.get(LOCAL)
    assert answer.status_code in (200, 404)
    return len(answer.text.splitlines()) - 1 if answer.status_code == 200 else 0


def test_many_at_once_with_two_of_each(either: Place) -> None:
    """Sixteen uploads to two API processes, two workers, of which one is killed in the midst of it and another one comes."""
    engine = either.open()
    key = either.key(engine, "BRISTOL", Scope.SUBMIT)
    either.serve(workers=2)
    dying = either.worker()
    either.worker()
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda n: either.send(key, f"ward-{n}", table(WARDS[n], years=30)), range(16)))
        assert {answer.status_code for answer in sent} == {202}
    names = [answer.json()["id"] for answer in sent]
    until(lambda: _published(engine) > random.randint(0, 5))
    dying.kill()
    either.worker()
    until(lambda: _published(engine) == 16, 60)
    require_once(engine, *names)
    assert _served(either) == 16 * 30
    for process in either.processes:
        errors = [line for line in process.lines() if line["level"] == "error"]
        assert not errors, errors
    engine.dispose()


def _published(engine: Engine) -> int:
    with reading(engine) as conn:
        return submissions.counts(conn).get(Status.PUBLISHED, 0)


def test_the_parent_of_two_api_processes(place: Place, engine: Engine) -> None:
    """They go with it, so that it can be started again on the same port."""
    place.serve(workers=2).kill()
    until(lambda: _is_free(place.port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def test_workers_that_start_at_the_same_time(either: Place) -> None:
    """All of them make database, structures and queue, of which none is there."""
    if either.database is None:
        (either.home / "exchange.db").unlink(missing_ok=True)
    started = [either.begin("worker") for _ in range(3)]
    for process in started:
        until(lambda process=process: process.said("working") or process.popen.poll() is not None)
        assert process.popen.poll() is None, process.log.read_text()
        assert [line for line in process.lines() if line["level"] != "info"] == []


@pytest.mark.parametrize("broken", ["nonsense", "postgresql://postgres@127.0.0.1:1/none"])
def test_a_queue_that_does_not_answer(place: Place, engine: Engine, broken: str) -> None:
    """The worker says so and ends; the API takes submissions all the same."""
    from dataexchange.worker import enqueue

    one = place.receive(engine, "a", table(WARDS[0]))
    enqueue(broken if "://" in broken else f"sqlite:///{place.home}", one.id)
    assert take_waiting(engine, place.home) == 1
