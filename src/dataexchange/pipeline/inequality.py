"""Inequality inside an area: a partition and what it is of in, measures in words and numbers out, or the reason why not.

Refused altogether: counts (the workflow says so before), fewer than two groups, more of the groups or of the people in them
missing than the rulebook allows (INQ-MISSING). Left out one by one, with the reason: what needs shares of the population, an order, a
zero, or the good end of the scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from dataexchange.model.inequality import Better, Group, Inequality, Measure, Partition, Shares, Whole
from dataexchange.model.rulebook import SHIPPED, Rulebook
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.pipeline import inequality_formulas as formulas
from dataexchange.pipeline.inequality_formulas import Estimate, Values
from dataexchange.pipeline.inequality_notes import notes, summary
from dataexchange.pipeline.inequality_slope import Slope, slope
from dataexchange.pipeline.inequality_words import number, sentence, unit_of

_RULE = "INQ-MISSING"

#: In the order in which they are shown.
MEASURES = (
    *("D", "R", "MDMU", "MDMW", "MDBU", "MDBW", "BGV", "BGSD", "COV", "IDISU", "IDISW", "TI", "MLD"),
    *("ACI", "RCI", "SII", "RII", "PAR", "PAF"),
)
_WEIGHTED = frozenset(("MDMW", "MDBW", "BGV", "BGSD", "COV", "IDISW", "TI", "MLD", "ACI", "RCI", "SII", "RII"))
_ORDERED = frozenset(("ACI", "RCI", "SII", "RII"))
_RELATIVE = frozenset(("R", "COV", "IDISU", "IDISW", "TI", "MLD", "RCI", "RII", "PAF"))
_AVERAGE = frozenset(("MDMU", "IDISU", "PAR", "PAF"))
_BEST = frozenset(("MDBU", "MDBW", "PAR", "PAF"))

_NO_SHARES = say(
    "how many people are in each group is not known, and groups are not taken to be equal without saying so"
)
_NO_ORDER = say("the groups have no order from the least to the most advantaged")
_NO_ZERO = say("ratios of these values mean nothing: they may be below zero, or their zero is a matter of convention")
_NO_MEAN = say("the average is not above zero")
_NO_AVERAGE = say("neither the average of the area nor the shares of the groups are known")
_NO_BEST = say(
    "the code list does not say whether high or low values are the good ones (annotation BETTER of the series)"
)
_BELOW = say("the lower of the two values is not above zero")
_NO_LINE = say("no line can be laid through these values")


def inequality(
    partition: Partition, whole: Whole, *, unfit: Sentence | None = None, book: Rulebook = SHIPPED, series: str = ""
) -> Inequality:
    """`book`: what the office has set for this SERIES code. `unfit`: why the values can have no such measures, whatever the groups are
    (`inequality_kind`).

    Groups count by their weights where all that have a value have one, else by how they are made, else not at all.
    """
    most = book.number(_RULE, "most", series) / 100 if book.runs(_RULE, series) else 1.0
    found = Inequality(partition=partition, whole=whole, shares=_shares(partition), most_missing=most)
    known, shares = found.known, found.shares
    if unfit is not None:
        return replace(found, refused=unfit)
    if refused := _refused(found):
        return replace(found, refused=refused, summary=summary(found), notes=notes(found, None))
    portions = _portions(partition, known, shares)
    values = _values(known, portions, partition.ordered, whole)
    found = replace(found, portions=portions)
    line = _line(values, found)
    left_out: dict[str, Sentence] = {}
    measures = []
    for id in MEASURES:
        reason = _why_not(id, values, found, line)
        estimate = None if reason else _FORMULAS[id](values, line)
        if reason or estimate is None:
            left_out[id] = reason or _NO_LINE
            continue
        measures.append(_measure(id, estimate, values, known, found))
    return replace(
        found, measures=tuple(measures), left_out=left_out, summary=summary(found), notes=notes(found, values)
    )


def _shares(partition: Partition) -> Shares:
    held = [group.weight for group in partition.groups if group.value is not None]
    if held and all(weight is not None and weight >= 0 for weight in held) and sum(w or 0.0 for w in held) > 0:
        return Shares.KNOWN
    return Shares.BUILT if partition.built else Shares.UNKNOWN


def _refused(found: Inequality) -> Sentence | None:
    groups, known = found.partition.groups, found.known
    if len(known) < 2:
        return says(
            "Only {n} group has a value: between fewer than two there is no inequality to measure.",
            "{n} groups have a value: between fewer than two there is no inequality to measure.",
            len(known),
        )
    if found.too_few:
        return say(
            "{missing} of {n} groups have no value ({share} %). With more than {most} % missing a measure would tell of those that are "
            "there, not of all.",
            missing=found.missing,
            n=len(groups),
            share=number(100 * found.missing / len(groups)),
            most=number(100 * found.most_missing),
        )
    weights = [(group.weight, group.value is None) for group in groups]
    if found.shares is Shares.KNOWN and all(weight is not None for weight, _ in weights):
        total = sum(weight or 0.0 for weight, _ in weights)
        missing = sum(weight or 0.0 for weight, gone in weights if gone)
        if missing > found.most_missing * total:
            return say(
                "The groups without a value hold {share} % of the people. With more than {most} % missing a measure would tell of "
                "the others only.",
                share=number(100 * missing / total),
                most=number(100 * found.most_missing),
            )
    return None


def _portions(partition: Partition, known: tuple[Group, ...], shares: Shares) -> tuple[float, ...]:
    """Shares of the groups that have a value; () where they are not known."""
    if shares is Shares.UNKNOWN:
        return ()
    made = dict(zip((g.code for g in partition.groups), partition.built, strict=False))
    raw = [made[group.code] if shares is Shares.BUILT else group.weight or 0.0 for group in known]
    return tuple(one / sum(raw) for one in raw)


def _values(known: tuple[Group, ...], portions: tuple[float, ...], ordered: bool, whole: Whole) -> Values:
    y = np.array([group.value for group in known], np.float64)
    highest, lowest = int(y.argmax()), int(y.argmin())
    if highest == lowest:
        # All are alike: two of them are compared, not one with itself.
        lowest = len(y) - 1
    best = None if whole.better is None else highest if whole.better is Better.HIGH else lowest
    return Values(
        y=y,
        se=np.array([np.nan if group.se is None else group.se for group in known], np.float64),
        p=np.array(portions, np.float64) if portions else None,
        mu=whole.value,
        high=len(y) - 1 if ordered else highest,
        low=0 if ordered else lowest,
        best=len(y) - 1 if ordered else best,
    )


def _line(of: Values, found: Inequality) -> Slope | None:
    return slope(of.y, of.p, found.whole.top) if found.partition.ordered and of.p is not None else None


def _why_not(id: str, of: Values, found: Inequality, line: Slope | None) -> Sentence | None:
    if id in _ORDERED and not found.partition.ordered:
        return _NO_ORDER
    if id in _WEIGHTED and of.p is None:
        return _NO_SHARES
    if id in _AVERAGE and of.p is None and of.mu is None:
        return _NO_AVERAGE
    if id in _BEST and of.best is None:
        return _NO_BEST
    if id in _RELATIVE:
        return _why_not_relative(id, of, found, line)
    return None


def _why_not_relative(id: str, of: Values, found: Inequality, line: Slope | None) -> Sentence | None:
    if not found.whole.from_zero or (of.y < 0).any():
        return _NO_ZERO
    if id == "R":
        return None if of.y[of.low] > 0 and of.y[of.high] > 0 else _BELOW
    if id == "RII":
        return None if line is not None else _NO_LINE
    mean = float((of.p * of.y).sum()) if of.p is not None else of.mu
    return None if mean is not None and mean > 0 else _NO_MEAN


def _measure(id: str, estimate: Estimate, of: Values, known: tuple[Group, ...], found: Inequality) -> Measure:
    said = sentence(id, estimate.value, of, known, found)
    return Measure(id, estimate.value, estimate.low, estimate.high, estimate.se, said, unit_of(id, found.whole))


_Formula = Callable[[Values, Slope | None], Estimate | None]

_FORMULAS: Mapping[str, _Formula] = {
    "D": lambda of, _: formulas.difference(of),
    "R": lambda of, _: formulas.ratio(of),
    "MDMU": lambda of, _: formulas.from_average(of, weighted=False, relative=False),
    "MDMW": lambda of, _: formulas.from_average(of, weighted=True, relative=False),
    "MDBU": lambda of, _: formulas.from_best(of, weighted=False),
    "MDBW": lambda of, _: formulas.from_best(of, weighted=True),
    "BGV": lambda of, _: formulas.variance(of),
    "BGSD": lambda of, _: formulas.deviation(of),
    "COV": lambda of, _: formulas.variation(of),
    "IDISU": lambda of, _: formulas.from_average(of, weighted=False, relative=True),
    "IDISW": lambda of, _: formulas.from_average(of, weighted=True, relative=True),
    "TI": lambda of, _: formulas.theil(of),
    "MLD": lambda of, _: formulas.log_deviation(of),
    "ACI": lambda of, _: formulas.concentration(of),
    "RCI": lambda of, _: formulas.relative_concentration(of),
    "SII": lambda of, line: line.index(of.se) if line else None,
    "RII": lambda of, line: line.ratio(of.se) if line else None,
    "PAR": lambda of, _: formulas.attributable(of),
    "PAF": lambda of, _: formulas.attributable_fraction(of),
}
