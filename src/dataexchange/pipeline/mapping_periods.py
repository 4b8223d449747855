"""Periods as cities write them -> SDMX periods.

Forms are tried in the order of the mapping: "2011-12" is December for one city and a school year for another. Where none
fits, a symbol of `flags` may stand behind the period ("2018p"): its status is that of the observations, and this is told. Where the form
says less than the cell does (the year 2018 of "2018-19"), the cell's text goes to TIME_DETAIL, if no column gives that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Words
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from dataexchange.errors import InvalidRequest
from dataexchange.model.mapping import Mapping, PeriodWord, Target
from dataexchange.model.pattern import Pattern, rewritten
from dataexchange.model.period import parse_period
from dataexchange.model.period_forms import DateAs, PeriodForm, ReadPeriod, YearOf, forms_of, read_form
from dataexchange.model.sentence import Sentence, Value, either, say, says
from dataexchange.model.symbols import BESIDE, Symbol
from dataexchange.pipeline.mapping_cells import Mapped, Texts, clean, faults_of, results_of
from dataexchange.pipeline.mapping_faults import Fault, shown
from dataexchange.pipeline.mapping_flags import take_flag, take_flags
from dataexchange.pipeline.mapping_shape import Column, Shape
from dataexchange.pipeline.mapping_told import told

TIME_DETAIL = "TIME_DETAIL"

_ORDERS = frozenset((PeriodForm.DAY_FIRST, PeriodForm.MONTH_FIRST))
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
#: Years that `model.period` holds.
_FIRST, _LAST = 1300, 2700

_EXAMPLES: Words[PeriodForm, Value] = {
    PeriodForm.SDMX: say("2018, 2018-Q1 or 2018-03"),
    PeriodForm.SURVEY_YEAR: "2018-19",
    PeriodForm.QUARTER: "2018 Q1",
    PeriodForm.DATE: "2018-03-31",
    PeriodForm.MONTH: "March 2018",
    PeriodForm.DAY_FIRST: "31/03/2018",
    PeriodForm.MONTH_FIRST: "03/31/2018",
    PeriodForm.FISCAL_YEAR: "FY2018",
    PeriodForm.YEAR_ENDING: "year ending March 2018",
    PeriodForm.AVERAGE: "2016-18",
}


def map_periods(
    shape: Shape, column: Column, target: Target, mapping: Mapping, refused: Collection[str]
) -> tuple[Mapped, list[Fault]]:
    """`refused`: statuses that are in no list; a symbol that gives one is no symbol."""
    texts = Texts.of(column)
    results, faults = results_of(shape, column, target, mapping, texts, True)
    flags = {symbol: status for symbol, status in mapping.flags.items() if status not in refused}
    read = [None if r is None else _read(r, target) for r in results]
    marked = _without_marks([r if r and p is None else "" for r, p in zip(results, read, strict=True)], target, flags)
    read = [marked[index].period if index in marked else period for index, period in enumerate(read)]
    wrong = np.array([r is not None and p is None for r, p in zip(results, read, strict=True)], dtype=bool)

    def sentence(text: str, _: Sentence) -> Sentence:
        if (made := _made(clean(text), target.period)) is not None:
            return say(
                "{cell} in column {column} becomes {made} by a pattern under `period`, which is no period such as {examples}: correct "
                "the pattern, or the cell.",
                cell=shown(text),
                column=shown(column.header),
                made=shown(made),
                examples=_EXAMPLES[PeriodForm.SDMX],
            )
        return say(
            "{cell} in column {column} is no period such as {examples}: {remedy}.",
            cell=shown(text),
            column=shown(column.header),
            examples=examples(target.period),
            remedy=remedy(clean(text), target.period),
        )

    faults += faults_of(shape, column, texts, wrong, "MAP-PERIOD", sentence, target.to)
    lookup = np.array([0 if p is None else p.code for p in read], dtype=np.int32)
    bad = np.array([p is None for p in read], dtype=bool)
    mapped = Mapped(level=column.level, values=lookup[texts.which], bad=bad[texts.which])
    return (_with_marks(mapped, shape, column, texts, marked, mapping) if marked else mapped), faults


def map_detail(column: Column, target: Target, mapping: Mapping) -> Mapped | None:
    """TIME_DETAIL: the texts of a period's column that say more than the period. None where there are none."""
    if target.reads or target.gives is not None:
        return None
    texts = Texts.of(column)
    read = [_read(text, target) for text in texts.clean]
    plain = ["" if period else text for text, period in zip(texts.clean, read, strict=True)]
    kept = [text if period and period.detail else "" for text, period in zip(texts.clean, read, strict=True)]
    for index, marked in _without_marks(plain, target, mapping.flags).items():
        kept[index] = marked.text if marked.period.detail else ""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(text for text in kept if text))}
    if not numbers:
        return None
    lookup = np.array([numbers.get(text, -1) for text in kept], dtype=np.int32)
    none = np.zeros(len(texts.which), dtype=bool)
    return Mapped(level=column.level, values=lookup[texts.which], bad=none, coded=True, codes=tuple(numbers))


def read_period(text: str, forms: Sequence[PeriodWord]) -> int | None:
    """The code of the first form that fits, None where none does.

    >>> read_period("2018-19", (PeriodForm.SURVEY_YEAR,)) == parse_period("2018")
    True
    """
    found = _first_that_fits(text, forms, None, DateAs.YEAR)
    return None if found is None else found.code


