"""Sentences for statisticians: figures as people write them, series and areas by their names."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import WRITTEN, Sentence, Value, say, says
from dataexchange.pipeline.coherence_panel import View

#: Letters of the name of a series.
_LONGEST = 60


def figure(value: float) -> float:
    """Four digits are enough to see a difference; the language writes them. What has more digits than a number keeps is not written out.

    >>> figure(1234567.4), figure(9.99910), figure(0.0123456), figure(7.0), figure(1e300)
    (1234567, 9.999, 0.01235, 7, 1e+300)
    """
    if abs(value) >= WRITTEN:
        return float(f"{value:.4g}")
    rounded = round(value) if abs(value) >= 1000 else float(f"{value:.4g}")
    return int(rounded) if rounded == int(rounded) else rounded


def percent(part: float, whole: float) -> Sentence | None:
    """`18 %`; two digits below ten; nothing to say where the whole is zero.

    >>> str(percent(2.6, 14.2)), str(percent(0.05, 10)), percent(1, 0)
    ('18 %', '0.5 %', None)
    """
    if whole == 0:
        return None
    share = abs(100 * part / whole)
    return say("{share} %", share=round(share) if share >= 10 else figure(float(f"{share:.2g}")))


def sized(size: float, share: Sentence | None) -> Value:
    """`2.5 (18 %)`."""
    return figure(size) if share is None else say("{size} ({share})", size=figure(size), share=share)


def difference(local: float, national: float) -> Value:
    """`2.5 (18 %)`, the size of a difference, relative to the national value. From 100 on it is as exact as the figures beside it.

    >>> str(difference(11.71, 14.21)), str(difference(2067, 1033))
    ('2.5 (18 %)', '1,034 (100 %)')
    """
    size = abs(local - national)
    return sized(size if size >= 100 else float(f"{size:.2g}"), percent(local - national, national))


def points_apart(local: float, national: float) -> Sentence:
    """`4.8 percentage points`, the size of a difference of percentages, of which a percentage would confuse."""
    return say("{size} percentage points", size=figure(float(f"{abs(local - national):.2g}")))


def area_name(schema: Schema, area: str) -> str:
    names: dict[str, str] = schema.derived("names of areas", dict)
    if area not in names:
        names[area] = schema.code_name("REF_AREA", area)
    return names[area]


def area_told(schema: Schema, area: str) -> str:
    """`Ashley (GB_BRS_E05010885)`; the code alone where its list has no name for it."""
    name = area_name(schema, area)
    return area if name == area else f"{name} ({area})"


def series_told(schema: Schema, code: str) -> str:
    """`Unemployment rate (SL_TLF_UEM)`, a long name cut short: it has to be known again, and a sentence to stay one."""
    known: dict[str, str] = schema.derived("series as they are told", dict)
    if code not in known:
        name = schema.code_name("SERIES", code)
        cut = shorten(name, _LONGEST, placeholder="…").replace(",…", "…")
        known[code] = code if name == code else f"{cut} ({code})"
    return known[code]


def label(schema: Schema, series: View) -> Sentence:
    """`Unemployment rate (SL_TLF_UEM) in Bristol (GB_BRS)`, with the breakdown where there is one:
    `Unemployment rate (SL_TLF_UEM) in Bristol (GB_BRS) (SEX F)`."""
    code, area = series_told(schema, series.code), area_told(schema, series.area)
    breakdown = series.panel.breakdowns[series.number]
    if not breakdown:
        return say("{series} in {area}", series=code, area=area)
    return say("{series} in {area} ({breakdown})", series=code, area=area, breakdown=breakdown)


def times(count: int, of: int) -> Sentence:
    """`in 3 of 7 periods`, `in the one period`, `in all 7 periods`."""
    if of == 1:
        return say("in the one period")
    if count == of:
        return says("in all {n} period", "in all {n} periods", of)
    return says("in {count} of {n} period", "in {count} of {n} periods", of, count=count)


def shared_times(count: int, of: int) -> Sentence:
    """The same of periods that both series have."""
    if of == 1:
        return say("in the one shared period")
    if count == of:
        return says("in all {n} shared period", "in all {n} shared periods", of)
    return says("in {count} of {n} shared period", "in {count} of {n} shared periods", of, count=count)


def partly(words: Sentence, cautions: Sequence[Sentence]) -> Sentence:
    """The words, and why the comparison is only a partial one."""
    for caution in cautions:
        words = say("{words}; only partly comparable: {caution}", words=words, caution=caution)
    return words
