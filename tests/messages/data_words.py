"""A small structure, batches of it, and plain slow readers of what the writers make of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from lxml import etree

from dataexchange.model.dataset import SeriesBatch, Values
from dataexchange.model.period import NO_PERIOD, parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import (
    Attribute,
    Codelist,
    ConceptScheme,
    Dataflow,
    DataStructure,
    Dimension,
    Item,
    ItemRef,
    Level,
    Measure,
    Representation,
)

CODES = {
    "FREQ": {"A": "Annual", "Q": "Quarterly"},
    "SERIES": {"PM25": "Fine particles, annual mean", "WALN": 'Feel "safe" <alone> & at night'},
    "REF_AREA": {"GB": "United Kingdom", "GB_BRS": "Bristol", "GB_LND": "London"},
    "UNIT_MEASURE": {"GPERM3": "µg/m³", "PT": "Percent"},
    "OBS_STATUS": {"A": "Normal", "E": "Estimated", "Q": "Suppressed"},
}
NAMES = {"FREQ": "Frequency", "REF_AREA": "Area, of reference", "TIME_PERIOD": "Period", "OBS_VALUE": "Value"}


#: Measures that hold numbers.
NUMBERS = ("OBS_VALUE", "WEIGHT")


def schema(
    time: bool = True,
    dataflow: bool = True,
    uncoded: bool = False,
    text_measure: bool = False,
    group: bool = False,
    further: bool = False,
) -> Schema:
    """FREQ, SERIES, REF_AREA (and NOTE, without a code list), TIME_PERIOD; attributes of every kind between each other."""
    concepts = ConceptScheme(
        agency="DX", id="CONCEPTS", version="1.0.0", items=tuple(Item(id=i, names={"en": n}) for i, n in NAMES.items())
    )
    lists = {
        id: Codelist(
            agency="DX",
            id=f"CL_{id}",
            version="1.0.0",
            items=tuple(
                Item(id=c, names={"en": n}, parent="GB" if c.startswith("GB_") else None) for c, n in codes.items()
            ),
        )
        for id, codes in CODES.items()
    }

    def common(id: str, text_type: str = "String") -> dict[str, Any]:
        coded = Representation(codelist=lists[id].ref) if id in lists else Representation(text_type=text_type)
        return {"id": id, "concept": ItemRef(concepts.ref, id), "representation": coded}

    structure = DataStructure(
        agency="DX",
        id="AIR",
        version="1.0.0",
        dimensions=tuple(
            Dimension(**common(id)) for id in ("FREQ", "SERIES", "REF_AREA", *(("NOTE",) if uncoded else ()))
        ),
        time_dimension=Dimension(**common("TIME_PERIOD", "ObservationalTimePeriod")) if time else None,
        measures=(
            Measure(**common("OBS_VALUE", "String" if text_measure else "Double")),
            *((Measure(**common("WEIGHT", "Double")), Measure(**common("SAID"))) if further else ()),
        ),
        attributes=(
            Attribute(**common("OBS_STATUS"), mandatory=True),
            Attribute(**common("UNIT_MEASURE"), level=Level.SERIES, dimensions=("SERIES",) if group else ()),
            Attribute(**common("UPPER_BOUND", "Double")),
            Attribute(**common("COMMENT_TS"), level=Level.SERIES),
            Attribute(**common("COMMENT_OBS")),
            Attribute(**common("LICENCE"), level=Level.DATASET),
        ),
    )
    flow = Dataflow(agency="DX", id="DF_AIR", version="1.0.0", names={"en": "Air, and more"}, structure=structure.ref)
    return Schema.assemble(structure, flow if dataflow else None, {a.ref: a for a in (concepts, *lists.values())})


Row = Mapping[str, Any]


def batch(schema: Schema, rows: Sequence[Row], action: str = "I") -> SeriesBatch:
    """Rows that follow each other with the same key are a series. A row has codes, TIME_PERIOD, OBS_VALUE and attributes."""
    structure = schema.structure
    keys = [tuple(row[d] for d in structure.dimension_ids) for row in rows]
    starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
    own = [a.id for a in structure.series_attributes]
    columns = {d: pa.array([rows[i][d] for i in starts], pa.string()) for d in structure.dimension_ids}
    columns |= {a: pa.array([rows[i].get(a) for i in starts], pa.string()) for a in own}
    columns["key"] = pa.array([".".join(keys[i]) for i in starts], pa.string())
    attributes = {}
    for a in structure.observation_attributes:
        texts = pa.array([row.get(a.id) for row in rows], pa.string())
        if texts.null_count < len(texts):
            attributes[a.id] = texts.dictionary_encode()
    values = [row.get("OBS_VALUE") for row in rows]
    textual = structure.measure.representation.text_type == "String"
    return SeriesBatch(
        series=pa.table(columns),
        offsets=np.array([*starts, len(rows)], np.int64),
        periods=np.array(
            [parse_period(row["TIME_PERIOD"]) if "TIME_PERIOD" in row else NO_PERIOD for row in rows], np.int32
        ),
        values=np.array([np.nan if v is None or textual else v for v in values], np.float64),
        texts=pa.array(values, pa.string()) if textual else None,
        further=dict(_further(structure, rows)),
        attributes=attributes,
        action=action,
    )


def _further(structure: DataStructure, rows: Sequence[Row]) -> Iterator[tuple[str, Values]]:
    """Measures that no row has are absent, as the store leaves them out."""
    for measure in structure.further_measures:
        values = [row.get(measure.id) for row in rows]
        if all(value is None for value in values):
            continue
        if measure.id in NUMBERS:
            yield measure.id, np.array([np.nan if v is None else v for v in values], np.float64)
        else:
            yield measure.id, pa.array(values, pa.string())


AIR: tuple[Row, ...] = tuple(
    {"FREQ": "A", "OBS_STATUS": "A", **row}
    for row in (
        {"SERIES": "PM25", "REF_AREA": "GB", "TIME_PERIOD": "2018", "OBS_VALUE": 10.25, "UNIT_MEASURE": "GPERM3"},
        {"SERIES": "PM25", "REF_AREA": "GB", "TIME_PERIOD": "2019", "OBS_VALUE": 9.0, "UNIT_MEASURE": "GPERM3"},
        {
            "SERIES": "PM25",
            "REF_AREA": "GB_BRS",
            "TIME_PERIOD": "2018",
            "OBS_VALUE": 11.1,
            "UNIT_MEASURE": "GPERM3",
            "COMMENT_TS": 'Roadside, "busy" & <noisy>',
            "COMMENT_OBS": "line 1\nline 2\t\u00e9\u2603\U0001f600",
        },
        {
            "SERIES": "PM25",
            "REF_AREA": "GB_BRS",
            "TIME_PERIOD": "2020",
            "OBS_STATUS": "Q",
            "OBS_VALUE": None,
            "UNIT_MEASURE": "GPERM3",
            "COMMENT_TS": 'Roadside, "busy" & <noisy>',
        },
        {
            "SERIES": "WALN",
            "REF_AREA": "GB_BRS",
            "TIME_PERIOD": "2018",
            "OBS_STATUS": "E",
            "OBS_VALUE": 62.9,
            "UPPER_BOUND": "64.5",
            "UNIT_MEASURE": "PT",
        },
    )
)


def expected(schema: Schema, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What a reader should find: every component that is there."""
    ids = [c.id for c in schema.structure.components()]
    return ordered({id: row[id] for id in ids if row.get(id) is not None} for row in rows)


