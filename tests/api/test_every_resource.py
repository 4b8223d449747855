"""HEAD, OPTIONS, CORS, codings and Vary on every SDMX resource, and on its errors."""

from __future__ import annotations

import gzip

import httpx
import pyarrow as pa
import pytest
from small_exchange import V1, V2, Server

GOOD = {
    "data v1": V1,
    "data v2": V2,
    "structure v1": "/sdmx/v1/codelist/DX",
    "structure v2": "/sdmx/v2/structure/codelist/DX",
    "availability v1": "/sdmx/v1/availableconstraint/DX,DF_SDG_LOCAL,1.0.0",
    "availability v2": "/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0?references=all",
}
BAD = {
    "no such resource": "/sdmx/v2/nothing",
    "no such version": "/sdmx/v9/data",
    "no such flow v1": "/sdmx/v1/data/NOPE",
    "no such flow v2": "/sdmx/v2/data/dataflow/DX/NOPE",
    "no such structure": "/sdmx/v2/structure/codelist/NOPE",
    "no such parameter": f"{V2}?bogus=1",
    "no such format": f"{V2}?format=tsv",
    "no such availability": "/sdmx/v2/availability/dataflow/DX/NOPE",
    "no such registration": "/sdmx/v2/registration/id/NOPE",
}


def raw(server: Server, path: str, accept_encoding: str) -> tuple[httpx.Response, bytes]:
    with httpx.stream("GET", server.url + path, headers={"Accept-Encoding": accept_encoding}, timeout=60) as answer:
        return answer, b"".join(answer.iter_raw())


def unpacked(coding: str, body: bytes) -> bytes:
    if coding == "gzip":
        return gzip.decompress(body)
    whole: bytes = pa.CompressedInputStream(pa.BufferReader(body), coding).read()
    return whole


@pytest.mark.conformance(
    ["v2 data", "v1 data", "v2 structure", "v2 availability"], "Accept-Encoding", "gzip and zstd as the client prefers"
)
@pytest.mark.parametrize("path", GOOD.values(), ids=GOOD)
@pytest.mark.parametrize(
    ("offered", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip;q=0.2, zstd;q=0.8", "zstd"),
        ("gzip; q=0.8, zstd; q=0.2, br", "gzip"),
        ("deflate, gzip, br, zstd", "gzip"),
        ("*", "gzip"),
        ("identity;q=0, *;q=0.1", "gzip"),
        ("zstd, identity;q=0", "zstd"),
    ],
)
def test_codings(server: Server, path: str, offered: str, coding: str) -> None:
    plain = server.get(path)
    answer, body = raw(server, path, offered)
    assert answer.headers["content-encoding"] == coding
    assert unpacked(coding, body) == plain.content
    assert answer.headers["etag"] != plain.headers["etag"]
    assert answer.headers["content-type"] == plain.headers["content-type"]


@pytest.mark.parametrize("path", GOOD.values(), ids=GOOD)
def test_no_coding_where_none_is_wanted(server: Server, path: str) -> None:
    for offered in ("identity", "gzip;q=0", "br", "gzip;q=0.1, identity"):
        answer, body = raw(server, path, offered)
        assert "content-encoding" not in answer.headers
        assert body == server.get(path).content


@pytest.mark.parametrize("path", [*GOOD.values(), *BAD.values()], ids=[*GOOD, *BAD])
def test_plain_is_not_sent_to_whoever_refuses_it(server: Server, path: str) -> None:
    """Not even what is small, or an error."""
    answer, body = raw(server, path, "gzip, identity;q=0")
    assert answer.headers["content-encoding"] == "gzip"
    assert unpacked("gzip", body)[:1] in b"{<"


@pytest.mark.parametrize("path", GOOD.values(), ids=GOOD)
@pytest.mark.parametrize("offered", ["br, identity;q=0", "*;q=0"])
def test_nothing_left_to_answer_in(server: Server, path: str, offered: str) -> None:
    answer = server.get(path, Accept_Encoding=offered)
    assert answer.status_code == 406
    assert "gzip" in answer.text


@pytest.mark.parametrize("path", [*GOOD.values(), *BAD.values()], ids=[*GOOD, *BAD])
def test_head_and_options_and_pages_from_elsewhere(server: Server, path: str) -> None:
    whole = server.get(path, Origin="https://example.org")
    head = httpx.head(
        server.url + path, headers={"Accept-Encoding": "identity", "Origin": "https://example.org"}, timeout=60
    )
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    options = httpx.options(server.url + path)
    assert options.status_code == 204
    assert "GET" in options.headers["allow"]
    for answer in (whole, head, options):
        assert answer.headers["access-control-allow-origin"] == "*"
    for name in ("ETag", "Last-Modified"):
        assert name in whole.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", [*GOOD.values(), *BAD.values()], ids=[*GOOD, *BAD])
def test_what_an_answer_varies_with(server: Server, path: str) -> None:
    varies = {name.strip() for name in server.get(path).headers["vary"].split(",")}
    assert {"Accept", "Accept-Encoding", "Accept-Language"} <= varies


@pytest.mark.parametrize("path", BAD.values(), ids=BAD)
def test_errors_in_the_format_asked_for(server: Server, path: str) -> None:
    for accept, start in (
        ("application/vnd.sdmx.structure+json;version=2.1.0", b'{"errors"'),
        ("application/vnd.sdmx.data+xml;version=3.1.0", b"<?xml"),
        ("application/vnd.sdmx.genericdata+xml;version=2.1", b"<?xml"),
    ):
        answer = server.get(path, Accept=accept)
        assert answer.status_code >= 400
        assert answer.content.startswith(start)
        assert "charset" not in answer.headers["content-type"]
