"""Regular expressions that people type into a mapping file: how they are checked, and what they make of texts.

They are run by Arrow's RE2, which takes linear time whatever is typed; Python's `re` does not. A pattern is of a whole text. Each
expression works on the distinct texts of a column at once:

>>> rewritten(r"(\\d+) to (\\d+)", r"Y\\1T\\2", ["5 to 9", "all"])
['Y5T9', None]
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from dataexchange.model.typed import CellText, Typed

#: RE2 names groups by one digit.
_MOST_GROUPS = 9
_LONGEST = 500


class Pattern(Typed):
    """Texts that a regular expression matches, and the code that is made of them."""

    match: str = Field(description="a regular expression that whole texts match")
    gives: CellText = Field(description="the code; \\1 is what the first group matched")

    @model_validator(mode="after")
    def _sound(self) -> Pattern:
        checked(self.match)
        try:
            pc.replace_substring_regex(pa.array([""]), whole(self.match), self.gives)
        except pa.ArrowInvalid:
            raise ValueError(
                f"`gives` is {self.gives!r}, and `match` has {group_count(self.match)} groups: write \\1 for what the first "
                "group matched, and no backslash else"
            ) from None
        return self


def checked(pattern: str) -> str:
    """The pattern itself; raises ValueError, in words for the person who wrote it, where RE2 does not take it."""
    if len(pattern) > _LONGEST:
        raise ValueError(f"the pattern is longer than {_LONGEST} characters: shorten it")
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
        pc.match_substring_regex(pa.array([""]), whole(pattern))
    except pa.ArrowInvalid as error:
        raise ValueError(f"the pattern {pattern!r} is no regular expression ({error})") from None
    return pattern


def whole(pattern: str) -> str:
    """The pattern as one that has to match a text from end to end."""
    return f"^(?:{pattern})$"


def matching(pattern: str, texts: Sequence[str]) -> list[bool]:
    """Which texts a pattern matches as a whole."""
    found: list[bool] = matched(pattern, pa.array(texts, pa.string())).tolist()
    return found


def matched(pattern: str, texts: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """`matching` for an array."""
    return np.asarray(pc.match_substring_regex(texts, whole(pattern)).to_numpy(zero_copy_only=False), dtype=bool)


def rewritten(pattern: str, template: str, texts: Sequence[str]) -> list[str | None]:
    """The template with its groups filled in, None for texts that do not match."""
    array = pa.array(texts, pa.string())
    made = pc.replace_substring_regex(array, whole(pattern), template)
    return [text if mark else None for text, mark in zip(made.to_pylist(), matched(pattern, array), strict=True)]


def group_count(pattern: str) -> int:
    """How many groups it has, as far as they can be named.

    >>> group_count("(Men|Women) (.+)"), group_count("(?:a)b")
    (2, 0)
    """
    for number in range(1, _MOST_GROUPS + 1):
        try:
            pc.replace_substring_regex(pa.array([""]), pattern, f"\\{number}")
        except pa.ArrowInvalid:
            return number - 1
    return _MOST_GROUPS


def matching_headers(pattern: str, headers: Sequence[str]) -> tuple[str, ...]:
    """Headers that a pattern matches as a whole."""
    return tuple(header for header, mark in zip(headers, matching(pattern, headers), strict=True) if mark)
