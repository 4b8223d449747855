"""Merged cells and the mapping: which of them are a fault."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from mapping_words import COLUMNS, SCHEMA, mapping

from dataexchange.pipeline.mapping_tables import apply_to_all
from dataexchange.pipeline.reading import read_tables
from dataexchange.workflow.consequences import first_causes

FILLED: dict[str, Any] = {**COLUMNS, "Year": {"to": "TIME_PERIOD", "fill_down": True}}
TOTALS = [{"column": "Ward", "equals": ["Total", "North"], "reason": "groups"}]


def merged(tmp_path: Path, cells: str, **changes: Any) -> list[str]:
    """The ranges that are told of."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Ward", "Year", "Sex", "Value", "Remark"])
    for line in (["Ashley", 2018, "All", 1], ["Clifton", None, "All", 2], ["Total", None, "All", 3], ["North"]):
        sheet.append(line)
    sheet.append(["Ashley", 2019, "All", 4, "provisional"])
    sheet.append(["Clifton", 2019, "All", None, None])
    sheet.merge_cells(cells)
    book.save(tmp_path / "t.xlsx")
    tables = read_tables(tmp_path / "t.xlsx", mapping(**changes).read)
    result = apply_to_all(tables, mapping(**changes), SCHEMA)
    told = first_causes([f for t in tables for f in (*t.findings, *result.findings)], tables, result.settled)
    return [f.message.split()[1] for f in told if f.rule == "FILE-MERGED"]


@pytest.mark.parametrize(
    ("cells", "changes", "is_fault"),
    [
        ("B2:B4", {}, True),
        ("B2:B4", {"columns": FILLED}, False),
        ("A5:D5", {"columns": FILLED}, True),  # a heading among the rows
        ("A5:D5", {"columns": FILLED, "leave_out": TOTALS}, False),
        ("D6:D7", {"columns": FILLED, "leave_out": TOTALS}, True),  # a value for two rows
        ("B2:C3", {"columns": FILLED}, True),  # one of the columns is not filled
        ("E6:E7", {}, True),
        ("E6:E7", {"ignore": ["Remark"]}, False),
    ],
)
def test_merged_cells_are_a_fault_unless_nothing_is_lacking(
    cells: str, changes: dict[str, Any], is_fault: bool, tmp_path: Path
) -> None:
    assert merged(tmp_path, cells, **changes) == ([cells] if is_fault else [])
