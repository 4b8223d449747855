"""HEAD, OPTIONS, conditional requests, compression, request ids."""

from __future__ import annotations

import gzip
import logging
import re
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import httpx
import pyarrow as pa
import pytest
from people import People
from small_exchange import CSV, FIGURES, LOCAL, V1, V2, Server, publish, values
from sqlalchemy import event

from dataexchange.door.log import marks

STRUCTURES = "/sdmx/v2/structure/codelist/DX"
PATHS = [
    V1,
    V2,
    STRUCTURES,
    "/sdmx/v1/codelist/DX",
    "/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0",
    "/sdmx/v1/availableconstraint/DF_SDG_LOCAL",
]


@pytest.mark.conformance("http", "HEAD", "The headers of GET, no body")
@pytest.mark.parametrize("path", PATHS)
def test_head(server: Server, path: str) -> None:
    whole, head = server.get(path), httpx.head(server.url + path, headers={"Accept-Encoding": "identity"})
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "content-type", "last-modified"):
        assert head.headers[name] == whole.headers[name]
    assert httpx.head(server.url + V2 + "?c[SEX]=X").status_code == 404


@pytest.mark.conformance("http", ["OPTIONS", "CORS"], "Methods and headers that pages of other sites may use")
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        (V2, "GET, HEAD, OPTIONS"),
        ("/sdmx/v2/structure/codelist", "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
        ("/sdmx/v1/codelist", "GET, HEAD, OPTIONS"),
        ("/api/v1/submissions", "GET, HEAD, POST, DELETE, OPTIONS"),
    ],
)
def test_options(server: Server, path: str, methods: str) -> None:
    answer = httpx.options(server.url + path)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == answer.headers["allow"] == methods
    assert answer.headers["access-control-allow-origin"] == "*"
    for name in ("Authorization", "Idempotency-Key", "Content-Type"):
        assert name in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", ["/", "/docs", "/nothing", "/apis/v1/releases"])
