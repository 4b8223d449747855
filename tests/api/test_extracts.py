"""`Prefer: respond-async`: an answer made as a file, fetched whole and in ranges."""

from __future__ import annotations

import gzip
import os
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_exchange import CLIENT, CSV, FIGURES, LOCAL, V1, V2, Server, new_exchange, publish, serve

from dataexchange.api.remake import remake
from dataexchange.door.exchange import Exchange
from dataexchange.store import extracts, files
from dataexchange.store.database import reading, writing
from dataexchange.worker.extract import Extracting, clear, take
from dataexchange.worker.shift import Shift

ASYNC = {"Prefer": "respond-async", "Accept": CSV}


class Place:
    """A server with a limit of ten observations, and a worker that works when it is told to."""

    def __init__(self, server: Server, home: Path) -> None:
        self.server, self.home = server, home
        self.extracting = Extracting(partial(remake, Exchange(server.engine, home)), timedelta(hours=1), 10**6)

    def ask(self, query: str = V2, **headers: str) -> httpx.Response:
        return self.server.get(query, **{**ASYNC, **headers})

    def work(self, **changed: Any) -> int:
        n = 0
        while take(self.server.engine, self.home, Shift(), replace(self.extracting, **changed)):
            n += 1
        return n

    def ready(self, query: str = V2, **headers: str) -> dict[str, Any]:
        """The document of an extract that is made."""
        asked = self.ask(query, **headers)
        assert asked.status_code == 202, asked.text
        self.work()
        told = CLIENT.get(asked.headers["location"])
        assert told.json()["state"] == "ready", told.text
        return told.json()

    def fetch(self, document: dict[str, Any], **headers: str) -> httpx.Response:
        return self.server.get(document["links"]["data"].removeprefix(self.server.url), **headers)

    def change(self, document: dict[str, Any], **values: Any) -> None:
        with writing(self.server.engine) as conn:
            conn.execute(extracts.extracts.update().where(extracts.extracts.c.id == document["id"]).values(**values))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    more = {}
    if request.param == "postgresql":
        more["database_url"] = request.getfixturevalue("own_postgresql_url")
    for server in serve(new_exchange(tmp_path, max_observations=10, max_waiting_extracts=3, **more)):
        yield Place(server, tmp_path)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, dict[str, Any], bytes]]:
    """An extract that is ready, and its bytes."""
    home = tmp_path_factory.mktemp("made")
    for server in serve(new_exchange(home)):
        place = Place(server, home)
        yield place, place.ready(), server.get(V2, Accept=CSV).content


@pytest.mark.conformance("http", "respond-async", "A job that is polled; its file with a checksum")
def test_from_the_question_to_the_file(place: Place) -> None:
    """It says at once where to ask, and when; it lifts the limit of what an answer may have."""
    assert place.server.get(V2, Accept=CSV).status_code == 413
    asked = place.ask()
    assert asked.status_code == 202
    assert asked.headers["preference-applied"] == "respond-async"
    assert asked.headers["retry-after"] == "1"
    assert "Prefer" in asked.headers["vary"]
    location = asked.headers["location"]
    assert location.startswith(f"{place.server.url}/api/v1/extracts/")
    waiting = CLIENT.get(location)
    assert (waiting.status_code, waiting.headers["retry-after"]) == (200, "1")
    assert waiting.json() == asked.json()
    assert (waiting.json()["state"], waiting.json()["links"]["data"]) == ("waiting", None)
    assert waiting.json()["links"]["query"] == place.server.url + V2
    early = CLIENT.get(f"{location}/data")
    assert (early.status_code, early.headers["content-type"]) == (409, "application/problem+json")
    assert place.work() == 1
    document = CLIENT.get(location).json()
    file = place.fetch(document)
    assert file.status_code == 200
    assert file.headers["content-type"] == document["media_type"] == CSV
    assert len(file.text.splitlines()) - 1 == sum(len(values) for values in FIGURES.values())
    assert document["sha256"] == sha256(file.content).hexdigest()
    assert document["bytes"] == len(file.content)
    assert file.headers["repr-digest"] == f"sha-256=:{b64encode(sha256(file.content).digest()).decode()}:"
    assert file.headers["etag"] == f'"{document["sha256"]}"'
    assert file.headers["content-length"] == str(len(file.content))
    assert "attachment" in file.headers["content-disposition"]


