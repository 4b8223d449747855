"""The areas of a code list: look a list of them over, register it as a hierarchy, register their other codes, show the tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dataexchange.errors import NotFound, Unreadable
from dataexchange.messages.read_areas import read_areas, read_codes
from dataexchange.model.area_hierarchy import association_of, hierarchy_of, hierarchy_ref, nested
from dataexchange.model.area_names import scheme_of
from dataexchange.model.area_rows import AreaFault, AreaRow, row_faults
from dataexchange.model.areas import Areas, Partition
from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.other_codes import code_faults, maps_of
from dataexchange.model.soundness import faults as unsound
from dataexchange.model.structure import Codelist, Kind, Ref
from dataexchange.model.structure_map import RepresentationMap
from dataexchange.store import audit, releases, structures
from dataexchange.store.catalogue import catalogue, load
from dataexchange.store.database import Connection
from dataexchange.store.extended import extended
from dataexchange.workflow.recheck_marks import mark_divided, trees

__all__ = ["AreaList", "Partition", "areas_of", "check_areas", "load_areas", "load_codes"]


@dataclass(frozen=True, slots=True)
class AreaList:
    """What a file has: the hierarchy that it makes, and the tree with it; no hierarchy where there are faults."""

    rows: int
    faults: tuple[AreaFault, ...] = ()
    hierarchy: Hierarchy | None = None
    areas: Areas | None = None
    #: Published datasets that are compared over areas of it: once it is loaded they are checked again.
    concerned: int = 0

    @property
    def partitions(self) -> tuple[Partition, ...]:
        """The exhaustive ones of the tree."""
        divided = self.areas.divided if self.areas else {}
        return tuple(p for found in divided.values() for p in found if p.exhaustive)


def check_areas(conn: Connection, path: Path, codelist: Ref, *, agency: str) -> AreaList:
    """Read a list of areas and say what is wrong with it. Only reads."""
    held = _whole(conn, codelist)
    beside = _Beside.of(conn, held, without=hierarchy_ref(held.ref, agency))
    rows, faults = read_areas(path)
    if not (faults or rows):
        faults = [AreaFault(2, "area", "the list has no rows: write one for each area")]
    listed = Areas.among({item.id: item for item in held.items}, maps=beside.maps)
    faults = [*faults, *row_faults(rows, listed, whole=not faults)]
    if faults:
        return AreaList(len(rows), tuple(sorted(faults, key=lambda f: f.row)))
    hierarchy = hierarchy_of(rows, held, agency, beside.areas())
    areas = beside.areas(hierarchy)
    faults = [*nested(rows, areas), *_told_elsewhere(rows, beside.areas(), areas)]
    if faults:
        return AreaList(len(rows), tuple(sorted(faults, key=lambda f: f.row)))
    return AreaList(len(rows), (), hierarchy, areas)


def load_areas(conn: Connection, path: Path, codelist: Ref, *, agency: str, actor: str) -> AreaList:
    """Register a list without faults as a hierarchy over the code list, in place of the one that was loaded before it; what is compared
    over its areas is marked to be checked again."""
    found = check_areas(conn, path, codelist, agency=agency)
    if found.hierarchy is None:
        return found
    if wrong := unsound(found.hierarchy):
        raise Unreadable(f"{path.name}: {'; '.join(wrong)}.")
    held = _whole(conn, codelist)
    releases.lock(conn)
    before = trees(conn)
    structures.put(conn, [found.hierarchy, association_of(found.hierarchy, held.ref)])
    concerned = mark_divided(conn, before)
    detail = {"file": path.name, "rows": found.rows, "codelist": str(held.ref), "concerned": concerned}
    audit.record(conn, actor=actor, action="areas.load", subject=str(found.hierarchy.ref), detail=detail)
    return replace(found, concerned=concerned)


def load_codes(
    conn: Connection, path: Path, codelist: Ref, *, agency: str, actor: str
) -> tuple[list[RepresentationMap], list[AreaFault]]:
    """Register other codes of areas, one map for each scheme that the file names; those of other schemes stay."""
    held = _whole(conn, codelist)
    rows, faults = read_codes(path)
    if not (faults or rows):
        faults = [AreaFault(2, "area", "the list has no rows: write one for each code")]
    faults = faults or code_faults(rows, Areas.among({item.id: item for item in held.items}))
    if faults:
        return [], sorted(faults, key=lambda f: f.row)
    made = maps_of(rows, held, agency)
    structures.put(conn, made)
    for one in made:
        detail = {"file": path.name, "codes": len(one.mappings)}
        audit.record(conn, actor=actor, action="areas.codes", subject=str(one.ref), detail=detail)
    return made, []


def areas_of(conn: Connection, codelist: Ref) -> Areas:
    """The tree of areas of a code list, with everything that is said of them."""
    return _Beside.of(conn, _whole(conn, codelist)).areas()


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is registered about the areas of a code list."""

    codelist: Codelist
    lists: tuple[Ref, ...]
    hierarchies: tuple[Hierarchy, ...]
    maps: tuple[RepresentationMap, ...]

    @classmethod
    def of(cls, conn: Connection, codelist: Codelist, without: Ref | None = None) -> _Beside:
        there = catalogue(conn)
        lists = list(dict.fromkeys((codelist.ref, *there.children.get(codelist.ref, ()))))
        users = sorted({user for ref in lists for user in there.parents.get(ref, ()) if user != without})
        kinds = (Kind.HIERARCHY, Kind.REPRESENTATION_MAP)
        about = load(conn, [ref for ref in users if ref.kind in kinds], there)
        maps = tuple(a for a in about if isinstance(a, RepresentationMap) and scheme_of(a) is not None)
        return cls(codelist, tuple(lists), tuple(a for a in about if isinstance(a, Hierarchy)), maps)

    def areas(self, more: Hierarchy | None = None) -> Areas:
        hierarchies = (*self.hierarchies, more) if more else self.hierarchies
        return Areas.among({item.id: item for item in self.codelist.items}, self.lists, hierarchies, self.maps)


def _whole(conn: Connection, ref: Ref) -> Codelist:
    """With the codes that it inherits."""
    held = structures.get(conn, replace(ref, kind=Kind.CODELIST))
    (whole,) = extended(conn, [held], catalogue(conn))
    if not isinstance(whole, Codelist):
        raise NotFound(f"{ref} is no code list: name the one of REF_AREA.")
    return whole


def _told_elsewhere(rows: Sequence[AreaRow], before: Areas, areas: Areas) -> list[AreaFault]:
    """Another hierarchy says that the same area has an exhaustive partition of that name, and of other parts."""
    faults = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        key = (areas.canonical(row.parent), row.partition)
        if not row.is_exhaustive or key in seen:
            continue
        seen.add(key)
        same = [p for p in areas.partitions(row.parent) if p.exhaustive and p.name == row.partition]
        if len(same) > 1 and any(p.name == row.partition and p.exhaustive for p in before.partitions(row.parent)):
            text = (
                f"another hierarchy has the exhaustive partition {row.partition!r} of {row.parent} with other parts: give "
                "this one another name, or remove that hierarchy (`dataexchange structures remove hierarchy …`)"
            )
            faults.append(AreaFault(row.row, "partition", text))
    return faults
