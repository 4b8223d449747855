"""A dataflow with everything needed to check and write its data: structure, code lists, concepts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeVar

from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.sentence import Sentence, Value, say
from dataexchange.model.structure import (
    Artefact,
    Codelist,
    Component,
    ConceptScheme,
    Dataflow,
    DataStructure,
    Item,
    Languages,
    Ref,
    ValueList,
)
from dataexchange.model.structure_map import RepresentationMap

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Schema:
    """What `store.structures.schema` answers. `codes[component id][code id]` is the code; components that are not coded
    are absent. `dataflow` is None where only the data structure is known (a message that names no dataflow)."""

    structure: DataStructure
    dataflow: Dataflow | None = None
    codelists: Mapping[Ref, Codelist | ValueList] = field(default_factory=dict)
    concepts: Mapping[Ref, ConceptScheme] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, Item]] = field(default_factory=dict)
    #: The concept of each component, by the component's id.
    described: Mapping[str, Item] = field(default_factory=dict)
    #: Hierarchies over the code list of REF_AREA, and maps from its codes to others: what `model.areas` reads.
    hierarchies: tuple[Hierarchy, ...] = ()
    maps: tuple[RepresentationMap, ...] = ()
    #: That code list and those that it extends, by any name that hierarchies may call them.
    area_lists: tuple[Ref, ...] = ()
    #: See `derived`.
    _derived: dict[Hashable, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def derived(self, name: Hashable, make: Callable[[], T]) -> T:
        """What rules work out of the code lists alone, worked out once: every comparison asks for it again."""
        if name not in self._derived:
            self._derived[name] = make()
        found: T = self._derived[name]
        return found

    @classmethod
    def assemble(cls, structure: DataStructure, dataflow: Dataflow | None, artefacts: Mapping[Ref, Artefact]) -> Schema:
        """Pick what the structure uses out of `artefacts`. A code list that is missing leaves its component uncoded."""
        codelists = {r: a for r, a in artefacts.items() if isinstance(a, Codelist | ValueList)}
        concepts = {r: a for r, a in artefacts.items() if isinstance(a, ConceptScheme)}
        codes: dict[str, Mapping[str, Item]] = {}
        for component in structure.components():
            ref = enumeration(component, concepts)
            if ref in codelists:
                codes[component.id] = {item.id: item for item in codelists[ref].items}
        items = {(ref, item.id): item for ref, scheme in concepts.items() for item in scheme.items}
        named = {c.id: items.get((c.concept.scheme, c.concept.id)) for c in structure.components() if c.concept}
        described = {component: item for component, item in named.items() if item}
        areas = next((enumeration(c, concepts) for c in structure.components() if c.id == "REF_AREA"), None)
        lists = (areas,) if areas else ()
        return cls(structure, dataflow, codelists, concepts, codes, described, area_lists=lists)

    def concept(self, component: Component) -> Item | None:
        return self.described.get(component.id)

    def component_name(self, component: Component, languages: Languages = "en") -> str:
        concept = self.concept(component)
        return concept.name(languages) if concept else component.id

    def code_name(self, component_id: str, code: str, languages: Languages = "en") -> str:
        """Name of a code; the code itself where the component is not coded or the list has no such code."""
        item = self.codes.get(component_id, {}).get(code)
        return item.name(languages) if item else code

    def enumeration(self, component_id: str) -> Ref | None:
        """The code list of a component."""
        component = next((c for c in self.structure.components() if c.id == component_id), None)
        return None if component is None else enumeration(component, self.concepts)

    def lacks(self, absent: Sequence[str]) -> Sentence:
        """Why a rule has nothing to look at: `DX:DSD_SDG(1.0.0) has no SERIES and no REF_AREA`."""
        first: Value = absent[0]
        named = reduce(_and_no, absent[1:], first)
        return say("{structure} has no {components}", structure=str(self.structure.ref), components=named)


def _and_no(one: Value, other: Value) -> Value:
    return say("{one} and no {other}", one=one, other=other)


def enumeration(component: Component, concepts: Mapping[Ref, ConceptScheme]) -> Ref | None:
    """The code list of a component: its own, else the one of its concept's core representation."""
    if component.representation.codelist or component.representation.text_type:
        return component.representation.codelist
    if component.concept and component.concept.scheme in concepts:
        for item in concepts[component.concept.scheme].items:
            if item.id == component.concept.id and item.representation:
                return item.representation.codelist
    return None
