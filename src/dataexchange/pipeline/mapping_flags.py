"""Marks beside a figure, and patterns that stand in place of one: "12.5e", "12.5 (p)", "1,234*" and "<5".

What a mark means its mapping says (`flags: {e: E}`). A mark stands after the number, as it is, in brackets or raised, and
several of them may stand there; where they say different things the one that the mapping names first holds, and that is told.
Marks that are digits are only known in brackets or raised: "12.51" is a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.pattern import matched

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

#: Where Unicode has raised letters and digits.
_RAISED = ((0xB2, 0xBA), (0x2B0, 0x2E4), (0x1D2C, 0x1DBF), (0x2070, 0x207F))
_SPACE = r"[ \x{00a0}\x{2009}\x{202f}]*"


class Flagged(NamedTuple):
    """Cells with a mark: `rows` of the array, their texts without it, the index of each one's mark in `flags`."""

    rows: Ints
    texts: pa.Array
    which: npt.NDArray[np.int32]
    #: Cells with marks that say different things.
    several: Marks

    def taken_from(self, array: pa.Array) -> pa.Array:
        """The array with these cells as they are without their marks."""
        marks = np.zeros(len(array), dtype=bool)
        marks[self.rows] = True
        return pc.replace_with_mask(array, pa.array(marks), self.texts)

    def only(self, keep: Marks) -> Flagged:
        return Flagged(self.rows[keep], self.texts.filter(pa.array(keep)), self.which[keep], self.several[keep])


def take_flags(array: pa.Array, rows: Ints, flags: Mapping[str, str]) -> Flagged:
    """The marks of those `rows` of stripped texts that end with some."""
    part = array.take(pa.array(rows))
    found = pc.extract_regex(part, _pattern(tuple(flags)))
    marked = found.is_valid().to_numpy(zero_copy_only=False)
    found = found.filter(pa.array(marked))
    encoded = found.field("marks").dictionary_encode()
    symbols = tuple(flags)
    listed = [_symbols(marks, symbols) for marks in encoded.dictionary.to_pylist()]
    first = np.array([symbols.index(marks[0]) for marks in listed], dtype=np.int32)
    several = np.array([len({flags[symbol] for symbol in marks}) > 1 for marks in listed], dtype=bool)
    which = encoded.indices.to_numpy(zero_copy_only=False)
    return Flagged(rows[marked], found.field("number"), first[which], several[which])


def take_flag(text: str, flags: Mapping[str, str]) -> tuple[str, str] | None:
    """(text without its marks, the symbol that holds) of one text.

    >>> take_flag("2018 (p)", {"p": "P"})
    ('2018', 'p')
    """
    if not flags:
        return None
    found = take_flags(pa.array([text], pa.string()), np.zeros(1, dtype=np.int64), flags)
    return (found.texts[0].as_py(), tuple(flags)[int(found.which[0])]) if len(found.rows) else None


def meanings_of(array: pa.Array, rows: Ints, patterns: Mapping[str, str]) -> npt.NDArray[np.int32]:
    """For those `rows`, the index of the first pattern that matches the whole text, -1 for none."""
    which = np.full(len(rows), -1, dtype=np.int32)
    part = array.take(pa.array(rows)).dictionary_encode()
    indices = part.indices.to_numpy(zero_copy_only=False)
    for number, pattern in reversed(list(enumerate(patterns))):
        which[matched(pattern, part.dictionary)[indices]] = number
    return which


@lru_cache(maxsize=64)
def _pattern(symbols: Sequence[str]) -> str:
    """Number, then marks: each of them as it is (unless it is a number), in brackets with others, or raised."""
    any_of = "|".join(re.escape(symbol) for symbol in sorted(symbols, key=len, reverse=True))
    inside = rf"{_SPACE}(?:{any_of})(?:[,; ]*(?:{any_of}))*{_SPACE}"
    ways = [rf"\({inside}\)", rf"\[{inside}\]", *(re.escape(mark) for s in symbols if (mark := _raised(s)))]
    if bare := [symbol for symbol in symbols if not symbol[0].isdigit()]:
        ways.append("|".join(re.escape(symbol) for symbol in sorted(bare, key=len, reverse=True)))
    one = "|".join(ways)
    return rf"^(?P<number>[^\s].*?|[^\s]){_SPACE}(?P<marks>(?:{one})(?:[,; ]*(?:{one}))*)$"


def _symbols(marks: str, symbols: Sequence[str]) -> list[str]:
    """The symbols in the marks of a cell, in the order of the mapping."""
    plain = unicodedata.normalize("NFKC", marks)
    found = set()
    longest = sorted(symbols, key=len, reverse=True)
    while plain:
        symbol = next((symbol for symbol in longest if plain.startswith(unicodedata.normalize("NFKC", symbol))), "")
        if symbol:
            found.add(symbol)
        plain = plain[len(unicodedata.normalize("NFKC", symbol)) or 1 :]
    return [symbol for symbol in symbols if symbol in found]


def _raised(symbol: str) -> str:
    """The symbol in raised letters, "" where Unicode does not have them all."""
    letters = [_raised_letters().get(letter, "") for letter in symbol]
    return "".join(letters) if all(letters) else ""


@lru_cache(maxsize=1)
def _raised_letters() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for first, last in _RAISED:
        for point in range(first, last + 1):
            kind, _, letter = unicodedata.decomposition(chr(point)).partition(" ")
            if kind == "<super>" and " " not in letter:
                found.setdefault(chr(int(letter, 16)), chr(point))
    return found
