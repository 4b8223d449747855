"""A replica is its source, observation by observation, whatever became of it."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from pulling import Source, held, pulled, schema, small

from dataexchange.errors import Conflict, InvalidRequest, NotFound, Unreadable
from dataexchange.workflow.replica import locked

F1, F2, WORDS = "T:F1(1.0.0)", "T:F2(1.0.0)", "T:WORDS(1.0.0)"

#: For what is decided here, whatever database the source has.
on_sqlite = pytest.mark.parametrize("source", ["sqlite"], indirect=True)

FIRST = [
    small("GB", "2018", 1.5, STATUS="A", UNIT="PT"),
    small("GB", "2019", 2.5, STATUS="E", UNIT="PT"),
    small("GB", "2020", None, STATUS="O", UNIT="PT"),
    small("KG", "2018", 1e20, UNIT="kg, dry"),
    small("KG", "2019-Q1", -0.1, STATUS='say "no"\nor yes'),
]


def test_published_revised_withdrawn_and_new(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish(FIRST)
    first = pulled(source, folder)
    assert first
    assert (first.before, first.after, first.flows, first.came, first.went, first.rows) == (0, 1, 1, 5, 0, 5)
    assert held(folder) == source.observations(F1)

    # A value, an observation attribute and a series attribute change, one observation goes, one comes.
    source.publish(
        [
            small("GB", "2018", 1.75, STATUS="A", UNIT="PT"),
            small("GB", "2019", 2.5, STATUS="A", UNIT="PT"),
            small("KG", "2018", 1e20, UNIT="kg"),
            small("KG", "2019-Q1", -0.1, STATUS='say "no"\nor yes', UNIT="kg"),
            small("KG", "2021", 0.0, UNIT="kg"),
        ]
    )
    source.publish([small("CI", "2020", 4.0)], flow="F2")
    second = pulled(source, folder)
    assert second
    assert (second.before, second.after, second.flows, second.rows) == (1, 3, 2, 6)
    assert second.went == 1
    assert held(folder, F1) == source.observations(F1)
    assert held(folder, F2) == source.observations(F2)

    source.withdraw()
    third = pulled(source, folder)
    assert third
    assert (third.came, third.went, third.rows) == (0, 5, 1)
    assert held(folder, F1) == source.observations(F1) == set()
    assert schema(folder, F1).names[-4:] == ["STATUS", "UP-PER", "UNIT", "SIZE"], "an empty file has its columns, too"

    source.publish(FIRST)
    fourth = pulled(source, folder)
    assert fourth
    assert (fourth.came, fourth.went) == (5, 0)
    assert held(folder, F1) == source.observations(F1)


@on_sqlite
def test_a_second_pull_moves_no_data(source: Source, tmp_path: Path) -> None:
    source.publish(FIRST)
    pulled(source, tmp_path / "replica")
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "replica").rglob("*") if path.name != ".lock"}
    source.answers.clear()
    assert pulled(source, tmp_path / "replica") is None
    assert [(path.split("?")[0], status, size) for path, status, size in source.answers] == [
        ("/api/v1/changes", 304, 0)
    ]
    assert files == {path: path.stat().st_mtime_ns for path in files}


def test_only_what_changed_is_sent(source: Source, tmp_path: Path) -> None:
    many = [small("GB", str(year), year / 7) for year in range(1700, 2700)]
    source.publish(many)
    pulled(source, tmp_path / "replica")
    source.publish([*many[:-1], small("GB", "2699", 0.5)])
    source.answers.clear()
    done = pulled(source, tmp_path / "replica")
    assert done
    assert (done.came, done.went, done.rows) == (1, 0, 1000)
    assert sum(size for path, _, size in source.answers if "/data/" in path) < 1000
    assert held(tmp_path / "replica") == source.observations(F1)


@on_sqlite
def test_a_change_of_nearly_everything(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is fetched as a whole; what is told of it is the same."""
    monkeypatch.setattr("dataexchange.workflow.pull._MUCH", 3)
    source.publish([small("GB", str(year), 1.0) for year in range(2000, 2010)])
    pulled(source, tmp_path / "replica")
    source.publish([small("GB", str(year), 2.0) for year in range(2002, 2011)])
    source.answers.clear()
    done = pulled(source, tmp_path / "replica")
    assert done is not None
    assert (done.came, done.went, done.rows) == (9, 2, 9)
    assert sum("/data/" in path for path, _, _ in source.answers) == 2
    assert held(tmp_path / "replica") == source.observations(F1)


