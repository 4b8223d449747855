"""Maps in structure sets of SDMX-ML 2.1, written: as much of them as 2.1 can say.

A set has the name of the map it holds. 2.1 maps one component to one other, code to code or text to text: fixed values, dates,
patterns and maps of several components at once cannot be said and are left out. Representation maps stand within the structure map
that uses them, where both are in the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataexchange.messages.structure_xml_write_parts import Dialect, local_reference, named, notes, reference
from dataexchange.messages.xml_build import element
from dataexchange.model.structure import Artefact, Dataflow, DataStructure, Kind, Ref
from dataexchange.model.structure_map import (
    ComponentMap,
    ItemSchemeMap,
    RepresentationMap,
    StructureMap,
)

#: Map of items -> the element of one pair.
_PAIRS: Mapping[Kind, str] = {
    Kind.CONCEPT_SCHEME_MAP: "str:ConceptMap",
    Kind.CATEGORY_SCHEME_MAP: "str:CategoryMap",
    Kind.ORGANISATION_SCHEME_MAP: "str:OrganisationMap",
}


def is_sayable(artefact: Artefact) -> bool:
    """Whether 2.1 can say the map by itself: a list of codes to one other, one to one."""
    return not isinstance(artefact, RepresentationMap) or (_between_lists(artefact) and bool(_plain(artefact)))


def used_in(artefacts: list[Artefact]) -> set[Ref]:
    """Representation maps that stand within the structure maps of the message."""
    return {
        c.representation for a in artefacts if isinstance(a, StructureMap) for c in a.components if c.representation
    }


def representation_set(found: RepresentationMap, dialect: Dialect) -> str:
    return _codelist_map(found, dialect) if is_sayable(found) else ""


def _between_lists(found: RepresentationMap) -> bool:
    ends = (*found.sources, *found.targets)
    return len(ends) == 2 and all(isinstance(end, Ref) and end.kind is Kind.CODELIST for end in ends)


def _plain(found: RepresentationMap) -> list[tuple[str, str]]:
    """The pairs of values that are one to one, and no patterns."""
    return [
        (m.sources[0].value, m.targets[0])
        for m in found.mappings
        if len(m.sources) == len(m.targets) == 1 and not m.sources[0].is_regex and m.sources[0].start is None
    ]


def _codelist_map(found: RepresentationMap, dialect: Dialect) -> str:
    source, target = found.sources[0], found.targets[0]
    assert isinstance(source, Ref)
    assert isinstance(target, Ref)
    ends = reference("str:Source", source, dialect) + reference("str:Target", target, dialect)
    pairs = (_pair("str:CodeMap", *pair, dialect) for pair in _plain(found))
    return element("str:CodelistMap", {"id": found.id}, _head(found, dialect), ends, *pairs)


def _head(found: Artefact, dialect: Dialect) -> str:
    return notes(found.annotations, dialect) + named(found.names, found.descriptions, found.id)


def _pair(name: str, source: str, target: str, dialect: Dialect) -> str:
    ends = local_reference("str:Source", source, dialect) + local_reference("str:Target", target, dialect)
    return element(name, {}, ends)


def item_set(found: ItemSchemeMap, dialect: Dialect) -> str:
    ends = reference("str:Source", found.source, dialect) + reference("str:Target", found.target, dialect)
    name = _PAIRS[found.kind]
    pairs = [_pair(name, m.sources[0].value, m.targets[0], dialect) for m in found.mappings if m.targets]
    if not pairs:
        return ""
    return element(f"str:{found.kind.urn_class}", {"id": found.id}, _head(found, dialect), ends, *pairs)


def structure_set(found: StructureMap, dialect: Dialect) -> str:
    single = [c for c in found.components if len(c.sources) == len(c.targets) == 1]
    if not single:
        return ""
    inner = "".join(_codelist_map(used, dialect) for used in _lists(single, dialect))
    ends = reference("str:Source", found.source, dialect) + reference("str:Target", found.target, dialect)
    components = "".join(_component(c, found, dialect) for c in single)
    return inner + element("str:StructureMap", {"id": found.id}, _head(found, dialect), ends, components)


def _lists(components: list[ComponentMap], dialect: Dialect) -> Iterator[RepresentationMap]:
    for ref in dict.fromkeys(c.representation for c in components if c.representation):
        used = dialect.beside.get(ref)
        if isinstance(used, RepresentationMap) and is_sayable(used):
            yield used


def _component(found: ComponentMap, whole: StructureMap, dialect: Dialect) -> str:
    ends = _end("str:Source", found.sources[0], whole.source, dialect)
    ends += _end("str:Target", found.targets[0], whole.target, dialect)
    return element("str:ComponentMap", {}, notes(found.annotations, dialect), ends, _values(found, dialect))


def _values(found: ComponentMap, dialect: Dialect) -> str:
    used = dialect.beside.get(found.representation) if found.representation else None
    pairs = _plain(used) if isinstance(used, RepresentationMap) else []
    if not pairs or not isinstance(used, RepresentationMap):
        return ""
    if is_sayable(used):
        inner = local_reference("str:CodelistMap", used.id, dialect)
    else:
        written = (element("str:ValueMapping", {"source": source, "target": target}) for source, target in pairs)
        inner = element("str:ValueMap", {}, *written)
    return element("str:RepresentationMapping", {}, inner)


def _end(name: str, component: str, of: Ref, dialect: Dialect) -> str:
    cls, container = _place(component, of, dialect)
    attributes = {"containerID": container, "id": component, "class": cls, "package": "datastructure"}
    return element(name, {}, element("Ref", attributes))


def _place(component: str, of: Ref, dialect: Dialect) -> tuple[str, str]:
    """Class and list of a component, which 2.1 demands: a dimension where its structure is not in the message."""
    structure = dialect.beside.get(of)
    if isinstance(structure, Dataflow) and structure.structure:
        structure = dialect.beside.get(structure.structure)
    if isinstance(structure, DataStructure):
        if structure.time_dimension and component == structure.time_dimension.id:
            return "TimeDimension", "DimensionDescriptor"
        if component in [measure.id for measure in structure.measures[:1]]:
            return "PrimaryMeasure", "MeasureDescriptor"
        if component in [attribute.id for attribute in structure.attributes]:
            return "Attribute", "AttributeDescriptor"
    return "Dimension", "DimensionDescriptor"
