"""The derived dataflow: which one it is, whether a series stands in it, and how a run becomes a release of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import Conflict
from dataexchange.model.dataset import Action, Dataset, key_array
from dataexchange.model.query import DataQuery, StructureQuery
from dataexchange.model.reconciliation import Method, Outcome
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, Kind, Ref, parse_short
from dataexchange.store import releases, series, structures
from dataexchange.store.database import Connection
from dataexchange.store.origin import origin_of
from dataexchange.workflow.national import any_of
from dataexchange.workflow.reconcile_figures import AREA, SERIES

#: Annotation type on a derived dataflow: its title names the dataflow whose series it holds reconciled.
RECONCILES = "RECONCILES"


def derived_of(conn: Connection, dataflow: Ref) -> Ref | None:
    """The dataflow that holds the reconciled series of this one, as its own annotation says."""
    for flow in structures.find(conn, StructureQuery(kinds=(Kind.DATAFLOW.value,), versions=("*",))):
        named = {note.title for note in flow.annotations if note.type == RECONCILES}
        if isinstance(flow, Dataflow) and dataflow.short in named:
            return flow.ref
    return None


def require_derived(conn: Connection, dataflow: Ref) -> Ref:
    derived = derived_of(conn, dataflow)
    if derived is None:
        raise Conflict(
            f"No dataflow is there for reconciled series of {dataflow}: register one whose annotation {RECONCILES} names it."
        )
    return derived


def reconciled_beside(conn: Connection, dataflow: Ref, key: str, *, as_of: int | None = None) -> Ref | None:
    """The derived dataflow in which the same key stands reconciled; None where it does not."""
    derived = derived_of(conn, dataflow)
    if derived is None:
        return None
    return derived if origin_of(conn, structures.schema(conn, derived), derived, key, as_of) else None


def reconciled_from(conn: Connection, derived: Dataflow, key: str, *, as_of: int | None = None) -> Ref | None:
    """The dataflow in which a city's own figures of a reconciled series stand; None where there are none, or where it is no derived one."""
    for note in derived.annotations:
        if note.type == RECONCILES and note.title:
            own = parse_short(note.title, Kind.DATAFLOW)
            return own if origin_of(conn, structures.schema(conn, own), own, key, as_of) else None
    return None


def is_derived(flow: Dataflow) -> bool:
    """Whether what stands in it was made from other figures by reconciliation."""
    return any(note.type == RECONCILES for note in flow.annotations)


def dataset_name(office: str, code: str, method: Method) -> str:
    """All areas of a SERIES code are one dataset; benchmarked quarters and months are one of their own."""
    return f"{office}/{code}/denton" if method is Method.DENTON else f"{office}/{code}"


def publish_outcome(
    conn: Connection, outcome: Outcome, dataset: Dataset, around: frozenset[str] | None, *, dry_run: bool
) -> Outcome:
    """With its release, where anything differs from what stands: all areas are replaced, or what is about the areas `around`."""
    schema = structures.schema(conn, outcome.dataflow)
    if not dry_run:
        releases.lock(conn)
    name = dataset_name(outcome.office, outcome.series, outcome.method)
    action = Action.REPLACE if around is None else Action.MERGE
    gone = None if around is None else _gone(conn, schema, outcome, dataset, around)
    spoken = frozenset(attribute.id for attribute in schema.structure.attributes)
    flow, office = outcome.dataflow, outcome.office
    found = series.difference(
        conn,
        dataset,
        schema,
        dataflow=flow,
        provider=office,
        dataset_id=name,
        action=action,
        spoken=spoken,
        deleted=gone,
    )
    if found.clash is not None:
        raise Conflict(found.clash)
    outcome = replace(outcome, changed=found.observations.changed)
    if dry_run or not (found.observations.changed or found.series.changed):
        return outcome
    vintages = ", ".join(map(str, outcome.vintages))
    release = series.publish(
        conn,
        dataset,
        schema,
        dataflow=flow,
        provider=office,
        dataset_id=name,
        action=action,
        spoken=spoken,
        deleted=gone,
        note=f"{outcome.series} reconciled by {outcome.method} to national release {vintages}",
    )
    return replace(outcome, release=release)


def _gone(
    conn: Connection, schema: Schema, outcome: Outcome, dataset: Dataset, around: frozenset[str]
) -> Dataset | None:
    """Observations of these areas that stand and are not made any longer, such as those of a part that was withdrawn."""
    filters = (any_of(SERIES, (outcome.series,)), any_of(AREA, tuple(sorted(around))))
    held = series.dataset_of(conn, DataQuery(filters=filters, providers=(outcome.office,)), schema, outcome.dataflow)
    made = pc.is_in(_named(held.table, schema), value_set=_named(dataset.table, schema))
    rest = held.table.filter(pc.invert(made))
    return Dataset(held.structure, rest, outcome.dataflow, outcome.office) if rest.num_rows else None


def _named(table: pa.Table, schema: Schema) -> pa.Array:
    """Key and period of every row, in one text."""
    time = schema.structure.time_dimension
    assert time is not None
    periods = pa.array(np.asarray(table[time.id].cast(pa.int32()).to_numpy())).cast(pa.string())
    return pc.binary_join_element_wise(key_array(table, schema.structure), periods, "@")
