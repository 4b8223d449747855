"""What each measure says, in one sentence that can be told in any language."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dataexchange.model.inequality import Group, Inequality, Whole
from dataexchange.model.sentence import Sentence, Value, say
from dataexchange.pipeline.inequality_formulas import Values

#: Unit of a percentage; distances between percentages are in percentage points.
PERCENT = "PT"
#: In the unit of the values themselves; the others are plain numbers, or per cent.
_ABSOLUTE = frozenset(("D", "MDMU", "MDMW", "MDBU", "MDBW", "BGSD", "ACI", "SII", "PAR"))
_PER_CENT = frozenset(("COV", "IDISU", "IDISW", "RCI", "PAF"))


def number(value: float) -> int | float:
    """Three digits that tell something, and whole numbers whole.

    >>> number(61.3727), number(3.2345), number(123456.7), number(0.0)
    (61.4, 3.23, 123457, 0)
    """
    if value == 0 or not math.isfinite(value):
        return 0
    rounded = round(value, max(0, 2 - math.floor(math.log10(abs(value)))))
    return int(rounded) if rounded == int(rounded) else rounded


def unit_of(id: str, whole: Whole) -> str:
    """`percentage points`, `%`, or the name of the unit; "" for a plain number."""
    if id in _PER_CENT:
        return "%"
    if id not in _ABSOLUTE:
        return ""
    return "percentage points" if whole.unit == PERCENT else whole.unit_name


def apart(value: float, whole: Whole) -> Value:
    """A distance with its unit."""
    if whole.unit == PERCENT:
        return say("{value} percentage points", value=number(value))
    return number(value)


def sentence(id: str, value: float, of: Values, groups: Sequence[Group], found: Inequality) -> Sentence:
    """`groups` are those with a value, in the order of `of`."""
    whole = found.whole
    high, low = groups[of.high], groups[of.low]
    told: dict[str, Value] = {"value": apart(value, whole) if unit_of(id, whole) not in ("", "%") else number(value)}
    if id in _SAME and bool((of.y == of.y[0]).all()):
        return _told(_SAME[id], {"most": number(of.y[0])} if id == "D" else {})
    if id == "D":
        ends = {"high": high.name, "low": low.name, "most": number(of.y[of.high]), "least": number(of.y[of.low])}
        return _told(_DIFFERENCE if found.partition.ordered else _RANGE, {**ends, **told})
    if id == "R":
        return say("The value of {high} is {value} times that of {low}.", high=high.name, low=low.name, **told)
    if id in ("MDBU", "MDBW", "PAR", "PAF") and of.best is not None:
        told["best"] = groups[of.best].name
    if id in ("ACI", "RCI", "SII", "PAR", "PAF") and value < 0:
        told["value"] = apart(-value, whole) if id in _ABSOLUTE else number(-value)
        return _told(_NEGATIVE[id], told)
    return _told(_SAID[id], told)


def _told(text: str, told: Mapping[str, Value]) -> Sentence:
    return Sentence(text, tuple(told.items()))


_DIFFERENCE = say(
    "{high}, the most advantaged group, has {most}; {low}, the least advantaged, has {least}: a difference of {value}."
).text
_RANGE = say("{high} has the highest value, {most}; {low} the lowest, {least}: a difference of {value}.").text

#: Where all groups have the same value.
_SAME = {
    "D": say("All groups have the same value, {most}: there is no difference.").text,
    "R": say("All groups have the same value: none is higher than another.").text,
    "PAR": say("All groups have the same value: none is better than another.").text,
    "PAF": say("All groups have the same value: none is better than another.").text,
}
#: Text under the id of a measure; passed through `say` so that it is collected for translators.
_SAID = {
    "MDMU": say("On average over the groups, each counted once, a group is {value} away from the average.").text,
    "MDMW": say("On average over the people, a group is {value} away from the average.").text,
    "MDBU": say(
        "On average over the groups, each counted once, a group is {value} away from {best}, the best one."
    ).text,
    "MDBW": say("On average over the people, a group is {value} away from {best}, the best one.").text,
    "BGV": say(
        "The mean square of the distance from the average over the people is {value}: large distances count most."
    ).text,
    "BGSD": say("The typical distance of a group from the average is {value}, large distances counting more.").text,
    "COV": say("The typical distance of a group from the average is {value} % of the average.").text,
    "IDISU": say(
        "On average over the groups, each counted once, a group is {value} % of the average away from it."
    ).text,
    "IDISW": say("On average over the people, a group is {value} % of the average away from it.").text,
    "TI": say(
        "Theil index, 0 where all groups are alike: {value} (times 1,000). Groups far above the average count most."
    ).text,
    "MLD": say(
        "Mean log deviation, 0 where all groups are alike: {value} (times 1,000). Groups far below the average count most."
    ).text,
    "ACI": say("Higher values lie with the more advantaged groups: {value} on a scale where 0 is evenly spread.").text,
    "RCI": say(
        "Higher values lie with the more advantaged groups: {value} % of the average, where 0 is evenly spread."
    ).text,
    "SII": say(
        "From the least to the most advantaged person, along a line through all groups, the value rises by {value}."
    ).text,
    "RII": say(
        "At the most advantaged end of a line through all groups the value is {value} times that at the least advantaged end."
    ).text,
    "PAR": say("If all groups were as {best}, the average would be {value} higher.").text,
    "PAF": say("If all groups were as {best}, the average would be {value} % higher.").text,
}
_NEGATIVE = {
    "ACI": say("Higher values lie with the less advantaged groups: {value} on a scale where 0 is evenly spread.").text,
    "RCI": say(
        "Higher values lie with the less advantaged groups: {value} % of the average, where 0 is evenly spread."
    ).text,
    "SII": say(
        "From the least to the most advantaged person, along a line through all groups, the value falls by {value}."
    ).text,
    "PAR": say("If all groups were as {best}, the average would be {value} lower.").text,
    "PAF": say("If all groups were as {best}, the average would be {value} % lower.").text,
}
