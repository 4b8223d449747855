"""Which artefacts there are and which uses which, without their documents; kept in process until an artefact changes.

A word in the table `state` is renewed with every change, so that a request pays one small query to know that what it has in
memory still holds. Documents are parsed once and known by their digest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import orjson
from sqlalchemy import Connection, select, tuple_

from dataexchange.messages.structure_json import from_json
from dataexchange.model.structure import Artefact, Kind, Ref
from dataexchange.model.version import choose, order
from dataexchange.store.structure_state import structure_word
from dataexchange.store.tables import artefact_uses, artefacts

_K = TypeVar("_K")
_V = TypeVar("_V")

#: Documents asked for in one statement.
_CHUNK = 100

#: Catalogues (one a database) and parsed artefacts kept in a process.
_CATALOGUES = 8
_ARTEFACTS = 1000


@dataclass(frozen=True, slots=True)
class Catalogue:
    """`digests` is in the order of kind, agency, id, version. `children` and `parents` name only what is registered, with
    references such as "1.0+" followed to the version that they mean now."""

    word: str
    digests: Mapping[Ref, str]
    versions: Mapping[tuple[Kind, str, str], Sequence[str]]
    children: Mapping[Ref, Sequence[Ref]]
    parents: Mapping[Ref, Sequence[Ref]]

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


def load(conn: Connection, refs: Sequence[Ref]) -> list[Artefact]:
    """The artefacts, in that order. All of them are registered."""
    digests = catalogue(conn).digests
    found = {ref: artefact for ref in refs if (artefact := _parsed.get((ref.kind, digests[ref]))) is not None}
    missing = [ref for ref in refs if ref not in found]
    c = artefacts.c
    for start in range(0, len(missing), _CHUNK):
        names = [(ref.kind.value, ref.agency, ref.id, ref.version) for ref in missing[start : start + _CHUNK]]
        for row in conn.execute(select(artefacts).where(tuple_(c.kind, c.agency, c.id, c.version).in_(names))):
            found[_ref(row)] = _parse(Kind(row.kind), row.digest, row.document)
    return [found[ref] for ref in refs]


def _parse(kind: Kind, digest: str, document: str) -> Artefact:
    artefact = from_json(kind, orjson.loads(document))
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
    named = sorted(((_ref(row), row.digest) for row in rows), key=lambda pair: _order(pair[0]))
    versions: dict[tuple[Kind, str, str], list[str]] = {}
    for ref, _ in named:
        versions.setdefault((ref.kind, ref.agency, ref.id), []).append(ref.version)
    alone = Catalogue(word, dict(named), versions, {}, {})
    children: dict[Ref, list[Ref]] = {}
    parents: dict[Ref, list[Ref]] = {}
    for user, wanted in _uses(conn):
        used = alone.resolve(wanted)
        if used is not None:
            children.setdefault(user, []).append(used)
            parents.setdefault(used, []).append(user)
    return Catalogue(word, alone.digests, versions, children, parents)


def _uses(conn: Connection) -> list[tuple[Ref, Ref]]:
    rows = conn.execute(select(artefact_uses))
    pairs = [(_ref(r), Ref(Kind(r.used_kind), r.used_agency, r.used_id, r.used_version)) for r in rows]
    return sorted(pairs, key=lambda pair: (_order(pair[0]), _order(pair[1])))


def _ref(row: object) -> Ref:
    return Ref(Kind(row.kind), row.agency, row.id, row.version)  # type: ignore[attr-defined]


def _order(ref: Ref) -> tuple[object, ...]:
    return ref.kind, ref.agency, ref.id, order(ref.version)
