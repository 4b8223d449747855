"""Which codes of a dimension are together another one of them: women and men are all people, the five fifths are everybody.

Only what is listed here, what parses as ages, or what a code list marks as an exhaustive PARTITION is taken for complete. Areas are
another matter (`pipeline.coherence`): they have validity and boundaries.

>>> [(b.whole, b.parts) for b in breakdowns("SEX", frozenset(("F", "M", "_T")), {})]
[('_T', ('F', 'M'))]
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dataexchange.model.age import span
from dataexchange.model.series_notes import is_partitioned
from dataexchange.model.structure import Item


@dataclass(frozen=True, slots=True)
class Breakdown:
    """`parts` are all needed; `rest` are codes for those of whom it is not known, which belong to the whole where they are given.

    `closed`: nobody can be outside the parts. `covers`: whether the parts are known to reach as far as the whole; if not, they can only
    be too large together. `some`: parts are asked also where others of them lack.
    """

    dimension: str
    whole: str
    parts: tuple[str, ...]
    rest: tuple[str, ...] = ()
    closed: bool = False
    covers: bool = True
    some: bool = False
    reason: str = ""


#: Complete by the meaning of the codes. Events whose person or place is not known fit no part, so that most are not closed.
COMPLETE = (
    Breakdown("SEX", "_T", ("F", "M"), ("_O", "_U", "_N"), reason="CL_SEX: other, unknown and no answer are the rest"),
    Breakdown(
        "URBANISATION", "U", ("CITY", "TSUB"), reason="degree of urbanisation, level 1: urban is cities and towns"
    ),
    Breakdown("URBANISATION", "_T", ("U", "R"), ("_U",), reason="degree of urbanisation: all land is urban or rural"),
    Breakdown("DISABILITY_STATUS", "_T", ("PD", "PWD"), ("_U",), reason="CL_DISABILITY: with and without disability"),
    Breakdown("INCOME_WEALTH_QUANTILE", "_T", ("Q1", "Q2", "Q3", "Q4", "Q5"), closed=True, reason="the five fifths"),
    Breakdown("INCOME_WEALTH_QUANTILE", "_T", ("B40", "R60"), closed=True, reason="the bottom 40 % and the rest"),
    Breakdown("INCOME_WEALTH_QUANTILE", "_T", ("B50", "R50"), closed=True, reason="the bottom half and the rest"),
)
#: Single years, groups of five and broad ones: more ways to make up one age group nobody publishes on purpose.
_WAYS = 3
_TOTAL, _UNKNOWN, _AGE = "_T", "_U", "AGE"


def breakdowns(
    dimension: str, codes: frozenset[str], items: Mapping[str, Item], sets: Collection[frozenset[str]] = ()
) -> tuple[Breakdown, ...]:
    """The complete ones among the codes, those with narrower wholes first. `items` is the code list of the dimension; `sets` are the codes
    that stand together in a period, where they are not the same in all: an office may have told ages more coarsely before."""
    listed = [b for b in COMPLETE if b.dimension == dimension and b.whole in codes and codes.issuperset(b.parts)]
    if dimension == _AGE:
        listed += _narrower_first(one for each in sets or (codes,) for one in _ages(each))
    return (*listed, *_marked(dimension, codes, items))


def _narrower_first(found: Iterable[Breakdown]) -> list[Breakdown]:
    """Each once."""

    def width(one: Breakdown) -> tuple[float, str]:
        first, end = span(one.whole) or (-1, math.inf)
        return end - first, one.whole

    return sorted(dict.fromkeys(found), key=width)


def portions(
    dimension: str, codes: frozenset[str], items: Mapping[str, Item], sets: Collection[frozenset[str]] = ()
) -> tuple[Breakdown, ...]:
    """Codes that are part of another one of the codes, whatever else is: parts that do not overlap, so that together they cannot be more.

    >>> [(b.whole, b.parts) for b in portions("SEX", frozenset(("M", "_T")), {})]
    [('_T', ('M',))]
    >>> [(b.whole, b.parts) for b in portions("AGE", frozenset(("_T", "Y15T24", "Y15T64")), {})]
    [('Y15T64', ('Y15T24',)), ('_T', ('Y15T24',)), ('_T', ('Y15T64',))]
    """
    listed = [b for b in COMPLETE if b.dimension == dimension] + list(_marked(dimension, codes, items, complete=False))
    there = [(b, tuple(part for part in b.parts if part in codes)) for b in listed if b.whole in codes]
    found = [replace(b, parts=parts, rest=(), covers=False, some=True) for b, parts in there if parts]
    if dimension == _AGE:
        found = [*_narrower_first(one for each in sets or (codes,) for one in _within_ages(each)), *found]
    return tuple(found)


def _within_ages(codes: frozenset[str]) -> Iterator[Breakdown]:
    """Of every age group, and of all ages: groups within it, one after the other as they fit; then those left over, each by itself."""
    spans = {code: found for code in sorted(codes) if (found := span(code))}
    wholes: list[tuple[str, tuple[int, float]]] = sorted(spans.items(), key=lambda named: named[1][1] - named[1][0])
    for whole, (first, end) in (*wholes, *([(_TOTAL, (0, math.inf))] if _TOTAL in codes else ())):
        same = (first, end) if whole != _TOTAL else None
        within = {c: s for c, s in spans.items() if first <= s[0] and s[1] <= end and s != same}
        row: list[str] = []
        for code, (start, _) in sorted(within.items(), key=lambda named: (named[1][1], -named[1][0])):
            if not row or spans[row[-1]][1] <= start:
                row.append(code)
        for parts in (tuple(row), *((code,) for code in within if code not in row)):
            if parts:
                yield Breakdown(_AGE, whole, parts, covers=False, some=True, reason="age groups within another one")


def _marked(
    dimension: str, codes: frozenset[str], items: Mapping[str, Item], *, complete: bool = True
) -> Iterator[Breakdown]:
    """Wholes that their code list says to be partitioned by the codes below them."""
    for whole in sorted(codes):
        if not is_partitioned(items.get(whole)):
            continue
        below = [code for code, item in items.items() if item.parent == whole]
        parts = tuple(code for code in below if not code.endswith(_UNKNOWN))
        rest = tuple(code for code in below if code.endswith(_UNKNOWN))
        if len(parts) > 1 and (codes.issuperset(parts) or not complete):
            yield Breakdown(dimension, whole, parts, rest, reason="marked PARTITION exhaustive in the code list")


def _ages(codes: frozenset[str]) -> Iterator[Breakdown]:
    """Of every age group, and of all ages, the groups that cover it without gap or overlap: the finest first, then others.

    >>> [(b.whole, b.parts) for b in _ages(frozenset(("_T", "Y0T14", "Y15T64", "Y15T24", "Y25T64", "Y_GE65")))]
    [('Y15T64', ('Y15T24', 'Y25T64')), ('_T', ('Y0T14', 'Y15T24', 'Y25T64', 'Y_GE65')), ('_T', ('Y0T14', 'Y15T64', 'Y_GE65'))]
    """
    reason = "age groups without gap or overlap"
    spans = {code: found for code in sorted(codes) if (found := span(code))}
    for whole, (first, end) in sorted(spans.items(), key=lambda named: (named[1][1] - named[1][0], named[0])):
        within = {c: s for c, s in spans.items() if s != (first, end) and first <= s[0] and s[1] <= end}
        for parts in _ways(within, first, end):
            yield Breakdown(_AGE, whole, parts, reason=reason)
    if _TOTAL in codes:
        # Employment has all ages from 15 on: then it is not known whether the groups reach as far as the total.
        for first in sorted({first for first, _ in spans.values()}):
            if ways := _ways(spans, first, math.inf):
                for parts in ways:
                    yield Breakdown(_AGE, _TOTAL, parts, (_UNKNOWN,), covers=first == 0, reason=reason)
                break


def _ways(spans: Mapping[str, tuple[int, float]], first: int, end: float) -> list[tuple[str, ...]]:
    """Groups that lead from one age to another: the most that do, then as long as there are any that no way has led through, those with
    the most of them. Single years of age, then groups of five, then children, adults and the old."""
    ways: list[tuple[str, ...]] = []
    passed: set[str] = set()
    while len(ways) < _WAYS and not passed.issuperset(way := _path(spans, first, end, passed)):
        passed.update(way)
        if len(way) > 1:
            ways.append(way)
    return ways


def _path(
    spans: Mapping[str, tuple[int, float]], first: int, end: float, passed: Collection[str] = ()
) -> tuple[str, ...]:
    """The most groups that lead from one age to another, each beginning where the last one ended, those not passed before all others;
    none where there is no way."""
    best: dict[float, tuple[tuple[int, int], tuple[str, ...]]] = {first: ((0, 0), ())}
    for code, (start, stop) in sorted(spans.items(), key=lambda named: (named[1], named[0])):
        if start not in best:
            continue
        (fresh, long), way = best[start]
        score = (fresh + (code not in passed), long + 1)
        if stop not in best or score > best[stop][0]:
            best[stop] = score, (*way, code)
    return best[end][1] if end in best else ()
