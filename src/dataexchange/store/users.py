"""Who needs an artefact, or an item of one: what keeps it from being taken away, in words.

>>> users(conn, codelist)
['DataStructure DX:SDG_LOCAL(1.0.0)']
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, or_, select

from dataexchange.model.item_path import item_paths
from dataexchange.model.item_use import items_used
from dataexchange.model.schema import enumeration
from dataexchange.model.structure import (
    AgencyScheme,
    Artefact,
    Codelist,
    Dataflow,
    DataStructure,
    ItemScheme,
    Kind,
    ProvisionAgreement,
    Ref,
    parse_short,
)
from dataexchange.store import metadata, series_table
from dataexchange.store.catalogue import Catalogue, catalogue, load
from dataexchange.store.schemas import schema
from dataexchange.store.tables import releases, submissions

#: As many of them as one sentence names.
_NAMED = 5


def users(conn: Connection, artefact: Artefact) -> list[str]:
    """Of a whole artefact: other artefacts, data, submissions."""
    there = catalogue(conn)
    found = [_named(parent) for parent in there.parents.get(artefact.ref, ())]
    found += metadata.describing(conn, artefact.ref)
    if isinstance(artefact, DataStructure):
        held = series_table.find(conn, artefact.ref)
        if held is not None and series_table.has_data(conn, held):
            found.append("data that were published under it")
    if isinstance(artefact, Dataflow):
        found += _of_flow(conn, artefact.ref.short)
    if isinstance(artefact, ProvisionAgreement):
        found += _of_flow(conn, artefact.dataflow.short, artefact.provider.id)
    if isinstance(artefact, ItemScheme) and not found:
        found += item_users(conn, artefact, {item.id for item in artefact.items})
    return found[:_NAMED]


def item_users(conn: Connection, scheme: ItemScheme, items: Collection[str]) -> list[str]:
    """Of some items of a scheme. Codes are looked for in the data, too."""
    if not items:
        return []
    there = catalogue(conn)
    names = set(items)
    if scheme.kind is Kind.CATEGORY_SCHEME:  # named by the path to it
        names |= {name for name, identifier in item_paths(scheme.items).items() if identifier in items}
    found = list(dict.fromkeys(_of_items(conn, scheme, names, there)))
    found += metadata.describing(conn, scheme.ref, names)
    if isinstance(scheme, Codelist):
        found += _of_codes(conn, scheme.ref, sorted(items), there)
    return found[:_NAMED]


def _of_flow(conn: Connection, flow: str, provider: str | None = None) -> Iterator[str]:
    for table, what in ((releases, "data that were published under it"), (submissions, "submissions that name it")):
        where = [table.c.dataflow == flow, *([table.c.provider == provider] if provider else [])]
        if conn.execute(select(table.c.dataflow).where(*where).limit(1)).first():
            yield what


def _of_items(conn: Connection, scheme: ItemScheme, names: Collection[str], there: Catalogue) -> Iterator[str]:
    for parent in load(conn, list(there.parents.get(scheme.ref, ()))):
        for named in items_used(parent):
            if named.id in names and there.resolve(named.scheme) == scheme.ref:
                yield _named(parent.ref)
    if isinstance(scheme, AgencyScheme):
        yield from (_named(ref) for ref in there.digests if ref.agency in names)


def _of_codes(conn: Connection, codelist: Ref, codes: Sequence[str], there: Catalogue) -> Iterator[str]:
    for held in series_table.registered(conn):
        structure = parse_short(held.structure, Kind.DATA_STRUCTURE)
        if structure not in there.digests:
            continue
        known = schema(conn, structure)
        for component in known.structure.components():
            listed = enumeration(component, known.concepts)
            if listed is None or there.resolve(listed) != codelist:
                continue
            if conn.execute(select(held.table.c.key).where(_holds(held, component.id, codes)).limit(1)).first():
                yield f"data under {held.structure} ({component.id})"


def _holds(held: series_table.SeriesTable, component: str, codes: Sequence[str]) -> ColumnElement[bool]:
    """Observation attributes stand in a JSON text."""
    if component in held.dimensions:
        return held.dimension(component).in_(codes)
    if component in held.attributes:
        return held.attribute(component).in_(codes)
    written = (held.table.c.obs_attributes.contains(f'"{component}":"{code}"', autoescape=True) for code in codes)
    return or_(*written)


def _named(ref: Ref) -> str:
    return f"{ref.kind.urn_class} {ref}"
