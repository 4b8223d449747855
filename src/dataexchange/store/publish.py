"""A dataset becomes a release: new and changed series are written, the versions they replace are closed.

All of it stands in the caller's transaction, behind the lock on release numbers. REPLACE makes the dataset of that name
what the table says, no more; MERGE adds to it and revises; DELETE takes out what the table names (a row without a period names
its whole series). What did not change is not written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

import numpy as np
from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, update

from dataexchange.errors import Conflict, NotFound
from dataexchange.model.dataset import Action, Dataset, group_series
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say, told
from dataexchange.model.structure import DataStructure, Ref
from dataexchange.model.submission import Release
from dataexchange.store import releases, series_index, series_table, structures
from dataexchange.store.merge import merged, remaining, whole
from dataexchange.store.pack import Packed, pack
from dataexchange.store.pack_rows import sorted_series
from dataexchange.store.read import Columns, portions, rows_of
from dataexchange.store.series_index import Written
from dataexchange.store.series_rows import insert_rows
from dataexchange.store.series_table import SeriesTable

#: Keys named in one statement.
_CHUNK = 500

#: How `pack` writes periods.
_PERIODS = "<i4"

#: Above this many, reading all keys that a provider holds is cheaper than asking for each.
_MANY = 20_000


@dataclass(frozen=True, slots=True)
class _Scope:
    """What belongs to one dataset of one provider in one dataflow."""

    held: SeriesTable
    dataflow: Ref
    provider: str
    dataset: str

    @property
    def of_provider(self) -> list[ColumnElement[bool]]:
        c = self.held.table.c
        return [c.dataflow == self.dataflow.short, c.provider == self.provider, c.release_to.is_(None)]

    @property
    def present(self) -> list[ColumnElement[bool]]:
        return [*self.of_provider, self.held.table.c.dataset == self.dataset]


@dataclass(frozen=True, slots=True)
class _Change:
    """`added` and `revised` number series of `packed`; `closed` are the keys of series that end."""

    packed: Packed
    added: list[int]
    revised: list[int]
    closed: list[str]
    #: Observations that stand in the present versions and not in the new ones.
    gone: int


def publish(
    conn: Connection,
    dataset: Dataset,
    schema: Schema,
    *,
    dataflow: Ref,
    provider: str,
    dataset_id: str,
    action: Action = Action.REPLACE,
    submission: str | None = None,
    file_hash: str | None = None,
    mapping_hash: str | None = None,
    report_hash: str | None = None,
    published_at: datetime | None = None,
    note: str | None = None,
) -> Release:
    """Release n+1. Its `observations` are those that the dataset holds afterwards, changed or not."""
    number = releases.next_number(conn)
    scope = _Scope(series_table.ensure(conn, schema.structure), dataflow, provider, dataset_id)
    change = _change(conn, scope, dataset, schema.structure, action)
    _refuse_held_elsewhere(conn, scope, [change.packed.keys[i] for i in change.added])
    _close(conn, scope, number, [*change.closed, *(change.packed.keys[i] for i in change.revised)])
    _insert(conn, scope, number, change)
    rewritten = [change.packed.keys[i] for i in change.revised]
    written = [*change.added, *change.revised]
    done = Written(provider, dataset_id, [*change.closed, *rewritten], change.packed, written)
    series_index.update(conn, scope.held, dataflow.short, number, done)
    release = Release(
        number=number,
        published_at=releases.next_time(conn, published_at),
        dataflow=dataflow,
        provider=provider,
        dataset=dataset_id,
        submission=submission,
        file_hash=file_hash,
        mapping_hash=mapping_hash,
        report_hash=report_hash,
        note=note,
        series_added=len(change.added),
        series_revised=len(change.revised),
        series_closed=len(change.closed),
        observations=_count(conn, scope),
    )
    releases.insert(conn, release)
    return release


@dataclass(frozen=True, slots=True)
class Outlook:
    """What publishing a dataset would do to what is published under its name: series, and observations that would go."""

    added: int
    revised: int
    closed: int
    gone: int
    #: Why it cannot be published: a series of it stands in another dataset.
    clash: Sentence | None = None


def outlook(
    conn: Connection, dataset: Dataset, schema: Schema, *, dataflow: Ref, provider: str, dataset_id: str
) -> Outlook | None:
    """The release that REPLACE would make, looked at beforehand; None where nothing is published in the structure yet."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None or not series_table.has_data(conn, held):
        return None
    scope = _Scope(held, dataflow, provider, dataset_id)
    if conn.execute(select(exists(select(held.table.c.key).where(*scope.present)))).scalar():
        change = _change(conn, scope, dataset, schema.structure, Action.REPLACE)
        keys = [change.packed.keys[i] for i in change.added]
        found = Outlook(len(keys), len(change.revised), len(change.closed), change.gone)
    else:
        # The first of its name: its keys say all, and need no packing.
        keys = group_series(dataset.table, schema.structure)[1].to_pylist()
        found = Outlook(len(keys), 0, 0, 0)
    try:
        _refuse_held_elsewhere(conn, scope, keys)
    except Conflict as error:
        return replace(found, clash=told(error))
    return found


