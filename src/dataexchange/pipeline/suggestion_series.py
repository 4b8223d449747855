"""Which series a table, or a text of it, is about: by the indicator's number, by title, by unit and the range of the numbers.

A number in a file's name says what the table is for, not that it measures the same: alone it makes a question, never a fact.

>>> indicators_in("indicator_11-6-2.csv"), indicators_in("Table 3.b.1 Vaccines")
(('11.6.2',), ('3.b.1',))
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, chained, say
from dataexchange.model.structure import Item
from dataexchange.model.suggestion import Guess
from dataexchange.pipeline.suggestion_learned import Learned, indicators
from dataexchange.pipeline.suggestion_look import Column
from dataexchange.pipeline.suggestion_units import unit_in
from dataexchange.pipeline.suggestion_words import plain, shipped_words

_NUMBER = re.compile(r"(?<![\d.\-])(1[0-7]|[1-9])([-._])([1-9]\d?|[a-d])\2([1-9]\d?)(?!\d|[.\-]\d)", re.I)
_BRACKETS = re.compile(r"\s*\(([^)]*)\)")
_LEAST = 55


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a table before its series is."""

    #: Titles: the file's name, the sheet's, headers of value columns.
    titles: tuple[str, ...]
    indicators: tuple[str, ...]
    #: The column of numbers, if there is one.
    values: Column | None
    #: A unit that is said somewhere, if only one is.
    unit: str | None = None
    #: Plain names of the sender's city: "Bristol unemployment rate" is that rate.
    places: frozenset[str] = frozenset()
    #: Those of them that stand above the names of the columns: a title, or a note.
    above: tuple[str, ...] = ()
    #: Headers that are unpivoted and texts of a column of units: where thousands may be spoken of.
    telling: tuple[str, ...] = ()


