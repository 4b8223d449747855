"""Series derived from others of the same table."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping_values_words import WITH_SERIES as SCHEMA
from mapping_words import COLUMNS, lines, mapping, observations, said

from dataexchange.model.dataset import COLUMN, ROW, SHEET
from dataexchange.model.derivation import Derivation, Operation, Term, read_formula
from dataexchange.pipeline.mapping import MappingResult, apply_mapping
from dataexchange.pipeline.mapping_exact import evaluated
from dataexchange.pipeline.mapping_tables import apply_to_all
from dataexchange.pipeline.validation_table import observe

RATE = {
    "series": {"SERIES": "RATE", "UNIT_MEASURE": "PER_100000_POP"},
    "formula": "count / people * 100000",
    "where": {"count": {"SERIES": "COUNT"}, "people": {"SERIES": "PEOPLE"}},
}
TABLE = """
Series,Year,Ward,Sex,Value,Unit,Note
COUNT,2018,Ashley,Men,3,NUMBER,x
COUNT,2018,Ashley,Women,1,NUMBER,x
COUNT,2018,Clifton,Men,2,NUMBER,y
COUNT,2019,Ashley,Men,7,NUMBER,x
PEOPLE,2018,Ashley,Men,7000,NUMBER,x
PEOPLE,2018,Ashley,Women,8000,NUMBER,y
PEOPLE,2018,Clifton,Men,0,NUMBER,x
"""


def mapped(text: str, *derive: dict[str, Any], **words: Any) -> MappingResult:
    columns = {**COLUMNS, "Series": "SERIES", "Unit": "UNIT_MEASURE", "Note": "COMMENT_OBS"}
    words = {"columns": columns, "fixed": {"OBS_STATUS": "A"}, **words}
    return apply_mapping(lines(text), mapping(derive=list(derive), **words), SCHEMA)


def derived(result: MappingResult, series: str = "RATE") -> list[dict[str, Any]]:
    return [o for o in observations(result) if o["SERIES"] == series]


def test_a_rate_from_a_count_and_its_population() -> None:
    result = mapped(TABLE, RATE)
    got = derived(result)
    assert [(o["TIME_PERIOD"], o["REF_AREA"], o["SEX"], o["OBS_VALUE"], o[ROW]) for o in got] == [
        ("2018", "GB_BRS_1", "M", 300000 / 7000, 2),
        ("2018", "GB_BRS_1", "F", 12.5, 3),
    ]
    assert [o[COLUMN] for o in got] == [None, None], "a derived value stands in no cell"
    places = [observe(result.dataset, SCHEMA, {"SEX": "Sex"}).place(c, 7, None) for c in ("OBS_VALUE", "SEX")]
    assert {(place.row, place.column) for place in places} == {(2, None)}
    comment = "Derived: count / people * 100000 (count: SERIES COUNT; people: SERIES PEOPLE)."
    assert {(o["UNIT_MEASURE"], o["UNIT_MULT"], o["NATURE"], o["COMMENT_TS"]) for o in got} == {
        ("PER_100000_POP", "0", "CA", comment)
    }
    assert [o["COMMENT_OBS"] for o in got] == ["x", None]
    assert result.counts["observations"] == 7
    assert result.counts["derived"] == 2
    assert result.dataset.n == 9
    assert said(result) == [
        (
            "MAP-DERIVED",
            "2 observations of SERIES RATE are derived: count / people * 100000.",
        ),
        (
            "MAP-DERIVED-MISSING",
            "1 observation of SERIES RATE is not derived, because another that 'count / people * "
            "100000' needs is missing or has no value.",
        ),
        (
            "MAP-DERIVED-ZERO",
            "'count / people * 100000' would divide by zero here, so 1 observation is not derived: look whether the 0 is right.",
        ),
    ]
    (zero,) = (f for f in result.findings if f.rule == "MAP-DERIVED-ZERO")
    assert (zero.place.row, zero.place.column) == (8, "Value")


def test_another_operand_may_be_the_total_and_a_derivation_may_use_an_earlier_one() -> None:
    table = """