@pytest.mark.conformance("http", "respond-async", "The file is the answer, in any format")
@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (f"{V2}/A.N.*.GB_BRS?lastNObservations=2", "application/vnd.sdmx.data+json;version=2.0.0"),
        (f"{V2}?format=xml", "*/*"),
        (f"{V1}?detail=serieskeysonly", "application/vnd.sdmx.structurespecificdata+xml;version=2.1"),
        (f"{V2}?c[SEX]=F", "application/vnd.sdmx.data+csv;version=2.0.0;labels=both"),
    ],
)
def test_the_file_is_what_would_be_answered(place: Place, query: str, accept: str) -> None:
    answer = place.server.get(query, Accept=accept, Accept_Language="en")
    document = place.ready(query, Accept=accept, Accept_Language="en")
    if answer.status_code == 200:
        assert place.fetch(document).content == answer.content
        assert document["media_type"] == answer.headers["content-type"]
    else:
        assert answer.status_code == 413


def test_the_same_question_is_the_same_extract(place: Place) -> None:
    first = place.ask()
    assert place.ask(Prefer="wait=5, Respond-Async").headers["location"] == first.headers["location"]
    assert place.ask(Accept="*/*").headers["location"] != first.headers["location"]
    place.work()
    again = place.ask()
    assert again.json()["state"] == "ready"
    assert again.headers["location"] == first.headers["location"]
    assert "retry-after" not in again.headers
    publish(place.server.engine, LOCAL, {("GB_BRS", "SL_TLF_UEM", "F"): [1.0]}, "BRISTOL")
    later = place.ask()
    assert later.headers["location"] != first.headers["location"]
    assert place.fetch(again.json()).status_code == 200, "what was made stays as it was"
    place.work()
    assert place.fetch(CLIENT.get(later.headers["location"]).json()).text.count("\n") == 2


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        (f"{V2}?bogus=1", {}, 400),
        (f"{V2}?c[NONE]=1", {}, 400),
        (f"{V2}?c[SEX]=X", {}, 404),
        (V2, {"Accept": "image/png"}, 406),
        ("/sdmx/v2/data/dataflow/DX/NONE", {}, 404),
    ],
)
def test_what_is_wrong_with_a_query_is_said_at_once(
    place: Place, query: str, headers: dict[str, str], status: int
) -> None:
    assert place.ask(query, **headers).status_code == status
    assert place.work() == 0


def test_where_it_does_not_apply(place: Place) -> None:
    tag = place.server.get(f"{V2}?lastNObservations=1", Accept=CSV).headers["etag"]
    assert place.ask(f"{V2}?lastNObservations=1", If_None_Match=tag).status_code == 304
    assert place.server.get("/sdmx/v2/structure/dataflow", Prefer="respond-async").status_code == 200
    assert place.ask(Prefer='return=minimal; x="respond-async"').status_code == 413
    assert httpx.head(place.server.url + V2, headers=ASYNC).status_code == 413


def test_so_many_may_wait_for_one_caller(place: Place) -> None:
    for n in range(1, 4):
        assert place.ask(f"{V2}?lastNObservations={n}").status_code == 202
    assert place.ask(f"{V2}?lastNObservations=1").status_code == 202, "the same is no more"
    refused = place.ask(f"{V2}?lastNObservations=9", Accept="application/json")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["errors"][0]["code"] == 1429
    assert "3 extracts waiting" in refused.json()["errors"][0]["title"]
    place.work()
    assert place.ask(f"{V2}?lastNObservations=9").status_code == 202
    with reading(place.server.engine) as conn:
        rows = conn.execute(extracts.extracts.select()).all()
    assert {row.asked_by for row in rows if row.state == "ready"} == {None}, "who asked is forgotten"


