"""Ten million observations in 500,000 series: is memory flat, how long until one knows what there is, and what changed.

A real uvicorn process over SQLite. Ten tables of 1,000,000 observations each are published one after the other; then one observation in
a thousand is revised.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx

from bench.data import INDICATORS, YEARS, dataset, schema
from bench.figures import Figure
from bench.http import FLOW, count_peak_anew, new_database, peak_rss, process, pull
from bench.yardsticks import FORMATS
from dataexchange.model.dataset import Action
from dataexchange.store import series
from dataexchange.store.database import Engine, writing

TABLES = 10
AREAS = 2500
AVAILABILITY = FLOW.replace("/data/", "/availability/")


def run(n_series: int = 500_000) -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        engine = new_database(Path(folder))
        for number in range(TABLES):
            _publish(engine, number, number * n_series // TABLES, n_series // TABLES, Action.REPLACE)
        before = datetime.now(UTC)
        _publish(engine, 0, 0, n_series // 1000, Action.MERGE)
        engine.dispose()
        with process("dataexchange.app:create", DATAEXCHANGE_HOME=folder) as (url, pid):
            yield from _available(url, n_series)
            yield from _changed(url, n_series, before)
            yield from _memory(url, pid, n_series)


def _publish(engine: Engine, number: int, first: int, n_series: int, action: Action) -> None:
    known = schema()
    assert known.dataflow is not None
    table = dataset(known, n_series, first=first, areas=AREAS, seed=number if action is Action.REPLACE else 100)
    name = f"bench/{number}"
    with writing(engine) as conn:
        series.publish(
            conn, table, known, dataflow=known.dataflow.ref, provider="BENCH", dataset_id=name, action=action
        )


def _available(url: str, n_series: int) -> Iterator[Figure]:
    """Everything, and what there is beside one indicator: asked anew each time."""
    n = n_series * YEARS
    for name, query in (("all of", ""), ("one indicator of", f"?c[SERIES]={_indicators(1)}")):
        with httpx.Client(timeout=60) as client:
            times = []
            for _ in range(6):
                started = time.perf_counter()
                client.get(f"{url}{AVAILABILITY}{query}").raise_for_status()
                times.append(time.perf_counter() - started)
        value = median(times[1:]) * 1000
        yield Figure(f"Availability, {name} {n:,} observations", value, "ms", 300, below=True)


def _changed(url: str, n_series: int, before: datetime) -> Iterator[Figure]:
    """One observation in a thousand was revised since then: what that costs beside a pull of everything."""
    headers = {"Accept": FORMATS["SDMX-CSV"].media, "Accept-Encoding": "identity"}
    moment = quote(before.isoformat().replace("+00:00", "Z"))
    pull(f"{url}{FLOW}?updatedAfter={moment}", headers)
    part = median(pull(f"{url}{FLOW}?updatedAfter={moment}", headers)[1] for _ in range(3))
    whole = pull(url + FLOW, headers)[1]
    name = f"updatedAfter, 0.1 % of {n_series * YEARS:,} observations, of the time of all"
    yield Figure(name, 100 * part / whole, "%", 5, below=True, yardstick=("all, s", whole))


def _memory(url: str, pid: int, n_series: int) -> Iterator[Figure]:
    """What the server needs at most for a tenth of the data, in every format, and for all of them."""
    tenth, peaks = f"{FLOW}?c[SERIES]={_indicators(INDICATORS // 10)}", []
    for path in (tenth, FLOW):
        count_peak_anew(pid)
        for form in FORMATS.values():
            pull(url + path, {"Accept": form.media, "Accept-Encoding": "identity"})
        peaks.append(peak_rss(pid))
    name = f"Memory that the server needs more for {n_series * YEARS:,} observations than for a tenth"
    yield Figure(name, peaks[1] - peaks[0], "MB", 50, below=True, yardstick=("for a tenth, MB", peaks[0]))


def _indicators(n: int) -> str:
    """So many of those that the tables have."""
    return ",".join(list(schema().codes["SERIES"])[:n])