def test_a_series_that_another_provider_takes_over(source: Source, tmp_path: Path) -> None:
    source.publish([small("GB", "2018", 1.0), small("GB", "2019", 2.0)], provider="P")
    pulled(source, tmp_path / "replica")
    source.withdraw(provider="P")
    source.publish([small("GB", "2018", 1.0), small("GB", "2020", 3.0)], provider="Q")
    done = pulled(source, tmp_path / "replica")
    assert done is not None
    assert (done.came, done.went) == (1, 1), "2018 stands as it stood"
    assert held(tmp_path / "replica") == source.observations(F1)


@on_sqlite
def test_words_and_no_time(source: Source, tmp_path: Path) -> None:
    """A structure without a time dimension, whose measure is no number."""
    source.publish([{"PLACE": "GB", "QUESTION": "Q1", "ANSWER": "Yes, of course"}], flow="WORDS")
    pulled(source, tmp_path / "replica")
    source.publish(
        [
            {"PLACE": "GB", "QUESTION": "Q1", "ANSWER": "No"},
            {"PLACE": "GB", "QUESTION": "Q2", "ANSWER": "12", "STATUS": "A"},
        ],
        flow="WORDS",
    )
    pulled(source, tmp_path / "replica")
    assert held(tmp_path / "replica") == source.observations(WORDS)
    assert schema(tmp_path / "replica", WORDS).field("ANSWER").type == pa.string()


