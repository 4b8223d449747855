"""Broken files, as cities send them: each finding names the cell at fault, and nothing else is found.

What is planted stands in `faults.yaml` beside what is found of it. The good tables that the faults are planted in have no finding.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from planting import GOOD, HERE, mapping_of, mapping_text, written
from typer.testing import CliRunner

from dataexchange.cli import app
from dataexchange.model.finding import Finding
from dataexchange.model.structure import Kind, parse_short
from dataexchange.store.database import Engine, reading
from dataexchange.workflow.assess import assess, assess_message

FILES: list[dict[str, Any]] = yaml.safe_load((HERE / "faults.yaml").read_text(encoding="utf-8"))
TABLES = sorted(re.sub(r"(?<=.xlsx).csv|(?<=.ods).csv|.d$", "", path.name) for path in GOOD.iterdir())
FLOW = parse_short("DX:DF_SDG_LOCAL(1.0.0)", Kind.DATAFLOW)


def found(engine: Engine, path: Path, of: str) -> tuple[Finding, ...]:
    mapping = mapping_of(of)
    with reading(engine) as conn:
        if mapping is None:
            return assess_message(conn, path, "BRISTOL", FLOW, name=path.name).report.findings
        return assess(conn, path, mapping, name=path.name).report.findings


def told(finding: Finding, name: str) -> tuple[tuple[str, object], ...]:
    """As the manifest has it."""
    place = finding.place
    words = {"rule": finding.rule, "is": str(finding.severity), "cell": place.cell, "value": place.value}
    words |= {"file": place.file} if place.file != name else {}
    words |= {"count": finding.count} if finding.count != 1 else {}
    return _sorted({word: said for word, said in words.items() if said is not None})


def _sorted(words: dict[str, Any]) -> tuple[tuple[str, object], ...]:
    return tuple(sorted(words.items()))


def test_there_are_fifty_and_some_have_ten() -> None:
    assert len(FILES) >= 50
    assert len({file["file"] for file in FILES}) == len(FILES)
    assert sum(len(file["finds"]) == 10 for file in FILES) >= 8
    assert {file["of"] for file in FILES} == set(TABLES)
    assert {Path(file["file"]).suffix for file in FILES} == {".csv", ".tsv", ".xlsx", ".ods", ".zip"}


@pytest.mark.parametrize("name", TABLES)
def test_nothing_is_found_in_a_good_table(shipped_exchange: Engine, tmp_path: Path, name: str) -> None:
    findings = found(shipped_exchange, written(name, tmp_path), name)
    # That rates are derived is told wherever they are.
    assert [f.rule for f in findings] == (["MAP-DERIVED"] if name == "homicides.csv" else [])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["file"])
def test_a_broken_file_is_told_cell_by_cell(shipped_exchange: Engine, tmp_path: Path, file: dict[str, Any]) -> None:
    path = written(file["of"], tmp_path, file["plant"], file["file"])
    findings = found(shipped_exchange, path, file["of"])
    assert sorted(told(f, path.name) for f in findings) == sorted(map(_sorted, file["finds"]))
    for finding in findings:
        assert finding.place.sheet == ("Table" if path.suffix in (".xlsx", ".ods") else None)
        assert not finding.place.cell or finding.place.cell.endswith(str(finding.place.row))


#: What no cell can be named for: a column that is not there, and what is told of the table as a whole.
NOWHERE = {
    ("column-missing.csv", "MAP-COLUMN"),
    ("series-unknown.csv", "MAP-DERIVED"),
    ("denominator-zero.csv", "MAP-DERIVED"),
}


def test_every_other_finding_has_its_cell() -> None:
    lacking = {(file["file"], told["rule"]) for file in FILES for told in file["finds"] if "cell" not in told}
    assert lacking == NOWHERE


@pytest.mark.parametrize("file", [file for file in FILES if len(file["plant"]) == 1], ids=lambda file: file["file"])
def test_the_cell_is_the_one_that_was_broken(file: dict[str, Any]) -> None:
    """The row at least: of two rows that contradict each other the later one is named."""
    (plant,) = file["plant"]
    rows = {told["cell"].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for told in file["finds"] if "cell" in told}
    if "cell" in plant:
        assert {told["cell"] for told in file["finds"]} <= {plant["cell"], f"C{plant['cell'][1:]}"}
    elif "line" in plant:
        assert rows == {str(plant["line"] + str(plant["to"]).count("\n"))}


def test_the_command_says_the_same(tmp_path: Path) -> None:
    file = next(file for file in FILES if file["file"] == "ten-of-counts.csv")
    path = written(file["of"], tmp_path, file["plant"], file["file"])
    mapping, report = tmp_path / "counts.yaml", tmp_path / "report.json"
    mapping.write_text(mapping_text(file["of"]), encoding="utf-8")
    answer = CliRunner().invoke(
        app,
        ["check", str(path), "--mapping", str(mapping), "--report", str(report)],
        env={"DATAEXCHANGE_HOME": str(tmp_path / "home")},
    )
    assert answer.exit_code == 1, answer.output
    broken = [v for v in json.loads(report.read_text()) if v["value"] == "0"]
    # File, sheet, row, column, value, cell.
    assert {v["data"]["source"][0][-1] for v in broken} == {told["cell"] for told in file["finds"]}
    assert len(broken) == 10
