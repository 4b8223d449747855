"""Whose data a query asks for: a context with wildcards made into datasets that can be written.

`/data/*/DX/DF_SDG_LOCAL/+` names a dataflow; `/data/datastructure/DX/SDG_LOCAL` the data of all dataflows on it;
`/data/provisionagreement/DX/PA_BRISTOL` the dataflow of an agreement, and its provider's data alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dataexchange.errors import NotFound
from dataexchange.model.query import Context, StructureQuery
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Artefact, Dataflow, DataStructure, ItemRef, Kind, ProvisionAgreement, Ref
from dataexchange.store import structures
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import agreements

_KINDS = ("dataflow", "datastructure", "provisionagreement")


@dataclass(frozen=True, slots=True)
class Target:
    """One dataset. `schema.dataflow` is None where data are asked for by structure, whatever their dataflow."""

    schema: Schema
    flows: tuple[Ref, ...]
    #: Whose data alone, where the context is an agreement.
    only: tuple[str, ...] = ()
    #: What a header names where data of one provider are asked for.
    agreement: Ref | None = None
    provider: ItemRef | None = None

    @property
    def name(self) -> Ref:
        flow = self.schema.dataflow
        return self.agreement or (flow.ref if flow else self.schema.structure.ref)


def targets(conn: Connection, context: Context, providers: tuple[str, ...]) -> tuple[Target, ...]:
    """Everything the context names; raises NotFound where that is nothing. `*` looks for dataflows first, and for what there is one
    kind of it takes no other: the same data would stand there twice."""
    together: tuple[Target, ...] = ()
    for kind in _KINDS if context.kind == "*" else context.kind.split(","):
        query = StructureQuery((kind,), context.agencies, context.ids, context.versions)
        together += tuple(t for a in structures.find(conn, query) for t in _targets(conn, a, providers))
        if together and context.kind == "*":
            break
    if together:
        return together
    what = "dataflow" if context.kind == "*" else context.kind
    place = f"{','.join(context.agencies)}:{','.join(context.ids)}({','.join(context.versions)})"
    raise NotFound(f"There is no {what} {place} here; a structure query for {what} lists those there are.")


def _targets(conn: Connection, artefact: Artefact, providers: tuple[str, ...]) -> Iterator[Target]:
    if isinstance(artefact, DataStructure):
        flows = (a for a in _all(conn, Kind.DATAFLOW) if isinstance(a, Dataflow) and a.structure == artefact.ref)
        schema = replace(structures.schema(conn, artefact.ref), dataflow=None)
        yield Target(schema, tuple(flow.ref for flow in flows))
    elif isinstance(artefact, ProvisionAgreement):
        schema = structures.schema(conn, artefact.dataflow)
        yield Target(schema, (artefact.dataflow,), (artefact.provider.id,), artefact.ref, artefact.provider)
    elif isinstance(artefact, Dataflow) and artefact.structure:
        agreement = _agreement(conn, artefact.ref, providers)
        named = (agreement.ref, agreement.provider) if agreement else (None, None)
        yield Target(structures.schema(conn, artefact.ref), (artefact.ref,), (), *named)


def _agreement(conn: Connection, flow: Ref, providers: tuple[str, ...]) -> ProvisionAgreement | None:
    if len(providers) != 1:
        return None
    return next((a for a in agreements(conn) if a.dataflow == flow and a.provider.id == providers[0]), None)


def _all(conn: Connection, kind: Kind) -> list[Artefact]:
    return structures.find(conn, StructureQuery((kind.value,), versions=("*",)))