def test_named_dataflows_alone(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish(FIRST)
    source.publish([small("CI", "2020", 4.0)], flow="F2")
    assert pulled(source, folder, F2)
    assert held(folder) == source.observations(F2)
    source.publish([small("CI", "2020", 5.0)])
    assert pulled(source, folder, F2) is None, "another dataflow's release is nothing new"
    source.publish([small("CI", "2020", 5.0)], flow="F2")
    assert pulled(source, folder, F2)
    assert pulled(source, folder, F2) is None
    assert held(folder) == source.observations(F2)
    everything = pulled(source, folder)
    assert everything is not None
    assert everything.flows == 1, "the one that is up to date is left alone"
    assert held(folder) == source.observations(F1) | source.observations(F2)
    assert pulled(source, folder, F1) is None
    (folder / "T/F2/1.0.0/structure.json").unlink()
    assert pulled(source, folder, F1) is None, "another dataflow's files are not its business"
    with pytest.raises(NotFound, match="NO_SUCH"):
        pulled(source, folder, "T:NO_SUCH(1.0.0)")


def test_published_and_gone_before_the_first_pull(source: Source, tmp_path: Path) -> None:
    source.publish(FIRST)
    source.withdraw()
    done = pulled(source, tmp_path / "replica")
    assert done
    assert (done.came, done.rows) == (0, 0)
    assert held(tmp_path / "replica") == set()
    assert pulled(source, tmp_path / "replica") is None


def test_nothing_published_yet(source: Source, tmp_path: Path) -> None:
    done = pulled(source, tmp_path / "replica")
    assert done
    assert (done.flows, done.after, done.rows) == (0, 0, 0)
    source.publish(FIRST)
    pulled(source, tmp_path / "replica")
    assert held(tmp_path / "replica") == source.observations(F1)


@on_sqlite
def test_a_file_that_went_missing_or_broke_comes_again(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish(FIRST)
    pulled(source, folder)
    (file,) = folder.rglob("*.parquet")
    file.unlink()
    assert pulled(source, folder)
    assert held(folder) == source.observations(F1)
    file.write_bytes(b"no Parquet")
    assert pulled(source, folder), "noticed although nothing is new"
    assert held(folder) == source.observations(F1)
    file.write_bytes(file.read_bytes()[:100])
    source.publish(FIRST[:2])
    pulled(source, folder)
    assert held(folder) == source.observations(F1)


@on_sqlite
def test_a_structure_that_went_missing_or_broke_comes_again(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish(FIRST)
    pulled(source, folder)
    (file,) = folder.rglob("structure.json")
    whole = file.read_bytes()
    for damage in (file.unlink, lambda: file.write_bytes(whole[:100])):
        damage()
        assert pulled(source, folder), "noticed although nothing is new"
        assert file.read_bytes() == whole
        assert held(folder) == source.observations(F1)
        assert pulled(source, folder) is None
    file.unlink()
    source.publish(FIRST[:2])
    pulled(source, folder)
    assert file.read_bytes() == whole
    assert held(folder) == source.observations(F1)


@on_sqlite
def test_a_state_that_an_older_version_wrote_is_read(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish(FIRST)
    pulled(source, folder)
    state = json.loads((folder / "replica.json").read_text())
    for flow in state["dataflows"].values():
        del flow["structure_size"], flow["size"]
    (folder / "replica.json").write_text(json.dumps(state))
    assert pulled(source, folder) is None
    (file,) = folder.rglob("structure.json")
    file.unlink()
    assert pulled(source, folder)
    assert file.is_file()


@on_sqlite
def test_a_replica_follows_one_source(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish(FIRST)
    pulled(source, folder)
    other = Source(source.url.replace("127.0.0.1", "localhost"), source.engine)
    with pytest.raises(InvalidRequest, match=r"holds a replica of http://127\.0\.0\.1"):
        pulled(other, folder)
    (folder / "replica.json").write_text("{}")
    with pytest.raises(Unreadable, match="pull into a new folder"):
        pulled(source, folder)


@on_sqlite
def test_a_folder_with_other_things_is_left_alone(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(InvalidRequest, match=r"thesis\.txt"):
        pulled(source, folder)
    assert [path.name for path in folder.iterdir() if path.name != ".lock"] == ["thesis.txt"]


@on_sqlite
def test_a_source_that_went_back(source: Source, tmp_path: Path) -> None:
    """As when it was restored from a backup that is older than the replica."""
    folder = tmp_path / "replica"
    source.publish(FIRST)
    pulled(source, folder)
    state = json.loads((folder / "replica.json").read_text())
    (folder / "replica.json").write_text(json.dumps({**state, "cursor": "7", "release": 7, "tag": '"x"'}))
    with pytest.raises(Conflict, match="pull into a new folder"):
        pulled(source, folder)


@on_sqlite
@pytest.mark.parametrize("again", [1, 2])
def test_a_source_that_went_back_and_was_overtaken(source: Source, tmp_path: Path, again: int) -> None:
    """Restored to release 1, it has since published as many releases as the replica knows, or more."""
    folder, then = tmp_path / "replica", tmp_path / "then.db"
    source.publish(FIRST)
    _copied(str(source.engine.url.database), then)
    source.publish([small("CI", "2020", 4.0)], flow="F2")
    pulled(source, folder)
    _copied(then, str(source.engine.url.database))
    for value in range(again):
        source.publish([small("GB", "2018", float(value))])
    with pytest.raises(Conflict, match="pull into a new folder"):
        pulled(source, folder)


def _copied(database: Path | str, into: Path | str) -> None:
    with closing(sqlite3.connect(database)) as there, closing(sqlite3.connect(into)) as here:
        there.backup(here)


@on_sqlite
def test_two_at_once(source: Source, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    source.publish(FIRST)
    refused: list[Exception] = []

    def second() -> None:
        try:
            pulled(source, folder)
        except Conflict as error:
            refused.append(error)

    with locked(folder):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert "Another pull is at work" in str(refused[0])
    assert pulled(source, folder)
