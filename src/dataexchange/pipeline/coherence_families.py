"""Parts under their whole: which series of areas lie in which series of the area above them, period by period.

Only areas that do not overlap stand together: a city, or its wards, never both; and the parts of one partition of an area, never those of
two. Another boundary of a place (a functional urban area) is no part of anything. A part is one in its time only: a district that was split
in 2019 is not counted in 2020, nor are its successors in 2018, whatever figures the table has of them (back-cast ones are usual).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataexchange.pipeline.coherence_desk import Desk
from dataexchange.pipeline.coherence_gates import Pairs
from dataexchange.pipeline.coherence_pairs import Aligned, align
from dataexchange.pipeline.coherence_panel import Flags, Ints, fold
from dataexchange.pipeline.coherence_partitions import Parting, partings

#: "Unknown" and "rest of" belong to every partition, and none needs them.
_OPTIONAL = ("_U", "_REST")


@dataclass(frozen=True, slots=True)
class Members:
    """Pairs (a local part, the whole that it lies in): the city's own where the table has it, else the national office's."""

    part: Ints
    whole: Ints
    #: How many levels the whole is above the part.
    depth: Ints
    #: The pair among those that stood before the gate; -1 where the whole is of the same table.
    gated: Ints
    cautious: Flags
    aligned: Aligned

    @property
    def own(self) -> Flags:
        return self.gated < 0


@dataclass(frozen=True, slots=True)
class Cells:
    """Observations of parts under the observation of their whole: a `group` is one whole, period and way of parting."""

    member: Ints
    row: Ints
    group: Ints
    #: Of every group: where its cells start, how many there are, the row and series of the whole, and the way of parting.
    starts: Ints
    counts: Ints
    whole_row: Ints
    whole: Ints
    layer: Ints
    #: Whether these are all the parts of an exhaustive partition.
    complete: Flags

    @property
    def n(self) -> int:
        return len(self.starts)


def members(desk: Desk, pairs: Pairs, pair_of: Ints) -> Members:
    """`pair_of[i, d]`: the pair of local series i with a national one d levels up; -1 where there is none."""
    panel, order = desk.panel, desk.order
    local, levels = panel.local, order.chains.shape[1]
    chains = order.chains[order.area[:local]]
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    series = np.arange(local)
    for depth in range(1, levels):
        own = order.local(order.rest[:local], chains[:, depth])
        same = own >= 0
        same[same] = panel.signature("UNIT_MEASURE")[series[same]] == panel.signature("UNIT_MEASURE")[own[same]]
        found.append((series[same], own[same], np.full(int(same.sum()), depth), np.full(int(same.sum()), -1)))
        pair = np.where(own >= 0, -1, pair_of[:, depth])
        there = np.flatnonzero(pair >= 0)
        there = there[pairs.passes[pair[there]] & (pairs.link[pair[there]] < 0)]
        # A series that stands for another one has no parts among the nation's.
        there = there[order.rest[there] == order.rest[pairs.national[pair[there]]]]
        found.append((there, pairs.national[pair[there]], np.full(len(there), depth), pair[there]))
    empty = np.zeros(0, np.int64)
    part, whole, depth_, gated = (np.concatenate([f[i] for f in found]) if found else empty for i in range(4))
    place = np.argsort(part * (levels + 1) + depth_, kind="stable")
    part, whole, depth_, gated = part[place], whole[place], depth_[place], gated[place]
    cautious = np.zeros(len(part), bool)
    cautious[gated >= 0] = pairs.cautious[gated[gated >= 0]]
    return Members(part, whole, depth_, gated, cautious, align(panel, part, whole))


def cells(desk: Desk, found: Members, asked: Flags) -> Cells:
    """Of the members that some rule asks about."""
    panel, order = desk.panel, desk.order
    aligned = found.aligned
    kept = (asked & order.administrative[order.area[found.part]])[aligned.pair]
    at = np.flatnonzero(kept)
    member, row, whole_row = aligned.pair[at], aligned.here[at], aligned.there[at]
    alone = ~_overlapped(desk, found, member, row)
    member, row, whole_row = member[alone], row[alone], whole_row[alone]
    ways = _ways(desk, found, member)
    there = _there(desk, ways, found, member, row)
    member, row, whole_row = member[there], row[there], whole_row[there]
    (cell, layer), inside = _layers(desk, ways, found, member)
    member, row, whole_row = member[cell], row[cell], whole_row[cell]
    place = fold([whole_row, layer], len(member))
    sort = np.argsort(place, kind="stable")
    place, member, row, whole_row, layer = (a[sort] for a in (place, member, row, whole_row, layer))
    starts = np.flatnonzero(np.append(True, np.diff(place) != 0)[: len(place)])
    counts = np.diff(np.append(starts, len(place)))
    within = np.add.reduceat(inside[sort].astype(np.int64), starts) if len(starts) else starts
    whole_row, layer = whole_row[starts], layer[starts]
    needed = _needed(desk, ways, panel.owner[whole_row], layer, whole_row)
    once = _once(row, starts, counts, whole_row, np.where(needed > 0, needed - within, len(panel.vocabulary.texts)))
    kept = np.repeat(once, counts)
    member, row, counts, whole_row, layer = member[kept], row[kept], counts[once], whole_row[once], layer[once]
    return Cells(
        member,
        row,
        np.repeat(np.arange(len(counts)), counts),
        np.cumsum(counts) - counts,
        counts,
        whole_row,
        panel.owner[whole_row],
        layer,
        ((needed > 0) & (within >= needed))[once],
    )


def _once(row: Ints, starts: Ints, counts: Ints, whole_row: Ints, lacking: Ints) -> Flags:
    """Which groups to ask: the same parts under the same figure of a whole are asked once, in the way of parting that lacks fewest of its
    parts, whether the code list and a list of areas both have them or one is a beginning of the other."""
    kept = np.ones(len(starts), bool)
    _, inverse, many = np.unique(whole_row, return_inverse=True, return_counts=True)
    known: dict[bytes, int] = {}
    for group in np.flatnonzero(many[inverse] > 1).tolist():
        start = int(starts[group])
        parts = whole_row[group].tobytes() + row[start : start + int(counts[group])].tobytes()
        other = known.setdefault(parts, group)
        if other != group:
            better = lacking[group] < lacking[other]
            kept[other if better else group] = False
            known[parts] = group if better else other
    return kept


def _overlapped(desk: Desk, found: Members, member: Ints, row: Ints) -> Flags:
    """Whether an observation is of an area that lies in another part of the same whole which has a value too."""
    panel, order = desk.panel, desk.order
    depth, part, whole = found.depth[member], found.part[member], found.whole[member]
    held = np.zeros(len(member), bool)
    if not len(member) or depth.max() < 2:
        return held
    pairs = np.sort(found.part * panel.n + found.whole)
    for above in range(1, int(depth.max())):
        at = np.flatnonzero((depth > above) & ~held)
        between = order.local(order.rest[part[at]], order.chains[order.area[part[at]], above])
        wanted = between * panel.n + whole[at]
        place = np.minimum(np.searchsorted(pairs, wanted), len(pairs) - 1)
        is_member = (between >= 0) & (pairs[place] == wanted)
        rows = panel.find(np.where(is_member, between, -1), panel.rank[row[at]])
        held[at[rows >= 0]] = True
    return held


Ways = dict[int, tuple[Parting, ...]]


def _ways(desk: Desk, found: Members, member: Ints) -> Ways:
    """How every whole area is parted."""
    texts = desk.panel.vocabulary.texts
    wholes = np.unique(desk.order.area[found.whole[member]]).tolist()
    return {area: partings(desk.areas, texts[area]) for area in wholes}


def _there(desk: Desk, ways: Ways, found: Members, member: Ints, row: Ints) -> Flags:
    """Whether each part is one in its period. Where one way of parting says since or till when, that holds in the others too: a district
    of the code list, which knows no time, is gone when the list of areas says so."""
    timed = {area: [way for way in parted if way.at] for area, parted in ways.items()}
    if not any(timed.values()):
        return np.ones(len(member), bool)
    order, texts, periods = desk.order, desk.panel.vocabulary.texts, desk.panel.periods
    part, whole = order.area[found.part[member]], order.area[found.whole[member]]
    _, first, inverse = np.unique(
        fold([part, whole, desk.panel.rank[row]], len(member)), return_index=True, return_inverse=True
    )
    known = []
    for i in first.tolist():
        area, period = texts[int(part[i])], int(periods[row[i]])
        said = [area in way.at(period) for way in timed[int(whole[i])] if way.at and area in way.parts]
        known.append(any(said) or not said)
    return np.array(known, bool)[inverse]


def _layers(desk: Desk, ways: Ways, found: Members, member: Ints) -> tuple[tuple[Ints, Ints], Flags]:
    """((cell, layer) of each cell in each way it belongs to, whether it counts towards all parts)."""
    order, texts = desk.order, desk.panel.vocabulary.texts
    width = len(texts)
    both = order.area[found.part[member]] * width + order.area[found.whole[member]]
    distinct, place = np.unique(both, return_inverse=True)
    most = max(map(len, ways.values()), default=0)
    belongs = np.zeros((len(distinct), max(most, 1)), bool)
    inside = np.zeros((len(distinct), max(most, 1)), bool)
    for number, code in enumerate(distinct.tolist()):
        part, parted = texts[code // width], ways[code % width]
        for layer, way in enumerate(parted):
            inside[number, layer] = way.exhaustive and part in way.parts
            belongs[number, layer] = part in way.parts or part.endswith(_OPTIONAL) or len(parted) == 1
        # What belongs to no partition stands with the first.
        belongs[number, 0] |= not belongs[number].any()
    cell, layer_ = np.nonzero(belongs[place])
    return (cell, layer_), inside[place][cell, layer_]


def _needed(desk: Desk, ways: Ways, whole: Ints, layer: Ints, whole_row: Ints) -> Ints:
    """How many parts make each group complete; 0 where no number does."""
    area = desk.order.area[whole]
    timed = any(way.at is not None for parted in ways.values() for way in parted)
    columns = [area, layer, desk.panel.rank[whole_row]] if timed else [area, layer]
    _, first, inverse = np.unique(fold(columns, len(whole)), return_index=True, return_inverse=True)
    needed = []
    for i in first.tolist():
        parted = ways[int(area[i])]
        way = parted[int(layer[i])] if int(layer[i]) < len(parted) else None
        if way is None or not way.exhaustive:
            needed.append(0)
        else:
            needed.append(len(way.at(int(desk.panel.periods[whole_row[i]])) if way.at else way.parts))
    return np.array(needed, np.int64)[inverse]
