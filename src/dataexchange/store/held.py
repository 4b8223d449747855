"""What stands under the name of one dataset: `bristol/pm25`, of one provider in one dataflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, exists, func, select

from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import series_table
from dataexchange.store.long_table import empty_table, long_table, stacked
from dataexchange.store.read import as_batch, described, observed, portions, rows_of
from dataexchange.store.revision import Scope, of_keys


@dataclass(frozen=True, slots=True)
class Extent:
    series: int
    observations: int


def datasets_of(conn: Connection, schema: Schema, dataflow: Ref, provider: str) -> dict[str, Extent]:
    """Name of each dataset that a provider has published in a dataflow -> what stands there now."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return {}
    c = held.table.c
    named = (
        select(c.dataset, func.count().label("series"), func.sum(c.n).label("observations"))
        .where(*Scope(held, dataflow, provider, "").of_provider)
        .group_by(c.dataset)
        .order_by(c.dataset)
    )
    return {row.dataset: Extent(row.series, int(row.observations or 0)) for row in conn.execute(named)}


def of_dataset(
    conn: Connection, schema: Schema, dataflow: Ref, provider: str, dataset: str, *, last: bool = False
) -> pa.Table:
    """Its observations in the order of their keys, a row each; with `last` the latest of each series."""
    structure = schema.structure
    held = series_table.find(conn, structure.ref)
    if held is None:
        return empty_table(structure)
    rows = select(*rows_of(held)).where(*Scope(held, dataflow, provider, dataset).present).order_by(held.table.c.key)
    tables = []
    for columns in portions(conn, rows, 4096):
        series, found = described(held, dataflow.short, columns).table(), observed(held, columns)
        if last:
            mask = np.zeros(len(found.periods), dtype=bool)
            mask[found.offsets[1:][np.diff(found.offsets) > 0] - 1] = True
            found, kept = found.only(mask)
            series = series.take(kept)
        tables.append(long_table(as_batch(series, found, structure), structure))
    return stacked(tables) if tables else empty_table(structure)


def standing(
    conn: Connection, schema: Schema, dataflow: Ref, provider: str, keys: Sequence[str]
) -> Iterator[SeriesBatch]:
    """What a provider has published in a dataflow of these series, under whichever name: a key is in one dataset only."""
    held = series_table.find(conn, schema.structure.ref)
    if held is None:
        return
    scope = Scope(held, dataflow, provider, "")
    if not conn.execute(select(exists().where(*scope.of_provider))).scalar():
        return
    for columns in of_keys(conn, held, scope.of_provider, keys):
        yield as_batch(described(held, dataflow.short, columns).table(), observed(held, columns), schema.structure)
