"""Mapping: what a table becomes, and what is said of every cell that it cannot become."""

from __future__ import annotations

import math
import time

import numpy as np
import pyarrow as pa
import pytest
from mapping_words import COLUMNS, SCHEMA, cells, lines, mapping, observations, said, schema, source

from dataexchange.model.dataset import CODE, COLUMN, ROW
from dataexchange.model.finding import Place, Severity
from dataexchange.model.structure import Representation
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping import apply_mapping

GOOD = """
Year,Ward,Sex,Value
2018,Ashley,Men,1.5
2018, ,Women,2
2019,Clifton,All,
"""


def test_a_table_becomes_observations() -> None:
    result = apply_mapping(lines(GOOD), mapping(fixed={"OBS_STATUS": "A", "UNIT_MEASURE": "PT"}), SCHEMA)
    assert cells(result) == [
        ("GB_BRS_1", "M", "2018", 1.5, 2, "Value"),
        ("GB_BRS", "F", "2018", 2.0, 3, "Value"),
    ]
    assert result.findings == ()
    assert result.counts == {"rows": 3, "left_out": 0, "cells": 3, "observations": 2, "skipped": 1, "failed": 0}
    table = result.dataset.table
    assert table.schema.names == [
        "REF_AREA",
        "SEX",
        "TIME_PERIOD",
        "OBS_VALUE",
        "OBS_STATUS",
        "UNIT_MEASURE",
        ROW,
        COLUMN,
    ]
    types = [CODE, CODE, pa.int32(), pa.float64(), CODE, CODE, pa.int32(), CODE]
    assert table.schema.types == types
    assert (result.dataset.file, result.dataset.provider) == ("table.csv", "BRISTOL")
    assert str(result.dataset.dataflow) == "DX:DF_TEST(1.0.0)"


def test_every_cell_that_cannot_be_mapped_is_a_finding() -> None:
    table = lines(
        """
Year;Ward;Sex;Value
2018;Ashely;Men;1
x;Clifton;;2
2018/19;Ashley;women;1,5,2
2018;Ashley;Men;12%
2018;;Men;#REF!
2018;Ashley;Men;=A1/B1
2018;Ashley;#N/A;n/a
""",
        ";",
    )
    result = apply_mapping(table, mapping(), SCHEMA)
    assert [(f.place.row, f.place.column, f.place.value, f.rule, f.message) for f in result.findings] == [
        (
            2,
            "Ward",
            "Ashely",
            "MAP-CODE",
            "'Ashely' in column 'Ward' has no code for REF_AREA in the mapping: did you mean 'Ashley'? Add it to the codes, or "
            "correct the cell.",
        ),
        (
            3,
            "Year",
            "x",
            "MAP-PERIOD",
            "'x' in column 'Year' is no period such as 2018, 2018-Q1 or 2018-03: correct the cell.",
        ),
        (
            3,
            "Sex",
            "",
            "MAP-BLANK",
            "The cell in column 'Sex' is empty, and the mapping does not say what that means for SEX: fill it, or give the "
            "column a `blank` code.",
        ),
        (
            4,
            "Year",
            "2018/19",
            "MAP-PERIOD",
            "'2018/19' in column 'Year' is no period such as 2018, 2018-Q1 or 2018-03: add `survey_year` under `period`.",
        ),
        (
            4,
            "Sex",
            "women",
            "MAP-CODE",
            "'women' in column 'Sex' has no code for SEX in the mapping: did you mean 'Women'? Add it to the codes, or correct "
            "the cell.",
        ),
        (
            4,
            "Value",
            "1,5,2",
            "MAP-NUMBER",
            "'1,5,2' is no number: the mapping does not say which marks numbers have, and those of this column are read with decimal "
            "'.' and no thousands mark. Correct the cell, or say the marks under `numbers`.",
        ),
        (
            5,
            "Value",
            "12%",
            "MAP-NUMBER",
            "'12%' is no number as the mapping has them: write the number alone, or set numbers.percent: true so that 12% is 12.",
        ),
        (
            6,
            "Value",
            "#REF!",
            "FILE-FORMULA",
            "The formula of this cell gives '#REF!': mend the formula, or write the figure.",
        ),
        (
            7,
            "Value",
            "=A1/B1",
            "FILE-FORMULA",
            "The cell holds the formula '=A1/B1' without a result: open the file in the spreadsheet program and save it again.",
        ),
        (
            8,
            "Sex",
            "#N/A",
            "FILE-FORMULA",
            "The formula of this cell gives '#N/A': mend the formula, or write the figure.",
        ),
        (
            8,
            "Value",
            "n/a",
            "MAP-NUMBER",
            "'n/a' is no number as the mapping has them: correct the cell, or say under `missing` what the text means (other "
            "offices: “not available”, M).",
        ),
    ]
    assert {f.severity for f in result.findings} == {Severity.ERROR}
    assert {(f.place.file, f.place.sheet) for f in result.findings} == {("table.csv", None)}
    assert result.counts == {"rows": 7, "left_out": 0, "cells": 7, "observations": 0, "skipped": 0, "failed": 7}


