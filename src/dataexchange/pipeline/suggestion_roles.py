"""What a column may be: every role that its name and its texts allow, with how sure that is and why.

The name and the texts speak together: a column "Sex" with Male and Female is nearly certain, one called "Group" with the same texts
quite sure, one called "Sex" with texts that mean nothing to us a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dataexchange.model.period_forms import PeriodForm
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.suggestion import Guess
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_periods import forms_of
from dataexchange.pipeline.suggestion_values import JUDGING, Reader
from dataexchange.pipeline.suggestion_words import plain, plain_name, shipped_words

#: Attributes whose texts stand as they are.
_TEXTS = ("COMMENT_OBS", "SOURCE_DETAIL", "COMMENT_TS", "TIME_DETAIL")
_NUMBERS = ("UPPER_BOUND", "LOWER_BOUND", "SAMPLE_SIZE")
#: Components that are told by a column's name only: their codes are single letters, or anything.
_BY_NAME = frozenset(
    ("FREQ", "REPORTING_TYPE", "SERIES", "CUST_BREAKDOWN", "UNIT_MULT", "UNIT_MEASURE", "GLOBAL_SERIES")
)
#: Whoever calls a column so means it, even where its texts are in no list of ours.
_BY_NAME_ALONE = frozenset(("SEX", "AGE", "REF_AREA"))
#: Not a component: what columns are called that no observation needs.
NEEDLESS = "NEEDLESS"
#: Part of a period, such as the quarter beside the year.
PERIOD_PART = "PERIOD_PART"
_JUDGED = 400
_LETTER = re.compile(r"[^\W\d_]")

#: (how well the name fits: 2 nearly always means it, 1 may mean it, 0 says nothing) -> (share of texts with a code, confidence).
_TOGETHER: Mapping[int, tuple[tuple[float, float], ...]] = {
    2: ((0.99, 0.97), (0.8, 0.93), (0.5, 0.86), (0.01, 0.75), (0.0, 0.62)),
    1: ((0.99, 0.93), (0.8, 0.88), (0.5, 0.7), (0.01, 0.45), (0.0, 0.3)),
    0: ((0.99, 0.88), (0.8, 0.82), (0.5, 0.6), (0.2, 0.3), (0.0, 0.0)),
}


@dataclass(frozen=True, slots=True)
class Role:
    """A column as one component."""

    column: Column
    guess: Guess
    period: tuple[str, ...] = ()

    @property
    def component(self) -> str:
        return self.guess.code


@dataclass(frozen=True, slots=True)
class Names:
    """What columns are called: by words of several languages, by the structure's own names, and in mappings accepted before."""

    schema: Schema
    learned: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def fit(self, header: str, component: str) -> int:
        asked = plain_name(header)
        known = shipped_words().columns.get(component, {})
        ids = self.schema.derived(("suggestion names", component), lambda: _own_names(self.schema, component))
        tries = {asked, _without_tail(asked)}
        if tries & ids or any(known.get(name) for name in tries):
            return 2
        if any(name in known for name in tries) or self.learned.get(asked, ("", ""))[0] == component:
            return 1
        likely = {name for name, sure in known.items() if sure and len(name) > 2}
        return 1 if any(f" {name} " in f" {asked} " for name in likely) else 0


def needless(column: Column, names: Names) -> bool:
    """Numbers of rows, and where something lies on a map. An "ID" with letters may be the code of an area."""
    return column.numeric > 0.9 and names.fit(column.header, NEEDLESS) == 2


def period_part(column: Column, names: Names) -> bool:
    """A quarter or month without its year: "1", "T1", "marzo"."""
    return names.fit(column.header, PERIOD_PART) == 2 and forms_of(column.texts)[1] < 0.5


def roles(column: Column, names: Names, reader: Reader) -> Iterator[Role]:
    """Every role with some likelihood, in no order."""
    if not column.texts:
        return
    schema = names.schema
    reader.begin(JUDGING)
    if schema.structure.time_dimension is not None and (role := _period(column, names)):
        yield role
    if role := _measure(column, names):
        yield role
    for attribute in schema.structure.attributes:
        if attribute.id in (*_TEXTS, *_NUMBERS) and (role := _plain(column, names, attribute.id)):
            yield role
    for component in schema.codes:
        if role := _coded(column, component, names, reader):
            yield role


