"""Rows that a mapping leaves out because of what stands in them, where it says `unfit: leave_out`.

An Open SDG table holds more than its mapping covers: breakdowns that the data structure does not know, texts without a code. Each such
cell is told with its row, as a warning: nothing goes without a word, and what remains can be published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.mapping import Unfit
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, say, says, together
from dataexchange.model.table import header_text
from dataexchange.pipeline.mapping_cells import Mapped, Marks, Texts, faults_of
from dataexchange.pipeline.mapping_faults import Fault, shown
from dataexchange.pipeline.mapping_shape import Shape

#: What a cell that cannot be mapped is told by, where its row is not left out.
_REFUSED = frozenset(("MAP-CODE", "MAP-BLANK", "MAP-PERIOD"))
_LEFT_OUT = say("The row is left out.")


def beyond_faults(shape: Shape, mapping: MappingFile) -> list[Fault]:
    """Cells of the columns under `beyond` in which something stands."""
    faults: list[Fault] = []
    for name in mapping.beyond:
        if (column := shape.columns.get(header_text(name))) is None:
            continue
        texts = Texts.of(column)
        filled = np.array([bool(text) for text in texts.clean], dtype=bool)

        def sentence(text: str, _: Sentence, header: str = column.header) -> Sentence:
            return say(
                "Column {column} says {text}, a breakdown that no component of the mapping is for: map the column to have "
                "these rows.",
                column=shown(header),
                text=shown(text),
            )

        faults += faults_of(shape, column, texts, filled, "MAP-BEYOND", _and_left_out(sentence), name)
    return faults


def left_out(faults: Iterable[Fault], mapping: MappingFile) -> list[Fault]:
    """The faults, those of codes and periods as rows left out where the mapping wants it so."""
    if mapping.unfit is Unfit.REFUSE:
        return list(faults)
    return [
        replace(fault, rule="MAP-UNFIT", sentence=_and_left_out(fault.sentence)) if fault.rule in _REFUSED else fault
        for fault in faults
    ]


def beyond_cells(shape: Shape, mapping: MappingFile) -> Marks:
    """Cells of the long table that are left out because something stands under `beyond`."""
    beyond = np.zeros(shape.size, dtype=bool)
    for name in mapping.beyond:
        if (column := shape.columns.get(header_text(name))) is not None:
            texts = Texts.of(column)
            filled = np.array([bool(text) for text in texts.clean], dtype=bool)
            beyond |= shape.spread(filled[texts.which], column.level)
    return beyond


def unfit_cells(shape: Shape, mapped: Mapping[str, Mapped], measure: str, mapping: MappingFile) -> Marks:
    """Cells of the long table that are left out because a component but the measure has no value."""
    unfit = np.zeros(shape.size, dtype=bool)
    if mapping.unfit is Unfit.LEAVE_OUT:
        for component, part in mapped.items():
            if component != measure and part.bad.any():
                unfit |= shape.spread(part.bad, part.level)
    return unfit


def not_absent(lost: int, mapping: MappingFile, place: Place) -> Iterator[Finding]:
    """Of a table that is said to be complete, what is left out for want of a key would delete what is published under that key."""
    if mapping.complete and lost:
        sentence = says(
            "{n} value is left out because a text beside it has no code or is no period, and the mapping says `complete: true`: what "
            "is published of it would be deleted. Correct the texts, or take `complete: true` or `unfit: leave_out` out of the mapping.",
            "{n} values are left out because texts beside them have no code or are no period, and the mapping says `complete: true`: "
            "what is published of them would be deleted. Correct the texts, or take `complete: true` or `unfit: leave_out` out of the "
            "mapping.",
            lost,
        )
        yield finding("MAP-INCOMPLETE", sentence, place, count=lost)


def _and_left_out(sentence: Callable[[str, Sentence], Sentence]) -> Callable[[str, Sentence], Sentence]:
    return lambda text, components: together(sentence(text, components), _LEFT_OUT)
