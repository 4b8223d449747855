"""What a text may mean as a code of a component: by the code itself, its label in any language, what national offices call it, words
that mean the same, what was accepted before, and what is spelled nearly so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.structure import Item
from dataexchange.model.suggestion import Guess
from dataexchange.pipeline.suggestion_words import plain, shipped_words

TOTAL = "_T"
#: Names that other registers have for an item, as annotations of it.
_REGISTERS = ("NATIONAL", "ISO3166_2", "M49", "UNLOCODE")
_DIGITS = re.compile(r"\d+")
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_NO_BREAKDOWN = re.compile(r"\s+or no breakdown.*", re.I)
_SHORT, _NEAR, _LIMIT = 6, 80, 4
#: How sure an area is at most that has nothing to do with the sender's.
_ELSEWHERE = 0.6


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    confidence: float
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Codes:
    """The texts of one component; `words`: those of the code list itself that a word stands in."""

    component: str
    entries: Mapping[str, tuple[Entry, ...]]
    there: frozenset[str]
    names: Sequence[str]
    words: Mapping[str, frozenset[str]]

    def exact(self, text: str) -> tuple[Entry, ...]:
        return self.entries.get(plain(text), ())

    def near(self, text: str) -> list[Guess]:
        """Codes with a name that is spelled nearly so; the share of equal letters says how sure."""
        asked = plain(text)
        if len(asked) < _SHORT:
            return []
        found = process.extract(asked, self.names, scorer=fuzz.token_sort_ratio, limit=12, score_cutoff=_NEAR)
        guesses: dict[str, Guess] = {}
        for name, score, _ in found:
            if not _alike(asked, name) or len(name) < _SHORT:
                continue
            for entry in self.entries[name]:
                sure = (0.9 if _singular(asked) == _singular(name) else _sureness(score)) * entry.confidence / 0.97
                reason = say("nearly spelled like “{name}”", name=name)
                if entry.code not in guesses:
                    guesses[entry.code] = Guess(entry.code, round(sure, 2), reason, new=entry.code not in self.there)
        near = list(guesses.values())[:_LIMIT]
        if len(near) > 1 and near[0].confidence - near[1].confidence < 0.05:
            near = [replace(guess, confidence=min(guess.confidence, 0.6)) for guess in near]
        return near or self._shortened(asked)

    def _shortened(self, asked: str) -> list[Guess]:
        """A name of which a few words are left out: "repair of motor vehicles" for "… of motor vehicles and motorcycles"."""
        told = [word for word in asked.split() if word not in shipped_words().idle]
        if len(told) < 2:
            return []
        guesses: dict[str, Guess] = {}
        for name in sorted(frozenset.intersection(*(self.words.get(word, frozenset()) for word in told))):
            words = [word for word in name.split() if word not in shipped_words().idle]
            if not _alike(asked, name):
                continue
            sure = 0.83 if len(told) >= 0.7 * len(words) else 0.6
            for entry in self.entries[name]:
                guesses.setdefault(entry.code, Guess(entry.code, sure, say("is most of its name “{name}”", name=name)))
        if len(guesses) > 1:
            return [Guess(g.code, 0.5, g.reason) for g in guesses.values()]
        return list(guesses.values())


def codes_of(
    component: str,
    schema: Schema,
    learned: Mapping[str, Mapping[str, tuple[str, str]]],
    within: frozenset[str] = frozenset(),
) -> Codes:
    """`learned[component][plain text]` is (code, where from); `within`: areas that names of areas are looked for in first."""
    items = schema.codes.get(component, {})
    own = schema.derived(("suggestion", component), lambda: _entries(component, items))
    entries: dict[str, list[Entry]] = defaultdict(list)
    for text, (code, where) in learned.get(component, {}).items():
        entries[text].append(Entry(code, 0.9, say("learned from {where}", where=where)))
    merged = {text: _distinct((*own.get(text, ()), *found)) for text, found in entries.items()}
    both = {**own, **merged}
    if within and component == "REF_AREA":
        near = _around(within, items)
        both = {text: _nearest(found, within, near) for text, found in both.items()}
    words = schema.derived(("suggestion words", component), lambda: _by_word(own))
    return Codes(component, both, frozenset(items), tuple(both), words)


def _by_word(names: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for word in name.split():
            found[word].add(name)
    return {word: frozenset(there) for word, there in found.items()}


def _entries(component: str, items: Mapping[str, Item]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for item in items.values():
        for text, entry in _named(item):
            if text:
                found[text].append(entry)
    words = shipped_words()
    for text, code in words.codes.get(component, {}).items():
        if code in items or code.startswith("_L_"):
            found[text].append(Entry(code, 0.93, say("means the same as {code}", code=code)))
    if TOTAL in items:
        for text in words.totals:
            found[text].append(Entry(TOTAL, 0.9, say("means all of them")))
    return {text: _distinct(entries) for text, entries in found.items()}


def _named(item: Item) -> Iterable[tuple[str, Entry]]:
    yield plain(item.id), Entry(item.id, 0.97, say("is the code itself"))
    yield (
        plain(item.id.rpartition("_")[2]) if item.parent and item.id.startswith(f"{item.parent}_") else "",
        Entry(item.id, 0.95, say("is the last part of the code {code}", code=item.id)),
    )
    for register in _REGISTERS:
        if number := item.annotation(register):
            yield plain(number), Entry(item.id, 0.97, say("is its {register} code", register=register.lower()))
    for language, name in item.names.items():
        yield plain(name), Entry(item.id, 0.97, say("is its name ({language})", language=language))
        short = _NO_BREAKDOWN.sub("", _BRACKETS.sub("", name))
        yield plain(short), Entry(item.id, 0.92, say("is its name “{name}” in short", name=name))
        if ":" in short:
            yield plain(short.rpartition(":")[2]), Entry(item.id, 0.9, say("is part of its name “{name}”", name=name))


def _distinct(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One of each code, the surest first. Where several codes have the same name, none of them is sure."""
    best: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda e: -e.confidence):
        best.setdefault(entry.code, entry)
    kept = tuple(best.values())
    if len(kept) > 1 and kept[0].confidence - kept[1].confidence < 0.03:
        return tuple(Entry(e.code, 0.5, e.reason) for e in kept)
    return kept


