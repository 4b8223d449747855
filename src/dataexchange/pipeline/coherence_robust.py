"""Medians of many groups at once, and how far each number lies from that of its group.

z = (g - med) / (1.4826 MAD); 1.4826 makes the median absolute deviation (MAD) of normal numbers their standard deviation. B. Iglewicz and
D. C. Hoaglin, How to detect and handle outliers, 1993.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, ranges

NORMAL = 1.4826


@dataclass(frozen=True, slots=True)
class Groups:
    """Numbers by group: `order` brings them together, group g is `starts[g]` and the `counts[g]` after it; `of` is the group of each."""

    order: Ints
    of: Ints
    starts: Ints
    counts: Ints

    @classmethod
    def by(cls, names: Ints) -> Groups:
        """Of the same name is the same group."""
        ascending = bool((names[1:] >= names[:-1]).all())
        order = np.arange(len(names)) if ascending else np.argsort(names, kind="stable")
        held = names if ascending else names[order]
        starts = np.flatnonzero(np.append(True, held[1:] != held[:-1])[: len(held)])
        counts = np.diff(np.append(starts, len(held)))
        of = np.repeat(np.arange(len(starts)), counts)
        if not ascending:
            of[order] = of.copy()
        return cls(order, of, starts, counts)

    def wider(self, values: Floats, than: float) -> Flags:
        """Of which groups the largest number is so much more than the smallest."""
        if not len(values):
            return np.zeros(0, bool)
        held = values[self.order]
        spread = np.maximum.reduceat(held, self.starts) - np.minimum.reduceat(held, self.starts)
        return np.asarray(spread > than)

    def quantiles(self, values: Floats, *wanted: float, asked: Flags | None = None) -> list[Floats]:
        """Of every group, or of those that are asked about, NaN of the others; between two numbers in proportion.

        >>> groups = Groups.by(np.array([7, 7, 7, 7, 9]))
        >>> [q.tolist() for q in groups.quantiles(np.array([4.0, 1.0, 2.0, 3.0, 8.0]), 0.5, 0.25)]
        [[2.5, 8.0], [1.75, 8.0]]
        """
        values = values[self.order]
        found = [np.full(len(self.starts), np.nan) for _ in wanted]
        # Groups of like size stand in one matrix, filled up with what sorts last.
        asked_ = np.arange(len(self.starts)) if asked is None else np.flatnonzero(asked)
        width = np.ceil(np.log2(np.maximum(self.counts[asked_], 1))).astype(np.int64)
        for size in np.unique(width).tolist():
            chosen = asked_[width == size]
            counts = self.counts[chosen]
            matrix = np.full((len(chosen), int(counts.max())), np.inf)
            matrix[np.arange(matrix.shape[1]) < counts[:, np.newaxis]] = values[ranges(self.starts[chosen], counts)]
            matrix.sort(axis=1)
            lines = np.arange(len(chosen))
            for quantile, into in zip(wanted, found, strict=True):
                place = quantile * (counts - 1)
                low = np.floor(place).astype(np.int64)
                high = np.minimum(low + 1, counts - 1)
                below, above = matrix[lines, low], matrix[lines, high]
                into[chosen] = below + (above - below) * (place - low)
        return found


def robust_z(
    values: Floats, blur: Floats, groups: Groups, floor: Floats, least: Floats, asked: Flags | None = None
) -> Floats:
    """How many deviations each number lies from the median of its group, less what rounding explains (`blur`); NaN in groups with fewer
    than `least` numbers, 0 in those that are not `asked` about. A deviation is at least `floor`: where a group hardly moves, a small
    move is no alarm."""
    if not len(values) or groups.counts.max() < least.min():
        return np.full(len(values), np.nan)
    (median,) = groups.quantiles(values, 0.5, asked=asked)
    apart = np.abs(values - median[groups.of])
    (mad,) = groups.quantiles(apart, 0.5, asked=asked)
    z = np.maximum(apart - blur, 0) / np.maximum(NORMAL * mad[groups.of], floor)
    if asked is not None:
        z = np.where(asked[groups.of], z, 0.0)
    return np.where(groups.counts[groups.of] >= least, z, np.nan)
