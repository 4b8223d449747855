"""Schemas and metadata reports as any answer: compressed, kept by caches, asked for again."""

from __future__ import annotations

import gzip

import httpx
import pytest
from judges import faults
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
MORE_FORMATS = ["structure+xml;version=3.1.0", "structure+json;version=2.1.0", "structure+json;version=1.0.0"]
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


@pytest.mark.conformance(AREAS[2:], "Accept-Language", "Names and texts in the languages asked for")
@pytest.mark.parametrize("path", list(PATHS.values())[2:], ids=list(PATHS)[2:])
@pytest.mark.parametrize("media", ["metadata+json;version=2.0.0", "metadata+xml;version=3.0.0"])
def test_languages_of_reports(three: Three, path: str, media: str) -> None:
    """Enquête and Survey: SOURCE has a text in French and in English, and so has the name."""
    server, _ = three

    def said(language: str) -> tuple[bool, bool]:
        answer = server.get(path, Accept=f"application/vnd.sdmx.{media}", Accept_Language=language)
        assert answer.headers["content-language"] == ", ".join(
            sorted(language.split(", ")) if language != "*" else ["en", "fr"]
        )
        return "Qualit\u00e9" in answer.text and "Enqu\u00eate" in answer.text, "Survey" in answer.text

    assert said("*") == (True, True)
    assert said("fr") == (True, False)
    assert said("en") == (False, True)
    assert said("fr, en") == (True, True)


@pytest.mark.conformance("formats schema", MORE_FORMATS, "Structures that hold what is used: valid")
@pytest.mark.parametrize("media", MORE_FORMATS)
def test_other_formats_of_structures(three: Three, media: str) -> None:
    server, _ = three
    answer = server.get(PATHS["v2 schema"], Accept=f"application/vnd.sdmx.{media}")
    assert answer.headers["content-type"] == f"application/vnd.sdmx.{media}"
    assert not faults(answer)


@pytest.mark.conformance("formats schema", "schema+json;version=2.1.0", "406: not offered, the answer names what is")
def test_no_schema_in_json(three: Three) -> None:
    server, _ = three
    answer = server.get(PATHS["v2 schema"], Accept="application/vnd.sdmx.schema+json;version=2.1.0")
    assert answer.status_code == 406
    assert "application/vnd.sdmx.schema+xml;version=3.1.0" in answer.text


@pytest.mark.conformance("v1 schema", "dimensionAtObservation", "As in v2")
def test_dimension_at_observation_of_v1(three: Three) -> None:
    server, _ = three
    flat = server.get(f"{PATHS['v1 schema']}?dimensionAtObservation=AllDimensions")
    assert b"ObsLevelDim:AllDimensions" in flat.content
    assert b"SeriesType" not in flat.content
    assert server.get(f"{PATHS['v1 schema']}?dimensionAtObservation=NO_SUCH").status_code == 400
