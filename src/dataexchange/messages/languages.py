"""Languages of names: what Accept-Language asks for, and messages cut to it.

>>> languages_of("fr-CH, en;q=0.5, ky;q=0.8, de;q=0")
('fr-CH', 'ky', 'en')

Where nothing is asked for, a structure message holds its texts in every language. Where something is, in those that fit (the
preferred one first), and a text that fits none stands in English or as it is: a name is never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from typing import Any, TypeVar

from dataexchange.model.metadata import MetadataSet
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Artefact, Languages, Text, matching

T = TypeVar("T")

_LONGEST = 1024  #: characters of an Accept-Language header that are looked at
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")
#: Fields of words that hold a text in several languages.
_TEXTS = frozenset({"names", "descriptions", "text", "texts"})


def languages_of(accept_language: str | None) -> tuple[str, ...]:
    """The languages of a header, the preferred one first; none where it is missing, says '*' only, or makes no sense."""
    weighed = []
    for entry in (accept_language or "")[:_LONGEST].split(","):
        tag, _, weight = (part.strip() for part in entry.partition(";"))
        quality = _quality(weight)
        if quality > 0 and _TAG.fullmatch(tag):
            weighed.append((quality, tag))
    return tuple(dict.fromkeys(tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])))


def _quality(text: str) -> float:
    try:
        return float(text.replace(" ", "").removeprefix("q=") or 1)
    except ValueError:
        return 0.0


def text_in(text: Text, languages: Languages) -> Text:
    """The text in the languages that fit, the best first; all of it where none is asked for."""
    if not languages or len(text) < 2:
        return text
    return {tag: text[tag] for tag in _tags(tuple(text), languages)}


@lru_cache(maxsize=4096)
def _tags(there: tuple[str, ...], languages: Languages) -> tuple[str, ...]:
    """Those of the tags that fit; where none does, English or the first. Thousands of names have the same few languages."""
    if not languages:
        return there
    text = dict.fromkeys(there, "")
    return tuple(matching(text, languages)) or (("en",) if "en" in text else there[:1])


def in_languages(word: T, languages: Languages) -> T:
    """The same artefact, item or note with its texts in those languages."""
    return word if not languages else _cut(word, languages)


def _cut(word: Any, languages: Languages) -> Any:
    if isinstance(word, tuple):
        if not word:
            return word
        cut = tuple(_cut(part, languages) for part in word)
        return word if all(new is old for new, old in zip(cut, word, strict=True)) else cut
    if not is_dataclass(word) or isinstance(word, type):
        return word
    changed: dict[str, Any] = {}
    for name in _fields(type(word)):
        value = getattr(word, name)
        if value is None or isinstance(value, str):
            continue
        is_text = name in _TEXTS and isinstance(value, Mapping)
        new: Any = text_in(value, languages) if is_text else _cut(value, languages)
        if new is not value:
            changed[name] = new
    return replace(word, **changed) if changed else word


def languages_in(words: Iterable[Artefact | MetadataSet]) -> tuple[str, ...]:
    """Every language that a text of the artefacts or reports is in."""
    return tuple(sorted({tag for text in _texts(tuple(words)) for tag in text}))


def _texts(word: Any) -> Iterator[Text]:
    if isinstance(word, tuple):
        for part in word:
            yield from _texts(part)
    elif is_dataclass(word) and not isinstance(word, type):
        for name in _fields(type(word)):
            value = getattr(word, name)
            if name in _TEXTS and isinstance(value, Mapping):
                yield value
            elif value and not isinstance(value, str):
                yield from _texts(value)


@cache
def _fields(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def languages_spoken(schema: Schema, languages: Languages) -> tuple[str, ...]:
    """The languages that names in a data message may be in: all that fit what is asked for, or of each name the best."""

    there = schema.derived("languages of names", lambda: frozenset(_of_names(schema)))
    return tuple(sorted({tag for tags in there for tag in _tags(tags, languages)})) or ("en",)


def _of_names(schema: Schema) -> Iterator[tuple[str, ...]]:
    """The languages of each name; few names differ in them."""
    yield tuple((schema.dataflow or schema.structure).names)
    for items in (schema.described, *schema.codes.values()):
        yield from (tuple(item.names) for item in items.values())
