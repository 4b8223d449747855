"""Cells of a column -> codes, periods or numbers of a component, by way of its distinct texts.

A million cells hold some hundred texts: each text is mapped once in Python, the cells take the result by index. A text
that cannot be mapped becomes a `Fault` of all its cells.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import as_codes
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.mapping import Numbers, PeriodForm, Target
from dataexchange.model.structure import Component, DataStructure
from dataexchange.model.table import FORMULA_ERRORS
from dataexchange.pipeline.mapping_faults import Fault, Suggestions, shown
from dataexchange.pipeline.mapping_numbers import read_numbers
from dataexchange.pipeline.mapping_periods import examples, other_form, read_period
from dataexchange.pipeline.mapping_shape import Column, Level, Shape

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
SKIP = "skip"
_NUMERIC = frozenset(("Double", "Float", "Decimal", "Integer", "Long", "Short", "BigInteger", "Count", "Numeric")) | {
    "Incremental",
    "InclusiveValueRange",
    "ExclusiveValueRange",
}


@dataclass(frozen=True, slots=True)
class Mapped:
    """A component's values at the level of its column. `bad` cells have none; `skip` cells are to be no observation."""

    level: Level
    #: Index of each cell into `codes`, -1 for none; or the periods or numbers themselves.
    values: npt.NDArray[Any]
    bad: Marks
    codes: tuple[str, ...] = ()
    skip: Marks | None = None
    #: `values` are indices; and the result is to be text, not a dictionary.
    coded: bool = False
    plain: bool = False
    #: OBS_STATUS of a cell that holds a word for a missing value: index into `codes`, -1 for the others.
    status: npt.NDArray[np.int32] | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """The distinct texts of a column and which of them stands in each cell."""

    distinct: list[str]
    which: npt.NDArray[np.int32]

    @classmethod
    def of(cls, column: Column) -> Texts:
        array = as_codes(column.texts)
        return cls(array.dictionary.to_pylist(), array.indices.to_numpy(zero_copy_only=False))


def map_codes(
    shape: Shape, column: Column, target: Target, mapping: MappingFile, required: bool
) -> tuple[Mapped, list[Fault]]:
    """A dimension or attribute. An empty cell of an attribute gives nothing; of a dimension it is a fault."""
    texts = Texts.of(column)
    results, faults = _texts(shape, column, target, mapping, texts, required)
    codes = tuple(dict.fromkeys(r for r in results if r))
    number = {code: index for index, code in enumerate(codes)}
    lookup = np.array([number.get(r or "", -1) for r in results], dtype=np.int32)
    bad = np.array([r is None for r in results], dtype=bool)
    return Mapped(column.level, lookup[texts.which], bad[texts.which], codes, coded=True), faults


def map_periods(shape: Shape, column: Column, target: Target, mapping: MappingFile) -> tuple[Mapped, list[Fault]]:
    texts = Texts.of(column)
    results, faults = _texts(shape, column, target, mapping, texts, True)
    periods = [None if r is None else read_period(r, target.period) for r in results]
    wrong = np.array([r is not None and p is None for r, p in zip(results, periods, strict=True)], dtype=bool)

    def sentence(text: str, _: str) -> str:
        other = other_form(_clean(text), target.period)
        remedy = f"add `{other}` under `period`" if other else "correct the cell"
        return (
            f"{shown(text)} in column {shown(column.header)} is no period such as {examples(target.period)}: {remedy}."
        )

    faults += _faults(shape, column, texts, wrong, "MAP-PERIOD", sentence)
    lookup = np.array([0 if p is None else p for p in periods], dtype=np.int32)
    bad = np.array([p is None for p in periods], dtype=bool)
    return Mapped(column.level, lookup[texts.which], bad[texts.which]), faults


def map_texts(shape: Shape, column: Column, target: Target, mapping: MappingFile) -> tuple[Mapped, list[Fault]]:
    """A measure that is not numeric: its texts stay texts, words for a missing value apart."""
    texts = Texts.of(column)
    results, faults = _texts(shape, column, target, mapping, texts, False)
    skip, status, words = _missing([_clean(text) for text in texts.distinct], mapping)
    none = skip | (status >= 0)
    codes = tuple(dict.fromkeys(r for r in results if r))
    number = {code: index for index, code in enumerate(codes)}
    lookup = np.array(
        [-1 if n else number.get(r or "", -1) for r, n in zip(results, none, strict=True)], dtype=np.int32
    )
    bad = np.array([r is None for r in results], dtype=bool) & ~none
    which = texts.which
    faults = [fault.only(~none[fault.which]) for fault in faults]
    shifted = np.where(status >= 0, status + len(codes), -1).astype(np.int32)
    mapped = Mapped(
        column.level, lookup[which], bad[which], (*codes, *words), skip[which], True, True, status=shifted[which]
    )
    return mapped, faults


