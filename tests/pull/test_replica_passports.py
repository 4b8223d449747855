"""A replica carries the passports of what it holds: found again by their hashes, revised and withdrawn with their data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from people import LOCAL, People, people_at
from typer.testing import CliRunner

from dataexchange.cli import app
from dataexchange.model.replica import HeldPassports
from dataexchange.model.submission import Release, Status, Submission
from dataexchange.remote import exchange, exchange_passports
from dataexchange.remote.node import Node
from dataexchange.store import passports, releases, submissions
from dataexchange.store.database import writing
from dataexchange.workflow import pull as verb
from dataexchange.workflow.follow import nothing_new
from dataexchange.workflow.pull import Pulled
from dataexchange.workflow.replica import locked, read_replica

FLOW = LOCAL.short
FUTURE = b"Year,Area,Value\n2019,,4.5\n2031,,5\n2032,,6\n"
OTHER = b"Year,Area,Value\n2019,,150\n"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with people_at(tmp_path / "home") as found:
        yield found


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Two releases of a city that has given a reason, and one of a city whose office has waived an error."""
    with people_at(tmp_path_factory.mktemp("home")) as found:
        published(found, FUTURE, "planned")
        published(found, b"Year,Area,Value\n2020,,5.25\n")
        made = found.sent("other city", OTHER)
        assert found.worked(made) == "returned"
        path = f"/api/v1/submissions/{made}"
        assert found.post("other city", f"{path}/publication").status_code == 202
        said = {"statements": [{"rule": "RNG-PERCENT", "reason": "commuters count"}]}
        assert found.post("office", f"{path}/waivers", json=said).status_code == 200
        assert found.post("office", f"{path}/acceptance").status_code == 202
        assert found.worked(made) == "published"
        yield found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that a pull asks, but for those of data and structures."""
    found: list[str] = []
    for module in (exchange, exchange_passports):
        plain = module.call

        def noted(method: str, url: str, *, _plain: Any = plain, **more: Any) -> Any:
            found.append(url.partition("/api/v1/")[2])
            return _plain(method, url, **more)

        monkeypatch.setattr(module, "call", noted)
    return found


def pulled(people: People, folder: Path) -> Pulled | None:
    node = Node(people.server.url)
    with locked(folder):
        replica = read_replica(folder, node.url)
        return None if nothing_new(folder, node, replica) else verb.pull(folder, node, replica)


def file_of(folder: Path) -> Path | None:
    state = json.loads((folder / "replica.json").read_text())
    told = state["dataflows"][FLOW]["passports"]["file"]
    return folder / told if told else None


def held(folder: Path) -> list[dict[str, Any]]:
    """As a harvester reads it, by the recipe of docs/passport.md; no file but the one that counts."""
    file = file_of(folder)
    assert list(folder.rglob("*.jsonl")) == ([file] if file else [])
    assert not list(folder.rglob("*.part"))
    if file is None:
        return []
    found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for passport in found:
        kept = {name: value for name, value in passport.items() if name != "hash"}
        text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == passport["hash"]
    return found


def published(people: People, table: bytes, reason: str | None = None) -> int:
    """By the city; its release."""
    made = people.sent("city", table, publish="true")
    status = people.worked(made)
    if reason is not None:
        assert status == "checked"
        said = {"statements": [{"rule": "RNG-FUTURE", "reason": reason}]}
        path = f"/api/v1/submissions/{made}"
        assert people.post("city", f"{path}/reasons", json=said).status_code == 200
        assert people.post("city", f"{path}/publication").status_code == 202
        status = people.worked(made)
    assert status == "published"
    return int(people.get(None, f"/api/v1/submissions/{made}").json()["release"])


def test_they_come_are_added_to_replaced_and_withdrawn(people: People, tmp_path: Path, asked: list[str]) -> None:
    folder = tmp_path / "replica"
    first = published(people, FUTURE, "eine Schätzung – „geprüft“")
    done = pulled(people, folder)
    assert done
    assert [(p.count, p.explained, p.waived, p.left_out) for p in done.passports] == [(1, 2, 0, 0)]
    (passport,) = held(folder)
    assert passport["reasons"][0]["text"] == "eine Schätzung – „geprüft“"
    told = people.get(None, f"/api/v1/releases/{first}/passport").json()
    assert passport == {name: value for name, value in told.items() if name != "series"}
    asked.clear()
    assert pulled(people, folder) is None
    assert asked == [], "one glance at the changes, and nothing of passports"

    second = published(people, b"Year,Area,Value\n2020,,5.25\n")  # what stood stays
    killed_before_the_state_is_written(people, folder)
    file = file_of(folder)
    assert file
    assert [json.loads(line)["release"] for line in file.read_text().splitlines()] == [first], "the old state stands"
    asked.clear()
    pulled(people, folder)
    assert [passport["release"] for passport in held(folder)] == [first, second]
    assert [a for a in asked if "/passport?" in a] == [f"releases/{second}/passport?limit=1"], "the first is held"

    third = published(people, b"Year,Area,Value\n2019,,4.5\n2020,,5\n2031,,6\n2032,,6.5\n")  # its reasons are carried
    pulled(people, folder)
    assert [passport["release"] for passport in held(folder)] == [third], "nothing rests on the others"

    withdrawn = people.get(None, f"/api/v1/releases/{third}").json()["submission"]
    assert (
        people.post("city", f"/api/v1/submissions/{withdrawn}/withdrawal", json={"reason": "wrong"}).status_code == 200
    )
    done = pulled(people, folder)
    assert done
    assert held(folder) == []
    assert done.passports == ()


def killed_before_the_state_is_written(people: People, folder: Path) -> None:
    plain = verb.bring_passports

    def dying(*words: Any) -> HeldPassports:
        plain(*words)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verb, "bring_passports", dying)
        with pytest.raises(KeyboardInterrupt):
            pulled(people, folder)


def test_the_summary_says_by_whose_word_things_stand(standing: People, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    answer = CliRunner().invoke(app, ["pull", standing.server.url, "--into", str(folder)])
    assert answer.exit_code == 0, answer.output
    told = f" in {folder}; 2 warnings explained by their cities, 1 error waived, in {file_of(folder)}"
    assert answer.stdout.rstrip().endswith(told)
    assert [one["waivers"][0]["text"] for one in held(folder) if one["waivers"]] == ["commuters count"]


def test_one_that_is_not_what_its_hash_says_is_left_out_and_told(standing: People, tmp_path: Path) -> None:
    folder = tmp_path / "replica"

    def turned(one: str, other: str) -> None:
        with writing(standing.engine) as conn:
            conn.exec_driver_sql(f"UPDATE passports SET document = replace(document, '{one}', '{other}')")

    turned("planned", "forged")
    try:
        answer = CliRunner().invoke(app, ["pull", standing.server.url, "--into", str(folder)])
    finally:
        turned("forged", "planned")
    assert answer.exit_code == 0, "the observations come all the same"
    assert answer.stdout.rstrip().endswith("; 1 passport left out: not as the source lists them, or too large")
    assert len(held(folder)) == 2
    assert pulled(standing, folder) is None


def test_of_many_releases_only_what_stands_is_asked_for(standing: People, tmp_path: Path, asked: list[str]) -> None:
    with writing(standing.engine) as conn:
        for n in range(300):
            replaced(conn, f"s{n}", Status.REPLACED if n else Status.WITHDRAWN)
    pulled(standing, tmp_path / "replica")
    assert len(held(tmp_path / "replica")) == 3
    assert sum("/passport?" in address for address in asked) == 3
    assert sum(address.startswith("passports?") for address in asked) == 3, "a page for each dataflow, and its end"


def replaced(conn: Any, name: str, status: Status) -> None:
    """A release of long ago with a passport, of which nothing stands."""
    then = datetime(2026, 1, 1, tzinfo=UTC)
    submission = Submission(
        id=name,
        status=status,
        received_at=then,
        file_name="a.csv",
        file_hash="0" * 64,
        mapping_name=None,
        mapping_hash=None,
        provider="BRISTOL",
        dataflow=LOCAL,
        dataset="bristol/old",
    )
    submissions.insert(conn, submission)
    number = releases.next_number(conn)
    release = Release(
        number=number,
        published_at=releases.next_time(conn, None),
        dataflow=LOCAL,
        provider="BRISTOL",
        dataset="bristol/old",
        submission=name,
        file_hash=None,
        mapping_hash=None,
        report_hash=None,
    )
    releases.insert(conn, release)
    passports.keep(conn, number, {"release": number, "dataflow": LOCAL.short, "findings": []})


def test_an_exchange_that_lists_none_is_followed_as_before(
    standing: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one of an older version, which has no such address."""
    folder = tmp_path / "replica"
    with monkeypatch.context() as older:
        older.setattr(Node, "passports", lambda self, flow, after: f"{self.url}/api/v1/no-passports")
        done = pulled(standing, folder)
        assert done
        assert (done.passports, done.rows > 0) == ((), True)
        assert held(folder) == []
        assert pulled(standing, folder) is None


def test_a_replica_of_before_passports_asks_for_them_once(standing: People, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    pulled(standing, folder)
    state = json.loads((folder / "replica.json").read_text())
    for flow in state["dataflows"].values():
        del flow["passports"]
    (folder / "replica.json").write_text(json.dumps(state))
    done = pulled(standing, folder)
    assert done
    assert (done.came, len(held(folder))) == (0, 3)
    assert pulled(standing, folder) is None


def test_a_file_of_passports_that_went_missing_or_broke_comes_again(standing: People, tmp_path: Path) -> None:
    folder = tmp_path / "replica"
    pulled(standing, folder)
    file = file_of(folder)
    assert file
    whole = file.read_bytes()
    for damaged in (None, whole[:100], whole.replace(b"planned", b"forgeddd"), b"[1]\n{}\n\xff"):
        if damaged is None:
            file.unlink()
        else:
            file.write_bytes(damaged)
        assert pulled(standing, folder), "noticed although nothing is new"
        assert sorted(file.read_bytes().splitlines()) == sorted(whole.splitlines())
        assert pulled(standing, folder) is None
