"""The series of a dataflow as they stand now, small enough to be looked through whole: the codes and counts without the observations.

    a row a series: its codes and attributes, @provider, @dataset, @periods, @n

Availability over ten million observations has 500,000 series to count codes of, and a table reads every packed observation on the
way. Series share their codes, and most share the periods that they have figures for, so as dictionaries all of that is
small. So each release keeps, for its dataflow, these columns in one compressed block of Arrow: a few megabytes that are read
and counted in less time than a database takes to find its first row. What the block is worth it says itself: it holds the number of the
release that wrote it, and is passed over where that is not the dataflow's last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from dataexchange.store import releases
from dataexchange.store.pack import Packed
from dataexchange.store.series_table import SeriesTable
from dataexchange.store.tables import series_indexes

#: Beside the dimensions; no id of a component begins like this.
PROVIDER, DATASET, PERIODS, N = "@provider", "@dataset", "@periods", "@n"

_COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd", unify_dictionaries=True)


@dataclass(frozen=True, slots=True)
class Written:
    """What a release did to one dataset: the keys that ended or were written anew, and the series of `packed` that were written."""

    provider: str
    dataset: str
    ended: Sequence[str] = ()
    packed: Packed | None = None
    series: Sequence[int] = ()
    #: All series of the dataset ended.
    whole: bool = False


def load(conn: Connection, held: SeriesTable, flow: str) -> pa.Table | None:
    """The index as of the last release; None where there is none, or it is of something else."""
    row = conn.execute(select(series_indexes).where(series_indexes.c.dataflow == flow)).first()
    if row is None or row.release != releases.last_number(conn, flow):
        return None
    found = pa.ipc.open_stream(row.columns).read_all()
    return found if found.column_names == _names(held) else None


def update(conn: Connection, held: SeriesTable, flow: str, number: int, written: Written) -> None:
    """Bring the index to the release that is being made: behind the lock on release numbers, once its series are written and
    before the release is."""
    before = load(conn, held, flow) if releases.last_number(conn, flow) else from_rows(held, ())
    parts = [_present(conn, held, flow)] if before is None else [_staying(before, held, written), _new(held, written)]
    whole = pa.concat_tables(parts)
    whole = whole.unify_dictionaries().combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, whole.schema, options=_COMPRESSED) as stream:
        stream.write_table(whole)
    conn.execute(delete(series_indexes).where(series_indexes.c.dataflow == flow))
    conn.execute(insert(series_indexes).values(dataflow=flow, release=number, columns=sink.getvalue().to_pybytes()))


def from_rows(held: SeriesTable, rows: Sequence[Sequence[Any]]) -> pa.Table:
    """An index of rows with the columns that `columns_of` names."""
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(_names(held))
    return _table(held, columns)


def columns_of(held: SeriesTable) -> list[ColumnElement[Any]]:
    c = held.table.c
    own = [*(held.dimension(d) for d in held.dimensions), *(held.attribute(a) for a in held.attributes)]
    return [*own, c.provider, c.dataset, c.periods, c.n]


def _table(held: SeriesTable, columns: Sequence[Sequence[Any]]) -> pa.Table:
    names = _names(held)
    kinds = {N: pa.int32(), PERIODS: pa.binary()}
    arrays = [pa.array(values, kinds.get(name, pa.string())) for name, values in zip(names, columns, strict=True)]
    return pa.table([a if name == N else a.dictionary_encode() for name, a in zip(names, arrays, strict=True)], names)


def _present(conn: Connection, held: SeriesTable, flow: str) -> pa.Table:
    c = held.table.c
    rows = conn.execute(select(*columns_of(held)).where(c.dataflow == flow, c.release_to.is_(None)))
    return from_rows(held, rows.fetchall())


def _staying(before: pa.Table, held: SeriesTable, written: Written) -> pa.Table:
    if not written.ended and not written.whole:
        return before
    same = pc.and_(pc.equal(before[PROVIDER], written.provider), pc.equal(before[DATASET], written.dataset))
    if written.whole:
        return before.filter(pc.invert(same))
    places = np.flatnonzero(same.combine_chunks().to_numpy(zero_copy_only=False))
    ours = before.select(held.dimensions).take(pa.array(places))
    keys = pc.binary_join_element_wise(*(ours[d].cast(pa.string()) for d in held.dimensions), ".")
    ends = pc.is_in(keys, pa.array(written.ended, pa.string()))
    stays = np.ones(before.num_rows, dtype=bool)
    stays[places[ends.combine_chunks().to_numpy(zero_copy_only=False)]] = False
    return before.filter(pa.array(stays))


def _new(held: SeriesTable, written: Written) -> pa.Table:
    packed, chosen = written.packed, written.series
    if packed is None or not chosen:
        return from_rows(held, ())
    every: list[Sequence[Any]] = [*packed.dimensions, *packed.attributes, packed.periods, packed.n]
    columns = every if len(chosen) == len(packed.keys) else [[values[i] for i in chosen] for values in every]
    of = [[written.provider] * len(chosen), [written.dataset] * len(chosen)]
    return _table(held, [*columns[:-2], *of, *columns[-2:]])


def _names(held: SeriesTable) -> list[str]:
    return [*held.dimensions, *held.attributes, PROVIDER, DATASET, PERIODS, N]