def test_no_longer_kept(place: Place) -> None:
    """410 when its time is over, 404 when it is forgotten; asked for again it is made again."""
    document = place.ready()
    place.change(document, expires_at=datetime.now(UTC))
    for address in (document["links"]["self"], document["links"]["data"]):
        gone = CLIENT.get(address)
        assert (gone.status_code, gone.json()["status"]) == (410, 410)
    folder = extracts.folder(place.home)
    path = files.path_of(document["sha256"], folder)
    assert path.exists()
    old(path)
    assert clear(place.server.engine, place.home, place.extracting) == 1
    assert not path.exists()
    assert place.ask().json()["state"] == "waiting"
    place.work()
    assert place.fetch(document).status_code == 200
    place.change(document, ended_at=datetime.now(UTC) - timedelta(days=31))
    clear(place.server.engine, place.home, place.extracting)
    assert CLIENT.get(document["links"]["self"]).status_code == 404
    assert CLIENT.get(f"{place.server.url}/api/v1/extracts/0123456789abcdef/data").status_code == 404


def old(path: Path) -> None:

    hour_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    os.utime(path, (hour_ago, hour_ago))


def test_the_oldest_give_way(place: Place) -> None:
    documents = [place.ready(f"{V2}?lastNObservations={n}") for n in (1, 2, 3)]
    room = replace(place.extracting, most_bytes=documents[1]["bytes"] + documents[2]["bytes"])
    clear(place.server.engine, place.home, room)
    assert [CLIENT.get(d["links"]["self"]).status_code for d in documents] == [410, 200, 200]


def test_a_file_that_somebody_took_away(place: Place) -> None:
    document = place.ready()
    files.path_of(document["sha256"], extracts.folder(place.home)).unlink()
    assert place.fetch(document).status_code == 410


def test_an_extract_that_fails_says_why(place: Place) -> None:
    asked = place.ask()
    place.work(most_bytes=100)
    document = CLIENT.get(asked.headers["location"]).json()
    assert document["state"] == "failed"
    assert "100 bytes" in document["reason"]
    assert not list((extracts.folder(place.home) / "files").glob("part-*"))
    assert place.fetch({"links": {"data": f"{document['links']['self']}/data"}}).status_code == 409
    assert place.ask().json()["state"] == "waiting"
    assert place.work() == 1
    assert CLIENT.get(asked.headers["location"]).json()["state"] == "ready"


def test_data_that_went_meanwhile(place: Place) -> None:
    asked = place.ask(f"{V2}?c[SEX]=F")
    publish(place.server.engine, LOCAL, {("GB_BRS", "SL_TLF_UEM", "M"): [1.0]}, "BRISTOL")
    place.work()
    assert "no data" in CLIENT.get(asked.headers["location"]).json()["reason"]


def test_a_fault_of_ours_is_not_told(place: Place) -> None:
    def broken(_question: object) -> Any:
        raise RuntimeError("the secret of the house")

    asked = place.ask()
    place.work(make=broken)
    reason = CLIENT.get(asked.headers["location"]).json()["reason"]
    assert "secret" not in reason
    assert "name error" in reason


def test_a_disk_that_is_full_is_waited_for(place: Place) -> None:
    def full(_question: object) -> Any:
        raise OSError(28, "No space left on device")

    asked = place.ask()
    assert place.work(make=full) == 0
    assert CLIENT.get(asked.headers["location"]).json()["state"] == "waiting"
    assert place.work() == 1


def test_workers_that_die_over_it(place: Place) -> None:
    asked = place.ask()
    for _ in range(5):
        with writing(place.server.engine) as conn:
            assert extracts.claim(conn, timedelta(seconds=-1)) is not None
    place.work()
    assert "workers died" in CLIENT.get(asked.headers["location"]).json()["reason"]


def test_a_worker_that_lost_its_claim_changes_nothing(place: Place) -> None:
    document = place.ask().json()
    with writing(place.server.engine) as conn:
        lost = extracts.claim(conn, timedelta(seconds=-1))
        present = extracts.claim(conn, timedelta(minutes=1))
        assert lost is not None
        assert present is not None
        assert extracts.claim(conn, timedelta(minutes=1)) is None
        assert not extracts.finish(conn, lost, "0" * 64, 1, CSV, timedelta(1))
        assert not extracts.fail(conn, lost, "no")
        extracts.put_back(conn, lost)
        assert extracts.finish(
            conn, extracts.renew(conn, present, timedelta(minutes=2)), "0" * 64, 1, CSV, timedelta(1)
        )
    assert CLIENT.get(document["links"]["self"]).json()["state"] == "ready"


