"""A search of the catalogue: words and filters in, one page of entries out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from dataexchange.web.listing import Entry, folded

PAGE = 50

#: Words of a search that are looked up when nothing is found.
_MOST_GUESSED = 3
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for. `parts`: list areas inside others on their own, too. `page` counts from 1."""

    words: str = ""
    goal: str = ""
    area: str = ""
    flow: str = ""
    parts: bool = False
    page: int = 1

    @property
    def wordless(self) -> bool:
        """Something is looked for, and it has no letter and no digit: it would be in every key, or in none."""
        return bool(self.words.strip()) and not any(c.isalnum() for c in self.words)

    @property
    def everything(self) -> bool:
        return not (self.words.strip() or self.goal or self.area or self.flow)


@dataclass(frozen=True, slots=True)
class Page:
    """`total` entries on `pages` pages, this one `number`; `inside` counts the areas that an entry stands for, by its key's place."""

    shown: tuple[tuple[Entry, int], ...]
    total: int
    matched: int
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Outermost:
    """Entries that no other one of the same series holds; how many each of them holds, by its identity."""

    entries: Sequence[Entry]
    inside: Mapping[int, int]


def search(entries: Sequence[Entry], whole: Outermost, wanted: Wanted) -> Page:
    """All words must be there, wherever; of an area and those inside it with the same series the outermost is listed.

    `whole` is `outermost` of all entries, worked out before: most visitors begin by looking for nothing in particular.
    """
    words = folded(wanted.words[:500]).split()
    matching = (
        []
        if wanted.wordless
        else entries
        if wanted.everything
        else [entry for entry in entries if _fits(entry, wanted, words)]
    )
    shaped = Outermost(matching, {}) if wanted.parts else whole if wanted.everything else outermost(matching)
    found, inside, matched = shaped.entries, shaped.inside, len(matching)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(wanted.page, 1), pages)
    shown = found[(number - 1) * PAGE : number * PAGE]
    return Page(tuple((entry, inside.get(id(entry), 0)) for entry in shown), len(found), matched, number, pages)


def near(words: str, known: Collection[str]) -> tuple[str, ...]:
    """Words of the catalogue that are written like those that were looked for: ("unemployment",) of `unemploiment`."""
    asked = re.findall(r"[^\W\d_]{3,}", folded(words[:500]))[:_MOST_GUESSED]
    unknown = [word for word in asked if not any(word in there for there in known)]
    found = (match for word in unknown for match in get_close_matches(word[:_LONGEST], _alike(word, known), 3, 0.75))
    return tuple(dict.fromkeys(found))


def _alike(word: str, known: Collection[str]) -> list[str]:
    """Words of about that length: the others are never near, and to measure each of them takes time."""
    return sorted(there for there in known if abs(len(there) - len(word)) <= 2)


def _fits(entry: Entry, wanted: Wanted, words: Sequence[str]) -> bool:
    goal = wanted.goal
    return (
        (not wanted.flow or entry.found.dataflow.short == wanted.flow)
        and (not wanted.area or wanted.area in entry.above)
        and (not goal or any(i == goal or i.startswith(f"{goal}.") for i in entry.indicators))
        and all(word in entry.text for word in words)
    )


def outermost(listed: Sequence[Entry]) -> Outermost:
    """In the same order."""
    there = {(e.found.dataflow, e.found.series, e.found.area): e for e in listed}
    kept: list[Entry] = []
    inside: Counter[int] = Counter()
    for entry in listed:
        of = (entry.found.dataflow, entry.found.series)
        outer = next((there[*of, area] for area in reversed(entry.above[1:]) if (*of, area) in there), None)
        if outer is None:
            kept.append(entry)
        else:
            inside[id(outer)] += 1
    return Outermost(kept, inside)
