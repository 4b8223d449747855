"""How much of each artefact a structure message shows: the REST API's `detail`.

A stub says who and what an artefact is, no more: no items, components, regions, and (unless complete) no description and no
annotations. `requested` are the artefacts that were asked for; all others of the message are references.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dataexchange.model.schema import enumeration
from dataexchange.model.structure import (
    Artefact,
    Codelist,
    ConceptScheme,
    DataConstraint,
    Dataflow,
    DataStructure,
    Item,
    ItemScheme,
    Metadataflow,
    MetadataStructure,
    Ref,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An artefact as a message shows it. A stub is marked as one, so that no reader takes it for the whole."""

    artefact: Artefact
    stub: bool = False


#: What of an artefact goes when it becomes a stub.
_BODIES: Mapping[type[Artefact], Mapping[str, Any]] = {
    ItemScheme: {"items": ()},
    DataStructure: {"dimensions": (), "time_dimension": None, "measures": (), "attributes": (), "groups": {}},
    MetadataStructure: {"attributes": ()},
    Dataflow: {"structure": None},
    Metadataflow: {"structure": None, "targets": ()},
    DataConstraint: {"attached_to": (), "regions": ()},
}


def shown(artefacts: Sequence[Artefact], detail: str, requested: Collection[Ref] = ()) -> list[Shown]:
    """Empty `requested`: all were asked for. "raw" and "full" are the same here."""
    asked = set(requested) or {artefact.ref for artefact in artefacts}
    match detail:
        case "allstubs" | "allcompletestubs":
            return [_stub(a, complete="complete" in detail) for a in artefacts]
        case "referencestubs" | "referencecompletestubs":
            complete = "complete" in detail
            return [Shown(a) if a.ref in asked else _stub(a, complete=complete) for a in artefacts]
        case "referencepartial":
            return [Shown(a) for a in _partial(artefacts, asked)]
        case _:
            return [Shown(a) for a in artefacts]


def _stub(artefact: Artefact, *, complete: bool) -> Shown:
    body = next((fields for cls, fields in _BODIES.items() if isinstance(artefact, cls)), None)
    bare: dict[str, Any] = {} if complete else {"descriptions": {}, "annotations": ()}
    return Shown(replace(artefact, **bare, **(body or {})), stub=body is not None)


def _partial(artefacts: Sequence[Artefact], asked: Collection[Ref]) -> Iterator[Artefact]:
    """Concept schemes cut to the concepts that the message's structures use, code lists to what constraints allow."""
    used = _used_concepts(artefacts)
    allowed = _allowed_codes(artefacts)
    for artefact in artefacts:
        if artefact.ref in asked:
            yield artefact
        elif isinstance(artefact, ConceptScheme) and artefact.ref in used:
            yield cut_with_parents(artefact, used[artefact.ref])
        elif isinstance(artefact, Codelist) and artefact.ref in allowed:
            yield cut_with_parents(artefact, allowed[artefact.ref])
        else:
            yield artefact


def _used_concepts(artefacts: Sequence[Artefact]) -> dict[Ref, set[str]]:
    used: dict[Ref, set[str]] = {}
    for artefact in artefacts:
        if isinstance(artefact, DataStructure):
            components: Sequence[Any] = tuple(artefact.components())
        elif isinstance(artefact, MetadataStructure):
            components = artefact.attributes
        else:
            continue
        for concept in (c for component in components for c in (component.concept, *component.roles) if c):
            used.setdefault(concept.scheme, set()).add(concept.id)
    return used


def _allowed_codes(artefacts: Sequence[Artefact]) -> dict[Ref, set[str]]:
    """Code list -> codes that some constrained component may have. A list that any component uses freely is not cut."""
    concepts = {a.ref: a for a in artefacts if isinstance(a, ConceptScheme)}
    limits: dict[str, set[str]] = {}
    for constraint in artefacts:
        if isinstance(constraint, DataConstraint) and constraint.role == "Allowed":
            for region in (r for r in constraint.regions if r.included):
                for component, values in (*region.values.items(), *region.components.items()):
                    limits.setdefault(component, set()).update(values)
    allowed: dict[Ref, set[str]] = {}
    free: set[Ref] = set()
    for used in (c for a in artefacts if isinstance(a, DataStructure) for c in a.components()):
        codelist = enumeration(used, concepts)
        if codelist and used.id in limits:
            allowed.setdefault(codelist, set()).update(limits[used.id])
        elif codelist:
            free.add(codelist)
    return {ref: codes for ref, codes in allowed.items() if ref not in free}


def cut_with_parents(scheme: ItemScheme, ids: Collection[str]) -> ItemScheme:
    """The scheme with those items and the parents above them."""
    parents = {item.id: item.parent for item in scheme.items}
    kept: set[str] = set()
    for identifier in ids:
        current: str | None = identifier
        while current is not None and current not in kept:
            kept.add(current)
            current = parents.get(current)
    items: tuple[Item, ...] = tuple(item for item in scheme.items if item.id in kept)
    return replace(scheme, items=items, is_partial=scheme.is_partial or len(items) < len(scheme.items))
