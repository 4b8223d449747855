"""Opening, migrating, transactions, and what happens when processes meet or die."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from store_words import SMALL, dataset, flow_ref, observations, schema_of

import dataexchange.store
from dataexchange.errors import Conflict, InvalidRequest, Unreachable, Unreadable
from dataexchange.model.query import AvailabilityQuery, DataQuery
from dataexchange.store import releases, series, series_index, series_table
from dataexchange.store.database import Engine, migrate, newest_revision, open_database, reading, writing
from dataexchange.store.tables import METADATA

_HERE = Path(__file__).parent


def test_migrations_make_the_tables_that_the_code_has(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as conn:
        made = MigrationContext.configure(
            conn, opts={"include_name": lambda n, kind, _: kind != "table" or n in METADATA.tables}
        )
        assert compare_metadata(made, METADATA) == []


def test_the_newest_revision_is_alembics_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(dataexchange.store.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


def test_migrating_says_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/new/folder/a.db")
    with caplog.at_level(logging.INFO):
        migrate(engine)
    engine.dispose()
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_a_migrated_database_needs_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    code = (
        "import sys; from dataexchange.store.database import *; e = open_database(sys.argv[1]); migrate(e); e.dispose();"
        "print('alembic' in sys.modules)"
    )
    said = [subprocess.run([sys.executable, "-c", code, url], check=True, capture_output=True, text=True) for _ in "ab"]
    assert [done.stdout.strip() for done in said] == ["True", "False"]


@pytest.mark.parametrize("restored", [False, True])
def test_an_older_database_gets_its_indexes(database_url: str, tmp_path: Path, restored: bool) -> None:
    """Series tables of before; `restored` as a backup makes them, which has them as they are made today."""
    url = _fresh(database_url, tmp_path)
    engine = open_database(url)
    try:
        migrate(engine)
        with writing(engine) as conn:
            _publish(conn, "F", 1.0)
            held = series_table.find(conn, SMALL.ref)
            assert held is not None
            name = held.table.name
            for index in () if restored else (f"{name}_from", f"{name}_to"):
                conn.execute(text(f"DROP INDEX {index}"))
            for table in ("series_indexes", "artefact_history", "rulebooks", "justifications", "passports", "rechecks"):
                conn.execute(text(f"DROP TABLE {table}"))
            conn.execute(text("ALTER TABLE submissions DROP COLUMN changes_hash"))
            conn.execute(text("DROP INDEX releases_by_dataset"))
            conn.execute(text("UPDATE alembic_version SET version_num = 'r0005'"))
        migrate(engine)
        with writing(engine) as conn:
            there = {i["name"] for i in inspect(conn).get_indexes(name)}
            assert {f"{name}_from", f"{name}_to"} <= there
            assert series_index.load(conn, held, flow_ref("F").short) is None
            everything = AvailabilityQuery(DataQuery())
            assert series.available(conn, everything, schema_of(SMALL), flow_ref("F")).series == 1
            _publish(conn, "F", 2.0, "e", "KG")
            assert series_index.load(conn, held, flow_ref("F").short).num_rows == 2
            found = series.available(conn, everything, schema_of(SMALL), flow_ref("F"))
            assert found.values["REF_AREA"] == ("GB", "KG")
    finally:
        engine.dispose()
        _drop(database_url, url)


def _fresh(database_url: str, tmp_path: Path) -> str:
    """A database of the same sort that nobody has touched."""
    if database_url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/fresh.db"
    name = f"fresh_{os.getpid()}_{tmp_path.name[-8:]}".replace("-", "_").lower()
    server = open_database(database_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        conn.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return f"{database_url.rpartition('/')[0]}/{name}"


def _drop(database_url: str, fresh: str) -> None:
    if not database_url.startswith("sqlite"):
        server = open_database(database_url)
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text(f"DROP DATABASE {fresh.rpartition('/')[2]} WITH (FORCE)"))
        server.dispose()


def test_processes_that_start_at_once_migrate_once(database_url: str, tmp_path: Path) -> None:
    fresh = _fresh(database_url, tmp_path)
    code = (
        "import sys; from dataexchange.store.database import *; e = open_database(sys.argv[1]); migrate(e); e.dispose()"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, fresh], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    try:
        assert [(p.communicate()[1], p.returncode) for p in started] == [("", 0)] * 4
    finally:
        _drop(database_url, fresh)


def test_a_block_that_raises_leaves_nothing(engine: Engine, flow: str) -> None:
    def fail() -> None:
        with writing(engine) as conn:
            _publish(conn, flow, 1.0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(engine) as conn:
        assert releases.last_release(conn, flow_ref(flow)) is None
        assert list(series.batches(conn, DataQuery(), schema_of(SMALL), flow_ref(flow))) == []


def test_reading_sees_one_state(engine: Engine, flow: str) -> None:
    with writing(engine) as conn:
        _publish(conn, flow, 1.0)
    with reading(engine) as conn:
        before = releases.last_release(conn, flow_ref(flow))
        with writing(engine) as other:
            _publish(other, flow, 2.0)
        assert releases.last_release(conn, flow_ref(flow)) == before
        assert [
            r[6] for r in observations(list(series.batches(conn, DataQuery(), schema_of(SMALL), flow_ref(flow))))
        ] == [1]


def _publish(conn: object, flow: str, value: float, name: str = "d", area: str = "GB") -> int:
    rows = [{"FREQ": "A", "REF_AREA": area, "B@D$-1": "_T", "TIME_PERIOD": "2018", "OBS_VALUE": value}]
    made = series.publish(
        conn,  # type: ignore[arg-type]
        dataset(SMALL, rows),
        schema_of(SMALL),
        dataflow=flow_ref(flow),
        provider="P",
        dataset_id=name,
    )
    return made.number


def test_publishers_take_turns(engine: Engine, flow: str) -> None:
    """Four at once: every number is given once, and of those that claim the same series one wins."""
    done: list[int] = []
    refused: list[Conflict] = []

    def work(who: int) -> None:
        for turn in range(3):
            with writing(engine) as conn:
                done.append(_publish(conn, flow, turn, f"d{who}", f"A{who}"))
        try:
            with writing(engine) as conn:
                done.append(_publish(conn, flow, 0.0, f"e{who}", "SAME"))
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(set(done)), len(refused)) == (13, 3)
    with reading(engine) as conn:
        made = releases.latest(conn, dataflow=flow_ref(flow))
    assert [r.number for r in made] == sorted(done, reverse=True)
    assert sorted(made, key=lambda r: r.published_at, reverse=True) == made


_KILLED = """
import os, signal, sys
sys.path.insert(0, {here!r})
from store_words import *
from dataexchange.store import publish, releases, series
from dataexchange.store.database import open_database, writing

