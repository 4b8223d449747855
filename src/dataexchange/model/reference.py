"""How artefacts are named: their types, references to them and to their items, URNs.

`Kind` is the artefact type under the name that the REST API uses; a `Ref` names an artefact or a family of versions of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dataexchange.errors import InvalidRequest

ID = re.compile(r"[A-Za-z0-9_@$\-]{1,255}")
_URN = re.compile(
    r"urn:sdmx:org\.sdmx\.infomodel\.(?P<package>\w+)\.(?P<cls>\w+)="
    r"(?P<agency>[A-Za-z0-9_@$\-.]+):(?P<id>[A-Za-z0-9_@$\-]+)\((?P<version>[^)]+)\)(?:\.(?P<item>.+))?"
)


class Kind(StrEnum):
    """Artefact types the exchange holds; the value is the REST resource of API 2.x."""

    AGENCY_SCHEME = "agencyscheme"
    DATA_PROVIDER_SCHEME = "dataproviderscheme"
    DATA_CONSUMER_SCHEME = "dataconsumerscheme"
    METADATA_PROVIDER_SCHEME = "metadataproviderscheme"
    ORGANISATION_UNIT_SCHEME = "organisationunitscheme"
    CODELIST = "codelist"
    VALUE_LIST = "valuelist"
    HIERARCHY = "hierarchy"
    HIERARCHY_ASSOCIATION = "hierarchyassociation"
    CONCEPT_SCHEME = "conceptscheme"
    CATEGORY_SCHEME = "categoryscheme"
    CATEGORISATION = "categorisation"
    DATA_STRUCTURE = "datastructure"
    METADATA_STRUCTURE = "metadatastructure"
    DATAFLOW = "dataflow"
    METADATAFLOW = "metadataflow"
    PROVISION_AGREEMENT = "provisionagreement"
    METADATA_PROVISION_AGREEMENT = "metadataprovisionagreement"
    DATA_CONSTRAINT = "dataconstraint"
    STRUCTURE_MAP = "structuremap"
    REPRESENTATION_MAP = "representationmap"
    CONCEPT_SCHEME_MAP = "conceptschememap"
    CATEGORY_SCHEME_MAP = "categoryschememap"
    ORGANISATION_SCHEME_MAP = "organisationschememap"

    @property
    def package(self) -> str:
        return _PACKAGES[self][0]

    @property
    def urn_class(self) -> str:
        """Class name in SDMX 3.x URNs ("DataConstraint"); 2.1 says ContentConstraint for that one."""
        return _PACKAGES[self][1]


_PACKAGES: Mapping[Kind, tuple[str, str]] = {
    Kind.AGENCY_SCHEME: ("base", "AgencyScheme"),
    Kind.DATA_PROVIDER_SCHEME: ("base", "DataProviderScheme"),
    Kind.DATA_CONSUMER_SCHEME: ("base", "DataConsumerScheme"),
    Kind.METADATA_PROVIDER_SCHEME: ("base", "MetadataProviderScheme"),
    Kind.ORGANISATION_UNIT_SCHEME: ("base", "OrganisationUnitScheme"),
    Kind.CODELIST: ("codelist", "Codelist"),
    Kind.VALUE_LIST: ("codelist", "ValueList"),
    Kind.HIERARCHY: ("codelist", "Hierarchy"),
    Kind.HIERARCHY_ASSOCIATION: ("codelist", "HierarchyAssociation"),
    Kind.CONCEPT_SCHEME: ("conceptscheme", "ConceptScheme"),
    Kind.CATEGORY_SCHEME: ("categoryscheme", "CategoryScheme"),
    Kind.CATEGORISATION: ("categoryscheme", "Categorisation"),
    Kind.DATA_STRUCTURE: ("datastructure", "DataStructure"),
    Kind.METADATA_STRUCTURE: ("metadatastructure", "MetadataStructure"),
    Kind.DATAFLOW: ("datastructure", "Dataflow"),
    Kind.METADATAFLOW: ("metadatastructure", "Metadataflow"),
    Kind.PROVISION_AGREEMENT: ("registry", "ProvisionAgreement"),
    Kind.METADATA_PROVISION_AGREEMENT: ("registry", "MetadataProvisionAgreement"),
    Kind.DATA_CONSTRAINT: ("registry", "DataConstraint"),
    Kind.STRUCTURE_MAP: ("structuremapping", "StructureMap"),
    Kind.REPRESENTATION_MAP: ("structuremapping", "RepresentationMap"),
    Kind.CONCEPT_SCHEME_MAP: ("structuremapping", "ConceptSchemeMap"),
    Kind.CATEGORY_SCHEME_MAP: ("structuremapping", "CategorySchemeMap"),
    Kind.ORGANISATION_SCHEME_MAP: ("structuremapping", "OrganisationSchemeMap"),
}

_CLASSES: Mapping[str, Kind] = {
    **{cls: kind for kind, (_, cls) in _PACKAGES.items()},
    "ContentConstraint": Kind.DATA_CONSTRAINT,
    "Valuelist": Kind.VALUE_LIST,
    "HierarchicalCodelist": Kind.HIERARCHY,
    "StructureSet": Kind.STRUCTURE_MAP,
    "DataStructureDefinition": Kind.DATA_STRUCTURE,
    "MetadataStructureDefinition": Kind.METADATA_STRUCTURE,
    "Concept": Kind.CONCEPT_SCHEME,
    "Code": Kind.CODELIST,
    "Category": Kind.CATEGORY_SCHEME,
    "Agency": Kind.AGENCY_SCHEME,
    "DataProvider": Kind.DATA_PROVIDER_SCHEME,
    "DataConsumer": Kind.DATA_CONSUMER_SCHEME,
    "MetadataProvider": Kind.METADATA_PROVIDER_SCHEME,
    "OrganisationUnit": Kind.ORGANISATION_UNIT_SCHEME,
    **dict.fromkeys(
        ("Dimension", "TimeDimension", "MeasureDimension", "Measure", "PrimaryMeasure", "DataAttribute"),
        Kind.DATA_STRUCTURE,
    ),
    "MetadataAttribute": Kind.METADATA_STRUCTURE,
}


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Names one version of one artefact: `Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")`."""

    kind: Kind
    agency: str
    id: str
    version: str

    @property
    def urn(self) -> str:
        return f"urn:sdmx:org.sdmx.infomodel.{self.kind.package}.{self.kind.urn_class}={self.short}"

    @property
    def short(self) -> str:
        """`DX:DF_SDG_LOCAL(1.0.0)`, as people write it."""
        return f"{self.agency}:{self.id}({self.version})"

    def __str__(self) -> str:
        return self.short


