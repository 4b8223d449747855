"""Provision agreements: who may send what. Nobody publishes in another's name, or into a dataflow that is not for them."""

from __future__ import annotations

from dataclasses import replace

from dataexchange.errors import Conflict, Forbidden, InvalidRequest, NotFound
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import (
    ID,
    DataProviderScheme,
    Item,
    ItemRef,
    Kind,
    ProvisionAgreement,
    Ref,
)
from dataexchange.store import audit, structures
from dataexchange.store.database import Connection

#: Where the exchange keeps its own providers.
PROVIDERS = Ref(Kind.DATA_PROVIDER_SCHEME, "DX", "DATA_PROVIDERS", "1.0")


def agreements(conn: Connection) -> list[ProvisionAgreement]:
    found = structures.find(conn, StructureQuery(kinds=(Kind.PROVISION_AGREEMENT.value,), versions=("*",)))
    return [a for a in found if isinstance(a, ProvisionAgreement)]


def require_agreement(conn: Connection, provider: str, dataflow: Ref) -> None:
    """Raises Forbidden, naming the agreements there are, where the provider has none for the dataflow."""
    there = agreements(conn)
    if any(a.provider.id == provider and a.dataflow == dataflow for a in there):
        return
    senders = ", ".join(sorted(a.provider.id for a in there if a.dataflow == dataflow)) or "nobody yet"
    raise Forbidden(
        f"Provider {provider!r} has no provision agreement for {dataflow} (there is one for {senders}): correct the provider or the "
        "dataflow, or make an agreement with `dataexchange agreements add`."
    )


def add_agreement(conn: Connection, provider: Item, dataflow: Ref, *, actor: str) -> ProvisionAgreement:
    """Register the provider where it is new, and its agreement to send data to the dataflow."""
    if not ID.fullmatch(provider.id):
        raise InvalidRequest(
            "write letters, digits and _ only, such as KE_NBO", parameter="provider", value=provider.id
        )
    structures.get(conn, dataflow)
    if any(a.provider.id == provider.id and a.dataflow == dataflow for a in agreements(conn)):
        raise Conflict(f"{provider.id} has an agreement for {dataflow} already: nothing to do.")
    held = structures.get(conn, PROVIDERS)
    if not isinstance(held, DataProviderScheme):
        raise NotFound(f"{PROVIDERS} is not registered: start the exchange once with `dataexchange structures list`.")
    if all(item.id != provider.id for item in held.items):
        structures.put(conn, [replace(held, items=(*held.items, provider))])
    made = ProvisionAgreement(
        agency="DX",
        id=f"PA_{provider.id}_{dataflow.id}",
        version="1.0.0",
        names={"en": f"{provider.name()} sends {dataflow.short}"},
        provider=ItemRef(PROVIDERS, provider.id),
        dataflow=dataflow,
    )
    structures.put(conn, [made])
    audit.record(conn, actor=actor, action="agreement.add", subject=str(made.ref), detail={"provider": provider.id})
    return made
