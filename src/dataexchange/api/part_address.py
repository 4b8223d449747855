"""The address of a part of a data query: the address that was called, narrowed to some values of dimensions.

    /sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL?lastNObservations=5
    /sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL?lastNObservations=5&c%5BREF_AREA%5D=GB_BRS,GB_LDS

API 2.x takes a filter, which stands in for one that was there: its values all passed that. API 1.5 has no filters, so the values go
into the key. Everything else of the address stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from dataexchange.api.call import Call
from dataexchange.api.context import Target
from dataexchange.model.query import DataQuery, KeyPattern
from dataexchange.model.structure import Ref

_PLAIN = re.compile(r"[A-Za-z0-9_@$\-]+")


@dataclass(frozen=True, slots=True)
class Part:
    """`values` by dimension. `alone`: no other dataset answers the query, so its context stays as it is."""

    target: Target
    flow: Ref
    query: DataQuery
    values: Mapping[str, tuple[str, ...]]
    alone: bool


def can_be_written(value: str) -> bool:
    """Whether a filter or key can name the value: a text with ',' in it cannot be told from two."""
    return bool(_PLAIN.fullmatch(value))


def address(call: Call, part: Part) -> str:
    path, query = (_v1 if call.version == "v1" else _v2)(call, part)
    return f"{call.base_url}/{call.resource}/{path}" + (f"?{query}" if query else "")


def with_query(call: Call, values: Mapping[str, str]) -> str:
    """The address that was called, with these parameters instead of its own."""
    path, query = call.path.strip("/"), _with(call.query, {name: (value,) for name, value in values.items()})
    return f"{call.base_url}/{call.resource}/{path}?{query}"


def _with(query: str, values: Mapping[str, tuple[str, ...]]) -> str:
    pairs = [pair for pair in query.split("&") if pair and unquote(pair.partition("=")[0]) not in values]
    return "&".join([*pairs, *(f"{quote(name, safe='@$')}={','.join(words)}" for name, words in values.items())])


def _v2(call: Call, part: Part) -> tuple[str, str]:
    parts = call.path.strip("/").split("/")
    if not part.alone:
        of = part.target.agreement or part.flow
        kind = "provisionagreement" if part.target.agreement and part.target.only else "dataflow"
        of = of if kind == "provisionagreement" else part.flow
        parts = [kind, of.agency, of.id, of.version, *parts[4:]]
    narrowed = {f"c[{dimension}]": values for dimension, values in part.values.items()}
    return "/".join(parts), _with(call.query, narrowed)


def _v1(call: Call, part: Part) -> tuple[str, str]:
    parts = (*call.path.strip("/").split("/"), "", "", "")[:3]
    flow = parts[0] if part.alone and parts[0] else ",".join((part.flow.agency, part.flow.id, part.flow.version))
    key = _key(part) if part.values else parts[1] or "all"
    return "/".join(one for one in (flow, key, parts[2]) if one), call.query


def _key(part: Part) -> str:
    dimensions = part.target.schema.structure.dimension_ids
    patterns = part.query.keys or (KeyPattern(((),) * len(dimensions)),)
    narrowed = (_narrowed(pattern, dimensions, part.values) for pattern in patterns)
    return ",".join(".".join("+".join(codes) for codes in positions) for positions in narrowed if positions)


def _narrowed(
    pattern: KeyPattern, dimensions: tuple[str, ...], values: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], ...] | None:
    """The pattern's codes that are among the values; None where a position has none."""
    positions = []
    for dimension, codes in zip(dimensions, pattern.positions, strict=True):
        wanted = values.get(dimension)
        kept = codes if wanted is None else tuple(v for v in wanted if not codes or v in codes)
        if wanted is not None and not kept:
            return None
        positions.append(kept)
    return tuple(positions)
