"""Whether the items of a scheme are sound: their ids, and that their parents make a tree that is not too deep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy
from dataexchange.model.sound_components import representation_faults
from dataexchange.model.sound_forms import ANY, ID, NAME, PATH, Form, is_of, shown
from dataexchange.model.structure import Codelist, ItemScheme, Kind

#: Items in items: what readers, the store and other systems take without trouble.
DEEPEST = 50

_FORMS: Mapping[Kind, Form] = {
    Kind.VALUE_LIST: ANY,
    Kind.CATEGORY_SCHEME: PATH,
    Kind.CONCEPT_SCHEME: NAME,
    Kind.AGENCY_SCHEME: NAME,
}
#: Schemes whose items stand side by side.
_FLAT = frozenset(
    {
        Kind.VALUE_LIST,
        Kind.AGENCY_SCHEME,
        Kind.DATA_PROVIDER_SCHEME,
        Kind.DATA_CONSUMER_SCHEME,
        Kind.METADATA_PROVIDER_SCHEME,
    }
)


def scheme_faults(scheme: ItemScheme) -> Iterator[str]:
    form = _FORMS.get(scheme.kind, ID)
    for item in scheme.items:
        if not is_of(form, item.id):
            yield f"the id {shown(item.id)} of an item: {form.remedy}"
        elif item.representation is not None:
            yield from representation_faults(f"concept {item.id}", item.representation)
    # Of categories, those that stand in one another are told apart by where they stand.
    places = Counter((i.parent, i.id.removeprefix(f"{i.parent}.")) for i in scheme.items)
    ids = Counter(item.id for item in scheme.items)
    twice = {i for i, n in ids.items() if n > 1} | {i for (_, i), n in places.items() if n > 1}
    for item_id in sorted(twice):
        yield f"the item {shown(item_id)} stands twice: leave one out"
    yield from _tree_faults(scheme)


def _tree_faults(scheme: ItemScheme) -> Iterator[str]:
    parents = {item.id: item.parent for item in scheme.items if item.parent is not None}
    there = {item.id for item in scheme.items}
    if parents and scheme.kind in _FLAT:
        yield f"the item {shown(next(iter(parents)))} has a parent, which none of a {scheme.kind.urn_class} has"
    # A list may have parents from another one that it extends: `workflow.standing` knows that one.
    if not (isinstance(scheme, Codelist) and scheme.extensions):
        for item, parent in parents.items():
            if parent not in there:
                yield f"the parent {shown(parent)} of {shown(item)} is not there: add it"
    yield from depth_faults(parents)


def depth_faults(parents: Mapping[str, str]) -> Iterator[str]:
    """Of a tree told by parents; each item is visited once."""
    depths: dict[str, int] = {}
    for start in parents:
        way: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in depths and here not in way:
            way[here] = None
            here = parents.get(here)
        if here in way:
            yield f"the item {shown(here)} stands below itself: mend its parents"
            return
        depth = depths[here] if here is not None else 0
        for item in reversed(way):
            depth += 1
            depths[item] = depth
        if depth > DEEPEST:
            yield f"the item {shown(start)} stands {depth} deep: make it {DEEPEST} at most"
            return


def hierarchy_faults(hierarchy: Hierarchy) -> Iterator[str]:
    """Ids are told apart among those that stand together."""
    waiting: list[tuple[tuple[HierarchicalCode, ...], int]] = [(hierarchy.codes, 1)]
    levels = {level.id for level in hierarchy.levels}
    while waiting:
        codes, depth = waiting.pop()
        if depth > DEEPEST:
            yield f"the code {shown(codes[0].id)} stands {depth} deep: make it {DEEPEST} at most"
            return
        seen: set[str] = set()
        for code in codes:
            if not is_of(ID, code.id):
                yield f"the id {shown(code.id)} of a code: {ID.remedy}"
            elif code.id in seen:
                yield f"the code {shown(code.id)} stands twice in one place: leave one out"
            if code.level is not None and code.level not in levels:
                yield f"the level {shown(code.level)} of the code {shown(code.id)} is not there: add it"
            seen.add(code.id)
            if code.codes:
                waiting.append((code.codes, depth + 1))
    for level in hierarchy.levels:
        if not is_of(ID, level.id):
            yield f"the id {shown(level.id)} of a level: {ID.remedy}"
