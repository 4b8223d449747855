"""Ages as cities write them -> codes after the global pattern.

>>> [age_code(text) for text in ("16-24 Year olds", "65+", "under 5", "Age 16", "3 and 4 year olds", "all")]
['Y16T24', 'Y_GE65', 'Y0T4', 'Y16', 'Y3T4', None]
"""

from __future__ import annotations

import re

from dataexchange.pipeline.suggestion_words import plain_unit

_N = r"(\d{1,3})"
_YEARS = r"(?:years?|yrs?|y|anos?|ans?|a[nñ]os)"
_OLD = rf"(?:\s*-?\s*{_YEARS})?(?:\s*-?\s*(?:olds?|of age|de edad|de idade))?"
_AGED = r"(?:ages?|aged|people aged|edad|de|from|entre|between|children aged)?\s*"
_TO = r"\s*(?:-|–|—|to|a|à|and|y|e|et|bis|/)\s*"
_MONTHS = r"\s*(?:months?|meses|mois)(?:\s*olds?)?"

_FORMS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (rf"{_AGED}{_N}{_TO}{_N}{_MONTHS}", "M{0}T{1}"),
        (rf"{_AGED}{_N}{_OLD}{_TO}{_N}{_OLD}", "Y{0}T{1}"),
        (rf"(?:over|older than|more than|mas de|plus de|mais de)\s*{_N}{_OLD}", "over"),
        (rf"{_AGED}{_N}\s*\+{_OLD}", "Y_GE{0}"),
        (rf"(?:>=|≥)\s*{_N}{_OLD}", "Y_GE{0}"),
        (
            rf"{_AGED}{_N}{_OLD}\s*(?:and|y|et|e|&|or|ou|o)\s*(?:over|older|above|more|mas|plus|mais|and over)",
            "Y_GE{0}",
        ),
        (rf"{_AGED}{_N}{_OLD}\s*(?:and|y|et|e|or|ou|o)\s*(?:under|younger|below|less|menos|moins)", "Y0T{0}"),
        (
            rf"(?:under|below|younger than|less than|menores de|menor de|moins de|menos de|<)\s*(?:age\s*)?{_N}{_OLD}",
            "under",
        ),
        (rf"(?:ages?|aged|edad)\s+{_N}{_OLD}", "Y{0}"),
        (rf"{_N}\s*-?\s*{_YEARS}(?:\s*-?\s*olds?)?", "Y{0}"),
    )
)


def age_code(text: str, *, column: bool = False) -> str | None:
    """`column`: the text stands in a column of ages, where "16" alone is one."""
    told = plain_unit(text)
    if len(told) > 60:
        return None
    for pattern, form in _FORMS:
        found = pattern.fullmatch(told)
        if found:
            return _code(form, [int(part) for part in found.groups()])
    return f"Y{int(told)}" if column and re.fullmatch(r"\d{1,3}", told) and int(told) < 120 else None


def _code(form: str, numbers: list[int]) -> str | None:
    if max(numbers) > 130 or (len(numbers) == 2 and numbers[0] >= numbers[1]):
        return None
    if form == "under":
        return f"Y0T{numbers[0] - 1}" if numbers[0] > 1 else "Y0"
    if form == "over":
        return f"Y_GE{numbers[0]}"
    return form.format(*numbers)
