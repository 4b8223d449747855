"""Pull everything over HTTP from SQLite, one series by key, and ask whether anything is new.

A real uvicorn process serves; this process reads, and does nothing with the bytes but count them. Yardsticks in the same
run: pysdmx writing the same table in memory, and a bare FastAPI route answering the same bytes.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from bench.data import YEARS, dataset, schema
from bench.figures import Figure, seconds
from bench.yardsticks import FORMATS, Format, pysdmx_rate
from dataexchange.door.callers import by_address
from dataexchange.door.limits import Limits
from dataexchange.messages.shipped import shipped_structures
from dataexchange.store import series, structures
from dataexchange.store.database import Engine, migrate, open_database, writing

FLOW = "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0"
_CALLS = 400


def run(n_series: int) -> Iterator[Figure]:
    n = n_series * YEARS
    with TemporaryDirectory() as folder:
        yield _publish(Path(folder), n_series)
        yardsticks = {name: pysdmx_rate(n_series, name) for name in FORMATS}
        with process("dataexchange.app:create", DATAEXCHANGE_HOME=folder) as (url, pid):
            for name, form in FORMATS.items():
                yield from _whole(url, name, form, n, yardsticks[name])
            yield Figure("Resident memory of the server, at most", peak_rss(pid), "MB", bar=350, below=True)
            with process("bench.bare:create") as (bare, _):
                yield from _one_series(url, bare, n_series)
                yield _nothing_new(url, bare)
    yield _counting()


def new_database(folder: Path) -> Engine:
    """An empty exchange with the structures that are shipped."""
    engine = open_database(f"sqlite:///{folder / 'exchange.db'}")
    migrate(engine)
    with writing(engine) as conn:
        structures.put(conn, shipped_structures())
    return engine


def _publish(folder: Path, n_series: int) -> Figure:
    known = schema()
    assert known.dataflow is not None
    table = dataset(known, n_series)
    engine = new_database(folder)
    started = time.perf_counter()
    with writing(engine) as conn:
        series.publish(conn, table, known, dataflow=known.dataflow.ref, provider="BENCH", dataset_id="bench/table")
    taken = time.perf_counter() - started
    engine.dispose()
    return Figure("Publishing", table.n / taken, "obs/s")


def _whole(url: str, name: str, form: Format, n: int, yardstick: float | None) -> Iterator[Figure]:
    """Median of three pulls, after one that warms the page cache."""
    media = form.media
    pulls = [pull(url + FLOW, {"Accept": media, "Accept-Encoding": "identity"}) for _ in range(4)][1:]
    size = pulls[0][2] / 1e6
    rate = n / median(total for _, total, _ in pulls)
    yield Figure(
        f"{name}, {n:,} observations, {size:.0f} MB",
        rate,
        "obs/s",
        form.bar,
        yardstick=("pysdmx, obs/s", yardstick) if yardstick else None,
    )
    yield Figure(f"{name}, first byte", median(first for first, _, _ in pulls) * 1000, "ms", 100, below=True)
    _, packed, _ = pull(url + FLOW, {"Accept": media, "Accept-Encoding": "gzip"})
    yield Figure(f"{name}, with gzip", n / packed, "obs/s")


def pull(url: str, headers: Mapping[str, str]) -> tuple[float, float, int]:
    """(seconds to the first byte, seconds in all, bytes)."""
    size, first = 0, 0.0
    started = time.perf_counter()
    with httpx.stream("GET", url, headers=headers, timeout=120) as answer:
        answer.raise_for_status()
        for block in answer.iter_raw():
            first = first or time.perf_counter() - started
            size += len(block)
    return first, time.perf_counter() - started, size


def _one_series(url: str, bare: str, n_series: int) -> Iterator[Figure]:
    """One after the other, so that all have the same machine: the same series again, another one each time, bare bytes."""
    known = schema()
    table = dataset(known, min(n_series, _CALLS)).table.select(known.structure.dimension_ids)
    keys = [".".join(row.values()) for row in table.take(list(range(0, table.num_rows, YEARS))).to_pylist()]
    accept = {"Accept": FORMATS["SDMX-CSV"].media, "Accept-Encoding": "identity"}
    with httpx.Client(headers=accept) as client:
        body = client.get(f"{url}{FLOW}/{keys[0]}").raise_for_status().content
        client.put(f"{bare}/bytes", content=body).raise_for_status()
        times: dict[str, list[float]] = {"again": [], "another": [], "bare": []}
        for i in range(_CALLS):
            addresses = (f"{url}{FLOW}/{keys[0]}", f"{url}{FLOW}/{keys[i % len(keys)]}", f"{bare}/bytes")
            for found, address in zip(times.values(), addresses, strict=True):
                started = time.perf_counter()
                client.get(address).raise_for_status()
                found.append(time.perf_counter() - started)
    again, another, least = (median(found[20:]) * 1000 for found in times.values())
    yardstick = ("the bare route, ms", least)
    yield Figure(
        "One series by key, asked again, times a bare route", again / least, "x", 2, below=True, yardstick=yardstick
    )
    yield Figure("One series by key, another each time, times a bare route", another / least, "x", yardstick=yardstick)


def _counting() -> Figure:
    """What it costs a request to be counted by its caller's address."""
    limits = Limits(10**9, 10**9)
    taken = seconds(lambda: [limits.take(by_address(f"192.0.2.{n % 256}")) for n in range(10_000)])
    return Figure("Counting a request by its caller", taken / 10_000 * 1e6, "µs", 20, below=True)


def _nothing_new(url: str, bare: str) -> Figure:
    """A 304 for the whole dataflow, in turn with bare bytes that are no more than it."""
    accept = {"Accept": FORMATS["SDMX-CSV"].media, "Accept-Encoding": "identity"}
    with httpx.Client(headers=accept) as client:
        tag = client.head(url + FLOW).raise_for_status().headers["etag"]
        client.put(f"{bare}/bytes", content=b"").raise_for_status()
        times: dict[str, list[float]] = {"unchanged": [], "bare": []}
        for _ in range(_CALLS):
            for name, address in (("unchanged", url + FLOW), ("bare", f"{bare}/bytes")):
                started = time.perf_counter()
                answer = client.get(address, headers={"If-None-Match": tag})
                times[name].append(time.perf_counter() - started)
                assert answer.status_code == (304 if name == "unchanged" else 200)
    unchanged, least = (median(found[20:]) * 1000 for found in times.values())
    name = "A 304 for the whole dataflow, times a bare route"
    return Figure(name, unchanged / least, "x", 2, below=True, yardstick=("the bare route, ms", least))


@contextmanager
def process(app: str, **environment: str) -> Iterator[tuple[str, int]]:
    """A uvicorn process on a free port: (its address, its process id)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", app, "--port", str(port), "--no-access-log"]
    quiet = {"DATAEXCHANGE_LOG_LEVEL": "warning"}
    server = subprocess.Popen([*command, "--log-level", "warning"], env={**os.environ, **quiet, **environment})
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        assert server.poll() is None, "the server ended"
        try:
            httpx.get(url, timeout=1).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise TimeoutError(url)


def peak_rss(pid: int) -> float:
    """Megabytes, as Linux counts them."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def count_peak_anew(pid: int) -> None:
    """From here on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