def test_columns_are_declared() -> None:
    table = lines("Yeer,Ward,Sex,Value,Note,Other\n2018,Ashley,Men,1,x,y")
    result = apply_mapping(table, mapping(ignore=["Other", "Gone"]), SCHEMA)
    assert said(result) == [
        (
            "MAP-COLUMN",
            "The table has no column 'Year': did you mean 'Yeer'? Correct the header or the mapping; the table has 'Yeer', "
            "'Ward', 'Sex', 'Value', 'Note', 'Other'. It costs 1 row.",
        ),
        (
            "MAP-UNKNOWN-COLUMN",
            "The mapping does not mention column 'Note', so it is not used: map it, or list it under `ignore`.",
        ),
    ]
    assert result.counts["failed"] == 1
    assert result.dataset.n == 0


def test_headers_match_without_spaces_and_line_breaks() -> None:
    columns = {("  Sex\n" if name == "Sex" else name): target for name, target in COLUMNS.items()}
    assert apply_mapping(lines(GOOD), mapping(columns=columns), SCHEMA).counts["observations"] == 2


def test_the_mapping_itself_is_checked_against_the_structure_once() -> None:
    columns = {
        "Year": "TIME_PERIOD",
        "Ward": {"to": "REFAREA"},
        "Sex": {"to": "SEX", "codes": {"Men": "MALE", "Women": "F", "Boys": "MALE", "All": "_T"}, "blank": "T"},
        "Value": "OBS_VALUE",
    }
    result = apply_mapping(
        lines(GOOD), mapping(columns=columns, fixed={"OBS_STATUS": "AA", "UNITS": "PT"}, missing={"": "m"}), SCHEMA
    )
    assert said(result) == [
        (
            "MAP-SCHEMA",
            "Column 'Ward' of the mapping goes to 'REFAREA', which DX:TEST(1.0.0) does not have: did you mean REF_AREA?",
        ),
        (
            "MAP-SCHEMA",
            "The mapping turns 'Men', 'Boys' of column 'Sex' into the code 'MALE', which the code list of SEX does not have: "
            "correct it in the mapping, or add the code to the list.",
        ),
        (
            "MAP-SCHEMA",
            "The mapping turns an empty cell of column 'Sex' into the code 'T', which the code list of SEX does not have: did "
            "you mean '_T'?",
        ),
        (
            "MAP-SCHEMA",
            "`fixed` gives OBS_STATUS the value 'AA', which its code list does not have: correct it in the mapping, or "
            "add the code to the list.",
        ),
        (
            "MAP-SCHEMA",
            "`fixed` gives a value to 'UNITS', which DX:TEST(1.0.0) does not have: it has REF_AREA, SEX, TIME_PERIOD, OBS_VALUE, "
            "OBS_STATUS, COMMENT_OBS, UNIT_MEASURE.",
        ),
        (
            "MAP-SCHEMA",
            "`missing` turns '' into the status 'm', which the code list of OBS_STATUS does not have: did you mean 'M'? "
            "Write skip for no observation.",
        ),
        (
            "MAP-SCHEMA",
            "The mapping gives nothing to REF_AREA, which every observation of DX:TEST(1.0.0) has: add it under `fixed` or "
            "`columns`. It costs 3 rows.",
        ),
        ("MAP-CODE", "'Men' becomes MALE, which is no code of SEX: correct the mapping."),
        ("MAP-CODE", "The empty cell becomes m, which is no code of OBS_STATUS: correct the mapping."),
    ]
    assert result.counts["observations"] == 0
    assert result.dataset.table.schema.field("REF_AREA").type == CODE


