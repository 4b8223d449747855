"""Reports of reference metadata: put in, found by what they describe, taken away.

Each is one row with its SDMX-JSON document; targets stand beside it, so that only the reports that are asked for are read. There are
thousands of them at most, one for an indicator of an office, so what they describe is compared here and not in SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, select

from dataexchange.errors import Conflict, NotFound
from dataexchange.messages.metadata_json import metadata_in, metadata_out
from dataexchange.model.metadata import MetadataQuery, MetadataSet, target
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.model.version import choose, is_final, order
from dataexchange.store import releases
from dataexchange.store.catalogue import Catalogue, catalogue
from dataexchange.store.structure_state import note_change
from dataexchange.store.structures import matching
from dataexchange.store.tables import metadata_sets

_c = metadata_sets.c
#: Without documents.
_HEADS = select(_c.agency, _c.id, _c.version, _c.metadataflow, _c.targets)

Name = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Head:
    """A report without its document."""

    agency: str
    id: str
    version: str
    metadataflow: str
    targets: Sequence[str]

    @property
    def name(self) -> Name:
        return self.agency, self.id, self.version


def put(conn: Connection, given: Sequence[MetadataSet]) -> list[MetadataSet]:
    """Register reports; those that are new or changed. All or none; one whose version is final never changes."""
    releases.lock(conn)
    changed = []
    for report in given:
        text = orjson.dumps(metadata_out(report), option=orjson.OPT_SORT_KEYS).decode()
        digest = sha256(text.encode()).hexdigest()
        named = _named((report.agency, report.id, report.version))
        held = conn.execute(select(_c.digest).where(named)).scalar()
        if held == digest:
            continue
        if held is not None and is_final(report.version):
            raise Conflict(f"Report {report.short} is final and says something else: give yours a new version.")
        conn.execute(delete(metadata_sets).where(named))
        conn.execute(
            metadata_sets.insert().values(
                agency=report.agency,
                id=report.id,
                version=report.version,
                metadataflow=report.metadataflow.short,
                targets=orjson.dumps(report.targets).decode(),
                digest=digest,
                document=text,
                loaded_at=datetime.now(UTC),
            )
        )
        changed.append(report)
    if changed:
        note_change(conn)
    return changed


def remove(conn: Connection, agency: str, identifier: str, version: str) -> None:
    releases.lock(conn)
    gone = conn.execute(delete(metadata_sets).where(_named((agency, identifier, version))))
    if not gone.rowcount:
        raise NotFound(
            f"There is no report {agency}:{identifier}({version}): `dataexchange metadata list` shows which there are."
        )
    note_change(conn)


def find(conn: Connection, query: MetadataQuery, made: Sequence[MetadataSet] = ()) -> list[MetadataSet]:
    """By agency, id and version; [] where nothing matches. `made`: reports that are not stored; a stored one of that name goes first."""
    stored = [_Head(r.agency, r.id, r.version, r.metadataflow, orjson.loads(r.targets)) for r in conn.execute(_HEADS)]
    known = {head.name for head in stored}
    beside = {(m.agency, m.id, m.version): m for m in made}
    heads = [
        *stored,
        *(_Head(*name, m.metadataflow.short, m.targets) for name, m in beside.items() if name not in known),
    ]
    names = sorted(_matching(conn, query, heads), key=lambda name: (name[0], name[1], order(name[2])))
    return [_read(conn, name) if name in known else beside[name] for name in names]


def spelled_out(conn: Connection, report: MetadataSet) -> MetadataSet:
    """With the URN of every artefact that a target with wildcards means now: SDMX-JSON has no wildcards there."""
    there = catalogue(conn)
    urns: list[str] = []
    for urn in report.targets:
        meant = target(urn) if "*" in urn else None
        refs = [
            ref for ref in there.digests if meant and meant.means(ref, there.versions[ref.kind, ref.agency, ref.id])
        ]
        urns += [ref.urn for ref in refs] or [urn]
    return replace(report, targets=tuple(dict.fromkeys(urns)))


def describing(conn: Connection, ref: Ref, items: Collection[str] | None = None) -> Iterator[str]:
    """Reports that name an artefact, or are reported under it, in words; those alone that name one of `items` where they are given."""
    versions = catalogue(conn).versions.get((ref.kind, ref.agency, ref.id), ())
    for row in conn.execute(_HEADS):
        named = [t for t in map(target, orjson.loads(row.targets)) if t and "*" not in (t.cls, t.agency, t.id)]
        under = ref.kind is Kind.METADATAFLOW and row.metadataflow == ref.short
        if (items is None and under) or any(
            t.means(ref, versions) and (items is None or t.item in items) for t in named
        ):
            yield f"metadata report {row.agency}:{row.id}({row.version})"


def _matching(conn: Connection, query: MetadataQuery, rows: Sequence[_Head]) -> list[Name]:
    there = catalogue(conn)
    if query.by == "structure":
        found = matching(conn, StructureQuery(query.kinds, query.agencies, query.ids, query.versions))
        return [(r.agency, r.id, r.version) for r in rows if _describes(r.targets, found, there)]
    if query.by == "metadataflow":
        flows = {(ref.agency, ref.id, ref.version) for ref in _flows([r.metadataflow for r in rows])}
        chosen = _chosen(flows, query.agencies, query.ids, query.versions)
        under = {f"{agency}:{id}({version})" for agency, id, version in chosen}
        return [
            (r.agency, r.id, r.version)
            for r in rows
            if r.metadataflow in under and _any_or_in(r.agency, query.providers)
        ]
    names = {(r.agency, r.id, r.version) for r in rows}
    return list(_chosen(names, query.providers, query.ids, query.versions))


def _describes(targets: Sequence[str], found: Sequence[Ref], there: Catalogue) -> bool:
    parsed = [t for t in map(target, targets) if t is not None]
    return any(t.means(ref, there.versions[ref.kind, ref.agency, ref.id]) for ref in found for t in parsed)


def _flows(texts: Sequence[str]) -> set[Ref]:
    return {parse_short(text, Kind.METADATAFLOW) for text in texts}


def _chosen(names: set[Name], agencies: Sequence[str], ids: Sequence[str], versions: Sequence[str]) -> set[Name]:
    """Of names those that the words of a query mean; versions such as "~" are chosen for each agency and id."""
    kept: set[Name] = set()
    for agency, identifier in {(a, i) for a, i, _ in names if _any_or_in(a, agencies) and _any_or_in(i, ids)}:
        there = [v for a, i, v in names if (a, i) == (agency, identifier)]
        kept |= {(agency, identifier, v) for word in versions for v in choose(word, there)}
    return kept


def _any_or_in(value: str, wanted: Sequence[str]) -> bool:
    return "*" in wanted or value in wanted


def _named(name: Name) -> ColumnElement[bool]:
    return and_(_c.agency == name[0], _c.id == name[1], _c.version == name[2])


def _read(conn: Connection, name: Name) -> MetadataSet:
    document = conn.execute(select(_c.document).where(_named(name))).scalar_one()
    return metadata_in(orjson.loads(document))
