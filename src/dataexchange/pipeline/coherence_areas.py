"""The tree of areas, read from the parents of the codes of REF_AREA, and where a level covers the area above it wholly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.series_notes import is_partitioned
from dataexchange.model.structure import Item

#: Another boundary of the same place: an area of its own, never compared or added across.
_BOUNDARIES = {"_FUA": say("functional urban area"), "_UC": say("urban centre")}
ADMINISTRATIVE = say("administrative area")

#: "Unknown" and "rest of" are parts that many tables do without.
_OPTIONAL = ("_U", "_REST")


@dataclass(frozen=True, slots=True)
class Areas:
    codes: Mapping[str, Item]
    partitions: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, schema: Schema) -> Areas:
        return schema.derived("areas", lambda: cls._read(schema))

    @classmethod
    def _read(cls, schema: Schema) -> Areas:
        codes = schema.codes.get("REF_AREA", {})
        children: dict[str, set[str]] = {area: set() for area, item in codes.items() if is_partitioned(item)}
        for area, item in codes.items():
            if item.parent in children and boundary(area)[1] == ADMINISTRATIVE and not area.endswith(_OPTIONAL):
                children[item.parent].add(area)
        return cls(codes, {area: frozenset(parts) for area, parts in children.items()})

    def above(self, area: str) -> tuple[str, ...]:
        """Parent, grandparent … of an area; a circle of parents ends where it closes."""
        found = [area]
        while (item := self.codes.get(found[-1])) and item.parent and item.parent not in found:
            found.append(item.parent)
        return tuple(found[1:])

    def partition(self, area: str) -> frozenset[str]:
        """The areas that together are this one; none where the code list does not say that they are exhaustive."""
        return self.partitions.get(area, frozenset())


def boundary(area: str) -> tuple[str, Sentence]:
    """(the place, the boundary concept) of an area code.

    >>> [(place, str(concept)) for place, concept in (boundary("GB_BRS_FUA"), boundary("GB_BRS"))]
    [('GB_BRS', 'functional urban area'), ('GB_BRS', 'administrative area')]
    """
    for suffix, words in _BOUNDARIES.items():
        if area.endswith(suffix):
            return area.removesuffix(suffix), words
    return area, ADMINISTRATIVE
