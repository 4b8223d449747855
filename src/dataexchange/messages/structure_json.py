"""SDMX-JSON 2.0 structures, both ways: the one serialisation in which the store keeps artefacts.

    >>> from dataexchange.model.structure import Codelist, Item, Kind
    >>> sex = Codelist(agency="DX", id="CL_SEX", version="1.0.0", items=(Item(id="F", names={"en": "Female"}),))
    >>> from_json(Kind.CODELIST, to_json(sex)) == sex
    True

Nothing of a word is lost. SDMX 3 has no isFinal: a version of three numbers is final, any other is not; where a word says
otherwise (2.1 artefacts mostly) the document has "x-isFinal". Categories and metadata attributes are nested, depth first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dataexchange.errors import Unreadable
from dataexchange.messages.structure_json_components import (
    data_structure_in,
    data_structure_out,
    metadata_structure_in,
    metadata_structure_out,
)
from dataexchange.messages.structure_json_constraint import constraint_in, constraint_out
from dataexchange.messages.structure_json_extension import extension_out, extensions_in
from dataexchange.messages.structure_json_hierarchy import (
    association_in,
    association_out,
    hierarchy_in,
    hierarchy_out,
)
from dataexchange.messages.structure_json_maps import (
    item_map_in,
    item_map_out,
    representation_map_in,
    representation_map_out,
    structure_map_in,
    structure_map_out,
)
from dataexchange.messages.structure_json_parts import (
    Json,
    annotations_in,
    annotations_out,
    item_ref_in,
    names_in,
    names_out,
    objects,
    ref_in,
    representation_in,
    representation_out,
    required,
    text_in,
)
from dataexchange.model.hierarchy import Hierarchy, HierarchyAssociation
from dataexchange.model.structure import (
    AgencyScheme,
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    ConceptScheme,
    DataConstraint,
    DataConsumerScheme,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    Item,
    ItemScheme,
    Kind,
    Metadataflow,
    MetadataProviderScheme,
    MetadataProvisionAgreement,
    MetadataStructure,
    OrganisationUnitScheme,
    ProvisionAgreement,
    ValueList,
)
from dataexchange.model.structure_map import (
    CategorySchemeMap,
    ConceptSchemeMap,
    OrganisationSchemeMap,
    RepresentationMap,
    StructureMap,
)

CLASSES: Mapping[Kind, type[Artefact]] = {
    cls.kind: cls
    for cls in (
        AgencyScheme,
        Categorisation,
        CategoryScheme,
        CategorySchemeMap,
        Codelist,
        ConceptScheme,
        ConceptSchemeMap,
        DataConstraint,
        DataConsumerScheme,
        Dataflow,
        DataProviderScheme,
        DataStructure,
        Hierarchy,
        HierarchyAssociation,
        Metadataflow,
        MetadataProviderScheme,
        MetadataProvisionAgreement,
        MetadataStructure,
        OrganisationSchemeMap,
        OrganisationUnitScheme,
        ProvisionAgreement,
        RepresentationMap,
        StructureMap,
        ValueList,
    )
}

#: Item schemes and what their list of items is called.
ITEMS: Mapping[Kind, str] = {
    Kind.AGENCY_SCHEME: "agencies",
    Kind.DATA_PROVIDER_SCHEME: "dataProviders",
    Kind.DATA_CONSUMER_SCHEME: "dataConsumers",
    Kind.METADATA_PROVIDER_SCHEME: "metadataProviders",
    Kind.ORGANISATION_UNIT_SCHEME: "organisationUnits",
    Kind.CODELIST: "codes",
    Kind.VALUE_LIST: "valueItems",
    Kind.CONCEPT_SCHEME: "concepts",
    Kind.CATEGORY_SCHEME: "categories",
}

_FINAL = re.compile(r"\d+\.\d+\.\d+")


def version_is_final(version: str) -> bool:
    """What SDMX 3 says of a version: "1.0.0" is for ever, "1.0" and "1.0.0-draft" may change."""
    return _FINAL.fullmatch(version) is not None


def to_json(artefact: Artefact) -> Json:
    """The artefact as it stands in an SDMX-JSON 2.0 message."""
    out: Json = {"id": artefact.id, "agencyID": artefact.agency, "version": artefact.version}
    out |= names_out(artefact.names, artefact.descriptions, artefact.id)
    if artefact.is_final != version_is_final(artefact.version):
        out["x-isFinal"] = artefact.is_final
    if artefact.valid_from is not None:
        out["validFrom"] = artefact.valid_from
    if artefact.valid_to is not None:
        out["validTo"] = artefact.valid_to
    return out | annotations_out(artefact.annotations) | _BODIES_OUT[artefact.kind](artefact)


def from_json(kind: Kind, data: Json) -> Artefact:
    """The artefact of a document; raises Unreadable with a sentence where it is none."""
    try:
        identifier, version = required(data, "id"), str(data.get("version") or "1.0")
        final = data.get("x-isFinal", data.get("isFinal"))
        return CLASSES[kind](
            agency=required(data, "agencyID"),
            id=identifier,
            version=version,
            names=names_in(data, identifier),
            descriptions=text_in(data, "description", "descriptions"),
            annotations=annotations_in(data),
            is_final=version_is_final(version) if final is None else bool(final),
            valid_from=data.get("validFrom"),
            valid_to=data.get("validTo"),
            **_BODIES_IN[kind](data),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable(
            f"{kind.urn_class} {str(data.get('id'))[:100]!r} is not as SDMX-JSON has it ({error}): "
            "correct it and send it again."
        ) from None


def _scheme_out(scheme: ItemScheme) -> Json:
    out: Json = {"isPartial": True} if scheme.is_partial else {}
    if isinstance(scheme, Codelist) and scheme.extensions:
        out["codelistExtensions"] = [extension_out(extension) for extension in scheme.extensions]
    if not scheme.items:
        return out
    items = nested(scheme.items) if scheme.kind is Kind.CATEGORY_SCHEME else [_item_out(i) for i in scheme.items]
    return {**out, ITEMS[scheme.kind]: items}


def _item_out(item: Item) -> Json:
    out: Json = {"id": item.id, **names_out(item.names, item.descriptions, item.id)}
    out |= annotations_out(item.annotations)
    if item.parent is not None:
        out["parent"] = item.parent
    if item.representation is not None:
        out["coreRepresentation"] = representation_out(item.representation) or {"format": {}}
    return out


def nested(items: Sequence[Item]) -> list[Json]:
    """Categories in their parents, or at the top."""
    entries = {item.id: _item_out(item) for item in items}
    roots = []
    for item, parent in zip(items, holders(items), strict=True):
        entry = entries[item.id]
        entry.pop("parent", None)
        if parent is None:
            roots.append(entry)
        else:
            entry["id"] = item.id.removeprefix(f"{parent}.")
            entries[parent].setdefault("categories", []).append(entry)
    return roots


def holders(items: Sequence[Item]) -> list[str | None]:
    """The parent that each item stands in; None at the top, where its parent is not here or is itself within it."""
    parents = {item.id: item.parent for item in items}
    rooted: dict[str | None, bool] = {None: True}
    for item in items:
        way: dict[str, None] = {}
        current: str | None = item.id
        while current not in rooted and current not in way:
            way[current or ""] = None
            above = parents.get(current or "")
            current = above if above in parents else None
        end = rooted.get(current, False)
        rooted.update(dict.fromkeys(way, end))
    return [i.parent if i.parent in parents and rooted[i.id] else None for i in items]


def _scheme_in(kind: Kind) -> Callable[[Json], Json]:
    def read(data: Json) -> Json:
        entries = objects(data, ITEMS[kind])
        items = (
            list(_categories_in(entries, None, set()))
            if kind is Kind.CATEGORY_SCHEME
            else [_item_in(e) for e in entries]
        )
        found: Json = {"items": tuple(items), "is_partial": bool(data.get("isPartial", False))}
        return {**found, "extensions": extensions_in(data)} if kind is Kind.CODELIST else found

    return read


def _item_in(data: Json, parent: str | None = None) -> Item:
    identifier = required(data, "id")
    core = data.get("coreRepresentation")
    return Item(
        id=identifier,
        names=names_in(data, identifier),
        descriptions=text_in(data, "description", "descriptions"),
        parent=parent or _parent_in(data),
        annotations=annotations_in(data),
        representation=representation_in(core) if core is not None else None,
    )


def _parent_in(data: Json) -> str | None:
    """Its id; SDMX-JSON 1.0 names concepts and organisation units by their URNs."""
    said = data.get("parent")
    return item_ref_in(said).id if isinstance(said, str) and said.startswith("urn:") else said


def _categories_in(entries: Sequence[Json], parent: str | None, seen: set[str]) -> Iterator[Item]:
    """Depth first. An id that stands twice in the scheme is told apart by its parent's: "A.X" and "B.X"."""
    for entry in entries:
        item = _item_in(entry, parent)
        if item.id in seen and parent is not None:
            item = replace(item, id=f"{parent}.{item.id}")
        seen.add(item.id)
        yield item
        yield from _categories_in(objects(entry, "categories"), item.id, seen)


