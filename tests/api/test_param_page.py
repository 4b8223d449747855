"""offset and limit: observations, or series where only series are asked for."""

from __future__ import annotations

import pytest
from small_exchange import CSV, V1, V2, Server, rows, values

JSON = "application/vnd.sdmx.data+json;version=2.0.0"


def whole(server: Server, query: str = "") -> list[tuple[str, ...]]:
    return [tuple(r.values()) for r in rows(server.get(f"{V2}?{query}", Accept=CSV))]


@pytest.mark.conformance(
    "v2 data", ["offset", "limit"], "Pages of any size are the whole, also of changes, history and sorted data"
)
@pytest.mark.parametrize(
    "query",
    [
        "",
        "c[TIME_PERIOD]=ge:2016",
        "c[OBS_VALUE]=ge:5",
        "lastNObservations=2",
        "updatedAfter=2011",
        "includeHistory=true",
        "asOf=2100",
        "sort=TIME_PERIOD:desc",
        "sort=SEX:desc",
        "sort=OBS_VALUE",
        "sort=SERIES:desc%2BTIME_PERIOD:desc&c[SEX]=_T",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 5, 100])
def test_pages_are_the_whole(server: Server, query: str, size: int) -> None:
    everything = whole(server, query)
    pages = [
        row
        for offset in range(0, len(everything), size)
        for row in whole(server, f"{query}&offset={offset}&limit={size}")
    ]
    assert pages == everything


@pytest.mark.conformance("v2 data", ["offset", "limit"], "Series count where only series are asked for")
def test_series_count_where_only_series_are_asked_for(server: Server) -> None:
    query = "attributes=none&measures=none"
    everything = whole(server, query)
    assert len(everything) == 4
    assert whole(server, f"{query}&offset=1&limit=2") == everything[1:3]
    assert whole(server, f"{query}&offset=3&limit=2") == everything[3:]
    assert server.get(f"{V2}?{query}&offset=4").status_code == 404


def test_in_a_message_of_series_a_series_may_begin_late(server: Server) -> None:
    """The first series has five observations: the page takes two of it and one of the next."""
    data = server.get(f"{V2}?offset=3&limit=3", Accept=JSON).json()["data"]
    (found,) = data["dataSets"]
    assert [len(s["observations"]) for s in found["series"].values()] == [2, 1]


def test_a_page_behind_the_end(server: Server) -> None:
    answer = server.get(f"{V2}?offset=12", Accept=JSON)
    assert answer.status_code == 404
    assert "page" in answer.text


@pytest.mark.conformance("v2 data", ["offset", "limit"], "400 for what is no number")
@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=a", "offset=-1", "offset=", "limit=1&limit=2"])
def test_slips(server: Server, query: str) -> None:
    answer = server.get(f"{V2}?{query}", Accept="application/json")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["errors"][0]["title"]


def test_version_1_has_no_pages(server: Server) -> None:
    for name in ("offset", "limit", "sort"):
        answer = server.get(f"{V1}?{name}=1")
        assert answer.status_code == 400
        assert name in answer.text


def test_the_first_and_the_last_page(server: Server) -> None:
    assert len(values(server.get(f"{V2}?offset=0&limit=5", Accept=CSV))) == 5
    assert len(values(server.get(f"{V2}?offset=10&limit=999999999999", Accept=CSV))) == 2
