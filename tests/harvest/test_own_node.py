"""One exchange harvests another, over real HTTP: what it then serves is the same, observation by observation."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from harvest_words import FLOW, differences, prepare, served, source, structure_message

from dataexchange.app import create_app
from dataexchange.door.harvesting import Manner, harvest
from dataexchange.model.harvest import Outcome
from dataexchange.settings import Settings
from dataexchange.store import harvests
from dataexchange.store.database import Engine, migrate, open_database, reading, writing
from dataexchange.workflow.baseline import load_baseline
from dataexchange.workflow.structures import register_shipped

ROOT = Path(__file__).resolve().parents[2]
NATIONAL = "DX:DF_SDG_NATIONAL(1.0.0)"


@dataclass(frozen=True)
class Node:
    url: str
    engine: Engine


@pytest.fixture(scope="module")
def node(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """An exchange with Kyrgyzstan's goal 1 and the series of the United Kingdom."""
    settings = Settings(home=tmp_path_factory.mktemp("node"))
    engine = open_database(settings.database_url)
    migrate(engine)
    prepare(engine, structure_message(shared_data))
    files = sorted((shared_data / "kyrgyzstan").glob("1.*.xml"))
    from dataexchange.model.structure import Kind, parse_short

    with writing(engine) as conn:
        flow = parse_short(FLOW, Kind.DATAFLOW)
        load_baseline(conn, files, dataflow=flow, provider="KG_NSC", actor="test")
        load_baseline(conn, [ROOT / "examples/uk/national.xml"], actor="test")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(create_app(settings), host="127.0.0.1", port=port, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield Node(f"http://127.0.0.1:{port}", engine)
    server.should_exit = True
    thread.join(10)
    engine.dispose()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/other.db")
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
    yield engine
    engine.dispose()


WAYS = (("2.1", "v1", "xml"), ("3.0", "v2", "xml"), ("3.0", "v2", "json"), ("3.0", "v2", "csv"))


@pytest.mark.parametrize(("api", "root", "form"), WAYS)
def test_the_same_observations(api: str, root: str, form: str, node: Node, other: Engine, tmp_path: Path) -> None:
    words = {"api": api, "url": f"{node.url}/sdmx/{root}", "format": form}
    kyrgyz = source(node.url, **words, structure="fetched")
    british = source(
        node.url, **words, id="uk", dataflow=NATIONAL, provider="UK_ONS", licence="Open Government Licence v3.0"
    )
    for one, flow in ((kyrgyz, FLOW), (british, NATIONAL)):
        run = harvest(other, tmp_path, one, asked_by="test")
        assert run.harvest.outcome is Outcome.PUBLISHED, run.harvest.message
        expected, there = served(node.engine, flow), served(other, flow)
        assert len(expected) > 100
        assert there == expected, differences(there, expected)
        again = harvest(other, tmp_path, one, asked_by="test")
        assert (again.harvest.outcome, again.harvest.facts["received"]) == (Outcome.UNCHANGED, 0)


@pytest.mark.parametrize(("api", "root"), [("2.1", "v1"), ("3.0", "v2")])
def test_some_series_since_a_year(api: str, root: str, node: Node, other: Engine, tmp_path: Path) -> None:
    expected = served(node.engine, FLOW)
    codes = sorted({key.split(".")[2] for key, _ in expected})[:3]
    anything = "*" if api == "3.0" else ""
    keys = [".".join(["A", anything, code, *[anything] * 12]) for code in codes]
    words = {"api": api, "url": f"{node.url}/sdmx/{root}", "structure": "fetched", "start_period": "2018"}
    run = harvest(other, tmp_path, source(node.url, keys, **words), asked_by="test", manner=Manner(sleep=time.sleep))
    assert run.harvest.outcome is Outcome.PUBLISHED, run.harvest.message
    chosen = {at: v for at, v in expected.items() if at[0].split(".")[2] in codes and at[1] >= "2018"}
    there = served(other, FLOW)
    assert there == chosen, differences(there, chosen)
    with reading(other) as conn:
        assert len(harvests.latest(conn)[0].answers) == 4
