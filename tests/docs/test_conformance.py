"""The conformance page is what the tests say, and leaves nothing out that the official OpenAPI file has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conformance import PAGE, claims, page, unknown
from standard import AREAS

#: Path of the official file -> area.
PATHS = {
    "/data/{context}/{agencyID}/{resourceID}/{version}/{key}": "v2 data",
    "/availability/{context}/{agencyID}/{resourceID}/{version}/{key}/{componentID}": "v2 availability",
    "/schema/{context}/{agencyID}/{resourceID}/{version}": "v2 schema",
    "/structure/{structureType}/{agencyID}/{resourceID}/{version}": "v2 structure",
    "/structure/{itemSchemeType}/{agencyID}/{resourceID}/{version}/{itemID}": "v2 structure",
    "/metadata/structure/{structureType}/{agencyID}/{resourceID}/{version}": "v2 metadata structure",
    "/metadata/metadataflow/{agencyID}/{resourceID}/{version}/{providerID}": "v2 metadata metadataflow",
    "/metadata/metadataset/{providerID}/{resourceID}/{version}": "v2 metadata metadataset",
    "/registration/id/{registrationID}": "v2 registration id",
    "/registration/provider/{agencyID}/{providerID}": "v2 registration provider",
    "/registration/{context}/{agencyID}/{resourceID}/{version}": "v2 registration context",
}
FORMATS = {
    "200": "formats data",
    "200-struct": "formats structure",
    "200-schemas": "formats schema",
    "200-meta": "formats metadata",
}


@pytest.fixture(scope="module")
def official(shared_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((shared_data / "schemas" / "sdmx-rest.yaml").read_text())
    return found


def test_the_page_is_what_the_tests_say() -> None:
    assert PAGE.read_text() == page(claims()), "run `make conformance`"


def test_tests_speak_of_what_there_is() -> None:
    assert not unknown(claims())


def test_every_parameter_of_the_official_file_has_a_line(official: dict[str, Any]) -> None:
    assert set(official["paths"]) == set(PATHS)
    lacking = [(path, name) for path, name in _parameters(official) if name not in AREAS[PATHS[path]].entries]
    assert not lacking


def test_every_type_and_format_of_the_official_file_has_a_line(official: dict[str, Any]) -> None:
    types = official["components"]["parameters"]["structureType"]["schema"]["enum"]
    assert set(types) == set(AREAS["v2 artefacts"].entries)
    for response, area in FORMATS.items():
        media = official["components"]["responses"][response]["content"]
        assert {name.removeprefix("application/vnd.sdmx.") for name in media} <= set(AREAS[area].entries)
    statuses = {status for status in official["components"]["responses"] if not status.startswith("200")}
    assert statuses <= set(AREAS["status"].entries)


def _parameters(official: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, operations in official["paths"].items():
        for parameter in operations["get"]["parameters"]:
            yield path, official["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]["name"]
