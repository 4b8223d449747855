"""Content negotiation: exact Content-Type, defaults, ranges, what is not offered."""

from __future__ import annotations

import pytest
from small_exchange import V1, V2, Server

from dataexchange.messages.media import OFFERED

DATA = {"v1": V1, "v2": V2}
STRUCTURE = {"v1": "/sdmx/v1/dataflow/DX", "v2": "/sdmx/v2/structure/dataflow/DX"}


@pytest.mark.conformance(
    "formats data",
    [
        "data+json;version=2.1.0",
        "data+json;version=2.0.0",
        "data+json;version=1.0.0",
        "data+csv;version=2.1.0",
        "data+csv;version=2.0.0",
        "data+csv;version=1.0.0",
        "data+xml;version=3.1.0",
        "data+xml;version=3.0.0",
        "genericdata+xml;version=2.1",
        "structurespecificdata+xml;version=2.1",
        "generictimeseriesdata+xml;version=2.1",
        "structurespecifictimeseriesdata+xml;version=2.1",
    ],
    "Answered under exactly that Content-Type",
)
@pytest.mark.conformance(
    "formats structure",
    ["structure+json;version=2.0.0", "structure+xml;version=3.0.0", "structure+xml;version=2.1"],
    "Answered under exactly that Content-Type",
)
@pytest.mark.conformance("clients", ["2", "5"], "Every type on both versions of the API, each under its own name")
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_type_offered_is_answered_as_it_was_asked_for(server: Server, version: str) -> None:
    for resource, path in (("data", DATA[version]), ("structure", STRUCTURE[version])):
        for media in OFFERED[version, resource]:
            asked = f"{media.text};labels=name" if media.name == "text/csv" else media.text
            answer = server.get(path, Accept=asked)
            assert answer.status_code == 200, (media, answer.text)
            assert answer.headers["content-type"] == media.text
            assert answer.content


@pytest.mark.conformance("clients", "4", "v1: generic and structure 2.1; v2: SDMX-JSON")
def test_defaults(server: Server) -> None:
    assert server.get(V1).headers["content-type"] == "application/vnd.sdmx.genericdata+xml;version=2.1"
    assert server.get(V2).headers["content-type"] == "application/vnd.sdmx.data+json;version=2.0.0"
    assert server.get(STRUCTURE["v1"]).headers["content-type"] == "application/vnd.sdmx.structure+xml;version=2.1"
    assert (
        server.get(STRUCTURE["v2"], Accept="*/*")
        .headers["content-type"]
        .startswith("application/vnd.sdmx.structure+json")
    )


@pytest.mark.conformance("formats parameters", "format", "Short names beat Accept")
@pytest.mark.conformance("clients", "12", "`format=jsondata`")
def test_format_beats_accept(server: Server) -> None:
    answer = server.get(f"{V2}?format=csv", Accept="application/json")
    assert answer.headers["content-type"].startswith("application/vnd.sdmx.data+csv")
    assert (
        server.get(f"{V2}?format=jsondata", Accept="*/*")
        .headers["content-type"]
        .startswith("application/vnd.sdmx.data+json")
    )


@pytest.mark.conformance("status", "406", "The list of what there is")
@pytest.mark.conformance("clients", "3", "An unknown type is 406")
def test_not_offered(server: Server) -> None:
    for path in (V1, V2, *STRUCTURE.values()):
        answer = server.get(path, Accept="image/png")
        assert answer.status_code == 406
        assert "application/vnd.sdmx" in answer.text
    assert server.get(V1, Accept="invalid representation query").status_code == 406


@pytest.mark.conformance("clients", "1", "No charset")
@pytest.mark.conformance("http", "Vary", "Accept, Accept-Encoding")
def test_no_charset_and_what_varies(server: Server) -> None:
    answer = server.get(V2)
    assert "charset" not in answer.headers["content-type"]
    assert "Accept" in answer.headers["vary"]
    assert "Accept-Encoding" in answer.headers["vary"]
