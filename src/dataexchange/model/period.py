"""SDMX time periods as one sortable integer each.

A period is stored as `days since 2000-01-01 of its first day * 8000 + slot`. The slot says how long the period is and how
it was written ("2018" and the reporting year "2018-A1" differ), or, from 100 on, the minute of a date-time. So periods
sort by their start, longer before shorter, every form is given back as it was written, years 1300 to 2700 fit 32 bits,
and a range of time is two integers.

>>> format_period(parse_period("2018-Q3"))
'2018-Q3'
>>> parse_period("2018") < parse_period("2018-Q1") < parse_period("2018-07") < parse_period("2019")
True

Source of the forms: SDMX 3.0 section 2, ObservationalTimePeriod. Time ranges ("2016-01-01/P3Y") and seconds are not
held: a three-year average is its first year with TIME_DETAIL, as national offices write it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from dataexchange.errors import InvalidRequest

#: Stands for "no period", in data structures without a time dimension.
NO_PERIOD = -(2**31)

#: No period lies before the one or after the other; there is room for one more on either side.
_EARLIEST, _LATEST = -(2**31) + 1, 2**31 - 2

_EPOCH = date(2000, 1, 1).toordinal()
#: Reporting years that begin later than this (in days since 2000) are left where they are: nothing is held so late.
_LAST_MOVED = date(9000, 1, 1).toordinal() - _EPOCH
_SLOTS = 8000
_FIRST_MINUTE = 100

# Slot -> letter of the form. Gregorian forms have one letter, reporting forms two (as in "A1" after the dash).
_FORMS = ("Y", "A1", "S", "T", "Q", "MM", "M", "W", "DD", "D")
_SLOT = {form: slot for slot, form in enumerate(_FORMS)}
_MONTHS = {"A1": 12, "S": 6, "T": 4, "Q": 3, "M": 1}
_LIMIT = {"A1": 1, "S": 2, "T": 3, "Q": 4, "M": 12}

#: The FREQ code (SDMX:CL_FREQ) that each form is at home with.
_FREQ = {"Y": "A", "A1": "A", "S": "S", "T": "T", "Q": "Q", "MM": "M", "M": "M", "W": "W", "DD": "D", "D": "D"}

_PATTERN = re.compile(
    r"(?P<year>\d{4})(?:"
    r"-(?P<form>[ASTQ])(?P<part>\d)|-M(?P<rmonth>\d\d)|-W(?P<week>\d\d)|-D(?P<rday>\d\d\d)"
    r"|-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::00(?:\.0+)?)?)?)?)?"
)


@lru_cache(maxsize=65536)
def parse_period(text: str) -> int:
    """The integer of a period; raises InvalidRequest that says which forms there are."""
    code = _read(text)
    if not 1300 <= int(text[:4]) <= 2700:
        raise InvalidRequest("no such period (years run from 1300 to 2700)", value=text)
    return code


def _read(text: str) -> int:
    """The integer of any year from 1 to 9999, which may not fit 32 bits."""
    found = _PATTERN.fullmatch(text)
    if not found:
        raise InvalidRequest("write a period such as 2019, 2019-Q1, 2019-03, 2019-W07 or 2019-03-31", value=text)
    try:
        return _encode(found)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(f"no such period ({error})", value=text) from None


def _encode(found: re.Match[str]) -> int:
    year = int(found["year"])
    if form := found["form"]:
        form = "A1" if form == "A" else form
        return _reporting(year, form, int(found["part"]))
    if found["rmonth"]:
        return _reporting(year, "M", int(found["rmonth"]))
    if found["week"]:
        return _code(date.fromisocalendar(year, int(found["week"]), 1), _SLOT["W"])
    if found["rday"]:
        days = int(found["rday"])
        day = date(year, 1, 1) + timedelta(days=days - 1)
        if days < 1 or day.year != year:
            raise ValueError("day out of range")
        return _code(day, _SLOT["D"])
    if not found["month"]:
        return _code(date(year, 1, 1), _SLOT["Y"])
    if not found["day"]:
        return _code(date(year, int(found["month"]), 1), _SLOT["MM"])
    day = date(year, int(found["month"]), int(found["day"]))
    if not found["hour"]:
        return _code(day, _SLOT["DD"])
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > 23 or minute > 59:
        raise ValueError("time out of range")
    return _code(day, _FIRST_MINUTE + hour * 60 + minute)


def _reporting(year: int, form: str, part: int) -> int:
    if not 1 <= part <= _LIMIT[form]:
        raise ValueError(f"parts of a year run from 1 to {_LIMIT[form]}")
    return _code(date(year, (part - 1) * _MONTHS[form] + 1, 1), _SLOT[form])


def _code(day: date, slot: int) -> int:
    return (day.toordinal() - _EPOCH) * _SLOTS + slot


@lru_cache(maxsize=65536)
def format_period(code: int) -> str:
    """The period as it was written; "" for NO_PERIOD."""
    if code == NO_PERIOD:
        return ""
    days, slot = divmod(code, _SLOTS)
    day = date.fromordinal(days + _EPOCH)
    if slot >= _FIRST_MINUTE:
        hour, minute = divmod(slot - _FIRST_MINUTE, 60)
        return f"{day.isoformat()}T{hour:02}:{minute:02}:00"
    form = _FORMS[slot]
    if form == "Y":
        return f"{day.year:04}"
    if form == "MM":
        return f"{day.year:04}-{day.month:02}"
    if form == "DD":
        return day.isoformat()
    if form == "D":
        return f"{day.year:04}-D{day.timetuple().tm_yday:03}"
    if form == "W":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if form == "M":
        return f"{day.year:04}-M{day.month:02}"
    return f"{day.year:04}-{form[0]}{(day.month - 1) // _MONTHS[form] + 1}"


def frequency(code: int) -> str:
    """The FREQ code a period is at home with: "A" for 2018, "Q" for 2018-Q3, "I" for a date-time."""
    slot = code % _SLOTS
    return "I" if slot >= _FIRST_MINUTE else _FREQ[_FORMS[slot]]


def first_day(code: int) -> date:
    return date.fromordinal(code // _SLOTS + _EPOCH)


def first_code_after(day: date) -> int:
    """Periods that begin after the day have this code or a higher one."""
    return (day.toordinal() + 1 - _EPOCH) * _SLOTS


def last_day(code: int) -> date:
    day, slot = first_day(code), code % _SLOTS
    form = "DD" if slot >= _FIRST_MINUTE else _FORMS[slot]
    if form in ("DD", "D"):
        return day
    if form == "W":
        return day + timedelta(days=6)
    months = 12 if form == "Y" else 1 if form == "MM" else _MONTHS[form]
    ahead = day.year * 12 + day.month - 1 + months
    return date(ahead // 12, ahead % 12 + 1, 1) - timedelta(days=1)


def following(code: int) -> int:
    """The period of the same length that comes next.

    >>> format_period(following(parse_period("2018-Q4")))
    '2019-Q1'
    """
    return _code(last_day(code) + timedelta(days=1), code % _SLOTS)


def ordinal(code: int) -> int:
    """How many periods of its own length lie between it and a fixed one: of neighbours the numbers differ by 1.

    >>> ordinal(parse_period("2019-Q1")) - ordinal(parse_period("2018-Q3"))
    2
    """
    days, slot = divmod(code, _SLOTS)
    if slot >= _FIRST_MINUTE:
        return days * 1440 + slot - _FIRST_MINUTE
    form = _FORMS[slot]
    if form in ("DD", "D"):
        return days
    if form == "W":
        return days // 7
    day = date.fromordinal(days + _EPOCH)
    months = 12 if form == "Y" else 1 if form == "MM" else _MONTHS[form]
    return (day.year * 12 + day.month - 1) // months


def lower_bound(text: str, year_start: tuple[int, int] = (1, 1)) -> int:
    """Smallest code of a period that starts within or after `text`: what startPeriod and `ge:` mean.

    A bound may be any year: people write 0001 and 9999 for an open end. `year_start` is the (month, day) on which the reporting
    year begins that "2018-Q3" is of, as reportingYearStartDay says it.

    >>> lower_bound("0001") < lower_bound("2018") <= parse_period("2018-Q1")
    True
    >>> lower_bound("2010-Q3", (7, 1)) == lower_bound("2011-01-01")
    True
    """
    code = _read(text)
    first = first_day(code) if year_start == (1, 1) else _days_of(text, code, year_start)[0]
    return _clamped(_code(first, 0))


def upper_bound(text: str, year_start: tuple[int, int] = (1, 1)) -> int:
    """Largest code of a period that starts within or before `text`: what endPeriod and `le:` mean.

    >>> parse_period("2018-12") <= upper_bound("2018") < parse_period("2019")
    True
    """
    code = _read(text)
    if code > _LATEST:
        return _LATEST
    last = last_day(code) if year_start == (1, 1) else _days_of(text, code, year_start)[1]
    return _clamped(_code(last, _SLOTS - 1))


def _days_of(text: str, code: int, year_start: tuple[int, int]) -> tuple[date, date]:
    """First and last day where the reporting year does not begin in January.

    As section 6 of the standard reckons: "2010-Q2" of a year from 1 July is October to December 2010. Weeks begin on the
    Monday that is nearest to the start of the year. Only reporting periods are moved: 2010 and 2010-04 are the calendar's.
    """
    found = _PATTERN.fullmatch(text)
    days, slot = divmod(code, _SLOTS)
    form = "DD" if slot >= _FIRST_MINUTE else _FORMS[slot]
    if found is None or form in ("Y", "MM", "DD") or days > _LAST_MOVED:
        return first_day(code), last_day(code)
    start = date(int(found["year"]), *year_start)
    if form == "D":
        day = start + timedelta(days=int(found["rday"]) - 1)
        return day, day
    if form == "W":
        monday = start - timedelta(days=start.weekday() - (7 if start.weekday() > 3 else 0))
        first = monday + timedelta(weeks=int(found["week"]) - 1)
        return first, first + timedelta(days=6)
    part = int(found["rmonth"] or found["part"])
    months = _MONTHS[form]
    return _months_on(start, (part - 1) * months), _months_on(start, part * months) - timedelta(days=1)


def _months_on(day: date, months: int) -> date:
    """The same day some months later, or the last one of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def _clamped(code: int) -> int:
    return min(max(code, _EARLIEST), _LATEST)