def examples(forms: Sequence[PeriodWord]) -> Value:
    return either([shown(form.match) if isinstance(form, Pattern) else _EXAMPLES[form] for form in forms])


def remedy(text: str, forms: Sequence[PeriodWord]) -> Sentence:
    """What to do about a text that is no period in these forms."""
    if _of_another_age(text, forms):
        return say("years run from {first} to {last}, correct the cell", first=str(_FIRST), last=str(_LAST))
    possible = forms_of(text)
    fitting = [form for form in PeriodForm if form in possible and form not in forms]
    if (given := _ORDERS & set(forms)) and _ORDERS & set(fitting):
        # What has no such day in the order of the mapping is a slip of the pen, not another order.
        return say("the mapping says `{order}`, and there is no such day: correct the cell", order=min(given).value)
    if set(fitting) >= _ORDERS:
        return say("which is the day and which the month? Add `day_first` or `month_first` under `period`")
    if PeriodForm.DATE in fitting and PeriodForm.SDMX in fitting:
        return say("add `date` under `period` for the year of the date, or `sdmx` for the day itself")
    if PeriodForm.DATE in fitting:
        return say("add `date` under `period` for the year of the date")
    if fitting:
        return say("add `{form}` under `period`", form=fitting[0].value)
    if (usual := _usual_mark(text)) is not None:
        return say(
            "if {symbol} is a mark beside the period, say under `flags` what it means ({symbol} is usually {status})",
            symbol=shown(usual.symbol),
            status=usual.status,
        )
    return say("correct the cell")


def _usual_mark(text: str) -> Symbol | None:
    """A symbol of other offices behind what is a period without it."""
    taken = take_flag(text, {symbol.symbol: symbol.status for symbol in BESIDE})
    return next((s for s in BESIDE if taken is not None and s.symbol == taken[1] and forms_of(taken[0])), None)


def _read(text: str, target: Target) -> ReadPeriod | None:
    return _first_that_fits(text, target.period, target.of, target.date_as)


def _first_that_fits(text: str, forms: Sequence[PeriodWord], of: YearOf | None, as_: DateAs) -> ReadPeriod | None:
    for form in forms:
        found = _by_pattern(text, form) if isinstance(form, Pattern) else read_form(text, form, of, as_)
        if found is not None:
            return found
    return None


def _by_pattern(text: str, pattern: Pattern) -> ReadPeriod | None:
    made = rewritten(pattern.match, pattern.gives, [text])[0]
    try:
        return None if made is None else ReadPeriod(parse_period(made), True)
    except InvalidRequest:
        return None


def _made(text: str, forms: Sequence[PeriodWord]) -> str | None:
    """What the first pattern that a text matches makes of it."""
    patterns = (form for form in forms if isinstance(form, Pattern))
    return next((m for p in patterns if (m := rewritten(p.match, p.gives, [text])[0]) is not None), None)


class _Marked(NamedTuple):
    """A period with a symbol behind it: the text without the symbol, and the symbol."""

    period: ReadPeriod
    text: str
    symbol: str


def _without_marks(texts: Sequence[str], target: Target, flags: Words[str, str]) -> dict[int, _Marked]:
    """By their place, the texts that are a period and a symbol of `flags`."""
    if not flags or not any(texts):
        return {}
    found = take_flags(pa.array(texts, pa.string()), np.arange(len(texts)), flags)
    symbols = tuple(flags)
    listed = zip(found.rows.tolist(), found.texts.to_pylist(), found.which.tolist(), strict=True)
    read = ((row, text, symbols[which], _read(text, target)) for row, text, which in listed)
    return {row: _Marked(period, text, symbol) for row, text, symbol, period in read if period is not None}


def _with_marks(
    mapped: Mapped,
    shape: Shape,
    column: Column,
    texts: Texts,
    marked: Words[int, _Marked],
    mapping: Mapping,
) -> Mapped:
    """The periods with the statuses of the symbols behind them, and one remark for each symbol."""
    symbols = tuple(dict.fromkeys(found.symbol for found in marked.values()))
    statuses = tuple(dict.fromkeys(mapping.flags[symbol] for symbol in symbols))
    lookup = np.full(len(texts.clean), -1, dtype=np.int32)
    remarks = []
    for symbol in symbols:
        here = np.zeros(len(texts.clean), dtype=bool)
        here[[index for index, found in marked.items() if found.symbol == symbol]] = True
        lookup[here] = statuses.index(mapping.flags[symbol])
        cells = np.flatnonzero(here[texts.which])
        sentence = says(
            "{n} cell has {symbol} behind the period: its observations have OBS_STATUS {status}, as `flags` says.",
            "{n} cells have {symbol} behind the period: their observations have OBS_STATUS {status}, as `flags` says.",
            len(cells),
            symbol=shown(symbol),
            status=mapping.flags[symbol],
        )
        remarks.append(told("MAP-PERIOD-MARK", sentence, shape, column, cells))
    return replace(mapped, status=lookup[texts.which], statuses=statuses, told=tuple(remarks))


def _of_another_age(text: str, forms: Sequence[PeriodWord]) -> bool:
    """Would it be a period if its year were one that can be held?"""
    found = _YEAR.search(text)
    if found is None or _FIRST <= int(found[0]) <= _LAST:
        return False
    shift = int(found[0]) - 2000
    return read_period(_YEAR.sub(lambda year: f"{int(year[0]) - shift:04}", text), forms) is not None
