"""Which area lies in which: one edge a part and a whole, read from the parents of a code list and from hierarchies.

What a hierarchy says beyond its tree stands in annotations of its codes: PARTITION names the partition of the code above that this one
is a part of, EXHAUSTIVE names a partition of this code whose parts cover it wholly and without overlap (no name: the parts that
are in no named one), BOUNDARY is the boundary concept. `validFrom` and `validTo` are the time in which a part belongs to its whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dataexchange.errors import InvalidRequest
from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy
from dataexchange.model.period import first_day, last_day, parse_period
from dataexchange.model.series_notes import is_partitioned
from dataexchange.model.structure import Annotation, Item, ItemRef, Ref

PARTITION, EXHAUSTIVE, BOUNDARY = "PARTITION", "EXHAUSTIVE", "BOUNDARY"

#: First and last period in which something holds, as packed integers; None is open.
Span = tuple[int | None, int | None]
ALWAYS: Span = (None, None)

#: Parts that many tables do without: the unknown, and the rest of a code list's children.
_OPTIONAL = ("_U", "_REST")

_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T.*")
_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")


@dataclass(frozen=True, slots=True)
class Edge:
    """`partition` is "" where it has no name. `optional`: the partition is whole without this part."""

    part: str
    whole: str
    partition: str = ""
    exhaustive: bool = False
    span: Span = ALWAYS
    #: The hierarchy that says so; None for the code list.
    source: Ref | None = None
    optional: bool = False


def holds(span: Span, period: int) -> bool:
    """Whether the last day of a period lies within: figures of 2019 are those of the areas of 31 December 2019.

    >>> [holds((None, parse_period("2018")), parse_period(p)) for p in ("2018", "2018-Q2", "2019")]
    [True, True, False]
    """
    day = last_day(period)
    first, last = span
    return (first is None or first_day(first) <= day) and (last is None or day <= last_day(last))


def of_codes(codes: Mapping[str, Item]) -> Iterator[Edge]:
    for area, item in codes.items():
        if item.parent is not None and item.parent in codes:
            yield Edge(area, item.parent, "", is_partitioned(codes[item.parent]), optional=area.endswith(_OPTIONAL))


def of_hierarchy(hierarchy: Hierarchy, lists: Iterable[Ref]) -> Iterator[Edge]:
    """`lists`: the code lists of the areas, whatever their versions; codes of others are passed over with what stands below them."""
    known = {(ref.agency, ref.id) for ref in lists}
    waiting = list(reversed(hierarchy.codes))
    while waiting:
        code = waiting.pop()
        if not _is_of(code.code, known):
            continue
        whole = set(said(code.annotations, EXHAUSTIVE))
        for inner in code.codes:
            if _is_of(inner.code, known):
                name = next(iter(said(inner.annotations, PARTITION)), "")
                span = (period_of(inner.valid_from), period_of(inner.valid_to))
                yield Edge(inner.code.id, code.code.id, name, name in whole, span, hierarchy.ref)
        waiting.extend(reversed(code.codes))


def places(hierarchy: Hierarchy, lists: Iterable[Ref]) -> Iterator[HierarchicalCode]:
    """All that stand for areas, in the order of the tree."""
    known = {(ref.agency, ref.id) for ref in lists}
    for root in hierarchy.codes:
        yield from (place for place in root.walk() if _is_of(place.code, known))


def said(annotations: Iterable[Annotation], kind: str) -> Iterator[str]:
    """The words of the annotations of a type, "" for one without words."""
    for note in annotations:
        if kind in (note.type, note.id):
            yield note.title or note.text.get("en") or ""


def period_of(text: str | None) -> int | None:
    """A date of SDMX as a period; None where there is none, or none that is one: the edge is open there.

    >>> period_of("2019-01-01T00:00:00Z") == parse_period("2019-01-01"), period_of("2018") == parse_period("2018")
    (True, True)
    """
    if not text:
        return None
    text = _ZONE.sub("", _DATE_TIME.sub(r"\1", text)) if len(text) > 7 else text
    try:
        return parse_period(text)
    except InvalidRequest:
        return None


def _is_of(code: ItemRef, known: set[tuple[str, str]]) -> bool:
    return (code.scheme.agency, code.scheme.id) in known
