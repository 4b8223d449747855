"""Which parts a fault of a whole and its parts is about: the verdict of a part is about that part.

Where Bristol sends 90,000 beside the 1,800 of its nation, Bristol is wrong and no other city is: it alone is more than the whole. Only
where no part alone is, or the others are too much together as well, are all of them in it, since nobody knows which. A part without a
value in the periods that fail is in none of it. That holds of counts; what a ratio of the rest says is about all that it was worked out
from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dataexchange.pipeline.coherence_families import Members
from dataexchange.pipeline.coherence_outcomes import Outcome

_OF_COUNTS = ("COH-SUM", "COH-REMAINDER")


def of_each_part(told: Sequence[Outcome], family: Members) -> dict[tuple[int, int], Outcome]:
    """(part, whole) -> what was found of a national whole and its parts that is about this part. What is wrong is not told over by what is
    well."""
    by_whole: dict[int, list[tuple[Outcome, Mapping[int, Outcome] | None]]] = {}
    for outcome in told:
        counted = outcome.rule in _OF_COUNTS and not outcome.judged.weighted
        blamed = _blamed(outcome) if outcome.severity and counted else None
        by_whole.setdefault(outcome.whole, []).append((outcome, blamed))
    wanted = np.flatnonzero(family.gated >= 0)
    of: dict[tuple[int, int], Outcome] = {}
    for part, whole in zip(family.part[wanted].tolist(), family.whole[wanted].tolist(), strict=True):
        for outcome, blamed in by_whole.get(whole, ()):
            its = outcome if blamed is None else blamed.get(part)
            if its is not None and not ((part, whole) in of and of[part, whole].severity):
                of[part, whole] = its
    return of


def _blamed(one: Outcome) -> Mapping[int, Outcome]:
    """Every part that has a share in the fault, with the periods in which it has."""
    failing: dict[int, list[int]] = {}
    for group in one.failed or (one.group,):
        for part in _in_it(one, group):
            failing.setdefault(part, []).append(group)
    made = {groups: _only(one, groups) for groups in {tuple(groups) for groups in failing.values()}}
    return {part: made[tuple(groups)] for part, groups in failing.items()}


def _in_it(one: Outcome, group: int) -> Iterable[int]:
    sums, panel = one.sums, one.sums.desk.panel
    start = int(sums.cells.starts[group])
    span = slice(start, start + int(sums.cells.counts[group]))
    parts, values, whole = panel.owner[sums.cells.row[span]], sums.y[span], float(sums.whole[group])
    room = float(sums.partial[group]) + 1e-9 * abs(whole)
    alone = values > whole + (sums.unit[group] + sums.units[span]) / 2 + room
    if not alone.any() or values[~alone].sum() > whole + float(sums.rounding[group]) + room:
        alone[:] = True
    found: list[int] = parts[alone].tolist()
    return found


def _only(one: Outcome, groups: tuple[int, ...]) -> Outcome:
    """The same, of some of its failing periods."""
    if len(groups) == one.failing:
        return one
    # Groups of a rule stand in their order.
    at = np.searchsorted(one.judged.group, np.array(groups))
    severity = one.judged.severity[at]
    place = int(at[np.lexsort((one.judged.size[at], severity))[-1]])
    group = int(one.judged.group[place])
    hints = one.hints if group == one.group else ()
    failed = groups if len(groups) > 1 else ()
    return replace(
        one,
        worst=place,
        group=group,
        severity=int(severity.max()),
        failing=len(groups),
        failed=failed,
        hints=hints,
        culprit=one.culprit if hints else None,
    )
