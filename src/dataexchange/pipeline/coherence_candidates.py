"""Which national series every local one is laid beside: the mirror where it can be compared, else the nearest whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataexchange.pipeline.coherence_desk import Desk
from dataexchange.pipeline.coherence_gates import Pairs, pairs_of
from dataexchange.pipeline.coherence_nearest import nearest
from dataexchange.pipeline.coherence_panel import Ints


@dataclass(frozen=True, slots=True)
class Candidates:
    """`pairs` are all that have the same key but for the area; `pair_of[i, d]` is that of local series i with the one d levels up (-1:
    none). `chosen` and `refused` are places in them: the first that passes the gate, or the first of those that do not. Of a series
    with neither, `near` is a place in `others`, pairs whose keys differ in more; -1 where there is nothing at all."""

    pairs: Pairs
    pair_of: Ints
    chosen: Ints
    depth: Ints
    refused: Ints
    others: Pairs | None
    near: Ints


def candidates(desk: Desk) -> Candidates:
    panel, order = desk.panel, desk.order
    local, chains = panel.local, order.chains[order.area[: panel.local]]
    rest = order.rest[:local]
    if (order.identical[:local] >= 0).any():
        rest = np.where(np.isin(rest, order.rest[local:]), rest, order.identical[:local])
    found = np.stack([order.national(rest, chains[:, depth]) for depth in range(chains.shape[1])], axis=1)
    series, depth = np.nonzero(found >= 0)
    pairs = pairs_of(panel, series, found[series, depth], order, desk.schema)
    pair_of = np.full(found.shape, -1)
    pair_of[series, depth] = np.arange(len(series))
    passes = np.zeros(found.shape, bool)
    passes[series, depth] = pairs.passes
    lines = np.arange(local)
    first, any_ = np.argmax(passes, axis=1), np.argmax(found >= 0, axis=1)
    chosen = np.where(passes[lines, first], pair_of[lines, first], -1)
    refused = np.where(chosen < 0, pair_of[lines, any_], -1)
    alone = np.flatnonzero((chosen < 0) & (refused < 0))
    beside = nearest(desk, alone)
    alone, beside = alone[beside >= 0], beside[beside >= 0]
    near = np.full(local, -1)
    near[alone] = np.arange(len(alone))
    others = pairs_of(panel, alone, beside, order, desk.schema) if len(alone) else None
    return Candidates(pairs, pair_of, chosen, np.where(chosen >= 0, first, -1), refused, others, near)
