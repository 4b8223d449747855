"""Maps from one structure to another: which component goes to which, and which values become which.

    ComponentMap(sources=("SEX",), targets=("SEX",), representation=Ref(Kind.REPRESENTATION_MAP, "DX", "RM_SEX", "1.0.0"))

A component map without a representation map copies values as they are. SDMX 2.1 keeps maps in structure sets, one to one only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dataexchange.model.structure import Annotation, Artefact, Kind, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentMap:
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    representation: Ref | None = None
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMap:
    """How times are read: by a pattern ("dd/MM/yyyy" in a locale) or as units since a base period (`epoch`: ("1970", "second")).

    The frequency that comes out is fixed, or stands in a dimension.
    """

    mapped: tuple[tuple[str, str], ...]
    id: str | None = None
    pattern: str | None = None
    locale: str | None = None
    epoch: tuple[str, str] | None = None
    target_frequency: str | None = None
    frequency_dimension: str | None = None
    #: Ids of frequency formats of the same map.
    frequencies: tuple[str, ...] = ()
    #: startOfPeriod, endOfPeriod or midPeriod.
    resolve: str | None = None
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyFormat:
    frequency: str
    pattern: str
    id: str | None = None
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedValue:
    """A component that always has these values: of the target, or (`in_source`) where the mapping goes the other way."""

    component: str
    values: tuple[str, ...] = ()
    in_source: bool = False
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureMap(Artefact):
    """`source` and `target` are data structures or dataflows."""

    kind: ClassVar[Kind] = Kind.STRUCTURE_MAP
    source: Ref
    target: Ref
    components: tuple[ComponentMap, ...] = ()
    dates: tuple[DateMap, ...] = ()
    formats: tuple[FrequencyFormat, ...] = ()
    fixed: tuple[FixedValue, ...] = ()

    def uses(self) -> Iterator[Ref]:
        yield self.source
        yield self.target
        for component in self.components:
            if component.representation:
                yield component.representation


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedValue:
    """A value that is mapped, a regular expression that values are, or the part of a value from `start` to `end`."""

    value: str
    is_regex: bool = False
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueMapping:
    """Without targets: the value has no counterpart."""

    sources: tuple[MappedValue, ...]
    targets: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentationMap(Artefact):
    """`sources` and `targets`: a code list or value list, or a data type such as "String", for each position."""

    kind: ClassVar[Kind] = Kind.REPRESENTATION_MAP
    sources: tuple[Ref | str, ...]
    targets: tuple[Ref | str, ...]
    mappings: tuple[ValueMapping, ...] = ()

    def uses(self) -> Iterator[Ref]:
        for end in (*self.sources, *self.targets):
            if isinstance(end, Ref):
                yield end


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSchemeMap(Artefact):
    """Items of one scheme to those of another."""

    source: Ref
    target: Ref
    mappings: tuple[ValueMapping, ...] = ()

    def uses(self) -> Iterator[Ref]:
        yield self.source
        yield self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptSchemeMap(ItemSchemeMap):
    kind: ClassVar[Kind] = Kind.CONCEPT_SCHEME_MAP


@dataclass(frozen=True, slots=True, kw_only=True)
class CategorySchemeMap(ItemSchemeMap):
    kind: ClassVar[Kind] = Kind.CATEGORY_SCHEME_MAP


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSchemeMap(ItemSchemeMap):
    kind: ClassVar[Kind] = Kind.ORGANISATION_SCHEME_MAP
