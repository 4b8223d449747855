"""Hierarchies and their associations in SDMX-ML, written. In 2.1 each is the one hierarchy of a hierarchical code list of its name."""

from __future__ import annotations

from collections.abc import Sequence

from dataexchange.messages.structure_xml_write_parts import Dialect, local_reference, named, notes, reference
from dataexchange.messages.xml_build import element, escape, flag
from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy, HierarchyAssociation, HierarchyLevel


def hierarchy(found: Hierarchy, dialect: Dialect) -> str:
    codes = "".join(_code(code, dialect) for code in found.codes)
    levels = _levels(found.levels, dialect)
    if not dialect.is_2_1:
        return levels + codes
    if not codes:
        return ""
    attributes = {"id": found.id, "leveled": flag(found.has_formal_levels)}
    return element("str:Hierarchy", attributes, named(found.names, found.descriptions, found.id), codes, levels)


def _levels(levels: Sequence[HierarchyLevel], dialect: Dialect) -> str:
    if not levels:
        return ""
    first, *rest = levels
    coding = element("str:CodingFormat", first.coding) if first.coding else ""
    head = notes(first.annotations, dialect) + named(first.names, first.descriptions, first.id)
    return element("str:Level", {"id": first.id}, head, coding, _levels(rest, dialect))


def _code(code: HierarchicalCode, dialect: Dialect) -> str:
    return element(
        "str:HierarchicalCode",
        {"id": code.id, "validFrom": code.valid_from, "validTo": code.valid_to},
        notes(code.annotations, dialect),
        reference("str:Code", code.code, dialect),
        *(_code(inner, dialect) for inner in code.codes),
        local_reference("str:Level", code.level, dialect) if code.level is not None else "",
    )


def association(found: HierarchyAssociation, dialect: Dialect) -> str:
    context = element("str:ContextObject", {}, escape(found.context)) if found.context else ""
    linked = reference("str:LinkedHierarchy", found.hierarchy, dialect)
    return linked + element("str:LinkedObject", {}, escape(found.linked)) + context
