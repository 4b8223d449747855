"""SDMX-JSON 1.0 structures, out of documents of 2.0.

1.0 follows the information model of SDMX 2.1: one measure (any further one is an attribute of observations), text formats with
a text type, content constraints, the target and report that a metadata structure must have, versions of numbers alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dataexchange.messages.structure_json_parts import Json
from dataexchange.model.structure import ID, Artefact, ItemRef, Kind

_MEASURE = "OBS_VALUE"
#: `(1.0.0-draft)` at the end of a URN or before an item.
_EXTENSION = re.compile(r"\(([0-9.]+)-[^)]*\)")
_RENAMED = (
    ("registry.DataConstraint=", "registry.ContentConstraint="),
    ("codelist.ValueList=", "codelist.Codelist="),
)
#: Lists of items whose parent is named by its URN; codes have its id, as in 2.0.
_OF_PARENTS = {Kind.CONCEPT_SCHEME: "concepts", Kind.ORGANISATION_UNIT_SCHEME: "organisationUnits"}


def in_1_0(document: Json, artefact: Artefact) -> Json:
    said: Json = _part(document)
    said.pop("x-isFinal", None)
    said["version"] = artefact.version.split("-", 1)[0]
    said["isFinal"] = artefact.is_final
    for item in said.get(_OF_PARENTS.get(artefact.kind, ""), []):
        if "parent" in item:
            item["parent"] = _urn(ItemRef(artefact.ref, item["parent"]).urn)
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
    said["cubeRegions"] = [made for region in said.get("cubeRegions", []) for made in _regions(region)]
    sources = said.get("constraintAttachment", {}).pop("simpleDataSources", None)
    if sources:
        said["constraintAttachment"]["simpleDataSource"] = sources[0]
    for key_set in said.get("dataKeySets", []):
        key_set["keys"] = [{"keyValues": key["keyValues"]} for key in key_set["keys"]]
    return said


def _regions(region: Json) -> Iterator[Json]:
    """A key value that is not in the region is an excluded region of its own here: the same set."""
    keys = region.get("keyValues", [])
    out: Json = {"isIncluded": region.get("include", True)}
    for name, entries in (
        ("keyValues", [key for key in keys if key.get("include", True)]),
        ("attributes", region.get("components", [])),
    ):
        if entries:
            out[name] = [_values(entry) for entry in entries]
    yield out
    for key in keys:
        if not key.get("include", True):
            yield {"isIncluded": False, "keyValues": [_values(key)]}


def _values(entry: Json) -> Json:
    """No prefix to remove and no validity; values that stand for those below them are listed once more."""
    found = [value if isinstance(value, dict) else {"value": value} for value in entry.get("values", [])]
    cascading = [value["value"] for value in found if value.get("cascadeValues")]
    out: Json = {key: entry[key] for key in ("id", "timeRange") if key in entry}
    out |= {"values": [value["value"] for value in found]} if found else {}
    return {**out, "cascadeValues": cascading} if cascading else out


def _codelist(said: Json) -> Json:
    said.pop("codelistExtensions", None)
    return said


def _value_list(said: Json) -> Json:
    """A code list of those values that could be codes."""
    codes = [{"name": item["id"], **item} for item in said.pop("valueItems", []) if ID.fullmatch(item["id"])]
    return {**said, "codes": codes} if codes else said


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
    Kind.CODELIST: _codelist,
    Kind.VALUE_LIST: _value_list,
    Kind.PROVISION_AGREEMENT: _agreement,
    Kind.METADATA_STRUCTURE: _metadata_structure,
    Kind.METADATAFLOW: _metadataflow,
}