Series,Year,Ward,Sex,Value,Unit,Note
COUNT,2018,Ashley,Men,3,NUMBER,
COUNT,2018,Ashley,Women,1,NUMBER,
PEOPLE,2018,Ashley,All,8,NUMBER,
"""
    share = {
        **RATE,
        "formula": "count / people",
        "where": {**RATE["where"], "people": {"SERIES": "PEOPLE", "SEX": "_T"}},
    }
    twice = {"series": {"SERIES": "TWICE"}, "formula": "2*rate", "where": {"rate": {"SERIES": "RATE"}}}
    result = mapped(table, share, twice)
    assert [(o["SEX"], o["OBS_VALUE"]) for o in derived(result)] == [("M", 0.375), ("F", 0.125)]
    assert [(o["SEX"], o["OBS_VALUE"], o["UNIT_MEASURE"]) for o in derived(result, "TWICE")] == [
        ("M", 0.75, "PER_100000_POP"),
        ("F", 0.25, "PER_100000_POP"),
    ]


def test_decimals_round_halves_away_from_zero_and_it_is_told() -> None:
    table = """
Series,Year,Ward,Sex,Value,Unit,Note
COUNT,2018,Ashley,Men,2.5,NUMBER,
COUNT,2019,Ashley,Men,-1.15,NUMBER,
COUNT,2020,Ashley,Men,4,NUMBER,
PEOPLE,2018,Ashley,Men,1000,NUMBER,
PEOPLE,2019,Ashley,Men,1000,NUMBER,
PEOPLE,2020,Ashley,Men,1000,NUMBER,
"""
    result = mapped(table, {**RATE, "formula": "count / people * 1000", "decimals": 1})
    assert [o["OBS_VALUE"] for o in derived(result)] == [2.5, -1.2, 4.0]
    assert said(result)[0][1].endswith("count / people * 1000. 1 of them is rounded to 1 decimal.")
    assert "* 1000, rounded to 1 decimal (count" in derived(result)[0]["COMMENT_TS"]


def test_the_worst_status_and_the_strictest_confidentiality_are_carried_over() -> None:
    table = """
Series,Year,Ward,Sex,Value,Unit,Note
COUNT,2018,Ashley,Men,1e,NUMBER,F
COUNT,2019,Ashley,Men,1p,NUMBER,F
COUNT,2020,Ashley,Men,1,NUMBER,
COUNT,2021,Ashley,Men,..,NUMBER,
PEOPLE,2018,Ashley,Men,2u,NUMBER,C
PEOPLE,2019,Ashley,Men,2,NUMBER,F
PEOPLE,2020,Ashley,Men,2,NUMBER,
PEOPLE,2021,Ashley,Men,2,NUMBER,
"""
    columns = {**COLUMNS, "Series": "SERIES", "Unit": "UNIT_MEASURE", "Note": "CONF_STATUS"}
    flags = {"e": "E", "p": "P", "u": "U"}
    result = mapped(table, RATE, columns=columns, flags=flags, missing={"..": "M"})
    assert [(o["TIME_PERIOD"], o["OBS_STATUS"], o["CONF_STATUS"]) for o in derived(result)] == [
        ("2018", "U", "C"),
        ("2019", "P", "F"),
        ("2020", "A", None),
    ]
    local = {**RATE, "series": {**RATE["series"], "OBS_STATUS": "D"}}
    assert [
        o["OBS_STATUS"] for o in derived(mapped(table, local, columns=columns, flags=flags, missing={"..": "M"}))
    ] == [
        "U",
        "P",
        "D",
    ]


def test_multipliers_of_the_operands_are_applied() -> None:
    columns = {**COLUMNS, "Series": "SERIES", "Unit": "UNIT_MEASURE", "Note": "UNIT_MULT"}
    table = """
