"""schemathesis over /openapi.json against the demonstration: every answer documented, none our fault, none over a second."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_exchange import Server, serve
from test_metadata import CONCEPTS, GRADES, REPORTS, STRUCTURE
from test_metadata import FLOW as QUALITY
from test_schemathesis import CHECKS

from dataexchange.cli import demonstration
from dataexchange.cli.session import session
from dataexchange.settings import Settings
from dataexchange.store import metadata, structures
from dataexchange.store.database import open_database, writing

ROOT = Path(__file__).resolve().parents[2]
#: The demonstration has no reports: one that each of the addresses of examples finds.
FLOW = replace(QUALITY, agency="DX", id="DF_SDG_LOCAL")
REPORT = replace(REPORTS[0], agency="BRISTOL", id="DF_SDG_LOCAL", metadataflow=FLOW.ref)
#: Seconds that an answer may take.
PATIENCE = 1.0


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # Nobody makes the extracts that are asked for, so room to wait is for all of them.
    settings = Settings(home=tmp_path_factory.mktemp("demonstration"), max_waiting_extracts=100_000)
    with session(settings) as here:
        demonstration.load(here, ROOT, lambda _step: None)
    engine = open_database(settings.database_url)
    with writing(engine) as conn:
        structures.put(conn, [GRADES, CONCEPTS, STRUCTURE, FLOW])
        metadata.put(conn, [REPORT])
    engine.dispose()
    yield from serve(settings)


@pytest.fixture(scope="module")
def calls(demonstrated: Server, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Everything that schemathesis asked, after it found no fault."""
    folder = tmp_path_factory.mktemp("schemathesis")
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{demonstrated.url}/openapi.json"]
    options = [
        "--include-method",
        "GET",
        "--checks",
        ",".join(CHECKS),
        "--phases",
        "examples,coverage,fuzzing",
        "-n",
        "15",
    ]
    options += [
        "--seed",
        "20261127",
        "-w",
        "1",
        "--generation-database",
        "none",
        "--suppress-health-check",
        "all",
        "--no-color",
    ]
    options += ["--warnings", "off", "--report", "har", "--report-har-path", str(folder / "calls.har")]
    done = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    found: list[dict[str, Any]] = json.loads((folder / "calls.har").read_text())["log"]["entries"]
    return found


@pytest.mark.conformance(
    "status", ["400", "404", "406", "414", "501"], "No status that the OpenAPI description has not, whatever is asked"
)
def test_every_sdmx_path_is_asked_and_answered(demonstrated: Server, calls: list[dict[str, Any]]) -> None:
    described = demonstrated.get("/openapi.json").json()["paths"]
    read = [path for path, methods in described.items() if path.startswith("/sdmx/") and "get" in methods]
    routes = {path: re.compile(re.sub(r"\{[^}]*\}", "[^/]*", path)) for path in read}
    assert routes
    statuses = defaultdict(set)
    for call in calls:
        path = httpx.URL(call["request"]["url"]).raw_path.decode().partition("?")[0]
        for route, pattern in routes.items():
            if pattern.fullmatch(path):
                statuses[route].add(call["response"]["status"])
    for route in routes:
        # Ids of registrations are made by the exchange: an example of one is nobody's.
        assert (404 if route.endswith("{registrationID}") else 200) in statuses[route], (route, statuses[route])
        assert len(statuses[route]) > 1, route


@pytest.mark.conformance("clients", "11", "No answer of the demonstration takes a second")
def test_no_answer_takes_a_second(calls: list[dict[str, Any]]) -> None:
    """A call that took longer is asked again alone: the machine may have been busy."""
    slow = {call["request"]["url"]: call["request"]["headers"] for call in calls if call["time"] > PATIENCE * 1000}
    assert len(slow) < len(calls) / 10
    with httpx.Client(timeout=60) as client:
        for url, headers in slow.items():
            sent = {h["name"]: h["value"] for h in headers if h["name"].lower() not in ("host", "content-length")}
            assert min(_seconds(client, url, sent) for _ in range(3)) < PATIENCE, url


def _seconds(client: httpx.Client, url: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    client.get(url, headers=headers)
    return time.perf_counter() - started
