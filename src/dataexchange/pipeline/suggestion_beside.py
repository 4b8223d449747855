"""Texts of one column beside each other: what one of them means may show in the others.

In Spanish and Portuguese H is hombre or homem and M is mujer or mulher; in English and French M is male or masculin. The letter alone
does not say which, and two texts that a column tells apart are not one group of people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from dataexchange.model.sentence import say
from dataexchange.model.suggestion import BLANK, Guess, ValueSuggestion
from dataexchange.pipeline.suggestion_codes import TOTAL
from dataexchange.pipeline.suggestion_words import plain, plain_name

#: Letters for men: where one of them stands, M is none.
_MEN = frozenset(("h", "v"))
#: What columns of sexes are called where M may be mujer or mulher.
_MAY_BE_WOMEN = frozenset(("sexo", "genero"))
_UNSURE = 0.6
#: Numbers of sexes: ISO/IEC 5218 and its like; 6 is women in Spanish statistics.
_NUMBERS = {"1": "M", "2": "F", "6": "F", "9": "_U", "0": "_U"}


def sexes(header: str, values: Sequence[ValueSuggestion]) -> list[ValueSuggestion]:
    """M by what stands beside it; numbers with what offices usually mean by them, as questions."""
    there = {plain(value.text) for value in values}
    return [_sex(value, there, bool(set(plain_name(header).split()) & _MAY_BE_WOMEN)) for value in values]


def _sex(value: ValueSuggestion, there: set[str], doubtful: bool) -> ValueSuggestion:
    text = plain(value.text)
    if text in _NUMBERS and not value.guesses:
        return ValueSuggestion(value.text, (Guess(_NUMBERS[text], 0.55, say("offices often number sexes so")),))
    if text != "m" or ("f" in there and not there & _MEN):
        return value
    women, men = say("beside {letters} it stands for mujer or mulher", letters="H, V"), say("may be male as well")
    if there & _MEN and "f" not in there:
        return ValueSuggestion(value.text, (Guess("F", 0.9, women), Guess("M", 0.2, men)))
    if doubtful or there & _MEN:
        may = say("may be mujer or mulher")
        return ValueSuggestion(value.text, (Guess("F", _UNSURE, may), Guess("M", 0.55, men)))
    return value


def told_apart(values: Sequence[ValueSuggestion]) -> list[ValueSuggestion]:
    """Two texts that go to the same code are both questions, unless they are all of them or differ in nothing but case and marks."""
    texts: dict[str, set[str]] = {}
    for value in values:
        if value.best and value.text != BLANK:
            texts.setdefault(value.best.code, set()).add(plain(value.text).replace(" ", ""))
    often = Counter({code: len(written) for code, written in texts.items() if code != TOTAL})
    return [
        replace(value, guesses=tuple(replace(g, confidence=min(g.confidence, 0.7)) for g in value.guesses))
        if value.best and value.text != BLANK and often[value.best.code] > 1
        else value
        for value in values
    ]
