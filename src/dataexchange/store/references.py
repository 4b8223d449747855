"""`references=` of structure queries: which artefacts an answer has beside those that were asked for.

children: what the artefact names itself. descendants: that, and what those name, to the end. parents: what names it. ancestors: that, and
what names those. parentsandsiblings: the parents and what else they name. all: descendants, and parents with siblings, but
nothing further up. A kind of artefact: parents and children of that kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from dataexchange.errors import InvalidRequest
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Artefact, Categorisation, Kind, Ref
from dataexchange.store.catalogue import Catalogue, load

_Links = Mapping[Ref, Sequence[Ref]]


def related(conn: Connection, found: Sequence[Ref], query: StructureQuery, there: Catalogue) -> list[Artefact]:
    """What `query.references` adds to the artefacts found, none of them again, in the order of the catalogue."""
    added: set[Ref] = set()
    parents = _parents(conn, found, query, there) if set(query.references) - {"none", "children", "descendants"} else []
    for word in query.references:
        added |= _added(word, found, parents, there)
    return load(conn, [ref for ref in there.digests if ref in added and ref not in set(found)])


def _added(word: str, found: Sequence[Ref], parents: Sequence[Ref], there: Catalogue) -> set[Ref]:
    match word:
        case "none":
            return set()
        case "children":
            return _next(found, there.children)
        case "descendants":
            return _all(found, there.children)
        case "parents":
            return set(parents)
        case "parentsandsiblings":
            return {*parents, *_next(parents, there.children)}
        case "ancestors":
            return {*parents, *_all(parents, there.parents)}
        case "all":
            return {*_all(found, there.children), *parents, *_next(parents, there.children)}
        case _ if word in {kind.value for kind in Kind}:
            return {ref for ref in (*parents, *_next(found, there.children)) if ref.kind.value == word}
    raise InvalidRequest(
        "write none, children, descendants, parents, parentsandsiblings, ancestors, all or a type such as codelist",
        parameter="references",
        value=word,
    )


def _parents(conn: Connection, found: Sequence[Ref], query: StructureQuery, there: Catalogue) -> list[Ref]:
    """What names the artefacts. Where single categories were asked for, only the categorisations under those."""
    parents = sorted(_next(found, there.parents))
    if not query.items:
        return parents
    return [
        artefact.ref
        for artefact in load(conn, parents)
        if not isinstance(artefact, Categorisation)
        or artefact.target.scheme not in found
        or artefact.target.id in query.items
    ]


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
