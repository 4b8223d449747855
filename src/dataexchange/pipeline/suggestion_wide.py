"""Wide tables: several columns hold values, and their headers say of which year, area or group.

>>> pattern_of(["2018-19", "2019-20"])
'\\\\d{4}-\\\\d{2}'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dataexchange.model.sentence import Sentence, say
from dataexchange.model.suggestion import Guess, WideSuggestion
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_periods import forms_of
from dataexchange.pipeline.suggestion_roles import NEEDLESS, PERIOD_PART, Names

_BESIDE = ("UPPER_BOUND", "LOWER_BOUND", "SAMPLE_SIZE", "UNIT_MULT", "REF_AREA", "SEX", "AGE", NEEDLESS, PERIOD_PART)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Wide:
    """What is unpivoted, and the columns of the table as they are after it."""

    suggestion: WideSuggestion
    columns: tuple[Column, ...]
    values_to: str


def wide_of(columns: Sequence[Column], names: Names, heads: Mapping[str, tuple[str, ...]]) -> Wide | None:
    """`heads`: what stands in each header row of a column, where there are several."""
    values = [c for c in columns if c.numeric > 0.6 and _holds_values(c, names)]
    stacked = [c for c in values if len(heads.get(c.header, ())) > 1 and len(set(heads[c.header])) > 1]
    periods = [c for c in values if forms_of([c.header])[1] == 1]
    if len(stacked) >= 2:
        rows = [list(dict.fromkeys(texts)) for texts in zip(*(heads[c.header] for c in stacked), strict=False)]
        return _wide(
            columns, stacked, rows, 0.9, say("{n} columns of numbers have several header rows", n=len(stacked))
        )
    if len(periods) >= 2:
        reason = say("the headers of {n} columns of numbers are periods", n=len(periods))
        return _wide(columns, periods, [[c.header for c in periods]], 0.95, reason)
    if len(values) >= 2 and not any(names.fit(c.header, names.schema.structure.measure.id) == 2 for c in values):
        reason = say("{n} columns hold numbers, and none is called a value", n=len(values))
        return _wide(columns, values, [[c.header for c in values]], 0.82, reason)
    return None


def _wide(
    columns: Sequence[Column], values: Sequence[Column], rows: Sequence[Sequence[str]], sure: float, reason: Sentence
) -> Wide:
    named = tuple(c.header for c in values)
    taken = {c.header for c in columns}
    heads = []
    for texts in rows:
        about = _free("Period" if forms_of(texts)[1] == 1 else "Group", taken)
        taken.add(about)
        heads.append(Column(about, dict.fromkeys(texts, 1), 0.0))
    values_to = _free("Value", taken)
    rest = [c for c in columns if c.header not in named]
    pattern = pattern_of(named) if len(rows) == 1 else None
    if pattern and any(re.fullmatch(pattern, c.header) for c in rest):
        pattern = None
    cells = replace(
        values[0],
        header=values_to,
        texts={text: n for c in values for text, n in list(c.texts.items())[:200]},
        low=min(c.low for c in values),
        high=max(c.high for c in values),
        whole=all(c.whole for c in values),
    )
    suggestion = WideSuggestion(named, Guess("", sure, reason), tuple(h.header for h in heads), values_to, pattern)
    return Wide(suggestion, (*rest, *heads, cells), values_to)


def pattern_of(headers: Sequence[str]) -> str | None:
    """A pattern of headers that differ in their digits only."""
    shapes = {_DIGITS.sub(lambda found: f"\0{len(found[0])}\0", header) for header in headers}
    if len(shapes) != 1 or "\0" not in (shape := shapes.pop()):
        return None
    return re.sub(r"\\?\0(\d+)\\?\0", r"\\d{\1}", re.escape(shape)).replace("\\-", "-").replace("\\ ", " ")


def _holds_values(column: Column, names: Names) -> bool:
    time = names.schema.structure.time_dimension
    if any(names.fit(column.header, component) == 2 for component in _BESIDE):
        return False
    return not (time and forms_of(column.texts)[1] > 0.95 and (names.fit(column.header, time.id) or column.whole))


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        free, number = f"{name} {number}", number + 1
    return free
