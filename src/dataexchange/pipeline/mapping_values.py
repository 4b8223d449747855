"""Cells of the value column -> the measure: numbers, words for a missing value, or texts where the measure is no number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.mapping import Mapping, Numbers, Target
from dataexchange.model.period_forms import PeriodForm
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.structure import Component, DataStructure
from dataexchange.pipeline.mapping_cells import (
    Ints,
    Mapped,
    Marks,
    Texts,
    clean,
    faults_of,
    formula_sentence,
    is_formula,
    refused_of,
    results_of,
)
from dataexchange.pipeline.mapping_faults import Fault, shown
from dataexchange.pipeline.mapping_flags import Flagged, meanings_of, take_flags
from dataexchange.pipeline.mapping_numbers import Form, decimal_texts, form_of, read_column, read_numbers, two_ways
from dataexchange.pipeline.mapping_periods import read_period
from dataexchange.pipeline.mapping_shape import Column, Shape
from dataexchange.pipeline.mapping_symbols import symbol_sentence, with_flags
from dataexchange.pipeline.mapping_told import told

#: What `missing` says of a word that is to be no observation at all.
SKIP = "skip"

_NUMERIC = frozenset(("Double", "Float", "Decimal", "Integer", "Long", "Short", "BigInteger", "Count", "Numeric")) | {
    "Incremental",
    "InclusiveValueRange",
    "ExclusiveValueRange",
}


#: What a text may have beside digits and still be meant as a number.
_MARKS = ".,'’+-−% \u00a0\u2009\u202f"


def is_numeric(measure: Component) -> bool:
    """Measures are numbers unless their representation says otherwise."""
    return measure.codelist is None and (measure.representation.text_type or "Double") in _NUMERIC


def numeric_attributes(structure: DataStructure) -> frozenset[str]:
    """Attributes that say they are numbers, such as bounds and sample sizes."""
    return frozenset(
        attribute.id
        for attribute in structure.attributes
        if attribute.codelist is None and attribute.representation.text_type in _NUMERIC
    )


def read_fixed(component: str, value: str, structure: DataStructure) -> str | int | float | None:
    """A fixed value as its component holds it; None where it is no period or number."""
    if structure.time_dimension is not None and component == structure.time_dimension.id:
        return read_period(value, (PeriodForm.SDMX,))
    if component == structure.measure.id and is_numeric(structure.measure):
        values, valid = read_numbers(pa.array([value], pa.string()), Numbers())
        return float(values[0]) if valid[0] else None
    return value


def map_values(
    shape: Shape, column: Column, target: Target, mapping: Mapping, structure: DataStructure
) -> tuple[Mapped, list[Fault]]:
    """Numbers hardly repeat, so they are parsed as they stand; everything else goes by distinct texts."""
    if is_numeric(structure.measure) and target.plain:
        stripped = pc.utf8_trim_whitespace(column.texts)
        array = pa.concat_arrays(stripped.chunks) if stripped.num_chunks else pa.array([], pa.string())
        return _numbers(shape, column, target, mapping, array)
    texts = Texts.of(column)
    results, faults = results_of(shape, column, target, mapping, texts, False)
    # A word for a missing value stays what it is, unless it is the empty cell that `blank` is for.
    listed = pa.array(texts.clean, pa.string())
    named = missing_words(listed, mapping, np.arange(len(listed))).named
    named &= np.array([bool(text or target.blank is None) for text in texts.clean], dtype=bool)
    faults = [fault.only(~named[fault.which]) for fault in faults]
    results = [word if name else result for word, name, result in zip(texts.clean, named, results, strict=True)]
    unmapped = np.array([r is None for r in results], dtype=bool)[texts.which]
    array = pa.array([r or "" for r in results], pa.string()).take(pa.array(texts.which))
    if is_numeric(structure.measure):
        mapped, wrong = _numbers(shape, column, target, mapping, array, unmapped)
        given = np.array([r not in (None, text) for r, text in zip(results, texts.clean, strict=True)], dtype=bool)
        return _with_given(mapped, shape, column, array, np.flatnonzero(given[texts.which])), [*faults, *wrong]
    return _texts(column, mapping, array, unmapped), faults


def _with_given(mapped: Mapped, shape: Shape, column: Column, array: pa.Array, cells: Ints) -> Mapped:
    """With a remark on the `cells` whose value is not the one that stands there."""
    if not len(cells):
        return mapped
    sentence = says(
        "{n} value is not what stands in its cell, but what the mapping gives for it: {cell} becomes {value}.",
        "{n} values are not what stands in their cells, but what the mapping gives for them: in the first {cell} becomes {value}.",
        len(cells),
        cell=shown(column.texts[int(cells[0])].as_py()),
        value=shown(array[int(cells[0])].as_py()),
    )
    return replace(mapped, told=(*mapped.told, told("MAP-GIVEN", sentence, shape, column, cells)))


def refuse_statuses(
    shape: Shape, column: Column, mapped: Mapped, refused: Collection[str], component: str
) -> tuple[Mapped, list[Fault]]:
    """The measure without the cells whose word for a missing value has a status that is in no list."""
    wrong = [index for index, status in enumerate(mapped.statuses) if status in refused]
    if mapped.status is None or not wrong:
        return mapped, []
    cells = np.flatnonzero(np.isin(mapped.status, wrong))
    part = Texts.of(Column(column.level, column.texts.take(pa.array(cells)), column.header))
    first = dict(zip(part.which[::-1].tolist(), cells[::-1].tolist(), strict=True))
    given = {part.distinct[text]: mapped.statuses[mapped.status[cell]] for text, cell in first.items()}
    return mapped.without_status(cells), refused_of(shape, column, part, given, component, cells)


def _meanings(mapping: Mapping) -> dict[str, str]:
    return {clean(word): meaning for word, meaning in mapping.missing.items()}


class _Words(NamedTuple):
    """Cells with a word for a missing value: which they are, which of them to skip, the status of the others."""

    named: Marks
    skip: Marks
    status: Ints
    statuses: tuple[str, ...]


def missing_words(array: pa.Array, mapping: Mapping, others: Ints) -> _Words:
    """`others`: where patterns are looked for, too."""
    words = _meanings(mapping)
    meanings = [*words.values(), *mapping.missing_matching.values()]
    found = pc.index_in(array, value_set=pa.array(list(words), pa.string())).fill_null(-1)
    which = found.to_numpy(zero_copy_only=False).astype(np.int64)
    if mapping.missing_matching:
        others = others[which[others] < 0]
        matched = meanings_of(array, others, mapping.missing_matching)
        which[others] = np.where(matched >= 0, matched + len(words), -1)
    statuses = tuple(dict.fromkeys(meaning for meaning in meanings if meaning != SKIP))
    skips = np.array([*(meaning == SKIP for meaning in meanings), False], dtype=bool)
    index = np.array([*(-1 if m == SKIP else statuses.index(m) for m in meanings), -1], dtype=np.int64)
    return _Words(which >= 0, skips[which], index[which], statuses)


def _numbers(
    shape: Shape, column: Column, target: Target, mapping: Mapping, array: pa.Array, unmapped: Marks | None = None
) -> tuple[Mapped, list[Fault]]:
    form = form_of(array, mapping.numbers, column.numbers)
    values, valid = read_column(array, form, column.numbers)
    unmapped = np.zeros(len(array), dtype=bool) if unmapped is None else unmapped
    flagged = flagged_numbers(array, ~valid & ~unmapped, mapping)
    if flagged is not None:
        # The numbers themselves say how numbers are written in this column, now that they can be seen.
        array = flagged.taken_from(array)
        form = form_of(array, mapping.numbers, column.numbers)
        values, valid = read_column(array, form, column.numbers)
    words = missing_words(array, mapping, np.flatnonzero(~valid & ~unmapped))
    named = words.named & ~unmapped
    values[named | unmapped] = np.nan
    wrong = ~valid & ~named & ~unmapped
    faults = _wrong_numbers(shape, column, target, np.flatnonzero(wrong), form, mapping) if wrong.any() else []
    decimals = None
    if target.convert or target.scale:
        decimals = pc.if_else(pa.array(valid & ~named & ~unmapped), decimal_texts(array, form, column.numbers), None)
    mapped = Mapped(
        level=column.level,
        values=values,
        bad=wrong | unmapped,
        skip=words.skip & named,
        status=np.where(named, words.status, -1).astype(np.int32),
        statuses=words.statuses,
        decimals=decimals,
    )
    return (mapped if flagged is None else with_flags(mapped, flagged, shape, column, mapping.flags)), faults


def flagged_numbers(array: pa.Array, rows: Marks, mapping: Mapping) -> Flagged | None:
    """Cells that are a number and a symbol of `flags`; None where there are none."""
    if not mapping.flags or not rows.any():
        return None
    rows &= ~pc.is_in(array, value_set=pa.array(list(_meanings(mapping)), pa.string())).to_numpy(zero_copy_only=False)
    found = take_flags(array, np.flatnonzero(rows), mapping.flags)
    if not len(found.rows):
        return None
    _, valid = read_column(found.texts, form_of(found.taken_from(array), mapping.numbers))
    return found.only(valid) if valid.any() else None


def _texts(column: Column, mapping: Mapping, array: pa.Array, unmapped: Marks) -> Mapped:
    """A measure that is text: an empty cell that nothing is said of is an empty text, which is no value."""
    words = missing_words(array, mapping, np.arange(len(array)))
    encoded = array.dictionary_encode()
    codes: Sequence[str] = encoded.dictionary.to_pylist()
    empty = np.array([not code for code in codes], dtype=bool)
    which = encoded.indices.to_numpy(zero_copy_only=False)
    return Mapped(
        level=column.level,
        values=np.where(words.named | empty[which], -1, which).astype(np.int32),
        bad=unmapped,
        coded=True,
        codes=tuple(codes),
        skip=words.skip & ~unmapped,
        status=np.where(unmapped, -1, words.status).astype(np.int32),
        statuses=words.statuses,
    )


def _wrong_numbers(
    shape: Shape, column: Column, target: Target, cells: Ints, form: Form, mapping: Mapping
) -> list[Fault]:
    part = Texts.of(Column(column.level, column.texts.take(pa.array(cells)), column.header))
    kinds = np.array([0 if is_formula(text) else 1 if not text else 2 for text in part.clean], dtype=np.int8)
    sentences = (
        (0, "FILE-FORMULA", formula_sentence),
        (1, "MAP-BLANK", _blank_sentence),
        (2, "MAP-NUMBER", _number_sentence(form, mapping)),
    )
    return [
        fault
        for kind, rule, sentence in sentences
        for fault in faults_of(shape, column, part, kinds == kind, rule, sentence, target.to, cells)
    ]


def _blank_sentence(_: str, __: Sentence) -> Sentence:
    return say(
        "The value cell is empty, and the mapping does not say under `missing` what that means: fill it, or add {entry} there.",
        entry=f'"": {SKIP}',
    )


def _number_sentence(form: Form, mapping: Mapping) -> Callable[[str, Sentence], Sentence]:
    def sentence(text: str, _: Sentence) -> Sentence:
        written = clean(text)
        if (said := two_ways(written, form)) is not None:
            return said
        if (said := symbol_sentence(text, form, mapping.flags)) is not None:
            return said
        if written.endswith("%") and not form.numbers.percent:
            return say(
                "{cell} is no number as the mapping has them: write the number alone, or set numbers.percent: true so that 12% "
                "is 12.",
                cell=shown(text),
            )
        if not any(mark.isdigit() for mark in written) or not all(mark.isdigit() or mark in _MARKS for mark in written):
            return say(
                "{cell} is no number as the mapping has them: correct the cell, or say under `missing` what the text means.",
                cell=shown(text),
            )
        return _marks_sentence(text, form.numbers, mapping.numbers.said)

    return sentence


def _marks_sentence(text: str, numbers: Numbers, said: bool) -> Sentence:
    """`said`: by the mapping; else the marks are those found out."""
    marks = say("decimal {decimal} and no thousands mark", decimal=repr(numbers.decimal))
    if numbers.thousands:
        marks = say(
            "decimal {decimal} and thousands {thousands}",
            decimal=repr(numbers.decimal),
            thousands=repr(numbers.thousands),
        )
    if said:
        return say(
            "{cell} is no number as the mapping has them: the mapping has {marks}: correct the cell or `numbers`.",
            cell=shown(text),
            marks=marks,
        )
    return say(
        "{cell} is no number: the mapping does not say which marks numbers have, and those of this column are read with {marks}. "
        "Correct the cell, or say the marks under `numbers`.",
        cell=shown(text),
        marks=marks,
    )
