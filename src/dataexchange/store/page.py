"""`offset` and `limit`: the part of an answer that is asked for, over all of its datasets.

They count observations, or series where only series are asked for. Whole series that stand before the page are left out by
SQL where SQL alone knows how long they are; what is left is cut here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, Select, and_, or_

from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.query import DataQuery
from dataexchange.model.schema import Schema
from dataexchange.store.index_filter import counted, key_order
from dataexchange.store.selection import Selection

#: Whoever leaves out more than this is helped by the index of series.
FAR = 20_000

#: Rows of one portion of what is passed over.
_PORTION = 10_000


@dataclass(slots=True)
class Page:
    """Counts down while the answer goes by: `skip` before the page begins, `left` until it ends (None: it has no end)."""

    skip: int
    left: int | None
    by_series: bool

    @property
    def is_whole(self) -> bool:
        return self.skip == 0 and self.left is None

    @property
    def is_over(self) -> bool:
        return self.left == 0

    @property
    def reach(self) -> int | None:
        """How much of what is still to come is passed over or given."""
        return None if self.left is None or self.by_series else self.skip + self.left

    def cut(self, batches: Iterable[SeriesBatch]) -> Iterator[SeriesBatch]:
        if self.is_whole:
            yield from batches
            return
        for batch in batches:
            n = batch.n_series if self.by_series else batch.n
            start = min(self.skip, n)
            end = n if self.left is None else min(n, start + self.left)
            self.skip -= start
            if end > start:
                if self.left is not None:
                    self.left -= end - start
                if self.by_series:
                    yield _observations(batch, int(batch.offsets[start]), int(batch.offsets[end]))
                else:
                    yield _observations(batch, start, end)
            if self.is_over:
                return

    def begun_in(self, index: pa.Table, query: DataQuery, chosen: Selection, schema: Schema) -> str | None:
        """The key of the series in which the page begins, of the series in the order of their keys; None where that is after all
        of them."""
        found = counted(index, query, chosen.observed, schema)
        order = key_order(index, schema.structure.dimension_ids, found.rows)
        ends = np.arange(1, len(order) + 1) if self.by_series else np.cumsum(found.n[order])
        place = int(np.searchsorted(ends, self.skip, side="right"))
        self.skip -= int(ends[place - 1]) if place else 0
        if place == len(order):
            return None
        row = order[place] if found.rows is None else np.flatnonzero(found.rows)[order[place]]
        return ".".join(index[d][int(row)].as_py() for d in schema.structure.dimension_ids)

    def begun(self, conn: Connection, query: Select[Any], selection: Selection, *, by_keys: bool) -> Select[Any] | None:
        """The query from the series on in which the page begins; None where it begins after all of them. Only for queries that SQL
        alone answers: every row is then wanted with all its observations."""
        if self.left is not None:
            query = query.limit(self.left + 1)
        if self.skip == 0:
            return query
        table = selection.series_table.table
        rows = 0
        lengths = conn.execute(
            query.with_only_columns(table.c.key, table.c.provider, table.c.n).limit(None),
            execution_options={"stream_results": True},
        )
        try:
            while found := lengths.fetchmany(_PORTION):
                ends = np.arange(1, len(found) + 1) if self.by_series else np.cumsum([row.n for row in found])
                place = int(np.searchsorted(ends, self.skip, side="right"))
                self.skip -= int(ends[place - 1]) if place else 0
                if place < len(found):
                    first, c = found[place], table.c
                    if by_keys:
                        return query.where(
                            c.key >= first.key,
                            or_(c.key > first.key, and_(c.key == first.key, c.provider >= first.provider)),
                        )
                    return query.offset(rows + place)
                rows += len(found)
        finally:
            lengths.close()
        return None


def page_of(query: DataQuery) -> Page:
    return Page(query.offset, query.limit, by_series=not query.observations)


def _observations(batch: SeriesBatch, start: int, end: int) -> SeriesBatch:
    """The observations `start:end` of a batch with their series."""
    first = int(np.searchsorted(batch.offsets, start, side="right")) - 1
    last = int(np.searchsorted(batch.offsets, end, side="left"))
    return replace(
        batch,
        series=batch.series.slice(first, last - first),
        offsets=np.clip(batch.offsets[first : last + 1], start, end) - start,
        periods=batch.periods[start:end],
        values=batch.values[start:end],
        attributes={name: column[start:end] for name, column in batch.attributes.items()},
        texts=None if batch.texts is None else batch.texts[start:end],
        further={name: values[start:end] for name, values in batch.further.items()},
    )
