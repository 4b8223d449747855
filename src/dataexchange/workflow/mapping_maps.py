"""The mappings of published datasets as structure maps, made from what is kept when they are asked for.

Nothing of it is stored: a release names the hash of its mapping, and the mapping's text is kept with the files. So a map is there as soon
as its dataset is published, is gone with it, and is what it was at any moment in the past; and publishing changes no structure, which
would make every answer and every check look again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dataexchange.errors import ExchangeError
from dataexchange.model.mapping import Mapping
from dataexchange.model.schema import Schema, enumeration
from dataexchange.model.structure import Artefact
from dataexchange.pipeline.mapping_export import exported
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.store import files, releases, structures
from dataexchange.store.catalogue import Made, keep
from dataexchange.store.database import Connection
from dataexchange.store.published_mappings import PublishedMapping, published_mappings
from dataexchange.store.structure_state import structure_word

#: Artefacts of mappings that a process keeps.
_MOST = 500
_DATABASES = 8
_present: dict[tuple[str, int], Made] = {}
_known: dict[tuple[str, PublishedMapping], tuple[Artefact, ...]] = {}


def published_maps(conn: Connection, home: Path, moment: datetime | None = None) -> Made:
    """Of every dataset that is published, or was at the moment.

    Every structure query asks; the present ones are looked for once a release.
    """
    word = structure_word(conn)
    if moment is not None:
        return _of(conn, home, published_mappings(conn, moment), word)
    last = releases.last_release(conn)
    key = (word, last.number if last else 0)
    known = _present.get(key)
    if known is None:
        known = _of(conn, home, published_mappings(conn), word)
        keep(_present, key, known, _DATABASES)
    return known


def _of(conn: Connection, home: Path, found: Sequence[PublishedMapping], word: str) -> Made:
    artefacts = {a.ref: a for mapping in found for a in _artefacts(conn, home, mapping, word)}
    hashes = ",".join(f"{m.dataflow}|{m.provider}|{m.dataset}|{m.hash}" for m in found)
    return Made(hashes, artefacts, max((m.since for m in found), default=None))


def _artefacts(conn: Connection, home: Path, mapping: PublishedMapping, word: str) -> tuple[Artefact, ...]:
    key = (word, mapping)
    known = _known.get(key)
    if known is None:
        known = _made(conn, home, mapping)
        keep(_known, key, known, _MOST)
    return known


def _made(conn: Connection, home: Path, published: PublishedMapping) -> tuple[Artefact, ...]:
    """Nothing where the mapping is not kept here (a replica), or is of a form that is no longer read."""
    try:
        mapping = parse_mapping(files.path_of(published.hash, home).read_bytes(), "mapping")
        return _exported(mapping, published.dataset, structures.schema(conn, mapping.dataflow_ref))
    except (ExchangeError, OSError):
        return ()


def _exported(mapping: Mapping, dataset: str, schema: Schema) -> tuple[Artefact, ...]:
    lists = {c.id: enumeration(c, schema.concepts) for c in schema.structure.components()}
    return exported(mapping, dataset, schema.structure, {id_: ref for id_, ref in lists.items() if ref})
