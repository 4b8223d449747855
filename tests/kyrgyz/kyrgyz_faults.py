"""Faults as cities make them, planted with a fixed seed into data that are otherwise as they were published.

One run plants one fault into every series code that it can happen to, so that no rule sees two of them together.
A fault that changes nothing beyond rounding (areas with the same value) is none and is not planted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.dataset import Dataset, key_array
from dataexchange.model.period import format_period, parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind

#: A change is beyond rounding from two units of the last printed place and one percent of the value on.
UNITS, PERCENT = 2.0, 0.01
Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Planted:
    """One fault: the kind of it, the series without its area, the areas it is in, the years that it changes."""

    fault: str
    rest: str
    areas: tuple[str, ...]
    years: frozenset[int]

    @property
    def series(self) -> str:
        return self.rest.split(".")[2]


@dataclass(frozen=True)
class Field:
    """The local table as arrays, and the nation's values beside it."""

    unit: npt.NDArray[np.object_]
    years: Rows
    values: Floats
    #: Series code -> series without area -> area -> its rows that have a value, in order of time.
    at: Mapping[str, Mapping[str, Mapping[str, Rows]]]
    #: (series without area, year) -> the nation's value.
    nation: Mapping[tuple[str, int], float]
    kinds: Mapping[str, SeriesKind]

    @classmethod
    def of(cls, local: Dataset, national: Dataset, schema: Schema, kinds: Mapping[str, SeriesKind]) -> Field:
        above = ["*".join((head, tail)) for head, _, tail in _apart(national, schema)]
        there = zip(above, _years(national), _numbers(national), strict=True)
        unit = np.array(local.table["UNIT_MEASURE"].cast(pa.string()).to_pylist(), object)
        years, values = _years(local), _numbers(local)
        found: dict[str, dict[str, dict[str, list[int]]]] = {}
        parts = _apart(local, schema)
        for row in np.argsort(years, kind="stable").tolist():
            if np.isfinite(values[row]):
                head, area, tail = parts[row]
                rest = f"{head}*{tail}"
                found.setdefault(rest.split(".")[2], {}).setdefault(rest, {}).setdefault(area, []).append(row)
        at = {
            code: {
                rest: {area: np.array(rows, np.int64) for area, rows in areas.items()} for rest, areas in rests.items()
            }
            for code, rests in sorted(found.items())
        }
        return cls(unit, years, values, at, {(key, int(y)): float(v) for key, y, v in there}, kinds)

    def rows(self, rest: str, area: str) -> Rows:
        """In order of time."""
        return self.at[rest.split(".")[2]][rest][area]

    def total(self, rest: str, year: int) -> float:
        """Of all areas that have a value."""
        return float(self._areas(rest, year).sum())

    def rounding(self, rest: str, year: int) -> float:
        """What the areas and their nation could be apart by at most if each were rounded to the last place that they all show."""
        values = np.append(self._areas(rest, year), self.nation[rest, year])
        return float(len(values) * 10.0 ** -min(_decimals(values), 6))

    def _areas(self, rest: str, year: int) -> Floats:
        rows = np.concatenate(list(self.at[rest.split(".")[2]][rest].values()))
        return self.values[rows[self.years[rows] == year]]


@dataclass
class Bed:
    """The table on its way to being faulty."""

    field: Field
    values: Floats
    years: Rows
    kept: npt.NDArray[np.bool_]

    def put(self, rows: Rows, values: Floats) -> bool:
        """Whether that changes something beyond rounding."""
        beyond = _beyond_rounding(self.field.values[rows], values)
        if beyond:
            self.values[rows] = values
        return beyond


def _beyond_rounding(old: Floats, new: Floats) -> bool:
    change = np.abs(new - old)
    unit = 10.0 ** -_decimals(old)
    return bool(((change >= UNITS * unit) & (change > PERCENT * np.abs(old))).any())


Chance = np.random.Generator
Plant = Callable[[Bed, Chance, str, list[str]], "Planted | None"]