def ordered(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return sorted((dict(row) for row in rows), key=lambda row: sorted((k, str(v)) for k, v in row.items()))


def read_csv(message: bytes, textual: bool = False) -> list[dict[str, Any]]:
    rows = csv.DictReader(io.StringIO(message.decode(), newline=""), strict=True)
    kept = [{k: v for k, v in row.items() if v != ""} for row in rows]
    about = {"STRUCTURE", "STRUCTURE_ID", "ACTION", "DATAFLOW"}
    return ordered({k: _value(k, v, textual) for k, v in row.items() if k not in about} for row in kept)


def read_json(message: bytes) -> list[dict[str, Any]]:
    """As the field guide tells it."""
    data = json.loads(message)["data"]
    structure = data["structure"] if "structure" in data else (data["structures"] or [None])[0]
    rows: list[dict[str, Any]] = []
    for data_set in data["dataSets"]:
        dimensions, attributes = structure["dimensions"], structure["attributes"]
        measures = structure.get("measures", {"observation": [{"id": "OBS_VALUE"}]}).get("observation", [])
        for key, series in data_set.get("series", {"": data_set}).items():
            head = _at(dimensions["series"], key) | _listed(attributes["series"], series.get("attributes", []))
            for at, listed in series["observations"].items():
                n = len(measures)
                value = {m["id"]: v for m, v in zip(measures, listed[:n], strict=True) if v is not None}
                rest = _listed(attributes["observation"], listed[n:])
                rows.append({**head, **_at(dimensions["observation"], at), **value, **rest})
    return ordered(rows)


def _at(components: Sequence[Any], key: str) -> dict[str, Any]:
    indexes = [int(i) for i in key.split(":")] if key else []
    assert len(indexes) == len(components)
    return {c["id"]: _text(c["values"][i]) for c, i in zip(components, indexes, strict=True)}


def _listed(components: Sequence[Any], values: Sequence[Any]) -> dict[str, Any]:
    assert len(values) <= len(components)
    return {
        c["id"]: _value(c["id"], _text(c["values"][v])) if "values" in c else str(v)
        for c, v in zip(components, values, strict=False)
        if v is not None
    }


def _text(value: Mapping[str, Any]) -> Any:
    return value.get("id", value.get("value", value["name"]))


def read_xml(message: bytes, textual: bool = False) -> list[dict[str, Any]]:
    """Generic or structure-specific, whatever stands at the observation."""
    root = etree.fromstring(message)
    header = next(root.iter("{*}Header"))
    at = header.find("{*}Structure").get("dimensionAtObservation")
    rows = []
    for data_set in root.iterfind("{*}DataSet"):
        for obs in data_set.iter("{*}Obs"):
            parent = obs.getparent()
            head = _components(parent, at) if parent.tag.endswith("Series") else {}
            rows.append({**head, **_components(obs, at)})
    return ordered({k: _value(k, v, textual) for k, v in row.items()} for row in rows)


def _components(element: Any, at: str) -> dict[str, str]:
    found = {k: v for k, v in element.attrib.items() if not k.startswith("{")}
    for child in element:
        tag = etree.QName(child).localname
        if tag in ("SeriesKey", "ObsKey", "Attributes"):
            found |= {value.get("id"): value.get("value") for value in child}
        elif tag == "ObsDimension":
            found[child.get("id", at)] = child.get("value")
        elif tag == "ObsValue":
            found["OBS_VALUE"] = child.get("value")
    return found


def _value(id: str, text: str, textual: bool = False) -> Any:
    return float(text) if id in NUMBERS and not textual else text
