"""`backup` and `restore`: the same exchange in another place, or nothing at all."""

from __future__ import annotations

import io
import random
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Any

import orjson
import pytest
from forked import ROOT
from place import WARDS, Place, table
from sqlalchemy import inspect, text

from dataexchange.cli import operating
from dataexchange.cli.demonstration import load
from dataexchange.cli.session import session
from dataexchange.errors import Conflict, ExchangeError, Unreadable
from dataexchange.messages.media import DATA_V2
from dataexchange.messages.negotiation import negotiate
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.access import Scope
from dataexchange.model.harvest import Answered, Outcome
from dataexchange.model.query import DataQuery
from dataexchange.model.structure import Kind, Ref
from dataexchange.store import audit, files, harvests, migration, releases, series, structures, submissions
from dataexchange.store.backup import kept_files
from dataexchange.store.database import Engine, open_database, reading, writing
from dataexchange.worker import take_waiting
from dataexchange.workflow import archive, backup

FLOWS = ("DF_SDG_LOCAL", "DF_SDG_NATIONAL")
LOCAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")


@pytest.fixture
def places(tmp_path: Path, own_postgresql_url: str) -> Iterator[tuple[Place, Place, Place]]:
    """SQLite, PostgreSQL, SQLite."""
    found = [
        Place(tmp_path / name / "home", url) for name, url in (("a", None), ("b", own_postgresql_url), ("c", None))
    ]
    for place in found:
        place.home.parent.mkdir()
    yield found[0], found[1], found[2]
    for place in found:
        place.end()


def answers(place: Place, key: str) -> dict[str, str]:
    """What a client sees: present and past, provenance, reports, and what a key opens."""
    server = place.serve()
    said = place.get("/api/v1/releases").json()
    found = {"releases": orjson.dumps(said).decode().replace(place.url, "")}
    for flow in FLOWS:
        data = f"/sdmx/v2/data/dataflow/DX/{flow}/1.0.0/*?format=csv"
        # The national series came in one release: its history says it all.
        moments = [r["published_at"] for r in said if r["number"] > 1] if flow == "DF_SDG_LOCAL" else []
        for more in ["", "&includeHistory=true", *(f"&asOf={moment}" for moment in moments)]:
            found[flow + more] = place.get(data + more).text
    for release in said:
        if release["submission"]:
            report = place.get(f"/api/v1/submissions/{release['submission']}/report")
            assert report.status_code == 200
            found[release["submission"]] = report.text
    mine = place.get("/api/v1/submissions", key)
    assert mine.status_code == 200, mine.text
    found["mine"] = mine.text.replace(place.url, "")
    server.kill()
    return found


def test_from_sqlite_to_postgresql_and_back(places: tuple[Place, Place, Place], tmp_path: Path) -> None:
    first, second, third = places
    with session(first.settings) as here:
        load(here, ROOT, lambda _step: None)
        key = first.key(here.engine, "BRISTOL", Scope.SUBMIT)
        for offset in (0.25, 0.75):
            first.receive(here.engine, "wards", table(*WARDS[:3], offset=offset))
            take_waiting(here.engine, first.home)

    whole = answers(first, key)
    first("backup", tmp_path / "first.zip")
    said = second("restore", tmp_path / "first.zip")
    assert "up to release 9" in said
    assert "1 keys are valid" in said
    assert answers(second, key) == whole
    second("backup", tmp_path / "second.zip")
    third("restore", tmp_path / "second.zip")
    assert answers(third, key) == whole

    for place in (second, third):
        with session(place.settings) as here:
            sent = place.receive(here.engine, "wards", table(*WARDS[:3], offset=0.5))
            take_waiting(here.engine, place.home)
            with reading(here.engine) as conn:
                assert submissions.get(conn, sent.id).status.value == "published"
                assert releases.latest(conn, limit=1)[0].number == 10
                entries = audit.entries(conn, limit=1000)
        assert entries[0].action == "submission.published"
        assert "exchange.restore" in [entry.action for entry in entries]


def csv(engine: Engine, as_of: datetime | None = None) -> bytes:
    media = negotiate(None, "csv", DATA_V2, DATA_V2[0])
    with reading(engine) as conn:
        schema = structures.schema(conn, LOCAL)
        batches = series.batches(conn, DataQuery(as_of=as_of), schema, LOCAL)
        return b"".join(WRITERS[media](schema, batches, WriteOptions(message_id="m", prepared=datetime.now(UTC))))


