"""Hierarchies: codes of one or several lists in an order of their own, as a tree.

    indicator 11.6.2 > EN_ATM_PM25, EN_ATM_PM10

A code list knows one parent a code; a hierarchy may put a code in several places, and codes of several lists below each other. SDMX
2.1 keeps them in hierarchical code lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from dataexchange.errors import InvalidRequest
from dataexchange.model.structure import Annotation, Artefact, ItemRef, Kind, Ref, Text, parse_urn


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchicalCode:
    """A place in the tree; `id` names the place, `code` what stands there."""

    id: str
    code: ItemRef
    codes: tuple[HierarchicalCode, ...] = ()
    level: str | None = None
    annotations: tuple[Annotation, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None

    def walk(self) -> Iterator[HierarchicalCode]:
        yield self
        for code in self.codes:
            yield from code.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchyLevel:
    """`coding`: facets of the codes at this level as SDMX names them, with textType among them."""

    id: str
    names: Text = field(default_factory=dict)
    descriptions: Text = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    coding: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy(Artefact):
    """`levels` from the top down; formal where every code stands at the level of its depth."""

    kind: ClassVar[Kind] = Kind.HIERARCHY
    codes: tuple[HierarchicalCode, ...] = ()
    levels: tuple[HierarchyLevel, ...] = ()
    has_formal_levels: bool = False

    def uses(self) -> Iterator[Ref]:
        for root in self.codes:
            for code in root.walk():
                yield code.code.scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchyAssociation(Artefact):
    """Which hierarchy is meant for what: `linked` and `context` are URNs of anything that has one, such as a dimension."""

    kind: ClassVar[Kind] = Kind.HIERARCHY_ASSOCIATION
    hierarchy: Ref
    linked: str
    context: str | None = None

    def uses(self) -> Iterator[Ref]:
        yield self.hierarchy
        for urn in (self.linked, self.context):
            found = _artefact(urn) if urn else None
            if found:
                yield found


def _artefact(urn: str) -> Ref | None:
    """The artefact that a URN names or names a part of; None for types that are not held here."""
    try:
        named = parse_urn(urn)
    except InvalidRequest:
        return None
    return named.scheme if isinstance(named, ItemRef) else named
