"""What the mapping itself has wrong is told once, and then each cell or the number of rows that it costs: nothing fails unnamed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mapping_words import COLUMNS, SCHEMA, lines, mapping, observations, said

from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Place
from dataexchange.model.mapping import UNUSED
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Item
from dataexchange.pipeline.mapping import MappingResult, apply_mapping
from dataexchange.pipeline.validation import validate
from dataexchange.workflow.consequences import first_causes

TABLE = "Year,Ward,Sex,Value\n2018,Ashley,Men,1\n2018,Clifton,Men,..\n2019,Clifton,Women,3"
WARDS = {"Year": "TIME_PERIOD", "Ward": COLUMNS["Ward"], "Value": "OBS_VALUE"}


def with_mandatory(*attributes: str) -> Schema:
    structure = SCHEMA.structure
    changed = tuple(replace(a, mandatory=a.id in attributes) for a in structure.attributes)
    return replace(SCHEMA, structure=replace(structure, attributes=changed))


def both(schema: Schema = SCHEMA, table: str = TABLE, **changes: Any) -> tuple[MappingResult, list[str]]:
    """The result of mapping, and the rules that it and validation find broken."""
    result = apply_mapping(lines(table), mapping(missing={"..": "M"}, **changes), schema)
    dataset: Dataset = result.dataset
    return result, [f.rule for f in (*result.findings, *validate(dataset, schema))]


def test_all_that_is_missing_is_one_finding() -> None:
    totals = {**SCHEMA.codes, "SEX": {"_T": Item(id="_T")}}
    result = apply_mapping(lines(TABLE), mapping(columns={"Year": "TIME_PERIOD"}), replace(SCHEMA, codes=totals))
    (told,) = [message for rule, message in said(result) if rule == "MAP-SCHEMA"]
    assert told == (
        "The mapping gives nothing to REF_AREA, SEX, OBS_VALUE, which every observation of DX:TEST(1.0.0) has: add them under "
        "`fixed` (usually _T, no breakdown, for SEX) or `columns`. It costs 3 rows."
    )
    (found,) = apply_mapping(lines(TABLE), mapping(columns=WARDS, ignore=["Sex"], missing={"..": "M"}), SCHEMA).findings
    assert found.message.endswith(
        " has: add it under `fixed` (usually _T, no breakdown) or `columns`. It costs 3 rows."
    )


@pytest.mark.parametrize("code", ["MEN", "Y17"])
def test_a_wrong_fixed_code_is_told_once(code: str) -> None:
    result, rules = both(columns=WARDS, ignore=["Sex"], fixed={"SEX": code})
    assert rules == ["MAP-SCHEMA"]
    assert result.findings[0].message.endswith("It costs 3 rows.")
    assert result.counts["failed"] == 3


def test_a_wrong_fixed_attribute_is_left_empty_unless_it_is_mandatory() -> None:
    result, rules = both(fixed={"OBS_STATUS": "WRONG"})
    assert rules[0] == "MAP-SCHEMA"
    assert "STR-CODE" not in rules
    assert "It costs" not in result.findings[0].message
    assert [o["OBS_STATUS"] for o in observations(result)] == [None, "M", None]
    strict, rules = both(with_mandatory("OBS_STATUS"), fixed={"OBS_STATUS": "WRONG"})
    assert rules == ["MAP-SCHEMA"]
    assert strict.counts["failed"] == 3


def test_a_wrong_code_of_a_column_is_told_once_and_then_its_cells() -> None:
    columns = {**COLUMNS, "Sex": {"to": "SEX", "codes": {"Men": "MALE", "Women": "F"}}}
    result, rules = both(columns=columns)
    assert rules == ["MAP-SCHEMA", "MAP-CODE", "MAP-CODE"]
    assert [f.place for f in result.findings[1:]] == [Place("table.csv", None, row, "Sex", "Men") for row in (2, 3)]
    assert result.findings[1].message == "'Men' becomes MALE, which is no code of SEX: correct the mapping."
    assert (result.counts["failed"], [o["SEX"] for o in observations(result)]) == (2, ["F"])


def test_a_report_tells_a_wrong_code_as_a_fault_of_the_mapping_at_each_of_its_cells() -> None:
    columns = {**COLUMNS, "Sex": {"to": "SEX", "codes": {"Men": "MALE", "Women": "F"}}}
    result, _ = both(columns=columns)
    told = first_causes(result.findings, [])
    assert [(f.rule, f.place.row) for f in told] == [("MAP-SCHEMA", 2), ("MAP-SCHEMA", 3)]
    assert {f.sentence for f in told} == {result.findings[0].sentence}
    idle = lines("Year,Ward,Sex,Value\n2018,Ashley,Women,1")
    (only,) = first_causes(apply_mapping(idle, mapping(columns=columns), SCHEMA).findings, [])
    assert (only.rule, only.place.row) == ("MAP-SCHEMA", None)


def test_a_wrong_status_of_a_missing_value_is_told_once_and_then_its_cells() -> None:
    result = apply_mapping(lines(TABLE), mapping(missing={"..": "WRONG"}), SCHEMA)
    assert [f.rule for f in (*result.findings, *validate(result.dataset, SCHEMA))] == ["MAP-SCHEMA", "MAP-CODE"]
    assert result.findings[1].place == Place("table.csv", None, 3, "Value", "..")
    assert (result.counts["failed"], result.counts["observations"]) == (1, 2)


def test_codes_that_are_no_slip_of_the_hand_are_not_proposed() -> None:
    ages = {**SCHEMA.codes, "SEX": {code: Item(id=code) for code in ("Y7T17", "Y_GE16", "Y16T24", "Y0T4")}}
    for code in ("Y17", "Y16"):
        words = mapping(columns=WARDS, ignore=["Sex"], fixed={"SEX": code}, missing={"..": "M"})
        (found,) = apply_mapping(lines(TABLE), words, replace(SCHEMA, codes=ages)).findings
        assert "did you mean" not in found.message
    words = mapping(columns=WARDS, ignore=["Sex"], fixed={"SEX": "YGE16"}, missing={"..": "M"})
    (found,) = apply_mapping(lines(TABLE), words, replace(SCHEMA, codes=ages)).findings
    assert "did you mean 'Y_GE16'?" in found.message


@pytest.mark.parametrize(
    ("text", "forms", "says"),
    [
        ("2999", ["sdmx"], ": years run from 1300 to 2700, correct the cell."),
        ("1066", ["sdmx"], ": years run from 1300 to 2700, correct the cell."),
        ("1066-Q1", ["sdmx"], ": years run from 1300 to 2700, correct the cell."),
        ("2999/3000", ["survey_year"], ": years run from 1300 to 2700, correct the cell."),
        ("2018-13", ["sdmx"], ": correct the cell."),
        ("20181", ["sdmx"], ": correct the cell."),
        (
            "2018-03-31",
            ["survey_year"],
            ": add `date` under `period` for the year of the date, or `sdmx` for the day itself.",
        ),
        ("2018-19", ["sdmx"], ": add `survey_year` under `period`."),
    ],
)
def test_a_text_that_is_no_period_is_met_with_what_to_do(text: str, forms: list[str], says: str) -> None:
    columns = {**COLUMNS, "Year": {"to": "TIME_PERIOD", "period": forms}}
    table = lines(f"Year,Ward,Sex,Value\n{text},Ashley,Men,1")
    ((rule, message),) = said(apply_mapping(table, mapping(columns=columns), SCHEMA))
    assert rule == "MAP-PERIOD"
    assert message.endswith(says)


def test_the_first_and_last_years_are_periods() -> None:
    table = "\n".join(["Year,Ward,Sex,Value", *(f"{year},Ashley,Men,1" for year in (1300, 2700))])
    assert apply_mapping(lines(table), mapping(), SCHEMA).counts["observations"] == 2


def test_rows_that_collapse_are_told_which_column_is_not_mapped() -> None:
    table = lines("Year,Region,Value\n2018,North,1\n2018,South,2\n2019,North,3\n2019,South,4")
    words = mapping(columns={"Year": "TIME_PERIOD", "Value": "OBS_VALUE"}, fixed={"REF_AREA": "GB", "SEX": "_T"})
    for words_ in (words, words.model_copy(update={"ignore": ("Region",)})):
        result = apply_mapping(table, words_, SCHEMA)
        assert result.dataset.table[f"{UNUSED}Region"].to_pylist() == ["North", "South"] * 2
        (found,) = validate(result.dataset, SCHEMA)
        assert (found.rule, found.count) == ("DUP-CONTRADICTION", 2)
        assert "they differ in column 'Region', which is not mapped" in found.message


def test_headers_that_are_unpivoted_and_not_mapped_tell_cells_apart_too() -> None:
    table = lines("Year,Men,Women\n2018,1,2\n2019,3,4")
    words = mapping(
        columns={"Year": "TIME_PERIOD", "Figure": "OBS_VALUE"},
        unpivot={"columns": ["Men", "Women"], "names_to": "Who", "values_to": "Figure"},
        fixed={"REF_AREA": "GB", "SEX": "_T"},
    )
    (found,) = validate(apply_mapping(table, words, SCHEMA).dataset, SCHEMA)
    assert (found.count, "column 'Who'" in found.message) == (2, True)
