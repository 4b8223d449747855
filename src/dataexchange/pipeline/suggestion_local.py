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
    head, words = _telling(about)[:2], _telling(text) or ["X"]
    return _free([*([] if set(head) & set(words) else head), *words], taken)


def local_series(near: str | None, indicator: str | None, text: str, taken: set[str]) -> str:
    """After the global series that it stands for, else after the indicator."""
    about = near.removeprefix(LOCAL) if near else indicator.replace(".", "_") if indicator else ""
    return _free([*([about] if about else []), *_telling(text)[:4]], taken)


def local_area(city: str, text: str) -> str:
    """A part of a city is known by its national code, else by its name.

    >>> local_area("GB_BRS", "E05014999"), local_area("GB_BRS", "Harbour & Quay")
    ('GB_BRS_E05014999', 'GB_BRS_HARBOUR_AND_QUAY')
    """
    return f"{city}_{'_'.join(re.findall('[a-z0-9]+', plain(text))) or 'x'}".upper()[:_LONGEST]


def _telling(text: str) -> list[str]:
    return [w for w in plain(text).split() if w not in shipped_words().idle and re.fullmatch(r"[a-z0-9]+", w)]


def _free(parts: list[str], taken: set[str]) -> str:
    words = "_".join(parts or ["X"]).upper().split("_")
    while len(words) > 1 and len(LOCAL) + len("_".join(words)) > _LONGEST:
        words.pop()
    code = (LOCAL + "_".join(words))[:_LONGEST]
    number, free = 2, code
    while free in taken:
        free, number = f"{code}_{number}", number + 1
    taken.add(free)
    return free
