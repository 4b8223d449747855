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
from dataexchange.messages.structure_xml_write_parts import (
    Dialect,
    artefact_attributes,
    class_name,
    local_reference,
    named,
    notes,
    reference,
    representation,
)
from dataexchange.messages.write_header import StructureHeader
from dataexchange.messages.xml_build import BASE, DECLARATION, element, escape, flag
from dataexchange.model.structure import (
    Artefact,
    Categorisation,
    CubeRegion,
    DataConstraint,
    Item,
    ItemScheme,
    Kind,
    Metadataflow,
    ProvisionAgreement,
    Representation,
)

#: Kind -> the element that artefacts of that kind stand in: (2.1, 3.0). In the order of the message.
_HOLDERS: Mapping[Kind, tuple[str, str]] = {
    Kind.AGENCY_SCHEME: ("OrganisationSchemes", "AgencySchemes"),
    Kind.DATA_CONSUMER_SCHEME: ("OrganisationSchemes", "DataConsumerSchemes"),
    Kind.DATA_PROVIDER_SCHEME: ("OrganisationSchemes", "DataProviderSchemes"),
    Kind.DATAFLOW: ("Dataflows", "Dataflows"),
    Kind.METADATAFLOW: ("Metadataflows", "Metadataflows"),
    Kind.CATEGORY_SCHEME: ("CategorySchemes", "CategorySchemes"),
    Kind.CATEGORISATION: ("Categorisations", "Categorisations"),
    Kind.CODELIST: ("Codelists", "Codelists"),
    Kind.CONCEPT_SCHEME: ("Concepts", "ConceptSchemes"),
    Kind.METADATA_STRUCTURE: ("MetadataStructures", "MetadataStructures"),
    Kind.DATA_STRUCTURE: ("DataStructures", "DataStructures"),
    Kind.DATA_CONSTRAINT: ("Constraints", "DataConstraints"),
    Kind.PROVISION_AGREEMENT: ("ProvisionAgreements", "ProvisionAgreements"),
}
_ORDER = {kind: number for number, kind in enumerate(_HOLDERS)}

_ITEMS: Mapping[Kind, str] = {
    Kind.AGENCY_SCHEME: "Agency",
    Kind.DATA_PROVIDER_SCHEME: "DataProvider",
    Kind.DATA_CONSUMER_SCHEME: "DataConsumer",
    Kind.CODELIST: "Code",
    Kind.CONCEPT_SCHEME: "Concept",
    Kind.CATEGORY_SCHEME: "Category",
}

#: Items that name their parent; categories stand in theirs.
_PARENTS = frozenset({"Code", "Concept"})

#: What a metadataflow describes where it does not say: 3.0 demands that it does.
_ANY_DATAFLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=*:*(*)"


def write_structure_xml(
    shown: Sequence[Shown], header: StructureHeader, *, is_2_1: bool, is_3_1: bool = False
) -> Iterator[bytes]:
    dialect = Dialect(is_2_1, header.base_url, is_3_1=is_3_1)
    base = f"{BASE}/{dialect.schemas}"
    yield (
        f'{DECLARATION}<mes:Structure xmlns:mes="{base}/message" xmlns:str="{base}/structure" '
        f'xmlns:com="{base}/common" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"<mes:Header><mes:ID>{escape(header.message_id)}</mes:ID><mes:Test>false</mes:Test>"
        f"<mes:Prepared>{header.prepared.isoformat()}</mes:Prepared>"
        f'<mes:Sender id="{escape(header.sender)}"/></mes:Header>\n<mes:Structures>\n'
    ).encode()
    ordered = sorted(shown, key=lambda s: _ORDER[s.artefact.kind])
    for holder, members in groupby(ordered, key=lambda s: _holder(s.artefact, dialect)):
        yield f"<str:{holder}>\n".encode()
        for member in members:
            yield _artefact(member, dialect).encode()
        yield f"</str:{holder}>\n".encode()
    yield b"</mes:Structures>\n</mes:Structure>\n"


def _holder(artefact: Artefact, dialect: Dialect) -> str:
    return (
        "AvailabilityConstraints"
        if _is_availability(artefact, dialect)
        else _HOLDERS[artefact.kind][not dialect.is_2_1]
    )


