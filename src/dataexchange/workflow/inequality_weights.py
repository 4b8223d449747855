"""How many people are in each group, where counts of the same groups are published: in the same dataflow, else in the national one.

As in the comparison with the nation, a ratio says by WEIGHT what it is weighted with, and a count by MEASURES that it is just that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from dataexchange.errors import NotFound
from dataexchange.model.comparison import SeriesLine
from dataexchange.model.identities import counting
from dataexchange.model.inequality import Partition
from dataexchange.model.query import DataQuery, KeyPattern
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.store import series, structures
from dataexchange.store.database import Connection
from dataexchange.store.origin import keys_with
from dataexchange.workflow.inequality_groups import place, scaled
from dataexchange.workflow.national import baseline_of
from dataexchange.workflow.series_lines import lines

_SERIES = "SERIES"


def with_weights(
    conn: Connection,
    schema: Schema,
    line: SeriesLine,
    partition: Partition,
    name: str,
    period: str,
    moment: datetime | None,
) -> Partition:
    """The partition with the weight `name` of each group in the period, or in the year nearest to it that all groups have.

    As it was where no series counts that for all groups which have a value.
    """
    if _SERIES not in schema.structure.dimension_ids:
        return partition
    codes = counting(schema).get(name, ())
    keys = {group.code: group.key for group in partition.groups if group.key}
    if not codes or not keys:
        return partition
    for flow, structure in _flows(conn, schema, line.dataflow):
        for code in codes:
            # Most exchanges hold no such counts: one look at an index tells.
            if not keys_with(conn, structure, flow, {_SERIES: code}, limit=1):
                continue
            counts = _counts(conn, structure, flow, line, keys, code, moment)
            used = _nearest(
                [counts[g.code] for g in partition.groups if g.value is not None and g.code in counts], period
            )
            if used is None or any(g.value is not None and g.code not in counts for g in partition.groups):
                continue
            weighed = tuple(replace(g, weight=_at(counts.get(g.code), used)) for g in partition.groups)
            return replace(partition, groups=weighed, counted=(schema.code_name(_SERIES, code), used))
    return partition


def _flows(conn: Connection, schema: Schema, own: Ref) -> list[tuple[Ref, Schema]]:
    found = [(own, schema)]
    if (national := baseline_of(schema)) is not None:
        try:
            found.append((national, structures.schema(conn, national)))
        except NotFound:
            return found
    return [(flow, one) for flow, one in found if one.structure.dimension_ids == schema.structure.dimension_ids]


def _counts(
    conn: Connection,
    schema: Schema,
    flow: Ref,
    line: SeriesLine,
    keys: Mapping[str, str],
    code: str,
    moment: datetime | None,
) -> dict[str, SeriesLine]:
    """Group -> its count, of the same breakdown otherwise."""
    at = list(line.codes).index(_SERIES)
    wanted = {group: ".".join((*(parts := key.split("."))[:at], code, *parts[at + 1 :])) for group, key in keys.items()}
    columns = zip(*(key.split(".") for key in wanted.values()), strict=True)
    pattern = KeyPattern(tuple(tuple(dict.fromkeys(column)) for column in columns))
    batches = list(series.batches(conn, DataQuery(keys=(pattern,), as_of=moment), schema, flow))
    found = lines(batches, schema, flow, only=frozenset(wanted.values())) if batches else {}
    return {group: found[key] for group, key in wanted.items() if key in found}


def _nearest(counts: Sequence[SeriesLine], period: str) -> str | None:
    """The period itself where all have it, else that of the nearest year that all have; of two the earlier one."""
    if not counts:
        return None
    shared = set.intersection(*({p for p in one.periods if _at(one, p) is not None} for one in counts))
    if period in shared:
        return period
    years = [p for p in shared if p[:4].isdigit()] if period[:4].isdigit() else []
    return min(years, key=lambda p: (abs(int(p[:4]) - int(period[:4])), p), default=None)


def _at(line: SeriesLine | None, period: str) -> float | None:
    at = place(line, period) if line is not None else None
    return None if line is None or at is None else scaled(line, at, line.values[at])
