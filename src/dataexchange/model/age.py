"""Ages as people write them -> codes as SDMX has them.

>>> read_age("15 to 24 years"), read_age("65+"), read_age("under 5"), read_age("36-59 months"), read_age("All ages")
('Y15T24', 'Y_GE65', 'Y0T4', 'M36T59', '_T')

Both ends of a range belong to it. What may be meant in two ways is not read: "over 65" is 65 and over for one office and from 66
on for another. English, Spanish and French are known. Whether a code list has the code is for its reader to ask.
"""

from __future__ import annotations

import math
import re
import unicodedata

#: Nobody is older, so that 2011-12 is no age.
_OLDEST = {"Y": 130, "M": 240}

_CODE = re.compile(r"_T|_U|Y_GE\d{1,3}|[YM]\d{1,3}(?:T\d{1,3})?", re.ASCII)
_GROUP = re.compile(r"Y_GE(?P<over>\d{1,3})|(?P<unit>[YM])(?P<first>\d{1,3})(?:T(?P<last>\d{1,3}))?", re.ASCII)
_ALL = re.compile(
    r"(?:total|(?:all|any)(?: (?:ages?|age groups?|persons|people))?|(?:todas las|toutes? les|tous les) (?:edades|ages)|"
    r"tous ages|todos|todas|tous|toutes|ensemble)"
)
_UNKNOWN = re.compile(r"(?:age )?(?:unknown|not stated|not known)|(?:edad )?desconocida|(?:age )?inconnu")

#: What may stand in front of an age and behind it without changing it.
_BEFORE = re.compile(
    r"^(?:(?:people|persons|children|adults|population) )?(?:aged?|ages|age group|from|de|edad|edades|ages? de)\s*:?\s+"
)
_UNIT = re.compile(
    r"\s*\b(?:(years?|yrs?|anos|ans?|y/?o)|(months?|mths?|meses|mes|mois))\b(?:[ -]?olds?\b)?(?: of age\b)?"
)

_RANGE = re.compile(r"(\d{1,3})\s*(?:-|to|until|through|a)\s*(\d{1,3})")
_BETWEEN = re.compile(r"(?:between|entre) (\d{1,3}) (?:and|y|et) (\d{1,3})")
_AND_OVER = re.compile(
    r"(\d{1,3})\s*(?:\+|plus|(?:and|or|&) (?:over|older|above|more|up)|y mas|o mas|et plus|ou plus)|(?:>=|at least )\s*(\d{1,3})"
)
_UNDER = re.compile(r"(?:<|under|below|less than|younger than|menos de|moins de)\s*(\d{1,3})")
_UP_TO = re.compile(r"(?:<=)\s*(\d{1,3})|(\d{1,3}) (?:and|or) (?:under|younger|below)")
_ONE = re.compile(r"(\d{1,3})")


def read_age(text: str) -> str | None:
    """The code, None where the text is no age or not surely one. The code itself is taken as it is."""
    if _CODE.fullmatch(text.strip()):
        return text.strip()
    plain = _plain(text)
    if _ALL.fullmatch(plain):
        return "_T"
    if _UNKNOWN.fullmatch(plain):
        return "_U"
    plain = _BEFORE.sub("", plain)
    units = {"M" if found[2] else "Y" for found in _UNIT.finditer(plain)}
    if len(units) > 1:
        return None
    unit = units.pop() if units else "Y"
    return _of_plain(" ".join(_UNIT.sub(" ", plain).split()), unit)


def span(code: str) -> tuple[int, float] | None:
    """First month of life of an age group and the month after its last; None for what is no group of ages.

    >>> span("Y15T24"), span("M0T11"), span("Y_GE65"), span("_T")
    ((180, 300), (0, 12), (780, inf), None)
    """
    found = _GROUP.fullmatch(code)
    if not found:
        return None
    if found["over"]:
        return int(found["over"]) * 12, math.inf
    first, last = int(found["first"]), int(found["last"] or found["first"])
    if last < first:
        return None
    each = 12 if found["unit"] == "Y" else 1
    return first * each, (last + 1) * each


def _plain(text: str) -> str:
    """Lower case without accents, one kind of dash and of comparison sign, one space. A raised ² is a note, no digit."""
    folded = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(mark for mark in folded if not unicodedata.combining(mark))
    for marks, plain in (("‐‑‒–—−", "-"), ("≥", ">="), ("≤", "<=")):
        for mark in marks:
            bare = bare.replace(mark, plain)
    return " ".join(bare.split())


def _of_plain(text: str, unit: str) -> str | None:
    if found := _RANGE.fullmatch(text) or _BETWEEN.fullmatch(text):
        return _range(int(found[1]), int(found[2]), unit)
    if found := _AND_OVER.fullmatch(text):
        age = int(found[1] or found[2])
        return f"Y_GE{age}" if unit == "Y" and age <= _OLDEST[unit] else None
    if found := _UNDER.fullmatch(text):
        return _range(0, int(found[1]) - 1, unit)
    if found := _UP_TO.fullmatch(text):
        return _range(0, int(found[1] or found[2]), unit)
    if found := _ONE.fullmatch(text):
        return _range(int(found[1]), int(found[1]), unit)
    return None


def _range(first: int, last: int, unit: str) -> str | None:
    if not first <= last <= _OLDEST[unit]:
        return None
    return f"{unit}{first}" if first == last else f"{unit}{first}T{last}"
