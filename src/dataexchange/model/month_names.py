"""Months by their names in English, Spanish and French, in full and short, as Babel has them.

>>> month_of("março"), month_of("marzo"), month_of("Sept."), month_of("déc")
(None, 3, 9, 12)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale

#: Languages whose month names are known. Names of different months are different in all of them.
LANGUAGES = ("en", "es", "fr")


def month_of(name: str) -> int | None:
    """1 to 12; None for what is no name of a month."""
    return _months().get(plain(name))


@lru_cache(maxsize=1)
def _months() -> Mapping[str, int]:
    found: dict[str, int] = {"sep": 9}
    for language in LANGUAGES:
        for widths in Locale.parse(language).months.values():
            for width in ("wide", "abbreviated"):
                found |= {plain(name): month for month, name in widths.get(width, {}).items()}
    return found


def plain(name: str) -> str:
    """Small letters without accents and the point of an abbreviation."""
    apart = unicodedata.normalize("NFD", name.casefold().strip().rstrip("."))
    return "".join(mark for mark in apart if not unicodedata.combining(mark))
