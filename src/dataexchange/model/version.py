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

    "+" is the latest stable one, "~" the latest, "*" every one ("latest" and "all" in API 1.x). Such a mark behind a number, or in its
    place, asks the same of the versions that have the numbers to the left of it and are not before it: "2.3.1+", "1.0~.0", "2.*".
    How many numbers there are tells the form: "2.*" means no version of three.

    >>> choose("1.0+.0", ["1.0.0", "1.2.0", "1.3.0-draft", "2.0.0"])
    ['1.2.0']
    >>> choose("1.2*.0", ["1.0.0", "1.2.0", "1.3.0-draft", "2.0.0"])
    ['1.2.0', '1.3.0-draft']
    """
    ordered = sorted(versions, key=order)
    wanted = {"all": "*", "latest": "~"}.get(wanted, wanted)
    mark = next((mark for mark in "+~*" if mark in wanted), None)
    if mark is None:
        return [version for version in ordered if version == wanted]
    fitting = [version for version in ordered if (mark != "+" or is_stable(version)) and _agrees(wanted, mark, version)]
    return fitting if mark == "*" else fitting[-1:]


def _agrees(wanted: str, mark: str, version: str) -> bool:
    if wanted == mark:
        return True
    parts = wanted.split(".")
    least = ".".join(part.replace(mark, "") or "0" for part in parts)
    fixed = parts[: next(i for i, part in enumerate(parts) if mark in part)]
    core = version.partition("-")[0].split(".")
    # A reference may be short: "1.2+" for "1.2+.0".
    as_long = len(core) == len(parts) or (mark == "+" and len(core) > len(parts))
    return as_long and core[: len(fixed)] == fixed and order(version)[0] >= order(least)[0]