def _flow_out(flow: Any) -> Json:
    out: Json = {"structure": flow.structure.urn} if flow.structure else {}
    return {**out, "targets": list(flow.targets)} if isinstance(flow, Metadataflow) and flow.targets else out


def _flow_in(data: Json) -> Json:
    return {"structure": ref_in(data["structure"]) if data.get("structure") else None}


def _metadataflow_in(data: Json) -> Json:
    return {**_flow_in(data), "targets": tuple(str(t) for t in data.get("targets") or ())}


def _agreement_out(agreement: Any) -> Json:
    return {"dataflow": agreement.dataflow.urn, "dataProvider": agreement.provider.urn}


def _agreement_in(data: Json) -> Json:
    dataflow = data.get("dataflow") or data.get("structureUsage")
    return {"dataflow": ref_in(dataflow, Kind.DATAFLOW), "provider": item_ref_in(data.get("dataProvider"))}


def _metadata_agreement_out(agreement: Any) -> Json:
    out: Json = {"metadataflow": agreement.metadataflow.urn, "metadataProvider": agreement.provider.urn}
    return {**out, "targets": list(agreement.targets)} if agreement.targets else out


def _metadata_agreement_in(data: Json) -> Json:
    return {
        "metadataflow": ref_in(data.get("metadataflow"), Kind.METADATAFLOW),
        "provider": item_ref_in(data.get("metadataProvider")),
        "targets": tuple(str(t) for t in data.get("targets") or ()),
    }


