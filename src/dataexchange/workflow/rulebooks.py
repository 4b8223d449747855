"""A national office loads its rulebook, and anybody reads it: by which rules a city is judged is public.

Each load that says something new makes a version; none is ever removed, so that a report's "KG_NSC 3" can be read for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from dataexchange.errors import InvalidRequest, NotFound
from dataexchange.messages.read_rulebook import kept_rulebook, read_rulebook
from dataexchange.messages.shipped import AGENCY
from dataexchange.messages.write_rulebook import register_text
from dataexchange.model.access import Caller, Scope
from dataexchange.model.query import StructureQuery
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.structure import Dataflow, Kind
from dataexchange.store import audit, rulebooks, structures
from dataexchange.store.database import Connection
from dataexchange.store.rulebooks import Loaded
from dataexchange.workflow.agreements import agreements
from dataexchange.workflow.keys import organisations
from dataexchange.workflow.permission import require
from dataexchange.workflow.recheck_marks import Held

_SERIES = "SERIES"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a load. `new`: whether it made a version; `remarks`: what of it holds for nothing at present."""

    loaded: Loaded
    new: bool
    remarks: tuple[str, ...]


def load_rulebook(conn: Connection, data: bytes, name: str, *, caller: Caller, agency: str | None = None) -> Outcome:
    """`agency`: whose it must be, where the door was told. Raises InvalidRequest with all faults, Forbidden for another's rulebook."""
    book = read_rulebook(data, name)
    if agency is not None and book.agency != agency:
        raise InvalidRequest(f"write {agency}, whose rulebook this is to be", parameter="agency", value=book.agency)
    require(caller, Scope.REVIEW, book.agency)
    require_office(conn, book.agency)
    held = Held.now(conn)
    made = rulebooks.keep(conn, book.agency, data.decode("utf-8-sig"), loaded_by=caller.actor)
    remarks = tuple(unmet(conn, book))
    if made is None:
        return Outcome(last_loaded(conn, book.agency), False, remarks)
    detail = {"version": made.version, "hash": made.hash}
    audit.record(conn, actor=caller.actor, action="rulebook.load", subject=book.agency, detail=detail)
    held.mark_changed(conn)
    return Outcome(made, True, remarks)


def last_loaded(conn: Connection, agency: str) -> Loaded:
    held = rulebooks.last(conn, agency)
    return rulebooks.get(conn, agency, held[0] if held else 0)


def rulebook_text(conn: Connection, agency: str, version: int | None = None) -> str:
    """As it was typed; version 0, and what holds where nothing was loaded, is the register as it ships."""
    if version is None:
        held = rulebooks.last(conn, agency)
        version = held[0] if held else 0
    if version == 0:
        require_office(conn, agency)
        return register_text(agency)
    return rulebooks.get(conn, agency, version).text


def unmet(conn: Connection, book: Rulebook) -> Iterator[str]:
    """Names in it that nothing here has: dataflows, agreements and series that its choices wait for. No fault, as a rulebook may be
    written before a structure is loaded; but it may be a slip."""
    query = StructureQuery(kinds=(Kind.DATAFLOW.value,), versions=("*",))
    flows = [flow for flow in structures.find(conn, query) if isinstance(flow, Dataflow)]
    for name in sorted({c.dataflow for c in book.choices if c.dataflow}):
        if not any(fnmatchcase(flow.ref.short, name) for flow in flows):
            yield f"no dataflow here is {name}"
    agreed = {name for a in agreements(conn) for name in (a.id, a.provider.id)}
    for name in sorted({c.agreement for c in book.choices if c.agreement} - agreed):
        yield f"no agreement or provider here is {name}"
    series = {c.series for c in book.choices if c.series} | set(book.kinds)
    if series:
        codes = _series_codes(conn, flows)
        for name in sorted(series):
            if name not in codes and not any(fnmatchcase(code, name) for code in codes if "*" in name):
                yield f"no code list of SERIES here has {name}"


def left_out(held: Loaded) -> tuple[str, ...]:
    """What of a version later versions of the exchange know no more."""
    return kept_rulebook(held.text, f"{held.agency} {held.version}", held.version)[1]


def _series_codes(conn: Connection, flows: list[Dataflow]) -> set[str]:
    with_structure = [flow.ref for flow in flows if flow.structure is not None]
    return {code for ref in with_structure for code in structures.schema(conn, ref).codes.get(_SERIES, {})}


def require_office(conn: Connection, agency: str) -> None:
    """NotFound for an organisation that nobody has registered."""
    if agency not in {AGENCY, *organisations(conn)}:
        raise NotFound(
            f"There is no organisation {agency[:100]!r} here: name one of those that `dataexchange organisations list` shows, or "
            "have the operator register it (`dataexchange organisations add`)."
        )
