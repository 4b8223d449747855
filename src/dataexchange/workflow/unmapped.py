"""What needs no mapping: SDMX messages, and Parquet with components for columns, alone or together in a zip.

Who sends it and what it is of stand in the message; what does not is asked for by name. What is told beside the file goes first: an
agreement names both, then `provider` and `dataflow`, then the key's organisation, then the header.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dataexchange.errors import InvalidRequest, NotFound, Unreadable
from dataexchange.messages.read_data import Told, is_message, told_by
from dataexchange.model.access import Caller, Scope
from dataexchange.model.query import StructureQuery
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import say
from dataexchange.model.structure import Dataflow, Kind, ProvisionAgreement, Ref, parse_short
from dataexchange.model.table import Limits
from dataexchange.pipeline.reading_archive import unpacked
from dataexchange.pipeline.reading_package import is_archive
from dataexchange.store import structures
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import agreements


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who sends, and to which dataflow."""

    provider: str
    dataflow: Ref


@contextmanager
def messages_in(path: Path, name: str) -> Iterator[list[tuple[Path, str]]]:
    """The messages of a file: itself, or those in a zip. Raises InvalidRequest where one is a table that needs a mapping."""
    if not is_archive(path, name):
        _require_message(path, name)
        yield [(path, name)]
        return
    with unpacked(path, Reading(), name, Limits()) as archive:
        for member in archive.members:
            _require_message(member.path, member.name)
        yield [(member.path, member.name) for member in archive.members]


def address(
    conn: Connection,
    path: Path,
    name: str,
    caller: Caller,
    *,
    provider: str | None = None,
    dataflow: str | None = None,
    agreement: str | None = None,
) -> Addressed:
    """Of a file that is sent without a mapping."""
    with messages_in(path, name) as messages:
        told = told_by(*messages[0])
    known = agreements(conn)
    named = _named(known, agreement, told)
    flow = _dataflow(conn, dataflow, named, told, name)
    if provider is None and named is not None:
        provider = named.provider.id
    if provider is None and not caller.may(Scope.ADMIN):
        provider = caller.organisation
    if provider is None and any(a.provider.id == told.sender and a.dataflow == flow for a in known):
        provider = told.sender
    if provider is None:
        senders = ", ".join(sorted(a.provider.id for a in known if a.dataflow == flow)) or say("nobody yet")
        said = (
            say("the message names the sender {sender}", sender=repr(told.sender))
            if told.sender
            else say("the message names no sender")
        )
        raise InvalidRequest(
            say(
                "{file} has no mapping, and {said}; say whose figures they are (there is an agreement for {senders})",
                file=name,
                said=said,
                senders=senders,
            ),
            parameter="provider",
        )
    return Addressed(provider, flow)


def require_same(conn: Connection, dataflow: Ref, name: str, declared: Ref) -> None:
    """A message must be of the dataflow that it was sent to, or of its data structure, of whatever version."""
    if declared.kind is Kind.DATAFLOW:
        wanted = dataflow
    elif declared.kind is Kind.DATA_STRUCTURE:
        wanted = structures.schema(conn, dataflow).structure.ref
    else:
        return
    if (declared.agency, declared.id) != (wanted.agency, wanted.id):
        raise Unreadable(
            say(
                "{file}: the message is of {declared}, and it was sent to {dataflow}: send it to the dataflow that it is of.",
                file=name,
                declared=declared.short,
                dataflow=dataflow.short,
            )
        )


def _require_message(path: Path, name: str) -> None:
    if not is_message(path):
        raise InvalidRequest(
            say("{file} is no SDMX message, so it needs one: send the mapping file along with it", file=name),
            parameter="mapping",
        )


def _named(known: Sequence[ProvisionAgreement], agreement: str | None, told: Told) -> ProvisionAgreement | None:
    """The agreement that the sender names, or the message."""
    if agreement is not None:
        found = next((a for a in known if agreement in (a.id, a.ref.short)), None)
        if found is None:
            raise InvalidRequest("there is no such provision agreement", parameter="agreement", value=agreement)
        return found
    if told.declared is not None and told.declared.kind is Kind.PROVISION_AGREEMENT:
        return next((a for a in known if (a.agency, a.id) == (told.declared.agency, told.declared.id)), None)
    return None


def _dataflow(conn: Connection, text: str | None, named: ProvisionAgreement | None, told: Told, name: str) -> Ref:
    if text is not None:
        ref = parse_short(text, Kind.DATAFLOW)
        structures.get(conn, ref)
        return ref
    if named is not None:
        return named.dataflow
    if told.declared is None:
        raise InvalidRequest(
            say(
                "{file} does not say which dataflow its figures are of; name one such as DX:DF_SDG_LOCAL(1.0.0), "
                "or send a mapping file along with it",
                file=name,
            ),
            parameter="dataflow",
        )
    flows = list(_flows_of(conn, told.declared))
    if len(flows) != 1:
        there = ", ".join(sorted(f.short for f in flows)) or say("none that is registered here")
        raise InvalidRequest(
            say(
                "{file} is of {declared}, which leads to {there}; say which dataflow is meant",
                file=name,
                declared=told.declared.short,
                there=there,
            ),
            parameter="dataflow",
        )
    return flows[0]


def _flows_of(conn: Connection, declared: Ref) -> Iterator[Ref]:
    """The dataflow itself, or the newest version of it; of a data structure, all on it."""
    if declared.kind is Kind.DATAFLOW:
        try:
            yield structures.get(conn, declared).ref
        except NotFound:
            query = StructureQuery((Kind.DATAFLOW.value,), (declared.agency,), (declared.id,), ("~",))
            yield from (found.ref for found in structures.find(conn, query))
        return
    for flow in structures.find(conn, StructureQuery(kinds=(Kind.DATAFLOW.value,), versions=("*",))):
        on = flow.structure if isinstance(flow, Dataflow) else None
        if on is not None and (on.agency, on.id) == (declared.agency, declared.id):
            yield flow.ref
