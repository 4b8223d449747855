"""Cells of a column -> codes of a dimension or attribute."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from dataexchange.model.mapping import Mapping, Target
from dataexchange.pipeline.mapping_cells import Mapped, Texts, results_of
from dataexchange.pipeline.mapping_faults import Fault
from dataexchange.pipeline.mapping_shape import Column, Shape


def map_codes(
    shape: Shape,
    column: Column,
    target: Target,
    mapping: Mapping,
    required: bool,
    refused: Collection[str],
    listed: Collection[str] | None,
) -> tuple[Mapped, list[Fault]]:
    """A dimension or attribute. An empty cell of an attribute gives nothing; of a dimension it is a fault.

    What is read from a text must be `listed`, where there is a code list. A text for which the mapping has one of the `refused`
    codes, which are in no list, cannot be mapped either.
    """
    texts = Texts.of(column)
    results, faults = results_of(shape, column, target, mapping, texts, required, refused, listed)
    codes = tuple(dict.fromkeys(r for r in results if r))
    number = {code: index for index, code in enumerate(codes)}
    lookup = np.array([number.get(r or "", -1) for r in results], dtype=np.int32)
    bad = np.array([r is None for r in results], dtype=bool)
    mapped = Mapped(level=column.level, values=lookup[texts.which], bad=bad[texts.which], coded=True, codes=codes)
    return mapped, faults
