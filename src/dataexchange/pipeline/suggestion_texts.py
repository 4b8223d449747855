"""The texts of a column as codes of what it gives, and codes proposed for those that no list has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.suggestion import (
    Guess,
    ValueSuggestion,
)
from dataexchange.pipeline.suggestion_beside import sexes, told_apart
from dataexchange.pipeline.suggestion_learned import NOTHING, Learned
from dataexchange.pipeline.suggestion_local import local_area, local_code, local_series
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_pairs import Pairs
from dataexchange.pipeline.suggestion_roles import Names
from dataexchange.pipeline.suggestion_series import About, series_for_text
from dataexchange.pipeline.suggestion_values import READING, Reader, blank_value
from dataexchange.pipeline.suggestion_words import plain

#: Texts of a column that are listed one by one.
LISTED = 400
AREA = "REF_AREA"
#: A breakdown with more texts is none that a person wants to read.
BREAKDOWN = 60
#: Dimensions that texts of a mixed column ("Women", "16-24", "Disabled") may belong to.
MIXED = (
    "SEX",
    "AGE",
    "DISABILITY_STATUS",
    "URBANISATION",
    "INCOME_WEALTH_QUANTILE",
    "EDUCATION_LEV",
    "COMPOSITE_BREAKDOWN",
)
#: Dimensions that local codes are proposed for.
BREAKDOWNS = ("COMPOSITE_BREAKDOWN", "CUST_BREAKDOWN")
LOCAL_SURE = 0.6
#: Tenths or fifths are counted from the most deprived mostly; where the first or last says otherwise, all are the other way round.
_FROM_LEAST = re.compile(r"\b(decile|quintile) (1 least|10 most|5 most)")


@dataclass(frozen=True, slots=True)
class Shared:
    """What the columns of one table have in common."""

    schema: Schema
    names: Names
    reader: Reader
    about: About
    #: The area that the sender stands for, where it is one.
    city: str | None
    #: Codes that are proposed already.
    taken: set[str]
    pairs: Pairs
    learned: Learned = NOTHING
    #: The likeliest global series of the table, that local ones are named after.
    near: str | None = None
    #: Whether the values are those of several columns.
    several: bool = False


def values_of(column: Column, component: str, shared: Shared) -> tuple[ValueSuggestion, ...]:
    """The texts with their codes; where a breakdown has no code for one, a local code is proposed."""
    if component == "SERIES":
        return series_values(column, shared)
    found = []
    shared.reader.begin(READING)
    for value in shared.reader.values(component, column.texts, LISTED):
        found.append(with_local(column, value, shared) if component in BREAKDOWNS else value)
    if component in BREAKDOWNS and any(_FROM_LEAST.search(plain(text)) for text in column.texts):
        found = [_doubted(value) for value in found]
    if component == "SEX":
        found = sexes(column.header, found)
    if component in shared.schema.structure.dimension_ids:
        found = told_apart(found)
    if component == AREA:
        found = _with_new_areas(found, shared)
    if column.blank:
        city = shared.city if _of_city(found, shared.reader.within) else None
        blank = blank_value(component, shared.schema, city)
        if component == AREA and shared.city is not None and not blank.guesses:
            blank = replace(blank, guesses=(Guess(shared.city, 0.5, say("an empty cell may be the whole of it")),))
        found.append(blank)
    return tuple(found)


def _doubted(value: ValueSuggestion) -> ValueSuggestion:
    guesses = tuple(replace(guess, confidence=min(guess.confidence, 0.5)) for guess in value.guesses)
    return replace(value, guesses=guesses)


def _with_new_areas(values: list[ValueSuggestion], shared: Shared) -> list[ValueSuggestion]:
    """Beside parts of the city, what the list does not know may be another part: the city's code and the part's own code or name."""
    codes = [value.best.code for value in values if value.best]
    if shared.city is None or not codes or sum(code in shared.reader.within for code in codes) < len(values) / 2:
        return values
    reason = say("stands among areas of {city}, and no list has it", city=shared.city)
    return [
        v if v.guesses else ValueSuggestion(v.text, (Guess(local_area(shared.city, v.text), 0.5, reason, new=True),))
        for v in values
    ]


def _of_city(values: Sequence[ValueSuggestion], within: frozenset[str]) -> bool:
    """Whether the areas named are parts of the city: beside regions of the country an empty cell is no city."""
    codes = [value.best.code for value in values if value.best]
    return all(code in within for code in codes)


def with_local(column: Column, value: ValueSuggestion, shared: Shared) -> ValueSuggestion:
    """Beside codes that a text is hardly like stands the local one that it may need, and first."""
    if value.best and value.best.confidence > LOCAL_SURE:
        return value
    return ValueSuggestion(value.text, (proposed(column, value.text, shared), *value.guesses))


def proposed(column: Column, text: str, shared: Shared) -> Guess:
    code = local_code(column.header, text, shared.taken)
    return Guess(code, LOCAL_SURE, say("no code list has it; a local code is proposed"), new=True)


def series_values(column: Column, shared: Shared) -> tuple[ValueSuggestion, ...]:
    """Two texts that a column tells apart are not one series: where both look like it, neither surely is."""
    values = [_series_value(text, shared) for text in list(column.texts)[:LISTED]]
    often = Counter(value.best.code for value in values if value.best)
    return tuple(
        ValueSuggestion(v.text, tuple(replace(g, confidence=min(g.confidence, 0.7)) for g in v.guesses))
        if v.best and often[v.best.code] > 1
        else v
        for v in values
    )


def _series_value(text: str, shared: Shared) -> ValueSuggestion:
    found = series_for_text(text, shared.about, shared.schema, shared.learned)
    if found and found[0].sure:
        return ValueSuggestion(text, found)
    near = found[0].code if found else shared.near
    indicator = shared.about.indicators[0] if shared.about.indicators else None
    code = local_series(near, indicator, text, shared.taken)
    proposal = Guess(code, 0.55, say("is not certainly any series of the list; a local code is proposed"), new=True)
    # A series that is nearly the one meant stands first; that it is only nearly so is the question.
    return ValueSuggestion(text, (*found, proposal) if found and found[0].confidence > 0.65 else (proposal, *found))
