"""What parts say of their whole, and it of them, in every period at once.

Counts: the remainder R = Y - sum y_a cannot be below zero (F1), and is zero where the parts are all there (P1). Ratios: all the parts pool
to the whole, Y' = sum w_a y_a / sum w_a (P2); what some of them leave for the rest, r = (W Y - sum w_a y_a) / (W - sum w_a), must be
possible (F2); for want of weights only all the parts say something: the whole lies between the lowest and the highest (P3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dataexchange.model.rounding import rounded_to
from dataexchange.pipeline.coherence_desk import BALANCE, COUNT, MEAN, RATIO, Desk
from dataexchange.pipeline.coherence_families import Cells, Members
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, fold
from dataexchange.pipeline.coherence_weights import Weights

#: How grave something is, as a number, and why parts may be more than their whole.
FINE, INFORMATION, WARNING, ERROR = range(4)
NOTHING, ROUNDING, TOLERANCE = range(3)

#: Fewer figures than these say nothing of the place that a whole period is rounded to.
_ALIKE = 6
#: What that place can excuse in a sum, as a share of the whole.
_MOST_EXCUSED = 0.01


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule over the groups that it can be asked of. `size` says which period is worst, `value` is what is told: what is left, or the
    mean of the parts, or the ratio of the rest."""

    rule: str
    group: Ints
    severity: Ints
    size: Floats
    value: Floats
    within: Ints
    weighted: bool = False


