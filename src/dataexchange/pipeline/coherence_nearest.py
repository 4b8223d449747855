"""Where the nation has no series of the same key: its series of the same indicator that comes nearest, so that people are told why the
two cannot be compared rather than that there is nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import indicators
from dataexchange.pipeline.coherence_areas import boundary
from dataexchange.pipeline.coherence_desk import Desk
from dataexchange.pipeline.coherence_panel import Ints, fold

#: No area above an area, and none beside it.
_ELSEWHERE = 1 << 20


def nearest(desk: Desk, series: Ints) -> Ints:
    """Of each of these local series the national one of the same indicator, for the same area or one above it, that differs in fewest
    dimensions; -1 where there is none."""
    panel, order = desk.panel, desk.order
    found = np.full(len(series), -1)
    if not len(series) or panel.n == panel.local:
        return found
    areas, column = np.unique(order.area[panel.local :], return_inverse=True)
    ours, row = np.unique(order.area[series], return_inverse=True)
    rank = _ranks(desk, ours, areas)
    rest = fold([order.rest[series], panel.signature("GLOBAL_SERIES")[series]], len(series))
    sort = np.argsort(rest, kind="stable")
    for group in np.split(sort, np.flatnonzero(np.diff(rest[sort])) + 1):
        pool, cost = _pool(desk, int(series[group[0]]))
        if not len(pool):
            continue
        far = rank[row[group]][:, column[pool - panel.local]]
        total = np.where(far < _ELSEWHERE, cost * _ELSEWHERE + far, np.inf)
        best = np.argmin(total, axis=1)
        found[group] = np.where(np.isfinite(total[np.arange(len(group)), best]), pool[best], -1)
    return found


def _pool(desk: Desk, series: int) -> tuple[Ints, Ints]:
    """(national series of the same code, of the global series it stands for, or of the same indicator; how far each is)."""
    panel, view = desk.panel, desk.panel.view(series)
    known = _indicators(desk.schema)
    names = {name for name in (view.code, view.stands_for) if name}
    wanted: frozenset[str] = frozenset().union(*(known.get(name, ()) for name in names))
    codes = names | {code for code, found in known.items() if found & wanted} if wanted else names
    numbers = [number for code in codes if (number := panel.vocabulary.known(code)) >= 0]
    pool = np.flatnonzero(np.isin(panel.code[panel.local :], numbers)) + panel.local
    # Another area is no other definition; another series is more than another breakdown.
    cost = np.zeros(len(pool), np.int64)
    for dimension, column in zip(panel.dimensions, panel.codes.T, strict=True):
        if dimension != "REF_AREA":
            cost += (column[pool] != column[series]) * (6 if dimension == "SERIES" else 4)
    wanted_code = panel.vocabulary.known(view.stands_for or view.code)
    return pool, cost + (panel.code[pool] != wanted_code)


def _ranks(desk: Desk, ours: Ints, areas: Ints) -> Ints:
    """How far each of `areas` is from each of ours: 0 the same, 1 the same place in another boundary, then upwards."""
    texts = desk.panel.vocabulary.texts
    column = {texts[number]: place for place, number in enumerate(areas.tolist())}
    places: dict[str, list[int]] = {}
    for area, at in column.items():
        places.setdefault(boundary(area)[0], []).append(at)
    rank = np.full((len(ours), len(areas)), _ELSEWHERE, np.int64)
    for line, number in enumerate(ours.tolist()):
        area = texts[number]
        place = boundary(area)[0]
        rank[line, places.get(place, [])] = 1
        for n, above in enumerate(dict.fromkeys((*desk.areas.above(area), *desk.areas.above(place)))):
            if above in column:
                rank[line, column[above]] = n + 2
        if area in column:
            rank[line, column[area]] = 0
    return rank


def _indicators(schema: Schema) -> Mapping[str, frozenset[str]]:
    codes = schema.codes.get("SERIES", {})
    return schema.derived("indicators", lambda: {c: frozenset(indicators(item)) for c, item in codes.items()})
