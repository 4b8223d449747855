"""SDMX-JSON 1.0 structures, out of documents of 2.0.

1.0 follows the information model of SDMX 2.1: one measure (any further one is an attribute of observations), text formats with
a text type, content constraints, the target and report that a metadata structure must have, versions of numbers alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from dataexchange.messages.structure_json_parts import Json
from dataexchange.model.structure import Artefact, Kind

_MEASURE = "OBS_VALUE"
#: `(1.0.0-draft)` at the end of a URN or before an item.
_EXTENSION = re.compile(r"\(([0-9.]+)-[^)]*\)")
_RENAMED = (("registry.DataConstraint=", "registry.ContentConstraint="),)


def in_1_0(document: Json, artefact: Artefact) -> Json:
    said: Json = _part(document)
    said.pop("x-isFinal", None)
    said["version"] = artefact.version.split("-", 1)[0]
    said["isFinal"] = artefact.is_final
    body = _BODIES.get(artefact.kind)
    return body(said) if body else said


def _part(part: Any) -> Any:
    """A copy of it with representations, notes and references as 1.0 writes them."""
    if isinstance(part, list):
        return [_part(entry) for entry in part]
    if isinstance(part, str):
        return _urn(part) if part.startswith("urn:sdmx:") else part
    if not isinstance(part, dict):
        return part
    said = {key: _part(value) for key, value in part.items()}
    for key in ("localRepresentation", "coreRepresentation"):
        if key in said:
            said[key] = _representation(said[key])
    if "annotations" in said:
        said["annotations"] = [{k: v for k, v in note.items() if k != "value"} for note in said["annotations"]]
    return said


def _urn(urn: str) -> str:
    for new, old in _RENAMED:
        urn = urn.replace(new, old)
    return _EXTENSION.sub(r"(\1)", urn)


def _representation(found: Json) -> Json:
    """Occurrence is not said here, and a type is a text type."""
    said: Json = {"enumeration": found["enumeration"]} if "enumeration" in found else {}
    for new, old in (("enumerationFormat", "enumerationFormat"), ("format", "textFormat")):
        if new in found:
            said[old] = {("textType" if key == "dataType" else key): value for key, value in found[new].items()}
    return said


def _data_structure(said: Json) -> Json:
    components = said.get("dataStructureComponents")
    if not components:
        return said
    dimensions = components.get("dimensionList", {"id": "DimensionDescriptor"})
    for position, dimension in enumerate(dimensions.get("dimensions", [])):
        dimension |= {"position": position, "type": "Dimension"}
    if time := dimensions.pop("timeDimension", None):
        position = len(dimensions.get("dimensions", []))
        dimensions["timeDimensions"] = [{**time, "position": position, "type": "TimeDimension"}]
    primary, *others = components.get("measureList", {}).get("measures", [{}])
    attributes = [*components.get("attributeList", {}).get("attributes", []), *(_as_attribute(m) for m in others)]
    components |= {"dimensionList": dimensions, "measureList": {"id": "MeasureDescriptor", "primaryMeasure": primary}}
    primary |= {"id": _MEASURE}
    for key in ("usage", "conceptRoles"):
        primary.pop(key, None)
    if attributes:
        components["attributeList"] = {
            "id": "AttributeDescriptor",
            "attributes": [_attribute(attribute) for attribute in attributes],
        }
    return said


def _as_attribute(measure: Json) -> Json:
    return {**measure, "attributeRelationship": {"observation": {}}}


def _attribute(said: Json) -> Json:
    relationship = said["attributeRelationship"]
    if "observation" in relationship:
        relationship = {"primaryMeasure": _MEASURE}
    elif "dataflow" in relationship:
        relationship = {"none": {}}
    status = "Mandatory" if said.get("usage") == "mandatory" else "Conditional"
    kept = {key: value for key, value in said.items() if key not in ("usage", "measureRelationship")}
    return {**kept, "assignmentStatus": status, "attributeRelationship": relationship}


def _constraint(said: Json) -> Json:
    said["type"] = said.pop("role", "Allowed")
    said["cubeRegions"] = [
        {
            "isIncluded": region.get("include", True),
            **{
                old: [_values(entry) for entry in region[new]]
                for new, old in (("keyValues", "keyValues"), ("components", "attributes"))
                if new in region
            },
        }
        for region in said.get("cubeRegions", [])
    ]
    return said


def _values(entry: Json) -> Json:
    values = [value["value"] if isinstance(value, dict) else value for value in entry.get("values", [])]
    return {**entry, "values": values} if values else entry


def _agreement(said: Json) -> Json:
    if "dataflow" in said:
        said["structureUsage"] = said.pop("dataflow")
    return said


def _metadata_structure(said: Json) -> Json:
    """Any dataflow may be reported on, as SDMX-ML 2.1 says it here, too."""
    listed = said.get("metadataStructureComponents", {}).get("metadataAttributeList")
    if not listed:
        return said
    package = "urn:sdmx:org.sdmx.infomodel.metadatastructure.MetadataTarget"
    target = f"{package}={said['agencyID']}:{said['id']}({said['version']}).TARGET"
    subject = {
        "id": "DATAFLOW",
        "objectType": "Dataflow",
        "localRepresentation": {"textFormat": {"textType": "IdentifiableReference"}},
    }
    report = {"id": "REPORT", "metadataAttributes": listed["metadataAttributes"], "metadataTargets": [target]}
    said["metadataStructureComponents"] = {
        "metadataTargets": [{"id": "TARGET", "identifiableObjectTargets": [subject]}],
        "reportStructures": [report],
    }
    return said


def _metadataflow(said: Json) -> Json:
    said.pop("targets", None)
    return said


_BODIES: Mapping[Kind, Callable[[Json], Json]] = {
    Kind.DATA_STRUCTURE: _data_structure,
    Kind.DATA_CONSTRAINT: _constraint,
    Kind.PROVISION_AGREEMENT: _agreement,
    Kind.METADATA_STRUCTURE: _metadata_structure,
    Kind.METADATAFLOW: _metadataflow,
}
