"""The six tables through reading, mapping, checks and comparison: what the demonstration is expected to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dataexchange.messages.read_data import read_data
from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.dataset import Dataset, group_series
from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.mapping import Mapping
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, DataStructure, Ref
from dataexchange.pipeline.coherence import compare
from dataexchange.pipeline.mapping import apply_mapping
from dataexchange.pipeline.reading import read_table
from dataexchange.pipeline.validation import validate

ROOT = Path(__file__).resolve().parents[2]
EXPECTED: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "expected.yaml").read_text(encoding="utf-8"))


def schema_of(ref: Ref) -> Schema:
    artefacts = {a.ref: a for a in shipped_structures()}
    flow = artefacts[ref]
    assert isinstance(flow, Dataflow)
    assert flow.structure is not None
    structure = artefacts[flow.structure]
    assert isinstance(structure, DataStructure)
    return Schema.assemble(structure, flow, artefacts)


@pytest.fixture(scope="module")
def national() -> Dataset:
    message = read_data(ROOT / "examples" / "uk" / "national.xml", schema_of)
    assert not message.findings
    (dataset,) = message.datasets
    found = validate(dataset, schema_of(dataset.dataflow))
    # One rate of homicides that the office has published lies outside those of women (3.99) and of men (4.37): it is so in its table.
    assert [(f.rule, f.period) for f in found if f.severity is Severity.ERROR] == [("SUM-RANGE", "2018")]
    assert {f.rule for f in found} <= {"SUM-RANGE", "TS-HAMPEL", "TS-HOLE"}
    return dataset


def mapped(table: Path, dataset: str) -> tuple[Dataset, tuple[Finding, ...], dict[str, int]]:
    text = (ROOT / "mappings" / "bristol" / f"{dataset}.yaml").read_text(encoding="utf-8")
    mapping = Mapping.model_validate(yaml.safe_load(text))
    source = read_table(table, mapping.read)
    schema = schema_of(mapping.dataflow_ref)
    result = apply_mapping(source, mapping, schema)
    return result.dataset, (*source.findings, *result.findings, *validate(result.dataset, schema)), dict(result.counts)


def example(dataset: str) -> tuple[Dataset, tuple[Finding, ...], dict[str, int]]:
    return mapped(next((ROOT / "examples" / "bristol").glob(f"{dataset}.*")), dataset)


def verdicts(dataset: str, national: Dataset) -> list[Comparison]:
    local = example(dataset)[0]
    return list(compare(local, national, schema_of(local.dataflow))[0])


@pytest.mark.parametrize("dataset", EXPECTED)
def test_a_table_becomes_what_was_counted_by_hand(dataset: str) -> None:
    expected = EXPECTED[dataset]
    local, findings, counts = example(dataset)
    assert [f for f in findings if f.severity is not Severity.INFORMATION] == []
    assert local.n == counts["observations"] == expected["observations"]
    _, keys = group_series(local.table, schema_of(local.dataflow).structure)
    assert len(keys) == expected["series"]
    assert sorted(set(local.table["TIME_PERIOD"].to_pylist())) == [parse_period(str(y)) for y in expected["periods"]]
    empty = [v is None or v != v for v in local.table["OBS_VALUE"].to_pylist()]
    assert sum(empty) == expected.get("without_value", 0)
    statuses = set(local.table["OBS_STATUS"].to_pylist())
    adapted = dataset in ("safety-after-dark", "food-insecurity")
    assert statuses == ({"D"} if adapted else {"A", "O"} if any(empty) else {"A"})


def test_a_survey_year_is_its_first_year_and_keeps_its_text() -> None:
    first = EXPECTED["safety-after-dark"]["first"]
    local = example("safety-after-dark")[0]
    numbers, keys = group_series(local.table, schema_of(local.dataflow).structure)
    rows = local.table.to_pylist()
    (found,) = [
        row
        for row, number in zip(rows, numbers, strict=True)
        if keys[number].as_py() == first["key"] and row["TIME_PERIOD"] == parse_period(str(first["period"]))
    ]
    assert (found["TIME_DETAIL"], found["OBS_VALUE"]) == (first["detail"], first["value"])


@pytest.mark.parametrize("dataset", [d for d in EXPECTED if "mirror" in EXPECTED[d]])
def test_the_mirror_says_what_was_expected(dataset: str, national: Dataset) -> None:
    mirror = dict(EXPECTED[dataset]["mirror"])
    agrees = mirror.pop("agrees")
    (found,) = [c for c in verdicts(dataset, national) if c.rule == "COH-MIRROR"]
    assert found.verdict is (Verdict.CONSISTENT if agrees else Verdict.INCONSISTENT)
    assert [[p, a, b] for p, a, b in found.points] == [[str(y), *map(float, pair)] for y, pair in mirror.items()]


def test_a_count_of_homicides_is_not_comparable_with_a_rate(national: Dataset) -> None:
    (found,) = verdicts("homicides", national)
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert "NUMBER" in found.reason
    assert "PER_100000_POP" in found.reason


@pytest.mark.parametrize(
    ("dataset", "origin"), [("safety-after-dark", "VC_SNS_WALN"), ("food-insecurity", "AG_PRD_FIESMS")]
)
def test_an_adapted_indicator_is_told_as_one(dataset: str, origin: str, national: Dataset) -> None:
    gated = [c for c in verdicts(dataset, national) if c.rule == "COH-GATE"]
    assert len(gated) == EXPECTED[dataset]["series"]
    assert all(c.verdict is Verdict.NOT_COMPARABLE and "proxy" in c.reason for c in gated)
    assert any(origin in c.reason for c in gated)


def test_a_broken_table_is_told_all_its_faults_at_once() -> None:
    path = ROOT / "examples" / "bristol" / "broken" / "safety-after-dark.csv"
    local, findings, _ = mapped(path, "safety-after-dark")
    faults = {(f.place.row, f.place.value) for f in findings if f.severity is Severity.ERROR}
    assert {(4, "Cliftn"), (6, "12,3")} <= faults
    assert {row for row, _ in faults} >= {4, 5, 6}
    assert {row for row, _ in faults} & {7, 8}
    assert not {row for row, _ in faults} & {2, 3}
    assert local.n <= 7
