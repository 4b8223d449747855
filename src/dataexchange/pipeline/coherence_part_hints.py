"""What the counts of a part may be where the nation has no figures of its own for it to be laid beside: percentages, or thousands.

What a city's share of its nation should be is known from its other counts, from its population first: a city with a twelfth of the people
has no ten-thousandth of the dwellings, and 8.3 is that twelfth in per cent. The shares of a city in different counts lie within a factor of
a few of each other, so that a factor of a thousand is told apart from none. Asked of nothing but series that a finding is about already.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dataexchange.model.identities import counting
from dataexchange.model.sentence import Sentence, say
from dataexchange.pipeline.coherence_change import Remark, nearest_members
from dataexchange.pipeline.coherence_desk import COUNT, Desk
from dataexchange.pipeline.coherence_families import Members
from dataexchange.pipeline.coherence_hints import MOST, Hints, of_power
from dataexchange.pipeline.coherence_level import Far
from dataexchange.pipeline.coherence_pairs import Aligned
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, fold
from dataexchange.pipeline.coherence_robust import Groups

#: How far, in decimal logarithms, a share may be from what it should be and still fit (a factor of 2.2).
_FITS = 0.35
#: The same of a power of ten, which every third share would fit by chance otherwise (a factor of 1.8).
_POWER = 0.25
#: From where on it does not fit: of figures that are no whole numbers, as counts are, and of others, of which many a small one is right.
_BROKEN, _WHOLE = 0.7, 1.3
#: Of fewer other counts none says what the share of a city is; population does so alone.
_FEWEST = 3
#: How far from 100 the percentages of all parts may sum to, each rounded by itself.
_SUMMED = 1.0
#: How near a single figure must come to the share of the year beside it.
_BESIDE = 0.1
_POWERS = (3, -3, 6)
_PEOPLE = "population"

_PERCENTAGES = say("values look like percentages of the national total")


def small(desk: Desk, family: Members, mirrored: Collection[int]) -> list[Far]:
    """Counts that are a tiny part of what the share of their area lets expect, where that share is known; not of what the nation has
    figures of itself (`mirrored`)."""
    if not len(family.part):
        return []
    beside = _Beside(desk, family, *nearest_members(family), set())
    at, groups = beside.counts
    level = desk.numbers("COH-SCALE", "counts", beside.part)
    asked = desk.runs("COH-SCALE", beside.part) & ~np.isin(beside.part, list(mirrored)) & (beside.logs < -level)
    if not asked.any():
        return []
    usual = beside.usuals(asked)
    with np.errstate(invalid="ignore"):
        found = asked & (usual < 0) & (beside.logs - usual < -level)
    last = at[groups.starts + groups.counts - 1]
    return [
        Far(
            int(beside.part[place]),
            int(beside.whole[place]),
            float(beside.logs[place] - usual[place]),
            int(beside.aligned.here[last[place]]),
            int(beside.aligned.there[last[place]]),
            int(groups.counts[place]),
            float(usual[place]),
        )
        for place in np.flatnonzero(found).tolist()
    ]


def of_parts(
    desk: Desk, family: Members, moved: Sequence[Remark], doubted: Collection[str], mirrored: Collection[int]
) -> Hints:
    """By local series: of counts that move oddly beside their nation, and of those whose keys other rules `doubted`; not of those that
    the nation has figures of itself (`mirrored`)."""
    if not len(family.part):
        return {}
    asked = {one.series for one in moved}
    if doubted:
        asked |= {number for number in range(desk.panel.local) if desk.panel.keys[number] in doubted}
    asked = {series for series in asked.difference(mirrored) if desk.kind[series] == COUNT}
    if not asked:
        return {}
    found: Hints = {}
    beside = _Beside(desk, family, *nearest_members(family), asked)
    for place in [place for place in range(len(beside.part)) if int(beside.part[place]) in asked][:MOST]:
        if hint := beside.hint(place):
            found[int(beside.part[place])] = (hint,)
    for one in moved:
        if one.series in asked and one.series not in found and (hint := _of_year(desk, one)):
            found[one.series] = (hint,)
    return found


@dataclass(frozen=True)
class _Beside:
    """Counts beside their nearest national whole, by place: `near` among the members of the family, `aligned` their observations."""

    desk: Desk
    family: Members
    near: Ints
    aligned: Aligned
    asked: set[int]

    @cached_property
    def counts(self) -> tuple[Ints, Groups]:
        """(places of the observations of counts that are above zero, by pair)."""
        values, aligned = self.desk.panel.values, self.aligned
        chosen = (self.desk.kind[self.family.part[self.near]] == COUNT) & ~self.family.own[self.near]
        at = np.flatnonzero(chosen[aligned.pair] & (values[aligned.here] > 0) & (values[aligned.there] > 0))
        return at, Groups.by(aligned.pair[at])

    @cached_property
    def _member(self) -> Ints:
        at, groups = self.counts
        return np.asarray(self.near[self.aligned.pair[at][groups.starts]])

    @cached_property
    def part(self) -> Ints:
        return np.asarray(self.family.part[self._member])

    @cached_property
    def whole(self) -> Ints:
        return np.asarray(self.family.whole[self._member])

    @cached_property
    def logs(self) -> Floats:
        """The median share of its whole of every one, as a decimal logarithm."""
        (at, groups), values = self.counts, self.desk.panel.values
        if not len(at):
            return np.zeros(0)
        here, there = self.aligned.here[at], self.aligned.there[at]
        return groups.quantiles(np.log10(values[here]) - np.log10(values[there]), 0.5)[0]

    @cached_property
    def _people(self) -> Ints:
        """Numbers of the SERIES that count people."""
        known = self.desk.panel.vocabulary.known
        return np.array([known(code) for code in counting(self.desk.schema).get(_PEOPLE, ())], np.int64)

    def hint(self, place: int) -> Sentence | None:
        """`place` is one of `part`."""
        at, groups = self.counts
        panel, series = self.desk.panel, int(self.part[place])
        span = at[groups.starts[place] : groups.starts[place] + groups.counts[place]]
        rows = self.aligned.here[span]
        written = panel.values[rows] / panel.scale[rows]
        percentages = bool((written <= 100).all())
        if percentages and self._hundred(place):
            return _PERCENTAGES
        broken = bool((written % 1 != 0).any())
        log, usual = float(self.logs[place]), self._usual(place)
        if usual is None:
            # Hectares and tonnes have decimals; people have none.
            counted = panel.view(series).word("UNIT_MEASURE") == "NUMBER" and bool((panel.scale[rows] == 1).all())
            thousands = bool((written * 1000 <= panel.values[self.aligned.there[span]]).any())
            if percentages and broken and counted and not thousands:
                return say("values look like percentages of the national total, or like a rate")
            return None
        if abs(log - usual) < (_BROKEN if broken else _WHOLE):
            return None
        off = {-power: abs(log - usual + power) for power in _POWERS}
        power = min(off, key=lambda one: off[one])
        share = abs(float(np.median(np.log10(written / 100))) - usual) if percentages else np.inf
        if share <= min(_FITS, off[power]):
            return _PERCENTAGES
        return of_power(self.desk, series, power) if off[power] <= _POWER else None

    def _hundred(self, place: int) -> bool:
        """Whether the figures of the parts that are there sum to about 100 in every period, and the nation's are no hundred themselves."""
        at, _ = self.counts
        values, there = self.desk.panel.values, self.aligned.there[at]
        mine = self.desk.panel.owner[there] == self.whole[place]
        rows, period = np.unique(there[mine], return_inverse=True)
        parts = np.bincount(period)
        sums = np.bincount(period, weights=values[self.aligned.here[at]][mine])
        return bool((parts > 1).all() and (np.abs(sums - 100) <= _SUMMED).all() and (values[rows] > 110).all())

    def _usual(self, place: int) -> float | None:
        """What the city's share of its nation is, as its population or its other counts have it."""
        area, panel = self.desk.order.area, self.desk.panel
        mine, nation = area[self.part[place]], area[self.whole[place]]
        same = (area[self.part] == mine) & (area[self.whole] == nation)
        same &= ~np.isin(self.part, list(self.asked))
        people = np.flatnonzero(same & np.isin(panel.code[self.part], self._people))
        if len(people):
            return float(np.median(self.logs[people]))
        if (share := self._published(int(mine), int(nation))) is not None:
            return share
        others = self.logs[same]
        return float(np.median(others)) if len(others) >= _FEWEST else None

    def usuals(self, asked: Flags) -> Floats:
        """The same of all that are `asked` about at once; NaN where it is not known. Where most counts of an area are so far from it, it is
        the people that are not counted right."""
        area = self.desk.order.area
        groups = Groups.by(fold([area[self.part], area[self.whole]], len(self.part)))
        people = np.isin(self.desk.panel.code[self.part], self._people)
        counted = np.add.reduceat(people[groups.order].astype(np.int64), groups.starts)
        wanted = np.add.reduceat(asked[groups.order].astype(np.int64), groups.starts)
        usual = np.full(len(groups.starts), np.nan)
        mine = groups.of[people]
        if len(mine):
            by = Groups.by(mine)
            usual[mine[by.order][by.starts]] = by.quantiles(self.logs[people], 0.5)[0]
        (others,) = groups.quantiles(self.logs, 0.5, asked=(wanted > 0) & (groups.counts > _FEWEST))
        for group in np.flatnonzero((wanted > 0) & (counted == 0)).tolist():
            place = int(groups.order[groups.starts[group]])
            share = self._published(int(area[self.part[place]]), int(area[self.whole[place]]))
            usual[group] = others[group] if share is None else share
        usual[(2 * wanted > groups.counts) & (groups.counts > _FEWEST)] = np.nan
        return np.asarray(usual[groups.of])

    def _published(self, area: int, nation: int) -> float | None:
        """The share of the people that the nation itself has published of both."""
        panel, order = self.desk.panel, self.desk.order
        there = np.flatnonzero((order.area == area) & np.isin(panel.code, self._people))
        there = there[there >= panel.local]
        whole = order.national(order.rest[there], np.full(len(there), nation))
        shares = [
            share
            for one, other in zip(there.tolist(), whole.tolist(), strict=True)
            if other >= 0 and (share := _share(self.desk, one, other)) is not None
        ]
        return max(shares) if shares else None


