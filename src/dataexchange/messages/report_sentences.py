"""Sentences as plain JSON values and back, so that a report made yesterday is told in another language today.

Texts repeat, ten thousand findings have a dozen of them: a document has each once, under `texts`, and sentences name their place
there. A sentence without values is its own text and needs no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataexchange.model.sentence import Sentence, Value, say


class Texts:
    """The texts of a document that is being written."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    @property
    def listed(self) -> list[str]:
        return list(self._places)

    def of(self, sentence: Sentence) -> dict[str, Any] | None:
        """How it is said in another language; None where it is one plain text."""
        return self._sentence(sentence) if sentence.values or sentence.many is not None else None

    def _sentence(self, sentence: Sentence) -> dict[str, Any]:
        made: dict[str, Any] = {"text": self._place(sentence.text)}
        if sentence.many is not None:
            made["many"] = self._place(sentence.many)
        if sentence.values:
            made["values"] = [[name, self._value(value)] for name, value in sentence.values]
        return made

    def _value(self, value: Value) -> Any:
        if isinstance(value, Sentence):
            return self._sentence(value)
        return [self._value(part) for part in value] if isinstance(value, tuple) else value

    def _place(self, text: str) -> int:
        return self._places.setdefault(text, len(self._places))


def read_sentence(message: str, said: Mapping[str, Any] | None, texts: Sequence[str]) -> Sentence:
    """The sentence again; of an older document only the English message is known."""
    return say(message) if said is None else _read(said, texts)


def _read(said: Mapping[str, Any], texts: Sequence[str]) -> Sentence:
    values = tuple((str(name), _value(value, texts)) for name, value in said.get("values", ()))
    return Sentence(texts[said["text"]], values, texts[said["many"]] if "many" in said else None)


def _value(value: Any, texts: Sequence[str]) -> Value:
    if isinstance(value, Mapping):
        return _read(value, texts)
    if isinstance(value, list):
        return tuple(_value(part, texts) for part in value)
    return value if isinstance(value, str | int | float) else str(value)