def backed_up(engine: Engine, home: Path, target: Path) -> backup.Counted:
    with archive.writing_archive(target) as writer:
        with reading(engine) as conn:
            tables = backup.back_up_tables(conn, writer)
        return backup.back_up_files(tables, home, writer)


def restored(place: Path, backed_up: Path) -> Engine:
    """In process, on SQLite."""
    place.mkdir(parents=True, exist_ok=True)
    engine = open_database(f"sqlite:///{place}/exchange.db")
    try:
        with archive.reading_archive(backed_up) as reader, writing(engine) as conn:
            backup.restore(conn, place, reader, actor="test")
    except BaseException:
        with engine.connect() as conn:
            assert inspect(conn).get_table_names() == []
        engine.dispose()
        raise
    return engine


def test_while_others_publish(either: Place, tmp_path: Path) -> None:
    engine = either.open()
    stop, made = Event(), []

    def publish() -> None:
        n = 0
        while not stop.is_set():
            either.receive(engine, f"table-{n % 7}", table(*WARDS[n % 7 * 3 : n % 7 * 3 + 3], years=40, offset=n / 100))
            take_waiting(engine, either.home)
            n += 1
            made.append(n)

    thread = Thread(target=publish)
    thread.start()
    while len(made) < 8:
        time.sleep(0.02)
    either("backup", tmp_path / "live.zip")
    stop.set()
    thread.join()

    copy = restored(tmp_path / "copy", tmp_path / "live.zip")
    with reading(copy) as conn:
        there = releases.latest(conn, limit=1000)
        sent = submissions.latest(conn, limit=1000)
    with reading(engine) as conn:
        last = releases.get(conn, there[0].number)
        assert releases.latest(conn, limit=1)[0].number > last.number, "nothing was published meanwhile"
        assert [releases.get(conn, release.number) for release in there] == there
    assert there[0].number == len(there) >= 7
    assert csv(copy) == csv(engine, last.published_at)
    for submission in sent:
        assert (
            sha256(files.path_of(submission.file_hash, tmp_path / "copy").read_bytes()).hexdigest()
            == submission.file_hash
        )
    copy.dispose()
    engine.dispose()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A backup of a small exchange, and what it publishes."""
    place = Place(tmp_path_factory.mktemp("small") / "home")
    place.home.mkdir()
    engine = place.open()
    place.receive(engine, "wards", table(*WARDS[:5], years=30))
    take_waiting(engine, place.home)
    target = place.home.parent / "small.zip"
    backed_up(engine, place.home, target)
    found = csv(engine)
    engine.dispose()
    return target, found


def changed(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with its members changed, the manifest made to agree with what is left."""
    with zipfile.ZipFile(source) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)
    return target


def manifest(members: dict[str, bytes], **words: Any) -> None:
    members["manifest.json"] = orjson.dumps({**orjson.loads(members["manifest.json"]), **words})


def rewrite(members: dict[str, bytes], name: str, change: Callable[[list[Any]], None]) -> None:
    """The rows of a table changed by somebody who knows how a backup is made."""
    said = orjson.loads(members["manifest.json"])
    entry = next(entry for entry in said["tables"] if entry["name"].startswith(name))
    rows = [orjson.loads(line) for line in members[f"tables/{entry['name']}.jsonl"].splitlines()]
    for row in rows:
        change(row)
    content = b"".join(orjson.dumps(row) + b"\n" for row in rows)
    members[f"tables/{entry['name']}.jsonl"] = content
    entry |= {"sha256": sha256(content).hexdigest(), "size": len(content), "rows": len(rows)}
    members["manifest.json"] = orjson.dumps(said)


def kept(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("files/"))


