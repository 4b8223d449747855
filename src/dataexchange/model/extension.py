"""Code lists that extend others (SDMX 3): the codes they inherit, worked out.

A later extension beats an earlier one that brings the same code, and a code of the list itself beats both. A prefix goes before the id of
every inherited code and of its parent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from dataexchange.model.structure import Codelist, CodelistExtension, Item, Member, Ref

Find = Callable[[Ref], Codelist | None]


def resolved(codelist: Codelist, find: Find) -> Codelist:
    """The list with all its codes and no extension; a list that is not there brings none, and a circle ends where it began."""
    return _resolved(codelist, find, frozenset())


def _resolved(codelist: Codelist, find: Find, within: frozenset[Ref]) -> Codelist:
    if not codelist.extensions:
        return codelist
    inside = within | {codelist.ref}
    codes: dict[str, Item] = {}
    for extension in codelist.extensions:
        other = find(extension.codelist)
        if other is not None and other.ref not in inside:
            codes |= {item.id: item for item in _inherited(extension, _resolved(other, find, inside))}
    codes |= {item.id: item for item in codelist.items}
    return replace(codelist, items=tuple(codes.values()), extensions=())


def _inherited(extension: CodelistExtension, other: Codelist) -> Iterator[Item]:
    chosen = selected(other.items, extension.members) if extension.members else {item.id for item in other.items}
    kept = chosen if extension.included else {item.id for item in other.items} - chosen
    for item in other.items:
        if item.id in kept:
            parent = f"{extension.prefix}{item.parent}" if item.parent in kept else None
            yield replace(item, id=f"{extension.prefix}{item.id}", parent=parent)


def selected(items: tuple[Item, ...], members: tuple[Member, ...]) -> set[str]:
    """Ids that the members name, with those below them where they cascade."""
    parents = {item.id: item.parent for item in items}
    chosen: set[str] = set()
    for member in members:
        roots = {identifier for identifier in parents if fits(member.value, identifier)}
        below = {i for i in parents if _stands_below(i, roots, parents)} if member.cascade else set()
        chosen |= below if member.cascade == "excluderoot" else roots | below
    return chosen


def _stands_below(identifier: str, roots: set[str], parents: Mapping[str, str | None]) -> bool:
    seen, above = {identifier}, parents.get(identifier)
    while above is not None and above not in seen:
        if above in roots:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def fits(pattern: str, text: str) -> bool:
    """Whether a text is the pattern, in which each '%' stands for any text. Takes time by length, whatever is typed.

    >>> fits("SH_%MORT", "SH_DYN_MORT"), fits("SH_%", "EN_ATM_PM25")
    (True, False)
    """
    first, *rest = pattern.split("%")
    if not rest:
        return pattern == text
    *middle, last = rest
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