def _around(within: frozenset[str], items: Mapping[str, Item]) -> frozenset[str]:
    """Areas that a city compares itself with: of the same country and no smaller than the city. Not the parts of other cities."""
    tops = [path for code in within if (path := _path(code, items)) and within.isdisjoint(path[1:])]
    countries = {path[-1] for path in tops}
    deepest = max(map(len, tops), default=0)
    return within | {code for code in items if len(path := _path(code, items)) <= deepest and path[-1] in countries}


def _path(code: str, items: Mapping[str, Item]) -> list[str]:
    """An area and all it lies in, the country last."""
    path: list[str] = []
    while (item := items.get(code)) is not None and code not in path:
        path.append(code)
        code = item.parent or ""
    return path


def _nearest(entries: tuple[Entry, ...], within: frozenset[str], near: frozenset[str]) -> tuple[Entry, ...]:
    """Of areas with the same name those in the city; a part of another city is not what a city speaks of."""
    if all(entry.code not in within for entry in entries):
        return tuple(e if e.code in near else replace(e, confidence=min(e.confidence, _ELSEWHERE)) for e in entries)
    if len(entries) == 1:
        return entries
    inside = [Entry(e.code, 0.95, e.reason) for e in entries if e.code in within]
    return _distinct(inside)


def _alike(one: str, other: str) -> bool:
    if _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    turning = shipped_words().turning
    return turning & set(one.split()) == turning & set(other.split())


def _singular(text: str) -> str:
    """Without the s of plurals, for texts that differ in nothing else."""
    return " ".join(word.removesuffix("s") if len(word) > 3 else word for word in text.split())


def _sureness(score: float) -> float:
    """Measured on the names of our lists, as often with one to three slips as with the name taken out of the list: from 94 on 92 of
    100 first matches were meant, from 90 on 88, below that 63. Between 90 and 94 a person is asked all the same."""
    if score >= 94:
        return 0.88
    return 0.78 if score >= 90 else 0.62 if score >= 85 else 0.5
