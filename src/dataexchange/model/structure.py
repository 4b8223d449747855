"""Structural metadata: artefacts, their components, and how they name each other.

The words hold what SDMX 2.1 and 3.x have in common. `Kind` is the artefact type under the name that the REST API uses;
a `Ref` names an artefact or a family of versions of it. Versions are kept as written ("1.8", "1.0.0").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from dataexchange.errors import InvalidRequest, NotSupported

#: Language -> text. "en" is what the exchange itself writes.
Text = Mapping[str, str]
#: A language, or several, the preferred one first: "fr-CH" is a tag of BCP 47. None at all: as the exchange itself writes.
Languages = str | tuple[str, ...]

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
    CODELIST = "codelist"
    CONCEPT_SCHEME = "conceptscheme"
    CATEGORY_SCHEME = "categoryscheme"
    CATEGORISATION = "categorisation"
    DATA_STRUCTURE = "datastructure"
    METADATA_STRUCTURE = "metadatastructure"
    DATAFLOW = "dataflow"
    METADATAFLOW = "metadataflow"
    PROVISION_AGREEMENT = "provisionagreement"
    DATA_CONSTRAINT = "dataconstraint"

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
    Kind.CODELIST: ("codelist", "Codelist"),
    Kind.CONCEPT_SCHEME: ("conceptscheme", "ConceptScheme"),
    Kind.CATEGORY_SCHEME: ("categoryscheme", "CategoryScheme"),
    Kind.CATEGORISATION: ("categoryscheme", "Categorisation"),
    Kind.DATA_STRUCTURE: ("datastructure", "DataStructure"),
    Kind.METADATA_STRUCTURE: ("metadatastructure", "MetadataStructure"),
    Kind.DATAFLOW: ("datastructure", "Dataflow"),
    Kind.METADATAFLOW: ("metadatastructure", "Metadataflow"),
    Kind.PROVISION_AGREEMENT: ("registry", "ProvisionAgreement"),
    Kind.DATA_CONSTRAINT: ("registry", "DataConstraint"),
}

_CLASSES: Mapping[str, Kind] = {
    **{cls: kind for kind, (_, cls) in _PACKAGES.items()},
    "ContentConstraint": Kind.DATA_CONSTRAINT,
    "ValueList": Kind.CODELIST,
    "DataStructureDefinition": Kind.DATA_STRUCTURE,
    "MetadataStructureDefinition": Kind.METADATA_STRUCTURE,
    "Concept": Kind.CONCEPT_SCHEME,
    "Code": Kind.CODELIST,
    "Category": Kind.CATEGORY_SCHEME,
    "Agency": Kind.AGENCY_SCHEME,
    "DataProvider": Kind.DATA_PROVIDER_SCHEME,
    "DataConsumer": Kind.DATA_CONSUMER_SCHEME,
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
        item_class = _ITEM_CLASSES[self.scheme.kind]
        return f"urn:sdmx:org.sdmx.infomodel.{self.scheme.kind.package}.{item_class}={self.scheme.short}.{self.id}"


_ITEM_CLASSES: Mapping[Kind, str] = {
    Kind.AGENCY_SCHEME: "Agency",
    Kind.DATA_PROVIDER_SCHEME: "DataProvider",
    Kind.DATA_CONSUMER_SCHEME: "DataConsumer",
    Kind.CODELIST: "Code",
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


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note on an artefact or item. `text` is per language; title, type, id, url and value are plain."""

    id: str | None = None
    type: str | None = None
    title: str | None = None
    url: str | None = None
    text: Text = field(default_factory=dict)
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A code, concept, category or organisation in its scheme. `parent` is an item id of the same scheme."""

    id: str
    names: Text = field(default_factory=dict)
    descriptions: Text = field(default_factory=dict)
    parent: str | None = None
    annotations: tuple[Annotation, ...] = ()
    #: Concepts only: what a component that uses the concept holds unless it says otherwise.
    representation: Representation | None = None

    def name(self, languages: Languages = "en") -> str:
        return best_text(self.names, languages) or self.id

    def annotation(self, type_or_id: str) -> str | None:
        """Title (or English text) of the first annotation with that type, id or title; None if there is none."""
        for note in self.annotations:
            if type_or_id in (note.type, note.id):
                return note.title or best_text(note.text, "en")
        return None


@dataclass(frozen=True, slots=True)
class Representation:
    """What a component may hold: codes of a list, or text of a type ("String", "Double", "ObservationalTimePeriod")."""

    codelist: Ref | None = None
    text_type: str | None = None
    #: Facets as SDMX names them: minLength, maxLength, minValue, maxValue, decimals, pattern, isMultiLingual.
    facets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A dimension, measure or attribute of a data structure."""

    id: str
    concept: ItemRef | None = None
    representation: Representation = Representation()
    annotations: tuple[Annotation, ...] = ()
    #: Concepts that say what part the component plays (SDMX:SDMX_CONCEPT_ROLES), such as GEO.
    roles: tuple[ItemRef, ...] = ()

    @property
    def codelist(self) -> Ref | None:
        return self.representation.codelist


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension(Component):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Component):
    mandatory: bool = False


