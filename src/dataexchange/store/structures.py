"""Artefacts: put in, found again, and put together to the schema of a dataflow.

Each is one row with its SDMX-JSON document, and the names of what it uses stand in a table of their own, so that parents are found
without reading documents. A document is parsed once per process; it is known by its digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import orjson
from sqlalchemy import Connection, delete, update

from dataexchange.errors import Conflict
from dataexchange.messages.structure_json import to_json
from dataexchange.model.item_path import ancestors, item_paths
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Artefact, Dataflow, DataStructure, Item, ItemScheme, Kind, Ref
from dataexchange.model.version import choose, is_final
from dataexchange.store import past, releases, series_table
from dataexchange.store.arrays import refuse_arrays
from dataexchange.store.catalogue import Catalogue, Made, catalogue, load, with_made
from dataexchange.store.extended import extended
from dataexchange.store.reconcile import contradiction, laid_together
from dataexchange.store.references import related
from dataexchange.store.schemas import one, schema
from dataexchange.store.structure_state import note_change
from dataexchange.store.tables import artefact_uses, artefacts, state

__all__ = [
    "constraints",
    "descendants",
    "find",
    "find_parts",
    "get",
    "lacking",
    "matching",
    "put",
    "remove",
    "schema",
]

#: Clashing artefacts told in one sentence.
_CLASHES = 10


def put(conn: Connection, given: Iterable[Artefact]) -> list[Ref]:
    """Register artefacts; the refs of those that are new or changed. All or none, in the caller's transaction.

    An artefact that is there already, word for word, is left alone. One that is final may gain words and items (see
    `reconcile`), and a data structure that holds data may only gain attributes: anything else is a Conflict, which names all that
    clash. A partial scheme does not replace a whole one.
    """
    releases.lock(conn)
    there = catalogue(conn)
    given = list(given)
    refuse_arrays(conn, given, there)
    changed: dict[Ref, str] = {}
    clashes: list[str] = []
    for artefact in given:
        if (changed.get(artefact.ref) or there.digests.get(artefact.ref)) == _document(artefact)[1]:
            continue
        if artefact.ref in changed:
            clashes.append(f"{artefact.kind.urn_class} {artefact.ref} comes twice, and not the same")
            continue
        renewed = _renewed(conn, artefact, clashes) if artefact.ref in there.digests else artefact
        if renewed is None:
            continue
        text, digest = _document(renewed)
        if digest != there.digests.get(artefact.ref):
            _write(conn, renewed, text, digest)
            changed[artefact.ref] = digest
    if clashes:
        raise Conflict(_clash(clashes))
    if changed:
        conn.execute(update(state).where(state.c.name == "structures").values(value=uuid4().hex))
    return list(changed)


def remove(conn: Connection, ref: Ref) -> None:
    """Take an artefact away, and the series table of a data structure with it, which is empty: `users` has said that nobody needs it."""
    releases.lock(conn)
    _clear(conn, ref, datetime.now(UTC))
    if ref.kind is Kind.DATA_STRUCTURE:
        series_table.remove(conn, ref)
    note_change(conn)


def _renewed(conn: Connection, artefact: Artefact, clashes: list[str]) -> Artefact | None:
    """What is to stand in place of the one that is registered; None to leave that alone. Adds to `clashes`."""
    stored = load(conn, [artefact.ref])[0]
    if _is_partial(artefact) and not _is_partial(stored):
        return None
    if not (stored.is_final or is_final(stored.version)):
        _refuse_change(conn, stored, artefact)
        return artefact
    if clash := contradiction(stored, artefact):
        clashes.append(f"{artefact.kind.urn_class} {artefact.ref} ({clash})")
        return None
    return laid_together(stored, artefact)


def _document(artefact: Artefact) -> tuple[str, str]:
    text = orjson.dumps(to_json(artefact), option=orjson.OPT_SORT_KEYS).decode()
    return text, sha256(text.encode()).hexdigest()


def _clash(clashes: Sequence[str]) -> str:
    more = f"; and {len(clashes) - _CLASHES} more" if len(clashes) > _CLASHES else ""
    return (
        "What is registered as final cannot be changed, and differs in: "
        f"{'; '.join(clashes[:_CLASHES])}{more}. Give yours a new version, or leave it out of the message."
    )


def _is_partial(artefact: Artefact) -> bool:
    return isinstance(artefact, ItemScheme) and artefact.is_partial


def _write(conn: Connection, artefact: Artefact, text: str, digest: str) -> None:
    now = datetime.now(UTC)
    name = _clear(conn, artefact.ref, now)
    conn.execute(artefacts.insert().values(**name, digest=digest, document=text, loaded_at=now))
    uses = [
        {**name, "used_kind": u.kind.value, "used_agency": u.agency, "used_id": u.id, "used_version": u.version}
        for u in sorted(set(artefact.uses()))
    ]
    if uses:
        conn.execute(artefact_uses.insert(), uses)
    if isinstance(artefact, DataStructure) and artefact.measures:
        series_table.ensure(conn, artefact)


def _clear(conn: Connection, ref: Ref, now: datetime) -> dict[str, str]:
    """Its rows go, what they said goes into the history; the columns that name it stay with the caller."""
    past.keep_past(conn, ref, now)
    name = {"kind": ref.kind.value, "agency": ref.agency, "id": ref.id, "version": ref.version}
    for table in (artefacts, artefact_uses):
        conn.execute(delete(table).where(*(table.c[part] == value for part, value in name.items())))
    return name


def lacking(conn: Connection, given: Iterable[Artefact]) -> list[Artefact]:
    """What to `put` so that all of these are there: artefacts that are not, and schemes with the items, and the kinds of annotations of
    an item, that they lack added to what offices have put there. Only reads."""
    there = catalogue(conn)
    missing: list[Artefact] = []
    for artefact in given:
        if artefact.ref not in there.digests:
            missing.append(artefact)
        elif isinstance(artefact, ItemScheme) and there.digests[artefact.ref] != _document(artefact)[1]:
            stored = load(conn, [artefact.ref])[0]
            assert isinstance(stored, ItemScheme)
            given_items = {item.id: item for item in artefact.items}
            kept = tuple(_annotated(item, given_items.pop(item.id, None)) for item in stored.items)
            if given_items or kept != stored.items:
                missing.append(replace(stored, items=(*kept, *given_items.values())))
    return missing


def _annotated(stored: Item, given: Item | None) -> Item:
    """With the annotations of types that it has none of: a new release of the exchange may say more of its codes."""
    types = {note.type for note in stored.annotations}
    more = () if given is None else tuple(note for note in given.annotations if note.type not in types)
    return replace(stored, annotations=(*stored.annotations, *more)) if more else stored


def _refuse_change(conn: Connection, stored: Artefact, new: Artefact) -> None:
    if isinstance(new, DataStructure) and isinstance(stored, DataStructure):
        held = series_table.find(conn, new.ref)
        if held is not None and series_table.has_data(conn, held):
            _refuse_unlike(stored, new)
    if isinstance(new, Dataflow) and isinstance(stored, Dataflow) and new.structure != stored.structure:
        _refuse_move(conn, stored, new)


def _refuse_move(conn: Connection, stored: Dataflow, new: Dataflow) -> None:
    if releases.last_release(conn, new.ref) is not None:
        raise Conflict(
            f"Dataflow {new.ref} has data under {stored.structure}, so it cannot change to {new.structure}: "
            "give it a new version."
        )


def _refuse_unlike(stored: DataStructure, new: DataStructure) -> None:
    """Data stand under the stored one: what it has must stay, and only attributes may come."""
    kept = {a.id: a.level for a in new.attributes}
    same = (
        [d.id for d in stored.dimensions] == [d.id for d in new.dimensions]
        and (stored.time_dimension is None) == (new.time_dimension is None)
        and [m.id for m in stored.measures] == [m.id for m in new.measures]
        and all(kept.get(a.id) is a.level for a in stored.attributes)
    )
    if not same:
        raise Conflict(
            f"DataStructure {new.ref} holds data, so it may gain attributes and change nothing else: give it a new version."
        )


def get(conn: Connection, ref: Ref) -> Artefact:
    """One artefact; its version may be a word such as "~" or "1.0+". NotFound names what is missing."""
    return one(conn, ref, catalogue(conn))


def find(conn: Connection, query: StructureQuery) -> list[Artefact]:
    """The artefacts asked for, then those that `references` adds; [] where nothing matches."""
    matched, added = find_parts(conn, query)
    return [*matched, *added]


def find_parts(
    conn: Connection, query: StructureQuery, made: Made | None = None
) -> tuple[list[Artefact], list[Artefact]]:
    """(what matches, what `references` adds to it), for writers that show the two in different detail. `made` are artefacts that are
    not registered and yet are found."""
    there = catalogue_of(conn, query, made)
    whole = shown_whole(conn, load(conn, _matching(query, there), there), query, there)
    found = [cut for artefact in whole if (cut := _cut(artefact, query.items)) is not None]
    if not found:
        return [], []
    return found, shown_whole(conn, related(conn, found, query, there), query, there)


def constraints(conn: Connection, found: Sequence[Artefact], query: StructureQuery, made: Made) -> list[Artefact]:
    """Constraints of what may be sent that hold for the artefacts: their own, and those of the dataflow and structure they are about."""
    there = catalogue_of(conn, query, made)
    refs = {a.ref for a in found} | {a.ref for a in descendants(conn, found, query, made)}
    parents = {parent for ref in refs for parent in there.parents.get(ref, ()) if parent.kind is Kind.DATA_CONSTRAINT}
    return load(conn, sorted(parents), there)


def descendants(conn: Connection, found: Sequence[Artefact], query: StructureQuery, made: Made) -> list[Artefact]:
    wide = replace(query, references=("descendants",), items=())
    return related(conn, found, wide, catalogue_of(conn, query, made))


def catalogue_of(conn: Connection, query: StructureQuery, made: Made | None = None) -> Catalogue:
    there = catalogue(conn) if query.as_of is None else past.catalogue_at(conn, query.as_of)
    return with_made(there, made) if made else there


def shown_whole(
    conn: Connection, artefacts_: Sequence[Artefact], query: StructureQuery, there: Catalogue
) -> list[Artefact]:
    """With the codes that lists inherit, unless the query wants them as they were sent."""
    return list(artefacts_) if query.detail == "raw" else extended(conn, artefacts_, there)


def matching(conn: Connection, query: StructureQuery) -> list[Ref]:
    """The names of the artefacts that kinds, agencies, ids and versions of a query mean."""
    return _matching(query, catalogue(conn))


def _matching(query: StructureQuery, there: Catalogue) -> list[Ref]:
    chosen = {
        Ref(kind, agency, identifier, version)
        for (kind, agency, identifier), versions in there.versions.items()
        if _any_or_in(kind.value, query.kinds or ("*",))
        and _any_or_in(agency, query.agencies)
        and _any_or_in(identifier, query.ids)
        for word in query.versions
        for version in choose(word, versions)
    }
    return [ref for ref in there.digests if ref in chosen]


def _any_or_in(value: str, wanted: Sequence[str]) -> bool:
    return "*" in wanted or "all" in wanted or value in wanted


def _cut(artefact: Artefact, items: Sequence[str]) -> Artefact | None:
    """A scheme with exactly the items asked for, in that order, those asked for by a nested id with what they stand in; None for
    what has none of them."""
    if not items:
        return artefact
    if not isinstance(artefact, ItemScheme):
        return None
    there = {item.id: item for item in artefact.items}
    parents = {item.id: item.parent for item in artefact.items}
    nested = any("." in wanted for wanted in items)
    names = item_paths(artefact.items) if nested else {}
    chosen: dict[str, None] = {}
    for wanted in items:
        identifier = names.get(wanted) or (wanted if wanted in there else None)
        if identifier is None:
            continue
        if "." in wanted:
            chosen |= dict.fromkeys(ancestors(identifier, parents))
        chosen[identifier] = None
    return replace(artefact, items=tuple(there[i] for i in chosen), is_partial=True) if chosen else None
