"""What a page says of an agreement: whose, for what, which areas, who reviews. Names instead of codes."""

from __future__ import annotations

from dataclasses import dataclass

from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound
from dataexchange.model.provision import areas_of, reviewer_of
from dataexchange.model.structure import ProvisionAgreement, Ref
from dataexchange.store import structures
from dataexchange.store.database import Connection
from dataexchange.store.structure_state import structure_word
from dataexchange.workflow import agreements, keys


@dataclass(frozen=True, slots=True)
class Terms:
    """`areas` are names, empty for any; `reviewer` is a name, None where nobody reviews."""

    id: str
    provider: str
    provider_name: str
    dataflow: Ref
    flow_name: str
    areas: tuple[str, ...]
    reviewer: str | None


def all_terms(exchange: Exchange, conn: Connection, provider: str | None = None) -> list[Terms]:
    """In force; of one provider, or of everybody."""
    names = organisation_names(exchange, conn)
    there = [a for a in agreements.agreements(conn) if provider in (None, a.provider.id)]
    return [_terms(conn, agreement, names) for agreement in sorted(there, key=lambda a: (a.provider.id, a.id))]


def terms_of(exchange: Exchange, conn: Connection, provider: str, dataflow: Ref) -> Terms | None:
    return next((t for t in all_terms(exchange, conn, provider) if t.dataflow == dataflow), None)


def organisation_names(exchange: Exchange, conn: Connection) -> dict[str, str]:
    named: dict[str, str] = exchange.memory.get(
        ("organisations", structure_word(conn)), lambda: keys.organisations(conn)
    )
    return named


def _terms(conn: Connection, agreement: ProvisionAgreement, names: dict[str, str]) -> Terms:
    reviewer = reviewer_of(agreement)
    try:
        schema = structures.schema(conn, agreement.dataflow)
    except NotFound:
        codes, flow_name = {}, agreement.dataflow.short
    else:
        codes = dict(schema.codes.get("REF_AREA", {}))
        flow_name = schema.dataflow.name() if schema.dataflow else agreement.dataflow.short
    return Terms(
        id=agreement.id,
        provider=agreement.provider.id,
        provider_name=names.get(agreement.provider.id, agreement.provider.id),
        dataflow=agreement.dataflow,
        flow_name=flow_name,
        areas=tuple(codes[area].name() if area in codes else area for area in areas_of(agreement)),
        reviewer=names.get(reviewer, reviewer) if reviewer else None,
    )
