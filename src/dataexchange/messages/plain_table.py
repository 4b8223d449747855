"""A table for people, whatever it is written in: a row an observation, every code beside its name.

    REF_AREA  Reference area  TIME_PERIOD  OBS_VALUE  OBS_STATUS  Observation status
    GB_BRS    Bristol         2019         10.2       A           Normal value

Columns stand in the order of the data structure, by the ids of its components; what has no code list has one column. With
`labels=both` code and name share a cell, with `labels=id` there are no names. What a row begins with is the same for a whole
series, so it is joined in between its observations. How a cell is written is left to `Cells`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.messages.columns import behind, combinations, concatenate, repeated, spread
from dataexchange.messages.data_columns import numeric
from dataexchange.messages.flat import attributes_of
from dataexchange.messages.labels import names_of, plain_titles
from dataexchange.messages.layout import Block, Layout
from dataexchange.messages.time_format import day_texts
from dataexchange.messages.write_options import WriteOptions
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Component


class Cells(Protocol):
    """Arrays of text in, arrays of cells out, as they stand in a row; null is an empty cell."""

    before: str  #: a row
    between: str  #: cells
    after: str  #: a row

    def codes(self, component: Component, codes: pa.Array) -> pa.Array: ...

    def names(self, names: pa.Array) -> pa.Array: ...

    def texts(self, component: Component, texts: pa.Array) -> pa.Array: ...

    def numbers(self, numbers: pa.Array) -> pa.Array: ...


@dataclass(frozen=True, slots=True)
class PlainTable:
    schema: Schema
    options: WriteOptions
    cells: Cells

    def titles(self, lay: Layout) -> list[str]:
        here = (lay.observation_dimension,) if lay.observation_dimension else ()
        components = (*lay.series_dimensions, *here, *lay.measures, *attributes_of(lay))
        return plain_titles(components, self.schema, self.options.labels, self.options.languages)

    def rows(self, block: Block, lay: Layout) -> tuple[pa.Array, int]:
        """(one text a series with all its rows, how many rows). Where no observations are wanted, a series is a row."""
        before, between, after = self.cells.before, self.cells.between, self.cells.after
        dimensions = [cell for d in lay.series_dimensions for cell in self._columns(d, block.dimensions[d.id])]
        heads = concatenate(before, pc.binary_join_element_wise(*dimensions, between))
        offsets = block.offsets if lay.is_flat else np.arange(block.n_series + 1, dtype=np.int32)
        n = int(offsets[-1])
        fields = [*self._observation(block, lay), *self._tail(block, lay, n)]
        rest = (
            concatenate(between, pc.binary_join_element_wise(*fields, between), after) if fields else pa.scalar(after)
        )
        return behind(heads, repeated(rest, n) if isinstance(rest, pa.Scalar) else rest, offsets, ""), n

    def _observation(self, block: Block, lay: Layout) -> Iterator[pa.Array]:
        """Period and values."""
        if lay.observation_dimension and block.at is not None:
            normalized = self.options.time_format == "normalized"
            texts = day_texts(block.at.dictionary) if normalized else block.at.dictionary
            for cells in self._columns(lay.observation_dimension, texts):
                yield cells.take(block.at.indices)
        for measure in lay.measures:
            values = block.values.get(measure.id, pa.nulls(block.n, pa.string()))
            if numeric(measure, self.schema):
                yield self.cells.numbers(values)
            else:
                yield from self._columns(measure, values)

    def _tail(self, block: Block, lay: Layout, rows: int) -> Iterator[pa.Array | pa.Scalar]:
        """All attributes as one text a row: few rows differ in them."""
        given = combinations(block.attributes if lay.is_flat else block.series_attributes, rows)
        nothing = pa.nulls(given.n, pa.string())
        cells = [cell for a in attributes_of(lay) for cell in self._columns(a, given.texts.get(a.id, nothing))]
        if cells:
            yield spread(pc.binary_join_element_wise(*cells, self.cells.between), given.numbers)

    def _columns(self, component: Component, values: pa.Array) -> list[pa.Array]:
        codes = self.schema.codes.get(component.id)
        if codes is None:
            return [self.cells.texts(component, values)]
        shown = self.cells.codes(component, values)
        if self.options.labels == "id":
            return [shown]
        names = names_of(codes, values, self.options.languages)
        if self.options.labels == "name":
            return [shown, self.cells.names(names)]
        return [self.cells.names(pc.coalesce(pc.binary_join_element_wise(values, names, ": "), values))]
