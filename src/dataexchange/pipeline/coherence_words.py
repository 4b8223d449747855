"""Sentences for statisticians: figures as people write them, series and areas by their names."""

from __future__ import annotations

from dataexchange.model.schema import Schema
from dataexchange.pipeline.coherence_series import Series

#: Codes that mean "no breakdown": not worth a word.
_TOTALS = frozenset({"_T", "_Z", "_X", ""})
_TOLD_ELSEWHERE = frozenset({"FREQ", "REPORTING_TYPE", "SERIES", "REF_AREA"})


def figure(value: float) -> str:
    """Four digits are enough to see a difference.

    >>> figure(1234567.0), figure(9.99910), figure(0.0123456), figure(7.0)
    ('1,234,567', '9.999', '0.01235', '7')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.4g}"
    return f"{value:.7f}".rstrip("0") if "e-" in text else text


def percent(part: float, whole: float) -> str:
    """`18 %`; two digits below ten; nothing to say where the whole is zero.

    >>> percent(2.6, 14.2), percent(0.05, 10), percent(1, 0)
    ('18 %', '0.5 %', '')
    """
    if whole == 0:
        return ""
    share = abs(100 * part / whole)
    return f"{share:.0f} %" if share >= 10 else f"{share:.2g} %"


def difference(local: float, national: float) -> str:
    """`2.5 (18 %)`, the size of a difference, relative to the national value."""
    share = percent(local - national, national)
    return figure(float(f"{abs(local - national):.2g}")) + (f" ({share})" if share else "")


def area_name(schema: Schema, area: str) -> str:
    return schema.code_name("REF_AREA", area)


def label(series: Series) -> str:
    """`EN_ATM_PM25 in GB_BRS`, with the breakdown where there is one: `SL_TLF_UEM in GB_BRS (SEX F)`."""
    parts = [f"{d} {c}" for d, c in series.codes.items() if d not in _TOLD_ELSEWHERE and c not in _TOTALS]
    return f"{series.code} in {series.area}" + (f" ({', '.join(parts)})" if parts else "")


def times(count: int, of: int, things: str = "shared periods") -> str:
    """`in 3 of 7 shared periods`, `in the one shared period`, `in all 7 shared periods`."""
    if of == 1:
        return f"in the one {things.removesuffix('s')}"
    return f"in all {of} {things}" if count == of else f"in {count} of {of} {things}"
