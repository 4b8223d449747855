"""Schemas and metadata reports as any answer: compressed, kept by caches, asked for again."""

from __future__ import annotations

import gzip

import httpx
import pytest
from small_exchange import Server
from three_structures import Sample

FLOW = "dataflow/DX/DF_SDG_LOCAL/1.0.0"
PATHS = {
    "v2 schema": f"/sdmx/v2/schema/{FLOW}",
    "v1 schema": f"/sdmx/v1/schema/{FLOW}",
    "v2 metadata structure": f"/sdmx/v2/metadata/structure/{FLOW}",
    "v2 metadata metadataflow": "/sdmx/v2/metadata/metadataflow/UK_ONS/MDF_QUALITY/1.0.0",
    "v2 metadata metadataset": "/sdmx/v2/metadata/metadataset/UK_ONS/QUALITY",
}
AREAS = ["v2 schema", "v1 schema", "v2 metadata structure", "v2 metadata metadataflow", "v2 metadata metadataset"]
Three = tuple[Server, tuple[Sample, ...]]


@pytest.mark.conformance(AREAS, "If-Modified-Since", "304 where nothing changed since")
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_if_modified_since(three: Three, path: str) -> None:
    server, _ = three
    answer = server.get(path)
    assert answer.status_code == 200, answer.text
    again = server.get(path, If_Modified_Since=answer.headers["last-modified"])
    assert (again.status_code, again.content) == (304, b"")
    assert server.get(path, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT").content == answer.content


@pytest.mark.conformance(AREAS, "Accept-Encoding", "gzip")
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_gzip(three: Three, path: str) -> None:
    server, _ = three
    plain = server.get(path)
    with httpx.stream("GET", server.url + path, headers={"Accept-Encoding": "gzip"}, timeout=60) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == plain.content


@pytest.mark.conformance("v1 schema", "dimensionAtObservation", "As in v2")
def test_dimension_at_observation_of_v1(three: Three) -> None:
    server, _ = three
    flat = server.get(f"{PATHS['v1 schema']}?dimensionAtObservation=AllDimensions")
    assert b"ObsLevelDim:AllDimensions" in flat.content
    assert b"SeriesType" not in flat.content
    assert server.get(f"{PATHS['v1 schema']}?dimensionAtObservation=NO_SUCH").status_code == 400
