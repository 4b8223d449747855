"""Cells that fail: each is named or counted, and what could be mapped of them is judged at the same time."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from mapping_words import COLUMNS, SCHEMA, lines, mapping, source
from sdg_table import GOOD, dataset, shipped

from dataexchange.model.dataset import COLUMN, ROW
from dataexchange.pipeline.mapping import MappingResult, apply_mapping
from dataexchange.pipeline.mapping_faults import CELLS
from dataexchange.pipeline.validation import validate

TABLE = lines(
    "Year,Ward,Sex,Value\n2018,Ashley,Men,1\n20x8,,Women,..\n2019,Cliftn,Men,3\n2019,,Boys,x\n2019,Clifton,,2"
)
WIDE = lines("Year,Ward,Men,Women\n2018,Ashley,1,2\n2019,Nowhere,3,..\n2020,Clifton,5,6")
MELTED = {"Year": "TIME_PERIOD", "Ward": COLUMNS["Ward"], "Who": COLUMNS["Sex"], "Figure": "OBS_VALUE"}
UNPIVOT = {"columns": ["Men", "Women"], "names_to": "Who", "values_to": "Figure"}


def unnamed(result: MappingResult) -> set[int]:
    """Rows that failed without a finding of their own; none where a finding says that it costs all rows, or those under a header."""
    failed = result.failed.table.to_pylist()
    whole = [re.search(r"It costs ([\d,]+) ", f.message) for f in result.findings if f.place.row is None]
    if any(match and int(match[1].replace(",", "")) == len(failed) for match in whole):
        return set()
    under = {f.place.column for f in result.findings if f.place.row is None and "It costs" in f.message}
    named = {f.place.row for f in result.findings if f.place.row is not None}
    return {row[ROW] for row in failed if row.get(COLUMN) not in under} - named


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {
            "columns": {
                **COLUMNS,
                "Ward": {"to": "REF_AREA", "codes": {"Ashley": "GB_BRS_1", "Cliftn": "NO"}, "blank": "NO2"},
            }
        },
        {"columns": {**COLUMNS, "Sex": {"to": "SEX", "codes": {"Men": "", "Women": "F", "Boys": "M"}}}},
        {"missing": {"..": "WRONG", "x": "WORSE"}},
        {"columns": {name: t for name, t in COLUMNS.items() if name != "Sex"}, "fixed": {"SEX": "MEN"}},
        {"columns": {name: t for name, t in COLUMNS.items() if name != "Sex"}},
        {"columns": {**{name: t for name, t in COLUMNS.items() if name != "Sex"}, "Gender": COLUMNS["Sex"]}},
    ],
)
def test_every_row_that_fails_is_named_or_counted(changes: dict[str, Any]) -> None:
    result = apply_mapping(TABLE, mapping(**changes), SCHEMA)
    assert result.counts["failed"] == result.failed.n > 0
    assert unnamed(result) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"missing": {"..": "WRONG"}},
        {"columns": {**MELTED, "Who": {"to": "SEX", "codes": {"Men": "MALE", "Women": "F"}}}},
        {"columns": {**MELTED, "Who": {"to": "SEX", "codes": {"Men": "M"}}}},
        {"unpivot": {"matching": "Nothing", "names_to": "Who", "values_to": "Figure"}},
        {"columns": {name: t for name, t in MELTED.items() if name != "Year"}},
    ],
)
def test_every_cell_of_a_wide_table_that_fails_is_named_or_counted(changes: dict[str, Any]) -> None:
    result = apply_mapping(WIDE, mapping(**{"columns": MELTED, "unpivot": UNPIVOT, **changes}), SCHEMA)
    assert result.counts["failed"] == result.failed.n > 0
    assert unnamed(result) == set()


def test_wrong_codes_of_the_mapping_are_bounded_as_other_cells_are() -> None:
    n = CELLS + 500
    table = source({"Year": ["2018"] * n, "Ward": ["Ashley"] * n, "Sex": ["Men"] * n, "Value": ["1"] * n})
    columns = {**COLUMNS, "Sex": {"to": "SEX", "codes": {"Men": "MALE"}}}
    found = [f for f in apply_mapping(table, mapping(columns=columns), SCHEMA).findings if f.rule == "MAP-CODE"]
    assert (len(found), sum(f.count for f in found), found[-1].count) == (CELLS + 1, n, 500)


def test_two_components_of_one_cell_are_each_told_their_code() -> None:
    both = [{"to": "SEX", "codes": {"Men": "MALE"}}, {"to": "OBS_STATUS", "codes": {"Men": "AA"}}]
    result = apply_mapping(lines("Year,Ward,Sex,Value\n2018,,Men,1"), mapping(columns={**COLUMNS, "Sex": both}), SCHEMA)
    assert [f.message for f in result.findings if f.rule == "MAP-CODE"] == [
        "'Men' becomes MALE, which is no code of SEX: correct the mapping.",
        "'Men' becomes AA, which is no code of OBS_STATUS: correct the mapping.",
    ]


def test_failed_rows_keep_what_could_be_mapped() -> None:
    result = apply_mapping(TABLE, mapping(missing={"..": "M"}), SCHEMA)
    assert result.failed.table.schema.equals(result.dataset.table.schema)
    rows = [
        (o[ROW], o["TIME_PERIOD"], o["REF_AREA"], o["SEX"], o["OBS_STATUS"]) for o in result.failed.table.to_pylist()
    ]
    year = result.dataset.table["TIME_PERIOD"][0].as_py()
    assert [(row, period is None, *rest) for row, period, *rest in rows] == [
        (3, True, "GB_BRS", "F", "M"),
        (4, False, None, "M", None),
        (5, False, "GB_BRS", None, None),
        (6, False, "GB_BRS_2", None, None),
    ]
    assert rows[1][1] > year
    values = result.failed.table["OBS_VALUE"].to_numpy()
    assert np.array_equal(values, [np.nan, 3.0, np.nan, 2.0], equal_nan=True)
    good = apply_mapping(lines("Year,Ward,Sex,Value\n2018,,Men,1"), mapping(), SCHEMA)
    assert (good.failed.n, good.failed.table.schema) == (0, good.dataset.table.schema)
    assert validate(good.failed, SCHEMA, partial=True) == ()


def test_all_errors_of_a_row_are_told_at_once() -> None:
    fixed = {
        name: str(code) for name, code in GOOD.items() if name not in ("TIME_PERIOD", "REF_AREA", "SEX", "UNIT_MEASURE")
    }
    words = mapping(
        columns={
            "Year": "TIME_PERIOD",
            "Ward": {"to": "REF_AREA", "codes": {"Ashley": "GB_BRS_E05010885"}},
            "Sex": {"to": "SEX", "codes": {"Female": "F"}},
            "Unit": "UNIT_MEASURE",
            "Value": "OBS_VALUE",
        },
        fixed={name: code for name, code in fixed.items() if name != "OBS_VALUE"},
    )
    table = lines(
        "Year,Ward,Sex,Unit,Value\n20x8,Ashley,Female,ZZ,144\n2018,Ashley,Male,PT,144\n2019,Ashley,Female,PT,1"
    )
    mapped = apply_mapping(table, words, shipped())
    told = validate(mapped.failed, shipped(), headers={"UNIT_MEASURE": "Unit"}, partial=True)
    places = sorted((f.rule, f.place.row, f.place.column, f.place.value) for f in (*mapped.findings, *told))
    assert places == [
        ("MAP-CODE", 3, "Sex", "Male"),
        ("MAP-PERIOD", 2, "Year", "20x8"),
        ("RNG-PERCENT", 2, "Value", "144"),
        ("RNG-PERCENT", 3, "Value", "144"),
        ("STR-CODE", 2, "Unit", "ZZ"),
    ]
    assert validate(mapped.dataset, shipped()) == ()


def test_what_a_failed_row_lacks_is_not_judged() -> None:
    lacks = dict.fromkeys(("SEX", "REF_AREA", "TIME_PERIOD", "OBS_STATUS", "UNIT_MEASURE", "FREQ"))
    rows = dataset({**lacks, "OBS_VALUE": None}, {**lacks, "OBS_VALUE": None}, {"UNIT_MULT": None, "OBS_VALUE": 250.0})
    assert validate(rows, shipped(), partial=True) == ()
    assert "STR-MISSING" in {f.rule for f in validate(rows, shipped())}
