"""The forms that periods have in the tables of cities, and what each of them means.

    read_form("2016-2018", PeriodForm.AVERAGE)   # the year 2016, and the text belongs into TIME_DETAIL
    forms_of("2018-19")                          # {SURVEY_YEAR}

A form never guesses: "03/04/2018" is a day only where the mapping says which of the two is the day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from dataexchange.errors import InvalidRequest
from dataexchange.model.month_names import month_of, plain
from dataexchange.model.period import parse_period


class PeriodForm(StrEnum):
    """How periods stand in the table. Several may be allowed; the first that fits is taken."""

    SDMX = "sdmx"  #: 2018, 2018-Q1, 2018-03 as the standard writes them
    SURVEY_YEAR = "survey_year"  #: 2018-19, 2018/19, 2018/2019: the first year; consecutive years only
    QUARTER = "quarter"  #: 2000 Q1, Q1 2000, 2000Q1, 1T2000, 1er trimestre 2000
    DATE = "date"  #: 2018-03-31 as a year
    MONTH = "month"  #: March 2018, mars 2018, Mar 2018, 2018M03, 03/2018
    DAY_FIRST = "day_first"  #: 31/03/2018 as a year
    MONTH_FIRST = "month_first"  #: 03/31/2018 as a year
    FISCAL_YEAR = "fiscal_year"  #: FY2018, FY 2018/19
    YEAR_ENDING = "year_ending"  #: year ending March 2018: the year 2018
    AVERAGE = "average"  #: 2016-18, 2016 to 2018, 3-year average 2016-18, 2016/17 - 2018/19: the first year


class YearOf(StrEnum):
    """Which year a span of years stands under."""

    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


class DateAs(StrEnum):
    """What a date stands for."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"


class ReadPeriod(NamedTuple):
    """A period as `model.period` holds it. `detail`: the text says more than the period, so TIME_DETAIL keeps it."""

    code: int
    detail: bool = False


_DASH = r"\s*[-–—/]\s*"
_SURVEY = re.compile(rf"(\d{{4}}){_DASH}(\d{{4}}|\d{{2}})", re.ASCII)
_QUARTER = re.compile(
    r"(?P<y1>\d{4})(?:\s*[-/]\s*|\s+|(?=[QT]))(?P<q1>\D.*|\d\D+)|"
    r"(?P<q2>\S.*?)(?:\s*[-/]\s*|\s+(?:(?:de|del|of)\s+)?|)(?P<y2>\d{4})",
    re.ASCII | re.I,
)
_NAMED_QUARTER = re.compile(
    r"[qt]\s?(?P<a>[1-4])|(?P<b>[1-4])\s?[qt]|(?:quarter|trimestre) (?P<c>[1-4])|"
    r"(?P<d>[1-4])[a-zº°.]{0,4}\s+(?:quarter|trimestre)|(?P<word>[a-z]+)\s+(?:quarter|trimestre)"
)
_NTH = {
    **dict.fromkeys(("first", "primer", "premier", "i"), 1),
    **dict.fromkeys(("second", "segundo", "deuxieme", "ii"), 2),
    **dict.fromkeys(("third", "tercer", "troisieme", "iii"), 3),
    **dict.fromkeys(("fourth", "cuarto", "quatrieme", "iv"), 4),
}
#: A third of a year in the standard.
_TRIMESTER = re.compile(r"\d{4}-T\d", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]\d\d:\d\d.*)?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)
_MONTH = re.compile(r"(\d{4})\s*-?\s*M(\d{1,2})|(\d{4})/(\d\d)|(\d{1,2})[/.](\d{4})", re.ASCII | re.I)
_NAMED = re.compile(r"([^\W\d_]+\.?)(?:\s*[-,/]\s*|\s+(?:de\s+|del\s+)?)(\d{4})|(\d{4})[-\s]+([^\W\d_]+\.?)")
_FISCAL = re.compile(r"(?:FY|fiscal year|financial year)\s*(\d{4})(?:[-–/](\d{4}|\d{2}))?", re.ASCII | re.I)
_ENDING = re.compile(
    r"(?:(?:the\s+)?(?:year|12 months)\s+(?:ending|ended|to)|año terminado en|année terminée en)\s+"
    r"(?:\d{1,2}\s+)?([^\W\d_]+\.?)\s+(?:de\s+)?(\d{4})",
    re.I,
)
_MEAN = (
    r"(?:(?P<{n}>\d{{1,2}}|two|three|four|five|ten)[- ]?years?\s+)?(?:rolling\s+|moving\s+)?"
    r"(?P<{word}>average|mean|promedio|media|moyenne)"
)
_SPAN = re.compile(
    rf"(?:{_MEAN.format(n='n1', word='mean1')}[,:]?\s*(?:of\s+|de\s+)?)?"
    r"\(?(?P<first>\d{4})(?:/(?P<second>\d{4}|\d{2}))?(?:\s*[-–—/]\s*|\s+(?:to|a|à|until)\s+)"
    r"(?P<last>\d{4}|\d{2})(?:/(?P<after>\d{4}|\d{2}))?\)?"
    rf"(?:,?\s*\(?{_MEAN.format(n='n2', word='mean2')}\)?)?",
    re.ASCII | re.I,
)
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
#: An average over more years than this is a slip of the pen.
_LONGEST_SPAN = 30


def read_form(
    text: str, form: PeriodForm, of: YearOf | None = None, date_as: DateAs = DateAs.YEAR
) -> ReadPeriod | None:
    """A text as one form has it, None where it does not fit."""
    if (found := _READ[form](text, of, date_as)) is None:
        return None
    sdmx, detail = found
    try:
        return ReadPeriod(parse_period(sdmx), detail)
    except InvalidRequest:
        return None