def _period(column: Column, names: Names) -> Role | None:
    time = names.schema.structure.time_dimension
    assert time is not None
    forms, share = forms_of(column.texts)
    fit = names.fit(column.header, time.id)
    if share < 0.5:
        return None
    # Numbers between 1850 and 2150 may be years; whole years that nobody calls so are a question.
    sure = {2: 0.98, 1: 0.93, 0: 0.85}[fit] if share > 0.95 else {2: 0.85, 1: 0.75, 0: 0.5}[fit]
    if fit == 0 and PeriodForm.SDMX.value in forms and column.numeric and len(column.texts) < 3:
        sure = 0.6
    if "day_first" in forms and "month_first" in forms:
        # Each text may be read both ways: which is the day is for a person to say.
        sure, forms = min(sure, 0.7), tuple(form for form in forms if form != "month_first")
    told = next(iter(column.texts))
    reason = say("{share} of its texts are periods, such as {example}", share=_percent(share), example=told)
    return Role(column, Guess(time.id, sure, reason), forms)


def _measure(column: Column, names: Names) -> Role | None:
    measure = names.schema.structure.measure.id
    fit = names.fit(column.header, measure)
    if column.numeric < 0.6 or (fit < 2 and forms_of(column.texts)[1] > 0.95):
        return None
    sure = {2: 0.97, 1: 0.86, 0: 0.7}[fit] if column.numeric > 0.9 else {2: 0.85, 1: 0.7, 0: 0.45}[fit]
    reason = say("{share} of its cells are numbers", share=_percent(column.numeric))
    return Role(column, Guess(measure, sure, reason))


def _plain(column: Column, names: Names, component: str) -> Role | None:
    fit = names.fit(column.header, component)
    numeric = component in _NUMBERS
    if not fit or numeric != (column.numeric > 0.6):
        return None
    # "Source", empty in some rows, may be where money comes from as well as where figures do.
    sure = 0.7 if component == "SOURCE_DETAIL" and column.blank else 0.9
    return Role(column, Guess(component, sure if fit == 2 else 0.6, say("its name says so")))


def _coded(column: Column, component: str, names: Names, reader: Reader) -> Role | None:
    fit = names.fit(column.header, component)
    dimension = component in names.schema.structure.dimension_ids
    if not fit and (component in _BY_NAME or not dimension or column.numeric > 0.9):
        return None
    texts = list(column.texts)[:_JUDGED]
    if component == "INCOME_WEALTH_QUANTILE" and any("depriv" in plain(text) for text in (column.header, *texts)):
        # Fifths of neighbourhoods, not of incomes.
        return None
    known = [_known(reader.best(component, text)) for text in texts]
    share = sum(known) / len(texts)
    sure = next(confidence for least, confidence in _TOGETHER[fit] if share >= least)
    if not fit and (len(texts) == 1 or (component == "AGE" and not any(_LETTER.search(text) for text in texts))):
        # "1-2" and "5+" are ages, or rooms.
        sure = min(sure, 0.6)
    if not fit and component in ("ACTIVITY", "OCCUPATION") and len(texts) < 5:
        # "Health" and "Education" are industries, or what a budget is spent on.
        sure = min(sure, 0.6)
    if component == "UNIT_MEASURE" and not any(
        guess.confidence > 0 for t in texts for guess in reader.guesses(component, t)
    ):
        # "Units" are sectors, stages or measures as often.
        sure = 0.3
    if component in _BY_NAME_ALONE and fit == 2 and not share:
        sure = 0.82
    if sure < 0.2:
        return None
    return Role(column, Guess(component, sure, _because(sum(known), len(texts), fit, component)))


def _known(guess: Guess | None) -> bool:
    """An age that the code list does not have is still an age."""
    return guess is not None and (guess.sure or (guess.new and guess.confidence >= 0.7))


def _because(known: int, n: int, fit: int, component: str) -> Sentence:
    found = say("{known} of {n} texts have a code of {component}", known=known, n=n, component=component)
    return say("its name says so, and {found}", found=found) if fit else found


def _own_names(schema: Schema, component: str) -> frozenset[str]:
    concept = schema.described.get(component)
    return frozenset((plain(component), *(plain(name) for name in (concept.names.values() if concept else ()))))


def _without_tail(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[-1] in shipped_words().tails:
        words.pop()
    return " ".join(words)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share < 0.995 or share == 1 else "over 99%"