@dataclass(frozen=True)
class Sums:
    """All groups, with what several rules need of them."""

    desk: Desk
    members: Members
    cells: Cells
    weights: Weights

    @cached_property
    def kind(self) -> Ints:
        return self.desk.kind[self.cells.whole]

    @cached_property
    def y(self) -> Floats:
        return self.desk.panel.values[self.cells.row]

    @cached_property
    def whole(self) -> Floats:
        return self.desk.panel.values[self.cells.whole_row]

    @cached_property
    def total(self) -> Floats:
        return self.summed(self.y)

    @cached_property
    def cautious(self) -> Flags:
        """Whether a whole and some of its parts are only partly comparable: of all its periods and ways."""
        wholes = self.members.whole[self.members.cautious]
        return np.isin(self.cells.whole, wholes) if len(wholes) else np.zeros(self.cells.n, bool)

    @cached_property
    def own(self) -> Flags:
        return np.asarray(self.cells.whole < self.desk.panel.local)

    @cached_property
    def partial(self) -> Floats:
        """What a partial comparison may differ by, in the units of the whole; 0 of a plain one."""
        share = self.desk.shares("COH-GATE", "partial", self.cells.whole)
        return np.where(self.cautious, share * np.abs(self.whole), 0.0)

    def summed(self, values: Floats) -> Floats:
        return np.add.reduceat(values, self.cells.starts) if self.cells.n else np.zeros(0)

    @cached_property
    def _coarsest(self) -> Floats:
        """The unit that all figures of a period show: where seven areas and their nation have one decimal, one decimal it is, whatever
        the figures of other years have. 0 where too few say so; of counts never so coarse that more than 1 % of the whole is excused."""
        panel, cells = self.desk.panel, self.cells
        if not cells.n:
            return np.zeros(0)
        scale = panel.scale[cells.row]
        alike = np.minimum.reduceat(scale, cells.starts) == np.maximum.reduceat(scale, cells.starts)
        alike &= (scale[cells.starts] == panel.scale[cells.whole_row]) & (cells.counts + 1 >= _ALIKE)
        most = np.maximum(np.maximum.reduceat(panel.decimals[cells.row], cells.starts), panel.decimals[cells.whole_row])
        coarse = np.where(alike & (most <= 8), 10.0 ** -most.astype(np.float64) * scale[cells.starts], 0.0)
        limit = 2 * _MOST_EXCUSED * np.abs(self.whole) / (cells.counts + 1)
        return np.where(self.kind == COUNT, np.minimum(coarse, limit), coarse)

    @cached_property
    def unit(self) -> Floats:
        """The unit that each whole is rounded to: that of its series, or a coarser one of its parts that it is a multiple of."""
        cells = self.cells
        if not cells.n:
            return np.zeros(0)
        unit = self.desk.panel.units(cells.whole_row, self.kind == COUNT)
        unit = np.where(unit > 0, np.maximum(unit, self._coarsest), unit)
        shown = np.maximum.reduceat(self._shown, cells.starts)
        times = self.whole / np.where(shown > 0, shown, 1.0)
        return np.where((shown > 0) & (np.abs(times - np.rint(times)) < 1e-6), np.maximum(unit, shown), unit)

    @cached_property
    def units(self) -> Floats:
        """The unit that each part is rounded to: that of its series; 11.0 beside 11.1, 11.2 … has one decimal as they have."""
        group = self.cells.group
        unit = self._as_beside(self.desk.panel.units(self.cells.row, self.kind[group] == COUNT))
        unit = np.where(unit > 0, np.maximum(unit, self._coarsest[group]), unit)
        return np.maximum(unit, self._shown)

    def _as_beside(self, unit: Floats) -> Floats:
        """Never coarser than the half of the parts of a period that is written finest, where they are enough to tell."""
        cells = self.cells
        asked = (cells.counts >= _ALIKE)[cells.group] & (unit > 0)
        if not asked.any():
            return unit
        ordered = unit[np.lexsort((unit, cells.group))]
        median = ordered[cells.starts + cells.counts // 2][cells.group]
        return np.where(asked & (median > 0), np.minimum(unit, median), unit)

    @cached_property
    def _shown(self) -> Floats:
        """What counts are rounded to beyond whole units, as the parts of one SERIES show it together, over all wholes and periods: 5 of an
        office that rounds to fives. 0 where they do not."""
        panel, cells = self.desk.panel, self.cells
        counted = (self.kind == COUNT)[cells.group]
        rows, place = np.unique(cells.row[counted], return_inverse=True)
        shown = np.zeros(len(cells.row))
        if len(rows):
            factor = np.unique(panel.scale[rows], return_inverse=True)[1]
            series = panel.owner[rows]
            alike = fold([panel.code[series], factor, (series < panel.local).astype(np.int64)], len(rows))
            distinct, group = np.unique(alike, return_inverse=True)
            unit = rounded_to(panel.values[rows] / panel.scale[rows], group, len(distinct))[group]
            shown[counted] = np.where(unit > 1, unit * panel.scale[rows], 0.0)[place]
        return shown

    @cached_property
    def rounding(self) -> Floats:
        """What rounding can do to the whole less its parts: half a unit of each, (n + 1) u / 2 where all have the same."""
        return (self.unit + self.summed(self.units)) / 2

    @cached_property
    def _estimated(self) -> Floats:
        """What estimates rounded one by one to whole people may miss the whole by: (n + 1) / 2, where that is next to nothing of it.
        Exact counts that are small must add up."""
        one, each = (np.where(unit > 0, unit, 1.0) for unit in (self.unit, self.units))
        share = self.desk.shares("COH-SUM", "estimates", self.cells.whole)
        return np.minimum((one + self.summed(each)) / 2, share * np.abs(self.whole))

    @cached_property
    def _signed(self) -> Flags:
        """Whether the whole or a part is below zero: then no part says anything of how large the others can be."""
        return (self.whole < 0) | (np.minimum.reduceat(self.y, self.cells.starts) < 0)

    @cached_property
    def _weighed(self) -> tuple[Floats, Floats]:
        """The weight of every part and of every whole; NaN where it is not known, or of another unit than the other's."""
        cells, panel = self.cells, self.desk.panel
        part, of = self.members.part[self.cells.member], self.weights.series
        rank = panel.rank[cells.whole_row]
        w, whole = self.weights.at(self.desk, part, rank[cells.group]), self.weights.at(self.desk, cells.whole, rank)
        unit = panel.signature("UNIT_MEASURE")
        other = unit[of[part]] != unit[of[cells.whole]][cells.group]
        return np.where(other & (of[cells.whole] >= 0)[cells.group], np.nan, w), whole

    def judged(self) -> list[Judged]:
        """What each rule says, of the periods in which it can be asked."""
        found = [*self._counts()]
        pooled = np.zeros(self.cells.n, bool)
        if self.weights.found:
            pool, pooled = self._pool()
            found += [pool, self._rest()]
        found.append(self._convex(pooled))
        return [one for one in found if len(one.group)]

    def _counts(self) -> list[Judged]:
        desk, counted = self.desk, (self.kind == COUNT) | (self.kind == BALANCE)
        if not counted.any():
            return []
        left, even = self.whole - self.total, 1e-9 * np.abs(self.whole)
        rounding = self.rounding + even
        slack = rounding + self.partial
        summed = np.maximum(rounding, self._estimated)
        excuse = np.where(np.abs(left) <= even, NOTHING, np.where(np.abs(left) <= rounding, ROUNDING, TOLERANCE))
        limit = desk.shares("COH-SUM", "warning", self.cells.whole) * np.abs(self.whole)
        runs = desk.runs("COH-SUM", self.cells.whole)
        whole = np.flatnonzero(counted & self.cells.complete & runs)
        severity = np.where(
            np.abs(left) <= summed + self.partial, FINE, np.where(np.abs(left) <= limit, WARNING, ERROR)
        )
        within = np.where((np.abs(left) > even) & (np.abs(left) <= summed), ROUNDING, excuse)
        within = np.where(severity == FINE, within, NOTHING)
        sums = Judged("COH-SUM", whole, severity[whole], np.abs(left)[whole], left[whole], within[whole])
        runs = ~(self.cells.complete & runs) & desk.runs("COH-REMAINDER", self.cells.whole)
        some = np.flatnonzero((self.kind == COUNT) & ~self._signed & runs)
        # Where the rest may be below zero a part is more than the whole, and rightly.
        severity = np.where(left < -slack, np.where(desk.netted[self.cells.whole], WARNING, ERROR), FINE)
        within = np.where((severity == FINE) & (left < 0), excuse, NOTHING)
        rest = Judged("COH-REMAINDER", some, severity[some], -left[some], left[some], within[some])
        return [sums, rest]

    def _pool(self) -> tuple[Judged, Flags]:
        desk, cells = self.desk, self.cells
        w, _ = self._weighed
        asked = ((self.kind == RATIO) | (self.kind == MEAN)) & cells.complete & desk.runs("COH-POOL", cells.whole)
        known = self.summed(np.where(np.isfinite(w) & (w >= 0), 1.0, 0.0)) == cells.counts
        weight = self.summed(np.where(np.isfinite(w), w, 0.0))
        asked &= known & (weight > 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.summed(np.where(np.isfinite(w), w, 0.0) * self.y) / weight
            blur = self.summed(np.where(np.isfinite(w), w, 0.0) * self.units) / weight
        gap, size = np.abs(mean - self.whole), np.abs(self.whole)
        well = (self.unit + blur) / 2 + desk.shares("COH-POOL", "relative", cells.whole) * size + self.partial
        bad = (self.unit + blur) / 2 + desk.shares("COH-POOL", "error", cells.whole) * size + self.partial
        severity = np.where(gap <= well * (1 + 1e-9), FINE, np.where(gap <= bad * (1 + 1e-9), WARNING, ERROR))
        at = np.flatnonzero(asked)
        none = np.zeros(len(at), np.int64)
        return Judged("COH-POOL", at, severity[at], gap[at], mean[at], none, weighted=True), asked

    def _rest(self) -> Judged:
        desk, cells = self.desk, self.cells
        w, whole = self._weighed
        asked = (self.kind == RATIO) & ~cells.complete & desk.runs("COH-REMAINDER", cells.whole)
        weight = self.summed(w)
        least = desk.shares("COH-REMAINDER", "smallest_rest", cells.whole) * whole
        rest = whole - weight
        lowest = np.minimum.reduceat(w, cells.starts) if cells.n else whole
        with np.errstate(invalid="ignore"):
            asked &= (rest > 0) & (rest >= least) & (lowest >= 0)
        at = np.flatnonzero(asked)
        rest, y = rest[at], self.whole[at]
        ratio = (whole[at] * y - self.summed(w * self.y)[at]) / rest
        # A small rest is worked out from large rounded figures: what half a unit of each can do to it.
        blur = (whole[at] * self.unit[at] + self.summed(w * self.units)[at]) / 2 / rest + 1e-9
        blur += whole[at] * self.partial[at] / rest
        series = cells.whole[at]
        impossible = (ratio < -blur) | (self._percent[at] & (ratio > 100 + blur))
        low, high = (desk.numbers("COH-REMAINDER", name, series) for name in ("lowest", "highest"))
        odd = (y > 0) & ~((ratio >= low * y - blur) & (ratio <= high * y + blur))
        severity = np.where(impossible, ERROR, np.where(odd, WARNING, FINE))
        none = np.zeros(len(at), np.int64)
        return Judged("COH-REMAINDER", at, severity, np.abs(ratio - y), ratio, none, weighted=True)

    @cached_property
    def _percent(self) -> Flags:
        """Whether each whole is in per cent."""
        said = self.desk.panel.said.get("UNIT_MEASURE")
        if said is None:
            return np.zeros(self.cells.n, bool)
        return np.array(["PT" in words for words in said.words], bool)[said.series[self.cells.whole]]

    def _convex(self, pooled: Flags) -> Judged:
        cells = self.cells
        # Two cities do not enclose their nation: only a partition does, or a city's own districts as a remark.
        asked = ((self.kind == RATIO) | (self.kind == MEAN)) & (self.own | cells.complete) & (cells.counts > 1)
        asked &= ~pooled & self.desk.runs("COH-CONVEX", cells.whole)
        at = np.flatnonzero(asked)
        if not len(at):
            return Judged("COH-CONVEX", at, at, self.whole[at], self.whole[at], at)
        low, high = np.minimum.reduceat(self.y, cells.starts)[at], np.maximum.reduceat(self.y, cells.starts)[at]
        whole, even = self.whole[at], 1e-9 * np.abs(self.whole[at])
        outside = np.maximum(low - whole, whole - high)
        # Any part may be the lowest before it is rounded, and the whole lie half a unit of its own beyond that.
        least, most = (
            extreme.reduceat(self.y + side * self.units / 2, cells.starts)[at]
            for extreme, side in ((np.minimum, -1), (np.maximum, 1))
        )
        beyond = np.maximum(least - whole, whole - most) - self.unit[at] / 2
        inside = beyond <= self.partial[at] + even
        within = np.where(outside <= 0, NOTHING, np.where(beyond <= even, ROUNDING, TOLERANCE))
        # A mean or composite need not pool by weights at all (a chance of dying from a life table).
        sure = np.where(self.kind[at] == RATIO, ERROR, WARNING)
        severity = np.where(inside, FINE, np.where(cells.complete[at], sure, INFORMATION))
        return Judged("COH-CONVEX", at, severity, outside, whole, np.where(inside, within, NOTHING))
