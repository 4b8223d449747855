"""A dataset becomes a release: new and changed series are written, the versions they replace are closed.

All of it stands in the caller's transaction, behind the lock on release numbers. REPLACE makes the dataset of that name
what the table says, no more; MERGE adds to it and revises; DELETE takes out what the table names. What did not change is not
written again. What changes is worked out by `store.revision`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from dataexchange.errors import NotFound
from dataexchange.model.dataset import Action, Dataset
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release
from dataexchange.store import releases, series_index, series_table, structures
from dataexchange.store.revision import Given, Revision, Scope, chunks, refuse_held_elsewhere, revision
from dataexchange.store.series_index import Written
from dataexchange.store.series_rows import insert_rows


def publish(
    conn: Connection,
    dataset: Dataset,
    schema: Schema,
    *,
    dataflow: Ref,
    provider: str,
    dataset_id: str,
    action: Action = Action.REPLACE,
    spoken: frozenset[str] = frozenset(),
    deleted: Dataset | None = None,
    submission: str | None = None,
    file_hash: str | None = None,
    mapping_hash: str | None = None,
    report_hash: str | None = None,
    published_at: datetime | None = None,
    note: str | None = None,
) -> Release:
    """Release n+1. Its `observations` are those that the dataset holds afterwards, changed or not.

    `spoken` and `deleted` are for MERGE: attributes of which the table says everything, and observations that go.
    """
    number = releases.next_number(conn)
    scope = Scope(series_table.ensure(conn, schema.structure), dataflow, provider, dataset_id)
    change = revision(conn, scope, Given.of(dataset, schema.structure, action, spoken, deleted))
    refuse_held_elsewhere(conn, scope, [change.packed.keys[i] for i in change.added])
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


def held_series(conn: Connection, schema: Schema, *, dataflow: Ref, provider: str, dataset_id: str) -> int:
    """How many series the dataset has now."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return 0
    present = Scope(held, dataflow, provider, dataset_id).present
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
        scope = Scope(held, dataflow, provider, dataset_id)
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


def _close(conn: Connection, scope: Scope, number: int, keys: Sequence[str]) -> None:
    table = scope.held.table
    for chunk in chunks(keys):
        conn.execute(update(table).where(*scope.present, table.c.key.in_(chunk)).values(release_to=number))


def _insert(conn: Connection, scope: Scope, number: int, change: Revision) -> None:
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


def _count(conn: Connection, scope: Scope) -> int:
    return int(conn.execute(select(func.sum(scope.held.table.c.n)).where(*scope.present)).scalar() or 0)