@pytest.mark.parametrize(
    ("fixed", "says"),
    [
        ({"TIME_PERIOD": "last year"}, "`fixed` gives TIME_PERIOD the value 'last year', which is no period"),
        ({"OBS_VALUE": "many"}, "`fixed` gives OBS_VALUE the value 'many', which is no number"),
    ],
)
def test_fixed_periods_and_numbers_are_read(fixed: dict[str, str], says: str) -> None:
    columns = {name: target for name, target in COLUMNS.items() if str(target) not in fixed}
    result = apply_mapping(lines(GOOD), mapping(columns=columns, fixed=fixed), SCHEMA)
    assert result.findings[0].message.startswith(says) or says in " ".join(m for _, m in said(result))
    assert result.counts["failed"] == 3
    good = {"TIME_PERIOD": "2020", "OBS_VALUE": "7"}
    again = apply_mapping(lines(GOOD), mapping(columns=columns, fixed={name: good[name] for name in fixed}), SCHEMA)
    assert again.counts["failed"] == 0


def test_rows_left_out_are_counted_with_the_reason() -> None:
    left = [{"column": "Sex", "equals": ["All", "Women"], "reason": "they are counted elsewhere"}]
    result = apply_mapping(lines(GOOD), mapping(leave_out=left), SCHEMA)
    (found,) = result.findings
    assert found.message == "2 rows are left out because column 'Sex' is 'All' or 'Women': they are counted elsewhere"
    assert (found.rule, found.count, found.place.row) == ("MAP-LEFT-OUT", 2, 3)
    assert result.counts == {"rows": 3, "left_out": 2, "cells": 1, "observations": 1, "skipped": 0, "failed": 0}


WIDE = """
Year;Ward;Men;Women;Note
2018;Ashley;1;2;
2019;Clifton;;x;
"""
MELTED = {
    "Year": "TIME_PERIOD",
    "Ward": COLUMNS["Ward"],
    "Who": COLUMNS["Sex"],
    "Figure": "OBS_VALUE",
}


@pytest.mark.parametrize("which", [{"columns": ["Men", "Women"]}, {"matching": "Men|Women"}])
def test_wide_tables_become_long_and_cells_keep_their_place(which: dict[str, object]) -> None:
    words = mapping(columns=MELTED, unpivot={**which, "names_to": "Who", "values_to": "Figure"}, ignore=["Note"])
    result = apply_mapping(lines(WIDE, ";"), words, SCHEMA)
    assert cells(result) == [("GB_BRS_1", "M", "2018", 1.0, 2, "Men"), ("GB_BRS_1", "F", "2018", 2.0, 2, "Women")]
    assert [(f.rule, f.place) for f in result.findings] == [
        ("MAP-NUMBER", Place("table.csv", None, 3, "Women", "x")),
    ]
    assert result.counts == {"rows": 2, "left_out": 0, "cells": 4, "observations": 2, "skipped": 1, "failed": 1}


def test_in_wide_tables_a_row_or_a_header_that_fails_is_one_finding() -> None:
    columns = {**MELTED, "Who": {"to": "SEX", "codes": {"Men": "M"}}}
    words = mapping(columns=columns, unpivot={"columns": ["Men", "Women"], "names_to": "Who", "values_to": "Figure"})
    table = lines("Year;Ward;Men;Women\n2018;Ashley;1;2\n2019;Nowhere;3;4", ";")
    result = apply_mapping(table, words, SCHEMA)
    assert [(f.rule, f.place.row, f.place.column, f.place.value) for f in result.findings] == [
        ("MAP-CODE", None, "Women", "Women"),
        ("MAP-CODE", 3, "Ward", "Nowhere"),
    ]
    assert result.counts["observations"] == 1
    assert result.counts["failed"] == 3


