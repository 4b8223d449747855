"""What is the same for every observation: the components that no column gives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dataexchange.model.age import read_age
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.suggestion import ColumnSuggestion, FixedSuggestion, Guess
from dataexchange.pipeline.suggestion_codes import TOTAL
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_periods import frequency_of
from dataexchange.pipeline.suggestion_roles import Names, period_part
from dataexchange.pipeline.suggestion_series import About
from dataexchange.pipeline.suggestion_units import multiple_in, unit_in
from dataexchange.pipeline.suggestion_words import plain, plain_name

_SEXES = (
    ("F", re.compile(r"\b(women|woman|girls|female|females|mothers|maternal)\b")),
    ("M", re.compile(r"\b(men|boys|male)\b")),
)
#: Parts of a year that are no quarters, as columns are called.
FREQUENCIES = {
    **dict.fromkeys(("month", "mes", "mois"), "M"),
    **dict.fromkeys(("semester", "half year", "semestre"), "S"),
    **dict.fromkeys(("week", "semana", "semaine"), "W"),
}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_AGED = re.compile(r"\b(?:aged?|ages|under|over)\s+\d{1,3}(?:\s*(?:-|to|and)\s*(?:\d{1,3}|over))?(?:\s*years?)?", re.I)


def suggest_fixed(
    columns: Sequence[ColumnSuggestion],
    looked: Sequence[Column],
    about: About,
    series: tuple[Guess, ...],
    schema: Schema,
    city: str | None,
    provider: str | None,
) -> tuple[FixedSuggestion, ...]:
    """In the order of the structure; what a column gives, surely or perhaps, is left out."""
    given = {target.component for column in columns for target in column.targets}
    sure = {target.component for column in columns for target in column.targets if target.guess.sure}
    made = []
    structure = schema.structure
    for told in (structure.time_dimension, structure.measure):
        if told is not None and told.id not in given and not any(g.code == told.id for c in columns for g in c.others):
            # No column gives it: that is asked first.
            made.append(FixedSuggestion(told.id, tuple(_years(about)) if told is structure.time_dimension else ()))
    for component in (*schema.structure.dimension_ids, *(a.id for a in schema.structure.attributes)):
        if component in sure or (component in given and component in ("SERIES", "REF_AREA")):
            continue
        guesses = tuple(_guesses(component, columns, looked, about, series, schema, city, provider))
        mandatory = component in schema.structure.dimension_ids or any(
            a.id == component and a.mandatory for a in schema.structure.attributes
        )
        if mandatory or guesses:
            # A column may give it: then that it is the same everywhere is no fact either.
            made.append(FixedSuggestion(component, _doubted(guesses) if component in given else guesses, not mandatory))
    return tuple(made)


def _guesses(
    component: str,
    columns: Sequence[ColumnSuggestion],
    looked: Sequence[Column],
    about: About,
    series: tuple[Guess, ...],
    schema: Schema,
    city: str | None,
    provider: str | None,
) -> Iterator[Guess]:
    codes = schema.codes.get(component, {})
    if component == "SERIES":
        yield from series
    elif component == "REF_AREA" and city is not None:
        yield Guess(city, 0.88, say("is the area of {provider}, and no column names others", provider=provider or ""))
    elif component == "FREQ":
        yield from _frequency(columns, looked, Names(schema))
    elif component == "REPORTING_TYPE" and "N" in codes:
        yield Guess("N", 0.93, say("a city reports on the national side"))
    elif component == "UNIT_MEASURE":
        yield from _unit(about, series, schema, _told_by_series(columns))
    elif component == "UNIT_MULT":
        yield from _multiple(about)
    elif component == "OBS_STATUS":
        yield from _status(series)
    elif component == "NATURE" and "C" in codes:
        yield Guess("C", 0.7, say("figures of the city itself or its country"))
    elif TOTAL in codes:
        yield from _total(component, about, series, schema)


def _frequency(columns: Sequence[ColumnSuggestion], looked: Sequence[Column], names: Names) -> Iterator[Guess]:
    texts = {column.header: column.texts for column in looked}
    part = next((column.header for column in looked if period_part(column, names)), None)
    for column in columns:
        for target in column.targets:
            if target.period and column.header in texts:
                if part is not None:
                    yield Guess(
                        FREQUENCIES.get(plain_name(part), "Q"), 0.6, say("the column {name} parts years", name=part)
                    )
                    yield Guess("A", 0.4, say("the periods are such"))
                    return
                code = frequency_of(texts[column.header], target.period)
                yield Guess(code, 0.93 if code == "A" else 0.85, say("the periods are such"))
                return
    yield Guess("A", 0.6, say("figures of cities are mostly annual"))


def _years(about: About) -> Iterator[Guess]:
    """Years that a title speaks of."""
    for title in about.titles:
        for year in _YEAR.findall(title):
            yield Guess(year, 0.6, say("“{title}” speaks of it", title=title))


def _told_by_series(columns: Sequence[ColumnSuggestion]) -> str | None:
    """The unit that all texts of the column of series speak of, where it is one."""
    texts = [v.text for c in columns for t in c.targets if t.component == "SERIES" and t.guess.sure for v in t.values]
    units = [unit_in(text) for text in texts]
    codes = {unit.code if unit and not unit.per else None for unit in units}
    return codes.pop() if len(codes) == 1 else None


def _unit(about: About, series: tuple[Guess, ...], schema: Schema, same: str | None) -> Iterator[Guess]:
    told: dict[str, Guess] = {}
    if same is not None:
        told[same] = Guess(same, 0.88, say("all texts that tell series apart speak of it"))
    for title in about.titles:
        if unit := unit_in(title):
            told.setdefault(
                unit.code,
                Guess(
                    unit.code,
                    min(unit.confidence, 0.75 if title in about.above else 1),
                    say("“{title}” speaks of “{word}”", title=title, word=unit.word),
                ),
            )
    yield from told.values()
    for guess in series[:3]:
        item = schema.codes.get("SERIES", {}).get(guess.code)
        unit_code = item.annotation("UNIT") if item else None
        if unit_code and unit_code not in told:
            sure = round(min(guess.confidence, 0.78) - (0.3 if told else 0), 2)
            told[unit_code] = Guess(unit_code, sure, say("is the unit of {series}", series=guess.code))
            yield told[unit_code]
    values = about.values
    if not told and values is not None and values.numeric:
        if values.whole and values.low >= 0 and len(values.texts) > 2:
            yield Guess("NUMBER", 0.5, say("all values are whole numbers"))
        elif values.low >= 0 and values.high <= 100:
            yield Guess("PT", 0.45, say("all values are between 0 and 100"))


def _multiple(about: About) -> Iterator[Guess]:
    for title in (*about.titles, *about.telling):
        if power := multiple_in(title):
            yield Guess(power, 0.75, say("“{title}” speaks of a multiple", title=title))
            yield Guess("0", 0.3, say("values are mostly told in units"))
            return
    yield Guess("0", 0.86, say("nothing speaks of thousands or millions"))


def _status(series: tuple[Guess, ...]) -> Iterator[Guess]:
    if series and series[0].sure and not series[0].code.startswith("_L_"):
        yield Guess("A", 0.85, say("a global series, and no column says otherwise"))
        return
    yield Guess("A", 0.55, say("a normal value, if the series is the global one"))
    yield Guess("D", 0.5, say("the definition differs, if the series is an adapted one"))


def _total(component: str, about: About, series: tuple[Guess, ...], schema: Schema) -> Iterator[Guess]:
    """No breakdown, unless a title or the likeliest series is about one group of people only."""
    names = [item.name() for g in series[:1] if (item := schema.codes.get("SERIES", {}).get(g.code))]
    told = [plain(text) for text in (*about.titles, *names)]
    part = None
    if component == "SEX":
        part = next((code for code, pattern in _SEXES for text in told if pattern.search(text)), None)
    if component == "AGE":
        found = [m[0] for text in (*about.titles, *names) for m in _AGED.finditer(text)]
        part = next((code for text in found if (code := read_age(text))), None)
    if part is not None and part in schema.codes.get(component, {}):
        yield Guess(part, 0.55, say("the title or the series is about such people"))
        yield Guess(TOTAL, 0.45, say("no column tells groups apart"))
        return
    yield Guess(TOTAL, 0.9, say("no column tells groups apart"))


def _doubted(guesses: tuple[Guess, ...]) -> tuple[Guess, ...]:
    return tuple(Guess(g.code, min(g.confidence, 0.6), g.reason, g.new) for g in guesses)
