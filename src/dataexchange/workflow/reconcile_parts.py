"""Which areas have to make a national value together: all parts of an exhaustive partition, or some and the rest as a part of its own.

A city alone is never stretched to its nation. Where parts lack, their names are told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.areas import ADMINISTRATIVE, Areas, boundary
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, listed, say, says
from dataexchange.workflow.reconcile_figures import AREA, Figure

#: Areas that lack and are named in one sentence.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Whole:
    """An area with what is below it. `exhaustive`: the parts are declared to be all of it."""

    area: str
    parts: tuple[str, ...]
    exhaustive: bool

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


def wholes(schema: Schema, area: str | None = None) -> tuple[Whole, ...]:
    """All areas that have some below them, or the one named."""
    areas, below = Areas.of(schema), dict[str, list[str]]()
    for code, item in schema.codes.get(AREA, {}).items():
        if item.parent and boundary(code)[1] == ADMINISTRATIVE and not code.endswith(("_REST", "_U")):
            below.setdefault(item.parent, []).append(code)
    return tuple(_whole(areas, one, below) for one in ([area] if area else below))


def _whole(areas: Areas, area: str, below: Mapping[str, Sequence[str]]) -> Whole:
    declared = areas.partition(area)
    return Whole(area, tuple(sorted(declared or below.get(area, ()))), bool(declared))


def together(
    whole: Whole, there: Mapping[str, Figure], elsewhere: Mapping[str, Figure], period: str
) -> tuple[tuple[Figure, ...], Sentence | None]:
    """The figures that have to make the whole in a period, and why they do not (None: they do).

    `elsewhere` are the nation's own: a rest that the cities do not send may come from there.
    """
    found = tuple(there[a] for a in whole.parts if a in there and math.isfinite(there[a].value(period)))
    unknown = there.get(whole.unknown)
    if unknown is not None and math.isfinite(unknown.value(period)):
        found = (*found, unknown)
    lacking = [a for a in whole.parts if a not in {f.line.area for f in found}]
    if whole.exhaustive and not lacking:
        return found, None
    rest = there.get(whole.rest) or elsewhere.get(whole.rest)
    if found and rest is not None and math.isfinite(rest.value(period)):
        return (*found, rest), None
    return found, _lack(whole, lacking, there, period)


def _lack(whole: Whole, lacking: Sequence[str], there: Mapping[str, Figure], period: str) -> Sentence:
    if not whole.exhaustive:
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
