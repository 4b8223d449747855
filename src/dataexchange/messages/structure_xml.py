"""SDMX-ML structure messages, read: 2.1, 3.0 and 3.1, one artefact at a time.

Prefixes, re-declared namespaces and the way of referring do not matter. What the exchange does not hold (VTL, processes …, stubs that
point elsewhere, and parts such as contacts) is counted, never fatal:

    read_structure_xml(open_xml(path)).skipped == {"Contact": 10}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dataexchange.errors import NotSupported, Unreadable
from dataexchange.messages.structure_message import StructureMessage
from dataexchange.messages.structure_xml_components import data_structure, metadata_structure
from dataexchange.messages.structure_xml_constraint import constraint
from dataexchange.messages.structure_xml_hierarchy import association, hierarchical_codelist, hierarchy
from dataexchange.messages.structure_xml_maps import ITEM_MAPS, item_map, representation_map, structure_map
from dataexchange.messages.structure_xml_parts import (
    item_reference,
    local_id,
    maintainable,
    notes,
    reference,
    representation,
    texts,
    truth,
)
from dataexchange.messages.structure_xml_sets import structure_set
from dataexchange.messages.xml_source import (
    MAX_DEPTH,
    Misshapen,
    XmlSource,
    child,
    children,
    events,
    local,
    release,
    reported,
    text_of,
)
from dataexchange.model.structure import (
    AgencyScheme,
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    CodelistExtension,
    ConceptScheme,
    DataConsumerScheme,
    Dataflow,
    DataProviderScheme,
    Item,
    ItemScheme,
    Kind,
    Member,
    Metadataflow,
    MetadataProviderScheme,
    MetadataProvisionAgreement,
    OrganisationUnitScheme,
    ProvisionAgreement,
    ValueList,
)

#: Parts of artefacts that no word holds; they are counted.
_UNHELD = (
    "Contact",
    "HybridCodelistMap",
    "MetadataKeySet",
    "MetadataAttributeUsage",
    "QueryableDataSource",
    "ReportingTaxonomyMap",
    "SentinelValue",
)

_SCHEMES: Mapping[str, tuple[type[ItemScheme], str]] = {
    "Codelist": (Codelist, "Code"),
    "ValueList": (ValueList, "ValueItem"),
    "ConceptScheme": (ConceptScheme, "Concept"),
    "AgencyScheme": (AgencyScheme, "Agency"),
    "DataProviderScheme": (DataProviderScheme, "DataProvider"),
    "DataConsumerScheme": (DataConsumerScheme, "DataConsumer"),
    "MetadataProviderScheme": (MetadataProviderScheme, "MetadataProvider"),
    "OrganisationUnitScheme": (OrganisationUnitScheme, "OrganisationUnit"),
    "CategoryScheme": (CategoryScheme, "Category"),
}


def read_structure_xml(source: XmlSource) -> StructureMessage:
    if source.root not in ("Structure", "RegistryInterface"):
        raise Unreadable(
            f"{source.name}: the root element is {source.root!r}, not 'Structure': send an SDMX structure message."
        )
    if source.version in ("1.0", "2.0"):
        raise Unreadable(f"{source.name}: SDMX-ML {source.version} is not read here: send SDMX-ML 2.1 or 3.x.")
    skipped: Counter[str] = Counter()
    with reported(source):
        artefacts = tuple(_artefacts(source, skipped))
    return StructureMessage(artefacts, dict(skipped))


def _artefacts(source: XmlSource, skipped: Counter[str]) -> Iterator[Artefact]:
    """Artefacts are the grandchildren of the element `Structures`."""
    depth, level = 0, 0
    for event, element in events(source, ("start", "end")):
        if event == "start":
            depth += 1
            if depth > MAX_DEPTH:
                raise Misshapen(
                    element, f"elements stand more than {MAX_DEPTH} deep in each other: send a plain message."
                )
            if local(element) == "Structures" and not level:
                level = depth + 2
            continue
        if level and depth == level:
            yield from _read(element, skipped)
            release(element)
        depth -= 1


def _read(element: Any, skipped: Counter[str]) -> tuple[Artefact, ...]:
    """Mostly one; sets of 2.1 hold several, and what is not held is none."""
    name = local(element)
    if truth(element.get("isExternalReference")):
        skipped[f"{name} (stub)"] += 1
        return ()
    try:
        if name in _SETS:
            found = tuple(_SETS[name](element))
        elif name in _READERS:
            found = (_READERS[name](element),)
        else:
            raise NotSupported(name)
    except NotSupported:
        skipped[name] += 1
        return ()
    skipped.update(local(part) for part in element.iter(*("{*}" + part for part in _UNHELD)))
    return found


def _scheme(element: Any) -> ItemScheme:
    cls, name = _SCHEMES[local(element)]
    items = _categories(element, None, set()) if cls is CategoryScheme else (_item(e) for e in children(element, name))
    more: dict[str, Any] = {"items": tuple(items), "is_partial": truth(element.get("isPartial"))}
    if cls is Codelist:
        more["extensions"] = tuple(_extension(entry) for entry in children(element, "CodelistExtension"))
    return cls(**maintainable(element), **more)


def _extension(element: Any) -> CodelistExtension:
    codelist = child(element, "Codelist")
    if codelist is None:
        raise Misshapen(element, "a code list extension names no Codelist: add it and send the message again.")
    excluded = child(element, "ExclusiveCodeSelection")
    selection = excluded if excluded is not None else child(element, "InclusiveCodeSelection")
    members = children(selection, "MemberValue") if selection is not None else ()
    return CodelistExtension(
        codelist=reference(codelist, Kind.CODELIST),
        prefix=element.get("prefix") or "",
        included=excluded is None,
        members=tuple(Member(text_of(m) or "", _cascade(m.get("cascadeValues"))) for m in members),
    )


def _cascade(value: str | None) -> str | None:
    return None if value in (None, "false", "0") else "true" if value == "1" else value


def _item(element: Any) -> Item:
    identifier = element.get("id")
    if not identifier:
        raise Misshapen(element, "an item has no id: add it and send the message again.")
    parent = child(element, "Parent")
    return Item(
        id=identifier,
        names=texts(element, "Name"),
        descriptions=texts(element, "Description"),
        parent=local_id(parent) if parent is not None else None,
        annotations=notes(element),
        representation=representation(element, "CoreRepresentation"),
    )


def _categories(holder: Any, parent: str | None, seen: set[str]) -> Iterator[Item]:
    """Depth first. An id that stands twice in the scheme is told apart by its parent's: "A.X" and "B.X"."""
    for element in children(holder, "Category"):
        item = _item(element)
        identifier = f"{parent}.{item.id}" if item.id in seen and parent else item.id
        seen.add(identifier)
        yield replace(item, id=identifier, parent=parent)
        yield from _categories(element, identifier, seen)