def _is_availability(artefact: Artefact, dialect: Dialect) -> bool:
    """Since 3.1 what is there is told apart from what may be there, and has no id of its own."""
    return dialect.is_3_1 and isinstance(artefact, DataConstraint) and artefact.role == "Actual"


def _artefact(shown: Shown, dialect: Dialect) -> str:
    artefact = shown.artefact
    if isinstance(artefact, DataConstraint) and _is_availability(artefact, dialect):
        return _availability(artefact, dialect) + "\n"
    attributes = artefact_attributes(artefact, dialect, stub=shown.stub)
    if isinstance(artefact, DataConstraint):
        attributes |= {} if dialect.is_3_1 else {"type" if dialect.is_2_1 else "role": artefact.role}
    if isinstance(artefact, ItemScheme) and artefact.is_partial:
        attributes["isPartial"] = "true"
    name = f"str:{class_name(artefact.kind, dialect)}"
    head = notes(artefact.annotations, dialect) + named(artefact.names, artefact.descriptions, artefact.id)
    return element(name, attributes, head, _BODIES[artefact.kind](artefact, dialect)) + "\n"


def _scheme(scheme: ItemScheme, dialect: Dialect) -> str:
    if scheme.kind is Kind.CATEGORY_SCHEME:
        return _categories(scheme.items, dialect)
    return "".join(_item(_ITEMS[scheme.kind], item, dialect) for item in scheme.items)


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


def _constraint(constraint: DataConstraint, dialect: Dialect) -> str:
    attached = "".join(reference(f"str:{ref.kind.urn_class}", ref, dialect) for ref in constraint.attached_to)
    attachment = element("str:ConstraintAttachment", {}, attached) if attached else ""
    return attachment + "".join(_region(region, dialect) for region in constraint.regions)


def _availability(constraint: DataConstraint, dialect: Dialect) -> str:
    """Its counts stand in attributes, and in notes as before, which is where clients look."""
    counts = {note.id: note.title for note in constraint.annotations if note.type == "sdmx_metrics"}
    attached = "".join(reference(f"str:{ref.kind.urn_class}", ref, dialect) for ref in constraint.attached_to[:1])
    return element(
        "str:AvailabilityConstraint",
        {"seriesCount": counts.get("series_count"), "obsCount": counts.get("obs_count")},
        notes(constraint.annotations, dialect),
        element("str:ConstraintAttachment", {}, attached),
        _region(constraint.regions[0] if constraint.regions else CubeRegion(values={}), dialect),
    )


def _region(region: CubeRegion, dialect: Dialect) -> str:
    space = "com" if dialect.is_2_1 else "str"
    keys = [_values(f"{space}:KeyValue", component, found, space) for component, found in region.values.items()]
    if region.time_range:
        keys.append(element(f"{space}:KeyValue", {"id": "TIME_PERIOD"}, _time_range(region.time_range, space)))
    name = "com:Attribute" if dialect.is_2_1 else "str:Component"
    others = [_values(name, component, found, space) for component, found in region.components.items()]
    return element("str:CubeRegion", {"include": flag(region.included)}, *keys, *others)


def _values(name: str, component: str, values: Sequence[str], space: str) -> str:
    """A key without values limits nothing and cannot be written."""
    inner = "".join(element(f"{space}:Value", {}, escape(value)) for value in values)
    return element(name, {"id": component}, inner) if inner else ""


def _time_range(span: tuple[str | None, str | None], space: str) -> str:
    start, end = span
    both = start is not None and end is not None
    parts = []
    if start is not None:
        name = "StartPeriod" if both else "AfterPeriod"
        parts.append(element(f"{space}:{name}", {"isInclusive": "true"}, escape(start)))
    if end is not None:
        name = "EndPeriod" if both else "BeforePeriod"
        parts.append(element(f"{space}:{name}", {"isInclusive": "true"}, escape(end)))
    return element(f"{space}:TimeRange", {}, *parts)


_BODIES: Mapping[Kind, Callable[[Any, Dialect], str]] = {
    **dict.fromkeys(_ITEMS, _scheme),
    Kind.CATEGORISATION: _categorisation,
    Kind.DATA_STRUCTURE: data_structure,
    Kind.METADATA_STRUCTURE: metadata_structure,
    Kind.DATAFLOW: _flow,
    Kind.METADATAFLOW: _flow,
    Kind.PROVISION_AGREEMENT: _agreement,
    Kind.DATA_CONSTRAINT: _constraint,
}
