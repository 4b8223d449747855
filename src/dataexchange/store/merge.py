"""A dataset put together with what stands, on long tables: what comes, what stays, what goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import as_codes
from dataexchange.model.structure import DataStructure
from dataexchange.store.long_table import long_table
from dataexchange.store.pack import Packed, pack
from dataexchange.store.pack_rows import period_codes, series_period, sorted_series
from dataexchange.store.read import Columns, as_batch, described, observed
from dataexchange.store.series_table import SeriesTable

Marks = npt.NDArray[np.bool_]


def whole(columns: Columns, held: SeriesTable, structure: DataStructure) -> pa.Table:
    """All observations of fetched rows as a long table."""
    series = described(held, "", columns).table()
    return long_table(as_batch(series, observed(held, columns), structure), structure)


def combined(
    stands: Sequence[pa.Table],
    table: pa.Table,
    structure: DataStructure,
    series_attributes: Sequence[str],
    *,
    spoken: Collection[str] = (),
    deleted: pa.Table | None = None,
) -> Packed:
    """The rows that stand, then the new ones, which win, without those that `deleted` names.

    A table without a column for a measure leaves its values be, and an empty attribute leaves what stands, but for the `spoken` ones.
    """
    names = [c.id for c in structure.components()]
    unsaid = [m.id for m in structure.measures if m.id not in table.column_names]
    standing = _stacked(stands, names, structure)
    if spoken and table.num_rows:
        standing = _silenced(standing, table, structure, spoken)
    rows = _stacked([standing, table], names, structure)
    if deleted is not None and deleted.num_rows:
        observations, _, series = _named(rows, deleted, structure)
        rows = rows.filter(pa.array(~(observations | series)))
    return pack(rows, structure, series_attributes, kept=unsaid)


def count_named(table: pa.Table, deleted: pa.Table, structure: DataStructure) -> int:
    """How many observations of the table `deleted` names."""
    return int(_named(table, deleted, structure)[0].sum())


def _silenced(standing: pa.Table, table: pa.Table, structure: DataStructure, spoken: Collection[str]) -> pa.Table:
    """What stands, without the spoken attributes of the observations and series that the table has."""
    if not standing.num_rows:
        return standing
    observations, series, _ = _named(standing, table, structure)
    of_series = {a.id for a in structure.series_attributes}
    for name in sorted(set(spoken) & set(standing.column_names)):
        column = as_codes(standing[name])
        mask = pa.array(series if name in of_series else observations)
        silent = pc.if_else(mask, pa.scalar(None, pa.int32()), column.indices.cast(pa.int32()))
        place = standing.column_names.index(name)
        standing = standing.set_column(place, name, pa.DictionaryArray.from_arrays(silent, column.dictionary))
    return standing


def _named(rows: pa.Table, table: pa.Table, structure: DataStructure) -> tuple[Marks, Marks, Marks]:
    """(rows whose observation the table has, whose series it has, whose series it names as a whole, without a period)."""
    ids = [*structure.dimension_ids, *([structure.time_dimension.id] if structure.time_dimension else [])]
    both = _stacked([rows, table], ids, structure)
    series, _ = sorted_series(both, structure)
    periods, given = period_codes(both, structure)
    code, n = series_period(series, periods), rows.num_rows
    whole = np.isin(series[:n], series[n:][~given[n:]])
    return np.isin(code[:n], code[n:][given[n:]]), np.isin(series[:n], series[n:]), whole


def _stacked(tables: Sequence[pa.Table], names: Sequence[str], structure: DataStructure) -> pa.Table:
    """The named columns one below the other, in the types of a Dataset; a column that a table lacks is null there."""
    time = structure.time_dimension
    plain_ids = {*(m.id for m in structure.measures), time.id if time else None}
    plain = [
        pa.table({n: t[n] if n in plain_ids else as_codes(t[n]) for n in names if n in t.column_names}) for t in tables
    ]
    return pa.concat_tables(plain, promote_options="default")