class Level(StrEnum):
    """What an attribute describes. A group attribute counts as one of the series it covers."""

    OBSERVATION = "observation"
    SERIES = "series"
    DATASET = "dataset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Component):
    level: Level = Level.OBSERVATION
    mandatory: bool = False
    #: Dimensions of a series or group attribute; empty means all of them.
    dimensions: tuple[str, ...] = ()
    #: Measures that the attribute speaks of; empty means all of them.
    measures: tuple[str, ...] = ()


def as_attribute(measure: Measure) -> Attribute:
    """What SDMX 2.1, which knows one measure, makes of any further one: an attribute of observations."""
    return Attribute(
        id=measure.id,
        concept=measure.concept,
        representation=measure.representation,
        annotations=measure.annotations,
        roles=measure.roles,
        mandatory=measure.mandatory,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataAttribute(Component):
    """An attribute of a metadata report; `max_occurs` None: any number. `parent` is the id of the attribute it stands in."""

    min_occurs: int = 1
    max_occurs: int | None = 1
    parent: str | None = None
    presentational: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A maintainable artefact: what has an agency, an id and a version of its own."""

    kind: ClassVar[Kind]
    agency: str
    id: str
    version: str
    names: Text = field(default_factory=dict)
    descriptions: Text = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    is_final: bool = False
    valid_from: str | None = None
    valid_to: str | None = None

    @property
    def ref(self) -> Ref:
        return Ref(self.kind, self.agency, self.id, self.version)

    def name(self, languages: Languages = "en") -> str:
        return best_text(self.names, languages) or self.id

    def uses(self) -> Iterator[Ref]:
        """Artefacts this one refers to: its children in the words of the REST API."""
        return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScheme(Artefact):
    items: tuple[Item, ...] = ()
    is_partial: bool = False

    def uses(self) -> Iterator[Ref]:
        for item in self.items:
            if item.representation and item.representation.codelist:
                yield item.representation.codelist


@dataclass(frozen=True, slots=True, kw_only=True)
class Codelist(ItemScheme):
    kind: ClassVar[Kind] = Kind.CODELIST


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptScheme(ItemScheme):
    kind: ClassVar[Kind] = Kind.CONCEPT_SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyScheme(ItemScheme):
    kind: ClassVar[Kind] = Kind.AGENCY_SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class DataProviderScheme(ItemScheme):
    kind: ClassVar[Kind] = Kind.DATA_PROVIDER_SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConsumerScheme(ItemScheme):
    kind: ClassVar[Kind] = Kind.DATA_CONSUMER_SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryScheme(ItemScheme):
    """Categories name their parent in the same scheme; the messages nest them."""

    kind: ClassVar[Kind] = Kind.CATEGORY_SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class Categorisation(Artefact):
    kind: ClassVar[Kind] = Kind.CATEGORISATION
    source: Ref
    target: ItemRef

    def uses(self) -> Iterator[Ref]:
        yield self.source
        yield self.target.scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class DataStructure(Artefact):
    """Dimensions in key order without the time dimension, which stands apart."""

    kind: ClassVar[Kind] = Kind.DATA_STRUCTURE
    dimensions: tuple[Dimension, ...]
    time_dimension: Dimension | None
    measures: tuple[Measure, ...]
    attributes: tuple[Attribute, ...] = ()
    #: Group id -> dimension ids, for SDMX-ML 2.1.
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def dimension_ids(self) -> tuple[str, ...]:
        return tuple(d.id for d in self.dimensions)

    @property
    def measure(self) -> Measure:
        """The primary measure, of which SDMX 2.1 has one: OBS_VALUE, as 2.1 calls it, else the first."""
        if not self.measures:
            raise NotSupported(f"{self.ref} has no measure, so it cannot hold data: give it one, such as OBS_VALUE.")
        return next((m for m in self.measures if m.id == "OBS_VALUE"), self.measures[0])

    @property
    def further_measures(self) -> tuple[Measure, ...]:
        """Those beside the primary one."""
        return tuple(m for m in self.measures if m is not self.measure)

    @property
    def observation_attributes(self) -> tuple[Attribute, ...]:
        return tuple(a for a in self.attributes if a.level is Level.OBSERVATION)

    @property
    def series_attributes(self) -> tuple[Attribute, ...]:
        """Attributes stored once a series: those of series, groups and, for want of a better place, datasets."""
        return tuple(a for a in self.attributes if a.level is not Level.OBSERVATION)

    def components(self) -> Iterator[Component]:
        """In the order of SDMX-CSV: dimensions, time, measures, attributes."""
        yield from self.dimensions
        if self.time_dimension:
            yield self.time_dimension
        yield from self.measures
        yield from self.attributes

    def uses(self) -> Iterator[Ref]:
        for component in self.components():
            if component.codelist:
                yield component.codelist
            if component.concept:
                yield component.concept.scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataflow(Artefact):
    kind: ClassVar[Kind] = Kind.DATAFLOW
    structure: Ref | None

    def uses(self) -> Iterator[Ref]:
        if self.structure:
            yield self.structure


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataStructure(Artefact):
    """Flat: the attributes of a metadata report, with how often each may stand."""

    kind: ClassVar[Kind] = Kind.METADATA_STRUCTURE
    attributes: tuple[MetadataAttribute, ...] = ()

    def uses(self) -> Iterator[Ref]:
        for component in self.attributes:
            if component.codelist:
                yield component.codelist
            if component.concept:
                yield component.concept.scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadataflow(Artefact):
    kind: ClassVar[Kind] = Kind.METADATAFLOW
    structure: Ref | None
    #: URNs, with wildcards, of what the reports may describe.
    targets: tuple[str, ...] = ()

    def uses(self) -> Iterator[Ref]:
        if self.structure:
            yield self.structure


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionAgreement(Artefact):
    """Who sends what: a data provider and a dataflow."""

    kind: ClassVar[Kind] = Kind.PROVISION_AGREEMENT
    provider: ItemRef
    dataflow: Ref

    def uses(self) -> Iterator[Ref]:
        yield self.provider.scheme
        yield self.dataflow


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeRegion:
    """Component id -> values in (or, where not included, out of) the region."""

    values: Mapping[str, tuple[str, ...]]
    included: bool = True
    #: First and last period, as written, where the region is cut in time.
    time_range: tuple[str | None, str | None] | None = None
    #: The same for components that are no dimensions.
    components: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConstraint(Artefact):
    """What may be sent (role "Allowed") or what is there (role "Actual") for the artefacts it is attached to."""

    kind: ClassVar[Kind] = Kind.DATA_CONSTRAINT
    role: str = "Allowed"
    attached_to: tuple[Ref, ...] = ()
    regions: tuple[CubeRegion, ...] = ()

    def uses(self) -> Iterator[Ref]:
        yield from self.attached_to


def best_text(text: Text, languages: Languages) -> str | None:
    """The text in the first of the languages that it is there in, else English, else whichever stands first; None where
    there is none."""
    if not text:
        return None
    return (
        next((text[tag] for tag in matching(text, languages) if text[tag]), None)
        or text.get("en")
        or next(iter(text.values()))
    )


def matching(text: Text, languages: Languages) -> Iterator[str]:
    """Tags of a text that fit the languages, the best first: for "fr-CH" that, "fr", "fr-CA" (RFC 4647)."""
    for asked in (languages,) if isinstance(languages, str) else languages:
        if asked in text:
            yield asked
        tags, wanted = {tag.lower(): tag for tag in text if tag != asked}, asked.lower()
        while wanted:
            if wanted in tags:
                yield tags.pop(wanted)
            wanted = wanted.rpartition("-")[0]
        short = asked.lower().partition("-")[0]
        yield from (tag for lower, tag in tags.items() if lower.startswith(f"{short}-"))
