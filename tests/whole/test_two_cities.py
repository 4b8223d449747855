"""The main job over HTTP, whole: two cities send, the national office accepts one and returns the other, and pulls.

On SQLite, and on PostgreSQL with two API processes and two workers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from forked import ROOT
from running_exchange import LOCAL, Running, by_key, running

PM25 = ROOT / "examples/bristol/pm25.csv"
MAPPING = ROOT / "mappings/bristol/pm25.yaml"
FLOW = "DX/DF_SDG_LOCAL/1.0.0"


@pytest.fixture(params=["sqlite", "postgresql"])
def exchange(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """Reviewed by the national office; Leeds has joined."""
    postgresql = request.param == "postgresql"
    url = request.getfixturevalue("own_postgresql_url") if postgresql else None
    n = 2 if postgresql else 1
    with running(tmp_path / "home", database=url, api=n, workers=n) as here:
        here.command("codes", "add", "CL_AREA", "GB_LDS", "Leeds", "--parent", "GB")
        here.command("agreements", "add", "BRISTOL", LOCAL, "--area", "GB_BRS", "--review-by", "UK_ONS")
        here.command(
            "agreements", "add", "LEEDS", LOCAL, "--name", "Leeds", "--area", "GB_LDS", "--review-by", "UK_ONS"
        )
        here.command("baseline", "load", ROOT / "examples/uk/national.xml")
        yield here


def test_two_cities_and_their_nation(exchange: Running, tmp_path: Path) -> None:
    bristol, leeds = exchange.key("BRISTOL", "submit"), exchange.key("LEEDS", "submit")
    office = exchange.key("UK_ONS", "review")
    replica = tmp_path / "replica"
    cannot_write_into_anothers_area(exchange, leeds, tmp_path)

    theirs = leeds_files(tmp_path)
    first, second = exchange.submit(bristol, PM25, MAPPING), exchange.submit(leeds, *theirs)
    exchange.wait(bristol, first, "in_review")
    exchange.wait(leeds, second, "in_review")
    exchange.call("GET", f"/api/v1/submissions/{first}", leeds, status=403)
    queue = exchange.call("GET", "/api/v1/reviews", office).json()
    assert {entry["id"] for entry in rows_of(queue)} == {first, second}
    assert not exchange.observations()

    exchange.call("POST", f"/api/v1/submissions/{first}/acceptance", leeds, status=403)
    exchange.call("POST", f"/api/v1/submissions/{first}/acceptance", office)
    reason = "The values of 2018 are those of 2017: please check."
    exchange.call("POST", f"/api/v1/submissions/{second}/return", office, json={"reason": reason})
    assert exchange.wait(leeds, second, "returned")["reason"] == reason
    assert exchange.wait(bristol, first, "published")["release"] == 2

    says = exchange.command("pull", exchange.url, "--into", replica)
    assert "nothing new" not in says
    source = exchange.observations()
    assert len(source) == 30
    assert replicated(replica) == source
    before = (replica / "replica.json").stat().st_mtime_ns
    assert "nothing new" in exchange.command("pull", exchange.url, "--into", replica)
    assert (replica / "replica.json").stat().st_mtime_ns == before

    revised = exchange.submit(bristol, revised_table(tmp_path), MAPPING, dataset="bristol/pm25")
    exchange.wait(bristol, revised, "in_review")
    exchange.call("POST", f"/api/v1/submissions/{revised}/acceptance", office)
    exchange.wait(bristol, revised, "published")
    exchange.command("pull", exchange.url, "--into", replica)
    after = exchange.observations()
    assert len(after) == 27
    changed = [key for key in after if after[key] != source[key]]
    assert len(changed) == 1
    assert after[changed[0]]["OBS_VALUE"] == "12.5"
    assert replicated(replica) == after

    exchange.call("POST", f"/api/v1/submissions/{revised}/withdrawal", bristol, json={"reason": "sensor fault"})
    assert not exchange.observations()
    exchange.command("pull", exchange.url, "--into", replica)
    assert replicated(replica) == {}
    kinds = [c["kind"] for c in exchange.call("GET", "/api/v1/changes").json()["changes"]]
    assert kinds == ["published", "published", "revised", "withdrawn"]


def cannot_write_into_anothers_area(exchange: Running, leeds: str, folder: Path) -> None:
    """Neither under its neighbour's name, nor figures of its neighbour under its own."""
    theirs = {"file": ("pm25.csv", PM25.read_bytes()), "mapping": ("pm25.yaml", MAPPING.read_bytes())}
    exchange.call("POST", "/api/v1/submissions", leeds, status=403, files=theirs)
    sent = exchange.submit(leeds, *leeds_files(folder, area="GB_BRS"))
    exchange.wait(leeds, sent, "returned")
    report = exchange.call("GET", f"/api/v1/submissions/{sent}/report", leeds).json()
    assert report["errors"] == 30
    assert {finding["rule"] for finding in report["findings"] if finding["severity"] == "error"} == {"AGR-AREA"}


def leeds_files(folder: Path, area: str = "GB_LDS") -> tuple[Path, Path]:
    """Bristol's table and mapping as another city would have them."""
    text = MAPPING.read_text().replace("provider: BRISTOL", "provider: LEEDS").replace("GB_BRS", area)
    mapping, table = folder / "air.yaml", folder / "air.csv"
    mapping.write_text(text)
    table.write_bytes(PM25.read_bytes())
    return table, mapping


def revised_table(folder: Path) -> Path:
    """2010 says 12.5 where it said 11.711, and 2018 is gone."""
    lines = PM25.read_text(encoding="cp1252").splitlines(keepends=True)
    kept = [line.replace("11,711", "12,5") for line in lines if not line.startswith("2018;")]
    path = folder / "pm25.csv"
    path.write_text("".join(kept), encoding="cp1252")
    return path


def replicated(folder: Path) -> dict[tuple[str, ...], dict[str, str]]:
    """The observations of the cities' dataflow in a replica, as text, as a reader of its Parquet files sees them."""
    files = sorted((folder / "DX/DF_SDG_LOCAL/1.0.0").glob("*.parquet")) if folder.is_dir() else []
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    for row in rows:
        value = row["OBS_VALUE"]
        row["OBS_VALUE"] = "" if value is None else f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return by_key(rows)


def rows_of(answer: object) -> list[dict[str, str]]:
    return answer if isinstance(answer, list) else json.loads(json.dumps(answer))["reviews"]
