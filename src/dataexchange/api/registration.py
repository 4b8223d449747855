"""Registrations: of every provision agreement in force whose provider has published, where its data are and when they changed last.

The standard leaves open what a registration is where nobody registers: here the exchange registers what it publishes. Its id is made
of provider and dataflow, so that it stays when the terms of the agreement change. Data that were withdrawn stay registered,
with the time as `validTo`, so that whoever asks by `updatedAfter` hears of it.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import NAMESPACE_URL, uuid5

from dataexchange.api.call import Call
from dataexchange.api.conditional import Validators, digest_of
from dataexchange.api.state import read_structures_state
from dataexchange.door.answer import Answer, answered, blocks
from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound
from dataexchange.messages.write_header import StructureHeader
from dataexchange.messages.write_registrations import write_registrations
from dataexchange.model.query import Context, StructureQuery
from dataexchange.model.registration import Registration, RegistrationQuery
from dataexchange.model.structure import Dataflow, ProvisionAgreement, Ref
from dataexchange.store import releases, structures
from dataexchange.store.database import Connection, reading
from dataexchange.store.provided import provided
from dataexchange.workflow.agreements import agreements


def answer(exchange: Exchange, call: Call, query: RegistrationQuery) -> Answer:
    media = call.media_type("registration")
    with reading(exchange.engine) as conn:
        state = read_structures_state(exchange, conn)
        last = releases.last_release(conn)
        changed_at = max(state.changed_at, last.published_at) if last else state.changed_at
        decides = [*call.identity(media), state.word, last and last.number, query]
        validators = Validators(digest_of(decides), changed_at, call.coding_of(media))
        if validators.unchanged(call.headers):
            return Answer(304, validators.headers)
        found = registrations(conn, query, call.base_url)
    if not found:
        raise NotFound("No registration matches; /sdmx/v2/registration/provider lists those there are.")
    header = StructureHeader(
        message_id=f"{exchange.sender}_{validators.digest}",
        prepared=validators.modified.replace(microsecond=0),
        sender=exchange.sender,
    )
    chunks = write_registrations(found, media, header)
    return answered(((b"content-type", media.text.encode()), *validators.headers), blocks(chunks))


def registrations(conn: Connection, query: RegistrationQuery, service_url: str) -> list[Registration]:
    """In the order of agreements."""
    there = provided(conn)
    named = {ref for context in query.contexts for ref in _named(conn, context)} if query.contexts else None
    found = []
    for agreement in sorted(agreements(conn), key=lambda a: a.ref.short):
        published = there.get((agreement.dataflow.short, agreement.provider.id))
        if published is None or not _is_asked_for(conn, agreement, query, named):
            continue
        ref = agreement.ref
        path = f"data/provisionagreement/{ref.agency}/{ref.id}/{ref.version}"
        found.append(
            Registration(
                id=_id(agreement),
                agreement=ref,
                valid_from=published.first,
                last_updated=published.last,
                valid_to=None if published.observations else published.last,
                service_url=service_url,
                data_url=f"{service_url}/{path}?format=sdmx-3.0",
            )
        )
    return [registration for registration in found if _is_within(registration, query)]


def _id(agreement: ProvisionAgreement) -> str:
    return str(uuid5(NAMESPACE_URL, f"{agreement.provider.urn} {agreement.dataflow.urn}"))


def _is_asked_for(
    conn: Connection, agreement: ProvisionAgreement, query: RegistrationQuery, named: Collection[Ref] | None
) -> bool:
    if query.id is not None:
        return _id(agreement) == query.id
    if named is not None:
        flow = structures.get(conn, agreement.dataflow)
        of_flow = flow.structure if isinstance(flow, Dataflow) else None
        return bool({agreement.ref, agreement.dataflow, of_flow} & set(named))
    provider = agreement.provider
    return _fits(provider.scheme.agency, query.provider_agencies) and _fits(provider.id, query.providers)


def _named(conn: Connection, context: Context) -> set[Ref]:
    """The artefacts that a context names."""
    kinds = ("dataflow", "datastructure", "provisionagreement") if context.kind == "*" else (context.kind,)
    query = StructureQuery(kinds, context.agencies, context.ids, context.versions)
    return {artefact.ref for artefact in structures.find(conn, query)}


def _fits(word: str, asked: tuple[str, ...]) -> bool:
    return asked == ("*",) or word in asked


def _is_within(found: Registration, query: RegistrationQuery) -> bool:
    before, after = query.updated_before, query.updated_after
    return (before is None or found.last_updated < before) and (after is None or found.last_updated > after)
