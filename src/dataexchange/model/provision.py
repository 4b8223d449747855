"""What a provision agreement says beyond provider and dataflow: the areas it is for, and who reviews.

SDMX has no place of its own for either, so they are annotations, which every reader and writer keeps:
type AREAS, title "GB_BRS KE_NBO" (codes of REF_AREA; everything below them is meant too), and type REVIEW, title "UK_ONS".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dataexchange.model.structure import Annotation, Artefact, Item

AREAS = "AREAS"
REVIEW = "REVIEW"


def areas_of(agreement: Artefact) -> tuple[str, ...]:
    """Area codes that its provider may send; empty: any."""
    return tuple((_title(agreement, AREAS) or "").split())


def reviewer_of(agreement: Artefact) -> str | None:
    """The organisation that accepts or returns before anything is published; None: no review."""
    return _title(agreement, REVIEW)


def terms(areas: Iterable[str], reviewer: str | None) -> tuple[Annotation, ...]:
    """The annotations that say so."""
    named = " ".join(areas)
    found = [Annotation(type=AREAS, title=named)] if named else []
    return (*found, Annotation(type=REVIEW, title=reviewer)) if reviewer else tuple(found)


def within(area: str, allowed: Iterable[str], codes: Mapping[str, Item]) -> bool:
    """Whether an area is one of those allowed, or lies below one by the parents of its code list."""
    named, seen = set(allowed), set[str]()
    here: str | None = area
    while here is not None and here not in seen:
        if here in named:
            return True
        seen.add(here)
        here = codes[here].parent if here in codes else None
    return False


def _title(agreement: Artefact, type_: str) -> str | None:
    return next((note.title for note in agreement.annotations if note.type == type_ and note.title), None)
