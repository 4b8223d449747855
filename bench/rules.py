"""All rules over what a country of cities publishes: each city with its districts, against the national office's values for the nation and
every city. One million observations are fifty cities of 24 districts, thirteen indicators for women, men and all, twenty years.

Most of it is consistent, as published data are: counts add up, ratios pool with the population, all is rounded. In one series of a hundred
something is wrong: thousands for units, a share for a percentage, a year that was mistyped.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.data import _code_array, schema
from bench.figures import Figure
from dataexchange.model.dataset import COLUMN, ROW, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Annotation, Item
from dataexchange.pipeline import coherence, validation
from dataexchange.workflow.uncollected import uncollected

YEARS, DISTRICTS, SEXES = 20, 24, ("_T", "F", "M")
POPULATION = "_L_POPULATION"
COUNTS = ("SH_STA_TRAFN", "SH_STA_SCIDEN", "VC_IHR_PSRCN", "VC_DSR_MORT")
RATIOS = ("SI_POV_NAHC", "SP_ACS_BSRVH2O", "EG_ACS_ELEC", "SH_H2O_SAFE", "SL_TLF_UEM")
MEANS = ("EN_ATM_PM25", "AG_FOOD_WST_PC", "EN_URB_OPENSP")
CODES = (POPULATION, *COUNTS, *RATIOS, *MEANS)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Country:
    schema: Schema
    local: Dataset
    national: Dataset


def country(cities: int) -> Country:
    known = _with_areas(schema(), cities)
    chance = np.random.default_rng(6)
    districts = _values(chance, cities)
    city = {code: _pooled(code, values, districts[POPULATION]) for code, values in districts.items()}
    nation = {code: _pooled(code, values[None], city[POPULATION][None]) for code, values in city.items()}
    rounded = [{c: np.round(v, _places(c)) for c, v in level.items()} for level in (districts, city, nation)]
    names = [f"NT_C{i:03}" for i in range(cities)]
    local = [f"{name}{tail}" for name in names for tail in ("", *(f"_D{i:02}" for i in range(DISTRICTS)))]
    values = [
        np.concatenate((rounded[1][c][:, None], rounded[0][c]), axis=1).reshape(-1, *rounded[0][c].shape[2:])
        for c in CODES
    ]
    national = [np.concatenate((rounded[2][c], rounded[1][c])) for c in CODES]
    return Country(known, _dataset(known, local, _faulty(chance, values)), _dataset(known, ["NT", *names], national))


def _values(chance: np.random.Generator, cities: int) -> dict[str, Floats]:
    """By code: city, district, sex (all, women, men), year."""
    shape = (cities, DISTRICTS, 3, YEARS)
    size = np.exp(chance.normal(10, 1, (cities, DISTRICTS, 1, 1))) * 1.01 ** np.arange(YEARS)
    women = chance.uniform(0.49, 0.52, (cities, DISTRICTS, 1, 1))
    found = {POPULATION: np.rint(np.concatenate((size, size * women, size * (1 - women)), axis=2))}
    found[POPULATION][:, :, 0] = found[POPULATION][:, :, 1] + found[POPULATION][:, :, 2]
    for code in COUNTS:
        events = chance.poisson(found[POPULATION] * 0.003).astype(np.float64)
        events[:, :, 0] = events[:, :, 1] + events[:, :, 2]
        found[code] = events
    for code in (*RATIOS, *MEANS):
        level = chance.normal(0, 0.3, (cities, DISTRICTS, 1, 1)) + chance.normal(0, 0.02, shape).cumsum(axis=3)
        found[code] = 100 / (1 + np.exp(1 - level))
        weights = found[POPULATION]
        found[code][:, :, 0] = (found[code][:, :, 1:] * weights[:, :, 1:]).sum(axis=2) / weights[:, :, 1:].sum(axis=2)
    return found


def _pooled(code: str, values: Floats, weights: Floats) -> Floats:
    """Parts stand along axis 1."""
    if code == POPULATION or code in COUNTS:
        return values.sum(axis=1)
    return (values * weights).sum(axis=1) / weights.sum(axis=1)


def _places(code: str) -> int:
    return 0 if code == POPULATION or code in COUNTS else 2


def _faulty(chance: np.random.Generator, values: list[Floats]) -> list[Floats]:
    found = []
    for code, one in zip(CODES, values, strict=True):
        areas, wrong = one.shape[0], one.copy()
        for area in chance.choice(areas, max(1, areas // 100), replace=False).tolist() if code != POPULATION else ():
            if chance.random() < 0.5:
                wrong[area, 0, chance.integers(YEARS)] *= 10
            else:
                wrong[area, 0] *= 1000 if code in COUNTS else 0.01
        found.append(np.round(wrong, 4))
    return found


@cache
def _periods() -> list[int]:
    return [parse_period(str(2004 + year)) for year in range(YEARS)]


def _dataset(known: Schema, areas: list[str], values: list[Floats]) -> Dataset:
    """By code, area, sex and year, as a table from a file."""
    flat = np.concatenate([one.reshape(-1) for one in values])
    series = len(CODES) * len(areas) * len(SEXES)
    place = np.arange(series)
    code = place // (len(areas) * len(SEXES))
    varied = {
        "SERIES": (list(CODES), code),
        "REF_AREA": (areas, place // len(SEXES) % len(areas)),
        "SEX": (list(SEXES), place % len(SEXES)),
    }
    fixed = {"FREQ": "A", "REPORTING_TYPE": "N"}
    columns: dict[str, pa.Array] = {}
    for dimension in known.structure.dimension_ids:
        words, indices = varied.get(dimension, ([fixed.get(dimension, "_T")], np.zeros(series)))
        columns[dimension] = _code_array(words, np.repeat(indices, YEARS))
    columns["TIME_PERIOD"] = pa.array(np.tile(np.array(_periods(), np.int32), series))
    columns["OBS_VALUE"] = pa.array(flat)
    units = [next(iter(_unit(known, c))) for c in CODES]
    distinct = list(dict.fromkeys(units))
    columns["UNIT_MEASURE"] = _code_array(
        distinct, np.repeat(np.array([distinct.index(u) for u in units])[code], YEARS)
    )
    columns["OBS_STATUS"] = _code_array(["A", "E"], np.arange(len(flat)) % 7 == 0)
    columns["UNIT_MULT"] = _code_array(["0"], np.zeros(len(flat)))
    columns["NATURE"] = _code_array(["C"], np.zeros(len(flat)))
    columns[ROW] = pa.array(np.arange(2, len(flat) + 2, dtype=np.int32))
    columns[COLUMN] = _code_array(["Value"], np.zeros(len(flat)))
    return Dataset(known.structure.ref, pa.table(columns), file="cities.csv")


def _unit(known: Schema, code: str) -> tuple[str, ...]:
    return tuple(filter(None, (known.codes["SERIES"][code].annotation("UNIT"),))) or ("NUMBER",)


def _with_areas(known: Schema, cities: int) -> Schema:
    """A nation whose cities are all of it, and each city's districts all of the city."""
    parted = (Annotation(type="PARTITION", title="exhaustive"),)
    items = [Item(id="NT", names={"en": "Nation"}, annotations=parted)]
    for i in range(cities):
        city = f"NT_C{i:03}"
        items.append(Item(id=city, names={"en": f"City {i}"}, parent="NT", annotations=parted))
        items += [Item(id=f"{city}_D{d:02}", names={"en": f"District {d}"}, parent=city) for d in range(DISTRICTS)]
    codes = {**known.codes, "REF_AREA": {item.id: item for item in items}}
    ref = next(r for r in known.codelists if r.id == "CL_AREA")
    lists = {**known.codelists, ref: replace(known.codelists[ref], items=tuple(items))}
    return replace(known, codes=codes, codelists=lists)


