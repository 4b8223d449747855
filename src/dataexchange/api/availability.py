"""Availability answers: one constraint that says which codes occur, with the structures asked for beside it.

Codes are what the cube region lists; time is its time range; numbers of series and observations are annotations as
pysdmx and the Java connectors read them. Item schemes beside it are cut to what occurs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dataexchange.api.call import Call
from dataexchange.api.context import Target
from dataexchange.api.data import look_up
from dataexchange.api.datasets import in_terms_of
from dataexchange.api.structure import written
from dataexchange.door.answer import Answer
from dataexchange.door.exchange import Exchange
from dataexchange.errors import InvalidRequest, NotFound
from dataexchange.messages.structure_detail import cut_with_parents
from dataexchange.messages.write_structures import availability_notes
from dataexchange.model.availability import Availability
from dataexchange.model.period import format_period
from dataexchange.model.query import AvailabilityQuery, StructureQuery
from dataexchange.model.schema import enumeration
from dataexchange.model.structure import (
    Artefact,
    Component,
    CubeRegion,
    DataConstraint,
    DataProviderScheme,
    ItemScheme,
    Kind,
    ProvisionAgreement,
    Ref,
)
from dataexchange.store import series, structures
from dataexchange.store.database import Connection, reading


def answer(exchange: Exchange, call: Call, query: AvailabilityQuery) -> Answer:
    media = call.media_type("availability")
    with reading(exchange.engine) as conn:
        found, validators = look_up(exchange, conn, call, query.data, media, query)
        if validators.unchanged(call.headers):
            return Answer(304, validators.headers)
        told = _told(conn, call, found, query)
        artefacts = [constraint(target, there) for target, there, _ in told]
        beside = [a for target, there, asked in told for a in _references(conn, target, there, asked)]
    return written(exchange, call, media, [*artefacts, *_together(beside)], validators)


def _told(
    conn: Connection, call: Call, found: tuple[Target, ...], query: AvailabilityQuery
) -> list[tuple[Target, Availability, AvailabilityQuery]]:
    """What each dataflow, structure or agreement that the query names has; those that have nothing are left out."""
    told: list[tuple[Target, Availability, AvailabilityQuery]] = []
    misfits: list[InvalidRequest] = []
    for target in found:
        try:
            asked = replace(query, data=in_terms_of(target, query.data, exact_keys=call.version == "v1"))
            there = series.available(conn, asked, target.schema, target.flows)
        except InvalidRequest as error:
            misfits.append(error)
            continue
        # What could still be chosen may be something where nothing matches.
        if there.series or (query.available and len(found) == 1):
            told.append((target, there, asked))
    if misfits and len(misfits) == len(found):
        raise misfits[0]
    if not told:
        raise NotFound(f"{found[0].name if len(found) == 1 else 'What you name'} has no data that match.")
    return told


def _together(artefacts: Iterable[Artefact]) -> list[Artefact]:
    """Each artefact once; of item schemes that were cut in different ways, all items that any of them has."""
    found: dict[Ref, Artefact] = {}
    for artefact in artefacts:
        known = found.setdefault(artefact.ref, artefact)
        if known is not artefact and isinstance(known, ItemScheme) and isinstance(artefact, ItemScheme):
            found[artefact.ref] = _union(known, artefact)
    return list(found.values())


def _union(one: ItemScheme, other: ItemScheme) -> ItemScheme:
    if not one.is_partial or not other.is_partial:
        return other if one.is_partial else one
    items = {item.id: item for item in (*one.items, *other.items)}
    return replace(one, items=tuple(items.values()))


def constraint(target: Target, there: Availability) -> DataConstraint:
    """What is there, as SDMX says it."""
    of = target.agreement or (target.schema.dataflow or target.schema.structure).ref
    first, last = there.first_period, there.last_period
    time = (format_period(first), format_period(last)) if first is not None and last is not None else None
    return DataConstraint(
        agency=of.agency,
        id=f"{of.id}_AVAILABLE",
        version=of.version,
        names={"en": f"Data available for {of.short}"},
        annotations=availability_notes(there.series, there.observations),
        role="Actual",
        attached_to=(of,),
        regions=(CubeRegion(values=there.values, time_range=time),),
    )


def _references(conn: Connection, target: Target, there: Availability, query: AvailabilityQuery) -> Iterator[Artefact]:
    schema = target.schema
    all_kinds = ("dataflow", "codelist", "conceptscheme", "datastructure", "dataproviderscheme")
    wanted = all_kinds if "all" in query.references else query.references
    # A reader resolves every component of a structure that stands in the same message: then nothing it names may be missing.
    components = tuple(schema.structure.components()) if "datastructure" in wanted else _dimensions(target, there)
    if schema.dataflow and "dataflow" in wanted:
        yield schema.dataflow
    if "codelist" in wanted:
        yield from _code_lists(target, there, components)
    if "conceptscheme" in wanted:
        yield from _concepts(target, components)
    if "datastructure" in wanted:
        yield schema.structure
    if "dataproviderscheme" in wanted:
        yield from _providers(conn, target, query.data.providers)


def _dimensions(target: Target, there: Availability) -> tuple[Component, ...]:
    structure = target.schema.structure
    time = (structure.time_dimension,) if structure.time_dimension else ()
    return (*(d for d in structure.dimensions if d.id in there.values), *time)


def _code_lists(target: Target, there: Availability, components: tuple[Component, ...]) -> Iterator[ItemScheme]:
    """Code lists of the dimensions, cut to the codes that occur and their parents; those of attributes whole."""
    schema = target.schema
    used: dict[Ref, set[str] | None] = {}
    for component in components:
        ref = enumeration(component, schema.concepts)
        if ref is None or ref not in schema.codelists:
            continue
        codes = there.values.get(component.id)
        before = used.setdefault(ref, set())
        used[ref] = None if codes is None or before is None else before | set(codes)
    for ref, occurring in used.items():
        whole = schema.codelists[ref]
        if occurring is None:
            yield whole
        else:
            yield cut_with_parents(whole, occurring)


def _concepts(target: Target, components: tuple[Component, ...]) -> Iterator[ItemScheme]:
    """Concept schemes, cut to the concepts of the components."""
    used: dict[Ref, set[str]] = {}
    for component in components:
        if component.concept and component.concept.scheme in target.schema.concepts:
            used.setdefault(component.concept.scheme, set()).add(component.concept.id)
    for ref, ids in used.items():
        yield _cut(target.schema.concepts[ref], ids)


def _providers(conn: Connection, target: Target, asked: tuple[str, ...]) -> Iterator[ItemScheme]:
    """Providers that have an agreement on the dataflow; where the query names some, those."""
    agreements = structures.find(conn, StructureQuery((Kind.PROVISION_AGREEMENT.value,), versions=("*",)))
    used: dict[Ref, set[str]] = {}
    for agreement in agreements:
        if isinstance(agreement, ProvisionAgreement) and agreement.dataflow in target.flows:
            provider = agreement.provider
            if not asked or provider.id in asked:
                used.setdefault(provider.scheme, set()).add(provider.id)
    for ref, ids in used.items():
        scheme = structures.get(conn, ref)
        if isinstance(scheme, DataProviderScheme):
            yield _cut(scheme, ids)


def _cut(scheme: ItemScheme, ids: set[str]) -> ItemScheme:
    items = tuple(item for item in scheme.items if item.id in ids)
    return scheme if len(items) == len(scheme.items) else replace(scheme, items=items, is_partial=True)
