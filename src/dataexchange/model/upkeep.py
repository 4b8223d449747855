"""What became of an artefact that somebody added, replaced or took away: the answer to structure maintenance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dataexchange.model.item_path import path_of
from dataexchange.model.structure import Artefact, Item, ItemScheme, Kind, Ref


class Action(StrEnum):
    """As SDMX-ML names it."""

    APPEND = "Append"
    REPLACE = "Replace"
    DELETE = "Delete"


class Result(StrEnum):
    SUCCESS = "Success"
    WARNING = "Warning"
    FAILURE = "Failure"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one artefact. `code` is the HTTP status that it would have been answered with alone; `text` says why."""

    ref: Ref
    action: Action
    result: Result
    code: int
    text: str


def status_of(outcomes: Sequence[Outcome]) -> int:
    """Of the whole answer: 207 where some were done and some were not; 201 where something is new.

    >>> dsd = Ref(Kind.DATA_STRUCTURE, "DX", "X", "1.0")
    >>> status_of([Outcome(dsd, Action.APPEND, Result.SUCCESS, 201, ""), Outcome(dsd, Action.DELETE, Result.FAILURE, 409, "")])
    207
    """
    failed = [o.code for o in outcomes if o.result is Result.FAILURE]
    if not failed:
        return 201 if any(o.code == 201 for o in outcomes) else 200
    if len(failed) < len(outcomes):
        return 207
    return failed[0] if len(set(failed)) == 1 else 409


def patched(stored: ItemScheme, given: ItemScheme) -> ItemScheme:
    """A scheme with a partial one laid over it: items replace those of the same id where they stand, new ones come at the end.

    Of categories the tree under each root that is given is replaced whole."""
    names, descriptions = {**stored.names, **given.names}, {**stored.descriptions, **given.descriptions}
    new = {item.id: item for item in given.items}
    items: tuple[Item, ...]
    if stored.kind is Kind.CATEGORY_SCHEME:
        old = below(stored, {item.id for item in given.items if item.parent not in new})
        items = (*(i for i in stored.items if i.id not in old), *given.items)
    else:
        items = (*(new.pop(i.id, i) for i in stored.items), *new.values())
    return replace(stored, items=items, names=names, descriptions=descriptions, annotations=given.annotations)


def item_at(scheme: ItemScheme, word: str) -> str | None:
    """The id of the item that an address means; of categories it may be the path to it, ECO.SECTORAL.ENERGY."""
    parents = {item.id: item.parent for item in scheme.items}
    if word in parents or scheme.kind is not Kind.CATEGORY_SCHEME:
        return word if word in parents else None
    for item in scheme.items:
        path, above = item.id.removeprefix(f"{item.parent}."), item.parent
        while above in parents and len(path) < len(word):
            path, above = f"{above.removeprefix(f'{parents[above]}.')}.{path}", parents[above]
        if path == word and above not in parents:
            return item.id
    return None


def without(scheme: ItemScheme, item: str) -> ItemScheme:
    """Of categories what stands below goes, too; elsewhere it loses its parent."""
    gone = below(scheme, {item}) if scheme.kind is Kind.CATEGORY_SCHEME else {item}
    kept = (i for i in scheme.items if i.id not in gone)
    return replace(scheme, items=tuple(replace(i, parent=None) if i.parent in gone else i for i in kept))


def below(scheme: ItemScheme, roots: Collection[str]) -> set[str]:
    """Those items and all that stand under them."""
    found = set(roots)
    waiting = list(found)
    while waiting:
        more = {i.id for i in scheme.items if i.parent in waiting} - found
        found |= more
        waiting = list(more)
    return found


def lost(stored: Artefact, new: Artefact) -> set[str]:
    """Items that the one has and the other has not. A category that stands elsewhere has another path, which is what names it."""
    if not isinstance(stored, ItemScheme) or not isinstance(new, ItemScheme):
        return set()
    if stored.kind is not Kind.CATEGORY_SCHEME:
        return {i.id for i in stored.items} - {i.id for i in new.items}
    before, after = ({i.id: i.parent for i in scheme.items} for scheme in (stored, new))
    kept = {path_of(identifier, after) for identifier in after}
    return {identifier for identifier in before if path_of(identifier, before) not in kept}