def test_pages_are_for_our_own_origin_alone(server: Server, path: str) -> None:
    for answer in (httpx.options(server.url + path), server.get(path)):
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/api/v1/releases", "/api/v1/nothing", "/healthz", "/docs"])
def test_head_of_everything_else(server: Server, path: str) -> None:
    whole, head = server.get(path), httpx.head(server.url + path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.conformance("http", ["ETag", "If-None-Match"], "Strong tags; 304 without a body")
@pytest.mark.conformance("status", "304", "Nothing new")
@pytest.mark.conformance("clients", "9", "304 without a body")
@pytest.mark.parametrize("path", PATHS)
def test_if_none_match(server: Server, path: str) -> None:
    first = server.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert server.get(path).content == first.content  # a strong tag: the same bytes
    for sent in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = server.get(path, If_None_Match=sent)
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
    assert server.get(path, If_None_Match='"other"').status_code == 200


@pytest.mark.conformance("http", "Cache-Control", "no-cache: keep it, and ask whether it is still true")
@pytest.mark.conformance("http", "Vary", "Accept, Accept-Encoding, Accept-Language")
@pytest.mark.parametrize("path", PATHS)
def test_what_caches_are_told(server: Server, path: str) -> None:
    whole = server.get(path)
    same = server.get(path, If_None_Match=whole.headers["etag"])
    for answer in (whole, same):
        assert answer.headers["cache-control"] == "no-cache"
        assert {"Accept", "Accept-Encoding", "Accept-Language"} <= set(answer.headers["vary"].split(", "))
    for name in ("etag", "last-modified", "vary", "cache-control"):
        assert same.headers[name] == whole.headers[name]
    assert "content-type" not in same.headers
    assert "content-length" not in same.headers


@pytest.mark.parametrize("path", PATHS)
def test_a_304_reads_no_observations(server: Server, path: str) -> None:
    tag = server.get(path).headers["etag"]
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(server.engine, "before_cursor_execute", note)
    try:
        assert server.get(path, If_None_Match=tag).status_code == 304
    finally:
        event.remove(server.engine, "before_cursor_execute", note)
    assert asked
    assert not [statement for statement in asked if re.search(r'(FROM|JOIN) "?series_', statement)]


def test_several_lines_of_a_header_are_one_list(server: Server) -> None:
    tag = server.get(V2).headers["etag"]
    headers = [("Accept-Encoding", "identity"), ("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert httpx.get(server.url + V2, headers=headers).status_code == 304


@pytest.mark.conformance("http", "ETag", "Every format, coding and query has its own")
def test_tags_tell_answers_apart(server: Server) -> None:
    calls = [
        (V2, {}),
        (V1, {}),
        (f"{V2}?lastNObservations=1", {}),
        (V2, {"Accept": CSV}),
        (V2, {"Accept-Encoding": "gzip"}),
    ]
    tags = {server.get(path, **headers).headers["etag"] for path, headers in calls}
    assert len(tags) == len(calls)


@pytest.mark.conformance(
    ["v2 data", "v2 availability", "v2 structure", "v1 data", "v1 structure", "v1 availableconstraint"],
    "If-Modified-Since",
    "HTTP dates and ISO 8601",
)
@pytest.mark.conformance("http", "Last-Modified", "The last release or change of structures")
@pytest.mark.conformance("clients", "9", "If-Modified-Since in ISO 8601")
@pytest.mark.parametrize("path", PATHS)
def test_if_modified_since(server: Server, path: str) -> None:
    modified = parsedate_to_datetime(server.get(path).headers["last-modified"])
    before = modified - timedelta(seconds=1)
    assert server.get(path, If_Modified_Since=format_datetime(modified, usegmt=True)).status_code == 304
    assert server.get(path, If_Modified_Since=modified.isoformat().replace("+00:00", ".000Z")).status_code == 304
    assert server.get(path, If_Modified_Since=format_datetime(before, usegmt=True)).status_code == 200
    assert server.get(path, If_Modified_Since=before.isoformat()).status_code == 200
    assert server.get(path, If_Modified_Since="yesterday").status_code == 200


def test_a_release_changes_the_tag_of_its_own_dataflow(own_server: Server) -> None:
    national = "/sdmx/v2/data/dataflow/DX/DF_SDG_NATIONAL/1.0.0"
    before, other = own_server.get(V2).headers["etag"], own_server.get(national).headers["etag"]
    publish(own_server.engine, LOCAL, {**FIGURES, ("GB_BRS", "SL_TLF_UEM", "F"): [1.0]}, "BRISTOL")
    assert own_server.get(V2, If_None_Match=before).status_code == 200
    assert own_server.get(national, If_None_Match=other).status_code == 304


def test_answers_kept_in_memory_are_not_stale(own_server: Server) -> None:
    path = f"{V2}/A.N.SL_TLF_UEM.GB_BRS.F"
    assert values(own_server.get(path, Accept=CSV)) == values(own_server.get(path, Accept=CSV))
    publish(own_server.engine, LOCAL, {("GB_BRS", "SL_TLF_UEM", "F"): [1.0]}, "BRISTOL")
    for coding in ("identity", "gzip"):
        assert values(own_server.get(path, Accept=CSV, Accept_Encoding=coding)) == {("SL_TLF_UEM", "F", "2015"): "1"}


@pytest.mark.conformance(["v2 structure"], "Accept-Encoding", "gzip")
@pytest.mark.conformance("http", "gzip", "gzip among other codings")
@pytest.mark.conformance("clients", "8", "`deflate, gzip, br`")
def test_gzip(server: Server) -> None:
    plain = server.get(STRUCTURES)
    with httpx.stream("GET", server.url + STRUCTURES, headers={"Accept-Encoding": "deflate, gzip, br"}) as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 4


@pytest.mark.conformance(["v2 structure"], "Accept-Encoding", "zstd where it is preferred")
@pytest.mark.conformance("http", "gzip", "zstd")
def test_zstd_where_it_is_preferred(server: Server) -> None:
    plain = server.get(STRUCTURES)
    with httpx.stream("GET", server.url + STRUCTURES, headers={"Accept-Encoding": "gzip;q=0.5, zstd"}) as answer:
        packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "zstd"
    assert pa.CompressedInputStream(pa.BufferReader(packed), "zstd").read() == plain.content


@pytest.mark.parametrize("offered", ["identity", "br", "gzip;q=0", "", "gzip;q=x"])
def test_plain_where_that_is_all_a_client_takes(server: Server, offered: str) -> None:
    assert "content-encoding" not in server.get(STRUCTURES, Accept_Encoding=offered).headers


def test_small_answers_and_errors_are_not_compressed(server: Server) -> None:
    assert "content-encoding" not in server.get(f"{V2}?bogus=1", Accept_Encoding="gzip").headers
    small = server.get(f"{V2}?attributes=none&measures=none&c[SEX]=F", Accept=CSV, Accept_Encoding="gzip")
    assert "content-encoding" not in small.headers


def test_request_ids(server: Server) -> None:
    assert server.get("/healthz", X_Request_ID="from-the-proxy-1").headers["x-request-id"] == "from-the-proxy-1"
    made = server.get("/healthz", X_Request_ID="bad id; x").headers["x-request-id"]
    assert len(made) == 32


def test_now_is_not_in_the_future(server: Server) -> None:
    assert parsedate_to_datetime(server.get(V2).headers["last-modified"]) <= datetime.now(UTC)


def test_the_log_of_a_request_has_its_id(crowd: People, caplog: pytest.LogCaptureFixture) -> None:
    marked: set[tuple[str, str | None]] = set()
    # What the verb logs in a thread of its own, and the line of the request itself, which follows the answer.
    wanted = {("dataexchange.harvests", "from-the-test-1"), ("dataexchange.requests", "from-the-test-1")}
    told = threading.Event()

    class Marks(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            marked.add((record.name, marks().get("request")))
            if wanted <= marked:
                told.set()

    handler = Marks()
    logger = logging.getLogger("dataexchange")
    logger.addHandler(handler)
    try:
        with caplog.at_level(logging.INFO, "dataexchange"):
            (crowd.settings.home / "sources.toml").write_text("[broken")
            headers = {"X-Request-ID": "from-the-test-1"}
            crowd.post("baseline", "/api/v1/harvests", json={"source": "uk"}, headers=headers)
            assert told.wait(10), marked
    finally:
        logger.removeHandler(handler)
