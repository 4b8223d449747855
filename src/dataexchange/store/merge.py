"""A dataset put together with what stands: MERGE and DELETE, on long tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from dataexchange.model.dataset import as_codes
from dataexchange.model.structure import DataStructure
from dataexchange.store.long_table import empty_table, long_table
from dataexchange.store.pack import Packed, pack
from dataexchange.store.pack_rows import period_codes, series_period, sorted_series
from dataexchange.store.read import Columns, as_batch, described, observed
from dataexchange.store.series_table import SeriesTable


def whole(columns: Columns, held: SeriesTable, structure: DataStructure) -> pa.Table:
    """All observations of fetched rows as a long table."""
    series = described(held, "", columns).table()
    return long_table(as_batch(series, observed(held, columns), structure), structure)


def merged(
    stands: Sequence[pa.Table], table: pa.Table, structure: DataStructure, series_attributes: Sequence[str]
) -> Packed:
    """The rows that stand, then the new ones, which win. A table without a column for a measure leaves its values be."""
    unsaid = [m.id for m in structure.measures if m.id not in table.column_names]
    rows = _stacked([*stands, table], [c.id for c in structure.components()], structure)
    return pack(rows, structure, series_attributes, kept=unsaid)


def remaining(
    stands: Sequence[pa.Table], table: pa.Table, structure: DataStructure, series_attributes: Sequence[str]
) -> Packed:
    """The rows that stand without those that the table names."""
    standing = _stacked(stands or [empty_table(structure)], [c.id for c in structure.components()], structure)
    named = [*structure.dimension_ids, *([structure.time_dimension.id] if structure.time_dimension else [])]
    both = _stacked([standing, table], named, structure)
    series, _ = sorted_series(both, structure)
    periods, given = period_codes(both, structure)
    code, n = series_period(series, periods), standing.num_rows
    gone = np.isin(code[:n], code[n:][given[n:]]) | np.isin(series[:n], series[n:][~given[n:]])
    return pack(standing.filter(pa.array(~gone)), structure, series_attributes)


def _stacked(tables: Sequence[pa.Table], names: Sequence[str], structure: DataStructure) -> pa.Table:
    """The named columns one below the other, in the types of a Dataset; a column that a table lacks is null there."""
    time = structure.time_dimension
    plain_ids = {*(m.id for m in structure.measures), time.id if time else None}
    plain = [
        pa.table({n: t[n] if n in plain_ids else as_codes(t[n]) for n in names if n in t.column_names}) for t in tables
    ]
    return pa.concat_tables(plain, promote_options="default")
