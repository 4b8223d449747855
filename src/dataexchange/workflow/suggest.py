"""Propose a mapping for a table: read it, take the structure it is sent to, and what mappings that were published teach.

Nothing is stored. Of another city's mapping only words and codes are used where they stand in the table as well, and its dataset is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from dataexchange.errors import ExchangeError, Forbidden, InvalidRequest, NotFound, Unreadable
from dataexchange.model.access import Caller, Scope
from dataexchange.model.mapping import Mapping
from dataexchange.model.provision import areas_of
from dataexchange.model.reading import ALL, Reading
from dataexchange.model.sentence import say
from dataexchange.model.structure import ProvisionAgreement, Ref
from dataexchange.model.suggestion import Suggestion
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.reading import read_tables
from dataexchange.pipeline.suggestion import Sender, areas_within, figures, suggest_mapping
from dataexchange.pipeline.suggestion_learned import Accepted, learn
from dataexchange.pipeline.suggestion_sheets import one_table, sheets_of
from dataexchange.store import files, structures
from dataexchange.store.database import Connection
from dataexchange.store.published_mappings import PublishedMapping, published_mappings
from dataexchange.workflow.agreements import agreements
from dataexchange.workflow.filled import is_template
from dataexchange.workflow.national import baseline_of
from dataexchange.workflow.permission import require
from dataexchange.workflow.progress import Progress, silent

#: Mappings that are learned from, the city's own and then the newest.
_LEARNED = 300
#: Sheets of a workbook that are looked at for figures.
_LOOKED_AT = 10


def suggest(
    conn: Connection,
    home: Path,
    path: Path,
    *,
    name: str,
    caller: Caller,
    provider: str | None = None,
    dataflow: Ref | None = None,
    reading: Reading | None = None,
    progress: Progress = silent,
) -> Suggestion:
    """The proposal for the file at `path`, which its sender calls `name`."""
    require(caller, Scope.SUBMIT)
    if provider is None and not caller.may(Scope.ADMIN):
        provider = caller.organisation
    if provider is not None and not caller.speaks_for(provider):
        raise Forbidden(f"This is for {provider} to ask, and your key is {caller.organisation}'s.")
    if is_template(path):
        raise InvalidRequest(
            f"{name} is a template of this exchange, which needs no mapping: fill it in and send it as it is"
        )
    agreement = sole_agreement(conn, provider, dataflow)
    schema = structures.schema(conn, agreement.dataflow)
    progress(f"Reading {name}")
    tables = _tables(path, reading or Reading(), name)
    table = max(tables[:_LOOKED_AT], key=figures)
    _require_rows(table, name)
    years = sheets_of(tables, table)
    progress("Looking for codes")
    sender = Sender(agreement.dataflow.short, agreement.provider.id, areas_of(agreement))
    known = learn(_accepted(conn, home, sender.provider), schema, sender.provider, areas_within(schema, sender.areas))
    made = suggest_mapping(one_table(years) if years else table, schema, sender, known)
    about = years or [table]
    beside = tuple(str(t.sheet or t.file) for t in tables if not any(t is one for one in about))[:20]
    return replace(
        made,
        beside=beside,
        member=table.file.removeprefix(f"{name}/") if table.file != name and beside else None,
        sheets=tuple(str(t.sheet) for t in years),
    )


def _require_rows(table: SourceTable, name: str) -> None:
    """Where most rows do not fit below the names of the columns, what is proposed of the others would be wrong."""
    ragged = [finding for finding in table.findings if finding.rule == "FILE-ROW"]
    if sum(finding.count for finding in ragged) > table.columns.num_rows:
        raise Unreadable(
            say(
                "{file}: most rows have another number of cells than the header has names, so nothing is proposed; put a name or "
                "text that has the delimiter in it into quotes. {first}",
                file=name,
                first=ragged[0].message,
            )
        )


def _tables(path: Path, reading: Reading, name: str) -> tuple[SourceTable, ...]:
    """All sheets of a workbook, where none is named: the first is often a title page."""
    tables = read_tables(path, reading, name=name)
    if reading.sheet is not None or tables[0].sheet is None:
        return tables
    try:
        return read_tables(path, reading.model_copy(update={"sheet": ALL}), name=name)
    except (InvalidRequest, Unreadable):
        return tables


def sole_agreement(conn: Connection, provider: str | None, dataflow: Ref | None) -> ProvisionAgreement:
    """The one that the table is sent under: as told, else the only one that a city has."""
    held = [a for a in agreements(conn) if provider in (None, a.provider.id) and dataflow in (None, a.dataflow)]
    if not held:
        what = " ".join(str(part) for part in (provider, dataflow) if part)
        raise NotFound(
            f"There is no provision agreement for {what or 'anybody'}: `dataexchange agreements list` shows those there are."
        )
    local = [a for a in held if _is_local(conn, a)] or held
    if len(local) > 1:
        pairs = ", ".join(sorted(f"{a.provider.id} for {a.dataflow.short}" for a in local)[:10])
        word = "provider" if len({a.provider.id for a in local}) > 1 else "dataflow"
        raise InvalidRequest(f"say who sends the table and where to; there are {pairs}", parameter=word)
    return local[0]


def _is_local(conn: Connection, agreement: ProvisionAgreement) -> bool:
    """Cities send to dataflows that are compared with national ones."""
    try:
        return baseline_of(structures.schema(conn, agreement.dataflow)) is not None
    except ExchangeError:
        return False


def _accepted(conn: Connection, home: Path, provider: str | None) -> Iterator[Accepted]:
    def order(found: PublishedMapping) -> tuple[bool, float]:
        return found.provider != provider, -found.since.timestamp()

    for found in sorted(published_mappings(conn), key=order)[:_LEARNED]:
        try:
            yield Accepted(found.dataset, found.provider, _mapping(found.hash, home))
        except ExchangeError:
            # A mapping of an earlier time that is no longer read teaches nothing.
            continue


@lru_cache(maxsize=_LEARNED)
def _mapping(digest: str, home: Path) -> Mapping:
    with files.open_file(digest, home) as stream:
        return parse_mapping(stream.read(), digest[:12])
