"""The texts of a column as codes of a component, each with what it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.suggestion import BLANK, Guess, ValueSuggestion
from dataexchange.pipeline.suggestion_ages import age_code
from dataexchange.pipeline.suggestion_codes import TOTAL, Codes, codes_of
from dataexchange.pipeline.suggestion_units import unit_in
from dataexchange.pipeline.suggestion_words import plain, plain_unit

_OVER = re.compile(r"^(over|older than|more than|mas de|plus de|mais de)\b")
#: The status "Undefined" says nothing about a value, nor do these.
_NOTHING_SAID = frozenset(
    ("undefined", "not defined", "not specified", "sin especificar", "non defini", "nao definido")
)
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_FUZZY = 60


@dataclass(slots=True)
class Reader:
    """Reads texts as codes of a schema; what was learned and where the city is are the same for the whole table."""

    schema: Schema
    learned: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    #: Areas of the city that sends the table.
    within: frozenset[str] = frozenset()
    _codes: dict[str, Codes] = field(default_factory=dict)
    _read: dict[tuple[str, str], tuple[Guess, ...]] = field(default_factory=dict)
    _fuzzy: dict[str, int] = field(default_factory=dict)

    def best(self, component: str, text: str) -> Guess | None:
        return next(iter(self.guesses(component, text)), None)

    def guesses(self, component: str, text: str) -> tuple[Guess, ...]:
        """What a text may be, the likeliest first."""
        key = component, text
        if key not in self._read:
            found = self._guesses(component, text)
            self._read[key] = tuple(sorted(found, key=lambda guess: -guess.confidence))
        return self._read[key]

    def values(self, component: str, texts: Mapping[str, int], most: int) -> tuple[ValueSuggestion, ...]:
        return tuple(ValueSuggestion(text, self.guesses(component, text)) for text in list(texts)[:most])

    def codes(self, component: str) -> Codes:
        if component not in self._codes:
            self._codes[component] = codes_of(component, self.schema, self.learned, self.within)
        return self._codes[component]

    def _guesses(self, component: str, text: str) -> list[Guess]:
        codes = self.codes(component)
        found = [Guess(e.code, e.confidence, e.reason, e.code not in codes.there) for e in codes.exact(text)]
        if found:
            return found
        if "(" in text and (bare := codes.exact(_BRACKETS.sub("", text))):
            return [Guess(e.code, e.confidence - 0.05, e.reason, e.code not in codes.there) for e in bare]
        if component == "AGE" and (code := age_code(text, column=True)):
            return [_age(text, code, codes)]
        if component == "UNIT_MEASURE" and (unit := unit_in(text)) and unit.code in codes.there:
            return [
                Guess(
                    unit.code,
                    min(unit.confidence, 0.7 if not unit.whole else 1),
                    say("speaks of “{word}”", word=unit.word),
                )
            ]
        if component == "OBS_STATUS" and plain(text) in _NOTHING_SAID and "A" in codes.there:
            return [Guess("A", 0.85, say("says nothing about the value, which is a normal one then"))]
        # Fuzzy matching costs a look at every name: only so many texts of a component are worth it.
        self._fuzzy[component] = self._fuzzy.get(component, 0) + 1
        return codes.near(text) if self._fuzzy[component] <= _FUZZY else []


def blank_value(component: str, schema: Schema, city: str | None) -> ValueSuggestion:
    """An empty cell of a breakdown means that there is none; of an area, the city, where one is named."""
    if city is not None and component == "REF_AREA":
        return ValueSuggestion(BLANK, (Guess(city, 0.88, say("an empty cell is the whole of it")),))
    if TOTAL in schema.codes.get(component, {}):
        return ValueSuggestion(BLANK, (Guess(TOTAL, 0.9, say("an empty cell is no breakdown")),))
    return ValueSuggestion(BLANK)


def _age(text: str, code: str, codes: Codes) -> Guess:
    if code not in codes.there:
        return Guess(
            code, 0.7, say("is such an age by the pattern of the codes; the code list does not have it"), new=True
        )
    sure = 0.6 if _OVER.match(plain_unit(text)) else 0.95
    return Guess(code, sure, say("is an age"))
