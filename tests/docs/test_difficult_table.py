"""The worked example of docs/map-a-difficult-table.md does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from dataexchange.messages.mapping_json_schema import mapping_json_schema
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.finding import Severity
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, DataStructure
from dataexchange.pipeline.mapping import MappingResult
from dataexchange.pipeline.mapping_file import load_mapping
from dataexchange.pipeline.mapping_schema import schema_faults
from dataexchange.pipeline.mapping_schema_values import value_faults
from dataexchange.pipeline.mapping_tables import apply_to_all
from dataexchange.pipeline.reading import read_tables

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "map-a-difficult-table.md").read_text(encoding="utf-8")
SHOWN = ("TIME_PERIOD", "SERIES", "SEX", "AGE", "OBS_VALUE", "OBS_STATUS")


def file_of(page: str, name: str) -> str:
    """The block below a line that names a file."""
    found = re.search(rf"^`{re.escape(name)}`:\n\n```\w*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found, f"the page shows no {name}"
    return found[1]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> MappingResult:
    folder = tmp_path_factory.mktemp("difficult")
    for name in ("violence.csv", "mappings/bristol/violence.yaml", "mappings/tables/ages.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(file_of(PAGE, name), encoding="utf-8")
    mapping, _, dataset = load_mapping(folder / "mappings" / "bristol" / "violence.yaml")
    assert dataset == "bristol/violence"
    artefacts = {a.ref: a for a in shipped_structures()}
    flow = artefacts[mapping.dataflow_ref]
    assert isinstance(flow, Dataflow)
    assert flow.structure is not None
    structure = artefacts[flow.structure]
    assert isinstance(structure, DataStructure)
    schema = Schema.assemble(structure, flow, artefacts)
    assert not [str(f.sentence) for f in (*schema_faults(mapping, schema), *value_faults(mapping, schema))]
    return apply_to_all(read_tables(folder / "violence.csv", mapping.read, name="violence.csv"), mapping, schema)


def test_the_observations_are_those_of_the_page(result: MappingResult) -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| 20")
    ]
    made = []
    for row in result.dataset.table.to_pylist():
        value = row["OBS_VALUE"]
        row |= {
            "TIME_PERIOD": format_period(row["TIME_PERIOD"]),
            "OBS_VALUE": "" if value != value else f"{value:.15g}",
        }
        made.append([row[name] for name in SHOWN])
    assert made == rows


def test_nothing_is_left_over(result: MappingResult) -> None:
    assert not [f.message for f in result.findings if f.severity is not Severity.INFORMATION]
    assert result.counts["observations"] == result.counts["cells"] == 16
    rates = [row for row in result.dataset.table.to_pylist() if row["SERIES"] == "VC_IHR_PSRC"]
    assert {row["UNIT_MEASURE"] for row in rates} == {"PER_100000_POP"}


def test_an_editor_takes_the_mapping() -> None:
    words = yaml.safe_load(file_of(PAGE, "mappings/bristol/violence.yaml"))
    jsonschema.Draft202012Validator(mapping_json_schema()).validate(words)
