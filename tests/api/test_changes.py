"""`/api/v1/changes`: the feed misses nothing, repeats nothing, and costs nothing when nothing has happened."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from small_exchange import CSV, FIGURES, LOCAL, NATIONAL, Server, new_exchange, publish, serve, values

from dataexchange.store import series
from dataexchange.store.database import open_database, writing

CHANGES = "/api/v1/changes"


def page(server: Server, after: str = "", **parameters: Any) -> dict[str, Any]:
    answer = httpx.get(server.url + CHANGES, params={"after": after, **parameters})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def withdraw(server: Server) -> None:
    with writing(server.engine) as conn:
        series.withdraw(conn, dataflow=LOCAL, provider="BRISTOL", dataset_id="BRISTOL/figures", note="wrong year")


def test_published_revised_withdrawn_and_published_again(own_server: Server) -> None:
    publish(own_server.engine, LOCAL, {**FIGURES, ("GB_BRS", "SL_TLF_UEM", "F"): [1.0]}, "BRISTOL")
    withdraw(own_server)
    publish(own_server.engine, LOCAL, FIGURES, "BRISTOL")
    found = page(own_server)
    kinds = [(c["release"], c["kind"], c["provider"]) for c in found["changes"]]
    assert kinds == [
        (1, "published", "BRISTOL"),
        (2, "published", "ONS"),
        (3, "revised", "BRISTOL"),
        (4, "withdrawn", "BRISTOL"),
        (5, "published", "BRISTOL"),
    ]
    first, *_, withdrawn, last = found["changes"]
    assert (first["series_added"], first["observations"], first["dataflow"]) == (4, 12, LOCAL.short)
    assert (withdrawn["note"], withdrawn["series_closed"], withdrawn["observations"]) == ("wrong year", 4, 0)
    assert (found["next"][:2], found["more"], found["published_at"]) == ("5-", False, last["published_at"])
    # From the middle, each is still what it was.
    assert page(own_server, after="2")["changes"] == found["changes"][2:]
    assert httpx.get(first["links"]["release"]).json()["number"] == 1


def test_the_link_to_the_data_tells_what_changed(own_server: Server) -> None:
    publish(own_server.engine, LOCAL, {**FIGURES, ("GB_BRS", "SL_TLF_UEM", "F"): [1.0, 4.5]}, "BRISTOL")
    *_, revision = page(own_server)["changes"]
    answer = httpx.get(revision["links"]["data"], headers={"Accept": CSV})
    assert values(answer) == {("SL_TLF_UEM", "F", "2015"): "1"}


def test_pages(own_server: Server) -> None:
    for value in range(5):
        publish(own_server.engine, LOCAL, {("GB_BRS", "SL_TLF_UEM", "F"): [float(value)]}, "BRISTOL")
    whole = page(own_server)["changes"]
    read: list[dict[str, Any]] = []
    cursor, more = "", True
    while more:
        found = page(own_server, after=cursor, limit=3)
        assert found["published_at"] == found["changes"][-1]["published_at"]
        read += found["changes"]
        cursor, more = found["next"], found["more"]
    assert read == whole
    assert len(read) == 7
    end = page(own_server, after=cursor)
    assert (end["changes"], end["next"], end["more"]) == ([], cursor, False)
    assert end["published_at"] == read[-1]["published_at"]


def test_one_dataflow(own_server: Server) -> None:
    found = page(own_server, dataflow=NATIONAL.short)
    assert [c["provider"] for c in found["changes"]] == ["ONS"]
    assert not found["more"]
    tag = httpx.get(f"{own_server.url}{CHANGES}?after=2&dataflow={NATIONAL.short}").headers["etag"]
    publish(own_server.engine, LOCAL, {("GB_BRS", "SL_TLF_UEM", "F"): [1.0]}, "BRISTOL")
    assert own_server.get(f"{CHANGES}?after=2&dataflow={NATIONAL.short}", If_None_Match=tag).status_code == 304
    publish(own_server.engine, NATIONAL, {("GB", "EN_ATM_PM25", "_T"): [12.5]}, "ONS")
    after = own_server.get(f"{CHANGES}?after=2&dataflow={NATIONAL.short}", If_None_Match=tag)
    assert [c["release"] for c in after.json()["changes"]] == [4]
    assert page(own_server, dataflow="DX:DF_NOT_THERE(1.0.0)")["changes"] == []


def test_nothing_new_is_a_304(own_server: Server) -> None:
    first = own_server.get(f"{CHANGES}?after=2")
    tag = first.headers["etag"]
    again = own_server.get(f"{CHANGES}?after=2", If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert own_server.get(f"{CHANGES}?after=1", If_None_Match=tag).status_code == 200
    # A date says too little: two releases may come within a second.
    modified = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert own_server.get(f"{CHANGES}?after=2", If_Modified_Since=modified).status_code == 200
    publish(own_server.engine, LOCAL, {("GB_BRS", "SL_TLF_UEM", "F"): [1.0]}, "BRISTOL")
    assert len(own_server.get(f"{CHANGES}?after=2", If_None_Match=tag).json()["changes"]) == 1


@pytest.mark.parametrize(
    ("after", "status"), [("x", 400), ("-1", 400), ("²", 400), ("3", 409), ("2-1", 409), ("2-", 400), ("9" * 18, 409)]
)
def test_cursors_of_another_kind(server: Server, after: str, status: int) -> None:
    answer = httpx.get(server.url + CHANGES, params={"after": after})
    assert answer.status_code == status
    assert "after" in answer.json()["detail"]


def test_an_exchange_without_releases(own_server: Server) -> None:
    found = page(own_server, dataflow="DX:DF_NOT_THERE(1.0.0)")
    assert found == {"changes": [], "rechecks": [], "next": "0", "published_at": None, "more": False}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_follower_misses_nothing_while_others_publish(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Two publishers at once; whoever follows reads every number once, in order."""
    more = {"database_url": request.getfixturevalue("own_postgresql_url")} if database == "postgresql" else {}
    settings = new_exchange(tmp_path, **more)

    def work(area: str) -> None:
        engine = open_database(settings.database_url)
        for value in range(15):
            publish(engine, LOCAL, {(area, "EN_ATM_PM25", "F"): [float(value)]}, area)
        engine.dispose()

    for server in serve(settings):
        threads = [Thread(target=work, args=(area,)) for area in ("GB_BRS_E05010885", "GB_BRS_E05010886")]
        for thread in threads:
            thread.start()
        read: list[int] = []
        cursor = ""
        while any(thread.is_alive() for thread in threads) or len(read) < 32:
            found = page(server, after=cursor, limit=4)
            read += [c["release"] for c in found["changes"]]
            cursor = found["next"]
        assert read == list(range(1, 33))
