"""Periods on a line of time: where each stands, which follows which, and how people call it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from dataexchange.model.period import first_day, format_period, frequency, last_day

#: Periods a year, of those that are parts of one.
_A_YEAR = {"A": 1, "S": 2, "T": 3, "Q": 4, "M": 12}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def middle(code: int) -> float:
    """The day in the middle of a period: a year's mean belongs to its summer, not to its first of January."""
    return (first_day(code).toordinal() + last_day(code).toordinal()) / 2


def place_in_order(code: int) -> int:
    """A number that rises by one from each period to the next one of the same length."""
    day, length = first_day(code), frequency(code)
    if length in _A_YEAR:
        parts = _A_YEAR[length]
        return day.year * parts + (day.month - 1) * parts // 12
    return day.toordinal() // 7 if length == "W" else day.toordinal()


def usual_step(codes: Sequence[int]) -> int:
    """How far apart neighbours usually are at least: 1 for a yearly series, 10 for one of censuses."""
    places = [place_in_order(code) for code in codes]
    return min((b - a for a, b in pairwise(places) if b > a), default=1)


def in_words(code: int) -> str:
    """`2019`, `Q1 2019`, `March 2019`, `week 7 of 2019`, `31 March 2019`."""
    text, day, length = format_period(code), first_day(code), frequency(code)
    if length == "A":
        return f"{day.year}"
    if length in ("Q", "S", "T"):
        part = (day.month - 1) * _A_YEAR[length] // 12 + 1
        return f"{'Q' if length == 'Q' else 'half ' if length == 'S' else 'third '}{part} {day.year}"
    if length == "M":
        return f"{_MONTHS[day.month - 1]} {day.year}"
    if length == "W":
        return f"week {day.isocalendar().week} of {day.isocalendar().year}"
    if length == "D":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return text.replace("T", " ")


def _brief(code: int) -> str:
    """As an axis has it: months by three letters."""
    words = in_words(code)
    for month in _MONTHS:
        words = words.replace(month, month[:3])
    return words.replace("week ", "w").replace(" of ", " ") if frequency(code) == "W" else words


def marks(codes: Sequence[int], most: int) -> list[tuple[float, str]]:
    """(day, label) of ticks under these periods, `most` at most: round years, or for a short time the periods themselves.

    >>> from dataexchange.model.period import parse_period
    >>> [label for _, label in marks([parse_period(str(y)) for y in range(1990, 2021)], 5)]
    ['1990', '2000', '2010', '2020']
    """
    if not codes:
        return []
    distinct = sorted({middle(code): code for code in codes}.items())
    years = range(first_day(min(codes)).year, last_day(max(codes)).year + 1)
    if by_years(codes):
        lowest, highest = distinct[0][0], distinct[-1][0]
        step = next((s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500) if _count(years, s) <= most), 1000)
        at = [(date(y, 7, 2).toordinal() - 0.0, str(y)) for y in years if y % step == 0]
        found = [(day, label) for day, label in at if lowest - 183 <= day <= highest + 183]
        return found or [(distinct[0][0], in_words(distinct[0][1]))]
    stride = -(-len(distinct) // most)
    return [(day, _brief(code)) for day, code in distinct[::stride]]


def by_years(codes: Sequence[int]) -> bool:
    """Whether years are what an axis of these periods is marked with."""
    lengths = {frequency(code) for code in codes}
    return (
        lengths == {"A"}
        or len(lengths) > 1
        or (bool(codes) and first_day(max(codes)).year - first_day(min(codes)).year > 3)
    )


def _count(years: range, step: int) -> int:
    return sum(1 for year in years if year % step == 0)
