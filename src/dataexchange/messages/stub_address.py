"""Where the whole of a stub can be had: `https://example.org/sdmx/v2/structure/codelist/DX/CL_SEX/1.0.0`.

API 2.x has one resource for all structures, API 1.5 one for each type, and fewer types.
"""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.model.structure import Kind, Ref

#: Types of today -> resources of API 1.5 that have another name.
RESOURCES_V1: Mapping[Kind, str] = {
    Kind.DATA_CONSTRAINT: "contentconstraint",
    Kind.VALUE_LIST: "codelist",
    Kind.HIERARCHY: "hierarchicalcodelist",
    **dict.fromkeys(
        (
            Kind.STRUCTURE_MAP,
            Kind.REPRESENTATION_MAP,
            Kind.CONCEPT_SCHEME_MAP,
            Kind.CATEGORY_SCHEME_MAP,
            Kind.ORGANISATION_SCHEME_MAP,
        ),
        "structureset",
    ),
}


def address(base_url: str, ref: Ref) -> str:
    """`base_url` is that of structure queries: of API 2.x it ends in "/structure"."""
    old = not base_url.endswith("/structure")
    resource = RESOURCES_V1.get(ref.kind, ref.kind.value) if old else ref.kind.value
    return f"{base_url}/{resource}/{ref.agency}/{ref.id}/{ref.version}"
