"""Codes for what no code list has: `_L_`, what it is about, what it says.

>>> local_code("Vaccine", "Rotavirus (primary)", set())
'_L_VACCINE_ROTAVIRUS_PRIMARY'
"""

from __future__ import annotations

import re

from dataexchange.pipeline.suggestion_words import plain, shipped_words

LOCAL = "_L_"
_LONGEST = 50


def local_code(about: str, text: str, taken: set[str]) -> str:
    """A code that is not taken yet, and is then."""
    return _free([*_telling(about)[:2], *(_telling(text) or ["X"])], taken)


def local_series(near: str | None, indicator: str | None, text: str, taken: set[str]) -> str:
    """After the global series that it stands for, else after the indicator."""
    about = near.removeprefix(LOCAL) if near else indicator.replace(".", "_") if indicator else ""
    return _free([*([about] if about else []), *(word[:8] for word in _telling(text)[:3])], taken)


def _telling(text: str) -> list[str]:
    return [w for w in plain(text).split() if w not in shipped_words().idle and re.fullmatch(r"[a-z0-9]+", w)]


def _free(parts: list[str], taken: set[str]) -> str:
    code = (LOCAL + "_".join(dict.fromkeys(parts or ["X"])).upper())[:_LONGEST].rstrip("_")
    number, free = 2, code
    while free in taken:
        free, number = f"{code}_{number}", number + 1
    taken.add(free)
    return free
