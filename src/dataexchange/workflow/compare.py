"""A city's published series beside the nation's, as both stand: the verdict of the checks over what anybody may read.

The verdict is the one that the city was told when the series was published, with the reasons and waivers that came with it. Where the
nation, or the rules of its office, have changed since, the same steps as at upload say how it stands now (`workflow.as_told`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import pyarrow as pa

from dataexchange.errors import NotFound, NotSupported
from dataexchange.model.areas import Areas
from dataexchange.model.comparison import Compared, Portrait, SeriesLine
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.finding import Comparison, Finding, Verdict
from dataexchange.model.query import DataQuery, KeyPattern
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.structure import Ref
from dataexchange.pipeline import coherence, validation
from dataexchange.store import releases, series, structures
from dataexchange.store.database import Connection
from dataexchange.store.origin import Origin, keys_with, origin_of, origins_of
from dataexchange.workflow.as_told import Past
from dataexchange.workflow.national import National, national_beside
from dataexchange.workflow.rulebook import rulebook_of, settled
from dataexchange.workflow.series_lines import lines
from dataexchange.workflow.verdicts import one_each

_AREA, _SERIES = "REF_AREA", "SERIES"

#: Other breakdowns that a portrait names.
_SIBLINGS = 200


def compare_area(
    conn: Connection, dataflow: Ref, *, area: str, indicator: str, limit: int = 100, offset: int = 0
) -> tuple[Compared, ...]:
    """Every breakdown of one SERIES code in one area beside its national baseline, in the order of keys.

    Raises NotFound where the area has nothing of the kind.
    """
    schema = structures.schema(conn, dataflow)
    _require_dimensions(schema)
    codes = {_AREA: area, _SERIES: indicator}
    keys = keys_with(conn, schema, dataflow, codes, limit=offset + limit)
    if not keys:
        raise NotFound(
            f"{dataflow} has no series {indicator[:100]} of {area[:100]}; the catalogue at / finds those there are."
        )
    return _compared(conn, schema, dataflow, keys[offset:])


def compare_key(conn: Connection, dataflow: Ref, key: str) -> Compared:
    """One series beside its baseline."""
    schema = structures.schema(conn, dataflow)
    _require_dimensions(schema)
    _codes(schema, dataflow, key)
    found = _compared(conn, schema, dataflow, (key,))
    if not found:
        raise _no_series(dataflow, key)
    return found[0]


def portrait(conn: Connection, dataflow: Ref, key: str, *, as_of: int | None = None) -> Portrait:
    """One series with what is below and beside it, now or as it stood after release `as_of`."""
    schema = structures.schema(conn, dataflow)
    codes = _codes(schema, dataflow, key)
    moment = None if as_of is None else releases.get(conn, as_of).published_at
    family = list(series.batches(conn, _family(schema, (codes,), moment), schema, dataflow))
    found = lines(family, schema, dataflow)
    origin = origin_of(conn, schema, dataflow, key, as_of)
    if key not in found or origin is None:
        raise _no_series(dataflow, key)
    line = found.pop(key)
    national = _national(conn, family, schema, moment) if _comparable(schema) else None
    said = _said(conn, family, national, schema, dataflow, {key: origin}, as_of=as_of)
    beside, inside = said.get(key, (None, ()))
    around = {d: codes[d] for d in (_AREA, _SERIES) if d in codes}
    siblings = keys_with(conn, schema, dataflow, around, as_of=as_of, limit=_SIBLINGS) if around else ()
    return Portrait(
        schema=schema,
        line=line,
        baseline=_nation(national, [beside]).get(beside.baseline_key or "") if beside else None,
        comparison=beside,
        parts=tuple(found.values()),
        within=inside[0] if inside else None,
        siblings=tuple(sibling for sibling in siblings if sibling != key),
        release=releases.get(conn, origin.release),
    )


def _compared(conn: Connection, schema: Schema, dataflow: Ref, keys: Sequence[str]) -> tuple[Compared, ...]:
    """Those of the keys that there are."""
    wanted = tuple(_codes(schema, dataflow, key) for key in keys)
    found = list(series.batches(conn, _family(schema, wanted, None), schema, dataflow)) if keys else []
    here = lines(found, schema, dataflow, only=set(keys))
    if not here:
        return ()
    national = _national(conn, found, schema, None)
    said = _said(conn, found, national, schema, dataflow, origins_of(conn, schema, dataflow, list(here)))
    comparisons = {key: said[key][0] if key in said else _empty(key) for key in here}
    nation = _nation(national, comparisons.values())
    return tuple(
        Compared(line, nation.get(comparisons[key].baseline_key or ""), comparisons[key]) for key, line in here.items()
    )


def _national(
    conn: Connection, local: Sequence[SeriesBatch], schema: Schema, moment: datetime | None
) -> National | None:
    named = [
        pa.table({"GLOBAL_SERIES": b.attributes["GLOBAL_SERIES"]}) for b in local if "GLOBAL_SERIES" in b.attributes
    ]
    return national_beside(conn, [*(batch.series for batch in local), *named], schema, as_of=moment)


def _said(
    conn: Connection,
    local: Sequence[SeriesBatch],
    national: National | None,
    schema: Schema,
    flow: Ref,
    origins: Mapping[str, Origin],
    *,
    as_of: int | None = None,
) -> dict[str, tuple[Comparison, Sequence[Comparison]]]:
    """Key -> what is said of the series in `origins`, and of each with its own parts, by the rules as they are set for who sends them."""
    book = rulebook_of(conn, schema, next(iter(origins.values())).provider)
    comparisons, beside = coherence.compare(local, national.batches if national else (), schema, book)
    wanted = [one for one in comparisons if one.key in origins]

    def findings() -> Sequence[Finding]:
        own = validation.validate(series.as_dataset(local, schema, flow), schema, book=book)
        return settled(book, (*own, *beside), schema)

    told = Past(conn, flow, as_of).told(wanted, findings, origins, book.name)
    inside: dict[str, list[Comparison]] = {}
    for one in told:
        if one.within:
            inside.setdefault(one.key, []).append(one)
    return {one.key: (one, inside.get(one.key, ())) for one in one_each(told)}


def _nation(national: National | None, comparisons: Iterable[Comparison]) -> dict[str, SeriesLine]:
    """The national series that these were laid beside, by their own keys."""
    wanted = {c.baseline_key for c in comparisons if c.baseline_key}
    return lines(national.batches, national.schema, national.flow, only=wanted) if national and wanted else {}


def _family(schema: Schema, wanted: Sequence[Mapping[str, str]], moment: datetime | None) -> DataQuery:
    """The series themselves and, with the same keys otherwise, the areas right below: in the code list, and in lists of areas."""
    areas = dict.fromkeys(codes[_AREA] for codes in wanted if _AREA in codes)
    below = {area: _below(schema, area) for area in areas}
    patterns = (tuple((code, *below[code]) if d == _AREA else (code,) for d, code in codes.items()) for codes in wanted)
    return DataQuery(keys=tuple(map(KeyPattern, patterns)), as_of=moment)


def _below(schema: Schema, area: str) -> list[str]:
    found = dict.fromkeys(c.id for c in schema.codes.get(_AREA, {}).values() if c.parent == area)
    for partition in Areas.of(schema).partitions(area):
        found |= dict.fromkeys(sorted(partition.parts))
    found.pop(area, None)
    return list(found)


def _codes(schema: Schema, dataflow: Ref, key: str) -> dict[str, str]:
    """Dimension -> code; NotFound for what can be no key of the structure."""
    parts = key.split(".")
    if len(parts) != len(schema.structure.dimensions) or not all(parts):
        raise NotFound(
            f"{key[:200]!r} is no series key of {dataflow}: it wants a code for each of {', '.join(schema.structure.dimension_ids)}."
        )
    return dict(zip(schema.structure.dimension_ids, parts, strict=True))


def _comparable(schema: Schema) -> bool:
    return {_AREA, _SERIES} <= set(schema.structure.dimension_ids)


def _require_dimensions(schema: Schema) -> None:
    if not _comparable(schema):
        raise NotSupported(f"{schema.structure.ref} has no {_AREA} and {_SERIES}: its series cannot be compared.")


def _no_series(dataflow: Ref, key: str) -> NotFound:
    return NotFound(f"{dataflow} has no series {key[:200]}; the catalogue at / finds those there are.")


def _empty(key: str) -> Comparison:
    """Of a series without a single value."""
    reason = say("{series} has no values to compare.", series=key)
    return Comparison("COH-GATE", key, None, Verdict.NO_BASELINE, reason, kind=say("it has no values"))
