"""A column's distinct texts, what each of them gives, and the cells of those that give nothing.

A million cells hold some hundred texts: each text is mapped once in Python, the cells take the result by index. A text that
cannot be mapped becomes a `Fault` of all its cells.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.dataset import as_codes
from dataexchange.model.finding import Finding
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.mapping import Target
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.table import FORMULA_ERRORS
from dataexchange.pipeline.mapping_faults import Fault, Suggestions, shown
from dataexchange.pipeline.mapping_read import read_texts
from dataexchange.pipeline.mapping_shape import Column, Level, Shape

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A component's values at the level of its column. `bad` cells have none; `skip` cells are to be no observation."""

    level: Level
    #: Periods or numbers; or, where `coded`, the index of each cell into `codes`, -1 for none.
    values: npt.NDArray[Any]
    bad: Marks
    coded: bool = False
    codes: tuple[str, ...] = ()
    skip: Marks | None = None
    #: Cells that take a published observation away.
    delete: Marks | None = None
    #: Empty cells that are a missing value where OBS_STATUS says why.
    by_status: Marks | None = None
    #: OBS_STATUS of a cell that holds a word for a missing value or a symbol: index into `statuses`, -1 for the others.
    status: npt.NDArray[np.int32] | None = None
    statuses: tuple[str, ...] = ()
    #: Numbers of a measure that is to be converted, as decimal texts; null where a cell has none.
    decimals: pa.Array | None = None
    #: Remarks on cells that were not taken as they stand.
    told: tuple[Finding, ...] = ()

    def without_status(self, cells: Ints) -> Mapped:
        """These cells, whose word for a missing value stands for no status, have no value either."""
        if self.status is None or not len(cells):
            return self
        status, bad = self.status.copy(), self.bad.copy()
        status[cells], bad[cells] = -1, True
        return replace(self, status=status, bad=bad)


@dataclass(frozen=True, slots=True)
class Texts:
    """The distinct texts of a column, as they stand and cleaned, and which of them stands in each cell."""

    distinct: list[str]
    clean: list[str]
    which: npt.NDArray[np.int32]

    @classmethod
    def of(cls, column: Column) -> Texts:
        array = as_codes(column.texts)
        distinct = array.dictionary.to_pylist()
        return cls(distinct, [clean(text) for text in distinct], array.indices.to_numpy(zero_copy_only=False))


def clean(text: str) -> str:
    """Texts are compared without spaces around them and however their accents are composed."""
    return unicodedata.normalize("NFC", text.strip())


def is_formula(text: str) -> bool:
    return text in FORMULA_ERRORS or (text.startswith("=") and len(text) > 1)


def results_of(
    shape: Shape,
    column: Column,
    target: Target,
    mapping: MappingFile,
    texts: Texts,
    required: bool,
    refused: Collection[str] = (),
    listed: Collection[str] | None = None,
) -> tuple[list[str | None], list[Fault]]:
    """What each distinct text gives: "" for nothing, None where it cannot be mapped or gives one of the `refused` codes.

    `listed`: the codes that there are, where what is read from a text must be one of them.
    """
    codes = mapping.codes_of(target)
    table = None if codes is None else {clean(text): code for text, code in codes.items()}
    read = read_texts([text for text in texts.clean if text and text not in (table or ())], target)
    results = [_result(text, target, table, read, required) for text in texts.clean]
    failed = np.array([r is None for r in results], dtype=bool)
    blank = np.array([not text for text in texts.clean], dtype=bool) & failed
    formula = np.array([is_formula(text) for text in texts.clean], dtype=bool) & failed
    suggest = Suggestions(table or ())

    def no_code(text: str, components: Sentence) -> Sentence:
        near = suggest(clean(text))
        if near is None:
            return say(
                "{cell} in column {column} has no code for {components} in the mapping: add it to the codes, or correct the cell.",
                cell=shown(text),
                column=shown(column.header),
                components=components,
            )
        return say(
            "{cell} in column {column} has no code for {components} in the mapping: did you mean {near}? Add it to the codes, or "
            "correct the cell.",
            cell=shown(text),
            column=shown(column.header),
            components=components,
            near=repr(near),
        )

    def is_blank(_: str, components: Sentence) -> Sentence:
        return say(
            "The cell in column {column} is empty, and the mapping does not say what that means for {components}: fill it, or "
            "give the column a `blank` code.",
            column=shown(column.header),
            components=components,
        )

    faults = [
        *faults_of(shape, column, texts, formula, "FILE-FORMULA", formula_sentence, target.to),
        *faults_of(shape, column, texts, blank, "MAP-BLANK", is_blank, target.to),
        *faults_of(shape, column, texts, failed & ~blank & ~formula, "MAP-CODE", no_code, target.to),
    ]
    given = zip(texts.distinct, texts.clean, results, strict=True) if read and listed is not None else ()
    misread = {text: r for text, stripped, r in given if stripped in read and r is not None and r not in (listed or ())}
    faults += misread_of(shape, column, texts, misread, target.to)
    pairs = zip(texts.distinct, results, strict=True)
    wrong = {text: r for text, r in pairs if r is not None and r in refused and text not in misread}
    faults += refused_of(shape, column, texts, wrong, target.to)
    lost = misread.keys() | wrong.keys()
    return [None if text in lost else r for text, r in zip(texts.distinct, results, strict=True)], faults


