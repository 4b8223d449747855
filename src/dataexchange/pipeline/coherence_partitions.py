"""What the rules about parts know of the tree of areas: how an area is parted, and by which code it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dataexchange.pipeline.coherence_areas import Areas


@dataclass(frozen=True, slots=True)
class Parting:
    """One way to part an area. Only of an `exhaustive` one do the parts cover it wholly; `at` says which of them there are in a period
    (its code), where that changes with time (None: the same at all times)."""

    parts: frozenset[str]
    exhaustive: bool
    at: Callable[[int], frozenset[str]] | None = None


def partings(areas: Areas, area: str) -> tuple[Parting, ...]:
    """All ways in which an area is parted."""
    parts = areas.partition(area)
    return (Parting(parts, True),) if parts else ()


def canonical(areas: Areas, area: str) -> str:
    """The code that an area goes by in the tree, whichever of its codes the data have."""
    return area