_ITEM_MAPS = (Kind.CONCEPT_SCHEME_MAP, Kind.CATEGORY_SCHEME_MAP, Kind.ORGANISATION_SCHEME_MAP)

_BODIES_OUT: Mapping[Kind, Callable[[Any], Json]] = {
    **dict.fromkeys(ITEMS, _scheme_out),
    Kind.CATEGORISATION: lambda a: {"source": a.source.urn, "target": a.target.urn},
    Kind.DATA_STRUCTURE: data_structure_out,
    Kind.METADATA_STRUCTURE: metadata_structure_out,
    Kind.DATAFLOW: _flow_out,
    Kind.METADATAFLOW: _flow_out,
    Kind.PROVISION_AGREEMENT: _agreement_out,
    Kind.METADATA_PROVISION_AGREEMENT: _metadata_agreement_out,
    Kind.DATA_CONSTRAINT: constraint_out,
    Kind.HIERARCHY: hierarchy_out,
    Kind.HIERARCHY_ASSOCIATION: association_out,
    Kind.STRUCTURE_MAP: structure_map_out,
    Kind.REPRESENTATION_MAP: representation_map_out,
    **dict.fromkeys(_ITEM_MAPS, item_map_out),
}

_BODIES_IN: Mapping[Kind, Callable[[Json], Json]] = {
    **{kind: _scheme_in(kind) for kind in ITEMS},
    Kind.CATEGORISATION: lambda d: {"source": ref_in(d.get("source")), "target": item_ref_in(d.get("target"))},
    Kind.DATA_STRUCTURE: data_structure_in,
    Kind.METADATA_STRUCTURE: metadata_structure_in,
    Kind.DATAFLOW: _flow_in,
    Kind.METADATAFLOW: _metadataflow_in,
    Kind.PROVISION_AGREEMENT: _agreement_in,
    Kind.METADATA_PROVISION_AGREEMENT: _metadata_agreement_in,
    Kind.DATA_CONSTRAINT: constraint_in,
    Kind.HIERARCHY: hierarchy_in,
    Kind.HIERARCHY_ASSOCIATION: association_in,
    Kind.STRUCTURE_MAP: structure_map_in,
    Kind.REPRESENTATION_MAP: representation_map_in,
    **dict.fromkeys(_ITEM_MAPS, item_map_in),
}
