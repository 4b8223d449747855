"""Symbols beside numbers as statuses of the observations, and what is said of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.symbols import BESIDE, PATTERNS, usual
from dataexchange.pipeline.mapping_cells import Mapped, clean
from dataexchange.pipeline.mapping_faults import shown
from dataexchange.pipeline.mapping_flags import Flagged, take_flag
from dataexchange.pipeline.mapping_numbers import Form, read_column
from dataexchange.pipeline.mapping_shape import Column, Shape
from dataexchange.pipeline.mapping_told import told


def with_flags(mapped: Mapped, flagged: Flagged, shape: Shape, column: Column, flags: Mapping[str, str]) -> Mapped:
    """The measure with the status of the symbols beside its numbers."""
    statuses = tuple(dict.fromkeys((*mapped.statuses, *flags.values())))
    index = np.array([statuses.index(status) for status in flags.values()], dtype=np.int32)
    status = np.full(len(mapped.values), -1, dtype=np.int32) if mapped.status is None else mapped.status.copy()
    status[flagged.rows] = index[flagged.which]
    cells = flagged.rows[flagged.several]
    remarks = mapped.told
    if len(cells):
        sentence = says(
            "{n} cell has several symbols beside its number: the one that `flags` names first holds, {first}.",
            "{n} cells have several symbols beside their number: of each the one that `flags` names first holds, {first}.",
            len(cells),
            first=say("here {symbol}", symbol=shown(tuple(flags)[int(flagged.which[flagged.several][0])])),
        )
        remarks = (*remarks, told("MAP-FLAGS", sentence, shape, column, cells))
    return replace(mapped, status=status, statuses=statuses, told=remarks)


def symbol_sentence(text: str, form: Form, flags: Collection[str]) -> Sentence | None:
    """What to do about a cell that other offices would read: a number with a usual symbol, or a usual sign for no number."""
    written = clean(text)
    if not any(mark.isdigit() for mark in written):
        return None
    taken = (
        None
        if written[-1].isdigit()
        else take_flag(written, {symbol.symbol: symbol.status for symbol in BESIDE if symbol.symbol not in flags})
    )
    if taken is not None and read_column(pa.array([taken[0]], pa.string()), form)[1][0]:
        known = next(symbol for symbol in BESIDE if symbol.symbol == taken[1])
        return say(
            "{cell} is no number as the mapping has them: if {symbol} is a mark beside the number, say under `flags` what it "
            "means (usually {status}).",
            cell=shown(text),
            symbol=shown(known.symbol),
            status=known.status,
        )
    found = [symbol for symbol in usual(written, alone=True) if symbol in PATTERNS]
    if found:
        return say(
            "{cell} is no number, and is not read as one: if the figure is suppressed, say so under `missing_matching` "
            "({pattern}: {status}).",
            cell=shown(text),
            pattern=shown(found[0].symbol),
            status=found[0].status,
        )
    return None
