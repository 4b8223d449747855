"""Nested ids: `SDG_11.SDG_11_6` names the category SDG_11_6 that stands in SDG_11.

Items know their parents by id; what URLs and references write is the whole path, or (of what stands at the top, and where an id is the
only one of its name) the id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dataexchange.model.structure import Item


def item_paths(items: Sequence[Item]) -> Mapping[str, str]:
    """Path -> id of every item; its id names an item, too."""
    parents = {item.id: item.parent for item in items}
    paths = {path_of(item.id, parents): item.id for item in items}
    return {**paths, **{item.id: item.id for item in items}}


def path_of(identifier: str, parents: Mapping[str, str | None]) -> str:
    """An id that stands twice in a scheme has its parent's before it already: "B.X" in B is the path B.X."""
    parts: list[str] = []
    seen: set[str] = set()
    current: str | None = identifier
    while current is not None and current not in seen and current in parents:
        seen.add(current)
        parent = parents[current]
        parts.append(current.removeprefix(f"{parent}.") if parent else current)
        current = parent
    return ".".join(reversed(parts))


def ancestors(identifier: str, parents: Mapping[str, str | None]) -> list[str]:
    """The items above it, the highest first."""
    found: list[str] = []
    above = parents.get(identifier)
    while above is not None and above not in found and above in parents:
        found.append(above)
        above = parents[above]
    return found[::-1]