def test_a_worker_that_is_to_end_puts_it_back(place: Place) -> None:
    asked, shift = place.ask(), Shift()

    def slow(_question: object) -> tuple[str, Iterator[bytes]]:
        def blocks() -> Iterator[bytes]:
            yield b"a"
            shift.stopping.set()
            yield b"b"

        return CSV, blocks()

    assert not take(place.server.engine, place.home, shift, replace(place.extracting, make=slow))
    assert CLIENT.get(asked.headers["location"]).json()["state"] == "waiting"
    assert place.work() == 1


@pytest.mark.conformance("http", "Range", "Of extracts: 206 with the part")
@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=10-10", 10, 10), ("bytes=100-", 100, None), ("Bytes = 5-1000000", 5, None)],
)
def test_a_range(made: tuple[Place, dict[str, Any], bytes], wanted: str, first: int, last: int | None) -> None:
    place, document, whole = made
    last = len(whole) - 1 if last is None else last
    for part in (place.fetch(document, Range=wanted), place.fetch(document, Range=wanted, Accept_Encoding="gzip")):
        assert part.status_code == 206
        assert part.content == whole[first : last + 1]
        assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
        assert part.headers["content-length"] == str(last + 1 - first)
        assert part.headers["etag"] == f'"{document["sha256"]}"'
        assert part.headers["repr-digest"].startswith("sha-256=:")


def test_the_end_of_the_file(made: tuple[Place, dict[str, Any], bytes]) -> None:
    place, document, whole = made
    assert place.fetch(document, Range="bytes=-7").content == whole[-7:]
    everything = place.fetch(document, Range="bytes=-99999999")
    assert (everything.status_code, everything.content) == (206, whole)


@pytest.mark.conformance("http", "Range", "416 behind the end")
@pytest.mark.parametrize("wanted", ["bytes=9999999-", "bytes=-0", "bytes=9999999-99999999"])
def test_behind_the_end(made: tuple[Place, dict[str, Any], bytes], wanted: str) -> None:
    place, document, whole = made
    part = place.fetch(document, Range=wanted)
    assert (part.status_code, part.content) == (416, b"")
    assert part.headers["content-range"] == f"bytes */{len(whole)}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "lines=1-2", "bytes=5-2", "bytes=-", "bytes=a-b", "0-5"])
def test_what_is_answered_whole(made: tuple[Place, dict[str, Any], bytes], wanted: str) -> None:
    place, document, whole = made
    part = place.fetch(document, Range=wanted)
    assert (part.status_code, part.content) == (200, whole)
    assert part.headers["accept-ranges"] == "bytes"


def test_if_range(made: tuple[Place, dict[str, Any], bytes]) -> None:
    place, document, whole = made
    file = place.fetch(document)
    for same in (file.headers["etag"], file.headers["last-modified"]):
        assert place.fetch(document, Range="bytes=3-", If_Range=same).status_code == 206
    for other in ('"other"', f"W/{file.headers['etag']}", "Sat, 01 Jan 2000 00:00:00 GMT"):
        part = place.fetch(document, Range="bytes=3-", If_Range=other)
        assert (part.status_code, part.content) == (200, whole)


def test_unchanged(made: tuple[Place, dict[str, Any], bytes]) -> None:
    place, document, _ = made
    tag = place.fetch(document).headers["etag"]
    for sent in (tag, f'"x", W/{tag}', "*"):
        again = place.fetch(document, If_None_Match=sent, Range="bytes=0-1")
        assert (again.status_code, again.content) == (304, b"")


def test_head_and_coding(made: tuple[Place, dict[str, Any], bytes]) -> None:
    _place, document, whole = made
    head = httpx.head(document["links"]["data"], headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(whole)))
    with httpx.stream("GET", document["links"]["data"], headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["etag"] == f'"{document["sha256"]}-gzip"'
        assert "repr-digest" not in answer.headers
    assert gzip.decompress(packed) == whole


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_parts_are_the_whole(made: tuple[Place, dict[str, Any], bytes], data: st.DataObject) -> None:
    place, document, whole = made
    cuts = sorted({0, len(whole), *data.draw(st.lists(st.integers(0, len(whole)), max_size=4))})
    spans = list(pairwise(cuts))
    parts = [place.fetch(document, Range=f"bytes={first}-{end - 1}").content for first, end in spans]
    assert b"".join(parts) == whole
