"""What users wait for: a comparison, a series page, an upload, a replica. Real processes, SQLite, 1,000,000 observations."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from bench import cities
from bench.data import YEARS
from bench.figures import Figure
from bench.http import count_peak_anew, peak_rss, process
from dataexchange.model.access import Scope
from dataexchange.store.database import migrate, open_database, writing
from dataexchange.workflow.keys import create_key
from dataexchange.workflow.permission import operator

COMMAND = Path(sys.executable).with_name("dataexchange")
OBSERVATIONS = len(cities.areas()) * cities.INDICATORS * len(cities.SEXES) * YEARS

_CALLS = 150

MAPPING = """
title: A large table
source: {name: made for the benchmark}
provider: BRISTOL
dataflow: DX:DF_SDG_LOCAL(1.0.0)
columns: {area: REF_AREA, year: TIME_PERIOD, value: OBS_VALUE}
fixed: {FREQ: A}
"""


def run() -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        keys, secret = _prepare(home)
        with process("dataexchange.app:create", DATAEXCHANGE_HOME=str(home)) as (url, pid):
            yield from _looks(url, keys)
            yield from _upload(url, pid, secret)
            yield from _pulls(url, Path(folder) / "replica", OBSERVATIONS + (1 + len(cities.CITIES)) * 2000)


def _prepare(home: Path) -> tuple[list[str], str]:
    """A published country; keys of the cities' series, and an API key."""
    engine = open_database(f"sqlite:///{home / 'exchange.db'}")
    migrate(engine)
    keys = cities.publish(engine)
    with writing(engine) as conn:
        _, secret = create_key(conn, "BRISTOL", [Scope.SUBMIT], caller=operator("bench"))
    engine.dispose()
    return keys, secret


def _looks(url: str, keys: list[str]) -> Iterator[Figure]:
    """Another series each time, so that nothing is remembered from the call before."""
    chosen = keys[:: max(1, len(keys) // _CALLS)][:_CALLS]
    with httpx.Client() as client:

        def compare(key: str) -> None:
            codes = key.split(".")
            wanted = {"area": codes[3], "series": codes[2]}
            client.get(f"{url}/api/v1/comparisons", params=wanted).raise_for_status()

        def look(key: str) -> None:
            client.get(f"{url}/series/DX/DF_SDG_LOCAL/1.0.0/{key}").raise_for_status()

        yield Figure("A comparison, median", _median_ms(compare, chosen), "ms", 20, below=True)
        yield Figure("A series page, median", _median_ms(look, chosen), "ms", 100, below=True)


def _median_ms(call: Callable[[str], None], keys: list[str]) -> float:
    times = []
    for key in keys:
        started = time.perf_counter()
        call(key)
        times.append(time.perf_counter() - started)
    return median(times[10:]) * 1000


def _upload(url: str, pid: int, secret: str) -> Iterator[Figure]:
    """50 MB, three times; memory is what the server grew by at most, after one small upload."""
    row = b"GB_BRS,2019,12.5\n"
    table = b"area,year,value\n" + row * (50_000_000 // len(row))
    headers = {"Authorization": f"Bearer {secret}"}

    def send(content: bytes) -> float:
        parts = {"file": ("table.csv", content, "text/csv"), "mapping": ("table.yaml", MAPPING.encode(), "text/yaml")}
        started = time.perf_counter()
        answer = httpx.post(f"{url}/api/v1/submissions", headers=headers, files=parts, timeout=60)
        taken = time.perf_counter() - started
        assert answer.status_code == 202, answer.text
        return taken

    send(table[:1000])
    count_peak_anew(pid)
    before = peak_rss(pid)
    times = [send(table[: len(table) - len(row) * i]) for i in range(3)]
    yield Figure("An upload of 50 MB, until 202", median(times), "s", 2, below=True)
    yield Figure("Memory that the server grew by meanwhile", peak_rss(pid) - before, "MB", 20, below=True)


def _pulls(url: str, replica: Path, n: int) -> Iterator[Figure]:
    first = _pull(url, replica)
    yield Figure(f"A pull of {n:,} observations into Parquet", n / first, "obs/s", 250_000)
    yield Figure("A pull with nothing new", median(_pull(url, replica) for _ in range(5)), "s", 0.3, below=True)


def _pull(url: str, replica: Path) -> float:
    started = time.perf_counter()
    subprocess.run([str(COMMAND), "pull", url, "--into", str(replica)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