def _categorisation(element: Any) -> Categorisation:
    source, target = child(element, "Source"), child(element, "Target")
    if source is None or target is None:
        raise Misshapen(element, "a categorisation has no source or no target: add it and send the message again.")
    return Categorisation(
        **maintainable(element), source=reference(source), target=item_reference(target, Kind.CATEGORY_SCHEME)
    )


def _dataflow(element: Any) -> Dataflow:
    structure = child(element, "Structure")
    ref = reference(structure, Kind.DATA_STRUCTURE) if structure is not None else None
    return Dataflow(**maintainable(element), structure=ref)


def _metadataflow(element: Any) -> Metadataflow:
    structure = child(element, "Structure")
    ref = reference(structure, Kind.METADATA_STRUCTURE) if structure is not None else None
    targets = tuple(t for t in (text_of(entry) for entry in children(element, "Target")) if t)
    return Metadataflow(**maintainable(element), structure=ref, targets=targets)


def _provision_agreement(element: Any) -> ProvisionAgreement:
    """2.1 calls the dataflow StructureUsage."""
    usage, provider = child(element, "StructureUsage"), child(element, "DataProvider")
    dataflow = usage if usage is not None else child(element, "Dataflow")
    if dataflow is None or provider is None:
        raise Misshapen(element, "a provision agreement has no dataflow or no provider: add it.")
    ref = reference(dataflow, Kind.DATAFLOW)
    if ref.kind is not Kind.DATAFLOW:
        raise NotSupported("an agreement on a metadataflow")
    return ProvisionAgreement(
        **maintainable(element), dataflow=ref, provider=item_reference(provider, Kind.DATA_PROVIDER_SCHEME)
    )


def _metadata_agreement(element: Any) -> MetadataProvisionAgreement:
    flow, provider = child(element, "Metadataflow"), child(element, "MetadataProvider")
    if flow is None or provider is None:
        raise Misshapen(element, "a metadata provision agreement has no metadataflow or no provider: add it.")
    return MetadataProvisionAgreement(
        **maintainable(element),
        metadataflow=reference(flow, Kind.METADATAFLOW),
        provider=item_reference(provider, Kind.METADATA_PROVIDER_SCHEME),
        targets=tuple(t for t in (text_of(entry) for entry in children(element, "Target")) if t),
    )


_READERS: Mapping[str, Callable[[Any], Artefact]] = {
    **dict.fromkeys(_SCHEMES, _scheme),
    "Categorisation": _categorisation,
    "DataStructure": data_structure,
    "MetadataStructure": metadata_structure,
    "Dataflow": _dataflow,
    "Metadataflow": _metadataflow,
    "ProvisionAgreement": _provision_agreement,
    "ContentConstraint": constraint,
    "DataConstraint": constraint,
    "AvailabilityConstraint": constraint,
    "MetadataProvisionAgreement": _metadata_agreement,
    "Hierarchy": hierarchy,
    "HierarchyAssociation": association,
    "StructureMap": structure_map,
    "RepresentationMap": representation_map,
    **dict.fromkeys(ITEM_MAPS, item_map),
}

#: Elements of 2.1 that hold several artefacts of today.
_SETS: Mapping[str, Callable[[Any], Iterator[Artefact]]] = {
    "HierarchicalCodelist": hierarchical_codelist,
    "StructureSet": structure_set,
}
