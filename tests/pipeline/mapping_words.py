"""What the mapping tests share: a small data structure, mappings and tables written in a line."""

from __future__ import annotations

from collections.abc import Mapping as Words
from typing import Any

import numpy as np
import pyarrow as pa

from dataexchange.model.dataset import COLUMN, ROW
from dataexchange.model.mapping import Mapping
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, DataStructure, Dimension, Item, Level, Measure, Representation
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping import MappingResult

CODES = {
    "REF_AREA": ("GB", "GB_BRS", "GB_BRS_1", "GB_BRS_2"),
    "SEX": ("_T", "M", "F"),
    "OBS_STATUS": ("A", "M", "Q"),
}


def schema(measure: Representation | None = None) -> Schema:
    structure = DataStructure(
        agency="DX",
        id="TEST",
        version="1.0.0",
        dimensions=(Dimension(id="REF_AREA"), Dimension(id="SEX")),
        time_dimension=Dimension(id="TIME_PERIOD"),
        measures=(Measure(id="OBS_VALUE", representation=measure or Representation(text_type="Double")),),
        attributes=(
            Attribute(id="OBS_STATUS"),
            Attribute(id="COMMENT_OBS"),
            Attribute(id="UNIT_MEASURE", level=Level.SERIES),
        ),
    )
    codes = {name: {code: Item(id=code) for code in listed} for name, listed in CODES.items()}
    return Schema(structure, codes=codes)


SCHEMA = schema()
COLUMNS: dict[str, Any] = {
    "Year": "TIME_PERIOD",
    "Ward": {"to": "REF_AREA", "codes": {"Ashley": "GB_BRS_1", "Clifton": "GB_BRS_2"}, "blank": "GB_BRS"},
    "Sex": {"to": "SEX", "codes": {"Men": "M", "Women": "F", "All": "_T"}},
    "Value": "OBS_VALUE",
}


def mapping(**changes: Any) -> Mapping:
    """The mapping of Year, Ward, Sex, Value, with other words on top."""
    words: dict[str, Any] = {
        "title": "test",
        "source": {"name": "test"},
        "provider": "BRISTOL",
        "dataflow": "DX:DF_TEST(1.0.0)",
        "columns": COLUMNS,
    }
    return Mapping.model_validate(words | changes)


def source(columns: Words[str, list[str]], first_row: int = 2, sheet: str | None = None) -> SourceTable:
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    rows = np.arange(first_row, first_row + table.num_rows, dtype=np.int32)
    return SourceTable(table, rows, "table.csv", sheet)


def lines(text: str, delimiter: str = ",") -> SourceTable:
    """A table from lines of text, header first."""
    header, *rows = [line.split(delimiter) for line in text.strip("\n").split("\n")]
    return source({name: [row[i] for row in rows] for i, name in enumerate(header)})


def observations(result: MappingResult) -> list[dict[str, Any]]:
    """Rows of the dataset with periods as text, without ROW and COLUMN where they are not asked for."""
    rows: list[dict[str, Any]] = result.dataset.table.to_pylist()
    return [row | {"TIME_PERIOD": format_period(row["TIME_PERIOD"])} for row in rows]


def cells(result: MappingResult) -> list[tuple[Any, ...]]:
    """(REF_AREA, SEX, TIME_PERIOD, OBS_VALUE, row, column) of every observation."""
    return [
        (o["REF_AREA"], o["SEX"], o["TIME_PERIOD"], o["OBS_VALUE"], o[ROW], o[COLUMN]) for o in observations(result)
    ]


def said(result: MappingResult) -> list[tuple[str, str]]:
    return [(found.rule, found.message) for found in result.findings]
