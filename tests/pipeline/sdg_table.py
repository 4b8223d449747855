"""Small datasets on the shipped structure, written as rows of words."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.dataset import CODE, COLUMN, ROW, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Annotation, Codelist, Dataflow, DataStructure, Item

TOTALS = dict.fromkeys(
    (
        "SEX",
        "AGE",
        "URBANISATION",
        "INCOME_WEALTH_QUANTILE",
        "EDUCATION_LEV",
        "OCCUPATION",
        "CUST_BREAKDOWN",
        "COMPOSITE_BREAKDOWN",
        "DISABILITY_STATUS",
        "ACTIVITY",
        "PRODUCT",
    ),
    "_T",
)
GOOD: dict[str, Any] = {
    "FREQ": "A",
    "REPORTING_TYPE": "N",
    "SERIES": "SI_POV_NAHC",
    "REF_AREA": "GB_BRS",
    **TOTALS,
    "TIME_PERIOD": "2018",
    "OBS_VALUE": 12.5,
    "OBS_STATUS": "A",
    "UNIT_MULT": "0",
    "UNIT_MEASURE": "PT",
}


@cache
def shipped() -> Schema:
    artefacts = {a.ref: a for a in shipped_structures()}
    structure = next(a for a in artefacts.values() if isinstance(a, DataStructure) and a.id == "SDG_LOCAL")
    flow = next(a for a in artefacts.values() if isinstance(a, Dataflow) and a.id == "DF_SDG_LOCAL")
    return Schema.assemble(structure, flow, artefacts)


def with_areas(**areas: tuple[str | None, bool]) -> Schema:
    """The shipped schema with areas of its own: code = (parent, whether its parts are exhaustive)."""
    schema = shipped()
    items = tuple(
        Item(id=code, parent=parent, annotations=(Annotation(type="PARTITION", title="exhaustive"),) if whole else ())
        for code, (parent, whole) in areas.items()
    )
    ref = next(r for r in schema.codelists if r.id == "CL_AREA")
    codelist: Codelist = replace(schema.codelists[ref], items=items)
    codes = {**schema.codes, "REF_AREA": {item.id: item for item in items}}
    return replace(schema, codelists={**schema.codelists, ref: codelist}, codes=codes)


def dataset(*rows: dict[str, Any], file: str | None = "table.csv", **same: Any) -> Dataset:
    """One observation a row: `GOOD` with what `same` and the row change. None is an empty cell. Rows count from 2."""
    full = [{**GOOD, **same, **row} for row in rows]
    names = list(dict.fromkeys(name for row in full for name in row))
    columns: dict[str, pa.Array] = {}
    for name in names:
        cells = [row.get(name) for row in full]
        if name == "TIME_PERIOD":
            columns[name] = pa.array([None if c is None else parse_period(str(c)) for c in cells], pa.int32())
        elif name == "OBS_VALUE":
            columns[name] = pa.array(cells, pa.float64())
        else:
            columns[name] = pa.array([None if c is None else str(c) for c in cells], pa.string()).cast(CODE)
    columns[ROW] = pa.array(range(2, len(full) + 2), pa.int32())
    columns[COLUMN] = pa.array(["Value"] * len(full), pa.string()).cast(CODE)
    return Dataset(shipped().structure.ref, pa.table(columns), file=file)


def series(values: dict[str, float | None], **same: Any) -> list[dict[str, Any]]:
    """Rows of one series: {"2018": 12.5, …}."""
    return [{**same, "TIME_PERIOD": period, "OBS_VALUE": value} for period, value in values.items()]
