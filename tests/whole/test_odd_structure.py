"""Structures with several measures, groups and no time dimension, from `structures load` to every door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pyarrow.parquet as pq
import pytest
from odd_structure import (
    STRUCTURES,
    TEST,
    TEST_TIME,
    artefacts,
    csv_message,
    flow,
    ordered,
    plain,
    rows,
    schema,
    structure_message,
)
from running_exchange import CSV, Running, running

from dataexchange.messages.media import CSV_2_0, STRUCTURE_ML_3_0
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.query import DataQuery
from dataexchange.store import series, structures
from dataexchange.store.database import migrate, open_database, reading, writing
from dataexchange.workflow.baseline import load_baseline

#: Messages; tables are judged by what reads them (tests/messages/test_write_measures.py).
EVERY = [(structure, media) for structure in STRUCTURES for media in WRITERS if "vnd.sdmx" in media.name]


def address(structure) -> str:
    return f"/sdmx/v2/data/dataflow/TEST/{flow(structure).id}/1.0.0"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """With both structures and their data, by the commands that operators have."""
    folder = tmp_path_factory.mktemp("odd")
    with running(folder / "home") as here:
        (folder / "structures.json").write_bytes(structure_message())
        here.command("structures", "load", folder / "structures.json")
        for structure in STRUCTURES:
            (folder / f"{structure.id}.csv").write_bytes(csv_message(structure, rows(structure)))
            here.command("baseline", "load", folder / f"{structure.id}.csv", "--provider", "TEST")
        yield here


def asked(exchange: Running, structure, query: str = "", media: str = CSV) -> httpx.Response:
    answer = httpx.get(f"{exchange.url}{address(structure)}/*{query}", headers={"Accept": media}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer


def told(exchange: Running, structure, query: str = "") -> list[dict]:
    return ordered(structure, plain(structure, asked(exchange, structure, query).content))


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
def test_all_of_it_is_there(exchange, structure):
    assert told(exchange, structure) == ordered(structure, rows(structure))


@pytest.mark.parametrize(("structure", "media"), EVERY, ids=lambda x: getattr(x, "id", str(x)))
def test_what_one_exchange_answers_another_one_loads(exchange, structure, media, tmp_path):
    """Every format holds all of it: an empty exchange that loads the answer says the same."""
    if "timeseries" in media.name and structure.time_dimension is None:
        answer = httpx.get(f"{exchange.url}{address(structure)}/*", headers={"Accept": media.text})
        assert (answer.status_code, "time series only" in answer.text) == (400, True)
        return
    path = tmp_path / "message"
    path.write_bytes(asked(exchange, structure, media=media.text).content)
    engine = open_database(f"sqlite:///{tmp_path}/other.db")
    migrate(engine)
    with writing(engine) as conn:
        structures.put(conn, artefacts())
        loaded = load_baseline(conn, [path], provider="TEST", actor="test")
    assert loaded.release is not None, loaded.report.findings
    with reading(engine) as conn:
        known = structures.schema(conn, flow(structure).ref)
        batches = series.batches(conn, DataQuery(), known, flow(structure).ref)
        message = b"".join(WRITERS[CSV_2_0](known, batches, WriteOptions()))
    engine.dispose()
    assert ordered(structure, plain(structure, message)) == ordered(structure, rows(structure))


def test_what_a_message_lacks_goes_only_where_it_is_complete(exchange, tmp_path):
    structure, path = STRUCTURES[0], tmp_path / "message.csv"
    lines = asked(exchange, structure, media=CSV_2_0.text).content.splitlines(keepends=True)
    engine = open_database(f"sqlite:///{tmp_path}/other.db")
    migrate(engine)
    held = []
    with writing(engine) as conn:
        structures.put(conn, artefacts())
        for part, complete in ((lines, False), (lines[:1] + lines[-1:], False), (lines[:1] + lines[-1:], True)):
            path.write_bytes(b"".join(part))
            loaded = load_baseline(conn, [path], provider="TEST", actor="test", complete=complete)
            assert loaded.release is not None
            held.append(loaded.release.observations)
    engine.dispose()
    assert held == [len(rows(structure)), len(rows(structure)), 1]


FILTERS = {
    "c[SHARE]=gt:5": lambda row: row.get("SHARE", -1) > 5,
    "c[SHARE]=ge:1%2Ble:6": lambda row: 1 <= row.get("SHARE", -1) <= 6,
    "c[REMARK]=co:%222": lambda row: '"2' in row.get("REMARK", ""),
    "c[AREA_NOTE]=All%20of%20it": lambda row: row["AREA"] == "GB",
    "c[TITLE]=sw:On": lambda row: "TITLE" in row,
    "c[SHARE]=lt:3&c[STATUS]=E,M": lambda row: row.get("SHARE", 9) < 3 and row["STATUS"] in "EM",
    "c[AREA]=KG": lambda row: row["AREA"] == "KG",
}


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
@pytest.mark.parametrize("query", FILTERS)
def test_filters(exchange, structure, query):
    expected = ordered(structure, filter(FILTERS[query], rows(structure)))
    assert 0 < len(expected) < len(rows(structure))
    assert told(exchange, structure, f"?{query}") == expected


LEVELS = {
    "dataset": {"LICENCE"},
    "series": {"UNIT", "AREA_NOTE", "TITLE"},
    "obs": {"STATUS", "SHARE_NOTE"},
    "TITLE,SHARE_NOTE": {"TITLE", "SHARE_NOTE"},
    "none": set(),
}


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
@pytest.mark.parametrize("measures", ["all", "SHARE", "REMARK,SHARE", "none"])
@pytest.mark.parametrize("attributes", LEVELS)
def test_measures_and_attributes(exchange, structure, measures, attributes):
    if (measures, attributes) == ("none", "none"):
        return
    ids = [m.id for m in structure.measures]
    kept = set(ids if measures == "all" else measures.split(",")) | LEVELS[attributes]
    kept |= {*structure.dimension_ids, "TIME_PERIOD"}
    expected = [{k: v for k, v in row.items() if k in kept} for row in rows(structure)]
    found = told(exchange, structure, f"?measures={measures}&attributes={attributes}")
    assert found == ordered(structure, expected)


def test_an_unknown_measure_is_named(exchange):
    answer = httpx.get(f"{exchange.url}{address(TEST)}/*?measures=LENGTH")
    assert answer.status_code == 400
    assert "write all, none or ids of COUNT, SHARE, REMARK" in answer.text


def test_structures_and_availability(exchange):
    for media in (STRUCTURE_ML_3_0.text, "application/vnd.sdmx.structure+json;version=2.0.0"):
        base = f"{exchange.url}/sdmx/v2/structure/datastructure/TEST/TEST/1.0.0?references=descendants"
        answer = httpx.get(base, headers={"Accept": media})
        assert answer.status_code == 200
        assert "BY_TOPIC" in answer.text
    there = httpx.get(f"{exchange.url}/sdmx/v2/availability/dataflow/TEST/DF_TEST/1.0.0/*/*")
    assert there.status_code == 200, there.text
    [constraint] = there.json()["data"]["dataConstraints"]
    counts = {note["id"]: note["title"] for note in constraint["annotations"]}
    assert counts == {"series_count": "6", "obs_count": "6"}
    values = {key["id"]: [v["value"] for v in key["values"]] for key in constraint["cubeRegions"][0]["keyValues"]}
    assert values == {"AREA": ["GB", "GB_BRS", "KG"], "TOPIC": ["AIR", "WORK"], "EDITION": ["2nd-ed"]}


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
def test_pages_for_people(exchange, structure):
    """The pages show the primary measure; they hold for any structure."""
    name = flow(structure).ref
    for path in ("/", f"/?dataflow={quote(name.short)}", f"/series/TEST/{name.id}/1.0.0/GB.AIR.2nd-ed"):
        answer = httpx.get(exchange.url + path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.text[:500])
    shown = schema(structure).component_name(structure.measure)
    assert f"{shown}; the downloads have Share, in percent, Remark, too" in answer.text


def test_a_replica_and_a_revision_of_the_second_measure(exchange, tmp_path):
    """Last: it publishes."""
    replica = tmp_path / "replica"
    exchange.command("pull", exchange.url, "--into", replica)
    for structure in STRUCTURES:
        assert replicated(replica, structure) == ordered(structure, rows(structure))
    before = exchange.call("GET", "/api/v1/releases").json()[0]["published_at"]
    revised = rows(TEST_TIME)
    revised[2] = revised[2] | {"SHARE": 77.25}
    (tmp_path / "revised.csv").write_bytes(csv_message(TEST_TIME, revised))
    exchange.command("baseline", "load", tmp_path / "revised.csv", "--provider", "TEST")
    moment = quote(before)
    assert told(exchange, TEST_TIME, f"?updatedAfter={moment}") == ordered(TEST_TIME, [revised[2]])
    history = plain(TEST_TIME, asked(exchange, TEST_TIME, "?includeHistory=true&c[AREA]=GB").content)
    assert sorted(r["SHARE"] for r in history if r["TOPIC"] == "AIR" and r["TIME_PERIOD"] == "2020-Q1") == [
        2 / 3,
        77.25,
    ]
    exchange.command("pull", exchange.url, "--into", replica)
    assert replicated(replica, TEST_TIME) == ordered(TEST_TIME, revised)
    whole = told(exchange, TEST_TIME)

    exchange.command("backup", tmp_path / "all.zip")
    other = tmp_path / "other"
    exchange.command("restore", tmp_path / "all.zip", DATAEXCHANGE_HOME=str(other))
    exchange.command("export", flow(TEST_TIME).ref.short, "--into", tmp_path / "out.csv", DATAEXCHANGE_HOME=str(other))
    assert ordered(TEST_TIME, plain(TEST_TIME, (tmp_path / "out.csv").read_bytes())) == whole
    exchange.command("export", flow(TEST).ref.short, "--into", tmp_path / "out.csv", DATAEXCHANGE_HOME=str(other))
    assert ordered(TEST, plain(TEST, (tmp_path / "out.csv").read_bytes())) == ordered(TEST, rows(TEST))


def replicated(folder: Path, structure) -> list[dict]:
    state = json.loads((folder / "replica.json").read_text())
    table = pq.read_table(folder / state["dataflows"][flow(structure).ref.short]["file"])
    assert str(table.schema.field("SHARE").type) == "double"
    assert str(table.schema.field("REMARK").type) == "string"
    return ordered(structure, table.to_pylist())