def _share(desk: Desk, one: int, other: int) -> float | None:
    """Of the latest period that both have, as a decimal logarithm."""
    panel = desk.panel
    rows = np.arange(int(panel.starts[one]), int(panel.starts[one + 1]))
    wholes = panel.find(np.full(len(rows), other), panel.rank[rows])
    rows, wholes = rows[wholes >= 0], wholes[wholes >= 0]
    if not len(rows) or panel.values[rows[-1]] <= 0 or panel.values[wholes[-1]] <= 0:
        return None
    return float(np.log10(panel.values[rows[-1]] / panel.values[wholes[-1]]))


def _of_year(desk: Desk, one: Remark) -> Sentence | None:
    """The one figure that moves is the share of the year beside it, in per cent."""
    panel = desk.panel
    sides = {one.before: one.whole_before, one.after: one.whole_after}
    fault = one.fault if one.fault in sides else one.after
    (other,) = (row for row in sides if row != fault)
    written = float(panel.values[fault] / panel.scale[fault])
    share = 100 * float(panel.values[other] / panel.values[sides[other]])
    if not 0 < written <= 100 or float(panel.values[sides[fault]]) <= 110 or abs(written - share) > _BESIDE * share:
        return None
    return say("{value} looks like the percentage of the national total", value=written)
