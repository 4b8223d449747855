"""Hierarchies and their associations in SDMX-JSON, both ways. Codes stand in each other, and so do levels."""

from __future__ import annotations

from collections.abc import Sequence

from dataexchange.errors import Unreadable
from dataexchange.messages.structure_json_parts import (
    Json,
    annotations_in,
    annotations_out,
    facet_in,
    facet_out,
    item_ref_in,
    mapping,
    names_in,
    names_out,
    objects,
    ref_in,
    required,
    text_in,
)
from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy, HierarchyAssociation, HierarchyLevel
from dataexchange.model.structure import Kind

#: Levels of codes within each other that are read.
MAX_DEPTH = 64


def hierarchy_out(hierarchy: Hierarchy) -> Json:
    out: Json = {"hasFormalLevels": hierarchy.has_formal_levels}
    if hierarchy.levels:
        out["level"] = _levels_out(hierarchy.levels)
    if hierarchy.codes:
        out["hierarchicalCodes"] = [_code_out(code) for code in hierarchy.codes]
    return out


def _levels_out(levels: Sequence[HierarchyLevel]) -> Json:
    first, *rest = levels
    out: Json = {"id": first.id, **names_out(first.names, first.descriptions, first.id)}
    out |= annotations_out(first.annotations)
    if first.coding:
        coding = {("dataType" if k == "textType" else k): v for k, v in first.coding.items()}
        out["codingFormat"] = {k: v if k in ("dataType", "pattern") else facet_out(v) for k, v in coding.items()}
    return {**out, "level": _levels_out(rest)} if rest else out


def _code_out(code: HierarchicalCode) -> Json:
    out: Json = {"id": code.id, "code": code.code.urn, **annotations_out(code.annotations)}
    optional = {"validFrom": code.valid_from, "validTo": code.valid_to, "level": code.level}
    out |= {key: value for key, value in optional.items() if value is not None}
    if code.codes:
        out["hierarchicalCodes"] = [_code_out(inner) for inner in code.codes]
    return out


def hierarchy_in(data: Json) -> Json:
    return {
        "has_formal_levels": bool(data.get("hasFormalLevels", False)),
        "levels": tuple(_levels_in(data)),
        "codes": _codes_in(data, 0),
    }


def _levels_in(data: Json) -> list[HierarchyLevel]:
    found: list[HierarchyLevel] = []
    while data.get("level") and len(found) < MAX_DEPTH:
        data = mapping(data["level"], "level")
        coding = {k: facet_in(v) for k, v in mapping(data.get("codingFormat") or {}, "codingFormat").items()}
        if "dataType" in coding:
            coding["textType"] = coding.pop("dataType")
        level = HierarchyLevel(
            id=required(data, "id"),
            names=names_in(data, data["id"]),
            descriptions=text_in(data, "description", "descriptions"),
            annotations=annotations_in(data),
            coding=coding,
        )
        found.append(level)
    return found


def _codes_in(data: Json, depth: int) -> tuple[HierarchicalCode, ...]:
    if depth > MAX_DEPTH:
        raise Unreadable(
            f"Hierarchical codes stand more than {MAX_DEPTH} deep in each other: send a flatter hierarchy."
        )
    return tuple(
        HierarchicalCode(
            id=required(entry, "id"),
            code=item_ref_in(entry.get("code")),
            codes=_codes_in(entry, depth + 1),
            level=entry.get("level"),
            annotations=annotations_in(entry),
            valid_from=entry.get("validFrom"),
            valid_to=entry.get("validTo"),
        )
        for entry in objects(data, "hierarchicalCodes")
    )


def association_out(association: HierarchyAssociation) -> Json:
    out: Json = {"linkedHierarchy": association.hierarchy.urn, "linkedObject": association.linked}
    return {**out, "contextObject": association.context} if association.context else out


def association_in(data: Json) -> Json:
    return {
        "hierarchy": ref_in(data.get("linkedHierarchy"), Kind.HIERARCHY),
        "linked": required(data, "linkedObject"),
        "context": data.get("contextObject"),
    }
