"""Cells of a column -> codes of a dimension or attribute.

An attribute that is a number, such as a bound, is read as values are: 11,80 becomes 11.80, 12.5p and 12.5% lose their marks (which say
nothing of the observation here), and a word for a missing value gives nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa

from dataexchange.model.mapping import Mapping, Target
from dataexchange.pipeline.mapping_cells import Mapped, Texts, faults_of, results_of
from dataexchange.pipeline.mapping_faults import Fault
from dataexchange.pipeline.mapping_numbers import decimal_texts, form_of, read_column, two_ways
from dataexchange.pipeline.mapping_shape import Column, Shape
from dataexchange.pipeline.mapping_values import flagged_numbers, missing_words


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
        results, unsure = _plain(shape, column, target, mapping, texts, results)
        faults = [*faults, *unsure]
    codes = tuple(dict.fromkeys(r for r in results if r))
    number = {code: index for index, code in enumerate(codes)}
    lookup = np.array([number.get(r or "", -1) for r in results], dtype=np.int32)
    bad = np.array([r is None for r in results], dtype=bool)
    mapped = Mapped(level=column.level, values=lookup[texts.which], bad=bad[texts.which], coded=True, codes=codes)
    return mapped, faults


def _plain(
    shape: Shape, column: Column, target: Target, mapping: Mapping, texts: Texts, results: Sequence[str | None]
) -> tuple[list[str | None], list[Fault]]:
    """Numbers with a decimal point and nothing else; a word for a missing value gives nothing.

    What is none stays as it is, for the rules to tell; what could be two numbers is told here.
    """
    typed = None
    if column.numbers is not None:
        typed = np.zeros(len(results), dtype=bool)
        typed[texts.which[column.numbers]] = True
    array = pa.array([result or "" for result in results], pa.string())
    form = form_of(array, mapping.numbers, typed)
    _, valid = read_column(array, form, typed)
    flagged = flagged_numbers(array, ~valid, mapping)
    if flagged is not None:
        array = flagged.taken_from(array)
        form = form_of(array, mapping.numbers, typed)
        _, valid = read_column(array, form, typed)
    named = missing_words(array, mapping, np.flatnonzero(~valid)).named
    plain = decimal_texts(array, form, typed).to_pylist()
    read: list[str | None] = [
        text if number else "" if word and result else result
        for text, number, word, result in zip(plain, valid.tolist(), named.tolist(), results, strict=True)
    ]
    left = np.flatnonzero(~valid & ~named).tolist()
    open_ = {texts.distinct[at]: said for at in left if (said := two_ways(array[at].as_py(), form)) is not None}
    marks = np.array([text in open_ for text in texts.distinct], dtype=bool)
    faults = faults_of(shape, column, texts, marks, "MAP-NUMBER", lambda text, _: open_[text], target.to)
    return [None if text in open_ else result for text, result in zip(texts.distinct, read, strict=True)], faults
