"""How much of each artefact a structure message shows: the REST API's `detail`.

A stub says who and what an artefact is, no more: no items, components, regions, and (unless complete) no description and no
annotations. `requested` are the artefacts that were asked for; all others of the message are references.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dataexchange.model.constraint import allowed
from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.item_path import item_paths
from dataexchange.model.item_use import items_used
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
    Kind,
    Metadataflow,
    MetadataStructure,
    Ref,
)
from dataexchange.model.structure_map import ItemSchemeMap, RepresentationMap, StructureMap


@dataclass(frozen=True, slots=True)
class Shown:
    """An artefact as a message shows it. A stub is marked as one, so that no reader takes it for the whole."""

    artefact: Artefact
    stub: bool = False


#: What of an artefact goes when it becomes a stub. The schemas demand a source and target of every map, and a code of every hierarchy.
_BODIES: Mapping[type[Artefact], Mapping[str, Any]] = {
    Codelist: {"items": (), "extensions": ()},
    ItemScheme: {"items": ()},
    DataStructure: {"dimensions": (), "time_dimension": None, "measures": (), "attributes": (), "groups": {}},
    MetadataStructure: {"attributes": ()},
    Dataflow: {"structure": None},
    Metadataflow: {"structure": None, "targets": ()},
    DataConstraint: {
        "attached_to": (),
        "regions": (),
        "provider": None,
        "sources": (),
        "key_sets": (),
        "calendar": None,
    },
    Hierarchy: {"levels": ()},
    StructureMap: {"components": (), "dates": (), "formats": (), "fixed": ()},
    RepresentationMap: {"mappings": ()},
    ItemSchemeMap: {"mappings": ()},
}


def shown(
    artefacts: Sequence[Artefact], detail: str, requested: Collection[Ref] = (), beside: Sequence[Artefact] = ()
) -> list[Shown]:
    """Empty `requested`: all were asked for. `beside`: constraints that hold for what is asked for. "raw" and "full" are the same here."""
    asked = set(requested) or {artefact.ref for artefact in artefacts}
    match detail:
        case "allstubs" | "allcompletestubs":
            return [_stub(a, complete="complete" in detail) for a in artefacts]
        case "referencestubs" | "referencecompletestubs":
            complete = "complete" in detail
            return [Shown(a) if a.ref in asked else _stub(a, complete=complete) for a in artefacts]
        case "referencepartial":
            return [Shown(a) for a in _partial(artefacts, asked, beside)]
        case _:
            return [Shown(a) for a in artefacts]


def _stub(artefact: Artefact, *, complete: bool) -> Shown:
    body = next((fields for cls, fields in _BODIES.items() if isinstance(artefact, cls)), None)
    bare: dict[str, Any] = {} if complete else {"descriptions": {}, "annotations": ()}
    if isinstance(artefact, Hierarchy):
        bare["codes"] = tuple(replace(code, codes=(), level=None, annotations=()) for code in artefact.codes[:1])
    return Shown(replace(artefact, **bare, **(body or {})), stub=body is not None)


def _partial(artefacts: Sequence[Artefact], asked: Collection[Ref], beside: Sequence[Artefact]) -> Iterator[Artefact]:
    """Schemes cut to what the other artefacts of the message use of them, code lists to what constraints allow."""
    used = _used_items(artefacts)
    allowed_codes = _allowed_codes(artefacts, beside)
    for artefact in artefacts:
        if artefact.ref in asked:
            yield artefact
        elif isinstance(artefact, ItemScheme) and artefact.ref in used:
            yield cut_with_parents(artefact, used[artefact.ref])
        elif isinstance(artefact, Codelist) and artefact.ref in allowed_codes:
            yield cut_with_parents(artefact, allowed_codes[artefact.ref])
        else:
            yield artefact


def _used_items(artefacts: Sequence[Artefact]) -> dict[Ref, set[str]]:
    """Items that other artefacts name. Codes are left to constraints: a hierarchy does not use up a list."""
    used: dict[Ref, set[str]] = {}
    for item in (item for artefact in artefacts for item in items_used(artefact)):
        if item.scheme.kind is not Kind.CODELIST:
            used.setdefault(item.scheme, set()).add(item.id)
    return used


def _allowed_codes(artefacts: Sequence[Artefact], beside: Sequence[Artefact]) -> dict[Ref, set[str]]:
    """Code list -> codes that some constrained component may have. A list that any component uses freely is not cut."""
    concepts = {a.ref: a for a in artefacts if isinstance(a, ConceptScheme)}
    lists = {a.ref: a for a in artefacts if isinstance(a, Codelist)}
    told = {a.ref: a for a in (*artefacts, *beside) if isinstance(a, DataConstraint) and a.role == "Allowed"}
    found: dict[Ref, set[str]] = {}
    free: set[Ref] = set()
    for used in (c for a in artefacts if isinstance(a, DataStructure) for c in a.components()):
        codelist = enumeration(used, concepts)
        if codelist is None or codelist not in lists:
            continue
        codes = allowed(told.values(), used.id, lists[codelist].items)
        if codes is None:
            free.add(codelist)
        else:
            found.setdefault(codelist, set()).update(codes)
    return {ref: codes for ref, codes in found.items() if ref not in free}


def cut_with_parents(scheme: ItemScheme, ids: Collection[str]) -> ItemScheme:
    """The scheme with those items and the parents above them."""
    parents = {item.id: item.parent for item in scheme.items}
    kept: set[str] = set()
    # Only categories are named by paths; lists of codes may be long.
    names = item_paths(scheme.items) if scheme.kind is Kind.CATEGORY_SCHEME else {}
    for identifier in ids:
        current: str | None = names.get(identifier, identifier)
        while current is not None and current not in kept:
            kept.add(current)
            current = parents.get(current)
    items: tuple[Item, ...] = tuple(item for item in scheme.items if item.id in kept)
    return replace(scheme, items=items, is_partial=scheme.is_partial or len(items) < len(scheme.items))
