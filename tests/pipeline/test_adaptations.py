"""Adaptation records: what the mapping file takes, what the observations carry, what the checks say of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import dataset, shipped

from dataexchange.errors import ExchangeError
from dataexchange.model.adaptation import DIFFERENCES
from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Finding
from dataexchange.model.mapping import Mapping
from dataexchange.model.structure_map import FixedValue, RepresentationMap, StructureMap
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping import MappingResult, apply_mapping
from dataexchange.pipeline.mapping_export import exported
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.validation import rules, validate

SAFE = "_L_VC_SNS_WALN_DARK"
TEXT = (Path(__file__).resolve().parents[2] / "mappings/bristol/homicides.yaml").read_text(encoding="utf-8")


def words(**changes: Any) -> dict[str, Any]:
    """The mapping of the homicides, with other columns and records."""
    return {**yaml.safe_load(TEXT), "leave_out": [], **changes}


def mapped(records: list[dict[str, str]], *series: str, **columns: Any) -> MappingResult:
    told = words(
        columns={"Year": "TIME_PERIOD", "What": {"to": "SERIES"}, "Value": "OBS_VALUE", **columns}, adaptations=records
    )
    told["fixed"] = {c: v for c, v in told["fixed"].items() if c != "SERIES"}
    cells = {"Year": ["2018"] * len(series), "What": list(series), "Value": ["1"] * len(series)}
    cells |= {name: ["yes"] * len(series) for name in columns}
    rows = np.arange(2, len(series) + 2, dtype=np.int32)
    table = SourceTable(columns=pa.table(cells), rows=rows, file="table.csv")
    return apply_mapping(table, Mapping.model_validate(told), shipped())


def column(data: Dataset, name: str) -> list[str | None]:
    cells: list[str | None] = data.table[name].to_pylist()
    return cells


def test_each_observation_carries_the_record_of_its_series() -> None:
    result = mapped(
        [
            {"series": SAFE, "type": "PROXY", "of": "VC_SNS_WALN", "source": "Survey of citizens"},
            {"series": "_L_TREES", "type": "NEW"},
        ],
        SAFE,
        "VC_IHR_PSRCN",
        "_L_TREES",
    )
    assert column(result.dataset, "ADAPTATION_TYPE") == ["PROXY", None, "NEW"]
    assert column(result.dataset, "GLOBAL_SERIES") == ["VC_SNS_WALN", None, None]
    assert column(result.dataset, "DIFF_SOURCE") == ["Survey of citizens", None, None]
    assert "DIFF_AREA" not in result.dataset.table.column_names


def test_what_a_column_gives_stands() -> None:
    given = {"Kind": {"to": "ADAPTATION_TYPE", "codes": {"yes": "CONTEXTUAL"}}}
    result = mapped([{"series": SAFE, "type": "IDENTICAL", "of": "VC_SNS_WALN", "area": "The port"}], SAFE, **given)
    assert column(result.dataset, "ADAPTATION_TYPE") == ["CONTEXTUAL"]
    assert column(result.dataset, "DIFF_AREA") == ["The port"]


def test_a_record_of_a_series_that_is_not_there_is_told() -> None:
    result = mapped([{"series": SAFE, "type": "NEW"}], "VC_IHR_PSRCN")
    (found,) = result.findings
    assert (found.rule, found.place.file) == ("ADAPT-RECORD", "table.csv")
    assert f"The adaptation record of {SAFE} is about no row of the table" in str(found.message)


@given(
    st.dictionaries(
        st.sampled_from(["_L_A", "_L_B", "_L_C"]),
        st.dictionaries(st.sampled_from(sorted(DIFFERENCES)), st.sampled_from(["this", "that"]), max_size=3),
        max_size=3,
    ),
    st.lists(st.sampled_from(["_L_A", "_L_B", "_L_C", "VC_IHR_PSRCN"]), min_size=1, max_size=6),
)
@settings(max_examples=25, deadline=None)
def test_records_say_of_a_row_what_they_say_of_its_series(told: dict[str, dict[str, str]], series: list[str]) -> None:
    records = [{"series": code, "type": "PROXY", "of": "VC_SNS_WALN", **said} for code, said in told.items()]
    table = mapped(records, *series).dataset.table
    for difference, attribute in DIFFERENCES.items():
        expected = [told.get(code, {}).get(difference) for code in series]
        found = table[attribute].to_pylist() if attribute in table.column_names else [None] * len(series)
        assert found == expected


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"type": "PROXY"}, "name the global series under `of`"),
        ({"type": "NEW", "of": "VC_SNS_WALN"}, "leave `of` out"),
        ({"type": "PROXY", "of": "_L_OTHER"}, "a code of an office's own"),
        ({"type": "IDENTICAL", "of": "VC_SNS_WALN", "population": "Women"}, "its population differs"),
        ({"type": "SIMILAR", "of": "VC_SNS_WALN"}, "PROXY"),
        ({"type": "PROXY", "of": "VC_SNS_WALN", "rate": "x"}, "rate"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(record: dict[str, str], sentence: str) -> None:
    text = yaml.safe_dump(words(adaptations=[{"series": SAFE, **record}]))
    with pytest.raises(ExchangeError, match=sentence):
        parse_mapping(text.encode(), "homicides.yaml")


def test_a_record_twice_or_beside_a_fixed_value_is_refused() -> None:
    record = {"series": "VC_IHR_PSRCN", "type": "NEW"}
    with pytest.raises(ExchangeError, match="has two adaptation records"):
        parse_mapping(yaml.safe_dump(words(adaptations=[record, {**record}])).encode(), "homicides.yaml")
    fixed = {**words()["fixed"], "ADAPTATION_TYPE": "NEW"}
    with pytest.raises(ExchangeError, match="ADAPTATION_TYPE stands under `fixed` and in the adaptation record"):
        parse_mapping(yaml.safe_dump(words(adaptations=[record], fixed=fixed)).encode(), "homicides.yaml")


def found(**row: Any) -> list[tuple[str, int]]:
    told: tuple[Finding, ...] = validate(
        dataset({**row, "UNIT_MEASURE": "PT"}, {**row, "TIME_PERIOD": "2019"}), shipped()
    )
    return [(one.rule, one.count) for one in told if one.rule.startswith("ADAPT")]


def test_an_own_series_without_a_record_is_told_once() -> None:
    assert found(SERIES=SAFE) == [("ADAPT-RECORD", 2)]
    assert found(SERIES=SAFE, ADAPTATION_TYPE="NEW") == []
    assert found(SERIES="VC_SNS_WALN") == []
    assert found(SERIES="_L_POPULATION") == [], "what others are weighted with needs no record"


@pytest.mark.parametrize(
    ("row", "proposed"),
    [
        ({"ADAPTATION_TYPE": "PROXY"}, True),
        ({"ADAPTATION_TYPE": "PROXY", "OBS_STATUS": "D"}, False),
        ({"ADAPTATION_TYPE": "PROXY", "OBS_STATUS": "P"}, False),
        ({"ADAPTATION_TYPE": "NARROWED", "DIFF_POPULATION": "Women", "DIFF_AREA": "The port"}, True),
        ({"ADAPTATION_TYPE": "NARROWED", "DIFF_AREA": "The port"}, False),
        ({"ADAPTATION_TYPE": "CONTEXTUAL"}, False),
        ({"ADAPTATION_TYPE": "IDENTICAL"}, False),
        ({"ADAPTATION_TYPE": "NEW"}, False),
    ],
)
def test_the_status_of_another_definition_is_proposed(row: dict[str, str], proposed: bool) -> None:
    assert found(SERIES=SAFE, GLOBAL_SERIES="VC_SNS_WALN", **row) == ([("ADAPT-STATUS", 2)] if proposed else [])


def test_a_structure_without_such_attributes_is_not_judged() -> None:
    structure = shipped().structure
    kept = tuple(a for a in structure.attributes if a.id != "ADAPTATION_TYPE")
    run, skipped = rules(replace(shipped(), structure=replace(structure, attributes=kept)))
    assert not {"ADAPT-RECORD", "ADAPT-STATUS"} & set(run)
    assert "ADAPTATION_TYPE" in str(skipped["ADAPT-RECORD"])


def test_a_structure_map_has_what_the_records_give() -> None:
    one = {"series": "VC_IHR_PSRCN", "type": "IDENTICAL", "of": "VC_IHR_PSRCN", "source": "Police"}
    made = exported(Mapping.model_validate(words(adaptations=[one])), "bristol/homicides", shipped().structure, {})
    (map_,) = [a for a in made if isinstance(a, StructureMap)]
    assert FixedValue(component="DIFF_SOURCE", values=("Police",)) in map_.fixed
    columns = {**words()["columns"], "What": {"to": "SERIES", "codes": {"killed": "VC_IHR_PSRCN", "other": "_L_X"}}}
    fixed = {c: v for c, v in words()["fixed"].items() if c != "SERIES"}
    told = Mapping.model_validate(words(columns=columns, fixed=fixed, adaptations=[one]))
    made = exported(told, "bristol/homicides", shipped().structure, {})
    (sources,) = [a for a in made if isinstance(a, RepresentationMap) and a.id.endswith("_DIFF_SOURCE")]
    assert [(m.sources[0].value, m.targets) for m in sources.mappings] == [("killed", ("Police",))]