def test_unpivot_without_its_columns_is_a_finding() -> None:
    words = mapping(columns=MELTED, unpivot={"matching": r"\d{4}", "names_to": "Who", "values_to": "Figure"})
    result = apply_mapping(lines(WIDE, ";"), words, SCHEMA)
    assert said(result)[0][1].startswith("No header matches the pattern '\\\\d{4}' of unpivot.matching: ")
    assert result.counts["observations"] == 0


def test_words_for_missing_values() -> None:
    table = lines(
        "Year,Ward,Sex,Value\n2018,Ashley,Men,..\n2018,Clifton,Men,c\n2018,,Men,-\n2018,,Women,3\n2018,,Women,"
    )
    words = mapping(missing={"..": "M", "c": "Q", "-": "skip"}, fixed={"OBS_STATUS": "A"})
    result = apply_mapping(table, words, SCHEMA)
    got = [(o["OBS_VALUE"], o["OBS_STATUS"]) for o in observations(result)]
    assert [(None if v is None or math.isnan(v) else v, s) for v, s in got] == [(None, "M"), (None, "Q"), (3.0, "A")]
    assert said(result) == [
        (
            "MAP-BLANK",
            "The value cell is empty, and the mapping does not say under `missing` what that means: fill it, or add "
            '"": skip there.',
        )
    ]
    assert result.counts == {"rows": 5, "left_out": 0, "cells": 5, "observations": 3, "skipped": 1, "failed": 1}


def test_a_formula_error_may_be_given_a_meaning() -> None:
    table = lines("Year,Ward,Sex,Value\n2018,Ashley,Men,#N/A")
    result = apply_mapping(table, mapping(missing={"#N/A": "M"}), SCHEMA)
    assert result.findings == ()
    assert observations(result)[0]["OBS_STATUS"] == "M"


def test_an_attribute_that_fails_does_not_cost_the_observation() -> None:
    columns = {**COLUMNS, "Flag": {"to": "OBS_STATUS", "codes": {"ok": "A"}}, "Note": "COMMENT_OBS"}
    table = lines(
        "Year,Ward,Sex,Value,Flag,Note\n2018,Ashley,Men,1,bad,\n2018,Clifton,Men,2,,hello\n2019,Clifton,Men,2,ok,"
    )
    result = apply_mapping(table, mapping(columns=columns), SCHEMA)
    assert [(o["OBS_STATUS"], o["COMMENT_OBS"]) for o in observations(result)] == [
        (None, None),
        (None, "hello"),
        ("A", None),
    ]
    assert [f.rule for f in result.findings] == ["MAP-CODE"]
    assert result.counts["failed"] == 0


def test_prefix_tables_and_two_components_from_one_column() -> None:
    columns = {
        "Year": [{"to": "TIME_PERIOD", "period": "survey_year"}, "COMMENT_OBS"],
        "Ward": {"to": "REF_AREA", "prefix": "GB_BRS_", "blank": "GB_BRS"},
        "Sex": {"to": "SEX", "codes": "sexes"},
        "Value": {"to": "OBS_VALUE", "codes": {"yes": "1", "no": "0"}},
    }
    columns["Year"][1] = {"to": "COMMENT_OBS"}
    words = mapping(columns=columns, tables={"sexes": {"Men": "M", "": "_T"}})
    table = lines("Year,Ward,Sex,Value\n2018-19,1,Men,yes\n2019/20,,,no\n2020-2021,2,Men,\n2018-19,1,,perhaps")
    result = apply_mapping(table, words, SCHEMA)
    assert cells(result) == [("GB_BRS_1", "M", "2018", 1.0, 2, "Value"), ("GB_BRS", "_T", "2019", 0.0, 3, "Value")]
    assert [o["COMMENT_OBS"] for o in observations(result)] == ["2018-19", "2019/20"]
    assert [(f.rule, f.place.value, f.count) for f in result.findings] == [
        ("MAP-GIVEN", "yes", 2),
        ("MAP-CODE", "perhaps", 1),
    ]
    assert result.counts["skipped"] == 1


