"""sdmx1 and pysdmx, which our users have, read every format they know back equal, observation by observation."""

from __future__ import annotations

import io

import pytest
import sdmx
import sdmx.reader.csv
import sdmx.reader.xml.v30  # before the first 2.1 message is read: sdmx1 keeps that one's namespaces
from data_words import AIR, batch, expected, ordered, schema
from pysdmx.io import read_sdmx
from sdmx.model import v21, v30

from dataexchange.messages.media import (
    CSV_1_0,
    CSV_2_0,
    CSV_2_1,
    GENERIC_2_1,
    GENERIC_TIME_2_1,
    ML_3_0,
    ML_3_1,
    SPECIFIC_2_1,
    SPECIFIC_TIME_2_1,
)
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.structure import Level

FORMS = ("TIME_PERIOD", "AllDimensions", "REF_AREA")
ML = (GENERIC_2_1, GENERIC_TIME_2_1, SPECIFIC_2_1, SPECIFIC_TIME_2_1, ML_3_0, ML_3_1)
CSV = (CSV_1_0, CSV_2_0, CSV_2_1)


def written(media, at: str, **options) -> bytes:
    here = schema()
    stream = iter([batch(here, AIR[:2]), batch(here, AIR[2:])])
    return b"".join(WRITERS[media](here, stream, WriteOptions(dimension_at_observation=at, **options)))


def cases(medias):
    return [(m, at) for m in medias for at in FORMS if at == "TIME_PERIOD" or "timeseries" not in m.name]


@pytest.mark.parametrize(("media", "at"), cases((*ML, *CSV)))
def test_pysdmx(media, at):
    message = read_sdmx(io.BytesIO(written(media, at)), validate=media in ML)
    (data,) = message.data
    assert data.short_urn == "Dataflow=DX:DF_AIR(1.0.0)"
    rows = [{k: v for k, v in row.items() if isinstance(v, str) and v} for row in data.data.to_dict("records")]
    assert ordered({k: float(v) if k == "OBS_VALUE" else v for k, v in row.items()} for row in rows) == expected(
        schema(), AIR
    )


#: pysdmx validates structure-specific messages against the schema of the message alone, which cannot know our types.
SPECIFIC = (SPECIFIC_2_1, SPECIFIC_TIME_2_1, ML_3_0, ML_3_1)


def structure(model):
    """Our small structure in sdmx1's words."""
    ours = schema().structure
    agency = v21.Agency(id="DX")
    theirs = model.DataStructureDefinition(id="AIR", version="1.0.0", maintainer=agency)
    for d in ours.dimension_ids:
        theirs.dimensions.append(model.Dimension(id=d))
    theirs.dimensions.append(model.TimeDimension(id="TIME_PERIOD"))
    measure = model.PrimaryMeasure if model is v21 else model.Measure
    theirs.measures.append(measure(id="OBS_VALUE"))
    for a in ours.attributes:
        related = v21.PrimaryMeasureRelationship() if a.level is Level.OBSERVATION else v21.DimensionRelationship()
        theirs.attributes.append(model.DataAttribute(id=a.id, related_to=related))
    return theirs


def as_rows(message) -> list[dict[str, object]]:
    rows = []
    for data in message.data:
        for obs in data.obs:
            row = {k: str(v.value) for k, v in obs.key.values.items()}
            row |= {k: str(getattr(v, "value", v)) for k, v in obs.attrib.items()}
            if obs.value not in (None, ""):
                row["OBS_VALUE"] = float(obs.value)
            rows.append(row)
    return ordered({k: v for k, v in row.items() if v not in ("", "None")} for row in rows)


@pytest.mark.conformance("clients", "38", "sdmx1 reads 3.0 back equal")
@pytest.mark.parametrize(
    ("media", "at"), cases((GENERIC_2_1, GENERIC_TIME_2_1, SPECIFIC_2_1, SPECIFIC_TIME_2_1, ML_3_0))
)
def test_sdmx1(media, at):
    theirs = structure(v30 if media is ML_3_0 else v21)
    message = sdmx.read_sdmx(io.BytesIO(written(media, at)), structure=theirs)
    assert as_rows(message) == expected(schema(), AIR)


@pytest.mark.parametrize("at", ["TIME_PERIOD", "AllDimensions"])
def test_sdmx1_reads_generic_without_structure(at):
    message = sdmx.read_sdmx(io.BytesIO(written(GENERIC_2_1, at)))
    assert as_rows(message) == expected(schema(), AIR)


@pytest.mark.parametrize("media", [CSV_2_0, CSV_2_1])
def test_sdmx1_reads_csv(media):
    """Without line ends inside cells, which it takes for the end of the row."""
    here, theirs = schema(), structure(v30)
    rows = [{k: v for k, v in row.items() if k != "COMMENT_OBS"} for row in AIR]
    text = b"".join(WRITERS[media](here, iter([batch(here, rows)]), WriteOptions()))
    flow = v30.Dataflow(id="DF_AIR", version="1.0.0", maintainer=theirs.maintainer, structure=theirs)
    message = sdmx.reader.csv.Reader().convert(io.BytesIO(text), structure=flow)
    assert as_rows(message) == expected(here, rows)
