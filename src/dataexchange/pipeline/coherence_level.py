"""The level of a city beside its nation: ratios and means far beyond what cities differ by, and what a city inside its nation differs by
where both have confidence bounds.

Level: the median over the shared periods of log10(y / Y). Untouched ratios and means of the areas of one country lie within a factor of
thirty of it (1,055 Kyrgyz series: three beyond); a share given for a percentage, or thousands for units, do not.

Nested (C2): for a city with the share p of the whole, x_c - Y = (1 - p)(x_c - x_rest), whose variance is (1 - p)^2 (se_c^2 + se_rest^2);
and as Y is put together of the two, se_rest^2 = (se_Y^2 - p^2 se_c^2) / (1 - p)^2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dataexchange.pipeline.coherence_desk import MEAN, RATIO, Desk
from dataexchange.pipeline.coherence_families import Members
from dataexchange.pipeline.coherence_pairs import Aligned, first_largest, only
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints
from dataexchange.pipeline.coherence_robust import Groups
from dataexchange.pipeline.coherence_weights import Weights


@dataclass(frozen=True, slots=True)
class Far:
    """A series that lies `log` powers of ten from its whole; `here` and `there` are rows of its latest shared period."""

    series: int
    whole: int
    log: float
    here: int
    there: int
    periods: int
    #: Of a count the share of the whole that its area has in others, as a decimal logarithm; `log` is how far from that it lies.
    expected: float | None = None


def far(desk: Desk, family: Members, near: Ints, aligned: Aligned) -> list[Far]:
    part, values = family.part[near], desk.panel.values
    kind = desk.kind[part]
    asked = ((kind == RATIO) | (kind == MEAN)) & desk.runs("COH-SCALE", part)
    at = np.flatnonzero(asked[aligned.pair] & (values[aligned.here] > 0) & (values[aligned.there] > 0))
    if not len(at):
        return []
    pair, here, there = aligned.pair[at], aligned.here[at], aligned.there[at]
    groups, logs = Groups.by(pair), np.log10(values[here]) - np.log10(values[there])
    member = pair[groups.starts]
    level = desk.numbers("COH-SCALE", "level", part[member])
    # The middle one lies no farther than the farthest.
    (middle,) = groups.quantiles(logs, 0.5, asked=np.maximum.reduceat(np.abs(logs), groups.starts) > level)
    beyond = np.flatnonzero(np.abs(middle) > level)
    last = groups.starts + groups.counts - 1
    return [
        Far(
            int(part[member[one]]),
            int(family.whole[near[member[one]]]),
            float(middle[one]),
            int(here[last[one]]),
            int(there[last[one]]),
            int(groups.counts[one]),
        )
        for one in beyond.tolist()
    ]


@dataclass(frozen=True, slots=True)
class Nested:
    """A city that differs from its nation beyond chance: in the period where most, with z and its share of the whole."""

    series: int
    whole: int
    here: int
    there: int
    z: float
    share: float
    differing: int
    of: int


def nested(desk: Desk, family: Members, near: Ints, aligned: Aligned, weights: Weights) -> list[Nested]:
    panel, errors = desk.panel, desk.panel.errors
    if errors is None or not weights.found:
        return []
    part, whole = family.part[near], family.whole[near]
    asked = desk.runs("COH-NESTED", part)[aligned.pair]
    asked &= (errors[aligned.here] > 0) & (errors[aligned.there] > 0)
    chosen = np.flatnonzero(np.bincount(aligned.pair[asked], minlength=len(near)))
    aligned, at = only(aligned, chosen)
    part, whole = part[chosen], whole[chosen]
    rank = panel.rank[aligned.here]
    share = weights.at(desk, part[aligned.pair], rank) / weights.at(desk, whole[aligned.pair], rank)
    z = nested_z(
        panel.values[aligned.here], panel.values[aligned.there], errors[aligned.here], errors[aligned.there], share
    )
    z = np.where(asked[at], z, np.nan)
    tested = np.isfinite(z)
    differs = tested & (z >= desk.numbers("COH-NESTED", "z", part)[aligned.pair])
    bad = np.bincount(aligned.pair[differs], minlength=len(chosen))
    tests = np.bincount(aligned.pair[tested], minlength=len(chosen))
    worst = first_largest(np.where(differs, z, -1.0), aligned.starts, aligned.counts)
    return [
        Nested(
            int(part[one]),
            int(whole[one]),
            int(aligned.here[worst[one]]),
            int(aligned.there[worst[one]]),
            float(z[worst[one]]),
            float(share[worst[one]]),
            int(bad[one]),
            int(tests[one]),
        )
        for one in np.flatnonzero(bad).tolist()
    ]


def nested_z(x: Floats, y: Floats, se: Floats, se_whole: Floats, share: Floats) -> Floats:
    """|x_c - Y| in standard errors; NaN where the share is not inside 0 to 1, or the errors of the two cannot both be.

    >>> nested_z(*(np.array([n]) for n in (12.0, 10.0, 1.0, 0.5, 0.2))).round(4).tolist()
    [2.1693]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = (se_whole**2 - share**2 * se**2) / (1 - share) ** 2
        spread = (1 - share) * np.sqrt(se**2 + rest)
        possible: Flags = (share > 0) & (share < 1) & (rest >= 0) & (spread > 0)
        return np.where(possible, np.abs(x - y) / np.where(possible, spread, 1.0), np.nan)