def map_numbers(shape: Shape, column: Column, target: Target, mapping: MappingFile) -> tuple[Mapped, list[Fault]]:
    """The measure. Its texts hardly repeat, so they are parsed as they stand, the others by their distinct texts."""
    stripped = pc.utf8_trim_whitespace(column.texts)
    array = stripped.combine_chunks() if isinstance(stripped, pa.ChunkedArray) else stripped
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], pa.string())
    faults: list[Fault] = []
    unmapped = np.zeros(len(array), dtype=bool)
    if target.codes is not None or target.prefix or target.blank is not None:
        texts = Texts.of(column)
        results, faults = _texts(shape, column, target, mapping, texts, False)
        skip, status, _ = _missing([_clean(text) for text in texts.distinct], mapping)
        named = skip | (status >= 0)
        if target.blank is not None:
            named &= np.array([bool(_clean(text)) for text in texts.distinct], dtype=bool)
        faults = [fault.only(~named[fault.which]) for fault in faults]
        results = [_clean(t) if n else r for t, n, r in zip(texts.distinct, named, results, strict=True)]
        unmapped = np.array([r is None for r in results], dtype=bool)[texts.which]
        array = pa.array([r or "" for r in results], pa.string()).take(pa.array(texts.which))
    return _numbers(shape, column, array, unmapped, mapping, faults)


def _numbers(
    shape: Shape, column: Column, array: pa.Array, unmapped: Marks, mapping: MappingFile, faults: list[Fault]
) -> tuple[Mapped, list[Fault]]:
    values, valid = read_numbers(array, mapping.numbers, column.numbers)
    words = [word.strip() for word in mapping.missing]
    found = pc.index_in(array, value_set=pa.array(words, pa.string())).fill_null(-1).to_numpy(zero_copy_only=False)
    meanings = list(mapping.missing.values())
    skips = np.array([*(m == SKIP for m in meanings), False], dtype=bool)
    statuses = tuple(dict.fromkeys(m for m in meanings if m != SKIP))
    index = np.array([*(statuses.index(m) if m != SKIP else -1 for m in meanings), -1], dtype=np.int32)
    named = (found >= 0) & ~unmapped
    values[named | unmapped] = np.nan
    wrong = ~valid & ~named & ~unmapped
    if wrong.any():
        faults = [*faults, *_wrong_numbers(shape, column, np.flatnonzero(wrong), mapping.numbers)]
    status = np.where(named, index[found], -1).astype(np.int32)
    return Mapped(column.level, values, wrong | unmapped, statuses, skips[found] & named, status=status), faults


def is_numeric(measure: Component) -> bool:
    """Measures are numbers unless their representation says otherwise."""
    return measure.codelist is None and (measure.representation.text_type or "Double") in _NUMERIC


def read_fixed(component: str, value: str, structure: DataStructure) -> str | int | float | None:
    """A fixed value as its component holds it; None where it is no period or number."""
    if structure.time_dimension is not None and component == structure.time_dimension.id:
        return read_period(value, (PeriodForm.SDMX,))
    if component == structure.measure.id and is_numeric(structure.measure):
        values, valid = read_numbers(pa.array([value], pa.string()), Numbers())
        return float(values[0]) if valid[0] else None
    return value


def _wrong_numbers(shape: Shape, column: Column, cells: Ints, numbers: Numbers) -> list[Fault]:
    part = Texts.of(Column(column.level, column.texts.take(pa.array(cells)), column.header))
    clean = [_clean(text) for text in part.distinct]
    kinds = np.array([0 if _is_formula(text) else 1 if not text else 2 for text in clean], dtype=np.int8)

    def blank(_: str, __: str) -> str:
        return (
            f"The value cell is empty, and the mapping does not say under `missing` what that means: fill it, or add "
            f'"": {SKIP} there.'
        )

    sentences = (
        (0, "FILE-FORMULA", _formula_sentence),
        (1, "MAP-BLANK", blank),
        (2, "MAP-NUMBER", _number_sentence(numbers)),
    )
    return [
        fault
        for kind, rule, sentence in sentences
        for fault in _faults(shape, column, part, kinds == kind, rule, sentence, cells)
    ]


