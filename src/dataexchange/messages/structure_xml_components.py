"""Data and metadata structures in SDMX-ML 2.1 and 3.x, read.

A dimension relationship that names the time dimension is one of observations; a group relationship is one of series, with
the group's dimensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dataexchange.messages.structure_json_constraint import TIME
from dataexchange.messages.structure_xml_parts import (
    item_reference,
    local_id,
    maintainable,
    notes,
    representation,
    truth,
)
from dataexchange.messages.xml_source import Misshapen, child, children, local
from dataexchange.model.structure import (
    Attribute,
    DataStructure,
    Dimension,
    Kind,
    Level,
    Measure,
    MetadataAttribute,
    MetadataStructure,
    Representation,
)


def data_structure(element: Any) -> DataStructure:
    components = child(element, "DataStructureComponents")
    lists: dict[str, Any] = {}
    groups: dict[str, tuple[str, ...]] = {}
    for entry in children(components) if components is not None else ():
        if local(entry) == "Group":
            groups[entry.get("id")] = tuple(_group_dimensions(entry))
        else:
            lists[local(entry)] = entry
    dimensions, time = _dimensions(lists.get("DimensionList"))
    ids = tuple(d.id for d in dimensions)
    attributes = lists.get("AttributeList")
    return DataStructure(
        **maintainable(element),
        dimensions=dimensions,
        time_dimension=time,
        measures=tuple(_measures(lists.get("MeasureList"))),
        attributes=tuple(_attribute(a, ids, groups) for a in _attributes(attributes)),
        groups=groups,
    )


def _component(element: Any, default_type: str = "String") -> dict[str, Any]:
    identity = child(element, "ConceptIdentity")
    concept = item_reference(identity, Kind.CONCEPT_SCHEME) if identity is not None else None
    identifier = element.get("id") or (concept.id if concept else None)
    if not identifier:
        raise Misshapen(element, "a component has neither id nor concept: add them and send the message again.")
    return {
        "id": identifier,
        "concept": concept,
        "representation": representation(element, "LocalRepresentation", default_type) or Representation(),
        "annotations": notes(element),
        "roles": tuple(item_reference(role, Kind.CONCEPT_SCHEME) for role in children(element, "ConceptRole")),
    }


def _dimensions(holder: Any | None) -> tuple[tuple[Dimension, ...], Dimension | None]:
    """In key order: by `position` where every dimension has one, else as they stand."""
    found: list[tuple[int | None, Dimension]] = []
    time = None
    for entry in children(holder) if holder is not None else ():
        match local(entry):
            case "TimeDimension":
                time = Dimension(**_component(entry, "ObservationalTimePeriod"))
            case "Dimension" | "MeasureDimension":
                position = entry.get("position") or ""
                found.append((int(position) if position.isdecimal() else None, Dimension(**_component(entry))))
    if all(position is not None for position, _ in found):
        found.sort(key=lambda pair: pair[0] or 0)
    return tuple(dimension for _, dimension in found), time


def _measures(holder: Any | None) -> Iterator[Measure]:
    for entry in children(holder) if holder is not None else ():
        if local(entry) in ("Measure", "PrimaryMeasure"):
            yield Measure(**_component(entry), mandatory=entry.get("usage") == "mandatory")


def _attributes(holder: Any | None) -> Iterator[Any]:
    kinds = ("Attribute", "ReportingYearStartDay", "ReportingYearStartOrEndDay")
    for entry in children(holder) if holder is not None else ():
        if local(entry) in kinds:
            yield entry


def _attribute(element: Any, ids: tuple[str, ...], groups: Mapping[str, tuple[str, ...]]) -> Attribute:
    level, dimensions = _relationship(child(element, "AttributeRelationship"), groups)
    measured = child(element, "MeasureRelationship")
    measures = (local_id(m) for m in children(measured)) if measured is not None else ()
    return Attribute(
        **_component(element),
        level=level,
        mandatory=element.get("usage") == "mandatory" or element.get("assignmentStatus") == "Mandatory",
        dimensions=() if dimensions == ids else dimensions,
        measures=tuple(m for m in measures if m),
    )


def _relationship(element: Any | None, groups: Mapping[str, tuple[str, ...]]) -> tuple[Level, tuple[str, ...]]:
    """Names of no dimension and no group stay, for `model.soundness` to tell."""
    if element is None:
        return Level.OBSERVATION, ()
    names = {local(entry) for entry in children(element)}
    if names & {"None", "Dataflow"}:
        return Level.DATASET, ()
    if "Dimension" in names:
        dimensions = tuple(i for i in (local_id(d) for d in children(element, "Dimension")) if i)
        return (Level.OBSERVATION, ()) if TIME in dimensions else (Level.SERIES, dimensions)
    if "Group" in names:
        group = local_id(child(element, "Group")) or ""
        return Level.SERIES, groups.get(group, (group,))
    return Level.OBSERVATION, ()


def _group_dimensions(group: Any) -> Iterator[str]:
    for entry in children(group, "GroupDimension"):
        reference = child(entry, "DimensionReference")
        identifier = local_id(reference) if reference is not None else None
        if identifier:
            yield identifier


def metadata_structure(element: Any) -> MetadataStructure:
    """The attributes of every report structure (2.1) or of the one list (3.x)."""
    components = child(element, "MetadataStructureComponents")
    attributes: list[MetadataAttribute] = []
    for holder in children(components) if components is not None else ():
        if local(holder) in ("MetadataAttributeList", "ReportStructure"):
            attributes += _metadata_attributes(holder, None)
    return MetadataStructure(**maintainable(element), attributes=tuple(attributes))


def _metadata_attributes(holder: Any, parent: str | None) -> Iterator[MetadataAttribute]:
    for entry in children(holder, "MetadataAttribute"):
        most = entry.get("maxOccurs") or "1"
        least = entry.get("minOccurs") or "1"
        if not least.isdecimal() or not (most.isdecimal() or most == "unbounded"):
            raise Misshapen(entry, "minOccurs and maxOccurs are whole numbers, or 'unbounded': correct them.")
        attribute = MetadataAttribute(
            **_component(entry),
            min_occurs=int(least),
            max_occurs=None if most == "unbounded" else int(most),
            parent=parent,
            presentational=truth(entry.get("isPresentational")),
        )
        yield attribute
        yield from _metadata_attributes(entry, attribute.id)