FORGERIES: dict[str, tuple[str, Callable[[dict[str, bytes]], object]]] = {
    "no manifest": ("no manifest", lambda m: m.pop("manifest.json")),
    "another format": ("format '2'", lambda m: manifest(m, format=2)),
    "a manifest that says more": ("manifest cannot be read", lambda m: manifest(m, more=1)),
    "a newer version": ("0.9.0, whose tables .r0999", lambda m: manifest(m, revision="r0999", product="0.9.0")),
    "a table less": ("tables that its manifest names", lambda m: m.pop("tables/audit.jsonl")),
    "a file less": ("files and holds", lambda m: m.pop(kept(m))),
    "a file less, counted again": (
        "lacks 1 files that its tables name",
        lambda m: m.pop(kept(m)) and manifest(m, files=2),
    ),
    "a changed file": ("not what was written", lambda m: m.update({kept(m): b"other bytes"})),
    "a changed table": ("not what was written", lambda m: m.update({"tables/audit.jsonl": b"[]\n"})),
    "a way out": ("belongs into none", lambda m: m.update({"../../evil": b""})),
    "an absolute way out": ("belongs into none", lambda m: m.update({"/tmp/evil": b""})),
    "a folder for a file": ("belongs into none", lambda m: m.update({"files/": b""})),
    "a bomb": ("would grow", lambda m: m.update({"files/" + "a" * 64: b"\0" * (240 << 20)})),
    "a short row": ("no row", lambda m: rewrite(m, "audit", lambda row: row.pop())),
    "text for a number": ("none of that table", lambda m: rewrite(m, "releases", lambda row: row.__setitem__(0, "1"))),
    "a number for text": ("none of that table", lambda m: rewrite(m, "audit", lambda row: row.__setitem__(1, 5))),
    "bytes that are none": ("no row", lambda m: rewrite(m, "series_sdg", lambda row: row.__setitem__(-4, "ä"))),
    "a row twice": (
        "cannot be loaded",
        lambda m: rewrite(m, "submissions", lambda row: None) or twice(m, "submissions"),
    ),
    "a table of theirs": (
        "no name of a series table",
        lambda m: rewrite(m, "series_tables", lambda row: row.__setitem__(1, "api_keys")),
    ),
    "components that are none": (
        "cannot be made",
        lambda m: rewrite(m, "series_tables", lambda row: row.__setitem__(2, "[[[")),
    ),
    "other components": (
        "other columns",
        lambda m: rewrite(
            m, "series_tables", lambda row: row.__setitem__(2, '{"dimensions": ["FREQ"], "attributes": []}')
        ),
    ),
}


def twice(members: dict[str, bytes], name: str) -> None:
    said = orjson.loads(members["manifest.json"])
    entry = next(entry for entry in said["tables"] if entry["name"] == name)
    content = members[f"tables/{name}.jsonl"] * 2
    members[f"tables/{name}.jsonl"] = content
    entry |= {"sha256": sha256(content).hexdigest(), "size": len(content), "rows": entry["rows"] * 2}
    members["manifest.json"] = orjson.dumps(said)


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_not_as_it_was_written_is_refused(small: tuple[Path, bytes], tmp_path: Path, name: str) -> None:
    said, change = FORGERIES[name]
    forged = changed(small[0], tmp_path / "forged.zip", change)
    with pytest.raises((Unreadable, Conflict), match=said):
        restored(tmp_path / "home", forged)
    assert not (tmp_path.parent / "evil").exists()


def test_any_damage_is_noticed_or_does_no_harm(small: tuple[Path, bytes], tmp_path: Path) -> None:
    whole, published = small[0].read_bytes(), small[1]
    damaged = tmp_path / "damaged.zip"
    noticed = 0
    for n in range(40):
        content = bytearray(whole)
        if n % 2:
            del content[random.randrange(len(content)) :]
        else:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        damaged.write_bytes(content)
        try:
            engine = restored(tmp_path / f"home-{n}", damaged)
        except ExchangeError:
            noticed += 1
        else:
            assert csv(engine) == published, "damage in what was restored"
            engine.dispose()
    assert noticed >= 20


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all" * 100])
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(Unreadable, match=r"x\.zip is no backup"):
        restored(tmp_path / "home", tmp_path / "x.zip")


def test_only_into_an_empty_place(small: tuple[Path, bytes], place: Place, engine: Engine) -> None:
    assert "exchange in this database" in place("restore", small[0], code=2)
    engine.dispose()
    for path in place.home.glob("exchange.db*"):
        path.unlink()
    (place.home / "other.txt").write_text("sent by somebody else")
    files.keep(place.home / "other.txt", place.home)
    assert "files of an exchange" in place("restore", small[0], code=2)


def test_killed_at_any_moment(small: tuple[Path, bytes], either: Place) -> None:
    started = time.monotonic()
    Place(either.home.parent / "once")("restore", small[0])
    needed = time.monotonic() - started
    for step in range(3):
        process = either.begin("restore", small[0])
        time.sleep(needed * (0.4 + 0.6 * (step + random.random()) / 3))
        process.kill()
        engine = open_database(either.settings.database_url)
        with engine.connect() as conn:
            tables = set(inspect(conn).get_table_names())
        if tables:
            assert csv(engine) == small[1], "half an exchange"
            engine.dispose()
            return
        engine.dispose()
    either("restore", small[0])
    engine = open_database(either.settings.database_url)
    assert csv(engine) == small[1]
    engine.dispose()