def misread_of(shape: Shape, column: Column, texts: Texts, read: Mapping[str, str], component: str) -> list[Fault]:
    """Cells whose text (`read`: text -> code) a pattern or reader of the mapping understands, but there is no such code."""

    def sentence(text: str, _: Sentence) -> Sentence:
        return say(
            "{cell} in column {column} is read as {code}, which is no code of {component}: correct the cell, or write the text with "
            "its code under `codes`.",
            cell=shown(text),
            column=shown(column.header),
            code=read[text] or say("nothing"),
            component=component,
        )

    marks = np.array([text in read for text in texts.distinct], dtype=bool)
    found = faults_of(shape, column, texts, marks, "MAP-CODE", sentence, component)
    return [replace(fault, alone=True) for fault in found]


def refused_of(
    shape: Shape, column: Column, texts: Texts, wrong: Mapping[str, str], component: str, cells: Ints | None = None
) -> list[Fault]:
    """Cells whose text (`wrong`: text -> code) the mapping turns into a code that is in no list."""

    def sentence(text: str, _: Sentence) -> Sentence:
        cell = shown(text) if clean(text) else say("The empty cell")
        if not wrong[text]:
            return say(
                "{cell} becomes nothing, which is no code of {component}: correct the mapping.",
                cell=cell,
                component=component,
            )
        return say(
            "{cell} becomes {code}, which is no code of {component}: correct the mapping.",
            cell=cell,
            code=wrong[text],
            component=component,
        )

    marks = np.array([text in wrong for text in texts.distinct], dtype=bool)
    found = faults_of(shape, column, texts, marks, "MAP-CODE", sentence, component, cells)
    return [replace(fault, alone=True) for fault in found]


def _result(
    text: str, target: Target, table: Mapping[str, str] | None, read: Mapping[str, str], required: bool
) -> str | None:
    if not text:
        if target.blank is not None:
            return target.blank
        if table is None or "" not in table:
            return None if required else ""
    if table is not None and text in table:
        return table[text]
    if target.reads or target.gives is not None:
        return read.get(text)
    return None if is_formula(text) else target.prefix + text


def formula_sentence(text: str, _: Sentence) -> Sentence:
    if clean(text).startswith("="):
        return say(
            "The cell holds the formula {formula} without a result: open the file in the spreadsheet program and save it again.",
            formula=shown(text),
        )
    return say("The formula of this cell gives {fault}: mend the formula, or write the figure.", fault=shown(text))


def faults_of(
    shape: Shape,
    column: Column,
    texts: Texts,
    wrong: Marks,
    rule: str,
    sentence: Callable[[str, Sentence], Sentence],
    component: str,
    cells: Ints | None = None,
) -> list[Fault]:
    """The cells whose distinct text is wrong, as one fault. `cells`: where `texts` is of these cells only."""
    if not wrong.any():
        return []
    here = np.flatnonzero(wrong[texts.which])
    at = here if cells is None else cells[here]
    which = texts.which[here].astype(np.int64)
    under = _under(shape, column, at)
    headers = (column.header,) if column.level in (Level.ROW, Level.TABLE) else shape.value_headers
    if column.level in (Level.HEADER, Level.TABLE):
        rows, below = np.zeros(len(at), dtype=np.int32), shape.n
    else:
        rows, below = (shape.rows if column.stands is None else column.stands)[at % shape.n], 0
    fault = Fault(
        rule, rows.astype(np.int64), which, texts.distinct, sentence, (component,), headers, under, below=below
    )
    return [fault if column.stands is None else fault.once()]


def _under(shape: Shape, column: Column, at: Ints) -> Ints | None:
    """Which of the value headers the cells stand under."""
    if column.level in (Level.ROW, Level.TABLE):
        return None
    return at if column.level is Level.HEADER else at // shape.n
