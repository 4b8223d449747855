"""The texts of a column as codes of a component, each with what it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dataexchange.model.age import read_age
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.suggestion import BLANK, Guess, ValueSuggestion
from dataexchange.pipeline.suggestion_codes import TOTAL, Codes, codes_of
from dataexchange.pipeline.suggestion_units import unit_in
from dataexchange.pipeline.suggestion_words import plain, shipped_words

#: The status "Undefined" says nothing about a value, nor do these.
_NOTHING_SAID = frozenset(
    ("undefined", "not defined", "not specified", "sin especificar", "non defini", "nao definido")
)
#: The number or letter of an item in its list: "9: Reading", "C - Manufacturing".
_NUMBERED = re.compile(r"^(?:\d{1,2}|[A-Z])(?:\s*[:.)]\s*|\s+[-–]\s+)(?=[^\W\d_]{2})")
#: Beside a city's name these say that it is all of it.
_CITY = frozenset(("city", "citywide", "ciudad", "ville", "cidade", "municipio", "commune"))
_WHOLE = _CITY | {
    "average",
    "overall",
    "total",
    "wide",
    "all",
    "of",
    "the",
    "de",
    "la",
    "del",
    "da",
    "do",
    "conjunto",
    "media",
    "ensemble",
}
_BRACKETS = re.compile(r"\s*\([^)]*\)")
#: How Spanish and Portuguese say that people are under an age.
_UNDER = re.compile(r"^\s*menor(?:es)? (?:de|a|que) (\d{1,3})(?: (?:años|anos))?\s*$", re.I)
_TWO_YEARS = re.compile(r"(?<!\d)(\d{1,2}) (?:and|y|et|e|&) (\d{1,2})(?!\d)", re.ASCII)
#: Fuzzy matching costs a look at every name of a list: so many texts of a column are worth it while it is judged, and when it is read.
JUDGING, READING = 25, 150


@dataclass(slots=True)
class Reader:
    """Reads texts as codes of a schema; what was learned and where the city is are the same for the whole table."""

    schema: Schema
    learned: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    #: Areas of the city that sends the table.
    within: frozenset[str] = frozenset()
    #: What it is called: beside parts of it, that is all of them.
    city: frozenset[str] = frozenset()
    #: The code of it, where the sender stands for one area.
    area: str | None = None
    _codes: dict[str, Codes] = field(default_factory=dict)
    _read: dict[tuple[str, str], tuple[Guess, ...]] = field(default_factory=dict)
    _left: dict[str, int] = field(default_factory=dict)
    _each: int = JUDGING

    def best(self, component: str, text: str) -> Guess | None:
        return next(iter(self.guesses(component, text)), None)

    def guesses(self, component: str, text: str) -> tuple[Guess, ...]:
        """What a text may be, the likeliest first."""
        key = component, text
        if key not in self._read:
            found = self._told(component, text)
            if not found:
                self._left[component] = left = self._left.get(component, self._each) - 1
                if left < 0:
                    return ()
                found = self.codes(component).near(text)
            self._read[key] = tuple(sorted(found, key=lambda guess: -guess.confidence))
        return self._read[key]

    def begin(self, each: int) -> None:
        """Another column: `each` of its texts may be matched by spelling with each component."""
        self._left, self._each = {}, each

    def values(self, component: str, texts: Mapping[str, int], most: int) -> tuple[ValueSuggestion, ...]:
        return tuple(ValueSuggestion(text, self.guesses(component, text)) for text in list(texts)[:most])

    def codes(self, component: str) -> Codes:
        if component not in self._codes:
            self._codes[component] = codes_of(component, self.schema, self.learned, self.within)
        return self._codes[component]

    def _told(self, component: str, text: str) -> list[Guess]:
        """What a text says without a slip in its spelling."""
        codes = self.codes(component)
        found = [Guess(e.code, e.confidence, e.reason, e.code not in codes.there) for e in codes.exact(text)]
        if found:
            return found
        if "(" in text and not _turned(text) and (bare := codes.exact(_BRACKETS.sub("", text))):
            return [Guess(e.code, round(e.confidence - 0.05, 2), e.reason, e.code not in codes.there) for e in bare]
        if component != "AGE" and (told := _NUMBERED.match(text)) and (bare := codes.exact(text[told.end() :])):
            return [Guess(e.code, round(e.confidence - 0.04, 2), e.reason, e.code not in codes.there) for e in bare]
        if component != "REF_AREA" and TOTAL in codes.there and self._is_city(text):
            return [Guess(TOTAL, 0.86, say("means all of them"))]
        if component == "REF_AREA" and self.area is not None and (self._is_city(text) or _is_total(text)):
            return [Guess(self.area, 0.75, say("is the area of the sender, all of it"))]
        if component == "AGE" and (code := _age_code(text)):
            return [_age(text, code, codes)]
        if component == "UNIT_MEASURE" and (unit := unit_in(text)) and unit.code in codes.there:
            return [
                Guess(
                    unit.code,
                    min(unit.confidence, 0.7 if not unit.whole else 1),
                    say("speaks of “{word}”", word=unit.word),
                )
            ]
        if component == "UNIT_MEASURE" and plain(text).startswith("total ") and "NUMBER" in codes.there:
            return [Guess("NUMBER", 0.82, say("speaks of “{word}”", word="total"))]
        if component == "OBS_STATUS" and plain(text) in _NOTHING_SAID and "A" in codes.there:
            return [Guess("A", 0.85, say("says nothing about the value, which is a normal one then"))]
        return []

    def _is_city(self, text: str) -> bool:
        words = plain(text).split()
        told = " ".join(word for word in words if word not in _WHOLE)
        return told in self.city or (not told and len(words) >= 2 and not _CITY.isdisjoint(words))


def _is_total(text: str) -> bool:
    return plain(text) in shipped_words().totals


def _turned(text: str) -> bool:
    """Whether what stands in brackets means another thing: "Quintile 1 (least deprived)"."""
    said = " ".join(_BRACKETS.findall(text))
    return bool(shipped_words().turning & set(plain(said).split()))


def blank_value(component: str, schema: Schema, city: str | None) -> ValueSuggestion:
    """An empty cell of a breakdown means that there is none; of an area, the city, where one is named."""
    if city is not None and component == "REF_AREA":
        return ValueSuggestion(BLANK, (Guess(city, 0.88, say("an empty cell is the whole of it")),))
    if TOTAL in schema.codes.get(component, {}):
        return ValueSuggestion(BLANK, (Guess(TOTAL, 0.9, say("an empty cell is no breakdown")),))
    return ValueSuggestion(BLANK)


def _age_code(text: str) -> str | None:
    """ "3 and 4 year olds" are two years that follow each other: from 3 to 4."""
    return read_age(_UNDER.sub(r"under \1", text[:60])) or read_age(
        _TWO_YEARS.sub(lambda m: f"{m[1]}-{m[2]}" if int(m[2]) == int(m[1]) + 1 else m[0], text[:60])
    )


def _age(text: str, code: str, codes: Codes) -> Guess:
    if code not in codes.there:
        return Guess(
            code, 0.7, say("is such an age by the pattern of the codes; the code list does not have it"), new=True
        )
    return Guess(code, 0.95, say("is an age"))
