"""Rows of a list of areas as an SDMX hierarchy: what is stored, served and versioned, and what `model.areas` reads.

An area stands wherever a row has put it; what lies below it stands under its first place only, since the tree is the same by that. What
a partition is called, whether it is exhaustive and what the boundary is are annotations (`area_edges`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dataexchange.model.area_edges import BOUNDARY, EXHAUSTIVE, PARTITION
from dataexchange.model.area_rows import AreaFault, AreaRow
from dataexchange.model.areas import Areas, Partition
from dataexchange.model.boundary import concept_named
from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy, HierarchyAssociation, HierarchyLevel
from dataexchange.model.period import first_day, last_day
from dataexchange.model.sound_forms import ID, is_of
from dataexchange.model.structure import Annotation, Codelist, ItemRef, Kind, Ref


def hierarchy_ref(codelist: Ref, agency: str) -> Ref:
    """The name of the hierarchy that `agency` keeps over a code list. Its version is never final, so that it can be loaded again.

    >>> str(hierarchy_ref(Ref(Kind.CODELIST, "KG_NSC", "CL_AREA", "1.8.0"), "DX"))
    'DX:H_KG_NSC_CL_AREA(1.8)'
    """
    return Ref(Kind.HIERARCHY, agency, f"H_{owned(codelist)}", draft_version(codelist))


def owned(codelist: Ref) -> str:
    return f"{codelist.agency.replace('.', '_')}_{codelist.id}"


def draft_version(codelist: Ref) -> str:
    """Of the code list's version what does not make it final."""
    return ".".join([*re.split(r"[.\-]", codelist.version), "0"][:2])


def association_of(hierarchy: Hierarchy, codelist: Ref) -> HierarchyAssociation:
    """Tells others that the hierarchy is meant for the code list."""
    return HierarchyAssociation(
        agency=hierarchy.agency,
        id=f"A{hierarchy.id}",
        version=hierarchy.version,
        names=hierarchy.names,
        hierarchy=hierarchy.ref,
        linked=codelist.urn,
    )


def hierarchy_of(rows: Sequence[AreaRow], codelist: Codelist, agency: str, areas: Areas) -> Hierarchy:
    """Of rows that `row_faults` finds nothing wrong with."""
    ref = hierarchy_ref(codelist.ref, agency)
    levels = _levels(rows, areas)
    return Hierarchy(
        agency=agency,
        id=ref.id,
        version=ref.version,
        names={"en": f"Areas of {codelist.name()}"},
        codes=tuple(_Planting(rows, codelist.ref, areas, levels).roots()),
        levels=tuple(HierarchyLevel(id=id_, names={"en": name}) for name, id_ in levels.items()),
    )


def nested(rows: Sequence[AreaRow], areas: Areas) -> Iterator[AreaFault]:
    """Parts that lie in another part of the same exhaustive partition: they would be added twice. `areas` have the rows in them."""
    first = {(areas.canonical(r.area), areas.canonical(r.parent), r.partition): r for r in reversed(rows)}
    for whole in dict.fromkeys(areas.canonical(row.parent) for row in rows if row.is_exhaustive):
        for partition in areas.partitions(whole):
            for part in sorted(partition.parts) if partition.exhaustive else ():
                row = first.get((part, whole, partition.name))
                outer = _outer(part, partition, areas)
                if row is not None and outer is not None:
                    yield AreaFault(
                        row.row,
                        "partition",
                        f"{part} lies in {outer}, which is in {partition.name!r} of {whole}, too, and would be added "
                        "twice: give the partition of each level a name of its own",
                    )


def _outer(part: str, partition: Partition, areas: Areas) -> str | None:
    """Looked at wherever something begins or ends: between those times nothing changes."""
    if not partition.parts.intersection(areas.above(part)):
        return None
    spans = [span for found in partition.valid.values() for span in found]
    spans += [edge.span for edge in areas.wholes.get(part, ())]
    ends: list[int | None] = [*sorted({end for span in spans for end in span if end is not None})]
    for period in ends or [None]:
        there = partition.parts if period is None else partition.at(period)
        for outer in areas.above(part, period) if part in there else ():
            if outer in there:
                return outer
    return None