def _number_sentence(numbers: Numbers) -> Callable[[str, str], str]:
    def sentence(text: str, _: str) -> str:
        clean = _clean(text)
        remedy = "correct the cell, or say under `missing` what the text means"
        if clean.endswith("%") and not numbers.percent:
            remedy = "write the number alone, or set numbers.percent: true so that 12% is 12"
        elif any(mark.isdigit() for mark in clean) and not any(mark.isalpha() for mark in clean):
            thousands = f"thousands {numbers.thousands!r}" if numbers.thousands else "no thousands mark"
            remedy = f"the mapping has decimal {numbers.decimal!r} and {thousands}: correct the cell or `numbers`"
        return f"{shown(text)} is no number as the mapping has them: {remedy}."

    return sentence


def _formula_sentence(text: str, _: str = "") -> str:
    if _clean(text).startswith("="):
        return (
            f"The cell holds the formula {shown(text)} without a result: open the file in the spreadsheet program and save "
            "it again."
        )
    return f"The formula of this cell gives {shown(text)}: mend the formula, or write the figure."


def _texts(
    shape: Shape, column: Column, target: Target, mapping: MappingFile, texts: Texts, required: bool
) -> tuple[list[str | None], list[Fault]]:
    """What each distinct text gives: "" for nothing, None where it cannot be mapped."""
    codes = mapping.codes_of(target)
    table = None if codes is None else {_clean(text): code for text, code in codes.items()}
    clean = [_clean(text) for text in texts.distinct]
    results = [_result(text, target, table, required) for text in clean]
    failed = np.array([r is None for r in results], dtype=bool)
    blank = np.array([not text for text in clean], dtype=bool) & failed
    formula = np.array([_is_formula(text) for text in clean], dtype=bool) & failed
    suggest = Suggestions(table or ())

    def no_code(text: str, components: str) -> str:
        return (
            f"{shown(text)} in column {shown(column.header)} has no code for {components} in the mapping: "
            f"{suggest(_clean(text))}Add it to the codes, or correct the cell."
        )

    def is_blank(_: str, components: str) -> str:
        return (
            f"The cell in column {shown(column.header)} is empty, and the mapping does not say what that means for "
            f"{components}: fill it, or give the column a `blank` code."
        )

    faults = [
        *_faults(shape, column, texts, formula, "FILE-FORMULA", _formula_sentence),
        *_faults(shape, column, texts, blank, "MAP-BLANK", is_blank),
        *_faults(shape, column, texts, failed & ~blank & ~formula, "MAP-CODE", no_code),
    ]
    return results, faults


def _result(text: str, target: Target, table: Mapping[str, str] | None, required: bool) -> str | None:
    if not text:
        if target.blank is not None:
            return target.blank
        if table is None or "" not in table:
            return None if required else ""
    if table is not None:
        return table.get(text)
    return None if _is_formula(text) else target.prefix + text


def _missing(texts: Sequence[str], mapping: MappingFile) -> tuple[Marks, npt.NDArray[np.int32], tuple[str, ...]]:
    """(which texts mean no observation, index of the status code of the others or -1, the status codes)."""
    meaning = {word.strip(): what for word, what in mapping.missing.items()}
    codes = tuple(dict.fromkeys(what for what in meaning.values() if what != SKIP))
    skip = np.array([meaning.get(text) == SKIP for text in texts], dtype=bool)
    status = [codes.index(meaning[text]) if meaning.get(text, SKIP) != SKIP else -1 for text in texts]
    return skip, np.array(status, dtype=np.int32), codes


def _faults(
    shape: Shape,
    column: Column,
    texts: Texts,
    wrong: Marks,
    rule: str,
    sentence: Callable[[str, str], str],
    cells: Ints | None = None,
) -> list[Fault]:
    """The cells whose distinct text is wrong, as one fault. `cells`: where `texts` is of these cells only."""
    if not wrong.any():
        return []
    here = np.flatnonzero(wrong[texts.which])
    at = here if cells is None else cells[here]
    rows = np.zeros(len(at), dtype=np.int64) if column.level is Level.HEADER else shape.rows[at % max(shape.n, 1)]
    which = texts.which[here].astype(np.int64)
    if column.level is Level.ROW:
        return [Fault(rule, rows.astype(np.int64), which, texts.distinct, sentence, (column.header,))]
    under = at if column.level is Level.HEADER else at // max(shape.n, 1)
    headers = shape.value_headers or (column.header,)
    return [Fault(rule, rows.astype(np.int64), which, texts.distinct, sentence, headers, under)]


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


def _is_formula(text: str) -> bool:
    return text in FORMULA_ERRORS or (text.startswith("=") and len(text) > 1)
