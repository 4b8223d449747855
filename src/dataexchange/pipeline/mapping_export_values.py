"""How a mapping turns texts into values, as mappings of values: codes by their texts, the rest by regular expressions.

A group of the expression is referred to by its number, as SDMX has it: `(.+)` -> `GB_BRS_\\1`.
"""

from __future__ import annotations

from collections.abc import Mapping as Mapping_

from dataexchange.model.mapping import Mapping, PeriodWord, Target
from dataexchange.model.pattern import Pattern
from dataexchange.model.period_forms import DateAs, PeriodForm, YearOf
from dataexchange.model.structure_map import MappedValue, ValueMapping

#: Form of a period -> (expression, what it becomes), in the order in which they are tried.
_PERIODS: Mapping_[PeriodForm, tuple[tuple[str, str], ...]] = {
    PeriodForm.SDMX: ((r"(\d{4}(-[A-Z0-9-]+)?)", r"\1"),),
    PeriodForm.SURVEY_YEAR: ((r"(\d{4})[-/](\d{2}|\d{4})", r"\1"),),
    PeriodForm.QUARTER: ((r"(\d{4})[-/ ]*Q([1-4])", r"\1-Q\2"), (r"Q([1-4])[-/ ]*(\d{4})", r"\2-Q\1")),
    PeriodForm.DATE: ((r"(\d{4})-\d{2}-\d{2}([T ].*)?", r"\1"),),
    PeriodForm.DAY_FIRST: ((r"\d{1,2}[./-]\d{1,2}[./-](\d{4})", r"\1"),),
    PeriodForm.MONTH_FIRST: ((r"\d{1,2}[./-]\d{1,2}[./-](\d{4})", r"\1"),),
    PeriodForm.FISCAL_YEAR: ((r"FY ?(\d{4})([-/](\d{2}|\d{4}))?", r"\1"),),
}


def values_of(mapping: Mapping, target: Target) -> tuple[ValueMapping, ...]:
    """Nothing where texts are taken as they stand, and where a date pattern says it all."""
    codes = mapping.codes_of(target)
    found = [_plain("", target.blank)] if target.blank is not None else []
    if codes is not None:
        found += [_plain(text, code) for text, code in codes.items()]
    found += [_pattern(pattern.match, pattern.gives) for pattern in target.patterns]
    if target.reads or target.gives is not None:
        return tuple(found)
    if target.prefix:
        found.append(_pattern("(.+)", f"{target.prefix}\\1"))
    elif target.period != (PeriodForm.SDMX,) and not only_date(target):
        found += [_pattern(*pair) for word in target.period for pair in _periods(word, target)]
    elif found:
        found.append(_pattern("(.+)", r"\1"))
    return tuple(found)


def missing_values(mapping: Mapping) -> tuple[ValueMapping, ...]:
    """Words for a missing value -> the status that they give, where no column and no fixed value gives one."""
    given = {*mapping.fixed, *(target.to for targets in mapping.columns.values() for target in targets)}
    if "OBS_STATUS" in given:
        return ()
    return tuple(
        _plain(word, meaning)
        for word, meaning in mapping.missing.items()
        if meaning not in ("skip", "delete", "by_status")
    )


def unsaid_periods(target: Target) -> tuple[PeriodForm, ...]:
    """Forms that an expression cannot turn into periods: names of months, the last year of several."""
    return tuple(w for w in target.period if isinstance(w, PeriodForm) and not _periods(w, target))


def _periods(word: PeriodWord, target: Target) -> tuple[tuple[str, str], ...]:
    if isinstance(word, Pattern):
        return ((word.match, word.gives),)
    as_usual = target.of in (None, YearOf.FIRST) and target.date_as is DateAs.YEAR
    return _PERIODS.get(word, ()) if as_usual or word in (PeriodForm.SDMX, PeriodForm.QUARTER) else ()


def only_date(target: Target) -> bool:
    return target.date_as is DateAs.YEAR and target.period == (PeriodForm.DATE,) and target.plain


def _plain(text: str, code: str) -> ValueMapping:
    return ValueMapping(sources=(MappedValue(value=text),), targets=(code,) if code else ())


def _pattern(expression: str, value: str) -> ValueMapping:
    return ValueMapping(sources=(MappedValue(value=expression, is_regex=True),), targets=(value,))
