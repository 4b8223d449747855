"""The unit that a text speaks of.

>>> unit_in("Percentage (%)"), unit_in("Deaths per 100 000 population")
(UnitFound(code='PT', whole=True, ...), UnitFound(code='PER_100000_POP', whole=False, ...))
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from dataexchange.pipeline.suggestion_words import plain, plain_unit, shipped_words

#: "10%" and "top 10 percent" are quantities, no units.
_AROUND = r"(?<![\w])(?<!\d ){}(?![\w])"
_SIGN = r"(?<!\d)(?<!\d ){}"
_LEFT = re.compile(r"[\s()\[\],.:;/\-–*_]+")
_PER = re.compile(r"/\s*\w|\bper\b|\bpor\b|\bpar\b")
_IN_BRACKETS = re.compile(r"\(([^)]*)\)")
_MULTIPLES = (
    (
        re.compile(
            r"\b(thousands?|000s|miles de|en miles|em mil|milliers|milhares|k(?=\s*(tonnes|tons|t\b))|k(?=[£€$])|[£€$]000s?|kt)\b"
        ),
        "3",
    ),
    (re.compile(r"\b(millions?|millones|milhoes)\b"), "6"),
    (re.compile(r"\b(billions?|milliards|bilhoes|bn)\b"), "9"),
)


@dataclass(frozen=True, slots=True)
class UnitFound:
    """`whole`: the text says nothing but the unit. `per`: it is said per something, such as a household. `word`: as it is written."""

    code: str
    whole: bool
    per: bool
    word: str

    @property
    def confidence(self) -> float:
        """How sure it is that a value beside the text has this unit. "People who …" may be counted or not."""
        if self.whole:
            return 0.95
        return 0.5 if self.per or self.code == "NUMBER" else 0.86


@lru_cache(maxsize=20_000)
def unit_in(text: str) -> UnitFound | None:
    told = plain_unit(text)
    words = shipped_words()
    for word, pattern in _patterns():
        if not pattern.search(told):
            continue
        code = words.units[word]
        rest = told
        for other, again in _patterns():
            if words.units[other] == code:
                rest = again.sub(" ", rest)
        # Hectares per 100,000 people are neither hectares nor people.
        others = any(again.search(rest) for other, again in _patterns() if words.units[other] not in ("NUMBER", "PT"))
        per = others or bool(_PER.search(rest if code.startswith("PER_") else told.replace(word, " ")))
        left = [part for part in _LEFT.sub(" ", rest).split() if part not in words.idle]
        return UnitFound(code, whole=not left and not per, per=per, word=word)
    return None


def multiple_in(text: str) -> str | None:
    """The power of ten that a text speaks of: "£ Billion" is 9; "per 1,000" and "per million" are units, no multiples."""
    told = re.sub(r"\b(per|por|pour|par)\s+(\w+\s+)?(thousand|million|mil|millon|millier)\w*", " ", plain_unit(text))
    if power := next((power for pattern, power in _MULTIPLES if pattern.search(told)), None):
        return power
    # "miles" are thousands where nothing else is said: in a cell of units, or in brackets.
    for word in (text, *_IN_BRACKETS.findall(text)):
        if (code := shipped_words().codes["UNIT_MULT"].get(plain(word))) and code != "0":
            return code
    return None


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The long ones first."""
    words = sorted(shipped_words().units, key=lambda word: (-len(word), word))
    return tuple(
        (word, re.compile((_AROUND if word[0].isalnum() else _SIGN).format(re.escape(word)))) for word in words
    )
