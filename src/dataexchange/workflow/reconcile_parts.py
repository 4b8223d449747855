"""Which areas have to make a national value together: all parts of an exhaustive partition, or some and the rest as a part of its own.

An area may be parted in several ways; each of them makes the whole by itself. A city alone is never stretched to its nation. Where parts
lack, their names are told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataexchange.errors import InvalidRequest
from dataexchange.model.areas import ADMINISTRATIVE, Areas, Partition, boundary
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, listed, say, says
from dataexchange.workflow.reconcile_figures import AREA, Figure

#: Areas that lack and are named in one sentence.
_NAMED = 5


#: What the partition of the code list, which has no name, is asked for by.
OF_THE_CODE_LIST = "codelist"


@dataclass(frozen=True, slots=True)
class Whole:
    """An area with what is below it in one way; `parts` are those of all times. `partition`: the exhaustive one that they are, None where
    they are not declared to be all of it."""

    area: str
    parts: tuple[str, ...]
    partition: Partition | None = None

    @property
    def name(self) -> str | None:
        return None if self.partition is None else self.partition.name or OF_THE_CODE_LIST

    def at(self, period: str) -> Sequence[str]:
        """The parts that there are in a period."""
        if self.partition is None or not self.partition.valid:
            return self.parts
        return sorted(self.partition.at(parse_period(period)))

    @property
    def rest(self) -> str:
        return f"{self.area}_REST"

    @property
    def unknown(self) -> str:
        return f"{self.area}_U"

    @property
    def scope(self) -> tuple[str, ...]:
        """Every area that a reconciliation to this whole may write of."""
        return (*self.parts, self.rest, self.unknown)


def wholes(schema: Schema, area: str | None = None, partition: str | None = None) -> tuple[tuple[Whole, ...], ...]:
    """Of every area that has some below it, or of the one named, all exhaustive partitions, or that of a name; without any the areas below.

    Raises InvalidRequest where no area has a partition of that name.
    """
    areas, below = Areas.of(schema), dict[str, list[str]]()
    for code, item in schema.codes.get(AREA, {}).items():
        if item.parent and boundary(code)[1] == ADMINISTRATIVE and not code.endswith(("_REST", "_U")):
            below.setdefault(item.parent, []).append(code)
    asked = [area] if area else dict.fromkeys((*below, *areas.divided))
    found = [ways for one in asked if (ways := _ways(areas, one, below))]
    if partition is None:
        return tuple(found)
    named = [tuple(way for way in ways if way.name == partition) for ways in found]
    if not any(named):
        known = sorted({way.name for ways in found for way in ways if way.name})
        raise InvalidRequest(
            f"write the name of an exhaustive partition of an area: {', '.join(known) or 'there is none'}",
            parameter="partition",
            value=partition,
        )
    return tuple(ways for ways in named if ways)


def _ways(areas: Areas, area: str, below: Mapping[str, Sequence[str]]) -> tuple[Whole, ...]:
    declared = [one for one in areas.partitions(area) if one.exhaustive]
    if not declared:
        return (Whole(area, tuple(sorted(below.get(area, ())))),)
    return tuple(Whole(area, tuple(sorted(one.parts)), one) for one in declared)


def together(
    whole: Whole, there: Mapping[str, Figure], elsewhere: Mapping[str, Figure], period: str
) -> tuple[tuple[Figure, ...], Sentence | None]:
    """The figures that have to make the whole in a period, and why they do not (None: they do).

    `elsewhere` are the nation's own: a rest that the cities do not send may come from there.
    """
    parts = whole.at(period)
    found = tuple(there[a] for a in parts if a in there and math.isfinite(there[a].value(period)))
    unknown = there.get(whole.unknown)
    if unknown is not None and math.isfinite(unknown.value(period)):
        found = (*found, unknown)
    lacking = [a for a in parts if a not in {f.line.area for f in found}]
    if whole.partition is not None and not lacking:
        return found, None
    rest = there.get(whole.rest) or elsewhere.get(whole.rest)
    if found and rest is not None and math.isfinite(rest.value(period)):
        return (*found, rest), None
    return found, _lack(whole, lacking, there, period)


def _lack(whole: Whole, lacking: Sequence[str], there: Mapping[str, Figure], period: str) -> Sentence:
    if whole.partition is None:
        return say(
            "the areas below {area} are not declared to be all of it (PARTITION exhaustive), and {rest} has no value",
            area=whole.area,
            rest=whole.rest,
        )
    unfit = next(
        ((a, why) for a in lacking if a in there and period in there[a].at and (why := there[a].unfit(period))), None
    )
    named = listed([*lacking[:_NAMED], *(["…"] if len(lacking) > _NAMED else [])])
    lack = says("{n} part lacks a value ({areas}), and {rest} has none", "{n} parts lack a value ({areas}), and {rest} has none",
                len(lacking), areas=named, rest=whole.rest)  # fmt: skip
    return (
        lack
        if unfit is None
        else say("{lack}; that of {area} is not used: {why}", lack=lack, area=unfit[0], why=unfit[1])
    )
