"""The nation's own average beside a city's series, where the comparison is with the office's figures for the city itself."""

from __future__ import annotations

from dataexchange.model.areas import Areas
from dataexchange.model.comparison import Portrait, SeriesLine
from dataexchange.model.query import DataQuery, KeyPattern
from dataexchange.store import releases, series, structures
from dataexchange.store.database import Connection
from dataexchange.workflow.national import spellings
from dataexchange.workflow.series_lines import lines


def nation_of(conn: Connection, portrait: Portrait, *, as_of: int | None = None) -> SeriesLine | None:
    """The series with the baseline's key for the outermost area above the city; None where the baseline is of such an area already.

    A portrait of Bristol is laid beside the office's own values for Bristol; readers want to see the United Kingdom, too.
    """
    baseline = portrait.baseline
    areas = Areas.of(portrait.schema)
    if baseline is None or areas.canonical(baseline.area) != areas.canonical(portrait.line.area):
        return None
    above = areas.above(baseline.area)
    if not above:
        return None
    sought = spellings(above, portrait.schema)
    schema = structures.schema(conn, baseline.dataflow)
    moment = None if as_of is None else releases.get(conn, as_of).published_at
    pattern = KeyPattern(tuple(sought if d == "REF_AREA" else (code,) for d, code in baseline.codes.items()))
    batches = list(series.batches(conn, DataQuery(keys=(pattern,), as_of=moment), schema, baseline.dataflow))
    found = {areas.canonical(line.area): line for line in lines(batches, schema, baseline.dataflow).values()}
    return next((found[area] for area in reversed(above) if area in found), None)
