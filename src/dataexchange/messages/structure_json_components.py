"""Components of data and metadata structures in SDMX-JSON, both ways.

A series attribute that names no dimension is written with all of them, and one that names all in key order reads back as
naming none: the two mean the same. Group relationships become the group's dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataexchange.messages.structure_json_constraint import TIME
from dataexchange.messages.structure_json_parts import (
    Json,
    annotations_in,
    annotations_out,
    item_ref_in,
    mapping,
    objects,
    representation_in,
    representation_out,
    required,
)
from dataexchange.model.structure import (
    Attribute,
    Component,
    DataStructure,
    Dimension,
    Level,
    Measure,
    MetadataAttribute,
    MetadataStructure,
)


def data_structure_out(structure: DataStructure) -> Json:
    components: Json = {}
    dimensions: Json = {"id": "DimensionDescriptor"}
    if structure.dimensions:
        dimensions["dimensions"] = [_component_out(d) for d in structure.dimensions]
    if structure.time_dimension:
        time = _component_out(structure.time_dimension)
        dimensions["timeDimension"] = {**time, "localRepresentation": time.get("localRepresentation", {"format": {}})}
    if len(dimensions) > 1:
        components["dimensionList"] = dimensions
    if structure.measures:
        measures = [{**_component_out(m), "usage": _usage(m.mandatory)} for m in structure.measures]
        components["measureList"] = {"id": "MeasureDescriptor", "measures": measures}
    if structure.attributes:
        attributes = [_attribute_out(a, structure) for a in structure.attributes]
        components["attributeList"] = {"id": "AttributeDescriptor", "attributes": attributes}
    if structure.groups:
        components["groups"] = [
            {"id": group, **({"groupDimensions": list(ids)} if ids else {})} for group, ids in structure.groups.items()
        ]
    return {"dataStructureComponents": components} if components else {}


def _component_out(component: Component) -> Json:
    out: Json = {"id": component.id, **annotations_out(component.annotations)}
    if component.concept:
        out["conceptIdentity"] = component.concept.urn
    if component.roles:
        out["conceptRoles"] = [role.urn for role in component.roles]
    representation = representation_out(component.representation)
    if representation is not None:
        out["localRepresentation"] = representation
    return out


def _usage(mandatory: bool) -> str:
    return "mandatory" if mandatory else "optional"


def _attribute_out(attribute: Attribute, structure: DataStructure) -> Json:
    relationship: Json
    match attribute.level:
        case Level.OBSERVATION:
            relationship = {"observation": {}}
        case Level.DATASET:
            relationship = {"dataflow": {}}
        case Level.SERIES:
            relationship = {"dimensions": list(attribute.dimensions or structure.dimension_ids)}
    out = {**_component_out(attribute), "usage": _usage(attribute.mandatory), "attributeRelationship": relationship}
    if attribute.measures:
        out["measureRelationship"] = list(attribute.measures)
    return out


def data_structure_in(data: Json) -> Json:
    """The fields of a DataStructure beside those that every artefact has."""
    components = mapping(data.get("dataStructureComponents") or {}, "dataStructureComponents")
    dimension_list = mapping(components.get("dimensionList") or {}, "dimensionList")
    dimensions = tuple(Dimension(**_component_in(d)) for d in _by_position(objects(dimension_list, "dimensions")))
    time = dimension_list.get("timeDimension") or next(iter(dimension_list.get("timeDimensions") or ()), None)
    measures = mapping(components.get("measureList") or {}, "measureList")
    attributes = mapping(components.get("attributeList") or {}, "attributeList")
    groups = {
        required(g, "id"): tuple(str(d) for d in g.get("groupDimensions") or ()) for g in objects(components, "groups")
    }
    ids = tuple(d.id for d in dimensions)
    return {
        "dimensions": dimensions,
        "time_dimension": Dimension(**_component_in(time)) if time else None,
        "measures": _measures_in(measures),
        "attributes": tuple(_attribute_in(a, ids, groups) for a in objects(attributes, "attributes")),
        "groups": groups,
    }


def _by_position(dimensions: list[Json]) -> list[Json]:
    """In key order: by `position` where every dimension has one, else as they stand."""
    if all(isinstance(d.get("position"), int) for d in dimensions):
        return sorted(dimensions, key=lambda d: int(d["position"]))
    return dimensions


def _measures_in(data: Json) -> tuple[Measure, ...]:
    """SDMX-JSON 1.0 has one `primaryMeasure`; it counts as optional, as the standard has it."""
    found = objects(data, "measures") or ([data["primaryMeasure"]] if data.get("primaryMeasure") else [])
    return tuple(Measure(**_component_in(m), mandatory=m.get("usage") == "mandatory") for m in found)


def _component_in(data: Json) -> dict[str, Any]:
    concept = data.get("conceptIdentity")
    identity = item_ref_in(concept) if concept else None
    return {
        "id": data.get("id") or (identity.id if identity else required(data, "id")),
        "concept": identity,
        "representation": representation_in(data.get("localRepresentation")),
        "annotations": annotations_in(data),
        "roles": tuple(item_ref_in(urn) for urn in data.get("conceptRoles") or ()),
    }


def _attribute_in(data: Json, ids: tuple[str, ...], groups: dict[str, tuple[str, ...]]) -> Attribute:
    relationship = mapping(data.get("attributeRelationship") or {}, "attributeRelationship")
    level, dimensions = relationship_in(relationship, groups)
    mandatory = data.get("usage") == "mandatory" or data.get("assignmentStatus") == "Mandatory"
    return Attribute(
        **_component_in(data),
        level=level,
        mandatory=mandatory,
        dimensions=() if dimensions == ids else dimensions,
        measures=tuple(str(m) for m in data.get("measureRelationship") or ()),
    )


def relationship_in(data: Any, groups: dict[str, tuple[str, ...]]) -> tuple[Level, tuple[str, ...]]:
    """What varies with the time dimension, too, can only stand at observations. Names of no dimension and no group stay, for
    `model.soundness` to tell."""
    if data.get("dimensions"):
        dimensions = tuple(str(d) for d in data["dimensions"])
        return (Level.OBSERVATION, ()) if TIME in dimensions else (Level.SERIES, dimensions)
    if data.get("group"):
        return Level.SERIES, groups.get(str(data["group"]), (str(data["group"]),))
    if "dataflow" in data or "none" in data:
        return Level.DATASET, ()
    return Level.OBSERVATION, ()


def metadata_structure_out(structure: MetadataStructure) -> Json:
    inner: dict[str | None, list[MetadataAttribute]] = {}
    for attribute in structure.attributes:
        inner.setdefault(attribute.parent, []).append(attribute)
    roots = [_metadata_attribute_out(a, inner) for a in inner.get(None, ())]
    if not roots:
        return {}
    attributes = {"id": "MetadataAttributeDescriptor", "metadataAttributes": roots}
    return {"metadataStructureComponents": {"metadataAttributeList": attributes}}


def _metadata_attribute_out(
    attribute: MetadataAttribute, inner: Mapping[str | None, Sequence[MetadataAttribute]]
) -> Json:
    out = _component_out(attribute)
    out["minOccurs"] = attribute.min_occurs
    out["maxOccurs"] = attribute.max_occurs if attribute.max_occurs is not None else "unbounded"
    out["isPresentational"] = attribute.presentational
    within = [_metadata_attribute_out(a, inner) for a in inner.get(attribute.id, ())]
    return {**out, "metadataAttributes": within} if within else out


def metadata_structure_in(data: Json) -> Json:
    components = mapping(data.get("metadataStructureComponents") or {}, "metadataStructureComponents")
    reports = objects(components, "reportStructures")  # SDMX-JSON 1.0
    attributes = mapping(components.get("metadataAttributeList") or next(iter(reports), {}), "metadataAttributeList")
    return {"attributes": tuple(_metadata_attributes_in(attributes, None))}


def _metadata_attributes_in(data: Json, parent: str | None) -> list[MetadataAttribute]:
    out = []
    for entry in objects(data, "metadataAttributes"):
        most = entry.get("maxOccurs", 1)
        found = MetadataAttribute(
            **_component_in(entry),
            min_occurs=int(entry.get("minOccurs", 1)),
            max_occurs=None if most == "unbounded" else int(most),
            parent=parent,
            presentational=bool(entry.get("isPresentational", False)),
        )
        out += [found, *_metadata_attributes_in(entry, found.id)]
    return out
