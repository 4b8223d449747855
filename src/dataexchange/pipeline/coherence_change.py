"""How a part moves beside its whole, and beside the other parts: remarks for a reviewer, never errors.

Share stability (S1): of counts s = y / Y, and the change of logit s. Growth gap (G1): g = dlog y - dlog Y. Both by robust z, over the areas
in the same periods and over the series' own history; where both can be asked both must agree, so that neither a year in which all areas
move nor a series that always moves is remarked on, and where only one can it must be farther off. Hidiroglou-Berthelot (O2): the change
from one period to the next against that of the other areas, small areas with more room than large ones.
M. A. Hidiroglou and J.-M. Berthelot, Statistical editing and imputation for periodic business surveys, Survey Methodology 12, 1986.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dataexchange.pipeline.coherence_desk import COUNT, MEAN, RATIO, Desk
from dataexchange.pipeline.coherence_families import Members
from dataexchange.pipeline.coherence_pairs import Aligned, first_largest, only
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, fold
from dataexchange.pipeline.coherence_robust import Groups, robust_z
from dataexchange.pipeline.coherence_sums import INFORMATION, WARNING


@dataclass(frozen=True, slots=True)
class Remark:
    """One series that moves oddly: from one row to the next, of itself and of its whole, and how many other moves are odd as well."""

    rule: str
    series: int
    whole: int
    before: int
    after: int
    whole_before: int
    whole_after: int
    z: float
    limit: float
    odd: int
    of: int
    severity: int
    #: What the other areas did, where that is asked: how many, and their median ratio.
    others: int = 0
    usual: float = 0.0
    #: The figure at fault: of a jump there and one back the one between them, else the later one.
    fault: int = -1


@dataclass(frozen=True)
class Moves:
    """Every series beside its nearest whole, from each shared period to the next, where all four values are above zero."""

    desk: Desk
    part: Ints
    whole: Ints
    pair: Ints
    before: Ints
    after: Ints
    whole_before: Ints
    whole_after: Ints

    @cached_property
    def y(self) -> tuple[Floats, Floats]:
        return self.desk.panel.values[self.before], self.desk.panel.values[self.after]

    @cached_property
    def whole_y(self) -> tuple[Floats, Floats]:
        return self.desk.panel.values[self.whole_before], self.desk.panel.values[self.whole_after]

    @cached_property
    def blur(self) -> Floats:
        """What rounding can do to a growth gap: half a unit of each value, as a share of it."""
        counted = self.desk.kind[self.part][self.pair] == COUNT
        rows = (self.before, self.after, self.whole_before, self.whole_after)
        values = self.desk.panel.values
        found: Floats = np.zeros(len(self.pair))
        for row in rows:
            found = found + self.desk.panel.units(row, counted) / 2 / values[row]
        return found

    @cached_property
    def histories(self) -> Groups:
        return Groups.by(self.pair)

    @cached_property
    def beside(self) -> Groups:
        """Areas of the same whole over the same two periods."""
        return Groups.by(fold([self.whole_after, self.whole_before], len(self.pair)))

    def small(self, rule: str) -> Flags:
        """Counts too small to be judged by how they move."""
        least = np.where(self.desk.kind[self.part] == COUNT, self.desk.numbers(rule, "smallest", self.part), 0.0)
        return np.minimum(*self.y) < least[self.pair]

    def only(self, at: Flags) -> Moves:
        """Those of the moves; all of them are these, with what has been worked out of them."""
        if at.all():
            return self
        rows = (self.pair, self.before, self.after, self.whole_before, self.whole_after)
        return Moves(self.desk, self.part, self.whole, *(row[at] for row in rows))


def nearest_members(family: Members) -> tuple[Ints, Aligned]:
    """(the member of each part with the nearest whole, their shared observations)."""
    _, near = np.unique(family.part, return_index=True)
    return near, only(family.aligned, near)[0]


def moves(desk: Desk, family: Members, near: Ints, aligned: Aligned) -> Moves:
    kind = desk.kind[family.part[near]]
    known = (kind == COUNT) | (kind == RATIO) | (kind == MEAN)
    values, pair = desk.panel.values, aligned.pair
    positive = (values[aligned.here] > 0) & (values[aligned.there] > 0) & known[pair]
    to = np.flatnonzero((pair[1:] == pair[:-1]) & positive[1:] & positive[:-1]) + 1
    here, there = aligned.here, aligned.there
    return Moves(
        desk, family.part[near], family.whole[near], pair[to], here[to - 1], here[to], there[to - 1], there[to]
    )


def remarks(moves: Moves) -> list[Remark]:
    """At most one for a series: its share, else its growth, else its place among the others."""
    found = {one.series: one for one in _peers(moves)}
    shares = _shares(moves)
    found |= {one.series: one for one in _growth(moves)}
    found |= {one.series: one for one in shares}
    return [found[series] for series in sorted(found)]


def _shares(all_: Moves) -> list[Remark]:
    desk, part = all_.desk, all_.part
    runs = (desk.kind[part] == COUNT) & desk.runs("COH-SHARE", part)
    if not runs.any():
        return []
    (y1, y2), (whole1, whole2) = all_.y, all_.whole_y
    inside = (y1 < whole1) & (y2 < whole2)
    of = all_.only(runs[all_.pair] & inside & ~all_.small("COH-SHARE"))
    (y1, y2), (whole1, whole2) = of.y, of.whole_y
    change = np.log(y2 / (whole2 - y2)) - np.log(y1 / (whole1 - y1))
    return _odd("COH-SHARE", of, change)


def _growth(all_: Moves) -> list[Remark]:
    """Of counts where the share is not asked: the two say the same."""
    desk, part = all_.desk, all_.part
    shared = (desk.kind[part] == COUNT) & desk.runs("COH-SHARE", part)
    runs = desk.runs("COH-GROWTH", part) & ~shared
    if not runs.any():
        return []
    of = all_.only(runs[all_.pair] & ~all_.small("COH-GROWTH"))
    (y1, y2), (whole1, whole2) = of.y, of.whole_y
    return _odd("COH-GROWTH", of, np.log(y2 / y1) - np.log(whole2 / whole1))


def _odd(rule: str, of: Moves, gap: Floats) -> list[Remark]:
    numbers = [of.desk.numbers(rule, name, of.part) for name in ("z", "alone", "floor", "least")]
    least_far = float(np.minimum(*numbers[:2]).min() * numbers[2].min())
    # Where no two gaps are so far apart, none is odd.
    sides = [(groups, groups.wider(gap, least_far)) for groups in (of.histories, of.beside)]
    if not any(asked.any() for _, asked in sides):
        return []
    both, alone, floor, least = (number[of.pair] for number in numbers)
    own, others = (robust_z(gap, of.blur, groups, floor, least, asked) for groups, asked in sides)
    limit = np.where(np.isfinite(own) & np.isfinite(others), both, alone)
    z = np.fmin(own, others)
    z = np.where(np.isfinite(z), z, 0.0)
    return _worst(rule, of, z, limit, np.full(len(z), WARNING), z, gap=gap)


def _peers(all_: Moves) -> list[Remark]:
    desk, part, rule = all_.desk, all_.part, "COH-PEERS"
    of = all_.only(desk.runs(rule, part)[all_.pair] & ~all_.small(rule))
    if not len(of.pair):
        return []
    (y1, y2), groups = of.y, of.beside
    if groups.counts.max() < desk.numbers(rule, "least", part).min():
        return []
    change, floor = np.log(y2 / y1), desk.numbers(rule, "floor", part)[of.pair]
    # Where no two areas move so differently as is asked about, none is far from the middle one.
    apart = groups.wider(change, float(floor.min()))
    if not apart.any():
        return []
    exponent, a, inner, outer, least, limit, own = (
        desk.numbers(rule, name, part)[of.pair]
        for name in ("u", "a", "information", "warning", "least", "z", "history")
    )
    effect, ratio = effects(y1, y2, exponent, groups, apart)
    first, median, third = groups.quantiles(effect, 0.25, 0.5, 0.75, asked=apart)
    middle = median[groups.of]
    below = np.maximum(middle - first[groups.of], np.abs(a * middle))
    above = np.maximum(third[groups.of] - middle, np.abs(a * middle))
    width = np.where(effect < middle, below, above)
    # Where the other areas do not move at all there is nothing to measure with; and what rounding explains is no move.
    asked = (width > 1e-12) & apart[groups.of] & (groups.counts[groups.of] >= least)
    asked &= np.abs(np.log(y2 / y1 / ratio[groups.of])) - of.blur > floor
    away = np.divide(np.abs(effect - middle), width, out=np.zeros(len(effect)), where=asked)
    # A warning wants the series' own history to find it odd too: among nine areas one is always the farthest.
    moved = of.histories.wider(change, float(limit.min() * floor.min()))
    z = robust_z(change, of.blur, of.histories, floor, own, moved)
    with np.errstate(invalid="ignore"):
        grave = (away > outer) & (z > limit)
    severity, limit = np.where(grave, WARNING, INFORMATION), np.where(grave, outer, inner)
    # What is grave comes before what is far.
    order = np.where(grave, 1e9, 0.0) + np.minimum(away, 1e8)
    return _worst(rule, of, away, limit, severity, order, groups, ratio)


def effects(
    y1: Floats, y2: Floats, exponent: Floats, groups: Groups, asked: Flags | None = None
) -> tuple[Floats, Floats]:
    """(E of every move, the median ratio of every group that is asked about): r = y2 / y1, s = 1 - r_M / r below the median ratio and
    r / r_M - 1 from it on, E = s max(y1, y2)^U."""
    ratio = y2 / y1
    (median,) = groups.quantiles(ratio, 0.5, asked=asked)
    usual = median[groups.of]
    s = np.where(ratio < usual, 1 - usual / ratio, ratio / usual - 1)
    return s * np.maximum(y1, y2) ** exponent, median


def _worst(
    rule: str,
    of: Moves,
    z: Floats,
    limit: Floats,
    severity: Ints,
    order: Floats,
    groups: Groups | None = None,
    usual: Floats | None = None,
    gap: Floats | None = None,
) -> list[Remark]:
    """The move of each series that has an odd one: of those the highest in `order`."""
    odd = z > limit
    if not odd.any():
        return []
    counts = of.histories.counts
    bad = np.add.reduceat(odd.astype(np.int64), of.histories.starts)
    worst = first_largest(np.where(odd, order, -1.0), of.histories.starts, counts)
    found = []
    for series, at in zip(np.flatnonzero(bad).tolist(), worst[bad > 0].tolist(), strict=True):
        pair = int(of.pair[at])
        group = int(groups.of[at]) if groups is not None else 0
        found.append(
            Remark(
                rule,
                int(of.part[pair]),
                int(of.whole[pair]),
                int(of.before[at]),
                int(of.after[at]),
                int(of.whole_before[at]),
                int(of.whole_after[at]),
                float(z[at]),
                float(limit[at]),
                int(bad[series]),
                int(counts[series]),
                int(severity[at]),
                int(groups.counts[group]) if groups is not None else 0,
                float(usual[group]) if usual is not None else 0.0,
                int((of.before if gap is not None and _back(of, gap, at) else of.after)[at]),
            )
        )
    return found


def _back(of: Moves, gap: Floats, at: int) -> bool:
    """Whether a move goes back from where the one before it went, and more than the one after it goes back from where it goes."""

    def turn(other: int, joint: bool) -> float:
        return float(-gap[other] * np.sign(gap[at])) if joint and of.pair[other] == of.pair[at] else 0.0

    before = turn(at - 1, at > 0 and bool(of.after[at - 1] == of.before[at]))
    after = turn(at + 1, at + 1 < len(gap) and bool(of.before[at + 1] == of.after[at])) if at + 1 < len(gap) else 0.0
    return before > max(after, abs(float(gap[at])) / 2)
