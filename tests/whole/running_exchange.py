"""A whole exchange as an operator runs it: API processes, workers, one database, real HTTP."""

from __future__ import annotations

import csv
import io
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forked
import httpx
from forked import Process

LOCAL = "DX:DF_SDG_LOCAL(1.0.0)"
DATA = "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/*"
CSV = "application/vnd.sdmx.data+csv;version=2.0.0"


@dataclass
class Running:
    """`home` and `environment` for commands beside it, `url` for HTTP."""

    home: Path
    url: str
    environment: dict[str, str]
    #: `serve`, then the workers.
    processes: list[Process]

    def command(self, *words: object, code: int = 0, **more: str) -> str:
        done = forked.run(*words, env={**self.environment, **more})
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def key(self, organisation: str, *scopes: str) -> str:
        words = [word for scope in scopes for word in ("--scope", scope)]
        return self.command("keys", "create", organisation, *words).strip()

    def call(self, method: str, path: str, key: str | None = None, *, status: int = 0, **words: Any) -> httpx.Response:
        headers = {**words.pop("headers", {}), **({"Authorization": f"Bearer {key}"} if key else {})}
        answer = httpx.request(method, self.url + path, headers=headers, timeout=60, **words)
        assert answer.status_code == status or (not status and answer.is_success), (
            method,
            path,
            answer.status_code,
            answer.text[:500],
        )
        return answer

    def submit(self, key: str, table: Path, mapping: Path, *, publish: bool = True, **fields: str) -> str:
        with table.open("rb") as file, mapping.open("rb") as text:
            answer = self.call(
                "POST",
                "/api/v1/submissions",
                key,
                status=202,
                files={"file": (table.name, file), "mapping": (mapping.name, text)},
                data={"publish": "true" if publish else "false", **fields},
            )
        return str(answer.json()["id"])

    def wait(self, key: str, submission: str, *wanted: str, seconds: float = 60) -> dict[str, Any]:
        """Until it stands where it is wanted; what it says then."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found: dict[str, Any] = self.call("GET", f"/api/v1/submissions/{submission}", key).json()
            if found["status"] in wanted:
                return found
            if found["status"] == "checked":
                self.answer(key, submission)
                continue
            assert found["status"] in ("received", "accepted"), found
            time.sleep(0.1)
        raise AssertionError(f"{submission} is still {found['status']}, wanted {wanted}")

    def answer(self, key: str, submission: str) -> None:
        """The city's word on its warnings, for which its wish to publish waits."""
        address = f"/api/v1/submissions/{submission}"
        groups = self.call("GET", f"{address}/reasons", key).json()["groups"]
        said = [{"rule": group["rule"], "reason": "As our register has it"} for group in groups]
        if said:
            self.call("POST", f"{address}/reasons", key, json={"statements": said})
        self.call("POST", f"{address}/publication", key, status=202)

    def observations(self) -> dict[tuple[str, ...], dict[str, str]]:
        """What is published of cities: (key codes, period) -> the rest of the row."""
        answer = httpx.get(self.url + DATA, headers={"Accept": CSV}, timeout=60)
        if answer.status_code == 404:
            return {}
        answer.raise_for_status()
        return by_key(csv.DictReader(io.StringIO(answer.text)))


_ASIDE = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
_ATTRIBUTES_FROM = "OBS_VALUE"


def by_key(rows: Any) -> dict[tuple[str, ...], dict[str, str]]:
    """Rows of SDMX-CSV, or of a replica, by everything that stands before the value; empty cells are left out."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        names = [name for name in row if name not in _ASIDE]
        cut = names.index(_ATTRIBUTES_FROM)
        key = tuple(str(row[name]) for name in names[:cut])
        assert key not in found, key
        found[key] = {name: str(row[name]) for name in names[cut:] if row[name] not in (None, "")}
    return found


@contextmanager
def running(home: Path, *, database: str | None = None, api: int = 1, workers: int = 1) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DATAEXCHANGE_")}
    environment = {**kept, "DATAEXCHANGE_HOME": str(home), "DATAEXCHANGE_PORT": str(port)}
    if database:
        environment |= {"DATAEXCHANGE_DATABASE_URL": database, "DATAEXCHANGE_QUEUE_URL": database}
    log = (home.parent / f"{home.name}.log").open("w")
    begin = forked.start if api == 1 else forked.anew
    processes: list[Process] = [begin("serve", "--workers", api, env=environment, out=log, err=log)]
    processes += [forked.start("worker", env=environment, out=log, err=log) for _ in range(workers)]
    try:
        _ready(f"http://127.0.0.1:{port}", processes)
        yield Running(home, f"http://127.0.0.1:{port}", environment, processes)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(30)
        log.close()


def _ready(url: str, processes: list[Process]) -> None:
    for _ in range(600):
        assert all(process.poll() is None for process in processes), "a process ended at its start"
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise TimeoutError(url)