def test_an_older_archive_is_brought_up_to_date(place: Place, tmp_path: Path) -> None:
    old = open_database(f"sqlite:///{tmp_path}/old.db")
    with writing(old) as conn:
        migration.upgrade(conn, "r0001")
        conn.execute(
            text(
                "INSERT INTO submissions (id, status, received_at, file_name, file_hash, provider, dataflow, dataset) VALUES "
                "('one', 'checked', '2026-01-01T00:00:00.000000Z', 'a.csv', :hash, 'BRISTOL', 'DX:DF(1.0.0)', 'bristol/a')"
            ),
            {"hash": "f" * 64},
        )
    counted = backed_up(old, place.home, tmp_path / "old.zip")
    old.dispose()
    assert counted.missing == ("f" * 64,)
    engine = restored(place.home, tmp_path / "old.zip")
    with reading(engine) as conn:
        found = submissions.get(conn, "one")
    engine.dispose()
    assert (found.status.value, found.sent_by, found.publish) == ("checked", "", False)


def test_kept_files_that_are_gone_are_told(place: Place, engine: Engine, tmp_path: Path) -> None:
    one = place.receive(engine, "a", table(WARDS[0]))
    files.path_of(one.file_hash, place.home).write_bytes(b"rot")
    told = place("backup", tmp_path / "a.zip", code=1)
    assert one.file_hash[:12] in told
    copy = Place(tmp_path / "copy" / "home")
    copy.home.mkdir(parents=True)
    again = copy("restore", tmp_path / "a.zip", code=1)
    assert "Restored from" in again
    assert one.file_hash[:12] in again
    there = copy.open()
    with reading(there) as conn:
        assert submissions.get(conn, one.id) == one
    there.dispose()


def test_a_backup_says_one_line(place: Place, engine: Engine, tmp_path: Path) -> None:
    """To whom it may concern is cron, which mails the rest; what a source calls its answers is no name of a file."""
    place.receive(engine, "a", table(WARDS[0]))
    answer = Answered(
        name="x/all",
        url=f"https://example.org/{'c' * 64}",
        status=200,
        sha256=files.keep(io.BytesIO(b"answer"), place.home),
        size=6,
        fetched_at=datetime.now(UTC),
        etag=f'"{"e" * 64}"',
    )
    with writing(engine) as conn:
        run = harvests.begin(conn, "x", timedelta(seconds=60), asked_by="test", facts={})
        harvests.conclude(conn, run, Outcome.FAILED, "no", facts={}, answers=[answer])
        assert answer.sha256 in kept_files(conn)
    said = place("backup", tmp_path / "a.zip")
    assert said.startswith("Written to")
    assert said.count("\n") == 1


def test_no_transaction_is_open_while_files_are_copied(
    place: Place, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader would keep SQLite's log from being put away, for as long as gigabytes take."""
    place.receive(engine, "a", table(WARDS[0]))
    busy: list[int] = []

    def look(digest: str, home: Path) -> Path:
        with closing(sqlite3.connect(place.home / "exchange.db", timeout=0.1)) as other:
            busy.append(other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
        return home / "files" / digest[:2] / digest

    monkeypatch.setattr(files, "path_of", look)
    monkeypatch.setenv("DATAEXCHANGE_HOME", str(place.home))
    operating.backup(tmp_path / "a.zip")
    assert busy == [0, 0]


def test_a_backup_is_whole_or_not_there(place: Place, engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "a.zip"
    place("backup", target)
    before = target.read_bytes()
    assert target.stat().st_mode & 0o077 == 0, "keys, hashed as they are, are nobody else's business"
    with writing(engine) as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = 'r0999'"))
    assert "newer version" in place("backup", target, code=2)
    assert target.read_bytes() == before
    assert list(tmp_path.glob("*.part")) == []


def test_no_exchange_no_backup(tmp_path: Path) -> None:
    place = Place(tmp_path / "none")
    assert "no exchange here" in place("backup", tmp_path / "a.zip", code=2)
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "a.zip").exists()


def test_sessions_and_secrets_stay_behind(place: Place, engine: Engine, tmp_path: Path) -> None:
    key = place.key(engine, "BRISTOL", Scope.SUBMIT)
    with writing(engine) as conn:
        from dataexchange.store import keys as kept_keys
        from dataexchange.workflow import keys

        found = kept_keys.find(conn, key.split("_")[1])
        assert found is not None
        token, _ = keys.open_session(conn, found)
    place("backup", tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as members:
        everything = b"".join(members.read(name) for name in members.namelist())
    assert key.split("_", 2)[2].encode() not in everything
    assert sha256(token.encode()).hexdigest().encode() not in everything
    assert key.split("_")[1].encode() in everything
