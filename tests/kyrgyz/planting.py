"""Faults as cities make them, planted with a fixed seed into data that are otherwise as they were published.

One run plants one kind of fault once into every series code that it can happen to, so that no rule sees two of them together.
A fault that changes nothing beyond rounding (areas with the same value) is none and is not planted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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


@dataclass
class Field:
    """The local table as arrays, and the nation's values beside it."""

    rest: npt.NDArray[np.object_]
    area: npt.NDArray[np.object_]
    code: npt.NDArray[np.object_]
    unit: npt.NDArray[np.object_]
    years: Rows
    values: Floats
    #: (series without area, year) -> the nation's value.
    nation: dict[tuple[str, int], float]
    kinds: dict[str, SeriesKind]

    @classmethod
    def of(cls, local: Dataset, national: Dataset, schema: Schema, kinds: dict[str, SeriesKind]) -> Field:
        rest, area = _apart(local, schema)
        above, _ = _apart(national, schema)
        there = zip(above, _years(national), _numbers(national), strict=True)
        table = local.table
        return cls(
            rest,
            area,
            np.array(table["SERIES"].cast(pa.string()).to_pylist(), object),
            np.array(table["UNIT_MEASURE"].cast(pa.string()).to_pylist(), object),
            _years(local),
            _numbers(local),
            {(key, int(year)): float(value) for key, year, value in there},
            kinds,
        )

    def rows(self, rest: str, area: str) -> Rows:
        """In order of time."""
        found = np.flatnonzero((self.rest == rest) & (self.area == area) & np.isfinite(self.values))
        return found[np.argsort(self.years[found])]


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
    """The parts together are 3 to 50 % more than the nation."""

    def plant(bed: Bed, chance: Chance, rest: str, areas: list[str]) -> Planted | None:
        field = bed.field
        area = str(chance.choice(areas))
        rows = np.array([r for r in field.rows(rest, area) if (rest, int(field.years[r])) in field.nation], np.int64)
        if not len(rows):
            return None
        rows = rows if whole else rows[[chance.integers(len(rows))]]
        total = np.array([field.values[(field.rest == rest) & (field.years == field.years[r])].sum() for r in rows])
        nation = np.array([field.nation[rest, int(field.years[r])] for r in rows])
        more = nation * chance.uniform(0.03, 0.5)
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


def planted(fault: str, local: Dataset, field: Field, seed: int) -> tuple[Dataset, list[Planted]]:
    """The table with this fault once in every series code that it can happen to."""
    plant, what, fewest = FAULTS[fault]
    chance = np.random.default_rng([seed, list(FAULTS).index(fault)])
    bed = Bed(field, field.values.copy(), field.years.copy(), np.ones(len(field.values), bool))
    found = []
    for rest, areas in _choices(field, what, fewest, chance):
        if one := plant(bed, chance, rest, areas):
            found.append(replace(one, fault=fault))
    table = local.table
    periods = np.array([parse_period(str(year)) for year in bed.years.tolist()], np.int32)
    for name, column in (("TIME_PERIOD", pa.array(periods)), ("OBS_VALUE", pa.array(bed.values))):
        table = table.set_column(table.column_names.index(name), name, column)
    return replace(local, table=table.filter(pa.array(bed.kept))), found


def _choices(field: Field, what: str, fewest: int, chance: Chance) -> Iterator[tuple[str, list[str]]]:
    for code in sorted(set(field.code.tolist())):
        if what == "count" and field.kinds.get(code) is not SeriesKind.COUNT:
            continue
        mine = field.code == code
        if what == "percent":
            mine &= field.unit == "PT"
        mine &= np.isfinite(field.values)
        long: dict[str, list[str]] = {}
        pairs, counts = np.unique((field.rest[mine] + "|" + field.area[mine]).astype(str), return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            rest, area = pair.split("|")
            if count >= fewest:
                long.setdefault(rest, []).append(area)
        enough = sorted(rest for rest, areas in long.items() if len(areas) >= 2)
        if enough:
            rest = enough[chance.integers(len(enough))]
            yield rest, long[rest]


def _planted(bed: Bed, rest: str, areas: tuple[str, ...], rows: Rows) -> Planted:
    return Planted("", rest, areas, frozenset(bed.field.years[rows].tolist()))


def _common(field: Field, rest: str, one: str, other: str) -> tuple[Rows, Rows]:
    here, there = field.rows(rest, one), field.rows(rest, other)
    _, at, beside = np.intersect1d(field.years[here], field.years[there], return_indices=True)
    return here[at], there[beside]


def _apart(dataset: Dataset, schema: Schema) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """(the key with `*` for the area, the area) of every row."""
    area = np.array(dataset.table["REF_AREA"].cast(pa.string()).to_pylist(), object)
    keys = key_array(dataset.table, schema.structure).to_pylist()
    at = schema.structure.dimension_ids.index("REF_AREA")
    parts = [key.split(".") for key in keys]
    return np.array([".".join((*p[:at], "*", *p[at + 1 :])) for p in parts], object), area


def _numbers(dataset: Dataset) -> Floats:
    return np.asarray(dataset.table["OBS_VALUE"].to_numpy(), np.float64)


def _years(dataset: Dataset) -> Rows:
    """Everything that this office publishes is of whole years."""
    return np.array([int(format_period(code)) for code in dataset.table["TIME_PERIOD"].to_pylist()], np.int64)


def _decimals(values: Floats) -> int:
    return next((n for n in range(7) if np.allclose(values, np.round(values, n), rtol=0, atol=1e-9)), 6)
