"""Regular expressions that people write into a mapping: Arrow's RE2, which takes linear time whatever is typed.

>>> matching("<\\\\s*\\\\d+", ["<5", "5"])
[True, False]
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

_LONGEST = 500


def whole(pattern: str) -> str:
    """The pattern as one that has to match a text from end to end."""
    return f"^(?:{pattern})$"


def matching(pattern: str, texts: Sequence[str]) -> list[bool]:
    """Which texts a pattern matches as a whole."""
    found: list[bool] = pc.match_substring_regex(pa.array(texts, pa.string()), whole(pattern)).to_pylist()
    return found


def checked(pattern: str) -> str:
    """The pattern itself; raises ValueError, in words for the person who wrote it, where it is none."""
    if len(pattern) > _LONGEST:
        raise ValueError(f"the pattern is longer than {_LONGEST} characters: shorten it")
    try:
        matching(pattern, [""])
    except pa.ArrowInvalid as error:
        raise ValueError(f"the pattern {pattern!r} is no regular expression ({error})") from None
    return pattern
