"""Sentences as plain JSON values and back, so that a report made yesterday is told in another language today.

A hundred thousand sentences have some dozens of texts. A document lists each text once, under `shapes`, with the names of its values;
a sentence is then a list: the number of its shape, and the values in that order.

    shapes  [["Row {row} has {cells}.", null, ["row", "cells"]], ["{n} cell", "{n} cells", ["n"]]]
    said    [0, "7", [1, 1200]]

Values that are listed ("a, b and c") stand under `list`, since a list is a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataexchange.model.sentence import Sentence, Value, say

_Shape = tuple[str, str | None, tuple[str, ...]]
_PLAIN = frozenset({str, int, float})


class Shapes:
    """The shapes of a document that is being written."""

    def __init__(self) -> None:
        self._places: dict[_Shape, int] = {}
        #: Sentences that many comparisons share are made once; the sentence is kept so that its id stays its own.
        self._shared: dict[int, tuple[Sentence, list[Any]]] = {}

    @property
    def listed(self) -> list[list[Any]]:
        return [[text, many, list(names)] for text, many, names in self._places]

    def said(self, sentence: Sentence) -> list[Any]:
        values = sentence.values
        shape = (sentence.text, sentence.many, tuple([name for name, _ in values]))
        said: list[Any] = [self._places.setdefault(shape, len(self._places))]
        for _, value in values:
            # Most values are texts and numbers, which stand as they are.
            said.append(value if type(value) in _PLAIN else self._value(value))
        return said

    def shared(self, sentence: Sentence) -> list[Any]:
        """The same of a sentence that is met again and again, alone and within others."""
        known = self._shared.get(id(sentence))
        if known is None:
            known = self._shared[id(sentence)] = (sentence, self.said(sentence))
        return known[1]

    def _value(self, value: Value) -> Any:
        if isinstance(value, Sentence):
            known = self._shared.get(id(value))
            return self.said(value) if known is None else known[1]
        return {"list": [self._value(part) for part in value]} if isinstance(value, tuple) else value


def read_said(said: Any, document: Mapping[str, Any]) -> Sentence:
    """The sentence again. Reports of before 2026-12 have texts and names apart, the oldest of all only an English message."""
    if isinstance(said, list):
        return _sentence(said, document["shapes"])
    return _former(said, document["texts"]) if isinstance(said, Mapping) else say(str(said))


def _sentence(said: Sequence[Any], shapes: Sequence[Any]) -> Sentence:
    text, many, names = shapes[said[0]]
    values = tuple((name, _value(value, shapes)) for name, value in zip(names, said[1:], strict=True))
    return Sentence(text, values, many)


def _value(value: Any, shapes: Sequence[Any]) -> Value:
    if isinstance(value, list):
        return _sentence(value, shapes)
    if isinstance(value, Mapping):
        return tuple(_value(part, shapes) for part in value["list"])
    return value if isinstance(value, str | int | float) else str(value)


def _former(said: Mapping[str, Any], texts: Sequence[str]) -> Sentence:
    values = tuple((str(name), _former_value(value, texts)) for name, value in said.get("values", ()))
    return Sentence(texts[said["text"]], values, texts[said["many"]] if "many" in said else None)


def _former_value(value: Any, texts: Sequence[str]) -> Value:
    if isinstance(value, Mapping):
        return _former(value, texts)
    if isinstance(value, list):
        return tuple(_former_value(part, texts) for part in value)
    return value if isinstance(value, str | int | float) else str(value)
