"""Structure messages in SDMX-ML 2.1, 3.0 and 3.1, written one artefact at a time.

The order is that of the 2.1 schema in both: code lists and concepts stand before the structures that use them, which readers
that stream rely on. Every message begins with the XML declaration and a prefixed root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from dataexchange.messages.structure_detail import Shown
from dataexchange.messages.structure_json import holders
from dataexchange.messages.structure_xml_write_components import data_structure, metadata_structure
from dataexchange.messages.structure_xml_write_constraint import availability, constraint
from dataexchange.messages.structure_xml_write_hierarchy import association, hierarchy
from dataexchange.messages.structure_xml_write_maps import item_map, representation_map, structure_map
from dataexchange.messages.structure_xml_write_parts import (
    Dialect,
    artefact_attributes,
    class_name,
    local_reference,
    named,
    notes,
    reference,
    representation,
    texts,
)
from dataexchange.messages.structure_xml_write_sets import (
    is_sayable,
    item_set,
    representation_set,
    structure_set,
    used_in,
)
from dataexchange.messages.write_header import StructureHeader
from dataexchange.messages.xml_build import BASE, DECLARATION, element, escape, flag
from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.reference import ITEM_CLASSES
from dataexchange.model.structure import (
    ID,
    Artefact,
    Categorisation,
    Codelist,
    CodelistExtension,
    DataConstraint,
    Item,
    ItemScheme,
    Kind,
    Metadataflow,
    MetadataProvisionAgreement,
    ProvisionAgreement,
    Representation,
)

#: Kind -> the element that artefacts of that kind stand in: (2.1, 3.0). In the order of the message. 2.1 does not know all.
HOLDERS: Mapping[Kind, tuple[str | None, str]] = {
    Kind.AGENCY_SCHEME: ("OrganisationSchemes", "AgencySchemes"),
    Kind.DATA_CONSUMER_SCHEME: ("OrganisationSchemes", "DataConsumerSchemes"),
    Kind.DATA_PROVIDER_SCHEME: ("OrganisationSchemes", "DataProviderSchemes"),
    Kind.METADATA_PROVIDER_SCHEME: (None, "MetadataProviderSchemes"),
    Kind.ORGANISATION_UNIT_SCHEME: ("OrganisationSchemes", "OrganisationUnitSchemes"),
    Kind.DATAFLOW: ("Dataflows", "Dataflows"),
    Kind.METADATAFLOW: ("Metadataflows", "Metadataflows"),
    Kind.CATEGORY_SCHEME: ("CategorySchemes", "CategorySchemes"),
    Kind.CATEGORISATION: ("Categorisations", "Categorisations"),
    Kind.CODELIST: ("Codelists", "Codelists"),
    Kind.VALUE_LIST: ("Codelists", "ValueLists"),
    Kind.HIERARCHY: ("HierarchicalCodelists", "Hierarchies"),
    Kind.HIERARCHY_ASSOCIATION: (None, "HierarchyAssociations"),
    Kind.CONCEPT_SCHEME: ("Concepts", "ConceptSchemes"),
    Kind.METADATA_STRUCTURE: ("MetadataStructures", "MetadataStructures"),
    Kind.DATA_STRUCTURE: ("DataStructures", "DataStructures"),
    Kind.REPRESENTATION_MAP: ("StructureSets", "RepresentationMaps"),
    Kind.STRUCTURE_MAP: ("StructureSets", "StructureMaps"),
    Kind.CONCEPT_SCHEME_MAP: ("StructureSets", "ConceptSchemeMaps"),
    Kind.CATEGORY_SCHEME_MAP: ("StructureSets", "CategorySchemeMaps"),
    Kind.ORGANISATION_SCHEME_MAP: ("StructureSets", "OrganisationSchemeMaps"),
    Kind.DATA_CONSTRAINT: ("Constraints", "DataConstraints"),
    Kind.PROVISION_AGREEMENT: ("ProvisionAgreements", "ProvisionAgreements"),
    Kind.METADATA_PROVISION_AGREEMENT: (None, "MetadataProvisionAgreements"),
}
_ORDER = {kind: number for number, kind in enumerate(HOLDERS)}

#: Items that name their parent; categories stand in theirs.
_PARENTS = frozenset({"Code", "Concept", "OrganisationUnit"})

#: What a metadataflow describes where it does not say: 3.0 demands that it does.
_ANY_DATAFLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=*:*(*)"


def write_structure_xml(
    shown: Sequence[Shown], header: StructureHeader, *, is_2_1: bool, is_3_1: bool = False
) -> Iterator[bytes]:
    beside = {a.ref: a for a in (*header.beside, *(member.artefact for member in shown))} if is_2_1 else {}
    dialect = Dialect(is_2_1, header.base_url, is_3_1=is_3_1, beside=beside)
    base = f"{BASE}/{dialect.schemas}"
    yield (
        f'{DECLARATION}<mes:Structure xmlns:mes="{base}/message" xmlns:str="{base}/structure" '
        f'xmlns:com="{base}/common" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"<mes:Header><mes:ID>{escape(header.message_id)}</mes:ID><mes:Test>false</mes:Test>"
        f"<mes:Prepared>{header.prepared.isoformat()}</mes:Prepared>"
        f'<mes:Sender id="{escape(header.sender)}"/></mes:Header>\n<mes:Structures>\n'
    ).encode()
    ordered = sorted(_sayable(shown) if is_2_1 else shown, key=lambda s: _ORDER[s.artefact.kind])
    for holder, members in groupby(ordered, key=lambda s: _holder(s.artefact, dialect)):
        yield f"<str:{holder}>\n".encode()
        for member in members:
            yield _artefact(member, dialect).encode()
        yield f"</str:{holder}>\n".encode()
    yield b"</mes:Structures>\n</mes:Structure>\n"


def _sayable(shown: Sequence[Shown]) -> list[Shown]:
    """What 2.1 can say, without the representation maps that are said within the structure maps that use them."""
    inside = used_in([member.artefact for member in shown])
    return [s for s in shown if is_known_to_2_1(s.artefact) and s.artefact.ref not in inside]


def is_known_to_2_1(artefact: Artefact) -> bool:
    return HOLDERS[artefact.kind][0] is not None and is_sayable(artefact)


def _holder(artefact: Artefact, dialect: Dialect) -> str:
    plain = HOLDERS[artefact.kind][not dialect.is_2_1]
    return "AvailabilityConstraints" if _is_availability(artefact, dialect) else plain or ""


def _is_availability(artefact: Artefact, dialect: Dialect) -> bool:
    """Since 3.1 what is there is told apart from what may be there, and has no id of its own."""
    return dialect.is_3_1 and isinstance(artefact, DataConstraint) and artefact.role == "Actual"


def _artefact(shown: Shown, dialect: Dialect) -> str:
    artefact = shown.artefact
    if isinstance(artefact, DataConstraint) and _is_availability(artefact, dialect):
        return availability(artefact, dialect) + "\n"
    attributes = artefact_attributes(artefact, dialect, stub=shown.stub)
    if isinstance(artefact, DataConstraint):
        attributes |= {} if dialect.is_3_1 else {"type" if dialect.is_2_1 else "role": artefact.role}
    if isinstance(artefact, ItemScheme) and artefact.is_partial:
        attributes["isPartial"] = "true"
    if isinstance(artefact, Hierarchy) and not dialect.is_2_1:
        attributes["hasFormalLevels"] = flag(artefact.has_formal_levels)
    name = f"str:{class_name(artefact.kind, dialect)}"
    head = notes(artefact.annotations, dialect) + named(artefact.names, artefact.descriptions, artefact.id)
    return element(name, attributes, head, _BODIES[artefact.kind](artefact, dialect)) + "\n"


def _scheme(scheme: ItemScheme, dialect: Dialect) -> str:
    if scheme.kind is Kind.CATEGORY_SCHEME:
        return _categories(scheme.items, dialect)
    if scheme.kind is Kind.VALUE_LIST:
        return "".join(_value_item(item, dialect) for item in scheme.items)
    extensions = scheme.extensions if isinstance(scheme, Codelist) and not dialect.is_2_1 else ()
    items = "".join(_item(ITEM_CLASSES[scheme.kind], item, dialect) for item in scheme.items)
    return items + "".join(_extension(extension, dialect) for extension in extensions)


def _value_item(item: Item, dialect: Dialect) -> str:
    """2.1 knows code lists only, and values that are no ids cannot stand in one."""
    if dialect.is_2_1:
        return _item("Code", item, dialect) if ID.fullmatch(item.id) else ""
    words = texts("com:Name", item.names) + texts("com:Description", item.descriptions)
    return element("str:ValueItem", {"id": item.id}, notes(item.annotations, dialect), words)


def _extension(extension: CodelistExtension, dialect: Dialect) -> str:
    members = (element("str:MemberValue", {"cascadeValues": m.cascade}, escape(m.value)) for m in extension.members)
    name = "str:InclusiveCodeSelection" if extension.included else "str:ExclusiveCodeSelection"
    selection = element(name, {}, *members) if extension.members else ""
    codelist = reference("str:Codelist", extension.codelist, dialect)
    return element("str:CodelistExtension", {"prefix": extension.prefix or None}, codelist, selection)


def _item(name: str, item: Item, dialect: Dialect, *inner: str) -> str:
    parent = ""
    if item.parent is not None and name in _PARENTS:
        parent = local_reference("str:Parent", item.parent, dialect)
    core = representation("str:CoreRepresentation", item.representation or Representation(), dialect)
    head = notes(item.annotations, dialect) + named(item.names, item.descriptions, item.id)
    return element(f"str:{name}", {"id": item.id}, head, parent, core, *inner)


def _categories(items: Sequence[Item], dialect: Dialect) -> str:
    """Nested in their parents, or at the top."""
    inner: dict[str | None, list[Item]] = {}
    for item, parent in zip(items, holders(items), strict=True):
        inner.setdefault(parent, []).append(item)

    def write(parent: str | None) -> str:
        out = []
        for item in inner.get(parent, []):
            within = write(item.id)
            local = Item(
                id=item.id.removeprefix(f"{parent}."),
                names=item.names,
                descriptions=item.descriptions,
                annotations=item.annotations,
            )
            out.append(_item("Category", local, dialect, within))
        return "".join(out)

    return write(None)


def _categorisation(categorisation: Categorisation, dialect: Dialect) -> str:
    source = reference("str:Source", categorisation.source, dialect)
    return source + reference("str:Target", categorisation.target, dialect)


def _flow(flow: Any, dialect: Dialect) -> str:
    structure = reference("str:Structure", flow.structure, dialect) if flow.structure else ""
    if not isinstance(flow, Metadataflow) or dialect.is_2_1:
        return structure
    return structure + "".join(element("str:Target", {}, escape(t)) for t in flow.targets or (_ANY_DATAFLOW,))


def _agreement(agreement: ProvisionAgreement, dialect: Dialect) -> str:
    usage = "str:StructureUsage" if dialect.is_2_1 else "str:Dataflow"
    return reference(usage, agreement.dataflow, dialect) + reference("str:DataProvider", agreement.provider, dialect)


def _metadata_agreement(agreement: MetadataProvisionAgreement, dialect: Dialect) -> str:
    ends = reference("str:Metadataflow", agreement.metadataflow, dialect)
    ends += reference("str:MetadataProvider", agreement.provider, dialect)
    return ends + "".join(element("str:Target", {}, escape(target)) for target in agreement.targets)


def _map(of_3_0: Callable[[Any, Dialect], str], of_2_1: Callable[[Any, Dialect], str]) -> Callable[[Any, Dialect], str]:
    return lambda found, dialect: (of_2_1 if dialect.is_2_1 else of_3_0)(found, dialect)


_ITEM_MAPS = (Kind.CONCEPT_SCHEME_MAP, Kind.CATEGORY_SCHEME_MAP, Kind.ORGANISATION_SCHEME_MAP)

_BODIES: Mapping[Kind, Callable[[Any, Dialect], str]] = {
    **dict.fromkeys(ITEM_CLASSES, _scheme),
    Kind.CATEGORISATION: _categorisation,
    Kind.DATA_STRUCTURE: data_structure,
    Kind.METADATA_STRUCTURE: metadata_structure,
    Kind.DATAFLOW: _flow,
    Kind.METADATAFLOW: _flow,
    Kind.PROVISION_AGREEMENT: _agreement,
    Kind.METADATA_PROVISION_AGREEMENT: _metadata_agreement,
    Kind.DATA_CONSTRAINT: constraint,
    Kind.HIERARCHY: hierarchy,
    Kind.HIERARCHY_ASSOCIATION: association,
    Kind.STRUCTURE_MAP: _map(structure_map, structure_set),
    Kind.REPRESENTATION_MAP: _map(representation_map, representation_set),
    **dict.fromkeys(_ITEM_MAPS, _map(item_map, item_set)),
}
