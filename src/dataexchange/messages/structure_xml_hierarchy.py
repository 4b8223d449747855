"""Hierarchies in SDMX-ML, read: Hierarchy and HierarchyAssociation of 3.x, HierarchicalCodelist of 2.1.

A hierarchical code list holds any number of hierarchies. One becomes a hierarchy of the list's name; of several each is called by both
names: list HCL with hierarchies A and B gives HCL_A and HCL_B.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dataexchange.messages.structure_xml_parts import (
    item_reference,
    local_id,
    maintainable,
    notes,
    reference,
    texts,
    truth,
)
from dataexchange.messages.xml_source import Misshapen, child, children, text_of
from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy, HierarchyAssociation, HierarchyLevel
from dataexchange.model.structure import ItemRef, Kind, Ref

#: Alias -> code list, within one hierarchical code list.
_Aliases = Mapping[str, Ref]


def hierarchy(element: Any) -> Hierarchy:
    return Hierarchy(
        **maintainable(element),
        has_formal_levels=truth(element.get("hasFormalLevels")),
        levels=tuple(_levels(element)),
        codes=_codes(element, {}),
    )


def association(element: Any) -> HierarchyAssociation:
    linked, target = child(element, "LinkedHierarchy"), text_of(child(element, "LinkedObject"))
    if linked is None or target is None:
        raise Misshapen(element, "a hierarchy association has no LinkedHierarchy or no LinkedObject: add it.")
    return HierarchyAssociation(
        **maintainable(element),
        hierarchy=reference(linked, Kind.HIERARCHY),
        linked=target,
        context=text_of(child(element, "ContextObject")),
    )


def hierarchical_codelist(element: Any) -> Iterator[Hierarchy]:
    shared = maintainable(element)
    aliases = {e.get("alias"): reference(e, Kind.CODELIST) for e in children(element, "IncludedCodelist")}
    found = list(children(element, "Hierarchy"))
    for inner in found:
        own = {"names": texts(inner, "Name"), "descriptions": texts(inner, "Description"), "annotations": notes(inner)}
        if len(found) > 1:
            own["id"] = f"{shared['id']}_{inner.get('id')}"
        yield Hierarchy(
            **shared | {key: value for key, value in own.items() if value},
            has_formal_levels=truth(inner.get("leveled")),
            levels=tuple(_levels(inner)),
            codes=_codes(inner, aliases),
        )


def _levels(element: Any) -> Iterator[HierarchyLevel]:
    level = child(element, "Level")
    while level is not None:
        coding = child(level, "CodingFormat")
        yield HierarchyLevel(
            id=level.get("id") or "",
            names=texts(level, "Name"),
            descriptions=texts(level, "Description"),
            annotations=notes(level),
            coding=dict(coding.attrib) if coding is not None else {},
        )
        level = child(level, "Level")


def _codes(element: Any, aliases: _Aliases) -> tuple[HierarchicalCode, ...]:
    """The parser bounds how deep elements stand in each other."""
    return tuple(_code(entry, aliases) for entry in children(element, "HierarchicalCode"))


def _code(element: Any, aliases: _Aliases) -> HierarchicalCode:
    identifier, level = element.get("id"), child(element, "Level")
    if not identifier:
        raise Misshapen(element, "a hierarchical code has no id: add it and send the message again.")
    return HierarchicalCode(
        id=identifier,
        code=_what(element, aliases),
        codes=_codes(element, aliases),
        level=local_id(level) if level is not None else None,
        annotations=notes(element),
        valid_from=element.get("validFrom"),
        valid_to=element.get("validTo"),
    )


def _what(element: Any, aliases: _Aliases) -> ItemRef:
    code, alias = child(element, "Code"), text_of(child(element, "CodelistAliasRef")) or ""
    if code is not None:
        return item_reference(code, Kind.CODELIST)
    identifier = child(element, "CodeID")
    if alias not in aliases or identifier is None:
        raise Misshapen(element, "a hierarchical code names no code: give a Code, or an alias that is included.")
    return ItemRef(aliases[alias], local_id(identifier) or "")
