"""Code lists that extend others, with the codes that they inherit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from dataexchange.model.extension import resolved
from dataexchange.model.structure import Artefact, Codelist, Ref
from dataexchange.store.catalogue import Catalogue, keep, load

#: Lists worked out that a process keeps: the word of the catalogue names what was registered when they were.
_MOST = 100
_known: dict[tuple[str, Ref], Codelist] = {}


def extended(conn: Connection, artefacts: Sequence[Artefact], there: Catalogue) -> list[Artefact]:
    """The artefacts, code lists among them resolved."""
    return [_whole(conn, a, there) if isinstance(a, Codelist) and a.extensions else a for a in artefacts]


def _whole(conn: Connection, codelist: Codelist, there: Catalogue) -> Codelist:
    key = (there.word, codelist.ref)
    known = _known.get(key)
    if known is None:
        known = resolved(codelist, lambda ref: _codelist(conn, ref, there))
        keep(_known, key, known, _MOST)
    return known


def _codelist(conn: Connection, ref: Ref, there: Catalogue) -> Codelist | None:
    found = there.resolve(ref)
    artefact = load(conn, [found], there)[0] if found else None
    return artefact if isinstance(artefact, Codelist) else None
