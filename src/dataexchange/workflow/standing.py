"""What an artefact names within others: concepts of schemes, codes of lists, dimensions of data structures. Looked for where the other is
registered; what is not registered is another matter (`workflow.upkeep`).

>>> absent(conn, data_structure)
['refers to the concept COLOUR, which ConceptScheme UK_ONS:CS(0.1) has not: add it']
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from dataexchange.model.extension import resolved
from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.item_path import item_paths
from dataexchange.model.soundness import faults
from dataexchange.model.structure import (
    Artefact,
    Categorisation,
    Codelist,
    DataConstraint,
    Dataflow,
    DataStructure,
    ItemRef,
    ItemScheme,
    Kind,
    MetadataProvisionAgreement,
    MetadataStructure,
    ProvisionAgreement,
    Ref,
)
from dataexchange.model.upkeep import patched
from dataexchange.store.catalogue import catalogue, load
from dataexchange.store.database import Connection

#: So many are told of one artefact.
_MOST = 5


def unsound(conn: Connection, artefact: Artefact) -> list[str]:
    """What is wrong with it by itself. Of a partial scheme the whole is looked at that it would make."""
    if isinstance(artefact, ItemScheme) and artefact.is_partial:
        stored = _registered(conn, artefact.ref)
        if isinstance(stored, ItemScheme) and not stored.is_partial:
            return faults(artefact) and faults(patched(stored, artefact))
    return faults(artefact)


def absent(conn: Connection, artefact: Artefact) -> list[str]:
    """What it names, and is not in the artefact that it names it of: so many sentences without subject or full stop."""
    return list(islice(_absent(conn, artefact), _MOST))


def _absent(conn: Connection, artefact: Artefact) -> Iterator[str]:
    known: dict[Ref, frozenset[str] | None] = {}
    for named in dict.fromkeys(_items(artefact)):
        if named.scheme not in known:
            known[named.scheme] = _ids(conn, named.scheme)
        ids = known[named.scheme]
        if ids is not None and named.id not in ids:
            yield f"refers to {named.id}, which {named.scheme.kind.urn_class} {named.scheme} has not: add it there first"
    if isinstance(artefact, DataConstraint):
        yield from _absent_components(conn, artefact)
    if isinstance(artefact, Codelist) and artefact.extensions:
        yield from _absent_parents(conn, artefact)


def _items(artefact: Artefact) -> Iterator[ItemRef]:
    if isinstance(artefact, DataStructure):
        yield from (c for component in artefact.components() for c in (component.concept, *component.roles) if c)
    elif isinstance(artefact, MetadataStructure):
        yield from (c for component in artefact.attributes for c in (component.concept, *component.roles) if c)
    elif isinstance(artefact, ProvisionAgreement | MetadataProvisionAgreement):
        yield artefact.provider
    elif isinstance(artefact, Categorisation):
        yield artefact.target
    elif isinstance(artefact, DataConstraint) and artefact.provider:
        yield artefact.provider
    elif isinstance(artefact, Hierarchy):
        yield from (code.code for root in artefact.codes for code in root.walk())


def _ids(conn: Connection, ref: Ref) -> frozenset[str] | None:
    """Of the items of a scheme, and the paths to them; None where it is not here, or only part of it is."""
    scheme = _registered(conn, ref)
    if not isinstance(scheme, ItemScheme) or scheme.is_partial:
        return None
    if isinstance(scheme, Codelist):
        scheme = resolved(scheme, lambda other: _codelist(conn, other))
    if scheme.kind is Kind.CATEGORY_SCHEME:
        return frozenset(item_paths(scheme.items))
    return frozenset(item.id for item in scheme.items)


def _absent_components(conn: Connection, constraint: DataConstraint) -> Iterator[str]:
    named = {name for r in constraint.regions for name in (*r.values, *r.without, *r.components)}
    named |= {name for s in constraint.key_sets for key in s.keys for name in (*key.values, *key.components)}
    for ref in constraint.attached_to:
        structure = _structure(conn, ref)
        if structure is not None:
            for missing in sorted(named - {component.id for component in structure.components()}):
                yield f"is about {missing}, which {structure.kind.urn_class} {structure.ref} has not: leave it out"


def _structure(conn: Connection, ref: Ref) -> DataStructure | None:
    """The data structure under what a constraint is attached to."""
    artefact = _registered(conn, ref)
    if isinstance(artefact, ProvisionAgreement):
        artefact = _registered(conn, artefact.dataflow)
    if isinstance(artefact, Dataflow) and artefact.structure:
        artefact = _registered(conn, artefact.structure)
    return artefact if isinstance(artefact, DataStructure) else None


def _absent_parents(conn: Connection, codelist: Codelist) -> Iterator[str]:
    """Codes may stand below inherited ones. A list that would extend itself by way of others is told, too."""

    def find(ref: Ref) -> Codelist | None:
        return codelist if ref == codelist.ref else _codelist(conn, ref)

    others, seen = [e.codelist for e in codelist.extensions], set[Ref]()
    while others:
        found = find(others.pop())
        if found is not None and found.ref == codelist.ref:
            yield "extends itself by way of other lists: leave one extension out"
            return
        if found is not None and found.ref not in seen:
            seen.add(found.ref)
            others += [e.codelist for e in found.extensions]
    ids = {item.id for item in resolved(codelist, find).items}
    for item in codelist.items:
        if item.parent is not None and item.parent not in ids:
            yield f"has {item.id} below {item.parent}, which is not there: add it"


def _codelist(conn: Connection, ref: Ref) -> Codelist | None:
    found = _registered(conn, ref)
    return found if isinstance(found, Codelist) else None


def _registered(conn: Connection, ref: Ref) -> Artefact | None:
    there = catalogue(conn)
    found = there.resolve(ref)
    return load(conn, [found])[0] if found else None
