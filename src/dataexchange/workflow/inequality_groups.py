"""What the people of a series can be divided by, and the groups of one such partition in one period.

A partition is the districts of the area, in each way in which it is divided, or the breakdown of one dimension (SEX, AGE …) of a series
that is a total there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dataexchange.model.areas import Areas, Partition
from dataexchange.model.breakdown_order import ASIDE, divisions
from dataexchange.model.comparison import SeriesLine
from dataexchange.model.inequality import DISTRICTS, Group
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema

_AREA = "REF_AREA"
#: What is no breakdown of people.
_NOT_PEOPLE = frozenset(("FREQ", "REPORTING_TYPE", "SERIES", _AREA, "ACTIVITY", "PRODUCT", "TIME_PERIOD"))
_SUPPRESSED = "Q"
#: 95 % bounds lie so many standard errors apart.
_BOUNDS = 3.92


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to divide: its id and name, and the key of each group's series by its code, in order.

    `also` are other ids that it is asked for by, `areas` the partition of areas that it is, if it is one: its districts may change in time.
    """

    id: str
    name: str
    dimension: str
    keys: Mapping[str, str]
    ordered: bool = False
    exhaustive: bool = False
    built: tuple[float, ...] = ()
    also: frozenset[str] = field(default_factory=frozenset)
    areas: Partition | None = None

    def at(self, period: str) -> tuple[str, ...]:
        """The codes of the groups that there are in a period."""
        if self.areas is None or not self.areas.valid or not period:
            return tuple(self.keys)
        there = self.areas.at(parse_period(period))
        return tuple(code for code in self.keys if code in there)


def ways(schema: Schema, line: SeriesLine, siblings: Sequence[str]) -> tuple[Way, ...]:
    """Districts first, then the dimensions in the order of the structure. `siblings` are the keys of the same area and SERIES."""
    return (*_districts(schema, line), *_breakdowns(schema, line, siblings))


def groups(way: Way, lines: Mapping[str, SeriesLine], schema: Schema, unit: str | None, period: str) -> list[Group]:
    """Every group of the partition; those of another unit have no value here."""
    found = []
    for code in way.at(period):
        key = way.keys[code]
        name = schema.code_name(way.dimension, code)
        line = lines.get(key)
        at = place(line, period) if line is not None and line.attributes.get("UNIT_MEASURE") == unit else None
        if line is None or at is None:
            found.append(Group(code=code, name=name, key=key if line is not None else ""))
            continue
        value = scaled(line, at, line.values[at])
        withheld = value is None and line.statuses[at] == _SUPPRESSED
        error = None if value is None else _error(line, at)
        found.append(Group(code=code, name=name, value=value, se=error, suppressed=withheld, key=key))
    return found


def common_period(way: Way, lines: Mapping[str, SeriesLine]) -> str | None:
    """The latest of the periods in which most of the groups that there were then have a value."""
    there: dict[str, frozenset[str]] = {}
    counts: dict[str, int] = {}
    for code, key in way.keys.items():
        line = lines.get(key)
        for period, value in zip(line.periods, line.values, strict=True) if line else ():
            if value is None or not period:
                continue
            if period not in there:
                there[period] = frozenset(way.at(period))
            if code in there[period]:
                counts[period] = counts.get(period, 0) + 1
    return max(counts, key=lambda period: (counts[period] / len(there[period]), parse_period(period)), default=None)


def place(line: SeriesLine, period: str) -> int | None:
    return line.periods.index(period) if period in line.periods else None


def scaled(line: SeriesLine, at: int, value: float | None) -> float | None:
    """A value in units: UNIT_MULT applied. NaN and the infinities are no values."""
    if value is None or not math.isfinite(value):
        return None
    said = line.notes["UNIT_MULT"][at] if "UNIT_MULT" in line.notes else line.attributes.get("UNIT_MULT")
    power = int(said) if said and said.lstrip("-").isdigit() and abs(int(said)) <= 30 else 0
    return value * 10.0**power if power >= 0 else value / 10.0**-power


def _error(line: SeriesLine, at: int) -> float | None:
    """(upper - lower) / 3.92: bounds are taken for those of a 95 % interval, as they are in the comparison with the nation."""
    low, high = (_bound(line, name, at) for name in ("LOWER_BOUND", "UPPER_BOUND"))
    return (high - low) / _BOUNDS if low is not None and high is not None and high >= low else None


def _bound(line: SeriesLine, name: str, at: int) -> float | None:
    said = line.notes[name][at] if name in line.notes else line.attributes.get(name)
    try:
        return None if said is None else scaled(line, at, float(said))
    except ValueError:
        return None


def _districts(schema: Schema, line: SeriesLine) -> list[Way]:
    """Each partition of the area: the first is `districts`, further ones `districts:NAME`. By its name the first is found, too."""
    area = line.codes.get(_AREA)
    found: dict[str, Way] = {}
    for n, parts in enumerate(Areas.of(schema).partitions(area) if area else (), 1):
        named = f"{DISTRICTS}:{parts.name or n}"
        id = named if found else DISTRICTS
        if id in found or any(id in way.also for way in found.values()):
            # Two sources have one of that name, with other parts.
            named = id = f"{named}:{n}"
        found[id] = Way(
            id=id,
            also=frozenset((named,)),
            name=f"{parts.name[:1].upper()}{parts.name[1:]}" or "Areas inside",
            dimension=_AREA,
            keys={part: _with(line, _AREA, part) for part in sorted(parts.parts)},
            exhaustive=parts.exhaustive,
            areas=parts,
        )
    return list(found.values())


def _breakdowns(schema: Schema, line: SeriesLine, siblings: Sequence[str]) -> list[Way]:
    dimensions = tuple(line.codes)
    own = tuple(line.codes.values())
    published: dict[str, dict[str, str]] = {}
    for key in siblings:
        codes = key.split(".")
        unlike = [i for i, (one, other) in enumerate(zip(own, codes, strict=True)) if one != other]
        if len(unlike) == 1 and own[unlike[0]] in ASIDE:
            published.setdefault(dimensions[unlike[0]], {})[codes[unlike[0]]] = key
    found = []
    for dimension in dimensions:
        if dimension in _NOT_PEOPLE or dimension not in published:
            continue
        items = schema.codes.get(dimension, {})
        for division in divisions(dimension, published[dimension], items):
            name = division.name or _name(schema, dimension)
            found.append(
                Way(
                    id=f"{dimension}:{division.family}" if division.family else dimension,
                    name=name if division.name or not division.family else f"{name} ({division.family})",
                    dimension=dimension,
                    keys={code: published[dimension].get(code, "") for code in division.codes},
                    ordered=division.ordered,
                    exhaustive=division.exhaustive,
                    built=division.built,
                )
            )
    return found


def _name(schema: Schema, dimension: str) -> str:
    component = next((c for c in schema.structure.components() if c.id == dimension), None)
    return schema.component_name(component) if component else dimension


def _with(line: SeriesLine, dimension: str, code: str) -> str:
    return ".".join(code if name == dimension else own for name, own in line.codes.items())
