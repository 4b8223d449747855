"""A small exchange, published through the store, and a real server over it on a free port."""

from __future__ import annotations

import csv
import io
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow as pa
import uvicorn

from dataexchange.app import create_app
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.structure import Kind, Ref
from dataexchange.settings import Settings
from dataexchange.store import series, structures
from dataexchange.store.database import Engine, migrate, open_database, writing

LOCAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")
NATIONAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_NATIONAL", "1.0.0")

#: (area, series, sex) -> value of each year from 2015.
FIGURES = {
    ("GB_BRS", "EN_ATM_PM25", "_T"): [11.5, 11.0, 10.25, None, 9.5],
    ("GB_BRS", "SL_TLF_UEM", "F"): [5.0, 4.5],
    ("GB_BRS", "SL_TLF_UEM", "M"): [6.0, 5.5, 5.25],
    ("GB_BRS", "VC_IHR_PSRCN", "_T"): [3.0, 1234567.0],
}
NATIONAL_FIGURES = {("GB", "EN_ATM_PM25", "_T"): [12.0, 11.75, 10.0]}


#: One for all tests: to make one takes longer than most answers.
CLIENT = httpx.Client(timeout=60)


@dataclass(frozen=True)
class Server:
    url: str
    engine: Engine

    def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return CLIENT.get(self.url + path, headers={"Accept-Encoding": "identity", **named})


def dataset(schema: object, figures: dict[tuple[str, str, str], list[float | None]], provider: str) -> Dataset:
    structure = schema.structure
    rows = [(k, 2015 + i, v) for k, values in figures.items() for i, v in enumerate(values)]
    varied = {"REF_AREA": 0, "SERIES": 1, "SEX": 2}
    fixed = {"FREQ": "A", "REPORTING_TYPE": "N"}
    columns = {
        d: pa.array([k[varied[d]] if d in varied else fixed.get(d, "_T") for k, _, _ in rows]).cast(CODE)
        for d in structure.dimension_ids
    }
    columns["TIME_PERIOD"] = pa.array([parse_period(str(year)) for _, year, _ in rows], pa.int32())
    columns["OBS_VALUE"] = pa.array([np.nan if v is None else v for _, _, v in rows], pa.float64())
    columns["UNIT_MEASURE"] = pa.array(["GPERM3" if k[1] == "EN_ATM_PM25" else "PT" for k, _, _ in rows]).cast(CODE)
    columns["OBS_STATUS"] = pa.array(["O" if v is None else "A" for _, _, v in rows]).cast(CODE)
    columns["UNIT_MULT"] = pa.array(["0"] * len(rows)).cast(CODE)
    return Dataset(structure.ref, pa.table(columns), schema.dataflow.ref, provider)


def publish(engine: Engine, flow: Ref, figures: dict[tuple[str, str, str], list[float | None]], provider: str) -> int:
    with writing(engine) as conn:
        schema = structures.schema(conn, flow)
        data = dataset(schema, figures, provider)
        release = series.publish(conn, data, schema, dataflow=flow, provider=provider, dataset_id=f"{provider}/figures")
        return release.number


def new_exchange(folder: Path, **more: Any) -> Settings:
    """With the settings given; else in SQLite in the folder."""
    settings = Settings(home=folder, **more)
    engine = open_database(settings.database_url)
    migrate(engine)
    with writing(engine) as conn:
        structures.put(conn, shipped_structures())
    publish(engine, LOCAL, FIGURES, "BRISTOL")
    publish(engine, NATIONAL, NATIONAL_FIGURES, "ONS")
    engine.dispose()
    return settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def serve(settings: Settings) -> Iterator[Server]:
    port = free_port()
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield Server(f"http://127.0.0.1:{port}", app.state.exchange.engine)
    server.should_exit = True
    thread.join(10)


V1 = "/sdmx/v1/data/DX,DF_SDG_LOCAL,1.0.0"
V2 = "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0"
CSV = "application/vnd.sdmx.data+csv;version=2.0.0"


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    """The observations of an SDMX-CSV answer."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def values(answer: httpx.Response) -> dict[tuple[str, str, str], str]:
    """(series, sex, year) -> value as it is written."""
    return {(r["SERIES"], r["SEX"], r["TIME_PERIOD"]): r["OBS_VALUE"] for r in rows(answer)}


def key(series: str = "", sex: str = "", area: str = "") -> str:
    """A v1 key of DX:SDG_LOCAL: FREQ.REPORTING_TYPE.SERIES.REF_AREA.SEX and ten more."""
    return f"A.N.{series}.{area}.{sex}" + "." * 10
