"""The rulebook that holds for a dataflow and an agreement: what the office has set, and the natures of series that ship."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.rulebook import Rulebook, SeriesNature
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import kind, weight
from dataexchange.model.structure import Codelist
from dataexchange.store.database import Connection


def rulebook_of(conn: Connection, schema: Schema, provider: str | None) -> Rulebook:
    flow = schema.dataflow.ref.short if schema.dataflow else ""
    return Rulebook(kinds=shipped_natures()).within(flow, provider)


@cache
def shipped_natures() -> Mapping[str, SeriesNature]:
    """SERIES code -> how it behaves, for code lists (such as a national office's) that do not say it of themselves."""
    series = next(a for a in shipped_structures() if isinstance(a, Codelist) and a.id == "CL_SERIES")
    return {item.id: SeriesNature(found, weight(item)) for item in series.items if (found := kind(item))}
