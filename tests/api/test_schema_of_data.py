"""The XSD that /schema hands out for a dataflow is what its data are written by: three structures, every format, every layout.

The derived schemas of `judges` know names and nesting; here codes, types and what must be there are judged, too.
"""

from __future__ import annotations

import pytest
from small_exchange import Server
from three_structures import FLOWS, Sample
from xsd_judge import faults, validator

#: Formats of data, each with that of the schema for it.
SPECIFIC = {
    "structurespecificdata+xml;version=2.1": "schema+xml;version=2.1",
    "structurespecifictimeseriesdata+xml;version=2.1": "schema+xml;version=2.1",
    "data+xml;version=3.0.0": "schema+xml;version=3.0.0",
    "data+xml;version=3.1.0": "schema+xml;version=3.1.0",
}
SCHEMAS = ["schema+xml;version=2.1", "schema+xml;version=3.0.0", "schema+xml;version=3.1.0"]
#: Of the whole, and of parts of it that leave out components, observations or datasets.
CUTS = (
    "",
    "&attributes=none",
    "&measures=none",
    "&updatedAfter=2011",
    "&includeHistory=true",
    "&lastNObservations=1",
    "&sort=*:desc&limit=5",
)


@pytest.mark.conformance("formats schema", SCHEMAS, "Our own data of that version validate by it")
@pytest.mark.conformance("v2 schema", ["context", "dimensionAtObservation"], "As data are written by it: they validate")
@pytest.mark.conformance("clients", "31", "Our own data validate by it, over three structures")
@pytest.mark.parametrize("number", range(len(FLOWS)), ids=[flow.id for flow in FLOWS])
@pytest.mark.parametrize("media", SPECIFIC)
def test_data_are_valid_by_the_schema_handed_out(
    three: tuple[Server, tuple[Sample, ...]], number: int, media: str
) -> None:
    server, samples = three
    sample = samples[number]
    about = f"dataflow/{sample.flow.agency}/{sample.flow.id}/{sample.flow.version}"
    for at in _layouts(sample, media):
        told = server.get(
            f"/sdmx/v2/schema/{about}?dimensionAtObservation={at}", Accept=f"application/vnd.sdmx.{SPECIFIC[media]}"
        )
        assert told.status_code == 200, told.text
        rules = validator(told.content)
        for cut in CUTS:
            path = f"/sdmx/v2/data/{about}?dimensionAtObservation={at}{cut}"
            answer = server.get(path, Accept=f"application/vnd.sdmx.{media}")
            assert answer.status_code == 200, (path, answer.text)
            assert not faults(rules, answer.content), path
            spoilt = answer.content.replace(f'{sample.dimensions[0]}="'.encode(), f'{sample.dimensions[0]}="?'.encode())
            assert faults(rules, spoilt), path
    if not _layouts(sample, media):
        assert server.get(f"/sdmx/v2/data/{about}", Accept=f"application/vnd.sdmx.{media}").status_code == 400


def _layouts(sample: Sample, media: str) -> list[str]:
    time = ["TIME_PERIOD"] if sample.periods else []
    return time if "timeseries" in media else [*time, "AllDimensions", sample.dimensions[0], sample.dimensions[2]]
