"""A list of areas as people write it: one row an area and the area it lies in.

    area,parent,level,partition,valid_from,valid_to,boundary
    KG,,country,,,,administrative
    KG02,KG,oblast,regions,,,administrative

A partition that has a name is all of its parent, unless the optional column `exhaustive` says "no"; parts without one are only said
to lie in it. An area that lies in several others, or in one at several times, has several rows. What is wrong is told all at once,
by row and column, with what to write.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from dataexchange.errors import InvalidRequest
from dataexchange.model.area_edges import Span, period_of
from dataexchange.model.areas import Areas
from dataexchange.model.boundary import CONCEPTS, concept_named
from dataexchange.model.nearest import nearest
from dataexchange.model.period import first_day, last_day, parse_period

COLUMNS = ("area", "parent", "level", "partition", "valid_from", "valid_to", "boundary")
OPTIONAL = ("exhaustive",)

#: As deep as codes may stand in each other in a structure message that others read.
_DEEPEST = 50
_YES, _NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})


@dataclass(frozen=True, slots=True)
class AreaRow:
    """`row` is the line of the file; what is not said is ""."""

    row: int
    area: str
    parent: str = ""
    level: str = ""
    partition: str = ""
    valid_from: str = ""
    valid_to: str = ""
    boundary: str = ""
    exhaustive: str = ""

    @property
    def span(self) -> Span:
        return period_of(self.valid_from), period_of(self.valid_to)

    @property
    def is_exhaustive(self) -> bool:
        return bool(self.partition) and self.exhaustive.lower() not in _NO


@dataclass(frozen=True, slots=True)
class AreaFault:
    """What is wrong at one place of a file, and what to do: a sentence without a full stop."""

    row: int
    column: str
    text: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.text}"


def row_faults(rows: Sequence[AreaRow], areas: Areas, *, whole: bool = True) -> list[AreaFault]:
    """Of each row by itself, and of those that are sound beside each other; `areas` are those of the code list.

    A partition is not called one of a single part where a row of it is at fault, or could not be read (not `whole`): it may have more.
    """
    found = {row.row: list(_of_row(row, areas)) for row in rows}
    sound = [row for row in rows if not found[row.row]]
    circles = list(_circular(sound, areas))
    beside = [*_overlapping(sound, areas), *_contradictory(sound, areas), *circles, *_across(sound, areas)]
    if not circles:
        beside += _deep(sound, areas)
    if whole:
        told = {one.row for one in beside}
        unclear = {_partition(row, areas) for row in rows if found[row.row] or row.row in told}
        beside += _single([row for row in sound if _partition(row, areas) not in unclear], areas)
    return [*(fault for faults in found.values() for fault in faults), *beside]


def _partition(row: AreaRow, areas: Areas) -> tuple[str, str]:
    return areas.canonical(row.parent), row.partition


def unknown(code: str, areas: Areas) -> str:
    """What to write instead of a code that the list has not."""
    same = areas.canonical(code)
    if same != code and same in areas.codes:
        return f"the code list has no {code!r}: write {same}, which is the same area"
    named = [c for c, item in areas.codes.items() if _folded(code) in {_folded(text) for text in item.names.values()}]
    if len(named) == 1:
        return f"{code!r} is a name and no code: write {named[0]}"
    like = nearest(code, areas.codes, 0.7)
    if like is not None:
        return f"the code list has no {code!r}: write {like} if that is meant, or add the code to the list first"
    return f"the code list has no {code!r}: correct the code, or add it to the list first"


def _of_row(row: AreaRow, areas: Areas) -> Iterator[AreaFault]:
    if not row.area:
        yield AreaFault(row.row, "area", "no area is named: write its code, or take the row out")
    elif row.area not in areas.codes:
        yield AreaFault(row.row, "area", unknown(row.area, areas))
    if row.parent and row.parent not in areas.codes:
        yield AreaFault(row.row, "parent", unknown(row.parent, areas))
    elif row.parent and areas.canonical(row.parent) == areas.canonical(row.area):
        yield AreaFault(
            row.row, "parent", f"{row.area} cannot lie in itself: name the area above it, or leave it empty"
        )
    if row.partition and not row.parent:
        yield AreaFault(
            row.row, "parent", f"the parent is missing: name the area that {row.partition!r} is a partition of"
        )
    if row.boundary and concept_named(row.boundary) is None:
        yield AreaFault(row.row, "boundary", f"{row.boundary!r} is no boundary concept: write {_or(CONCEPTS)}")
    yield from _of_dates(row)
    yield from _of_exhaustive(row)


def _of_exhaustive(row: AreaRow) -> Iterator[AreaFault]:
    word = row.exhaustive.lower()
    if word and word not in _YES | _NO:
        yield AreaFault(row.row, "exhaustive", f"{row.exhaustive!r} is not clear: write yes or no")
    elif word in _YES and not row.partition:
        yield AreaFault(
            row.row, "partition", "an exhaustive partition needs a name: write one, the same for all of its parts"
        )


def _of_dates(row: AreaRow) -> Iterator[AreaFault]:
    for column, text in (("valid_from", row.valid_from), ("valid_to", row.valid_to)):
        try:
            if text:
                parse_period(text)
        except InvalidRequest:
            yield AreaFault(row.row, column, f"{text!r} is no date: write one such as 2019, 2019-03 or 2019-03-31")
            return
    first, last = row.span
    if first is not None and last is not None and first_day(first) > last_day(last):
        yield AreaFault(row.row, "valid_to", f"{row.valid_to} is before {row.valid_from}: exchange or correct them")


def _overlapping(rows: Iterable[AreaRow], areas: Areas) -> Iterator[AreaFault]:
    """An area stands twice in one partition at one time."""
    seen: dict[tuple[str, str, str], list[AreaRow]] = {}
    for row in rows:
        earlier = seen.setdefault((areas.canonical(row.area), areas.canonical(row.parent), row.partition), [])
        other = next((one for one in earlier if _meet(one.span, row.span)), None)
        if other is not None and row.parent:
            where = f"{row.partition!r} of {row.parent}" if row.partition else row.parent
            yield AreaFault(
                row.row,
                "valid_from",
                f"{row.area} is in {where} already by row {other.row}, at the same time: take one row out, "
                "or let the one end before the other begins",
            )
        earlier.append(row)


def _meet(one: Span, other: Span) -> bool:
    return _begins(one, other) and _begins(other, one)


def _begins(one: Span, other: Span) -> bool:
    """Whether the one begins before the other is over."""
    first, last = one[0], other[1]
    return first is None or last is None or first_day(first) <= last_day(last)


def _contradictory(rows: Iterable[AreaRow], areas: Areas) -> Iterator[AreaFault]:
    """What is said of an area, or of a partition, must be the same in all rows."""
    said: dict[tuple[str, str, str], tuple[str, int]] = {}
    for row in rows:
        area, whole = areas.canonical(row.area), areas.canonical(row.parent)
        whether = "exhaustive" if row.is_exhaustive else "not exhaustive"
        told = [("level", area, "", row.level), ("boundary", area, "", concept_named(row.boundary) or "")]
        told += [("exhaustive", whole, row.partition, whether)] if row.partition else []
        for column, of, partition, word in told:
            before, where = said.setdefault((f"{column} {partition}", of, column), (word, row.row)) if word else ("", 0)
            if before != word:
                what = f"the partition {partition!r} of {row.parent}" if partition else row.area
                yield AreaFault(
                    row.row, column, f"{what} is {before!r} in row {where} and {word!r} here: write the same in both"
                )


def _circular(rows: Iterable[AreaRow], areas: Areas) -> Iterator[AreaFault]:
    """The row that closes a circle. What the code list says counts, too."""
    wholes: dict[str, set[str]] = {part: {e.whole for e in found} for part, found in areas.wholes.items()}
    for row in rows:
        if row.parent:
            area, parent = areas.canonical(row.area), areas.canonical(row.parent)
            if path := _path(parent, area, wholes):
                told = ", which lies in ".join((area, *path))
                yield AreaFault(row.row, "parent", f"a circle: {told}. Name another parent, or leave it empty")
            else:
                wholes.setdefault(area, set()).add(parent)


def _path(start: str, end: str, wholes: Mapping[str, set[str]]) -> list[str]:
    """From one area up to another; [] where none leads there."""
    came: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            path = [here]
            while path[-1] != start:
                path.append(came[path[-1]])
            return path[::-1]
        for whole in wholes.get(here, ()):
            if whole not in came and whole != start:
                came[whole] = here
                waiting.append(whole)
    return []


def _across(rows: Sequence[AreaRow], areas: Areas) -> Iterator[AreaFault]:
    """What is added up must be drawn alike: a functional urban area is no part of an administrative city."""
    said = {areas.canonical(row.area): concept for row in rows if (concept := concept_named(row.boundary))}
    for row in rows:
        if row.is_exhaustive:
            here, there = (said.get(areas.canonical(code), areas.concept(code)) for code in (row.area, row.parent))
            if here != there:
                yield AreaFault(
                    row.row,
                    "boundary",
                    f"{row.area} is drawn as {here}, {row.parent} as {there}, and figures are never added across: "
                    "correct the boundary, or leave the partition empty",
                )


def _single(rows: Iterable[AreaRow], areas: Areas) -> Iterator[AreaFault]:
    """One part that is all of its parent is the parent by another code, or the others were forgotten: nothing can be added up. Of a parent
    that was divided later, the time before is no fault."""
    parted: dict[tuple[str, str], list[AreaRow]] = {}
    for row in rows:
        if row.is_exhaustive:
            parted.setdefault(_partition(row, areas), []).append(row)
    for (_, name), parts in parted.items():
        if not any(_beside(one, other, areas) for one, other in combinations(parts, 2)):
            first = parts[0]
            alone = "one part" if len(parts) == 1 else "one part at any time"
            yield AreaFault(
                first.row,
                "partition",
                f"{name!r} of {first.parent} has {alone}, {first.area}: add a row for each of the others; if they have no codes yet, "
                "write no in a column exhaustive; if it is all of the same territory, leave the partition empty",
            )


def _beside(one: AreaRow, other: AreaRow, areas: Areas) -> bool:
    """Whether they are two parts that are there at one time."""
    return areas.canonical(one.area) != areas.canonical(other.area) and _meet(one.span, other.span)


def _deep(rows: Sequence[AreaRow], areas: Areas) -> Iterator[AreaFault]:
    parents: dict[str, set[str]] = {}
    for row in rows:
        if row.parent:
            parents.setdefault(areas.canonical(row.area), set()).add(areas.canonical(row.parent))
    layer, depth = set(parents), 1
    while layer and depth <= _DEEPEST:
        layer, depth = {p for area in layer for p in parents.get(area, ()) if p in parents}, depth + 1
    if layer:
        yield AreaFault(rows[0].row, "parent", f"areas lie in each other more than {_DEEPEST} deep: leave levels out")


def _or(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}"


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if c.isalnum()).casefold()
