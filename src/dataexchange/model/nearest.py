"""Which word a mistyped one may have meant.

Letters are mistyped; digits say something else. `Y25T54` is no slip of `Y50T54` but another age, and a ward's number with one digit
changed is another ward: what differs in its digits is never proposed.

>>> same_digits("GB_BRS_X05010886", "GB_BRS_E05010886"), same_digits("Y25T54", "Y50T54"), same_digits("Y3", "Y35")
(True, False, False)
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_NUMBER = re.compile(r"\d+")
_LONGEST = 100


def same_digits(one: str, other: str) -> bool:
    return _NUMBER.findall(one) == _NUMBER.findall(other)


def nearest(text: str, options: Iterable[str], cutoff: float) -> str | None:
    """`cutoff`: how like each other they must be, up to 1."""
    text = text[:_LONGEST]
    likely = [option for option in options if option and same_digits(text, option)]
    found = difflib.get_close_matches(text, likely, n=1, cutoff=cutoff)
    return found[0] if found else None
