"""Numbers as cities write them -> float64, all of a column at once.

Strict on purpose: "1,234" is no number where the mapping knows no thousands mark, "12,34" none where ',' parts thousands,
because either could be off by a hundred. What does not fit is left for a finding; nothing is rounded but to the
nearest float64, and whole numbers too long for one are refused. Where the mapping does not say which marks there are, they are
found out from the column as far as that is certain (`model.written`); what stays unsure is refused too.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.mapping import Numbers
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.written import may_be_either, written

_CANONICAL = r"^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+\-]?\d{1,3})?$"
_SPACE = r"[ \x{00a0}\x{2009}\x{202f}]"
_EXACT = 2.0**53
_POINT = Numbers()
#: What is meant as a number, whatever its marks.
_LIKE = re.compile(r"[+\-−]?[\d.,'’ \u00a0\u2009\u202f]+%?", re.ASCII)

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


class Form(NamedTuple):
    """How the numbers of one column are read."""

    numbers: Numbers
    #: Cells in which this mark stands before three last digits are not read: 1.234.
    unsure: str | None = None
    #: Cells contradict each other: some have a decimal point, others a decimal comma.
    clash: bool = False
    #: A few cells have this decimal mark, against nearly all of the column.
    against: str | None = None
    #: The file shows some of its numbers as percentages and others not: 0.712 as 71.2% beside 0.5.
    mixed: bool = False


def form_of(texts: pa.Array, numbers: Numbers, typed: Marks | None = None) -> Form:
    """As the mapping says; else as the cells say that are text in the file."""
    form = _marks_of(texts, numbers, typed)
    mixed = numbers.percent and typed is not None and bool(_odd_formats(texts, typed).any())
    return form._replace(mixed=mixed)


def _marks_of(texts: pa.Array, numbers: Numbers, typed: Marks | None) -> Form:
    if numbers.said:
        return Form(numbers)
    found = written(texts if typed is None else texts.filter(pa.array(~typed)))
    if found is None or found.usual:
        return Form(numbers)
    if found.clash or found.unsure:
        return Form(numbers, found.unsure or ".", found.clash)
    marks = {"decimal": found.decimal or ".", "thousands": found.thousands}
    return Form(numbers.model_copy(update=marks), against=found.against)


def read_column(texts: pa.Array, form: Form, typed: Marks | None = None) -> tuple[Floats, Marks]:
    """`read_numbers` without the cells that could be read in two ways."""
    values, valid = read_numbers(texts, form.numbers, typed)
    if form.unsure:
        sure = ~may_be_either(texts, form.unsure).to_numpy(zero_copy_only=False)
        valid &= sure if typed is None else sure | typed
    if form.mixed and typed is not None:
        valid &= ~_odd_formats(texts, typed)
    return values, valid


def _odd_formats(texts: pa.Array, typed: Marks) -> Marks:
    """Of numbers of the file, some shown as percentages and some not, the fewer ones. A 0 is the same in both."""
    percent = typed & pc.ends_with(texts, "%").to_numpy(zero_copy_only=False)
    plain = typed & ~percent & pc.not_equal(texts, "0").to_numpy(zero_copy_only=False)
    if not percent.any() or not plain.any():
        return np.zeros(len(texts), dtype=bool)
    odd: Marks = percent if percent.sum() < plain.sum() else plain
    return odd


def two_ways(text: str, form: Form) -> Sentence | None:
    """What to say of a cell that fails because it, or its column, can be read in two ways."""
    if not _LIKE.fullmatch(text):
        return None
    if form.mixed and read_numbers(pa.array([text]), form.numbers)[1][0]:
        return _other_format(text)
    marks = [mark for mark in ".," if mark in text]
    if marks == [form.against]:
        return say(
            "{cell} is not written like the other numbers of this column, which have the decimal mark {mark}: write it like them, "
            "or say under `numbers` which mark is decimal.",
            cell=repr(text),
            mark=repr(form.numbers.decimal),
        )
    if form.clash and marks:
        return say(
            "The numbers of this column have other marks in some cells than in others, so {cell} cannot be read: write all of them "
            "in one way, or say under `numbers` which mark is decimal and which parts thousands.",
            cell=repr(text),
        )
    if not form.unsure or not may_be_either(pa.array([text]), form.unsure)[0].as_py():
        return None
    mark, other = form.unsure, "," if form.unsure == "." else "."
    return say(
        "{cell} could be {whole} or {part}, and no other number of the column tells which: say numbers: {{decimal: {other}, "
        "thousands: {mark}}} or numbers: {{decimal: {mark}}} in the mapping.",
        cell=repr(text),
        whole=text.replace(mark, ""),
        part=text.replace(mark, "."),
        mark=repr(mark),
        other=repr(other),
    )


def _other_format(text: str) -> Sentence:
    percent = text.endswith("%")
    number = Decimal(text.rstrip("% "))
    shifted = number / 100 if percent else number * 100
    return say(
        "The file shows some numbers of this column as percentages and others not, so {cell} could be {one} or {other}: give all "
        "cells of the column one number format.",
        cell=repr(text),
        one=f"{number:f}",
        other=f"{shifted.normalize():f}",
    )


def read_numbers(texts: pa.Array, numbers: Numbers, typed: Marks | None = None) -> tuple[Floats, Marks]:
    """(values, which texts are numbers) of stripped texts. `typed`: cells that the file itself holds as numbers."""
    canonical = np.full(len(texts), numbers.decimal == ".")
    if typed is not None:
        canonical |= typed
    values = np.full(len(texts), np.nan)
    valid = np.zeros(len(texts), dtype=bool)
    _fill(texts, np.flatnonzero(canonical), _CANONICAL, values, valid)
    left = ~valid & ~pc.equal(texts, "").to_numpy(zero_copy_only=False)
    if typed is not None:
        # A percentage that the file holds as a number: its point is a point, its sign is as the mapping says.
        _read_as(_POINT.model_copy(update={"percent": numbers.percent}), texts, left & typed, values, valid)
        left &= ~typed
    _read_as(numbers, texts, left, values, valid)
    return values, valid


def decimal_texts(texts: pa.Array, form: Form, typed: Marks | None = None) -> pa.Array:
    """Texts that are numbers as plain decimals, digit by digit: "1 234,50" is "1234.50"."""
    numbers = form.numbers
    plain = pc.utf8_ltrim(pc.replace_substring(texts, "−", "-"), "+")
    if numbers.percent:
        plain = pc.replace_substring_regex(plain, rf"{_SPACE}*%$", "")
    if numbers.decimal == "." and not numbers.thousands:
        return plain
    marked = pc.replace_substring_regex(plain, _mark(numbers.thousands), "") if numbers.thousands else plain
    marked = pc.replace_substring(marked, numbers.decimal, ".")
    return marked if typed is None else pc.if_else(pa.array(typed), plain, marked)


def _read_as(numbers: Numbers, texts: pa.Array, which: Marks, values: Floats, valid: Marks) -> None:
    positions = np.flatnonzero(which)
    if not len(positions):
        return
    part = pc.replace_substring(texts.take(pa.array(positions)), "−", "-")
    fits = pc.match_substring_regex(part, _pattern(numbers))
    part = pc.if_else(fits, part, pa.scalar(None, pa.string()))
    if numbers.percent:
        part = pc.replace_substring_regex(part, rf"{_SPACE}*%$", "")
    if numbers.thousands:
        part = pc.replace_substring_regex(part, _mark(numbers.thousands), "")
    part = pc.replace_substring(pc.utf8_ltrim(part, "+"), numbers.decimal, ".")
    _put(part, positions, values, valid)


def _fill(texts: pa.Array, positions: npt.NDArray[np.int64], pattern: str, values: Floats, valid: Marks) -> None:
    if not len(positions):
        return
    part = texts if len(positions) == len(texts) else texts.take(pa.array(positions))
    fits = pc.match_substring_regex(part, pattern)
    _put(pc.if_else(fits, part, pa.scalar(None, pa.string())), positions, values, valid)


def _put(texts: pa.Array, positions: npt.NDArray[np.int64], values: Floats, valid: Marks) -> None:
    """Canonical texts, null where they are no numbers, into their places."""
    floats = texts.cast(pa.float64()).to_numpy(zero_copy_only=False)
    values[positions] = floats
    valid[positions] = _exact(texts, floats)


def _pattern(numbers: Numbers) -> str:
    whole = r"\d+"
    if numbers.thousands:
        mark = _mark(numbers.thousands)
        whole = rf"(?:\d+|\d{{1,3}}(?:{mark}\d{{3}})+)"
    decimal = re.escape(numbers.decimal)
    percent = rf"(?:{_SPACE}*%)?" if numbers.percent else ""
    return rf"^[+\-]?(?:{whole}(?:{decimal}\d+)?|{decimal}\d+)(?:[eE][+\-]?\d{{1,3}})?{percent}$"


def _mark(thousands: str) -> str:
    """Any kind of space is a space, any apostrophe an apostrophe."""
    return _SPACE if thousands.isspace() else "['’]" if thousands in "'’" else re.escape(thousands)


def _exact(texts: pa.Array, floats: Floats) -> Marks:
    """False for whole numbers from 2^53 on that a float64 would change without a word. There are next to none."""
    exact = np.isfinite(floats)
    for position in np.flatnonzero(np.abs(np.where(exact, floats, 0)) >= _EXACT):
        text = texts[int(position)].as_py()
        exact[position] = "e" in text.lower() or Decimal(text) == Decimal(float(floats[position]))
    return exact
