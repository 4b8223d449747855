"""Two tellings of one final artefact: what both say stays, and where they contradict each other nobody may choose.

Every national office loads the global code lists with names in its own language added, so the same final list comes in many
dresses. Texts (names, descriptions, annotations) are laid together, what is stored going first; item schemes are laid together by
item, so that a list may gain codes and never loses one. An item that is there keeps its parent and representation, and gains none: the
Kyrgyz telling of the global concepts has code lists where the global one has nothing, and a structure of another office must not become
coded by that. What remains unlike is a contradiction: another parent, another representation, other dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from dataexchange.model.structure import Annotation, Artefact, Codelist, DataStructure, Item, ItemScheme, Text
from dataexchange.model.version import is_final

A = TypeVar("A", bound=Artefact)

_SHOWN = 5


def laid_together(stored: A, new: Artefact) -> A:
    """Both in one, where there is no contradiction."""
    told = replace(
        stored,
        names=_texts(stored.names, new.names),
        descriptions=_texts(stored.descriptions, new.descriptions),
        annotations=_annotations(stored.annotations, new.annotations),
    )
    if isinstance(told, ItemScheme) and isinstance(new, ItemScheme):
        return replace(told, items=_items(told.items, new.items))
    return told


def as_final(stored: Artefact, new: A) -> A:
    """Final once is final for ever, whatever a telling says of it: SDMX-ML 3.x has no word to say it of a version 1.0."""
    return replace(new, is_final=stored.is_final) if stored.is_final or is_final(stored.version) else new


def contradiction(stored: Artefact, new: Artefact) -> str:
    """What the two do not agree on, in words; "" where they do."""
    if isinstance(stored, Codelist) and isinstance(new, Codelist) and stored.extensions != new.extensions:
        return "other code lists that it extends"
    if isinstance(stored, ItemScheme) and isinstance(new, ItemScheme):
        held = {item.id: item for item in stored.items}
        unlike = [i.id for i in new.items if i.id in held and not _agree(held[i.id], i)]
        more = f" and {len(unlike) - _SHOWN} more" if len(unlike) > _SHOWN else ""
        return f"another parent or representation of {', '.join(unlike[:_SHOWN])}{more}" if unlike else ""
    return "" if _bare(stored) == _bare(new) else _unlike(stored, new)


def _unlike(stored: Artefact, new: Artefact) -> str:
    if isinstance(stored, DataStructure) and isinstance(new, DataStructure):
        held = {c.id: c for c in _bare_structure(stored).components()}
        other = {c.id: c for c in _bare_structure(new).components()}
        ids = [i for i in dict.fromkeys((*held, *other)) if held.get(i) != other.get(i)]
        if ids:
            return f"components {', '.join(ids[:_SHOWN])}"
    return "what it refers to or consists of"


def _bare(artefact: Artefact) -> Artefact:
    """Without words, and without what says how final or valid it is."""
    plain = _bare_structure(artefact) if isinstance(artefact, DataStructure) else artefact
    return replace(plain, names={}, descriptions={}, annotations=(), is_final=False, valid_from=None, valid_to=None)


def _bare_structure(structure: DataStructure) -> DataStructure:
    time = structure.time_dimension
    return replace(
        structure,
        dimensions=tuple(replace(d, annotations=()) for d in structure.dimensions),
        time_dimension=replace(time, annotations=()) if time else None,
        measures=tuple(replace(m, annotations=()) for m in structure.measures),
        attributes=tuple(replace(a, annotations=()) for a in structure.attributes),
    )


def _agree(stored: Item, new: Item) -> bool:
    """Where one says nothing of a parent or representation, it agrees with what the other says."""
    return (not (stored.parent and new.parent) or stored.parent == new.parent) and (
        not (stored.representation and new.representation) or stored.representation == new.representation
    )


def _items(stored: tuple[Item, ...], new: tuple[Item, ...]) -> tuple[Item, ...]:
    other = {item.id: item for item in new}
    held = {item.id for item in stored}
    return (*(_both(i, other[i.id]) if i.id in other else i for i in stored), *(i for i in new if i.id not in held))


def _both(stored: Item, new: Item) -> Item:
    return replace(
        stored,
        names=_texts(stored.names, new.names),
        descriptions=_texts(stored.descriptions, new.descriptions),
        annotations=_annotations(stored.annotations, new.annotations),
    )


def _texts(stored: Text, new: Text) -> Mapping[str, str]:
    return {**new, **stored} if any(language not in stored for language in new) else stored


def _annotations(stored: tuple[Annotation, ...], new: tuple[Annotation, ...]) -> tuple[Annotation, ...]:
    return (*stored, *(note for note in new if note not in stored))
