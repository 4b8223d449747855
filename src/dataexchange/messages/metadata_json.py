"""Reports of reference metadata in SDMX-JSON, both ways: the messages 2.0 and 2.1, and how the store keeps them.

    {"id": "DATA_SOURCE", "value": {"en": "Labour force survey", "ky": "…"}}

A stub has the ids of its attributes and no values: the schema demands that there be attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from dataexchange.errors import Unreadable
from dataexchange.messages.json_source import read_json
from dataexchange.messages.media import MediaType
from dataexchange.messages.structure_json_parts import (
    Json,
    annotations_in,
    annotations_out,
    mapping,
    names_in,
    names_out,
    objects,
    ref_in,
    required,
    text_in,
)
from dataexchange.messages.write_header import StructureHeader
from dataexchange.model.metadata import MetadataSet, Reported
from dataexchange.model.structure import Kind

_SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/metadata-message/tools/schemas/"
    "{}/sdmx-json-metadata-schema.json"
)
_PERIOD = ("action", "publicationPeriod", "publicationYear", "reportingBegin", "reportingEnd")

#: Attributes within attributes.
MAX_DEPTH = 32


def write_metadata_json(
    found: Sequence[MetadataSet], media: MediaType, header: StructureHeader, *, stubs: bool
) -> Iterator[bytes]:
    meta = {
        "schema": _SCHEMA.format(media.version),
        "id": header.message_id,
        "test": False,
        "prepared": header.prepared.isoformat(),
        "contentLanguages": ["en"],
        "sender": {"id": header.sender},
    }
    yield b'{"meta":' + orjson.dumps(meta) + b',"data":{"metadataSets":['
    for number, report in enumerate(found):
        yield (b"," if number else b"") + orjson.dumps(metadata_out(report, stub=stubs))
    yield b"]}}"


def metadata_out(report: MetadataSet, *, stub: bool = False) -> Json:
    out: Json = {"id": report.id, "agencyID": report.agency, "version": report.version}
    out |= names_out(report.names, {} if stub else report.descriptions, report.id)
    out |= {} if stub else annotations_out(report.annotations)
    if stub:
        out["isExternalReference"] = True
    if report.valid_from is not None:
        out["validFrom"] = report.valid_from
    if report.valid_to is not None:
        out["validTo"] = report.valid_to
    out |= {"metadataflow": report.metadataflow.urn, "targets": list(report.targets), **report.period}
    out["attributes"] = [{"id": a.id} if stub else _reported_out(a) for a in report.attributes]
    return out


def _reported_out(reported: Reported) -> Json:
    out: Json = {"id": reported.id} | annotations_out(reported.annotations)
    if reported.texts:
        out["value"] = dict(reported.texts)
    elif reported.value is not None:
        out["value"] = reported.value
    if reported.attributes:
        out["attributes"] = [_reported_out(a) for a in reported.attributes]
    return out


def read_metadata_json(path: Path, name: str) -> list[MetadataSet]:
    document = read_json(path, name, instead="send it in parts, or as SDMX-ML")
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        raise Unreadable(f"{name}: no 'data' object at the top: send an SDMX-JSON metadata message.")
    try:
        return [metadata_in(entry) for entry in objects(document["data"], "metadataSets")]
    except Unreadable as error:
        raise Unreadable(f"{name}: {error}") from None


def metadata_in(data: Json) -> MetadataSet:
    identifier = required(data, "id")
    if not data.get("metadataflow"):
        raise Unreadable(f"Report {identifier[:100]!r} names no metadataflow: name the one that it is reported under.")
    targets = data.get("targets") or []
    if not isinstance(targets, list):
        raise Unreadable("'targets' is not a list: write URNs in a list.")
    return MetadataSet(
        agency=required(data, "agencyID"),
        id=identifier,
        version=str(data.get("version") or "1.0"),
        names=names_in(data, identifier),
        descriptions=text_in(data, "description", "descriptions"),
        annotations=annotations_in(data),
        valid_from=data.get("validFrom"),
        valid_to=data.get("validTo"),
        metadataflow=ref_in(data["metadataflow"], Kind.METADATAFLOW),
        targets=tuple(str(t) for t in targets),
        attributes=tuple(_reported_in(a, MAX_DEPTH) for a in objects(data, "attributes")),
        period={key: str(data[key]) for key in _PERIOD if data.get(key) is not None},
    )


def _reported_in(data: Json, depth: int) -> Reported:
    if not depth:
        raise Unreadable(f"Attributes stand more than {MAX_DEPTH} deep in each other: send a plain message.")
    value: Any = data.get("value")
    if isinstance(value, list):
        raise Unreadable(
            f"Attribute {str(data.get('id'))[:100]!r} has a list as its value: write the attribute again for each."
        )
    texts = {str(k): str(v) for k, v in mapping(value, "value").items()} if isinstance(value, dict) else {}
    return Reported(
        id=required(data, "id"),
        value=None if isinstance(value, dict) else value,
        texts=texts,
        attributes=tuple(_reported_in(a, depth - 1) for a in objects(data, "attributes")),
        annotations=annotations_in(data),
    )
