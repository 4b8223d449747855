"""What data may look like under a dataflow, a data structure or an agreement: its schema, and the constraints on the way down."""

from __future__ import annotations

from sqlalchemy import Connection

from dataexchange.model.structure import Artefact, DataConstraint, Kind, ProvisionAgreement, Ref
from dataexchange.model.validity import Validity
from dataexchange.store.catalogue import Catalogue, catalogue, load
from dataexchange.store.schemas import one, schema


def validity(conn: Connection, context: Ref) -> tuple[Artefact, Validity]:
    """The artefact that a context means, and what holds there. NotFound names what is missing."""
    there = catalogue(conn)
    asked = one(conn, context, there)
    found = schema(conn, asked.ref)
    chain = [found.structure.ref]
    if found.dataflow is not None:
        chain.append(found.dataflow.ref)
    if isinstance(asked, ProvisionAgreement):
        chain.append(asked.ref)
    return asked, Validity.within(found, _attached(conn, chain, there))


def _attached(conn: Connection, chain: list[Ref], there: Catalogue) -> list[DataConstraint]:
    parents = dict.fromkeys(p for ref in chain for p in there.parents.get(ref, ()) if p.kind is Kind.DATA_CONSTRAINT)
    return [a for a in load(conn, list(parents)) if isinstance(a, DataConstraint)]
