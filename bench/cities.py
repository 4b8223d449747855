"""A country that publishes: twenty cities of 24 districts each with fifty indicators for women and all, and the national office beside
them with its own values for the nation and for every city. 1,000,000 local observations in 50,000 series."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from bench.data import YEARS, _code_array, _listed, schema
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.dataset import Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Artefact, Codelist, Dataflow, Item
from dataexchange.store import series, structures
from dataexchange.store.database import Engine, writing

CITIES = [f"GB_C{i:02}" for i in range(20)]
DISTRICTS = 24
INDICATORS = 50
SEXES = ["_T", "F"]


def areas() -> list[str]:
    return [area for city in CITIES for area in (city, *(f"{city}_D{i:02}" for i in range(DISTRICTS)))]


def publish(engine: Engine) -> list[str]:
    """Everything in two releases; the keys of the cities' own series."""
    known = schema()
    with writing(engine) as conn:
        structures.put(conn, [_with_areas(a) for a in shipped_structures()])
        flows = {a.id: a for a in shipped_structures() if isinstance(a, Dataflow)}
        local = _dataset(known, areas())
        for flow, data, provider in (
            ("DF_SDG_LOCAL", local, "CITIES"),
            ("DF_SDG_NATIONAL", _dataset(known, ["GB", *CITIES]), "UK_ONS"),
        ):
            ref = flows[flow].ref
            series.publish(
                conn,
                data,
                structures.schema(conn, ref),
                dataflow=ref,
                provider=provider,
                dataset_id=f"{provider}/bench",
            )
    firsts = local.table.select(known.structure.dimension_ids).take(list(range(0, local.n, YEARS))).to_pylist()
    return [".".join(row.values()) for row in firsts if row["REF_AREA"] in CITIES]


def _with_areas(artefact: Artefact) -> Artefact:
    if not isinstance(artefact, Codelist) or artefact.id != "CL_AREA":
        return artefact
    added = [Item(id=a, names={"en": f"Area {a}"}, parent=a[:6] if "_D" in a else "GB") for a in areas()]
    return replace(artefact, items=(*artefact.items, *added))


def _dataset(known: Schema, within: list[str]) -> Dataset:
    structure = known.structure
    n = len(within) * INDICATORS * len(SEXES)
    place = np.arange(n)
    varied = {
        "REF_AREA": (within, place % len(within)),
        "SERIES": (_listed(known, "SERIES", INDICATORS), place // len(within) % INDICATORS),
        "SEX": (SEXES, place // (len(within) * INDICATORS)),
    }
    fixed = {"FREQ": "A", "REPORTING_TYPE": "N"}
    columns: dict[str, pa.Array] = {}
    for dimension in structure.dimension_ids:
        words, indices = varied.get(dimension, ([fixed.get(dimension, "_T")], np.zeros(n)))
        columns[dimension] = _code_array(words, np.repeat(indices, YEARS))
    periods = np.array([parse_period(str(2004 + i)) for i in range(YEARS)], dtype=np.int32)
    columns[structure.time_dimension.id] = pa.array(np.tile(periods, n))  # type: ignore[union-attr]
    columns[structure.measure.id] = pa.array(np.round(np.random.default_rng(1).random(n * YEARS) * 100, 2))
    columns["UNIT_MEASURE"] = _code_array(["PT"], np.zeros(n * YEARS))
    columns["OBS_STATUS"] = _code_array(["A", "E"], np.arange(n * YEARS) % 7 == 0)
    columns["UNIT_MULT"] = _code_array(["0"], np.zeros(n * YEARS))
    return Dataset(structure.ref, pa.table(columns))