def held_series(conn: Connection, schema: Schema, *, dataflow: Ref, provider: str, dataset_id: str) -> int:
    """How many series the dataset has now."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return 0
    present = _Scope(held, dataflow, provider, dataset_id).present
    return int(conn.execute(select(func.count()).select_from(held.table).where(*present)).scalar() or 0)


def withdraw(
    conn: Connection,
    *,
    dataflow: Ref,
    provider: str,
    dataset_id: str,
    published_at: datetime | None = None,
    note: str | None = None,
) -> Release:
    """A release that ends every series of the dataset; NotFound where it has none."""
    number = releases.next_number(conn)
    held = series_table.find(conn, structures.schema(conn, dataflow).structure.ref)
    closed = 0
    if held is not None:
        scope = _Scope(held, dataflow, provider, dataset_id)
        closed = conn.execute(update(held.table).where(*scope.present).values(release_to=number)).rowcount
    if held is None or not closed:
        raise NotFound(f"Dataset {dataset_id} of {provider} has no published series in {dataflow}.")
    series_index.update(conn, held, dataflow.short, number, Written(provider, dataset_id, whole=True))
    release = Release(
        number=number,
        published_at=releases.next_time(conn, published_at),
        dataflow=dataflow,
        provider=provider,
        dataset=dataset_id,
        submission=None,
        file_hash=None,
        mapping_hash=None,
        report_hash=None,
        note=note,
        series_closed=closed,
    )
    releases.insert(conn, release)
    return release


def _change(conn: Connection, scope: _Scope, dataset: Dataset, structure: DataStructure, action: Action) -> _Change:
    attributes = scope.held.attributes
    if action is Action.REPLACE:
        return _compared(pack(dataset.table, structure, attributes), _present(conn, scope), len(attributes))
    touched = list(_touched(conn, scope, sorted_series(dataset.table, structure)[1].to_pylist()))
    stands = [whole(columns, scope.held, structure) for columns in touched]
    combine = merged if action is Action.MERGE else remaining
    return _compared(combine(stands, dataset.table, structure, attributes), iter(touched), len(attributes))


def _compared(packed: Packed, present: Iterator[Columns], n_attributes: int) -> _Change:
    """What differs between series as they should be and as they stand."""
    contents = list(packed.contents())
    new = {key: i for i, key in enumerate(packed.keys)}
    revised, closed, gone = [], [], 0
    for columns in present:
        for key, *content in zip(columns[0], *_content(columns, n_attributes), strict=True):
            i = new.pop(key, None)
            periods = np.frombuffer(content[n_attributes], _PERIODS)
            if i is None:
                closed.append(key)
                gone += len(periods)
            elif contents[i] != tuple(content):
                revised.append(i)
                gone += len(np.setdiff1d(periods, np.frombuffer(packed.periods[i], _PERIODS), assume_unique=True))
    return _Change(packed, list(new.values()), revised, closed, gone)


def _content(columns: Columns, n_attributes: int) -> Columns:
    """The columns that `Packed.contents` has: not key and provider, and not `n`, which the periods tell."""
    return [*columns[2 : 2 + n_attributes], *columns[3 + n_attributes :]]


def _present(conn: Connection, scope: _Scope) -> Iterator[Columns]:
    return portions(conn, select(*rows_of(scope.held)).where(*scope.present), 4096)


def _touched(conn: Connection, scope: _Scope, keys: Sequence[str]) -> Iterator[Columns]:
    """The present versions of these series."""
    for chunk in _chunks(keys):
        query = select(*rows_of(scope.held)).where(*scope.present, scope.held.table.c.key.in_(chunk))
        yield from portions(conn, query, _CHUNK)


def _refuse_held_elsewhere(conn: Connection, scope: _Scope, added: Sequence[str]) -> None:
    """A dataflow says a series once: of two datasets, or two providers, which would be right?"""
    c = scope.held.table.c
    others = [
        c.dataflow == scope.dataflow.short,
        c.release_to.is_(None),
        or_(c.provider != scope.provider, c.dataset != scope.dataset),
    ]
    if not added or not conn.execute(select(exists(select(c.key).where(*others)))).scalar():
        return
    found = select(c.key, c.provider, c.dataset).where(*others)
    if len(added) > _MANY:
        ours = set(added)
        rows = conn.execute(found, execution_options={"stream_results": True})
        clash = next((row for row in rows if row.key in ours), None)
        rows.close()
    else:
        clash = next(
            (row for chunk in _chunks(added) if (row := conn.execute(found.where(c.key.in_(chunk))).first())), None
        )
    if clash is not None:
        raise Conflict(
            say(
                "Series {series} in dataset {dataset} of {provider} is published already in dataset {other} of {owner}: leave it "
                "out of one of the two, or withdraw the other.",
                series=clash.key,
                dataset=scope.dataset,
                provider=scope.provider,
                other=clash.dataset,
                owner=clash.provider,
            )
        )


def _close(conn: Connection, scope: _Scope, number: int, keys: Sequence[str]) -> None:
    table = scope.held.table
    for chunk in _chunks(keys):
        conn.execute(update(table).where(*scope.present, table.c.key.in_(chunk)).values(release_to=number))


def _insert(conn: Connection, scope: _Scope, number: int, change: _Change) -> None:
    packed = change.packed
    columns = packed.by_column(scope.held)
    fixed = {
        "release_from": number,
        "dataflow": scope.dataflow.short,
        "provider": scope.provider,
        "dataset": scope.dataset,
    }
    wanted = sorted([*change.added, *change.revised])
    if len(wanted) < len(packed.keys):
        columns = {name: [values[i] for i in wanted] for name, values in columns.items()}
    insert_rows(conn, scope.held.table, fixed, columns)


def _count(conn: Connection, scope: _Scope) -> int:
    return int(conn.execute(select(func.sum(scope.held.table.c.n)).where(*scope.present)).scalar() or 0)


def _chunks(keys: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