def _levels(rows: Sequence[AreaRow], areas: Areas) -> Mapping[str, str]:
    """Name -> id of every level, from the top down by the least depth that an area of it has."""
    parents: dict[str, set[str]] = {}
    for row in rows:
        if row.parent:
            parents.setdefault(areas.canonical(row.area), set()).add(areas.canonical(row.parent))
    least: dict[str, int] = {}
    for row in rows:
        if row.level:
            depth, here = 0, {areas.canonical(row.area)}
            while here := {p for area in here for p in parents.get(area, ())}:
                depth += 1
            least[row.level] = min(depth, least.get(row.level, depth))
    ids: dict[str, str] = {}
    for name in sorted(least, key=lambda level: least[level]):
        plain = name if is_of(ID, name) else re.sub(r"[^A-Za-z0-9_]+", "_", name)[:90].strip("_") or "LEVEL"
        ids[name] = next(
            id_ for n in range(len(least) + 1) if (id_ := f"{plain}_{n}" if n else plain) not in ids.values()
        )
    return ids


@dataclass(slots=True)
class _Planting:
    """A tree being made of rows."""

    rows: Sequence[AreaRow]
    codelist: Ref
    areas: Areas
    levels: Mapping[str, str]
    below: dict[str, list[AreaRow]] = field(default_factory=dict)
    said: dict[str, AreaRow] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def roots(self) -> Iterator[HierarchicalCode]:
        canonical = self.areas.canonical
        for row in self.rows:
            area = canonical(row.area)
            if row.parent:
                self.below.setdefault(canonical(row.parent), []).append(row)
            known = self.said.get(area, AreaRow(row.row, row.area))
            self.said[area] = AreaRow(
                known.row, known.area, level=known.level or row.level, boundary=known.boundary or row.boundary
            )
        inside = {canonical(row.area) for row in self.rows if row.parent}
        tops = {canonical(code): code for row in self.rows for code in (row.parent or row.area, row.area) if code}
        for area, code in tops.items():
            if area not in inside:
                alone = next((r for r in self.rows if not r.parent and canonical(r.area) == area), AreaRow(0, code))
                yield self._place(alone)

    def _place(self, row: AreaRow) -> HierarchicalCode:
        area = self.areas.canonical(row.area)
        about = self.said.get(area, row)
        inner: tuple[HierarchicalCode, ...] = ()
        notes = [Annotation(type=PARTITION, title=row.partition)] if row.partition else []
        if concept := concept_named(about.boundary):
            notes.append(Annotation(type=BOUNDARY, title=concept))
        identifier = self._id(row.area)
        # SDMX-ML 2.1 takes nothing but date-times here.
        first, last = row.span
        if area not in self.placed:
            self.placed.add(area)
            parts = self.below.get(area, [])
            named = dict.fromkeys(part.partition for part in parts if part.is_exhaustive)
            notes += [Annotation(type=EXHAUSTIVE, title=name) for name in named]
            inner = tuple(self._place(part) for part in parts)
        return HierarchicalCode(
            id=identifier,
            code=ItemRef(self.codelist, row.area),
            codes=inner,
            level=self.levels.get(about.level),
            annotations=tuple(notes),
            valid_from=None if first is None else f"{first_day(first).isoformat()}T00:00:00",
            valid_to=None if last is None else f"{last_day(last).isoformat()}T23:59:59",
        )

    def _id(self, area: str) -> str:
        """The area itself at its first place."""
        n, identifier = 1, area
        while identifier in self.ids:
            n += 1
            identifier = f"{area}_{n}"
        self.ids.add(identifier)
        return identifier
