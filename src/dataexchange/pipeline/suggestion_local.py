"""Codes for what no code list has: `_L_`, what it is about, what it says.

>>> local_code("Vaccine", "Rotavirus (primary)", set())
'_L_VACCINE_ROTAVIRUS_PRIMARY'
"""

from __future__ import annotations

import re

from dataexchange.pipeline.suggestion_words import plain

LOCAL = "_L_"
_LONGEST = 50
_IDLE = frozenset("of the a an and or in for by to with at on per who which that have has de la el los las du des le les do da dos das em".split())


def local_code(about: str, text: str, taken: set[str]) -> str:
    """A code that is not taken yet, and is then."""
    words = [word for word in plain(text).split() if word not in _IDLE] or ["X"]
    head = [word for word in plain(about).split() if word not in _IDLE][:2]
    said = [part for part in (*head, *words) if re.fullmatch(r"[a-z0-9]+", part)] or ["x"]
    code = LOCAL + "_".join(dict.fromkeys(said)).upper()
    code = code[:_LONGEST].rstrip("_")
    number, free = 2, code
    while free in taken:
        free = f"{code}_{number}"
        number += 1
    taken.add(free)
    return free


def local_series(near: str | None, indicator: str | None, text: str, taken: set[str]) -> str:
    """After the global series that it stands for, else after the indicator."""
    about = near.removeprefix(LOCAL) if near else indicator.replace(".", "_") if indicator else ""
    words = [word for word in plain(text).split() if word not in _IDLE and re.fullmatch(r"[a-z0-9]+", word)]
    code = LOCAL + "_".join(part for part in (about, *(word[:8] for word in words[:3])) if part).upper()
    code = code[:_LONGEST].rstrip("_")
    number, free = 2, code
    while free in taken:
        free = f"{code}_{number}"
        number += 1
    taken.add(free)
    return free
