"""Periods as cities write them -> SDMX periods.

>>> read_period("2018-19", (PeriodForm.SURVEY_YEAR,)) == parse_period("2018")
True

Forms are tried in the order of the mapping: "2011-12" is December for one city and a school year for another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dataexchange.errors import InvalidRequest
from dataexchange.model.mapping import PeriodForm
from dataexchange.model.period import parse_period
from dataexchange.model.sentence import Sentence, Value, either, say

_SURVEY_YEAR = re.compile(r"(\d{4})\s*[-–/]\s*(\d{4}|\d{2})", re.ASCII)
_QUARTER = re.compile(
    r"(?:(?P<y1>\d{4})\s*[-/ ]?\s*Q(?P<q1>[1-4])|Q(?P<q2>[1-4])\s*[-/ ]?\s*(?P<y2>\d{4}))", re.ASCII | re.I
)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d.*)?", re.ASCII)

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
#: Years that `model.period` holds.
_FIRST, _LAST = 1300, 2700

_EXAMPLES: Mapping[PeriodForm, Value] = {
    PeriodForm.SDMX: say("2018, 2018-Q1 or 2018-03"),
    PeriodForm.SURVEY_YEAR: "2018-19",
    PeriodForm.QUARTER: "2018 Q1",
    PeriodForm.DATE: "2018-03-31",
}


def read_period(text: str, forms: Sequence[PeriodForm]) -> int | None:
    """The code of the first form that fits, None where none does."""
    for form in forms:
        sdmx = _as_sdmx(text, form)
        if sdmx is None:
            continue
        try:
            return parse_period(sdmx)
        except InvalidRequest:
            continue
    return None


def examples(forms: Sequence[PeriodForm]) -> Value:
    return either([_EXAMPLES[form] for form in forms])


def remedy(text: str, forms: Sequence[PeriodForm]) -> Sentence:
    """What to do about a text that is no period in these forms."""
    if _of_another_age(text, forms):
        return say("years run from {first} to {last}, correct the cell", first=str(_FIRST), last=str(_LAST))
    fitting = [form for form in PeriodForm if form not in forms and read_period(text, (form,)) is not None]
    if PeriodForm.DATE in fitting and PeriodForm.SDMX in fitting:
        return say("add `date` under `period` for the year of the date, or `sdmx` for the day itself")
    if PeriodForm.DATE in fitting:
        return say("add `date` under `period` for the year of the date")
    return say("add `{form}` under `period`", form=fitting[0].value) if fitting else say("correct the cell")


def _of_another_age(text: str, forms: Sequence[PeriodForm]) -> bool:
    """Would it be a period if its year were one that can be held?"""
    found = _YEAR.search(text)
    if found is None or _FIRST <= int(found[0]) <= _LAST:
        return False
    shift = int(found[0]) - 2000
    return read_period(_YEAR.sub(lambda year: f"{int(year[0]) - shift:04}", text), forms) is not None


def _as_sdmx(text: str, form: PeriodForm) -> str | None:
    if form is PeriodForm.SDMX:
        return text
    if form is PeriodForm.SURVEY_YEAR:
        return _first_year(text)
    if form is PeriodForm.QUARTER:
        found = _QUARTER.fullmatch(text)
        return f"{found['y1'] or found['y2']}-Q{found['q1'] or found['q2']}" if found else None
    found = _DATE.fullmatch(text)
    if not found or not _is_day(found[1]):
        return None
    return found[1][:4]


def _first_year(text: str) -> str | None:
    """2018 of 2018-19; nothing for 2018-20, which is no survey year."""
    found = _SURVEY_YEAR.fullmatch(text)
    if not found:
        return None
    following = str(int(found[1]) + 1)
    return found[1] if following.endswith(found[2]) else None


def _is_day(text: str) -> bool:
    try:
        parse_period(text)
    except InvalidRequest:
        return False
    return True