Series,Year,Ward,Sex,Value,Unit,Note
COUNT,2018,Ashley,Men,3,NUMBER,units
PEOPLE,2018,Ashley,Men,1.2,NUMBER,thousands
"""
    (got,) = derived(mapped(table, RATE, columns=columns))
    assert (got["OBS_VALUE"], got["UNIT_MULT"]) == (250.0, "0")


def test_a_derivation_of_what_the_structure_does_not_have_is_told_once() -> None:
    wrong = {**RATE, "series": {"SERIES": "RATS"}, "where": {"count": {"SERIE": "COUNT"}, "people": {"SEX": "X"}}}
    result = mapped(TABLE, wrong, {**RATE, "series": {"UNIT_MEASURE": "PT"}})
    assert [rule for rule, _ in said(result)] == ["MAP-SCHEMA"] * 4
    assert result.counts["derived"] == 0


def test_a_table_without_the_operands_derives_nothing() -> None:
    result = mapped("Series,Year,Ward,Sex,Value,Unit,Note\nPEOPLE,2018,Ashley,Men,1,NUMBER,", RATE)
    assert result.counts["derived"] == 0
    assert result.dataset.n == 1


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os')",
        "a.b",
        "a ** b",
        "a if b else c",
        "[a]",
        "a < b",
        "'a'",
        "True + a",
        "1e999 * a",
        "a +",
        "(" * 150 + "a" + ")" * 150 + "+" * 200,
        "a" + "+a" * 200,
        "-" * 100 + "a",
        "1j * a",
        "a // b",
        "f(a)",
        "a := b",
        "lambda: a",
        "",
    ],
)
def test_a_formula_is_sums_products_and_ratios_no_more(formula: str) -> None:
    with pytest.raises(ValueError):
        read_formula(formula)


@pytest.mark.parametrize(
    "change",
    [
        {"formula": "count / popul"},
        {"formula": "count"},
        {"series": {"SERIES": "RATE", "UNIT_MULT": "3"}},
        {"where": {}},
        {"where": {"count": {}, "people": {"SERIES": "PEOPLE"}}},
        {"decimals": 13},
    ],
)
def test_derivations_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Derivation.model_validate({**RATE, **change})


TERMS = st.recursive(
    st.one_of(st.sampled_from(["a", "b"]), st.fractions(-100, 100, max_denominator=100).map(lambda f: round(f, 2))),
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), inner, inner),
    max_leaves=8,
)
FLOATS = st.one_of(
    st.integers(-(10**6), 10**6).map(float),
    st.decimals(-1000, 1000, places=3).map(float),
    st.floats(-1e15, 1e15, allow_subnormal=False),
)


def plainly(term: Term, a: Fraction, b: Fraction) -> Fraction:
    if isinstance(term, Operation):
        left, right = plainly(term.left, a, b), plainly(term.right, a, b)
        if term.sign == "/":
            return left / right
        return left + right if term.sign == "+" else left - right if term.sign == "-" else left * right
    return term if isinstance(term, Fraction) else a if term == "a" else b


@given(TERMS, st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=10), st.sampled_from([None, 0, 2]))
def test_derived_values_are_those_of_plain_python(
    term: Term, rows: list[tuple[float, float]], decimals: int | None
) -> None:
    operands = {"a": np.array([a for a, _ in rows]), "b": np.array([b for _, b in rows])}
    values, zero, rounded = evaluated(term, operands, decimals)
    for index, (a, b) in enumerate(rows):
        try:
            wanted = plainly(term, Fraction(repr(a)), Fraction(repr(b)))
        except ZeroDivisionError:
            assert zero[index]
            continue
        assert not zero[index]
        if decimals is not None:
            kept = Fraction(math.floor(abs(wanted) * 10**decimals + Fraction(1, 2)), 10**decimals)
            kept = kept if wanted >= 0 else -kept
            assert rounded[index] == (kept != wanted)
            wanted = kept
        assert values[index] == float(wanted)


def test_operands_may_stand_in_different_sheets() -> None:
    columns = {**COLUMNS, "Series": "SERIES", "Note": "COMMENT_OBS"}
    words = mapping(columns=columns, derive=[RATE], fixed={"UNIT_MEASURE": "NUMBER"})
    head = "Series,Year,Ward,Sex,Value,Note\n"
    counts = replace(lines(head + "COUNT,2018,Ashley,Men,3,\nCOUNT,2019,Ashley,Men,4,"), sheet="Counts")
    people = replace(lines(head + "PEOPLE,2018,Ashley,Men,6000,\nPEOPLE,2019,Ashley,Men,0,"), sheet="People")
    result = apply_to_all([counts, people], words, SCHEMA)
    assert [(o["TIME_PERIOD"], o["OBS_VALUE"], o[SHEET], o[ROW]) for o in derived(result)] == [
        ("2018", 50.0, "Counts", 2)
    ]
    assert result.counts["derived"] == 1
    (zero,) = (f for f in result.findings if f.rule == "MAP-DERIVED-ZERO")
    assert (zero.place.sheet, zero.place.row) == ("People", 3)


def test_a_result_too_large_for_a_number_is_not_dropped_silently() -> None:
    table = "Series,Year,Ward,Sex,Value,Unit,Note\nCOUNT,2018,Ashley,Men,1e300,NUMBER,\nPEOPLE,2018,Ashley,Men,1e-300,NUMBER,"
    result = mapped(table, RATE)
    assert [(f.rule, f.count) for f in result.findings] == [("MAP-DERIVED", 1), ("MAP-DERIVED-MISSING", 1)]
    assert result.findings[-1].message.endswith(
        "because the result of 'count / people * 100000' is too large for a number."
    )
