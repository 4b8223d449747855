"""The shape of tables: header rows, several components from one text, patterns, group labels, sheets. The twin judges the cells; these
judge what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from mapping_words import COLUMNS, SCHEMA, cells, lines, mapping, observations, said
from openpyxl import Workbook
from pydantic import ValidationError

from dataexchange.model.mapping import Mapping
from dataexchange.model.structure_map import FixedValue, RepresentationMap, StructureMap
from dataexchange.pipeline.mapping import apply_mapping
from dataexchange.pipeline.mapping_export import exported
from dataexchange.pipeline.mapping_tables import apply_to_all
from dataexchange.pipeline.reading import read_tables
from dataexchange.pipeline.validation import validate

MELTED = {"Year": "TIME_PERIOD", "Ward": COLUMNS["Ward"], "Who": COLUMNS["Sex"], "Figure": "OBS_VALUE"}
SPLIT = {"split": "(Men|Women) (.*)", "names_to": ["Who", "Year"], "values_to": "Figure"}
TWO_ROWS = {"matching": ".* / .*", "names_to": ["Who", "Year"], "values_to": "Figure"}
INDICATOR = {
    "Homicides": {"SEX": "_T", "UNIT_MEASURE": "NUMBER"},
    "Homicide rate": {"SEX": "_T", "UNIT_MEASURE": "PER_100000_POP"},
}


def test_two_header_rows_are_two_columns() -> None:
    table = lines("Ward,Men / 2018,Women / 2018\nAshley,1,2")
    table = replace(
        table, heads={"Ward": ("Ward", ""), "Men / 2018": ("Men", "2018"), "Women / 2018": ("Women", "2018")}
    )
    result = apply_mapping(table, mapping(columns=MELTED, unpivot=TWO_ROWS), SCHEMA)
    assert cells(result) == [
        ("GB_BRS_1", "M", "2018", 1.0, 2, "Men / 2018"),
        ("GB_BRS_1", "F", "2018", 2.0, 2, "Women / 2018"),
    ]


def test_names_for_header_rows_that_are_not_there_are_told() -> None:
    result = apply_mapping(lines("Ward,Men / 2018\nAshley,1"), mapping(columns=MELTED, unpivot=TWO_ROWS), SCHEMA)
    (rule, message), *_ = said(result)
    assert rule == "MAP-COLUMN"
    assert message.startswith(
        "The table has 1 header row, and `unpivot.names_to` has 2 names: give a name for each header row"
    )
    assert message.endswith("It costs 1 row.")


def test_a_header_is_taken_apart_by_groups() -> None:
    result = apply_mapping(
        lines("Ward,Women 2018-19,Men 2018\nAshley,1,2"), mapping(columns=MELTED, unpivot=SPLIT), SCHEMA
    )
    assert [o["OBS_VALUE"] for o in observations(result)] == [2.0]
    ((rule, message),) = said(result)
    assert (rule, result.findings[0].place.column) == ("MAP-PERIOD", "Women 2018-19")
    assert "'2018-19' in column 'Year' is no period such as 2018" in message
    assert message.endswith("It costs 1 row.")


def test_a_text_gives_several_components() -> None:
    columns = {"Year": "TIME_PERIOD", "Ward": COLUMNS["Ward"], "Indicator": {"gives": INDICATOR}, "Value": "OBS_VALUE"}
    table = lines("Year,Ward,Indicator,Value\n2018,,Homicides,7\n2018,,Homicide rate,1.5\n2018,,Homicide,2")
    result = apply_mapping(table, mapping(columns=columns), SCHEMA)
    assert [(o["SEX"], o["UNIT_MEASURE"], o["OBS_VALUE"]) for o in observations(result)] == [
        ("_T", "NUMBER", 7.0),
        ("_T", "PER_100000_POP", 1.5),
    ]
    ((rule, message),) = said(result)
    assert (rule, result.findings[0].place.row) == ("MAP-CODE", 4)
    assert message.startswith("'Homicide' in column 'Indicator' has no code for SEX and UNIT_MEASURE in the mapping: ")


def test_what_gives_leaves_open_is_fixed_or_told() -> None:
    gives = {"Homicides": {"UNIT_MEASURE": "NUMBER"}, "Boys": {"SEX": "M", "UNIT_MEASURE": "NUMBER"}}
    columns = {"Year": "TIME_PERIOD", "Ward": COLUMNS["Ward"], "What": {"gives": gives}, "Value": "OBS_VALUE"}
    table = lines("Year,Ward,What,Value\n2018,,Homicides,7\n2018,,Boys,1.5")
    fixed = apply_mapping(table, mapping(columns=columns, fixed={"SEX": "_T"}), SCHEMA)
    assert [o["SEX"] for o in observations(fixed)] == ["_T", "M"]
    assert said(fixed) == []
    open_ = apply_mapping(table, mapping(columns=columns), SCHEMA)
    assert [o["SEX"] for o in observations(open_)] == ["M"]
    assert said(open_) == [
        (
            "MAP-SCHEMA",
            "`gives` of column 'What' gives SEX nothing for 'Homicides': write it there, or for all under `fixed`.",
        ),
        ("MAP-CODE", "'Homicides' becomes nothing, which is no code of SEX: correct the mapping."),
    ]


def test_what_is_read_must_be_in_the_list() -> None:
    ward = {"to": "REF_AREA", "codes": {"Ashley": "GB"}, "patterns": [{"match": r"Ward (\d)", "gives": r"GB_BRS_\1"}]}
    table = lines("Year,Ward,Sex,Value\n2018,Ward 1,Men,1\n2018,Ward 7,Men,2\n2018,Ashley,Men,3\n2018,Ward x,Men,4")
    result = apply_mapping(table, mapping(columns=COLUMNS | {"Ward": ward}), SCHEMA)
    assert [o["REF_AREA"] for o in observations(result)] == ["GB_BRS_1", "GB"]
    assert [(f.rule, f.place.row) for f in result.findings] == [("MAP-CODE", 3), ("MAP-CODE", 5)]
    assert result.findings[0].message == (
        "'Ward 7' in column 'Ward' is read as GB_BRS_7, which is no code of REF_AREA: correct the cell, or write the text with its "
        "code under `codes`."
    )


def test_a_group_label_is_told_where_it_stands() -> None:
    table = lines("Year,Ward,Sex,Value\n2017,Cliftn,Men,1\n2018,,Men,2\n2019, ,Men,3\n2019,Ashley,Men,4\n2020,,Men,5")
    ward = {"to": "REF_AREA", "codes": {"Ashley": "GB_BRS_1"}, "fill_down": True}
    result = apply_mapping(table, mapping(columns=COLUMNS | {"Ward": ward}), SCHEMA)
    assert [(o["REF_AREA"], o["OBS_VALUE"]) for o in observations(result)] == [("GB_BRS_1", 4.0), ("GB_BRS_1", 5.0)]
    (finding,) = result.findings
    assert (finding.place.row, finding.place.value, result.counts["failed"]) == (2, "Cliftn", 3)
    assert finding.message.endswith("It costs 3 rows.")


def test_rows_and_columns_are_left_out_by_pattern() -> None:
    rules = [
        {"column": "Ward", "matching": "(?i).* total", "reason": "sums"},
        {"column": "Ward", "blank": True, "reason": "a gap"},
        {"column": "Who", "equals": ["Both"], "reason": "a sum"},
    ]
    unpivot = {"columns": ["Men", "Both"], "names_to": "Who", "values_to": "Figure"}
    table = lines("Year,Ward,Men,Both\n2018,Ashley,1,3\n2018,City TOTAL,2,4\n2018,,5,6")
    result = apply_mapping(table, mapping(columns=MELTED, unpivot=unpivot, leave_out=rules), SCHEMA)
    assert cells(result) == [("GB_BRS_1", "M", "2018", 1.0, 2, "Men")]
    assert [message for _, message in said(result)] == [
        "1 row is left out because column 'Ward' is a text like '(?i).* total': sums",
        "1 row is left out because column 'Ward' is empty: a gap",
        "1 column of values is left out because 'Who' is 'Both': a sum",
    ]


def sheets(**changes: Any) -> Any:
    first, second = lines("Year,Ward,Value\n2018,Ashley,1"), lines("Year,Ward,Value\n2018,Ashley,1\n2019,Ashley,2")
    words = {name: target for name, target in COLUMNS.items() if name != "Sex"}
    return apply_to_all(
        [replace(first, sheet="Men"), replace(second, sheet="Women"), replace(second, sheet="Notes")],
        mapping(columns=words | changes.pop("columns", {}), **changes),
        SCHEMA,
    )


def test_sheets_choose_a_series() -> None:
    notes = {"column": "@sheet", "equals": ["Notes"], "reason": "no figures"}
    result = sheets(columns={"@sheet": {"to": "SEX", "codes": {"Men": "M", "Women": "F"}}}, leave_out=[notes])
    assert [(o["SEX"], o["TIME_PERIOD"], o["OBS_VALUE"]) for o in observations(result)] == [
        ("M", "2018", 1.0),
        ("F", "2018", 1.0),
        ("F", "2019", 2.0),
    ]
    assert result.counts == {
        "rows": 5,
        "left_out": 2,
        "cells": 3,
        "observations": 3,
        "skipped": 0,
        "failed": 0,
    }
    unknown = sheets(columns={"@sheet": {"to": "SEX", "codes": {"Men": "M", "Women": "F"}}})
    (finding,) = unknown.findings
    assert (finding.rule, finding.place.sheet, finding.place.value) == ("MAP-CODE", "Notes", "Notes")
    assert finding.message.endswith("It costs 2 rows.")


def test_what_stands_in_two_sheets_names_both() -> None:
    result = sheets(fixed={"SEX": "M"}, leave_out=[{"column": "@sheet", "matching": "N.*", "reason": "no figures"}])
    (repeated,) = [f for f in validate(result.dataset, SCHEMA, headers={}) if f.rule.startswith("DUP")]
    assert (repeated.rule, repeated.place.sheet, repeated.place.row) == ("DUP-REPEATED", "Women", 2)
    assert "stands already in sheet 'Men', row 2" in repeated.message


def test_a_column_that_one_sheet_lacks_names_the_sheet() -> None:
    one = replace(lines("Year,Ward,Sex,Value\n2018,Ashley,Men,1"), sheet="2018")
    two = replace(lines("Year,Ward,Sex,Valeu\n2019,Ashley,Men,1"), sheet="2019")
    result = apply_to_all([one, two], mapping(), SCHEMA)
    assert [(f.rule, f.place.sheet, f.place.column) for f in result.findings] == [("MAP-COLUMN", "2019", "Valeu")]
    assert (result.counts["observations"], result.counts["failed"]) == (1, 1)


def test_a_file_without_sheets_says_so() -> None:
    result = apply_mapping(lines("Year,Ward,Value\n2018,,1"), _by_sheet(), SCHEMA)
    assert said(result)[1][1].startswith("The mapping uses '@sheet', and a file of this kind has no sheets: ")


def _by_sheet() -> Mapping:
    return mapping(columns={**COLUMNS, "@sheet": COLUMNS["Sex"]} | {"Sex": {"to": "COMMENT_OBS"}}, ignore=["Notes"])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"columns": {"A": {"gives": {"x": {"SEX": "M"}}, "to": "SEX"}}}, "`gives` says all that the column gives"),
        ({"columns": {"A": {"gives": {"x": {"SEX": "M"}}}, "B": "SEX"}}, "SEX is given twice, by 'A' and by 'B'"),
        ({"columns": {"A": {"gives": {"x": {"SEX": "M"}}}}, "fixed": {"SEX": "_T"}}, "SEX is given twice"),
        ({"columns": {"A": {"gives": {}}}}, "write texts with what they give"),
        ({"columns": {"A": {"codes": {"x": "y"}}}}, "say under `to` which component the column goes to"),
        ({"columns": {"A": {"to": "SEX", "patterns": [{"match": "(", "gives": "x"}]}}}, "is no regular expression"),
        ({"columns": {"A": {"to": "SEX", "patterns": [{"match": "a)|(b", "gives": "x"}]}}}, "is no regular expression"),
        ({"columns": {"A": {"to": "SEX", "patterns": [{"match": "(a)", "gives": r"\2"}]}}}, "`match` has 1 groups"),
        ({"columns": {"@sheet": {"to": "SEX", "fill_down": True}}}, "is no column of the table itself"),
        ({"unpivot": {"split": "(a)", "names_to": ["A", "B"]}}, "`split` has 1 groups and `names_to` 2 names"),
        ({"unpivot": {"columns": ["x"], "names_to": ["A", "A"]}}, "two of the new columns have one name"),
        ({"leave_out": [{"column": "A", "reason": "x"}]}, "say which rows"),
    ],
)
def test_words_that_do_not_go_together_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s).*{says}".replace("`", "`")):
        mapping(**changes)


def test_a_structure_map_holds_what_it_can_and_says_the_rest() -> None:
    columns = {
        "Year": "TIME_PERIOD",
        "Ward": {"to": "REF_AREA", "patterns": [{"match": r"W(\d)", "gives": r"GB_BRS_\1"}], "fill_down": True},
        "Indicator": {"gives": {"Homicides": {"SEX": "_T"}, "Boys": {"SEX": "M", "UNIT_MEASURE": "PT"}}},
        "@sheet": {"to": "COMMENT_OBS", "read_as": "age"},
        "Value": "OBS_VALUE",
    }
    rule = {"column": "Ward", "matching": "T.*", "blank": True, "reason": "sums"}
    words = mapping(columns=columns, fixed={"UNIT_MEASURE": "NUMBER"}, leave_out=[rule], unpivot=SPLIT)
    made = exported(words, "bristol/x", SCHEMA.structure, {})
    (map_,) = [a for a in made if isinstance(a, StructureMap)]
    values = {
        a.id.removeprefix("BRISTOL_X_"): [(m.sources[0].value, m.sources[0].is_regex, *m.targets) for m in a.mappings]
        for a in made
        if isinstance(a, RepresentationMap)
    }
    assert values == {
        "REF_AREA": [(r"W(\d)", True, r"GB_BRS_\1")],
        "SEX": [("Homicides", False, "_T"), ("Boys", False, "M")],
        "UNIT_MEASURE": [("Homicides", False, "NUMBER"), ("Boys", False, "PT")],
    }
    assert FixedValue(component="UNIT_MEASURE", values=("NUMBER",)) not in map_.fixed
    assert [(a.type, a.title) for a in map_.annotations] == [
        ("UNPIVOT", "(Men|Women) (.*) -> Who, Year; Figure"),
        ("LEAVE_OUT", "Ward: like T.*, empty"),
        ("NAME_OF_TABLE", "@sheet: what the sheet is called"),
        ("FILL_DOWN", "Ward"),
        ("READ_AS", "@sheet -> COMMENT_OBS: age"),
        ("NO_OBSERVATION", "''"),
    ]


def test_numbers_of_the_file_itself_stay_so_when_filled_down() -> None:
    table = lines("Year,Ward,Sex,Value\n2018,Ashley,Men,1.5\n2019,Ashley,Men,")
    table = replace(table, numbers={"Value": np.array([True, False])}, columns=pa.table(table.columns))
    words = mapping(columns=COLUMNS | {"Value": {"to": "OBS_VALUE", "fill_down": True}}, numbers={"decimal": ","})
    assert [o["OBS_VALUE"] for o in observations(apply_mapping(table, words, SCHEMA))] == [1.5, 1.5]


def test_what_is_derived_may_need_two_sheets() -> None:
    columns = {name: target for name, target in COLUMNS.items() if name != "Sex"}
    columns |= {"@sheet": {"to": "SEX", "codes": {"Men": "M", "Women": "F"}}}
    ratio = {
        "series": {"SEX": "_T"},
        "formula": "men / women",
        "where": {"men": {"SEX": "M"}, "women": {"SEX": "F"}},
    }
    men = replace(lines("Year,Ward,Value\n2018,Ashley,6\n2019,Ashley,1"), sheet="Men")
    women = replace(lines("Year,Ward,Value\n2018,Ashley,3\n2019,Ashley,0"), sheet="Women")
    result = apply_to_all([men, women], mapping(columns=columns, derive=[ratio]), SCHEMA)
    assert [o["OBS_VALUE"] for o in observations(result) if o["SEX"] == "_T"] == [2.0]
    assert result.counts["derived"] == 1
    (zero,) = [f for f in result.findings if f.rule == "MAP-DERIVED-ZERO"]
    assert (zero.place.sheet, zero.place.row) == ("Women", 3)


def test_sheets_with_merged_headers_and_labels_are_read_and_mapped(tmp_path: Path) -> None:
    book = Workbook()
    for sheet, name in ((book.active, "2018"), (book.create_sheet("2019"), "2019")):
        assert sheet is not None
        sheet.title = name
        for row in (
            ["Ward", "Men", None, "Women", None],
            [None, "young", "old", "young", "old"],
            ["Ashley", 1, 2, 3, 4],
            ["Clifton", 5, 6, 7, None],
        ):
            sheet.append(row)
        for cells_ in ("A1:A2", "B1:C1", "D1:E1"):
            sheet.merge_cells(cells_)
    path = tmp_path / "wards.xlsx"
    book.save(path)
    words = mapping(
        read={"sheet": "all", "header_rows": 2},
        columns={
            "@sheet": "TIME_PERIOD",
            "Ward": COLUMNS["Ward"],
            "Who": COLUMNS["Sex"],
            "Age": "COMMENT_OBS",
            "Value": "OBS_VALUE",
        },
        unpivot={"matching": ".* / .*", "names_to": ["Who", "Age"]},
    )
    result = apply_to_all(read_tables(path, words.read), words, SCHEMA)
    assert result.findings == ()
    assert (result.counts["cells"], result.counts["observations"], result.counts["skipped"]) == (16, 14, 2)
    last = observations(result)[-3:]
    assert [(o["REF_AREA"], o["SEX"], o["COMMENT_OBS"], o["TIME_PERIOD"], o["OBS_VALUE"]) for o in last] == [
        ("GB_BRS_1", "F", "young", "2019", 3.0),
        ("GB_BRS_2", "F", "young", "2019", 7.0),
        ("GB_BRS_1", "F", "old", "2019", 4.0),
    ]
