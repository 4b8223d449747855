"""The difference between what is published under a dataset's name and what a table would make of it, observation by observation.

Only series that differ as a whole are taken apart; those are compared as arrays, never one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, select

from dataexchange.errors import Conflict
from dataexchange.model.dataset import Action, Dataset
from dataexchange.model.difference import Difference, Tally
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, told
from dataexchange.model.structure import Ref
from dataexchange.store import releases, series_table
from dataexchange.store.difference_rows import SAME, changes_of, matched, table_of
from dataexchange.store.difference_sides import sides_of
from dataexchange.store.read import Columns
from dataexchange.store.revision import Given, Revision, Scope, refuse_held_elsewhere, revision


def difference(
    conn: Connection,
    dataset: Dataset,
    schema: Schema,
    *,
    dataflow: Ref,
    provider: str,
    dataset_id: str,
    action: Action = Action.MERGE,
    spoken: frozenset[str] = frozenset(),
    deleted: Dataset | None = None,
) -> Difference:
    """What `publish` with the same words would change. The table of a registered structure must be there."""
    structure = schema.structure
    held = series_table.find(conn, structure.ref)
    if held is None:
        raise Conflict(f"{structure.ref} is not registered here: register the structure first.")
    scope = Scope(held, dataflow, provider, dataset_id)
    given = Given.of(dataset, structure, action, spoken, deleted)
    before: list[Columns] = []
    found = revision(conn, scope, given, before)
    sides = sides_of(found, before, scope)
    rows = matched(sides)
    changes = changes_of(sides, rows)
    released = releases.newest_of(conn, dataflow, provider, dataset_id)
    table = table_of(sides, rows, changes, structure.measure.id, [m.id for m in structure.further_measures])
    told, series = _tallies(conn, scope, given, found, changes)
    return Difference(
        observations=told,
        series=series,
        table=table,
        measure=structure.measure.id,
        against=released.number if released else None,
        complete=action is Action.REPLACE,
        clash=_clash(conn, scope, [found.packed.keys[i] for i in found.added]),
    )


def _tallies(
    conn: Connection, scope: Scope, given: Given, found: Revision, changes: npt.NDArray[np.int8]
) -> tuple[Tally, Tally]:
    """Of observations and of series: what changes is counted, what stays is what is left."""
    stood = select(func.count(), func.coalesce(func.sum(scope.held.table.c.n), 0)).where(*scope.present)
    n_series, n_observations = (int(n) for n in conn.execute(stood).one())
    counts = np.bincount(changes, minlength=SAME + 1).tolist()
    added, revised, attributes, deleted = counts[:SAME]
    said = len(given.sorted.rows.ends)
    packed = found.packed.keys
    changed = {packed[i] for i in (*found.added, *found.revised)}
    same = len(set(given.sorted.keys.to_pylist()) - changed)
    observed = Tally(
        added,
        revised,
        attributes,
        deleted,
        said - added - revised - attributes,
        n_observations - deleted - said + added,
    )
    kept = n_series - len(found.closed) - len(found.revised) - same
    return observed, Tally(len(found.added), len(found.revised), 0, len(found.closed), same, kept)


def _clash(conn: Connection, scope: Scope, keys: Sequence[str]) -> Sentence | None:
    try:
        refuse_held_elsewhere(conn, scope, keys)
    except Conflict as error:
        return told(error)
    return None
