"""The rulebook that holds for what a provider sends to a dataflow: what the office has set, over the natures of series that ship.

Whose it is, in this order; the first that has loaded one holds, alone and whole (see docs/decisions/0019):

1. the office that the provider's agreement lays its tables before. Where it is not known who sends, the one office that all agreements
   of the dataflow name;
2. the agency that maintains the dataflow;
3. the operator of the exchange, DX, as a default for everybody.

So no office's rulebook touches what another office reviews. It is asked at every check and on every page: two small rows are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from dataexchange.messages.read_rulebook import kept_rulebook
from dataexchange.messages.shipped import AGENCY, shipped_structures
from dataexchange.model.finding import Finding
from dataexchange.model.provision import reviewer_of
from dataexchange.model.rulebook import Rulebook, SeriesNature
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import kind, weight
from dataexchange.model.structure import Codelist, Ref
from dataexchange.store import rulebooks
from dataexchange.store.catalogue import keep
from dataexchange.store.database import Connection
from dataexchange.store.structure_state import structure_word
from dataexchange.workflow.agreements import agreements

_MOST = 500
_SERIES = "SERIES"

#: (offices, ids of the agreement) by the state of structures, dataflow and provider.
_parties: dict[tuple[str, Ref, str | None], tuple[tuple[str, ...], tuple[str, ...]]] = {}
_books: dict[tuple[object, ...], Rulebook] = {}


def rulebook_of(conn: Connection, schema: Schema, provider: str | None) -> Rulebook:
    """Only what of it holds for the dataflow and the provider's agreement. "DX 0" where nobody has loaded one."""
    if schema.dataflow is None:
        return _shipped()
    flow = schema.dataflow.ref
    offices, names = _parties_of(conn, flow, provider)
    for office in offices:
        held = rulebooks.last(conn, office)
        if held is not None:
            return _within(conn, office, *held, flow.short, (provider, *names))
    return _shipped()


def rulebook_named(conn: Connection, schema: Schema, provider: str | None, name: str) -> Rulebook:
    """A version of before, as reports name it ("KG_NSC 2"), and what of it holds for the dataflow and the provider's agreement."""
    agency, _, version = name.rpartition(" ")
    if schema.dataflow is None or version == "0":
        return _shipped()
    flow = schema.dataflow.ref
    held = rulebooks.get(conn, agency, int(version))
    return _within(conn, agency, held.version, held.hash, flow.short, (provider, *_parties_of(conn, flow, provider)[1]))


def office_rulebook(conn: Connection, agency: str, *, shipped: bool = True) -> Rulebook:
    """The whole of an office's own, whatever it is about; version 0 where it has loaded none. `shipped`: with the natures that ship."""
    held = rulebooks.last(conn, agency)
    book = _own(conn, agency, *held) if held else Rulebook(agency)
    return replace(book, kinds={**shipped_natures(), **book.kinds}) if shipped else book


def settled(book: Rulebook, findings: Sequence[Finding], schema: Schema) -> tuple[Finding, ...]:
    """Findings of all steps as the office has them."""
    at = schema.structure.dimension_ids.index(_SERIES) if _SERIES in schema.structure.dimension_ids else None

    def series_of(found: Finding) -> str | None:
        parts = found.key.split(".") if found.key and at is not None else ()
        return parts[at] if at is not None and at < len(parts) else None

    return book.settled(findings, series_of)


@cache
def shipped_natures() -> Mapping[str, SeriesNature]:
    """SERIES code -> how it behaves, for code lists (such as a national office's) that do not say it of themselves."""
    series = next(a for a in shipped_structures() if isinstance(a, Codelist) and a.id == "CL_SERIES")
    return {item.id: SeriesNature(found, weight(item)) for item in series.items if (found := kind(item))}


@cache
def _shipped() -> Rulebook:
    return Rulebook(kinds=shipped_natures())


def _parties_of(conn: Connection, flow: Ref, provider: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    asked = (structure_word(conn), flow, provider)
    if asked not in _parties:
        of_flow = [a for a in agreements(conn) if a.dataflow == flow and provider in (None, a.provider.id)]
        reviewers = {reviewer_of(agreement) for agreement in of_flow}
        office = next(iter(reviewers)) if len(reviewers) == 1 else None
        named = (office, flow.agency, AGENCY) if office else (flow.agency, AGENCY)
        ids = tuple(agreement.id for agreement in of_flow) if provider else ()
        keep(_parties, asked, (tuple(dict.fromkeys(named)), ids), _MOST)
    return _parties[asked]


def _within(
    conn: Connection, agency: str, version: int, digest: str, flow: str, agreement: tuple[str | None, ...]
) -> Rulebook:
    asked = (agency, version, digest, flow, agreement)
    if asked not in _books:
        book = _own(conn, agency, version, digest).within(flow, *agreement)
        keep(_books, asked, replace(book, kinds={**shipped_natures(), **book.kinds}), _MOST)
    return _books[asked]


def _own(conn: Connection, agency: str, version: int, digest: str) -> Rulebook:
    """As it was loaded, without what ships."""
    asked = (agency, version, digest)
    if asked not in _books:
        text = rulebooks.get(conn, agency, version).text
        keep(_books, asked, kept_rulebook(text, f"{agency} {version}", version)[0], _MOST)
    return _books[asked]
