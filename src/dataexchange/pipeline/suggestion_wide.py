"""Wide tables: several columns hold values, and their headers say of which year, area or group.

>>> pattern_of(["2018-19", "2019-20"])
'\\\\d{4}-\\\\d{2}'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dataexchange.model.sentence import say
from dataexchange.model.suggestion import Guess, WideSuggestion
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_periods import forms_of
from dataexchange.pipeline.suggestion_roles import Names

_BESIDE = ("UPPER_BOUND", "LOWER_BOUND", "SAMPLE_SIZE", "UNIT_MULT", "REF_AREA", "AGE")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Wide:
    """What is unpivoted, and the columns of the table as they are after it."""

    suggestion: WideSuggestion
    columns: tuple[Column, ...]
    values_to: str


def wide_of(columns: Sequence[Column], names: Names) -> Wide | None:
    values = [c for c in columns if c.numeric > 0.6 and _holds_values(c, names)]
    periods = [c for c in values if forms_of([c.header])[1] == 1]
    if len(periods) >= 2:
        headers, sure, about = periods, 0.95, "Period"
    elif len(values) >= 2 and not any(names.fit(c.header, names.schema.structure.measure.id) == 2 for c in values):
        headers, sure, about = values, 0.82, "Group"
    else:
        return None
    named = tuple(c.header for c in headers)
    taken = {c.header for c in columns}
    names_to, values_to = _free(about, taken), _free("Value", taken)
    reason = (
        say("the headers of {n} columns of numbers are periods", n=len(named))
        if about == "Period"
        else say("{n} columns hold numbers, and none is called a value", n=len(named))
    )
    rest = [c for c in columns if c.header not in named]
    pattern = pattern_of(named)
    if pattern and any(re.fullmatch(pattern, c.header) for c in rest):
        pattern = None
    heads = Column(names_to, dict.fromkeys(named, 1), 0.0)
    cells = replace(
        headers[0],
        header=values_to,
        texts={text: n for c in headers for text, n in list(c.texts.items())[:200]},
        low=min(c.low for c in headers),
        high=max(c.high for c in headers),
        whole=all(c.whole for c in headers),
    )
    suggestion = WideSuggestion(named, Guess("", sure, reason), names_to, values_to, pattern)
    return Wide(suggestion, (*rest, heads, cells), values_to)


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
