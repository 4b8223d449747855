"""The tree of areas: what lies in what, since when and till when, and which parts are all the parts of an area.

    areas = Areas.of(schema)
    areas.above("GB_BRS_E05010885")     # ('GB_BRS', 'GB_E12000009', 'GB_ENG', 'GB')
    areas.partition("GB_BRS")           # its 34 wards

It is made of the parents of the codes of REF_AREA and of every hierarchy over that list (`area_edges`), on codes that stand for all names
of an area (`area_names`). An area may have several partitions side by side, such as wards and deprivation deciles, and lie in
several wholes. Rules that add up run over partitions that are declared exhaustive, and over nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dataexchange.model.area_edges import BOUNDARY, Edge, Span, holds, of_codes, of_hierarchy, places, said
from dataexchange.model.area_names import AreaNames
from dataexchange.model.boundary import ADMINISTRATIVE, CONCEPTS, boundary, by_suffix, concept_named
from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence
from dataexchange.model.structure import Item, Ref
from dataexchange.model.structure_map import RepresentationMap

__all__ = ["ADMINISTRATIVE", "Areas", "Partition", "boundary"]


@dataclass(frozen=True, slots=True)
class Partition:
    """Areas that lie in another one. `exhaustive`: at any time they are all of it, and none overlaps another.

    `name` is "" for the children in a code list and other parts without a name; `parts` are those of all times. `valid` has the parts
    that do not belong to it always, with the spans of time in which they do. `level` is that of all parts, if they are of one.
    """

    name: str
    whole: str
    parts: frozenset[str]
    exhaustive: bool
    level: str | None = None
    valid: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)

    def at(self, period: int) -> frozenset[str]:
        """The parts at the end of a period. A district that was split in 2019 is there until 2018, its successors from 2019."""
        if not self.valid:
            return self.parts
        return frozenset(p for p in self.parts if p not in self.valid or any(holds(s, period) for s in self.valid[p]))

    @property
    def today(self) -> frozenset[str]:
        """The parts whose time has no end."""
        return frozenset(p for p in self.parts if p not in self.valid or any(s[1] is None for s in self.valid[p]))


@dataclass(frozen=True, slots=True)
class Areas:
    """Every question may be asked with any code of an area; answers have the canonical one."""

    codes: Mapping[str, Item]
    names: AreaNames
    #: Part -> its edges, those of the code list first.
    wholes: Mapping[str, tuple[Edge, ...]]
    #: Whole -> its partitions, the exhaustive ones first.
    divided: Mapping[str, tuple[Partition, ...]]
    levels: Mapping[str, str]
    declared: Mapping[str, str]
    _above: dict[tuple[str, int | None], tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    _bounded: dict[str, tuple[str, Sentence]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, schema: Schema) -> Areas:
        codes = schema.codes.get("REF_AREA", {})
        return schema.derived("areas", lambda: cls.among(codes, schema.area_lists, schema.hierarchies, schema.maps))

    @classmethod
    def among(
        cls,
        codes: Mapping[str, Item],
        lists: Sequence[Ref] = (),
        hierarchies: Sequence[Hierarchy] = (),
        maps: Sequence[RepresentationMap] = (),
    ) -> Areas:
        """Of a code list, and what hierarchies over it (or over the `lists` that it extends) and maps of it say."""
        names = AreaNames.of(codes, maps)
        wholes: dict[str, list[Edge]] = {}
        for edge in (*of_codes(codes), *(edge for h in hierarchies for edge in of_hierarchy(h, lists))):
            part, whole = names.canonical(edge.part), names.canonical(edge.whole)
            if part != whole:
                renamed = Edge(part, whole, edge.partition, edge.exhaustive, edge.span, edge.source, edge.optional)
                wholes.setdefault(part, []).append(renamed)
        alone = cls(
            codes, names, {p: tuple(e) for p, e in wholes.items()}, {}, *_declared(codes, lists, hierarchies, names)
        )
        return cls(codes, names, alone.wholes, alone._divided(), alone.levels, alone.declared)

    def canonical(self, code: str) -> str:
        """One code for all that the area has; one that nobody knows is its own."""
        return self.names.canonical(code)

    def spellings(self, code: str) -> tuple[str, ...]:
        """All codes that the area has, the canonical one first: what to look for in another office's data."""
        return self.names.spellings(code)

    def above(self, area: str, period: int | None = None) -> tuple[str, ...]:
        """All areas that this one lies in, each before those that it lies in itself; at the end of a period, or ever.

        Where areas lie in each other in a circle, it ends where the circle closes.
        """
        area = self.canonical(area)
        found = self._above.get((area, period))
        if found is None:
            found = self._above[area, period] = self._climbed(area, period)
        return found

    def _climbed(self, area: str, period: int | None) -> tuple[str, ...]:
        """Depth first, in the order in which areas are left for good: an area after everything that it lies in."""
        seen, left, waiting = {area}, [], [(area, iter(self._next(area, period)))]
        while waiting:
            here, further = waiting[-1]
            whole = next((w for w in further if w not in seen), None)
            if whole is None:
                left.append(here)
                waiting.pop()
            else:
                seen.add(whole)
                waiting.append((whole, iter(self._next(whole, period))))
        return tuple(reversed(left[:-1]))

    def _next(self, area: str, period: int | None) -> list[str]:
        """Last first: what is left last comes nearest."""
        found = (e for e in self.wholes.get(area, ()) if period is None or holds(e.span, period))
        return list(dict.fromkeys(e.whole for e in found))[::-1]

    def parent(self, area: str) -> str | None:
        """The area that people name beside this one: the parent in the code list, else the first whole in a hierarchy."""
        found = self.wholes.get(self.canonical(area), ())
        return found[0].whole if found else None

    def partitions(self, area: str) -> tuple[Partition, ...]:
        """What the area consists of, in one way or several: exhaustive partitions first, in the order in which they were declared."""
        return self.divided.get(self.canonical(area), ())

    def partition(self, area: str, period: int | None = None) -> frozenset[str]:
        """The parts of its first exhaustive partition, at the end of a period or without those whose time is over; empty for none."""
        found = next(iter(self.partitions(area)), None)
        if found is None or not found.exhaustive:
            return frozenset()
        return found.today if period is None else found.at(period)

    @property
    def has_exhaustive(self) -> bool:
        """Whether any area is said to be all of its parts."""
        return any(partition.exhaustive for found in self.divided.values() for partition in found[:1])

    def level(self, area: str) -> str | None:
        """What kind of area it is in its hierarchy: "ward", "oblast"."""
        return self.levels.get(self.canonical(area))

    def boundary(self, area: str) -> tuple[str, Sentence]:
        """(the place, the boundary concept): two areas of one place with different concepts are never compared or added.

        The concept is what a list of areas or the code's annotation BOUNDARY says, else what the end of the code says.
        """
        if area not in self._bounded:
            self._bounded[area] = self._boundary(self.canonical(area))
        return self._bounded[area]

    def _boundary(self, code: str) -> tuple[str, Sentence]:
        place, concept = by_suffix(code)[0], CONCEPTS[self.concept(code)]
        if place == code and concept != ADMINISTRATIVE:
            # KE_NBO_AGG is of the place KE_NBO, where the list has such a code.
            shorter = code.rpartition("_")[0]
            place = shorter if "_" in shorter and shorter in self.codes else code
        return place, concept

    def concept(self, area: str) -> str:
        """The boundary concept by the word that lists of areas write (`boundary.CONCEPTS`)."""
        code = self.canonical(area)
        return self.declared.get(code) or by_suffix(code)[1] or "administrative"

    def _divided(self) -> Mapping[str, tuple[Partition, ...]]:
        grouped: dict[str, dict[tuple[Ref | None, str, bool], list[Edge]]] = {}
        for edge in (e for found in self.wholes.values() for e in found):
            if not edge.optional and self.boundary(edge.part)[1] == self.boundary(edge.whole)[1]:
                kind = (edge.source, edge.partition, edge.exhaustive)
                grouped.setdefault(edge.whole, {}).setdefault(kind, []).append(edge)
        found: dict[str, tuple[Partition, ...]] = {}
        for whole, kinds in grouped.items():
            # (source, name, exhaustive): what is exhaustive goes first, and of that what the code list says.
            order = sorted(kinds, key=lambda kind: (not kind[2], kind[0] is not None))
            made = [self._partition(whole, kinds[kind]) for kind in order]
            if order[0] == (None, "", True):
                made[0] = _believed(made[0], made[1:])
            made.sort(key=lambda partition: not partition.exhaustive)
            found[whole] = tuple(p for n, p in enumerate(made) if not _is_told(p, made[:n]))
        return found

    def _partition(self, whole: str, members: Iterable[Edge]) -> Partition:
        spans: dict[str, list[Span]] = {}
        for edge in members:
            spans.setdefault(edge.part, []).append(edge.span)
            name, exhaustive = edge.partition, edge.exhaustive
        levels = {self.levels.get(part) for part in spans}
        level = levels.pop() if len(levels) == 1 else None
        bounded = {part: tuple(found) for part, found in spans.items() if (None, None) not in found}
        return Partition(name, whole, frozenset(spans), exhaustive, level, bounded)


