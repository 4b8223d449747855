"""How unequally a published series is spread inside its area: over districts, or over the groups of a breakdown.

Only what anybody may read is looked at, so that nothing withheld can be worked out from a measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dataexchange.errors import InvalidRequest, NotFound
from dataexchange.model.areas import Partition as Division
from dataexchange.model.comparison import SeriesLine
from dataexchange.model.inequality import Inequality, Partition, Whole
from dataexchange.model.query import DataQuery, KeyPattern
from dataexchange.model.rulebook import SeriesNature
from dataexchange.model.schema import Schema
from dataexchange.model.series_direction import better
from dataexchange.model.structure import Ref
from dataexchange.pipeline.inequality import inequality
from dataexchange.pipeline.inequality_kind import from_zero, unfit
from dataexchange.store import releases, series, structures
from dataexchange.store.database import Connection
from dataexchange.store.origin import keys_with
from dataexchange.workflow.inequality_groups import Way, common_period, groups, place, scaled, ways
from dataexchange.workflow.inequality_weights import with_weights
from dataexchange.workflow.rulebook import rulebook_of
from dataexchange.workflow.series_lines import lines

_AREA, _SERIES = "REF_AREA", "SERIES"
#: Other breakdowns of a series that are looked at.
_SIBLINGS = 1000
#: Series that are read for one partition.
_MOST_GROUPS = 10_000


@dataclass(frozen=True, slots=True)
class Spread:
    """What is said of one series. `partitions` are (id, name) of all that figures are published for; `found` is of one of
    them, None where there is none at all."""

    line: SeriesLine
    partitions: tuple[tuple[str, str], ...]
    found: Inequality | None
    #: The partition of the area that `found` is over; where it is over a breakdown, the first that figures are published for.
    areas: Division | None = None


def inequality_of(
    conn: Connection,
    dataflow: Ref,
    key: str,
    *,
    period: str | None = None,
    partition: str | None = None,
    as_of: int | None = None,
) -> Spread:
    """`partition`: "districts", "districts:NAME" where an area is divided in several ways, or the id of a dimension, such as SEX;
    without it the first that there is. `period`: without it the latest that most of the groups have.

    Raises NotFound for a series that is not there, InvalidRequest for a partition or period that it has not.
    """
    schema = structures.schema(conn, dataflow)
    dimensions = schema.structure.dimension_ids
    codes = tuple(key.split("."))
    moment = None if as_of is None else releases.get(conn, as_of).published_at
    own = _read(conn, schema, dataflow, (key,), moment) if len(codes) == len(dimensions) and all(codes) else {}
    if key not in own:
        raise NotFound(f"{dataflow} has no series {key[:200]}; the catalogue at / finds those there are.")
    around = {d: c for d, c in zip(dimensions, codes, strict=True) if d in (_AREA, _SERIES)}
    siblings = keys_with(conn, schema, dataflow, around, as_of=as_of, limit=_SIBLINGS) if around else ()
    return spread_of(conn, schema, own[key], None, siblings, period=period, partition=partition, moment=moment)


def spread_of(
    conn: Connection,
    schema: Schema,
    line: SeriesLine,
    held: Mapping[str, SeriesLine] | None,
    siblings: Sequence[str],
    *,
    period: str | None = None,
    partition: str | None = None,
    moment: datetime | None = None,
    weighted: bool = True,
) -> Spread:
    """The same for a series that was read already. `held` are those of its districts that were read with it; None: they were not
    looked for."""
    there = ways(schema, line, siblings)
    if held is None:
        held = _read(conn, schema, line.dataflow, _of_areas(there), moment)
    if partition is not None:
        tried = _asked_for(there, partition)
    else:
        # The code list may have districts for which nothing is published.
        tried = [way for way in there if way.dimension != _AREA or _has_values(way, held)]
    names = {way.id: way.name for way in there if way in tried or way.dimension != _AREA or _has_values(way, held)}
    found: Inequality | None = None
    for way in tried:
        known = held if way.dimension == _AREA else _read(conn, schema, line.dataflow, _few(way), moment)
        parts = {key: known[key] for key in way.keys.values() if key in known}
        if partition is None and not any(part.periods for part in parts.values()):
            names.pop(way.id)
            continue
        found = _over(conn, schema, line, way, parts, period, moment, weighted=weighted)
        break
    shown = [way for way in there if way.areas is not None and _has_values(way, held)]
    areas = next((way for way in shown if found is not None and way.id == found.partition.id), next(iter(shown), None))
    return Spread(line, tuple(names.items()), found, areas.areas if areas else None)


def _asked_for(there: Sequence[Way], partition: str) -> list[Way]:
    named = [way for way in there if way.id == partition or partition in way.also]
    found = named or [way for way in there if way.dimension == partition]
    if not found:
        offered = ", ".join(way.id for way in there) or "none at all"
        raise InvalidRequest(f"this series has {offered}", parameter="partition", value=partition)
    return found[:1]


def _has_values(way: Way, held: Mapping[str, SeriesLine]) -> bool:
    return any(key in held and held[key].periods for key in way.keys.values())


def _few(way: Way) -> list[str]:
    keys = [key for key in way.keys.values() if key]
    return keys if len(keys) <= _MOST_GROUPS else []


def _of_areas(there: Sequence[Way]) -> list[str]:
    """The keys of all districts, however the area is divided."""
    return sorted({key for way in there if way.dimension == _AREA for key in _few(way)})


def districts_of(
    conn: Connection, schema: Schema, of: Sequence[SeriesLine], *, moment: datetime | None = None
) -> dict[str, Inequality]:
    """Key -> the spread over districts of many series at once, without shares; series without districts are left out. Of an area that is
    divided in several ways, over the first that figures are published for."""
    there = {line.key: ways(schema, line, ()) for line in of}
    wanted = {key for found in there.values() for way in found for key in way.keys.values()}
    if not wanted or len(wanted) > _MOST_GROUPS:
        return {}
    read = _read(conn, schema, of[0].dataflow, sorted(wanted), moment)
    found = {}
    for line in of:
        way = next((way for way in there[line.key] if any(key in read for key in way.keys.values())), None)
        if way:
            parts = {key: read[key] for key in way.keys.values() if key in read}
            found[line.key] = _over(conn, schema, line, way, parts, None, moment, weighted=False)
    return found


def _over(
    conn: Connection,
    schema: Schema,
    line: SeriesLine,
    way: Way,
    parts: Mapping[str, SeriesLine],
    period: str | None,
    moment: datetime | None,
    *,
    weighted: bool,
) -> Inequality:
    unit = line.attributes.get("UNIT_MEASURE")
    alike = {key: part for key, part in parts.items() if part.attributes.get("UNIT_MEASURE") == unit}
    wanted = period or common_period(way, alike) or (line.periods[-1] if line.periods else "")
    if period is not None and not any(period in one.periods for one in (line, *parts.values())):
        raise InvalidRequest("no group has that period", parameter="period", value=period)
    code = line.codes.get(_SERIES, "")
    book = rulebook_of(conn, schema, line.provider)
    nature = book.nature(code, schema.codes.get(_SERIES, {}).get(code))
    partition = Partition(
        id=way.id,
        name=way.name,
        groups=tuple(groups(way, parts, schema, unit, wanted)),
        ordered=way.ordered,
        exhaustive=way.exhaustive,
        built=way.built,
    )
    why = unfit(nature, unit or "")
    if why is None and weighted and nature is not None and nature.weight:
        partition = with_weights(conn, schema, line, partition, nature.weight, wanted, moment)
    whole = _whole(schema, line, unit or "", wanted, nature)
    return inequality(partition, whole, unfit=why, book=book, series=code)


def _whole(schema: Schema, line: SeriesLine, unit: str, period: str, nature: SeriesNature | None) -> Whole:
    at = place(line, period)
    return Whole(
        area=line.area,
        period=period,
        unit=unit,
        unit_name=schema.code_name("UNIT_MEASURE", unit) if unit else "",
        value=None if at is None else scaled(line, at, line.values[at]),
        top=100.0 if unit == "PT" and from_zero(nature) else None,
        from_zero=from_zero(nature),
        better=better(line.codes.get(_SERIES, ""), schema.codes.get(_SERIES, {})),
    )


def _read(
    conn: Connection, schema: Schema, flow: Ref, keys: Iterable[str], moment: datetime | None
) -> dict[str, SeriesLine]:
    wanted = list(keys)
    if not wanted:
        return {}
    query = DataQuery(keys=_patterns(wanted), as_of=moment)
    return lines(list(series.batches(conn, query, schema, flow)), schema, flow, only=frozenset(wanted))


def _patterns(keys: Sequence[str]) -> tuple[KeyPattern, ...]:
    """One pattern where the keys differ in one dimension, as those of a partition do."""
    columns = list(zip(*(key.split(".") for key in keys), strict=True))
    several = [tuple(dict.fromkeys(column)) for column in columns]
    return (KeyPattern(tuple(several)),)
