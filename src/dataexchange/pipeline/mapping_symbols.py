"""Symbols beside numbers as statuses of the observations, and what is said of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.symbols import ALONE, BESIDE, PATTERNS, Symbol, usual
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
    if (symbol := _beside(written, form, flags)) is not None:
        return say(
            "{cell} is no number as the mapping has them: if {symbol} is a mark beside the number, say under `flags` what it "
            "means (other offices: “{meaning}”, {status}).",
            cell=shown(text),
            symbol=shown(symbol.symbol),
            meaning=symbol.meaning,
            status=symbol.status,
        )
    known = next(iter(usual(written, alone=True)), None)
    if known is not None and known in PATTERNS:
        return say(
            "{cell} is no number, and is not read as one: if the figure is suppressed, say so under `missing_matching` "
            "({pattern}: {status}).",
            cell=shown(text),
            pattern=shown(known.symbol),
            status=known.status,
        )
    if known is not None:
        return say(
            "{cell} is no number as the mapping has them: correct the cell, or say under `missing` what the text means (other "
            "offices: “{meaning}”, {status}).",
            cell=shown(text),
            meaning=known.meaning,
            status=known.status,
        )
    return None


def _beside(written: str, form: Form, flags: Collection[str]) -> Symbol | None:
    """A usual symbol behind what is a number without it; words that stand in place of numbers are known there, too."""
    words = [symbol for symbol in ALONE if symbol.symbol.strip("[]").isalpha()]
    # Of two meanings that of a symbol beside a number holds.
    known = {symbol.symbol: symbol for symbol in (*words, *BESIDE) if symbol.symbol not in flags}
    if not any(mark.isdigit() for mark in written) or written[-1].isdigit():
        return None
    taken = take_flag(written, {text: symbol.status for text, symbol in known.items()})
    if taken is None or not read_column(pa.array([taken[0]], pa.string()), form)[1][0]:
        return None
    return known[taken[1]]
