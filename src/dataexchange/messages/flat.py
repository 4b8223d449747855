"""Blocks of a flat message as columns, one entry a row: what Parquet and spreadsheets are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from dataexchange.messages.layout import Block, Layout, at_observation, layout
from dataexchange.messages.write_options import ALL_DIMENSIONS, WriteOptions
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, Component


def flat_layout(schema: Schema, options: WriteOptions) -> Layout:
    """Rows are rows, whatever stands at the observation; but what is no dimension is a slip here, too."""
    at_observation(schema.structure, options)
    return layout(schema, replace(options, dimension_at_observation=ALL_DIMENSIONS))


def attributes_of(lay: Layout) -> tuple[Attribute, ...]:
    return lay.observation_attributes if lay.is_flat else lay.series_attributes


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a block. Where no observations are wanted, a series is a row."""

    n: int
    #: For every row, the series it is of.
    owner: pa.Array
    #: By the id of the component; what no row has is absent.
    coded: Mapping[str, pa.DictionaryArray]
    #: As text; None: not asked for.
    values: pa.Array | None


def rows_of(block: Block, lay: Layout) -> Rows:
    counts = np.diff(block.offsets) if lay.is_flat else np.ones(block.n_series, np.int32)
    owner = pa.array(np.repeat(np.arange(block.n_series, dtype=np.int32), counts))
    coded: dict[str, pa.DictionaryArray] = {}
    for id, codes in block.dimensions.items():
        encoded = codes.dictionary_encode()
        coded[id] = pa.DictionaryArray.from_arrays(encoded.indices.take(owner), encoded.dictionary)
    if lay.observation_dimension and block.at is not None:
        coded[lay.observation_dimension.id] = block.at
    coded |= block.attributes if lay.is_flat else block.series_attributes
    return Rows(len(owner), owner, coded, block.values)


def components_of(lay: Layout) -> tuple[Component, ...]:
    """Everything but the measure, which stands behind the dimensions: (dimensions, attributes) in their order."""
    here = (lay.observation_dimension,) if lay.observation_dimension else ()
    return (*lay.series_dimensions, *here, *attributes_of(lay))
