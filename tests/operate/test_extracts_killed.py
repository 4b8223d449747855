"""SIGKILL of a worker in the middle of an extract: another one makes it, and the file is whole."""

from __future__ import annotations

import os
import signal
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from place import Place, until
from small_exchange import LOCAL as FLOW
from small_exchange import V2, publish

from dataexchange.store.database import Engine

GENERIC = "application/vnd.sdmx.genericdata+xml;version=2.1"

#: Some 300,000 observations: a worker is at it for a second or so.
FIGURES = {
    (f"GB_BRS_{area}", series, sex): [float(n) for n in range(100)]
    for area in range(500)
    for series in ("EN_ATM_PM25", "SL_TLF_UEM")
    for sex in ("F", "M", "_T")
}

FEW = dict(list(FIGURES.items())[:60])


def ask(place: Place, query: str = V2) -> str:
    answer = place.client.get(place.url + query, headers={"Prefer": "respond-async", "Accept": GENERIC})
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


def told(place: Place, location: str) -> dict[str, Any]:
    found: dict[str, Any] = place.client.get(location).json()
    return found


def being_written(home: Path) -> int:
    """Bytes of the file that a worker is at."""
    sizes = [part.stat().st_size for part in (home / "extracts" / "files").glob("part-*") if part.exists()]
    return max(sizes, default=0)


def require_whole(place: Place, document: dict[str, Any]) -> None:
    """The file, fetched in two parts, is what is answered on the line."""
    plain = {"Accept-Encoding": "identity"}
    answer = place.client.get(place.url + V2, headers={"Accept": GENERIC, **plain})
    address, middle = document["links"]["data"], document["bytes"] // 2
    parts = [
        place.client.get(address, headers={"Range": wanted, **plain})
        for wanted in (f"bytes=0-{middle - 1}", f"bytes={middle}-")
    ]
    assert [part.status_code for part in parts] == [206, 206]
    whole = b"".join(part.content for part in parts)
    assert sha256(whole).hexdigest() == document["sha256"]
    assert whole == answer.content


def ready(place: Place, location: str) -> dict[str, Any]:
    return until(lambda: (one := told(place, location)) and one["state"] != "waiting" and one, 60)


def test_a_worker_killed_in_the_middle(either: Place) -> None:
    engine = either.open()
    publish(engine, FLOW, FIGURES, "BRISTOL")
    engine.dispose()
    either.serve(workers=2)
    dying = either.worker()
    location = ask(either)
    until(lambda: being_written(either.home) > 1_000_000 or told(either, location)["state"] == "ready")
    dying.kill()
    killed_in_time = told(either, location)["state"] == "waiting"
    either.worker()
    document = ready(either, location)
    assert document["state"] == "ready", document
    require_whole(either, document)
    assert killed_in_time, "the worker was quicker than the signal: make the table larger"
    assert ask(either) == location


def test_a_worker_that_is_stopped_puts_it_back(either: Place) -> None:
    """In good order, and for the next one at once."""
    engine = either.open()
    publish(engine, FLOW, FIGURES, "BRISTOL")
    engine.dispose()
    either.lease = 60
    either.serve()
    stopped = either.worker()
    location = ask(either)
    until(lambda: being_written(either.home) > 1_000_000 or told(either, location)["state"] == "ready")
    stopped.tell(signal.SIGTERM)
    assert stopped.ends() == 0
    assert being_written(either.home) == 0
    either.worker()
    started = time.monotonic()
    assert ready(either, location)["state"] == "ready"
    assert time.monotonic() - started < 40, "it waited for the lease"


def test_several_workers_make_each_extract_once(either: Place) -> None:
    engine = either.open()
    publish(engine, FLOW, FEW, "BRISTOL")
    engine.dispose()
    either.serve(workers=2)
    workers = [either.worker() for _ in range(2)]
    locations = [ask(either, f"{V2}?lastNObservations={n}") for n in range(1, 9)]
    documents = [ready(either, location) for location in locations]
    assert {one["state"] for one in documents} == {"ready"}
    made = [line for worker in workers for line in worker.said("extract made")]
    assert sorted(line["extract"] for line in made) == sorted(one["id"] for one in documents)


def test_serve_alone_with_its_own_worker(place: Place, engine: Engine) -> None:
    """SQLite, one command; its worker is killed and comes again by itself."""
    publish(engine, FLOW, FEW, "BRISTOL")
    server = place.begin("serve")
    until(place.is_ready)
    until(lambda: server.said("working"))
    location = ask(place)
    until(lambda: being_written(place.home) > 1_000_000 or told(place, location)["state"] == "ready")
    os.kill(server.said("working")[0]["pid"], signal.SIGKILL)
    document = ready(place, location)
    require_whole(place, document)
    metrics = place.metrics()
    assert metrics['dataexchange_extracts{state="ready"}'] == 1
    assert metrics["dataexchange_extract_bytes"] == document["bytes"]
    assert httpx.get(document["links"]["self"]).json() == document
