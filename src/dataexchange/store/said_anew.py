"""Of what stands, the series of which something stays beside what a table says of them.

A table that is sent again, with a year more or a figure corrected, mostly says all that it said before: such series are taken as they come,
and need not be put together with what stands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.structure import DataStructure
from dataexchange.store.pack_rows import Sorted, series_period
from dataexchange.store.read import Columns, observed
from dataexchange.store.series_table import SeriesTable
from dataexchange.store.unpack import Ints, Observations

Marks = npt.NDArray[np.bool_]


def staying(
    touched: Sequence[Columns],
    held: SeriesTable,
    table: pa.Table,
    known: Sorted,
    structure: DataStructure,
    spoken: Collection[str],
) -> list[Columns]:
    """The fetched rows of which the table lacks an observation, a measure or an attribute; `known` is the table's `sorted_rows`."""
    if any(measure.id not in table.column_names for measure in structure.measures):
        return list(touched)
    said = {a.id for a in structure.attributes if a.id in spoken or _is_full(table, a.id)}
    codes = series_period(known.rows.series, known.rows.periods)
    found: list[Columns] = []
    for columns in touched:
        observations = observed(held, columns)
        marks = _lacking(observations, _numbers(columns, known), codes, said)
        for attribute, values in zip(held.attributes, columns[2:], strict=False):
            if attribute not in said and values.count(None) < len(values):
                marks |= np.array([value is not None for value in values])
        here = np.flatnonzero(marks).tolist()
        if here:
            found.append([[column[i] for i in here] for column in columns])
    return found


def _is_full(table: pa.Table, attribute: str) -> bool:
    return attribute in table.column_names and table[attribute].null_count == 0


def _numbers(columns: Columns, known: Sorted) -> Ints:
    """Of each fetched row the number that its series has in the table; -1 where it has none."""
    places = pc.index_in(pa.array(columns[0], pa.string()), value_set=known.keys)
    numbers: Ints = places.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers


def _lacking(observations: Observations, numbers: Ints, codes: Ints, said: set[str]) -> Marks:
    """For each series whether any of its observations is not among the codes, or has an attribute that is not said."""
    of, series = series_period(numbers[observations.series], observations.periods), observations.series
    there = np.zeros(len(of), dtype=bool)
    if len(codes):
        there = codes[np.minimum(np.searchsorted(codes, of), len(codes) - 1)] == of
    more = np.array([not said.issuperset(attributes) for attributes in observations.combinations], dtype=np.bool_)
    stays = ~there | more[observations.combos]
    marks: Marks = np.bincount(series[stays], minlength=len(numbers)) > 0
    return marks