@dataclass(frozen=True, slots=True)
class ItemRef:
    """Names one item of an item scheme: a concept, a code, a data provider."""

    scheme: Ref
    id: str

    @property
    def urn(self) -> str:
        item_class = ITEM_CLASSES.get(self.scheme.kind, self.scheme.kind.urn_class)
        return f"urn:sdmx:org.sdmx.infomodel.{self.scheme.kind.package}.{item_class}={self.scheme.short}.{self.id}"


#: What the items of a scheme are called, in URNs as in SDMX-ML.
ITEM_CLASSES: Mapping[Kind, str] = {
    Kind.AGENCY_SCHEME: "Agency",
    Kind.DATA_PROVIDER_SCHEME: "DataProvider",
    Kind.DATA_CONSUMER_SCHEME: "DataConsumer",
    Kind.METADATA_PROVIDER_SCHEME: "MetadataProvider",
    Kind.ORGANISATION_UNIT_SCHEME: "OrganisationUnit",
    Kind.CODELIST: "Code",
    Kind.VALUE_LIST: "ValueItem",
    Kind.CONCEPT_SCHEME: "Concept",
    Kind.CATEGORY_SCHEME: "Category",
}


def parse_urn(urn: str) -> Ref | ItemRef:
    """A URN of 2.1 or 3.x as a word; raises InvalidRequest for anything else."""
    found = _URN.fullmatch(urn.strip())
    kind = _CLASSES.get(found["cls"]) if found else None
    if found is None or kind is None:
        raise InvalidRequest(
            "write a URN such as urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF(1.0)", value=urn
        )
    ref = Ref(kind, found["agency"], found["id"], found["version"])
    return ItemRef(ref, found["item"]) if found["item"] else ref


def parse_short(text: str, kind: Kind) -> Ref:
    """`DX:SDG_LOCAL(1.0.0)` as people write it in settings, mapping files and on the command line."""
    found = re.fullmatch(r"([A-Za-z0-9_@$\-.]+):([A-Za-z0-9_@$\-]+)\(([0-9A-Za-z.\-+]+)\)", text.strip())
    if not found:
        raise InvalidRequest("write agency:id(version), such as DX:SDG_LOCAL(1.0.0)", parameter=kind.value, value=text)
    return Ref(kind, found[1], found[2], found[3])