def _scaled(factor: float, whole: bool) -> Plant:
    def plant(bed: Bed, chance: Chance, rest: str, areas: list[str]) -> Planted | None:
        area = str(chance.choice(areas))
        rows = bed.field.rows(rest, area)
        rows = rows if whole else rows[[chance.integers(len(rows))]]
        return _planted(bed, rest, (area,), rows) if bed.put(rows, bed.field.values[rows] * factor) else None

    return plant


def _all_scaled(factor: float) -> Plant:
    def plant(bed: Bed, chance: Chance, rest: str, areas: list[str]) -> Planted | None:
        rows = np.concatenate([bed.field.rows(rest, area) for area in areas])
        return _planted(bed, rest, tuple(areas), rows) if bed.put(rows, bed.field.values[rows] * factor) else None

    return plant


def _swapped(whole: bool) -> Plant:
    def plant(bed: Bed, chance: Chance, rest: str, areas: list[str]) -> Planted | None:
        one, other = (str(area) for area in chance.choice(areas, 2, replace=False))
        here, there = _common(bed.field, rest, one, other)
        if not len(here):
            return None
        if not whole:
            at = [chance.integers(len(here))]
            here, there = here[at], there[at]
        values = bed.field.values
        rows = np.concatenate([here, there])
        if not bed.put(rows, np.concatenate([values[there], values[here]])):
            return None
        return _planted(bed, rest, (one, other), rows)

    return plant


def _shifted(step: int) -> Plant:
    def plant(bed: Bed, chance: Chance, rest: str, areas: list[str]) -> Planted | None:
        area = str(chance.choice(areas))
        rows = bed.field.rows(rest, area)
        values = dict(zip(bed.field.years[rows].tolist(), bed.field.values[rows].tolist(), strict=True))
        moved = {year + step: value for year, value in values.items()}
        both = sorted(values.keys() & moved.keys())
        if not _beyond_rounding(np.array([values[y] for y in both]), np.array([moved[y] for y in both])):
            return None
        bed.years[rows] += step
        return Planted("", rest, (area,), frozenset(values) | frozenset(moved))

    return plant


def _copied(bed: Bed, chance: Chance, rest: str, areas: list[str]) -> Planted | None:
    """One area's figures stand under another area as well."""
    one, other = (str(area) for area in chance.choice(areas, 2, replace=False))
    here, there = _common(bed.field, rest, one, other)
    if not len(here) or not bed.put(here, bed.field.values[there]):
        return None
    bed.kept[np.setdiff1d(bed.field.rows(rest, one), here)] = False
    return _planted(bed, rest, (one, other), here)


def _twice(bed: Bed, chance: Chance, rest: str, areas: list[str]) -> Planted | None:
    """One area is counted within another as well."""
    one, other = (str(area) for area in chance.choice(areas, 2, replace=False))
    here, there = _common(bed.field, rest, one, other)
    values = bed.field.values
    return _planted(bed, rest, (one, other), here) if bed.put(here, values[here] + values[there]) else None


def _exceeding(whole: bool) -> Plant:
    """The parts together are 3 to 50 % more than the nation, and more than their rounding explains."""

    def plant(bed: Bed, chance: Chance, rest: str, areas: list[str]) -> Planted | None:
        field = bed.field
        area = str(chance.choice(areas))
        rows = np.array([r for r in field.rows(rest, area) if (rest, int(field.years[r])) in field.nation], np.int64)
        if not len(rows):
            return None
        rows = rows if whole else rows[[chance.integers(len(rows))]]
        total = np.array([field.total(rest, year) for year in field.years[rows].tolist()])
        nation = np.array([field.nation[rest, year] for year in field.years[rows].tolist()])
        year = field.years[rows].tolist()
        more = np.maximum(nation * chance.uniform(0.03, 0.5), [field.rounding(rest, y) for y in year])
        if (field.unit[rows] == "NUMBER").all():
            more = np.ceil(more)
        raised = np.maximum(field.values[rows], field.values[rows] + nation - total + more)
        raised = np.round(raised, _decimals(field.values[rows]))
        return _planted(bed, rest, (area,), rows) if bed.put(rows, raised) else None

    return plant


