"""An exchange with real processes: `serve`, `worker`, and commands, over a home and a database of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import forked
import httpx

from dataexchange.model.access import Scope
from dataexchange.model.submission import Submission
from dataexchange.settings import Settings
from dataexchange.store import files, submissions
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow import keys, submit
from dataexchange.workflow.permission import operator
from dataexchange.workflow.structures import register_shipped

LOCAL = "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/*?format=csv"

MAPPING = """
title: Wards of a small city
source: {name: made for the tests}
provider: BRISTOL
dataflow: DX:DF_SDG_LOCAL(1.0.0)
columns:
  Year: TIME_PERIOD
  Area: REF_AREA
  Value: OBS_VALUE
fixed:
  FREQ: A
  REPORTING_TYPE: N
  SERIES: SL_TLF_UEM
  SEX: _T
  AGE: _T
  URBANISATION: _T
  INCOME_WEALTH_QUANTILE: _T
  EDUCATION_LEV: _T
  OCCUPATION: _T
  CUST_BREAKDOWN: _T
  COMPOSITE_BREAKDOWN: _T
  DISABILITY_STATUS: _T
  ACTIVITY: _T
  PRODUCT: _T
  UNIT_MEASURE: PT
  UNIT_MULT: "0"
  OBS_STATUS: F
"""

WARDS = [f"GB_BRS_E050108{n}" for n in range(85, 100)] + [f"GB_BRS_E050109{n:02}" for n in range(19)]

T = TypeVar("T")


def table(*areas: str, years: int = 3, offset: float = 0.25) -> str:
    """Figures that nobody asks a reason for: forecasts, which another small offset hardly revises."""
    lines = [f"{1500 + year},{area},{20 + year % 7 + offset}" for area in areas for year in range(years)]
    return "\n".join(["Year,Area,Value", *lines]) + "\n"


def until(look: Callable[[], T], seconds: float = 30) -> T:
    """What `look` gives once it gives anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing after {seconds} s")


@dataclass
class Process:
    popen: forked.Process
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """Everything on standard error, each line a JSON object."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def said(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["event"].startswith(event)]

    def tell(self, number: int) -> None:
        self.popen.send_signal(number)

    def ends(self, seconds: float = 30) -> int:
        return self.popen.wait(seconds)

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()


@dataclass
class Place:
    home: Path
    database: str | None = None
    lease: float = 1
    port: int = 0
    processes: list[Process] = field(default_factory=list)
    #: A connection each time, so that every API process gets some.
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(verify=False, trust_env=False, timeout=30, headers={"Connection": "close"})
    )

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, **({"database_url": self.database} if self.database else {}))

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DATAEXCHANGE_")}
        own = {"HOME": str(self.home), "PORT": str(self.port), "LEASE_SECONDS": str(self.lease)}
        if self.database:
            own |= {"DATABASE_URL": self.database, "QUEUE_URL": self.database}
        return {**kept, "TMPDIR": str(self.home.parent), **{f"DATAEXCHANGE_{n}": value for n, value in own.items()}}

    def __call__(self, *words: object, code: int = 0) -> str:
        """A command; what it printed, standard error last."""
        done = forked.run(*words, env=self.environment, timeout=60)
        assert done.returncode == code, done
        return done.stdout + done.stderr

    def begin(self, *words: object, ready: str | None = None) -> Process:
        log = self.home.parent / f"{words[0]}-{len(self.processes)}.log"
        start = forked.anew if "--workers" in words and words[-1] != 1 else forked.start
        with log.open("wb") as err, open(os.devnull, "wb") as out:
            process = Process(start(*words, env=self.environment, out=out, err=err), log)
        self.processes.append(process)
        if ready:
            until(lambda: process.said(ready) or process.popen.poll() is not None)
            assert process.popen.poll() is None, log.read_text()
        return process

    def serve(self, workers: int = 1) -> Process:
        process = self.begin("serve", "--no-worker", "--workers", workers)
        until(lambda: self.is_ready() or process.popen.poll() is not None)
        assert process.popen.poll() is None, process.log.read_text()
        if workers > 1:
            until(lambda: len(process.said("Application startup complete")) == workers)
        return process

    def worker(self, *words: object) -> Process:
        return self.begin("worker", *words, ready="working")

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def get(self, path: str, key: str | None = None) -> httpx.Response:
        return self.client.get(self.url + path, headers={"Authorization": f"Bearer {key}"} if key else {})

    def send(self, key: str, name: str, text: str, **headers: str) -> httpx.Response:
        """A submission over HTTP, to be published."""
        return self.client.post(
            f"{self.url}/api/v1/submissions",
            headers={"Authorization": f"Bearer {key}", **headers},
            files={"file": (f"{name}.csv", text.encode()), "mapping": (f"{name}.yaml", MAPPING.encode())},
            data={"publish": "true"},
        )

    def metrics(self) -> dict[str, float]:
        """By the name with its labels as it is written."""
        lines = [line for line in self.get("/metrics").text.splitlines() if not line.startswith("#")]
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}

    def open(self) -> Engine:
        """The database, made where it is missing."""
        engine = open_database(self.settings.database_url)
        migrate(engine)
        with writing(engine) as conn:
            register_shipped(conn)
        return engine

    def key(self, engine: Engine, organisation: str, *scopes: Scope) -> str:
        with writing(engine) as conn:
            return keys.create_key(conn, organisation, scopes, caller=operator("test"))[1]

    def receive(self, engine: Engine, name: str, text: str, *, publish: bool = True) -> Submission:
        """A submission as any door opens it, under the dataset `bristol/<name>`; no worker is told."""
        source, mapping = self.home.parent / f"{name}.csv", self.home.parent / f"{name}.yaml"
        source.write_text(text)
        mapping.write_text(MAPPING)
        parcel = submit.Parcel(
            file_name=source.name,
            file_hash=files.keep(source, self.home),
            mapping=files.keep(mapping, self.home),
            mapping_name=mapping.name,
            publish=publish,
        )
        with writing(engine) as conn:
            announced = submit.read_parcel(conn, self.home, parcel, caller=operator("test"))
            return submit.accept_parcel(conn, announced, caller=operator("test"))

    def status(self, engine: Engine, submission: str) -> str:
        with reading(engine) as conn:
            return submissions.get(conn, submission).status.value

    def end(self) -> None:
        self.client.close()
        for process in self.processes:
            if process.popen.poll() is None:
                process.tell(signal.SIGKILL)
                process.popen.wait()
