"""A table like a city's, only larger: as many series as wanted of twenty years each, under DX:SDG_LOCAL."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, DataStructure

YEARS = 20
INDICATORS = 50


def schema() -> Schema:
    artefacts = shipped_structures()
    structure = next(a for a in artefacts if isinstance(a, DataStructure))
    flow = next(a for a in artefacts if isinstance(a, Dataflow) and a.id == "DF_SDG_LOCAL")
    return Schema.assemble(structure, flow, {a.ref: a for a in artefacts})


def dataset(known: Schema, n_series: int, *, first: int = 0, areas: int = 500, seed: int = 1) -> Dataset:
    """Areas by series by sex by age, with decimal values, one status, a multiplier and a unit. `first` is the number of the first series,
    so that a table may follow another."""
    structure = known.structure
    series = np.arange(first, first + n_series)
    varied = {
        "REF_AREA": (_codes("GB_BRS_E0501", areas), series % areas),
        "SERIES": (_listed(known, "SERIES", INDICATORS), series // areas % INDICATORS),
        "SEX": (["_T", "F"], series // (areas * INDICATORS) % 2),
        "AGE": (["_T", "Y15T24", "Y25T64", "Y_GE65"], series // (areas * INDICATORS * 2) % 4),
    }
    fixed = {"FREQ": "A", "REPORTING_TYPE": "N"}
    columns: dict[str, pa.Array] = {}
    for dimension in structure.dimension_ids:
        words, indices = varied.get(dimension, ([fixed.get(dimension, "_T")], np.zeros(n_series)))
        columns[dimension] = _code_array(words, np.repeat(indices, YEARS))
    periods = np.array([parse_period(str(2004 + i)) for i in range(YEARS)], dtype=np.int32)
    n = n_series * YEARS
    columns[structure.time_dimension.id] = pa.array(np.tile(periods, n_series))  # type: ignore[union-attr]
    columns[structure.measure.id] = pa.array(np.round(np.random.default_rng(seed).random(n) * 100, 2))
    columns["UNIT_MEASURE"] = _code_array(["PT"], np.zeros(n))
    columns["OBS_STATUS"] = _code_array(["A", "E"], np.arange(n) % 7 == 0)
    columns["UNIT_MULT"] = _code_array(["0"], np.zeros(n))
    return Dataset(structure.ref, pa.table(columns), known.dataflow.ref if known.dataflow else None, "BENCH")


def _codes(prefix: str, n: int) -> list[str]:
    return [f"{prefix}{i:04}" for i in range(n)]


def _listed(known: Schema, component: str, n: int) -> list[str]:
    codes = list(known.codes.get(component, ()))[:n]
    return codes + _codes("XX_", n - len(codes))


def _code_array(words: list[str], indices: np.ndarray) -> pa.Array:  # type: ignore[type-arg]
    return pa.DictionaryArray.from_arrays(pa.array(indices.astype(np.int32)), pa.array(words)).cast(CODE)
