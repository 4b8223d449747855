"""The version that an Accept header asks for: one, or a range of them as SDMX writes semantic versions.

>>> wants("2.0+", "2.1.0"), wants("2.0.0+", "2.1.0"), wants("2+.0", "3.1.0"), wants("2.0", "2.0.0")
(True, False, True, True)

`+` behind a number means that number or a higher one, whatever follows it; what stands before it is as it is. `*` stands for
any number. Numbers left off at the end say nothing, and "2.1.0" is a long way to write "2.1".
"""

from __future__ import annotations

import re

_PART = re.compile(r"(?P<number>\d{1,4}|\*)(?P<up>\+?)")
_ANY = frozenset({"*", "+", "~", "latest"})


def wants(asked: str, version: str) -> bool:
    """Whether the version of a media type is one that is asked for; what is no version fits none."""
    if asked in _ANY:
        return True
    parts = [_PART.fullmatch(part) for part in asked.split(".")]
    if len(parts) > 3 or sum(bool(part and part["up"]) for part in parts) > 1:
        return False
    has = [*(int(number) for number in version.split(".")), 0, 0][:3]
    for position, (part, there) in enumerate(zip(parts, has, strict=False)):
        if part is None:
            return False
        if part["up"] and part["number"] != "*":
            return _from(there, has[position + 1 :], int(part["number"]), parts[position + 1 :])
        if part["number"] not in ("*", str(there)):
            return False
    return True


def _from(there: int, rest: list[int], least: int, behind: list[re.Match[str] | None]) -> bool:
    """Whether `there` and what follows it is the version from which on all fit, or a higher one."""
    numbers = [0 if part is None or part["number"] == "*" else int(part["number"]) for part in behind]
    return None not in behind and (there, *rest) >= (least, *numbers)
