"""`references=` of structure queries: which artefacts an answer has beside those that were asked for.

children: what the artefact names itself. descendants: that, and what those name, to the end. parents: what names it. ancestors: that, and
what names those. parentsandsiblings: the parents and what else they name. all: descendants, and parents with siblings, but
nothing further up. A kind of artefact: parents and children of that kind.

Of single items that were asked for, what counts is what they name and what names them. Lists that a code list extends are its children
only where lists are shown as they were sent (`detail=raw`): else their codes are in it already. `all` leaves out structure maps and
hierarchy associations of dataflows and data structures. sdmx1 and pysdmx send it with every query for one of them: the first can read
neither, the second looks for every code of an associated hierarchy in the answer, where `all` has no place for its lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dataexchange.model.item_path import item_paths
from dataexchange.model.item_use import items_used
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Artefact, ItemScheme, Kind, Ref
from dataexchange.store.catalogue import Catalogue, load

_Links = Mapping[Ref, Collection[Ref]]

_UNREADABLE = frozenset({Kind.STRUCTURE_MAP, Kind.HIERARCHY_ASSOCIATION})
_ORDINARY = frozenset({Kind.DATAFLOW, Kind.DATA_STRUCTURE})


@dataclass(frozen=True, slots=True)
class _Around:
    """What was found, and what stands next to it."""

    found: Sequence[Ref]
    children: _Links
    parents: Sequence[Ref]


def related(conn: Connection, found: Sequence[Artefact], query: StructureQuery, there: Catalogue) -> list[Artefact]:
    """What `query.references` adds to the artefacts found, none of them again, in the order of the catalogue."""
    if set(query.references) == {"none"}:
        return []
    refs = [artefact.ref for artefact in found]
    children = _children(found, query, there)
    around = _Around(refs, children, _parents(conn, found, query, there))
    added = set[Ref]().union(*(_added(word, around, there) for word in query.references))
    return load(conn, [ref for ref in there.digests if ref in added and ref not in set(refs)], there)


def _added(word: str, around: _Around, there: Catalogue) -> set[Ref]:
    parents, children = around.parents, around.children
    match word:
        case "none":
            return set()
        case "children":
            return _next(around.found, children)
        case "descendants":
            return _all(around.found, children)
        case "parents":
            return set(parents)
        case "parentsandsiblings":
            return {*parents, *_next(parents, children)}
        case "ancestors":
            return {*parents, *_all(parents, there.parents)}
        case "all":
            ordinary = _ORDINARY.issuperset(ref.kind for ref in around.found)
            parents = [ref for ref in parents if not ordinary or ref.kind not in _UNREADABLE]
            return {*_all(around.found, children), *parents, *_next(parents, children)}
        case _:
            return {ref for ref in (*parents, *_next(around.found, children)) if ref.kind.value == word}


def _children(found: Sequence[Artefact], query: StructureQuery, there: Catalogue) -> _Links:
    links: dict[Ref, Collection[Ref]] = dict(there.children)
    if query.detail != "raw":
        lists = (ref for ref in there.children if ref.kind is Kind.CODELIST)
        links |= {ref: [u for u in there.children[ref] if u.kind is not Kind.CODELIST] for ref in lists}
    if query.items:
        # A scheme that is cut names less than the whole.
        for artefact in found:
            named = (there.resolve(used) for used in artefact.uses())
            links[artefact.ref] = {ref for ref in named if ref is not None and ref in links.get(artefact.ref, ())}
    return links


def _parents(conn: Connection, found: Sequence[Artefact], query: StructureQuery, there: Catalogue) -> list[Ref]:
    """What names the artefacts. Where single items were asked for, of what names items of the scheme only what names one of those."""
    parents = sorted(_next([artefact.ref for artefact in found], there.parents))
    if not query.items:
        return parents
    kept = {artefact.ref: {i.id for i in artefact.items} for artefact in found if isinstance(artefact, ItemScheme)}
    wholes = {a.ref: a for a in load(conn, list(kept), there) if isinstance(a, ItemScheme)}
    names = {ref: item_paths(whole.items) for ref, whole in wholes.items()}
    return [a.ref for a in load(conn, parents, there) if _names_one(a, kept, names, there)]


def _names_one(
    artefact: Artefact, kept: Mapping[Ref, set[str]], names: Mapping[Ref, Mapping[str, str]], there: Catalogue
) -> bool:
    named = [(there.resolve(item.scheme), item.id) for item in items_used(artefact)]
    of_these = [(ref, identifier) for ref, identifier in named if ref in kept]
    return not of_these or any(names[ref].get(identifier) in kept[ref] for ref, identifier in of_these if ref)


def _next(refs: Iterable[Ref], links: _Links) -> set[Ref]:
    return {other for ref in refs for other in links.get(ref, ())}


def _all(refs: Iterable[Ref], links: _Links) -> set[Ref]:
    """Everything at the end of any chain of links. What is seen is not followed again: references may go in circles."""
    seen: set[Ref] = set()
    waiting = list(refs)
    while waiting:
        new = _next(waiting, links) - seen
        seen |= new
        waiting = list(new)
    return seen
