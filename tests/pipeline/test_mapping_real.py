"""Real tables of Bristol and the United Kingdom through mapping files, judged by the csv module row by row."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.dataset import COLUMN, ROW
from dataexchange.model.period import format_period
from dataexchange.model.reading import Reading
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, DataStructure
from dataexchange.pipeline.mapping import MappingResult, apply_mapping
from dataexchange.pipeline.mapping_file import load_mapping
from dataexchange.pipeline.reading import read_table

MAPPINGS = Path(__file__).parent / "mappings"
Row = dict[str, str]


@pytest.fixture(scope="module")
def schema() -> Schema:
    artefacts = {artefact.ref: artefact for artefact in shipped_structures()}
    structure = next(a for a in artefacts.values() if isinstance(a, DataStructure))
    dataflow = next(a for a in artefacts.values() if isinstance(a, Dataflow))
    return Schema.assemble(structure, dataflow, artefacts)


def mapped(name: str, shared_data: Path, schema: Schema) -> tuple[MappingResult, list[Row]]:
    mapping, _, dataset = load_mapping(MAPPINGS / f"{name}.yaml")
    assert dataset == name
    path = shared_data / name.split("/")[0] / f"indicator_{name.split('/')[1]}.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return apply_mapping(read_table(path, mapping.read), mapping, schema), rows


def area(row: Row) -> str:
    return f"GB_BRS_{row['GeoCode']}" if row["GeoCode"] else "GB_BRS"


GROUPS = {"Men": "M", "Women": "F"}
JUDGES: dict[str, Callable[[Row], tuple[str, ...]]] = {
    "16-1-4": lambda row: (
        row["Year"][:4],
        area(row),
        {"Most Deprived 10%": "_L_DEPR_D1", "Least Deprived 10%": "_L_DEPR_D10", "": "_T"}[row["Deprivation decile"]],
    ),
    "11-6-2": lambda row: (
        row["Year"],
        "GB_BRS",
        {"anthropogenic": "_L_PM_ANTHRO", "non-anthropogenic": "_L_PM_NATURAL", "": "_T"}[
            row["Anthropogenic component"]
        ],
    ),
    "2-1-2": lambda row: (row["Year"][:4], area(row), "_T"),
    "8-5-2": lambda row: (
        row["Year"],
        "GB_BRS",
        "_L_ETH_MINOR" if row["Equality Group"] == "Ethnic minorities" else "_T",
    ),
    "16-1-1": lambda row: (row["Year"], "GB_BRS", "_T"),
}


@pytest.mark.parametrize("table", JUDGES)
def test_bristol(table: str, shared_data: Path, schema: Schema) -> None:
    result, rows = mapped(f"bristol/{table}", shared_data, schema)
    wanted = [
        (*JUDGES[table](row), float(row["Value"]), number) for number, row in enumerate(rows, 2) if row["Value"].strip()
    ]
    got = [
        (format_period(o["TIME_PERIOD"]), o["REF_AREA"], o["COMPOSITE_BREAKDOWN"], o["OBS_VALUE"], o[ROW])
        for o in result.dataset.table.to_pylist()
    ]
    assert got == wanted
    assert result.findings == ()
    assert result.counts["skipped"] == len(rows) - len(wanted)
    assert result.counts["cells"] == len(rows)
    assert set(result.dataset.table[COLUMN].to_pylist()) == {"Value"}


def test_no_code_is_made_that_the_structure_does_not_have(shared_data: Path, schema: Schema) -> None:
    for path in sorted(MAPPINGS.rglob("*.yaml")):
        name = str(path.relative_to(MAPPINGS).with_suffix(""))
        result, _ = mapped(name, shared_data, schema)
        for component, codes in schema.codes.items():
            if component in result.dataset.table.column_names:
                assert set(result.dataset.table[component].unique().to_pylist()) <= set(codes), (name, component)


def test_uk_unemployment(shared_data: Path, schema: Schema) -> None:
    """Quarters, five left-out groups, suppressed cells published without a value."""
    result, rows = mapped("uk/8-5-2", shared_data, schema)
    left = [
        row
        for row in rows
        if row["Series"] == "Not seasonally adjusted" or row["Country"] == "Great Britain" or row["Country of birth"]
    ]
    kept = [row for row in rows if row not in left]
    counts = result.counts
    assert (counts["rows"], counts["left_out"], counts["failed"]) == (len(rows), len(left), 0)
    assert counts["observations"] == counts["cells"] == len(kept)
    assert {f.rule for f in result.findings} == {"MAP-LEFT-OUT"}
    assert sum(f.count for f in result.findings) == len(left)
    got = result.dataset.table.to_pylist()
    empty = [o for o in got if o["OBS_VALUE"] is None or math.isnan(o["OBS_VALUE"])]
    assert {o["OBS_STATUS"] for o in empty} <= {"Q"}
    assert len(empty) == sum(not row["Value"] for row in kept)
    assert Counter(format_period(o["TIME_PERIOD"]) for o in got) == Counter(r["Year"].replace(" ", "-") for r in kept)
    assert sum(o["OBS_VALUE"] for o in got if o not in empty) == pytest.approx(
        sum(float(r["Value"] or 0) for r in kept)
    )


def test_bristol_from_a_workbook_is_the_same(shared_data: Path, schema: Schema, tmp_path: Path) -> None:
    """The table as an office keeps it: numbers as numbers, a title above, notes in a second sheet."""
    mapping, _, _ = load_mapping(MAPPINGS / "bristol/16-1-4.yaml")
    result, rows = mapped("bristol/16-1-4", shared_data, schema)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Table 1: people who feel safe after dark"])
    sheet.append([])
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([*list(row.values())[:-1], float(row["Value"])])
    book.create_sheet("Notes").append(["Citizen survey"])
    path = tmp_path / "safety.xlsx"
    book.save(path)
    table = read_table(path, Reading())
    assert "sheet 'Sheet' (the first of 2: 'Sheet', 'Notes'), header in row 3 (rows above it passed over)" in str(
        table.description
    )
    again = apply_mapping(table, mapping, schema)
    assert again.findings == ()
    assert again.dataset.table.drop_columns([ROW]).equals(result.dataset.table.drop_columns([ROW]))
    assert again.dataset.table[ROW].to_pylist() == [row + 2 for row in result.dataset.table[ROW].to_pylist()]
    assert again.dataset.sheet == "Sheet"


def test_every_typing_error_in_a_real_table_is_found(shared_data: Path, schema: Schema, tmp_path: Path) -> None:
    """Five cells are spoilt; each comes back with its row, column and text, and the other rows are mapped."""
    mapping, _, _ = load_mapping(MAPPINGS / "bristol/8-5-2.yaml")
    text = (shared_data / "bristol" / "indicator_8-5-2.csv").read_text()
    lines = text.splitlines()
    spoilt = {
        3: ("2011", "2O11"),
        12: ("Ethnic minorities", "Ethnic minority"),
        20: ("Women", "women"),
        25: ("Women", "Womn"),
    }
    for number, (old, new) in spoilt.items():
        assert old in lines[number - 1], lines[number - 1]
        lines[number - 1] = lines[number - 1].replace(old, new)
    lines[5 - 1] = re.sub(r",[^,]*$", ",7.x", lines[5 - 1])
    path = tmp_path / "unemployment.csv"
    path.write_text("\n".join(lines))
    result = apply_mapping(read_table(path, mapping.read), mapping, schema)
    places = {(f.place.row, f.place.column, f.place.value) for f in result.findings}
    column = "Equality Group"
    assert places == {
        (3, "Year", "2O11"),
        (5, "Value", "7.x"),
        (12, column, "Ethnic minority"),
        (20, column, "women"),
        (25, column, "Womn"),
    }
    assert result.counts["failed"] == 5
    assert len(result.findings) == 5, "a cell is one finding, however many components it is for"
    assert "has no code for SEX, AGE and COMPOSITE_BREAKDOWN in the mapping" in result.findings[-1].message
    assert all("did you mean" in f.message for f in result.findings if f.rule == "MAP-CODE")