def indicators_in(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{m[1]}.{m[3].lower()}.{m[4]}" for m in _NUMBER.finditer(text)))


def series_of(about: About, schema: Schema, learned: Learned) -> tuple[Guess, ...]:
    """Candidates, the likeliest first."""
    items = schema.codes.get("SERIES", {})
    found = []
    for item in items.values():
        if guess := _judged(item, about, schema, learned):
            found.append(guess)
    found.sort(key=lambda guess: -guess.confidence)
    # Two that are nearly as likely as each other: neither is.
    if len(found) > 1 and found[0].confidence - found[1].confidence < 0.05:
        found = [Guess(g.code, min(g.confidence, 0.55), g.reason) for g in found]
    return tuple(found[:5])


def series_for_text(text: str, about: About, schema: Schema, learned: Learned) -> tuple[Guess, ...]:
    """Candidates for a text of a column that tells series apart."""
    items = schema.codes.get("SERIES", {})
    if known := learned.codes.get("SERIES", {}).get(plain(text)):
        return (Guess(known[0], 0.9, say("learned from {where}", where=known[1])),)
    if text.strip() in items:
        return (Guess(text.strip(), 0.97, say("is the code itself")),)
    near = indicators_in(text) or about.indicators
    own = _of_place(text, about.places)
    found = []
    for item in items.values():
        mine = set(indicators(item.id, schema)) & set(near)
        alike = max(_alike(own, name) for name in (*item.names.values(), ""))
        if alike >= (70 if mine else 90):
            sure = 0.35 + (0.2 if mine else 0.0) + (alike - 70) / 100
            # Nothing but its name, and its unit where one is said; a name that is nearly that is another series' as often.
            sure = 0.88 if alike == 100 and _same_unit(text, item) else min(sure, 0.78)
            found.append(Guess(item.id, round(sure, 2), _like(item, alike, bool(mine))))
        elif _called(item, own):
            # Not above a local code: that a text is called so does not say that it is measured so.
            found.append(Guess(item.id, 0.6, say("is “{name}” in other words", name=item.name())))
    return tuple(sorted(found, key=lambda guess: -guess.confidence)[:4])


def _keyword(item: Item, titles: Iterable[str]) -> bool:
    """ "pm25" in a file's name: what people type who look for the series, if it is no everyday word."""
    words = {
        word for title in titles for word in plain(title).split() if any(c.isdigit() for c in word) and len(word) > 3
    }
    told = item.annotation("KEYWORDS")
    return bool(told and any(not word.isdigit() for word in words & set(plain(told).split())))


def fits(item: Item, values: Column | None) -> float:
    """From -1 (cannot be) to 1: how well numbers go with the unit and kind of a series."""
    if values is None or not values.numeric:
        return 0.0
    unit, kind = item.annotation("UNIT"), item.annotation("KIND")
    few = len(values.texts) < 3
    if kind == "C":
        if unit == "NUMBER":
            return (0.3 if few else 1.0) if values.whole and values.low >= 0 else -1.0
        return 0.0 if values.low >= 0 else -1.0
    if unit == "PT" and kind != "G":
        if values.low < 0 or values.high > 100:
            return -1.0
        return -0.3 if values.whole and values.high < 15 and not few else 0.6
    # Rates are seldom all whole.
    return -0.5 if values.whole and not few else 0.3


def _judged(item: Item, about: About, schema: Schema, learned: Learned) -> Guess | None:
    mine = set(indicators(item.id, schema)) & set(about.indicators)
    alike = max((_alike(title, name) for title in about.titles for name in item.names.values()), default=0.0)
    called = alike < 80 and any(_called(item, title) for title in about.titles)
    known = not mine and alike < 80 and not called and _keyword(item, about.titles)
    if not mine and alike < 80 and not known and not called:
        return None
    fit = fits(item, about.values)
    sure = 0.45 if mine else 0.35 if known else 0.15
    reasons: list[Sentence] = []
    if mine:
        reasons.append(say("serves indicator {number}", number=sorted(mine)[0]))
    if called:
        sure += 0.25
        reasons.append(say("is what the title says in other words"))
    if known:
        reasons.append(say("people look for it by a word of the title"))
    if alike >= _LEAST:
        sure += (alike - _LEAST) / 100 * 0.9
        reasons.append(say("its name is {share} like the title", share=f"{alike:.0f}%"))
    sure += 0.15 * fit
    if fit < 0:
        reasons.append(say("but the numbers do not look like it"))
    elif fit > 0.5:
        reasons.append(say("the numbers can be such"))
    if about.unit is not None and item.annotation("UNIT") is not None:
        same = about.unit == item.annotation("UNIT")
        sure += 0.1 if same else -0.2
        reasons.append(say("the unit is the same") if same else say("but its unit is another"))
    for number in sorted(mine):
        if learned.series.get(number, ("", ""))[0] == item.id:
            sure += 0.2
            reasons.append(say("learned from {where}", where=learned.series[number][1]))
            break
    # What only the number speaks for stays a question.
    most = 0.92 if alike >= 80 else 0.78
    return Guess(item.id, round(max(0.05, min(sure, most)), 2), _reason(reasons))


def _called(item: Item, text: str) -> bool:
    """Whether a text has a short name of the series in it, in whatever language: "Tasa de paro por distrito"."""
    told = f" {plain(text)} "
    return any(f" {name} " in told for name in shipped_words().series.get(item.id, ()))


def _same_unit(text: str, item: Item) -> bool:
    unit = unit_in(text)
    return unit is None or item.annotation("UNIT") in (unit.code, None)


def _of_place(text: str, places: frozenset[str]) -> str:
    """Without the city's name in front: whose figures they are says the area, not the series."""
    first, _, rest = text.strip().partition(" ")
    named = plain(first.removesuffix("'s").removesuffix("’s")) in {"city", *places}
    return rest if named and len(rest.split()) >= 2 else text


def _reason(reasons: list[Sentence]) -> Sentence:
    told = chained(reasons)
    return told if isinstance(told, Sentence) else say("the title is like its name")


def _like(item: Item, alike: float, mine: bool) -> Sentence:
    share = f"{alike:.0f}%"
    if mine:
        return say("is {share} like “{name}”, which serves the indicator", share=share, name=item.name())
    return say("is {share} like “{name}”", share=share, name=item.name())


def _alike(text: str, name: str) -> float:
    if plain(_without_unit(text)) == plain(_without_unit(name)) != "":
        return 100.0
    one, other = _telling(text), _telling(name)
    if len(one) < 2 or len(other) < 2:
        return 85.0 if one == other and one else 0.0
    # Both ways: a title that is all in a long name says less than one that is most of it.
    part = fuzz.token_set_ratio(" ".join(one), " ".join(other))
    whole = fuzz.token_sort_ratio(" ".join(one), " ".join(other))
    return 0.5 * part + 0.5 * whole


def _without_unit(text: str) -> str:
    """ "Unemployment rate (%)" is that rate; "Earnings (by residence)" is one of several."""
    return _BRACKETS.sub(lambda found: "" if (unit := unit_in(found[1])) and unit.whole else found[0], text)


def _telling(text: str) -> list[str]:
    return [word for word in plain(text).split() if word not in shipped_words().idle]
