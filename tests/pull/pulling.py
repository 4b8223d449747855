"""An exchange to pull from, a replica of it, and both as sets of observations that can be compared."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import uvicorn
from small_exchange import CSV, free_port
from store_words import SMALL, WORDS, dataset, flow_ref, schema_of

from dataexchange.app import create_app
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.structure import Dataflow, DataStructure
from dataexchange.remote.node import Node
from dataexchange.settings import Settings
from dataexchange.store import series, structures
from dataexchange.store.database import Engine, writing
from dataexchange.workflow.follow import nothing_new
from dataexchange.workflow.pull import Pulled, pull
from dataexchange.workflow.replica import locked, read_replica

#: Dataflow id -> its structure.
FLOWS: Mapping[str, DataStructure] = {"F1": SMALL, "F2": SMALL, "WORDS": WORDS}

Observations = set[tuple[tuple[str, Any], ...]]


@dataclass
class Source:
    url: str
    engine: Engine
    #: (path with query, status, bytes of the body) of every answer; one caller at a time.
    answers: list[tuple[str, int, int]] = field(default_factory=list)

    def publish(
        self, rows: Sequence[Mapping[str, Any]], flow: str = "F1", provider: str = "P", table: str = "d"
    ) -> None:
        structure = FLOWS[flow]
        with writing(self.engine) as conn:
            series.publish(
                conn,
                dataset(structure, rows),
                schema_of(structure, flow),
                dataflow=flow_ref(flow),
                provider=provider,
                dataset_id=table,
            )

    def withdraw(self, flow: str = "F1", provider: str = "P", table: str = "d") -> None:
        with writing(self.engine) as conn:
            series.withdraw(conn, dataflow=flow_ref(flow), provider=provider, dataset_id=table)

    def observations(self, flow: str) -> Observations:
        """All that it serves of a dataflow, by a full SDMX-CSV export."""
        agency, rest = flow.split(":")
        id_, version = rest.rstrip(")").split("(")
        answer = httpx.get(f"{self.url}/sdmx/v2/data/dataflow/{agency}/{id_}/{version}/*", headers={"Accept": CSV})
        if answer.status_code == 404:
            return set()
        assert answer.status_code == 200, answer.text
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        found = {
            _row({k: v for k, v in row.items() if k not in ("STRUCTURE", "STRUCTURE_ID", "ACTION")}) for row in rows
        }
        assert len(found) == len(rows)
        return found


def held(folder: Path, flow: str | None = None) -> Observations:
    """All that a replica holds of a dataflow, or of all, as its readers find it."""
    state = json.loads((folder / "replica.json").read_text())
    found: Observations = set()
    for name, told in state["dataflows"].items():
        if flow in (None, name):
            table = pq.read_table(folder / told["file"])
            assert table.num_rows == told["rows"]
            rows = {_row(row) for row in table.to_pylist()}
            assert len(rows) == table.num_rows, "an observation stands twice"
            found |= rows
    return found


def _row(cells: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    given = {name: value for name, value in cells.items() if value not in (None, "")}
    if "OBS_VALUE" in given:
        given["OBS_VALUE"] = float(given["OBS_VALUE"])
    return tuple(sorted(given.items()))


def pulled(source: Source, folder: Path, *flows: str) -> Pulled | None:
    """What the command does; None where there was nothing new."""
    node = Node(source.url)
    with locked(folder):
        replica = read_replica(folder, node.url)
        return None if nothing_new(folder, node, replica, flows) else pull(folder, node, replica, flows)


@contextmanager
def source_over(settings: Settings) -> Iterator[Source]:
    """A server with the shipped structures and `FLOWS`, and no data."""
    app = create_app(settings)
    answers: list[tuple[str, int, int]] = []

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        async def counting(message: Any) -> None:
            if message["type"] == "http.response.start":
                answers.append((f"{scope['path']}?{scope['query_string'].decode()}", message["status"], 0))
            elif message["type"] == "http.response.body":
                path, status, size = answers.pop()
                answers.append((path, status, size + len(message.get("body", b""))))
            await send(message)

        await app(scope, receive, counting)

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(noted, host="127.0.0.1", port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    source = Source(f"http://127.0.0.1:{port}", app.state.exchange.engine, answers)
    with writing(source.engine) as conn:
        flows = [Dataflow(agency="T", id=id_, version="1.0.0", structure=s.ref) for id_, s in FLOWS.items()]
        structures.put(conn, [*shipped_structures(), SMALL, WORDS, *flows])
    try:
        yield source
    finally:
        server.should_exit = True
        thread.join(10)


def small(area: str, period: str, value: float | None, **more: str) -> dict[str, Any]:
    """One observation of SMALL."""
    return {"FREQ": "A", "REF_AREA": area, "B@D$-1": "_T", "TIME_PERIOD": period, "OBS_VALUE": value, **more}


def schema(folder: Path, flow: str) -> pa.Schema:
    state = json.loads((folder / "replica.json").read_text())
    return pq.read_schema(folder / state["dataflows"][flow]["file"])