def _believed(listed: Partition, others: Iterable[Partition]) -> Partition:
    """The children in a code list, exhaustive unless a list of areas says that fewer of them are all of the area, at any time: then the
    rest of them overlaps these. A code list has one parent a code, and a city centre was added to it beside the wards that it lies in."""
    fewer = any(p.exhaustive and p.name and not p.valid and p.parts < listed.parts for p in others)
    return replace(listed, exhaustive=False) if fewer else listed


def _is_told(partition: Partition, before: Iterable[Partition]) -> bool:
    """Whether it says nothing new: a hierarchy may repeat the code list, and one hierarchy another."""
    silent = not partition.name and not partition.exhaustive
    return any(
        partition.parts == p.parts and partition.valid == p.valid and (silent or partition.name == p.name)
        for p in before
    )


def _declared(
    codes: Mapping[str, Item], lists: Sequence[Ref], hierarchies: Sequence[Hierarchy], names: AreaNames
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """(area -> level, area -> boundary concept) as hierarchies and annotations of codes say."""
    levels: dict[str, str] = {}
    concepts: dict[str, str] = {}
    for area, item in codes.items():
        for word in said(item.annotations, BOUNDARY) if item.annotations else ():
            if concept := concept_named(word):
                concepts.setdefault(names.canonical(area), concept)
    for hierarchy in hierarchies:
        called = {level.id: level.names.get("en", level.id) for level in hierarchy.levels}
        for place in places(hierarchy, lists):
            area = names.canonical(place.code.id)
            if place.level:
                levels.setdefault(area, called.get(place.level, place.level))
            for word in said(place.annotations, BOUNDARY):
                if concept := concept_named(word):
                    concepts.setdefault(area, concept)
    return levels, concepts