def forms_of(text: str) -> frozenset[PeriodForm]:
    """Every form that a text could be read in. A day that could be a month is of both."""
    return frozenset(form for form in PeriodForm if read_form(text, form) is not None)


_Found = tuple[str, bool] | None


def _sdmx(text: str, _: YearOf | None, __: DateAs) -> _Found:
    return text, False


def _survey(text: str, of: YearOf | None, _: DateAs) -> _Found:
    """2018 of 2018-19; nothing for 2018-20, which is no survey year."""
    found = _SURVEY.fullmatch(text)
    return _two_years(found[1], found[2], of) if found else None


def _two_years(first: str, last: str, of: YearOf | None) -> _Found:
    following = str(int(first) + 1)
    if not following.endswith(last):
        return None
    return following if of is YearOf.LAST else first, True


def _quarter(text: str, _: YearOf | None, __: DateAs) -> _Found:
    """T1 is the first quarter in Spanish and French, but 2018-T1 the first third of a year in the standard."""
    found = None if _TRIMESTER.fullmatch(text) else _QUARTER.fullmatch(text)
    label = _NAMED_QUARTER.fullmatch(plain(found["q1"] or found["q2"])) if found else None
    if found is None or label is None:
        return None
    number = _NTH.get(label["word"]) if label["word"] else label["a"] or label["b"] or label["c"] or label["d"]
    return (f"{found['y1'] or found['y2']}-Q{number}", False) if number else None


def _iso_date(text: str, _: YearOf | None, date_as: DateAs) -> _Found:
    found = _DATE.fullmatch(text)
    return _date(int(found[1]), int(found[2]), int(found[3]), date_as) if found else None


def _day_first(text: str, _: YearOf | None, date_as: DateAs) -> _Found:
    found = _DAY.fullmatch(text)
    return _date(int(found[4]), int(found[3]), int(found[1]), date_as) if found else None


def _month_first(text: str, _: YearOf | None, date_as: DateAs) -> _Found:
    found = _DAY.fullmatch(text)
    return _date(int(found[4]), int(found[1]), int(found[3]), date_as) if found else None


def _date(year: int, month: int, day: int, date_as: DateAs) -> _Found:
    text = f"{year:04}-{month:02}-{day:02}"
    try:
        parse_period(text)
    except InvalidRequest:
        return None
    if date_as is DateAs.YEAR:
        return text[:4], False
    if date_as is DateAs.QUARTER:
        return f"{text[:4]}-Q{(month + 2) // 3}", False
    return text[:7] if date_as is DateAs.MONTH else text, False


def _month(text: str, _: YearOf | None, __: DateAs) -> _Found:
    if found := _MONTH.fullmatch(text):
        year, month = found[1] or found[3] or found[6], int(found[2] or found[4] or found[5])
        return (f"{year}-{month:02}", False) if 1 <= month <= 12 else None
    if found := _NAMED.fullmatch(text):
        named = month_of(found[1] or found[4])
        return (f"{found[2] or found[3]}-{named:02}", False) if named else None
    return None


def _fiscal(text: str, of: YearOf | None, _: DateAs) -> _Found:
    found = _FISCAL.fullmatch(text)
    if found is None:
        return None
    return (found[1], True) if found[2] is None else _two_years(found[1], found[2], of)


def _ending(text: str, of: YearOf | None, _: DateAs) -> _Found:
    """The year that is named, unless the mapping wants the one it began in."""
    found = _ENDING.fullmatch(text)
    if found is None or (month := month_of(found[1])) is None:
        return None
    begun = int(found[2]) - (month < 12)
    return f"{begun:04}" if of is YearOf.FIRST else found[2], True


def _average(text: str, of: YearOf | None, _: DateAs) -> _Found:
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    first, last = int(found["first"]), _later(int(found["first"]), found["last"])
    years = last - first + 1
    number = found["n1"] or found["n2"]
    said = number and int(_WORDS.get(number.lower(), number))
    ends = _ends(found)
    if ends is None or not 2 <= years <= _LONGEST_SPAN or (said and said != years):
        return None
    if years == 2 and not (ends or found["mean1"] or found["mean2"]):
        return None
    year = last + ends if of is YearOf.LAST else first + (years - 1) // 2 if of is YearOf.MIDDLE else first
    return f"{year:04}", True


def _ends(found: re.Match[str]) -> int | None:
    """1 where both ends are years such as 2016/17, 0 where neither is; None for anything else."""
    first, last, second, after = found["first"], found["last"], found["second"], found["after"]
    if second is None and after is None:
        return 0
    if second is None or after is None or len(last) != 4:
        return None
    return 1 if all(str(int(a) + 1).endswith(b) for a, b in ((first, second), (last, after))) else None


def _later(first: int, last: str) -> int:
    """2016 and 18 are 2018, 1999 and 01 are 2001."""
    if len(last) == 4:
        return int(last)
    year = first - first % 100 + int(last)
    return year + 100 if year < first else year


_READ: Mapping[PeriodForm, Callable[[str, YearOf | None, DateAs], _Found]] = {
    PeriodForm.SDMX: _sdmx,
    PeriodForm.SURVEY_YEAR: _survey,
    PeriodForm.QUARTER: _quarter,
    PeriodForm.DATE: _iso_date,
    PeriodForm.MONTH: _month,
    PeriodForm.DAY_FIRST: _day_first,
    PeriodForm.MONTH_FIRST: _month_first,
    PeriodForm.FISCAL_YEAR: _fiscal,
    PeriodForm.YEAR_ENDING: _ending,
    PeriodForm.AVERAGE: _average,
}
