"""What constraints allow a component: from cube regions, with wildcards and cascades, and from key sets, to plain codes.

    allowed([constraint], "REF_AREA", codes) == {"GB", "GB_BRS"}

Several constraints hold together: each takes away from what the others allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dataexchange.model.extension import selected
from dataexchange.model.structure import CubeRegion, DataConstraint, Item, KeySet, Member, Selection


def allowed(constraints: Iterable[DataConstraint], component: str, codes: Sequence[Item]) -> set[str] | None:
    """Codes that all of the constraints let the component have; None where none of them says anything of it."""
    found: set[str] | None = None
    for constraint in constraints:
        lets = _lets(constraint, component, tuple(codes))
        if lets is not None:
            found = lets if found is None else found & lets
    return found


def _lets(constraint: DataConstraint, component: str, codes: tuple[Item, ...]) -> set[str] | None:
    every = {code.id for code in codes}
    inside = [_region(r, component, codes) for r in constraint.regions if r.included]
    inside += [_keys(s, component, codes) for s in constraint.key_sets if s.included]
    # What is left free by one region, or one set of keys, is free: they add up.
    lets = None if not inside or None in inside else set[str]().union(*(i for i in inside if i is not None))
    outside = [
        o
        for r in constraint.regions
        if not r.included and _only(r) == component
        for o in [_region(r, component, codes)]
    ]
    taken = set[str]().union(*(o for o in outside if o is not None))
    if not taken:
        return lets
    return (every if lets is None else lets) - taken


def _only(region: CubeRegion) -> str | None:
    """The one component that a region speaks of: an excluded region of several takes away combinations, and no code."""
    names = [*region.values, *region.components]
    return names[0] if len(names) == 1 and not region.time_range else None


def _region(region: CubeRegion, component: str, codes: tuple[Item, ...]) -> set[str] | None:
    values = region.values.get(component) or region.components.get(component)
    without = region.without.get(component)
    says = region.selections.get(component, Selection())
    lets = _ids(values, says, codes) if values else None
    if without:
        lets = ({code.id for code in codes} if lets is None else lets) - _ids(without, says, codes)
    return lets


def _ids(values: Sequence[str], says: Selection, codes: tuple[Item, ...]) -> set[str]:
    """Codes that the values mean. A value of no code is kept: a list may be shorter than its constraint."""
    members = tuple(Member(value, says.cascade.get(value)) for value in values)
    plain = {value for value in values if "%" not in value and says.cascade.get(value) != "excluderoot"}
    return selected(codes, members) | plain


def _keys(key_set: KeySet, component: str, codes: tuple[Item, ...]) -> set[str] | None:
    named = [
        (key.values[component],) if component in key.values else key.components.get(component) for key in key_set.keys
    ]
    if not all(named):
        return None
    return _ids([value for values in named for value in values or ()], Selection(), codes)
