"""What is said to people, before it is said in a language.

A sentence keeps its English text and the values in it apart, so that the same finding can be told in Spanish or French: the text is
looked up in a catalogue, the values are put in afterwards. Where no catalogue has it, English is said.

>>> str(say("Row {row} has {cells}.", row="7", cells=says("{n} cell", "{n} cells", 1200)))
'Row 7 has 1,200 cells.'

Numbers (`int`, `float`) are written as the language writes them; what must stand as it is (a row number, a cell's text, a
code) is passed as `str`. The text of `say` and `says` is a plain literal, so that it can be collected for translators
(`python -m dataexchange.messages.catalogue`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Protocol, Union

from dataexchange.errors import InvalidRequest

Value = Union[str, int, float, "Sentence", tuple["Value", ...]]


class Language(Protocol):
    """How a language says things. `text` and `plural` find a translation, or give back the English."""

    @property
    def tag(self) -> str: ...

    def text(self, english: str) -> str: ...

    def plural(self, one: str, many: str, n: int) -> str: ...

    def number(self, value: float) -> str: ...

    def listed(self, parts: Sequence[str]) -> str: ...


#: Numbers from here on have more digits than they are known to: they are told as 1e+300.
WRITTEN = 1e15


class _English:
    """The language that everything is written in."""

    tag = "en"

    def text(self, english: str) -> str:
        return english

    def plural(self, one: str, many: str, n: int) -> str:
        return one if n == 1 else many

    def number(self, value: float) -> str:
        if abs(value) >= WRITTEN:
            return f"{value:.4g}"
        return f"{value:,}" if isinstance(value, int) else _plain(f"{Decimal(str(value)):,f}")

    def listed(self, parts: Sequence[str]) -> str:
        return ", ".join(parts[:-1]) + f" and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _plain(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


ENGLISH: Language = _English()


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` with {names} for the `values`; with `many`, the value `n` says which of the two is meant.

    Without a text it is its values one after the other, with a space between: whole sentences beside each other.
    """

    text: str
    values: tuple[tuple[str, Value], ...] = ()
    many: str | None = None

    def said(self, language: Language) -> str:
        values = {name: _said(value, language) for name, value in self.values}
        if not self.text:
            return " ".join(said for said in values.values() if said)
        if self.many is None:
            text = language.text(self.text)
        else:
            n = next(value for name, value in self.values if name == "n")
            assert isinstance(n, int)
            text = language.plural(self.text, self.many, n)
        return text.format_map(values) if values else text

    def __str__(self) -> str:
        return self.said(ENGLISH)


def say(text: str, /, **values: Value) -> Sentence:
    """A sentence, or part of one. Without values its text is taken as it stands, braces and all."""
    return Sentence(text, tuple(values.items()))


def says(one: str, many: str, n: int, /, **values: Value) -> Sentence:
    """A sentence about `n` things, which may stand in it as {n}."""
    return Sentence(one, (("n", n), *values.items()), many)


def together(*parts: Value) -> Sentence:
    """Sentences beside each other; empty ones are left out."""
    return Sentence("", tuple((str(index), part) for index, part in enumerate(parts) if part != ""))


def listed(parts: Sequence[Value]) -> Sentence:
    """`a, b and c`, as the language lists things."""
    return Sentence("{parts}", (("parts", tuple(parts)),))


def either(choices: Sequence[Value]) -> Value:
    """`a or b or c`; one alone is itself."""
    return reduce(_or, choices[1:], choices[0])


def chained(clauses: Sequence[Value]) -> Value:
    """Clauses of one sentence: `its unit is another; its base period is 2015`. None of them are no text."""
    return reduce(_semicolon, clauses[1:], clauses[0]) if clauses else ""


def joined(parts: Sequence[Value]) -> Sentence:
    """`a, b, c`: details beside each other."""
    return together(reduce(_comma, parts[1:], parts[0]) if parts else "")


def told(error: Exception) -> Sentence:
    """What an error says: its sentence where it was raised with one, else its words as they are."""
    if isinstance(error, InvalidRequest) and error.place:
        fault = error.fault if isinstance(error.fault, Sentence) else str(error.fault)
        return say("{place}: {fault}", place=error.place, fault=fault)
    first = error.args[0] if error.args else None
    return first if isinstance(first, Sentence) else say(str(error))


def _or(one: Value, other: Value) -> Value:
    return say("{one} or {other}", one=one, other=other)


def _comma(one: Value, other: Value) -> Value:
    return say("{one}, {other}", one=one, other=other)


def _semicolon(one: Value, other: Value) -> Value:
    return say("{one}; {other}", one=one, other=other)


def _said(value: Value, language: Language) -> str:
    if isinstance(value, Sentence):
        return value.said(language)
    if isinstance(value, tuple):
        return language.listed([_said(part, language) for part in value])
    return value if isinstance(value, str) else language.number(value)