def measure(cities: int) -> dict[str, float]:
    """Seconds of both steps and peak memory (MB), of a process that does nothing else; as a submission is checked."""
    made = country(cities)
    before = _peak()
    with uncollected():
        started = perf_counter()
        within = validation.validate(made.local, made.schema)
        middle = perf_counter()
        comparisons, beside = coherence.compare(made.local, made.national, made.schema)
        ended = perf_counter()
    return {
        "observations": float(made.local.n),
        "within": middle - started,
        "beside": ended - middle,
        "peak": _peak(),
        "before": before,
        "comparisons": float(len(comparisons)),
        "findings": float(len(within) + len(beside)),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(cities: int) -> dict[str, float]:
    """The same in a process of its own."""
    ran = subprocess.run([sys.executable, "-m", "bench.rules", str(cities)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def run(cities: tuple[int, ...] = (5, 50, 500)) -> list[Figure]:
    measured = [alone(n) for n in cities]
    figures = []
    for one in measured:
        name = f"all rules, {one['observations'] / 1e6:.1f} million observations"
        is_bar = 0.9e6 < one["observations"] < 1.1e6
        total = one["within"] + one["beside"]
        figures.append(Figure(name, total, "s", 10.0 if is_bar else None, below=True))
        figures.append(Figure(f"{name}: coherence alone", one["beside"], "s", 3.0 if is_bar else None, below=True))
        figures.append(Figure(f"{name}: memory", one["peak"], "MB", 1024.0 if is_bar else None, below=True))
    first, last = measured[0], measured[-1]
    rate = [(one["within"] + one["beside"]) / one["observations"] for one in (first, last)]
    figures.append(Figure("all rules: time for each observation, most against fewest", rate[1] / rate[0], "times"))
    return figures


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
