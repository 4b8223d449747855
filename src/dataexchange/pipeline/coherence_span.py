"""The time that a figure covers, where its source says more of it than TIME_PERIOD does.

TIME_PERIOD 2018 may stand for the calendar year, the survey year 2018-19, one month of fieldwork, or a mean over 2014 to 2018.
TIME_COVERAGE (exact) comes before TIME_DETAIL (as the source writes it). What cannot be read for certain says nothing: "2005-12" may be
a December or eight years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dataexchange.errors import InvalidRequest
from dataexchange.model.period import first_day, format_period, last_day, parse_period

_YEARS = re.compile(r"(\d{4})\s*[-/–]\s*(\d{4}|\d{2})")
_DURATION = re.compile(r"P(\d{1,4})([YMD])")


@dataclass(frozen=True, slots=True)
class Span:
    """`first` to `last` day. `years` is how many years were pooled, 1 for a year or less.

    A survey year lies somewhere within two calendar years, so it is these two with `years` 1.
    """

    first: date
    last: date
    years: int

    @property
    def survey_year(self) -> bool:
        return self.years == 1 and (self.last - self.first).days > 366


@lru_cache(maxsize=65536)
def span(coverage: str | None, detail: str | None, period: int) -> Span | None:
    """What an observation covers; None where its source says something that cannot be read.

    >>> span(None, "2018/19", parse_period("2018")).survey_year, span(None, "2015-2019", parse_period("2019")).years
    (True, 5)
    >>> span(None, "2018", parse_period("2018")) == span(None, None, parse_period("2018"))
    True
    """
    texts = [text.strip() for text in (coverage, detail) if text and text.strip()]
    if not texts:
        return _days(first_day(period), last_day(period))
    return next((found for text in texts if (found := _read(text, period))), None)


def _read(text: str, period: int) -> Span | None:
    try:
        if text == format_period(period):
            return _days(first_day(period), last_day(period))
        if found := _YEARS.fullmatch(text):
            return _years(text, int(found[1]), found[2])
        start, _, end = text.partition("/")
        return _days(first_day(parse_period(start)), _end(start, end))
    except (InvalidRequest, ValueError, OverflowError):
        return None


def _years(text: str, first: int, end: str) -> Span | None:
    last = int(end) if len(end) == 4 else first - first % 100 + int(end)
    # The turn of a century: 1999-00.
    last += 100 if len(end) == 2 and last + 99 == first else 0
    month = len(end) == 2 and 1 <= int(end) <= 12
    if last == first + 1:
        return Span(date(first, 1, 1), date(last, 12, 31), 1)
    if last > first:
        return None if month else Span(date(first, 1, 1), date(last, 12, 31), last - first + 1)
    return _days(first_day(parse_period(text)), last_day(parse_period(text))) if month else None


def _end(start: str, end: str) -> date:
    """The last day of `start/end`, where `end` is a date, a duration (P1Y), or not there."""
    if found := _DURATION.fullmatch(end):
        first, number = first_day(parse_period(start)), int(found[1])
        if found[2] == "D":
            return first + timedelta(days=number - 1)
        months = first.year * 12 + first.month - 1 + number * (12 if found[2] == "Y" else 1)
        return date(months // 12, months % 12 + 1, min(first.day, 28)) - timedelta(days=1)
    return last_day(parse_period(end or start))


def _days(first: date, last: date) -> Span:
    """Years are rounded: a fiscal year of 53 weeks is one."""
    if last < first:
        raise ValueError("a time cannot end before it starts")
    return Span(first, last, max(1, round(((last - first).days + 1) / 365.25)))
