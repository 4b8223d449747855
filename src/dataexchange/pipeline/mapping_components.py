"""Cells of a column -> codes of a dimension or attribute.

An attribute that is a number, such as a bound, is written as the city writes its numbers: 11,80 becomes 11.80.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa

from dataexchange.model.mapping import Mapping, Target
from dataexchange.pipeline.mapping_cells import Mapped, Texts, results_of
from dataexchange.pipeline.mapping_faults import Fault
from dataexchange.pipeline.mapping_numbers import decimal_texts, form_of, read_column
from dataexchange.pipeline.mapping_shape import Column, Shape


def map_codes(
    shape: Shape,
    column: Column,
    target: Target,
    mapping: Mapping,
    required: bool,
    refused: Collection[str],
    listed: Collection[str] | None,
    *,
    numeric: bool = False,
) -> tuple[Mapped, list[Fault]]:
    """A dimension or attribute. An empty cell of an attribute gives nothing; of a dimension it is a fault.

    What is read from a text must be `listed`, where there is a code list. A text for which the mapping has one of the `refused`
    codes, which are in no list, cannot be mapped either.
    """
    texts = Texts.of(column)
    results, faults = results_of(shape, column, target, mapping, texts, required, refused, listed)
    if numeric:
        results = _plain(results, texts, column, mapping)
    codes = tuple(dict.fromkeys(r for r in results if r))
    number = {code: index for index, code in enumerate(codes)}
    lookup = np.array([number.get(r or "", -1) for r in results], dtype=np.int32)
    bad = np.array([r is None for r in results], dtype=bool)
    mapped = Mapped(level=column.level, values=lookup[texts.which], bad=bad[texts.which], coded=True, codes=codes)
    return mapped, faults


def _plain(results: Sequence[str | None], texts: Texts, column: Column, mapping: Mapping) -> list[str | None]:
    """Numbers with a decimal point and nothing else; what is none stays as it is, for the rules to tell."""
    typed = None
    if column.numbers is not None:
        typed = np.zeros(len(results), dtype=bool)
        typed[texts.which[column.numbers]] = True
    array = pa.array([result or "" for result in results], pa.string())
    form = form_of(array, mapping.numbers, typed)
    _, valid = read_column(array, form, typed)
    plain = decimal_texts(array, form, typed).to_pylist()
    return [text if good else result for text, good, result in zip(plain, valid.tolist(), results, strict=True)]