def test_a_measure_that_is_text() -> None:
    words = mapping(columns={**COLUMNS, "Value": {"to": "OBS_VALUE"}}, missing={"": "skip", "..": "M"})
    result = apply_mapping(
        lines("Year,Ward,Sex,Value\n2018,,Men,good\n2018,,Women,\n2018,Ashley,Men,.."),
        words,
        schema(Representation(text_type="String")),
    )
    assert result.dataset.table.schema.field("OBS_VALUE").type == pa.string()
    assert [(o["OBS_VALUE"], o["OBS_STATUS"]) for o in observations(result)] == [("good", None), (None, "M")]
    assert result.counts["skipped"] == 1


def test_number_cells_of_a_workbook_have_a_point_whatever_the_city_writes() -> None:
    table = lines("Year;Ward;Sex;Value\n2018;Ashley;Men;1.234\n2018;Clifton;Men;1.234\n2018;;Men;1,5", ";")
    typed = SourceTable(table.columns, table.rows, "t.xlsx", "Data", numbers={"Value": np.array([True, False, False])})
    result = apply_mapping(typed, mapping(numbers={"decimal": ",", "thousands": "."}), SCHEMA)
    assert [o["OBS_VALUE"] for o in observations(result)] == [1.234, 1234.0, 1.5]


def test_accents_compare_however_they_are_composed() -> None:
    columns = {**COLUMNS, "Ward": {"to": "REF_AREA", "codes": {"Málaga": "GB"}}}
    table = source({"Year": ["2018"], "Ward": ["Ma\u0301laga\u00a0"], "Sex": ["Men"], "Value": ["1"]})
    assert apply_mapping(table, mapping(columns=columns), SCHEMA).counts["observations"] == 1


def test_findings_are_bounded_and_none_is_dropped() -> None:
    n = 60_000
    table = source(
        {
            "Year": ["2018"] * n,
            "Ward": ["Ashely" if i % 2 else "Ashley" for i in range(n)],
            "Sex": ["Men"] * n,
            "Value": [f"v{i}" for i in range(n)],
        }
    )
    started = time.process_time()
    result = apply_mapping(table, mapping(), SCHEMA)
    assert time.process_time() - started < 5
    found = result.findings
    assert all(f.count == 1 and f.place.row for f in found[:10_000])
    assert [f.place.row for f in found[:10_000]] == [*range(2, 10_002)]
    assert len(found) < 20_010
    assert sum(f.count for f in found if f.place.column == "Ward") == n // 2
    assert sum(f.count for f in found if f.place.column == "Value") == n
    together = next(f for f in found[10_000:] if f.place.column == "Ward")
    assert together.message.endswith(f" The same stands in {together.count - 1:,} more rows.")
    assert result.counts["failed"] == n


def test_an_empty_table_maps_to_an_empty_dataset() -> None:
    result = apply_mapping(source({name: [] for name in COLUMNS}), mapping(), SCHEMA)
    assert result.dataset.n == 0
    assert set(result.counts.values()) == {0}


def test_decimal_commas_are_found_out_and_what_could_be_either_is_a_finding() -> None:
    table = lines("Year;Ward;Sex;Value\n2018;Ashley;Men;1,5\n2018;Clifton;Men;1.234\n2018;;Men;c", ";")
    result = apply_mapping(table, mapping(missing={"c": "Q"}), SCHEMA)
    assert [o["OBS_VALUE"] for o in observations(result)][:2] == [1.5, 1234]
    table = lines("Year;Ward;Sex;Value\n2018;Ashley;Men;17\n2018;Clifton;Men;1,234", ";")
    result = apply_mapping(table, mapping(), SCHEMA)
    assert [f.place.row for f in result.findings] == [3]
    assert said(result) == [
        (
            "MAP-NUMBER",
            "'1,234' could be 1234 or 1.234, and no other number of the column tells which: say numbers: {decimal: '.', "
            "thousands: ','} or numbers: {decimal: ','} in the mapping.",
        )
    ]
