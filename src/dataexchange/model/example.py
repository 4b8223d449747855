"""A text that a regular expression matches, to show what it is for. Expressions are of RE2; nothing is run but the check at the end.

>>> example_of(r"(\\d+) to (\\d+) yrs?"), example_of("Wave (\\d)"), example_of("(?i)total|all")
('15 to 24 yr', 'Wave 1', 'total')

It is made from the first of several ways, with the fewest repetitions. Where that does not match (anchors, rare classes) there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle

from dataexchange.model.pattern import matching

_LONGEST = 500
_FEW = 20
_CLASSES = {"w": "a", "s": " ", "D": " ", "W": " ", "S": "a", "t": "\t", "n": "\n"}
_COUNT = re.compile(r"\{(\d{1,3})(?:,\d*)?\}|[+*?]")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_GROUP = re.compile(r"\((?:\?(?:P?<\w+>|[a-zA-Z]*:|[a-zA-Z]+(?=\))))?")


def example_of(pattern: str) -> str | None:
    if len(pattern) > _LONGEST:
        return None
    try:
        made = "".join(_Reader(pattern).alternatives())
    except (IndexError, RecursionError, ValueError):
        return None
    return made if len(made) <= _LONGEST and matching(pattern, [made])[0] else None


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern, self._at = pattern, 0
        self._digits: Iterator[str] = cycle("1524360789")

    def alternatives(self) -> list[str]:
        """Texts of the first alternative; the others are passed over."""
        first = self._sequence()
        while self._next("|"):
            self._sequence()
        return first

    def _sequence(self) -> list[str]:
        made: list[str] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            start = self._at
            one = self._one()
            found = _COUNT.match(self._pattern, self._at)
            if found is None:
                made.append(one)
                continue
            self._at = found.end()
            self._next("?")
            made += self._repeated(one, self._pattern[start : found.start()] == r"\d", found)
        return made

    def _repeated(self, one: str, digit: bool, found: re.Match[str]) -> Iterator[str]:
        least = int(found[1]) if found[1] else {"+": 1, "*": 0, "?": 0}[found[0]]
        if least > _FEW:
            raise ValueError(found[0])
        if digit and (found[0] == "+" or least > 1):
            yield "2018" if least == 4 else one + "".join(next(self._digits) for _ in range(max(least, 2) - 1))
        else:
            yield one * least

    def _one(self) -> str:
        """What one piece of the expression matches: a group, a class, an escape, a character."""
        if found := _GROUP.match(self._pattern, self._at):
            self._at = found.end()
            inner = "".join(self.alternatives())
            if not self._next(")"):
                raise ValueError(self._pattern)
            return inner
        if found := _CLASS.match(self._pattern, self._at):
            self._at = found.end()
            return _of_class(found[0])
        self._at += 1
        mark = self._pattern[self._at - 1]
        if mark != "\\":
            return {".": "x", "^": "", "$": ""}.get(mark, mark)
        self._at += 1
        escaped = self._pattern[self._at - 1]
        return next(self._digits) if escaped == "d" else _CLASSES.get(escaped, escaped)

    def _next(self, mark: str) -> bool:
        there = self._pattern.startswith(mark, self._at)
        self._at += there
        return there


def _of_class(written: str) -> str:
    """A character of a class such as [a-z]."""
    return next((c for c in ("1a A-_.,/" + written[1:-1]) if matching(written, [c])[0]), "")