def die(*args, **words):
    os.kill(os.getpid(), signal.SIGKILL)

point = {point!r}
if point == "commit":
    insert = releases.insert
    releases.insert = lambda *words: (insert(*words), die())
else:
    setattr(publish, point, die)
rows = [{{"FREQ": "A", "REF_AREA": f"A{{i}}", "B@D$-1": "_T", "TIME_PERIOD": "2018", "OBS_VALUE": 9.0}} for i in range(3000)]
with writing(open_database({url!r})) as conn:
    series.publish(conn, dataset(SMALL, rows), schema_of(SMALL), dataflow=flow_ref({flow!r}), provider="P", dataset_id="d")
"""


@pytest.mark.parametrize("point", ["_close", "insert_rows", "_count", "commit"])
def test_a_killed_publisher_leaves_the_earlier_state(engine: Engine, database_url: str, flow: str, point: str) -> None:
    with writing(engine) as conn:
        before = _publish(conn, flow, 1.0)
    code = _KILLED.format(here=str(_HERE), point=point, url=database_url, flow=flow)
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with writing(engine) as conn:
        assert _last(conn, flow) == before
        assert [
            r[6] for r in observations(list(series.batches(conn, DataQuery(), schema_of(SMALL), flow_ref(flow))))
        ] == [1]
        after = _publish(conn, flow, 2.0)
    with reading(engine) as conn:
        assert _last(conn, flow) == after


def _last(conn: object, flow: str) -> int | None:
    found = releases.last_release(conn, flow_ref(flow))  # type: ignore[arg-type]
    return found.number if found else None


@pytest.mark.parametrize("url", ["mysql://host/x", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused_with_the_forms_that_work(url: str) -> None:
    with pytest.raises(InvalidRequest, match=r"DATAEXCHANGE_DATABASE_URL.*sqlite:///"):
        open_database(url)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(InvalidRequest) as raised:
        open_database("postgres//user:secret@host/x")
    assert "secret" not in str(raised.value)


def test_a_database_that_does_not_answer_is_unreachable(tmp_path: Path) -> None:
    nobody = open_database("postgresql+psycopg://nobody@127.0.0.1:1/x?connect_timeout=2")
    with pytest.raises(Unreachable, match="check that it runs"):
        migrate(nobody)
    with pytest.raises(Unreachable), reading(nobody) as conn:
        conn.execute(text("SELECT 1"))
    nobody.dispose()


def test_what_trying_again_cannot_help_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"this is no database, " * 100)
    engine = open_database(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(Unreadable, match=r"not a database.*restore it"):
        migrate(engine)
    engine.dispose()


def test_a_wrong_statement_is_not_called_unreachable(engine: Engine) -> None:
    with pytest.raises(Exception, match="no_such_table") as raised, reading(engine) as conn:
        conn.execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(raised.value, Unreachable)


def test_readers_cannot_write_in_postgresql(postgresql_url: str) -> None:
    """SQLite keeps no such promise, and nothing relies on it."""
    engine = open_database(postgresql_url)
    migrate(engine)
    with pytest.raises(Exception, match="read-only"), reading(engine) as conn:
        _publish(conn, "F", 1.0)
    engine.dispose()