#: The fault, whether it can happen to counts, to percentages, and the fewest periods of a series that it is planted into.
FAULTS: dict[str, tuple[Plant, str, int]] = {
    "unit x1000, a series": (_scaled(1000.0, True), "any", 1),
    "unit x1000, a year": (_scaled(1000.0, False), "any", 1),
    "areas swapped, a series": (_swapped(True), "any", 1),
    "areas swapped, a year": (_swapped(False), "any", 1),
    "a year later": (_shifted(1), "any", 3),
    "a year earlier": (_shifted(-1), "any", 3),
    "district duplicated": (_copied, "any", 1),
    "district counted twice": (_twice, "count", 1),
    "share for percentage, a series": (_scaled(0.01, True), "percent", 1),
    "share for percentage, a year": (_scaled(0.01, False), "percent", 1),
    "share for percentage, all areas": (_all_scaled(0.01), "percent", 1),
    "negative remainder, a year": (_exceeding(False), "count", 1),
    "negative remainder, a series": (_exceeding(True), "count", 1),
}


def planted(faults: Sequence[str], local: Dataset, field: Field, seed: int) -> tuple[Dataset, list[Planted]]:
    """The table with one of these faults in every series code, in turn, where it can happen to it; another seed goes on in the turn."""
    bed = Bed(field, field.values.copy(), field.years.copy(), np.ones(len(field.values), bool))
    found = []
    for number, code in enumerate(field.at):
        fault = faults[(number + seed) % len(faults)]
        plant, what, fewest = FAULTS[fault]
        chance = np.random.default_rng([seed, number, list(FAULTS).index(fault)])
        long = {
            rest: areas
            for rest, areas in _long(field, code, fewest).items()
            if len(areas) > 1 and _fits(field, rest, what)
        }
        if long:
            rest = sorted(long)[chance.integers(len(long))]
            if one := plant(bed, chance, rest, long[rest]):
                found.append(replace(one, fault=fault))
    table = local.table
    periods = np.array([parse_period(str(year)) for year in bed.years.tolist()], np.int32)
    for name, column in (("TIME_PERIOD", pa.array(periods)), ("OBS_VALUE", pa.array(bed.values))):
        table = table.set_column(table.column_names.index(name), name, column)
    return replace(local, table=table.filter(pa.array(bed.kept))), found


def _long(field: Field, code: str, fewest: int) -> dict[str, list[str]]:
    """Series without area -> the areas that have it for so many years at least."""
    found: dict[str, list[str]] = {}
    for rest, areas in field.at[code].items():
        if long := [area for area, rows in areas.items() if len(rows) >= fewest]:
            found[rest] = long
    return found


def _fits(field: Field, rest: str, what: str) -> bool:
    if what == "count":
        return field.kinds.get(rest.split(".")[2]) is SeriesKind.COUNT
    first = next(iter(field.at[rest.split(".")[2]][rest].values()))
    return what == "any" or field.unit[first[0]] == "PT"


def _planted(bed: Bed, rest: str, areas: tuple[str, ...], rows: Rows) -> Planted:
    return Planted("", rest, areas, frozenset(bed.field.years[rows].tolist()))


def _common(field: Field, rest: str, one: str, other: str) -> tuple[Rows, Rows]:
    here, there = field.rows(rest, one), field.rows(rest, other)
    _, at, beside = np.intersect1d(field.years[here], field.years[there], return_indices=True)
    return here[at], there[beside]


def _apart(dataset: Dataset, schema: Schema) -> list[tuple[str, str, str]]:
    """What stands before the area in the key of every row, the area, and what comes after it."""
    at = schema.structure.dimension_ids.index("REF_AREA")
    parts = [key.split(".") for key in key_array(dataset.table, schema.structure).to_pylist()]
    return [(".".join((*p[:at], "")), p[at], ".".join(("", *p[at + 1 :]))) for p in parts]


def _numbers(dataset: Dataset) -> Floats:
    return np.asarray(dataset.table["OBS_VALUE"].to_numpy(), np.float64)


def _years(dataset: Dataset) -> Rows:
    """Everything that this office publishes is of whole years."""
    return np.array([int(format_period(code)) for code in dataset.table["TIME_PERIOD"].to_pylist()], np.int64)


def _decimals(values: Floats) -> int:
    return next((n for n in range(7) if np.allclose(values, np.round(values, n), rtol=0, atol=1e-9)), 6)
