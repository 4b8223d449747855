"""Versions of artefacts: which comes later, which is for ever, which one a query means.

Semantic versions ("1.0.0", "1.0.0-draft") and those of SDMX 2.1 ("1.8") are compared number by number, so 1.8 comes before
1.10. A version with a suffix comes before the same without.

>>> sorted(["1.10", "1.0.0", "1.8", "1.0.0-draft"], key=order)
['1.0.0-draft', '1.0.0', '1.8', '1.10']
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_FINAL = re.compile(r"\d+\.\d+\.\d+")

#: ((number, ...), has no suffix, parts of the suffix, the text itself)
Order = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...], str]


def order(version: str) -> Order:
    """A sort key: later versions are greater."""
    core, _, suffix = version.partition("-")
    # A part that is no number is not in the standard; it counts as 0 and the text decides.
    numbers = tuple(int(part) if part.isdecimal() else 0 for part in core.split("."))
    parts = tuple(
        (not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in suffix.split(".") if part
    )
    return numbers, not suffix, parts, version


def is_final(version: str) -> bool:
    """Whether SDMX 3 says that this version never changes: three numbers and no suffix."""
    return _FINAL.fullmatch(version) is not None


def is_stable(version: str) -> bool:
    """Fit for "latest stable": no suffix. Versions of SDMX 2.1 have no other mark, so "1.8" is stable."""
    return "-" not in version


def choose(wanted: str, versions: Iterable[str]) -> list[str]:
    """The versions that a version word of a query or reference means, in their order.

    "*" and "all": every one; "~" and "latest": the latest; "+": the latest stable one. A mark behind a number ("1.0+.0") or in its
    place ("1.*") does the same among versions with as many numbers, those to the left of the marked one the same, and none before it.

    >>> choose("1.0+.0", ["1.0.0", "1.2.0", "1.3.0-draft", "2.0.0"])
    ['1.2.0']
    >>> choose("1.*", ["1.0", "1.8", "1.0.0", "2.0"])
    ['1.0', '1.8']
    """
    ordered = sorted(versions, key=order)
    if wanted in ("*", "all"):
        return ordered
    if wanted in ("~", "latest"):
        return ordered[-1:]
    if wanted == "+":
        return _stable(ordered)[-1:]
    mark = next((sign for sign in "+~*" if sign in wanted), None)
    if mark is None:
        return [version for version in ordered if version == wanted]
    fitting = [version for version in ordered if _agrees(wanted, mark, version)]
    if mark == "+":
        return [version for version in fitting if is_stable(version)][-1:]
    return fitting if mark == "*" else fitting[-1:]


def _stable(ordered: list[str]) -> list[str]:
    """Semantic versions from 1.0.0 on, without a suffix; where there are none, what 2.1 has: it knows no others."""
    semantic = [version for version in ordered if is_final(version) and order(version)[0][0] > 0]
    return semantic or [version for version in ordered if is_stable(version)]


def _agrees(wanted: str, mark: str, version: str) -> bool:
    parts = wanted.split(".")
    numbers = version.partition("-")[0].split(".")
    at = next(i for i, part in enumerate(parts) if mark in part)
    # "1.2.+" is short for "1.2.0+", and "1.+.0" for "1.0+.0".
    least = ".".join("0" if part == mark else part.replace(mark, "") for part in parts)
    return len(numbers) == len(parts) and numbers[:at] == parts[:at] and order(version)[0] >= order(least)[0]
