"""Which artefacts there are and which uses which, without their documents; kept in process until an artefact changes.

A word in the table `state` is renewed with every change, so that a request pays one small query to know that what it has in
memory still holds. Documents are parsed once and known by their digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Row, Table, select, tuple_

from dataexchange.messages.structure_json import from_json
from dataexchange.model.structure import Artefact, Kind, Ref
from dataexchange.model.version import choose, order
from dataexchange.store.structure_state import structure_word
from dataexchange.store.tables import artefact_history, artefact_uses, artefacts

_K = TypeVar("_K")
_V = TypeVar("_V")

#: Documents asked for in one statement.
_CHUNK = 100

#: Catalogues (one a database) and parsed artefacts kept in a process.
_CATALOGUES = 8
_ARTEFACTS = 1000


@dataclass(frozen=True, slots=True)
class Made:
    """Artefacts that are not stored but made from other things that are: `word` says which, `since` when that last changed."""

    word: str = ""
    artefacts: Mapping[Ref, Artefact] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`digests` is in the order of kind, agency, id, version. `children` and `parents` name only what is registered, with
    references such as "1.0+" followed to the version that they mean now."""

    word: str
    digests: Mapping[Ref, str]
    versions: Mapping[tuple[Kind, str, str], Sequence[str]]
    children: Mapping[Ref, Sequence[Ref]]
    parents: Mapping[Ref, Sequence[Ref]]
    made: Mapping[Ref, Artefact] = field(default_factory=dict)

    def resolve(self, ref: Ref) -> Ref | None:
        """The registered artefact that a reference means."""
        if ref in self.digests:
            return ref
        chosen = choose(ref.version, self.versions.get((ref.kind, ref.agency, ref.id), ()))
        return Ref(ref.kind, ref.agency, ref.id, chosen[-1]) if chosen else None


_catalogues: dict[str, Catalogue] = {}
_parsed: dict[tuple[Kind, str], Artefact] = {}


def catalogue(conn: Connection) -> Catalogue:
    word = structure_word(conn)
    known = _catalogues.get(word)
    if known is None:
        known = _read(conn, word)
        keep(_catalogues, word, known, _CATALOGUES)
    return known


def with_made(there: Catalogue, made: Made) -> Catalogue:
    """The catalogue with artefacts that are made; what is registered under the same name goes before."""
    more = {ref: artefact for ref, artefact in made.artefacts.items() if ref not in there.digests}
    if not more:
        return there
    word = f"{there.word}+{made.word}"
    known = _catalogues.get(word)
    if known is None:
        links = [(user, used) for user, children in there.children.items() for used in children]
        links += [(ref, used) for ref, artefact in more.items() for used in sorted(set(artefact.uses()))]
        digests = [*there.digests.items(), *((ref, "") for ref in more)]
        known = replace(assembled(word, digests, links), made=more)
        keep(_catalogues, word, known, _CATALOGUES)
    return known


def load(conn: Connection, refs: Sequence[Ref], there: Catalogue | None = None) -> list[Artefact]:
    """The artefacts as they are registered, in that order; all of them are in the catalogue, which is today's if none is given."""
    there = there or catalogue(conn)
    digests = there.digests
    found = {ref: there.made[ref] for ref in refs if ref in there.made}
    found |= {ref: artefact for ref in refs if (artefact := _parsed.get((ref.kind, digests[ref]))) is not None}
    missing = [ref for ref in refs if ref not in found]
    # What a past catalogue has, and today's has not, stands in the history.
    for table in (artefacts, artefact_history):
        for row in _rows(conn, table, [ref for ref in missing if ref not in found]):
            ref = row_ref(row)
            if digests[ref] == row.digest:
                found[ref] = parse(ref.kind, row.digest, row.document)
    return [found[ref] for ref in refs]


def _rows(conn: Connection, table: Table, refs: Sequence[Ref]) -> Iterator[Row[Any]]:
    c = table.c
    for start in range(0, len(refs), _CHUNK):
        names = [(ref.kind.value, ref.agency, ref.id, ref.version) for ref in refs[start : start + _CHUNK]]
        yield from conn.execute(select(table).where(tuple_(c.kind, c.agency, c.id, c.version).in_(names)))


def parse(kind: Kind, digest: str, document: str) -> Artefact:
    artefact = _parsed.get((kind, digest)) or from_json(kind, orjson.loads(document))
    keep(_parsed, (kind, digest), artefact, _ARTEFACTS)
    return artefact


def keep(cache: dict[_K, _V], key: _K, value: _V, size: int) -> None:
    """Oldest out. Threads may parse a thing twice; none sees half of one."""
    cache[key] = value
    for old in list(cache)[:-size]:
        cache.pop(old, None)


def _read(conn: Connection, word: str) -> Catalogue:
    c = artefacts.c
    rows = conn.execute(select(c.kind, c.agency, c.id, c.version, c.digest))
    return assembled(word, [(row_ref(row), row.digest) for row in rows], uses(conn))


def assembled(word: str, digests: Iterable[tuple[Ref, str]], links: Iterable[tuple[Ref, Ref]]) -> Catalogue:
    """`links`: who names whom, as written there."""
    named = sorted(digests, key=lambda pair: _order(pair[0]))
    versions: dict[tuple[Kind, str, str], list[str]] = {}
    for ref, _ in named:
        versions.setdefault((ref.kind, ref.agency, ref.id), []).append(ref.version)
    alone = Catalogue(word, dict(named), versions, {}, {})
    children: dict[Ref, list[Ref]] = {}
    parents: dict[Ref, list[Ref]] = {}
    for user, wanted in sorted(links, key=lambda pair: (_order(pair[0]), _order(pair[1]))):
        used = alone.resolve(wanted)
        if used is not None:
            children.setdefault(user, []).append(used)
            parents.setdefault(used, []).append(user)
    return Catalogue(word, alone.digests, versions, children, parents)


def uses(conn: Connection) -> list[tuple[Ref, Ref]]:
    rows = conn.execute(select(artefact_uses))
    return [(row_ref(r), Ref(Kind(r.used_kind), r.used_agency, r.used_id, r.used_version)) for r in rows]


def row_ref(row: Any) -> Ref:
    return Ref(Kind(row.kind), row.agency, row.id, row.version)


def _order(ref: Ref) -> tuple[object, ...]:
    return ref.kind, ref.agency, ref.id, order(ref.version)
