"""Structural metadata: artefacts, their components, and how they name each other.

The words hold what SDMX 2.1 and 3.x have in common; hierarchies and maps have files of their own. Versions are kept as written
("1.8", "1.0.0").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from dataexchange.errors import NotSupported
from dataexchange.model.reference import ID, ItemRef, Kind, Ref, parse_short, parse_urn

#: Words of `model.reference` that everyone has from here.
__all__ = ["ID", "ItemRef", "Kind", "Ref", "parse_short", "parse_urn"]

#: Language -> text. "en" is what the exchange itself writes.
Text = Mapping[str, str]
#: A language, or several, the preferred one first: "fr-CH" is a tag of BCP 47. None at all: as the exchange itself writes.
Languages = str | tuple[str, ...]


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
    """`items` are its own codes; those it inherits come in by `model.extension.resolved`."""

    kind: ClassVar[Kind] = Kind.CODELIST
    extensions: tuple[CodelistExtension, ...] = ()

    def uses(self) -> Iterator[Ref]:
        for extension in self.extensions:
            yield extension.codelist


@dataclass(frozen=True, slots=True)
class Member:
    """A code of another list, or all those that a pattern with '%' fits. `cascade`: "true" for those below it, too, "excluderoot"
    for those alone."""

    value: str
    cascade: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodelistExtension:
    """Codes that a list has from another one: all of them, those of `members`, or (not `included`) all but those of `members`."""

    codelist: Ref
    prefix: str = ""
    included: bool = True
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueList(ItemScheme):
    """As a code list, but its values are any text ("€", "n/a"), and none stands above another."""

    kind: ClassVar[Kind] = Kind.VALUE_LIST


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
class MetadataProviderScheme(ItemScheme):
    kind: ClassVar[Kind] = Kind.METADATA_PROVIDER_SCHEME


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationUnitScheme(ItemScheme):
    kind: ClassVar[Kind] = Kind.ORGANISATION_UNIT_SCHEME


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
class MetadataProvisionAgreement(Artefact):
    """Who reports metadata: a metadata provider and a metadataflow; `targets` are URNs, with wildcards, of what it may be about."""

    kind: ClassVar[Kind] = Kind.METADATA_PROVISION_AGREEMENT
    provider: ItemRef
    metadataflow: Ref
    targets: tuple[str, ...] = ()

    def uses(self) -> Iterator[Ref]:
        yield self.provider.scheme
        yield self.metadataflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a region says of a component beside its values: values without a common prefix, since when and until when the whole
    counts, and the same of single values; values that stand for those below them, too ("true", "excluderoot")."""

    remove_prefix: bool | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    cascade: Mapping[str, str] = field(default_factory=dict)
    valid: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeRegion:
    """Component id -> values in (or, where not included, out of) the region; a value may have a '%' for any text."""

    values: Mapping[str, tuple[str, ...]]
    included: bool = True
    #: First and last period, as written, where the region is cut in time.
    time_range: tuple[str | None, str | None] | None = None
    #: Whether the first and the last period are themselves outside.
    time_open: tuple[bool, bool] = (False, False)
    #: The same for components that are no dimensions.
    components: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Dimension -> values that are not in the region, whatever else holds: key values that say `include="false"`.
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Of values, components and without, where there is more to say.
    selections: Mapping[str, Selection] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """One key, or part of one, of a key set: dimension -> code."""

    values: Mapping[str, str]
    components: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    keys: tuple[DataKey, ...]
    included: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCalendar:
    periodicity: str
    offset: str
    tolerance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConstraint(Artefact):
    """What may be sent (role "Allowed") or what is there (role "Actual") for the artefacts it is attached to."""

    kind: ClassVar[Kind] = Kind.DATA_CONSTRAINT
    role: str = "Allowed"
    attached_to: tuple[Ref, ...] = ()
    regions: tuple[CubeRegion, ...] = ()
    #: Where it is attached to a data provider, or to addresses, instead.
    provider: ItemRef | None = None
    sources: tuple[str, ...] = ()
    key_sets: tuple[KeySet, ...] = ()
    calendar: ReleaseCalendar | None = None

    def uses(self) -> Iterator[Ref]:
        yield from self.attached_to
        if self.provider:
            yield self.provider.scheme


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
