"""What flat formats have in common: a layout of rows, and blocks as columns with one entry a row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from dataexchange.messages.layout import Block, Layout, at_observation, layout
from dataexchange.messages.write_options import ALL_DIMENSIONS, WriteOptions
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute


def flat_layout(schema: Schema, options: WriteOptions) -> Layout:
    """Rows are rows, whatever stands at the observation; but what is no dimension is a slip here, too."""
    at_observation(schema.structure, options)
    return layout(schema, replace(options, dimension_at_observation=ALL_DIMENSIONS))


def attributes_of(lay: Layout) -> tuple[Attribute, ...]:
    return lay.observation_attributes if lay.is_flat else lay.series_attributes


def coded(block: Block, lay: Layout) -> tuple[dict[str, pa.DictionaryArray], int]:
    """(the columns of a block but its values, by the id of the component; how many rows).

    What no row has is absent. Where no observations are wanted, a series is a row.
    """
    counts = np.diff(block.offsets) if lay.is_flat else np.ones(block.n_series, np.int32)
    owner = pa.array(np.repeat(np.arange(block.n_series, dtype=np.int32), counts))
    columns: dict[str, pa.DictionaryArray] = {}
    for id, codes in block.dimensions.items():
        encoded = codes.dictionary_encode()
        columns[id] = pa.DictionaryArray.from_arrays(encoded.indices.take(owner), encoded.dictionary)
    if lay.observation_dimension and block.at is not None:
        columns[lay.observation_dimension.id] = block.at
    columns |= block.attributes if lay.is_flat else block.series_attributes
    return columns, len(owner)
