"""The national series that could matter to local ones: of the same indicators, for the same areas and those above."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import NotFound
from dataexchange.model.areas import Areas
from dataexchange.model.dataset import SeriesBatch, as_codes
from dataexchange.model.query import ComponentFilter, Condition, DataQuery, Operator
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.pipeline import coherence
from dataexchange.store import series, structures
from dataexchange.store.database import Connection
from dataexchange.store.origin import with_releases

#: Annotation type on a dataflow of local data: its title names the dataflow that holds the national baseline.
BASELINE = "BASELINE"


def baseline_of(schema: Schema) -> Ref | None:
    """The dataflow with the national series, as the annotation of the local dataflow names it."""
    for note in schema.dataflow.annotations if schema.dataflow else ():
        if note.type == BASELINE and note.title:
            return parse_short(note.title, Kind.DATAFLOW)
    return None


@dataclass(frozen=True, slots=True)
class National:
    """What the nation has published that could matter, as it was read."""

    flow: Ref
    schema: Schema
    batches: tuple[SeriesBatch, ...]


def national_beside(
    conn: Connection, local: Iterable[pa.Table], schema: Schema, *, as_of: datetime | None = None
) -> National | None:
    """None where the dataflow has no baseline here. Of the `local` tables only SERIES, GLOBAL_SERIES and REF_AREA are looked at."""
    flow, tables = baseline_of(schema), list(local)
    named = {code for table in tables for column in ("SERIES", "GLOBAL_SERIES") for code in distinct(table, column)}
    if flow is None or not named or "SERIES" not in schema.structure.dimension_ids:
        return None
    try:
        national_schema = structures.schema(conn, flow)
    except NotFound:
        return None
    filters = [any_of("SERIES", (*related_series(named, schema), *coherence.weight_series(schema)))]
    if "REF_AREA" in schema.structure.dimension_ids:
        named_areas = [area for table in tables for area in distinct(table, "REF_AREA")]
        filters.append(any_of("REF_AREA", spellings(areas_and_above(named_areas, schema), schema)))
    query = DataQuery(filters=tuple(filters), as_of=as_of)
    found = list(series.batches(conn, query, national_schema, flow))
    return National(flow, national_schema, with_releases(conn, query, national_schema, flow, found))


def related_series(named: Collection[str], schema: Schema) -> tuple[str, ...]:
    """SERIES codes worth comparing: those named, local ones and global ones they stand for, and all of the same indicators."""
    by_indicator = schema.derived("series by indicator", lambda: _by_indicator(schema))
    codes = schema.codes.get("SERIES", {})
    numbers = {n for c in named if c in codes for n in _indicators(codes[c].annotation("Indicator"))}
    return tuple(sorted({*named, *(code for n in numbers for code in by_indicator[n])}))


def _by_indicator(schema: Schema) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, item in schema.codes.get("SERIES", {}).items():
        for number in _indicators(item.annotation("Indicator")):
            found.setdefault(number, []).append(code)
    return found


def areas_and_above(areas: Iterable[str], schema: Schema) -> tuple[str, ...]:
    """The areas by their canonical codes, each followed by all that it lies in, the outermost last."""
    tree = Areas.of(schema)
    return tuple(dict.fromkeys(found for area in areas for found in (tree.canonical(area), *tree.above(area))))


def spellings(areas: Iterable[str], schema: Schema) -> tuple[str, ...]:
    """Every code that another office may have published these areas under: 404 and KEN where the city's list says KE."""
    tree = Areas.of(schema)
    return tuple(dict.fromkeys(code for area in areas for code in tree.spellings(area)))


def distinct(table: pa.Table, column: str) -> list[str]:
    """The texts that occur in a column; none where there is no such column."""
    if column not in table.column_names:
        return []
    return [v for v in dict.fromkeys(pc.unique(as_codes(table[column])).to_pylist()) if v]


def any_of(component: str, values: tuple[str, ...]) -> ComponentFilter:
    return ComponentFilter(component, (tuple(Condition(Operator.EQ, v) for v in values),))


def _indicators(text: str | None) -> set[str]:
    return {part.strip() for part in text.split(",")} if text else set()
