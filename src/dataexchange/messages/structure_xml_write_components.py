"""Data and metadata structures in SDMX-ML 2.1 and 3.0, written.

Component ids are always written. 2.1 has one measure, the primary one; any further one is written as an attribute of observations,
and a metadata structure gets the target and report that 2.1 demands. No MeasureRelationship in 3.0: sdmx1 refuses
messages that have one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dataexchange.messages.structure_xml_write_parts import (
    Dialect,
    local_reference,
    notes,
    reference,
    representation,
)
from dataexchange.messages.xml_build import element, flag
from dataexchange.model.structure import (
    Attribute,
    Component,
    DataStructure,
    Level,
    Measure,
    MetadataAttribute,
    MetadataStructure,
    as_attribute,
)


def data_structure(structure: DataStructure, dialect: Dialect) -> str:
    if not structure.dimensions and not structure.measures:
        return ""
    dimensions = [
        element("str:Dimension", {"id": d.id, "position": str(n)}, _inner(d, dialect))
        for n, d in enumerate(structure.dimensions, 1)
    ]
    time = structure.time_dimension
    if time:
        inner = _inner(time, dialect, is_time=True)
        dimensions.append(element("str:TimeDimension", {"id": time.id}, inner))
    attributes = [_attribute(a, structure, dialect) for a in structure.attributes]
    measures = structure.measures
    if dialect.is_2_1 and measures:
        measures = (structure.measure,)
        attributes += [_attribute(as_attribute(m), structure, dialect) for m in structure.further_measures]
    return element(
        "str:DataStructureComponents",
        {},
        element("str:DimensionList", {"id": "DimensionDescriptor"}, *dimensions),
        *(_group(identifier, ids, dialect) for identifier, ids in structure.groups.items() if ids),
        element("str:AttributeList", {"id": "AttributeDescriptor"}, *attributes) if attributes else "",
        element("str:MeasureList", {"id": "MeasureDescriptor"}, *(_measure(m, dialect) for m in measures))
        if measures
        else "",
    )


def _inner(component: Component, dialect: Dialect, *, is_time: bool = False) -> str:
    """Annotations, concept, representation and roles, in the order of the schema."""
    return "".join(
        (
            notes(component.annotations, dialect),
            reference("str:ConceptIdentity", component.concept, dialect) if component.concept else "",
            representation("str:LocalRepresentation", component.representation, dialect, is_time=is_time),
            *(() if is_time else (reference("str:ConceptRole", role, dialect) for role in component.roles)),
        )
    )


def _measure(measure: Measure, dialect: Dialect) -> str:
    if dialect.is_2_1:
        bare = Component(
            id=measure.id,
            concept=measure.concept,
            representation=measure.representation,
            annotations=measure.annotations,
        )
        return element("str:PrimaryMeasure", {"id": "OBS_VALUE"}, _inner(bare, dialect))
    usage = "mandatory" if measure.mandatory else "optional"
    return element("str:Measure", {"id": measure.id, "usage": usage}, _inner(measure, dialect))


def _attribute(attribute: Attribute, structure: DataStructure, dialect: Dialect) -> str:
    if dialect.is_2_1:
        usage = {"assignmentStatus": "Mandatory" if attribute.mandatory else "Conditional"}
    else:
        usage = {"usage": "mandatory" if attribute.mandatory else "optional"}
    relationship = element("str:AttributeRelationship", {}, _relationship(attribute, structure, dialect))
    return element("str:Attribute", {"id": attribute.id, **usage}, _inner(attribute, dialect), relationship)


def _relationship(attribute: Attribute, structure: DataStructure, dialect: Dialect) -> str:
    match attribute.level:
        case Level.DATASET:
            return "<str:None/>" if dialect.is_2_1 else "<str:Dataflow/>"
        case Level.OBSERVATION if dialect.is_2_1:
            return local_reference("str:PrimaryMeasure", "OBS_VALUE", dialect)
        case Level.OBSERVATION:
            return "<str:Observation/>"
        case Level.SERIES:
            ids = attribute.dimensions or structure.dimension_ids
            return "".join(local_reference("str:Dimension", i, dialect) for i in ids)


def _group(identifier: str, ids: tuple[str, ...], dialect: Dialect) -> str:
    members = (element("str:GroupDimension", {}, local_reference("str:DimensionReference", i, dialect)) for i in ids)
    return element("str:Group", {"id": identifier}, *members)


def metadata_structure(structure: MetadataStructure, dialect: Dialect) -> str:
    inner: dict[str | None, list[MetadataAttribute]] = {}
    for attribute in structure.attributes:
        inner.setdefault(attribute.parent, []).append(attribute)
    roots = "".join(_metadata_attribute(a, inner, dialect) for a in inner.get(None, ()))
    if not roots:
        return ""
    if not dialect.is_2_1:
        attributes = element("str:MetadataAttributeList", {"id": "MetadataAttributeDescriptor"}, roots)
        return element("str:MetadataStructureComponents", {}, attributes)
    object_ = element(
        "str:IdentifiableObjectTarget",
        {"id": "DATAFLOW", "objectType": "Dataflow"},
        '<str:LocalRepresentation><str:TextFormat textType="IdentifiableReference"/></str:LocalRepresentation>',
    )
    target = local_reference("str:MetadataTarget", "TARGET", dialect)
    return element(
        "str:MetadataStructureComponents",
        {},
        element("str:MetadataTarget", {"id": "TARGET"}, object_),
        element("str:ReportStructure", {"id": "REPORT"}, roots, target),
    )


def _metadata_attribute(
    attribute: MetadataAttribute, inner: Mapping[str | None, Sequence[MetadataAttribute]], dialect: Dialect
) -> str:
    return element(
        "str:MetadataAttribute",
        {
            "id": attribute.id,
            "minOccurs": str(attribute.min_occurs),
            "maxOccurs": "unbounded" if attribute.max_occurs is None else str(attribute.max_occurs),
            "isPresentational": flag(attribute.presentational),
        },
        _inner(attribute, dialect),
        *(_metadata_attribute(a, inner, dialect) for a in inner.get(attribute.id, ())),
    )
