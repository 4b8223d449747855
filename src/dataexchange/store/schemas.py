"""The schema of a dataflow or data structure, put together once and kept in process until an artefact changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from dataexchange.errors import NotFound
from dataexchange.model.area_names import scheme_of
from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.schema import Schema, enumeration
from dataexchange.model.structure import Artefact, ConceptScheme, Dataflow, DataStructure, Kind, ProvisionAgreement, Ref
from dataexchange.model.structure_map import RepresentationMap
from dataexchange.store.catalogue import Catalogue, catalogue, keep, load
from dataexchange.store.extended import extended

_MOST = 100
_ABOUT_AREAS = frozenset({Kind.HIERARCHY, Kind.REPRESENTATION_MAP})
_schemas: dict[tuple[str, Ref], Schema] = {}


def schema(conn: Connection, ref: Ref) -> Schema:
    """Of a dataflow, a data structure, or the dataflow of a provision agreement. NotFound names what is missing."""
    there = catalogue(conn)
    known = _schemas.get((there.word, ref))
    if known is None:
        known = _assembled(conn, ref, there)
        keep(_schemas, (there.word, ref), known, _MOST)
    return known


def _assembled(conn: Connection, ref: Ref, there: Catalogue) -> Schema:
    artefact = one(conn, ref, there)
    if isinstance(artefact, ProvisionAgreement):
        artefact = one(conn, artefact.dataflow, there)
    flow = artefact if isinstance(artefact, Dataflow) else None
    if flow is not None:
        if flow.structure is None:
            raise NotFound(f"Dataflow {flow.ref} names no data structure, so it can hold no data.")
        artefact = one(conn, flow.structure, there)
    if not isinstance(artefact, DataStructure):
        raise NotFound(f"{ref.kind.urn_class} {ref} has no data: name a dataflow or a data structure.")
    concepts = _there(conn, (c.concept.scheme for c in artefact.components() if c.concept), there)
    schemes = {r: a for r, a in concepts.items() if isinstance(a, ConceptScheme)}
    lists = (enumeration(component, schemes) for component in artefact.components())
    found = Schema.assemble(artefact, flow, concepts | _there(conn, (r for r in lists if r), there))
    return replace(found, **_around(conn, found, there))


def _around(conn: Connection, found: Schema, there: Catalogue) -> dict[str, Any]:
    """What is said of areas beside their code list: hierarchies over it or over a list that it extends, and maps of its codes."""
    waiting = [ref for named in found.area_lists if (ref := there.resolve(named)) is not None]
    lists: dict[Ref, None] = {}
    while waiting:
        ref = waiting.pop()
        if ref not in lists:
            lists[ref] = None
            waiting += [used for used in there.children.get(ref, ()) if used.kind is Kind.CODELIST]
    users = {user for ref in lists for user in there.parents.get(ref, ()) if user.kind in _ABOUT_AREAS}
    about = load(conn, sorted(users), there)
    maps = (a for a in about if isinstance(a, RepresentationMap) and scheme_of(a) is not None)
    return {
        "hierarchies": tuple(a for a in about if isinstance(a, Hierarchy)),
        "maps": tuple(maps),
        "area_lists": tuple(dict.fromkeys((*found.area_lists, *lists))),
    }


def one(conn: Connection, ref: Ref, there: Catalogue) -> Artefact:
    """The artefact that a reference means; NotFound says what to do."""
    found = there.resolve(ref)
    if found is None:
        raise NotFound(
            f"{ref.kind.urn_class} {ref} is not registered here: correct its name, or have the exchange's operator load it "
            "(`dataexchange structures load`)."
        )
    return load(conn, [found], there)[0]


def _there(conn: Connection, refs: Iterable[Ref], there: Catalogue) -> dict[Ref, Artefact]:
    """Those that are registered, under the name by which they are referred to ("1.0+" for instance)."""
    named = {ref: found for ref in dict.fromkeys(refs) if (found := there.resolve(ref)) is not None}
    return dict(zip(named, extended(conn, load(conn, list(named.values()), there), there), strict=True))
