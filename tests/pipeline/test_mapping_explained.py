"""Every word of a mapping has its sentence, with the names of codes and an example where there are patterns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping_words import COLUMNS, SCHEMA, mapping

from dataexchange.model.example import example_of
from dataexchange.model.pattern import matching
from dataexchange.model.structure import Item
from dataexchange.pipeline.mapping_words import explained

NAMES = {"GB_BRS": "Bristol", "GB_BRS_1": "Ashley", "M": "Men", "F": "Women", "_T": "Total", "Q": "Suppressed"}
NAMED = replace(
    SCHEMA,
    codes={
        component: {code: Item(id=code, names={"en": NAMES.get(code, code)}) for code in codes}
        for component, codes in SCHEMA.codes.items()
    },
)


def told(**words: Any) -> str:
    parts = explained(mapping(**words), NAMED, "bristol/test", "Bristol City Council")
    return "\n".join(str(sentence) for part in parts for sentence in part.sentences)


def test_columns_are_told_with_the_names_of_codes() -> None:
    text = told()
    assert "BRISTOL (Bristol City Council) sends it to DX:DF_TEST(1.0.0)" in text
    assert (
        "Column 'Ward' gives REF_AREA: 'Ashley' is GB_BRS_1 (Ashley) and 'Clifton' is GB_BRS_2; an empty cell is GB_BRS (Bristol)."
        in text
    )
    assert "Column 'Sex' gives SEX: 'Men' is M (Men), 'Women' is F (Women) and 'All' is _T (Total)." in text
    assert "Column 'Year' gives TIME_PERIOD: periods such as 2018, 2018-Q1 and 2018-03, as they stand." in text


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ({"to": "SEX", "codes": {f"text {n}": "M" for n in range(9)}}, "'text 0' is M (Men) and 8 more."),
        ({"to": "SEX", "codes": {"": "_T", "Men": "M"}}, "'Men' is M (Men) and an empty cell is _T (Total)."),
        (
            {"to": "SEX", "patterns": [{"match": "(M|F).*", "gives": r"\1"}]},
            r"texts that match '(M|F).*' give \1, so 'M' is M (Men).",
        ),
        ({"to": "SEX", "prefix": "S_"}, "S_ is put before the text."),
        ({"to": "SEX", "fill_down": True}, "an empty cell means what stands above it."),
        ({"to": "SEX", "read_as": "age"}, "ages are read: '15 to 24 years' is Y15T24."),
        (
            {"to": "TIME_PERIOD", "period": ["survey_year", "average"], "of": "last"},
            "'2018-19' is 2019 and '2016 to 2018' is 2018.",
        ),
        ({"to": "TIME_PERIOD", "period": "day_first", "date_as": "month"}, "'31/03/2018' is 2018-03."),
        ({"to": "TIME_PERIOD", "period": {"match": r"Wave (\d)", "gives": r"201\1"}}, "'Wave 1' is 2011."),
        ({"to": "OBS_VALUE", "convert": {"from": "t", "to": "kg"}}, "values are turned from t into kg."),
        (
            {"to": "OBS_VALUE", "convert": [{"where": {"SEX": ["M", "F"]}, "divide": 12}]},
            "values are divided by 12 where SEX is M (Men) or F (Women).",
        ),
        ({"to": "OBS_VALUE", "scale": True}, "values are multiplied as UNIT_MULT says, which becomes 0."),
        (
            {"gives": {"Men, Ashley": {"SEX": "M", "REF_AREA": "GB_BRS_1"}}},
            "gives SEX and REF_AREA: 'Men, Ashley' is SEX M (Men) and REF_AREA GB_BRS_1 (Ashley).",
        ),
    ],
    ids=str,
)
def test_what_a_column_gives_is_told(target: dict[str, Any], says: str) -> None:
    text = told(columns={"It": target})
    assert says in text
    assert text.count("Column 'It'") == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"complete": True}, "does not stand in it is deleted."),
        ({"read": {"sheet": ["A", "B"], "hidden": "leave_out"}}, "The sheets 'A' and 'B' are read."),
        ({"read": {"delimiter": "tab"}}, "Cells are separated by tabs."),
        (
            {"read": {"header_row": 3, "last_row": 9}},
            "stand in row 3.\nThe table ends in row 9; what is below are notes.",
        ),
        ({"numbers": {"decimal": ","}}, "Numbers have ',' before the decimals."),
        (
            {"unpivot": {"matching": "20.*", "names_to": "Year", "values_to": "Value"}},
            "The cells of columns that match '20.*' become rows: 'Year' is the header and 'Value' the cell.",
        ),
        (
            {"missing": {"c": "Q", "": "skip"}},
            "'c' in place of a number is published without a value, with the status Q (Suppressed).",
        ),
        ({"missing": {"gone": "delete"}}, "'gone' in place of a number takes away the observation that is published."),
        (
            {"missing_matching": {"<.": "Q"}},
            "A cell that matches '<.' in place of a number is published without a value",
        ),
        ({"flags": {"e": "Q"}}, "'e' beside a number or a period gives the status Q (Suppressed)."),
        ({"ignore": ["Notes"]}, "Not used: 'Notes'."),
        ({"beyond": ["Tenure"]}, "Where 'Tenure' says something: the structure has no such breakdown."),
        ({"unfit": "leave_out"}, "Rows with a text that has no code, or no period, with a warning for each."),
        (
            {"leave_out": [{"column": "Year", "equals": ["All", "Sum"], "blank": True, "reason": "sums."}]},
            "Where 'Year' is 'All' or 'Sum' or empty: sums.",
        ),
        ({"fixed": {"COMMENT_OBS": "A survey."}}, "COMMENT_OBS is 'A survey.'."),
        (
            {"columns": {"Value": "OBS_VALUE"}, "fixed": {"SEX": "_T", "REF_AREA": "GB_BRS"}},
            "REF_AREA is GB_BRS (Bristol).\nThere is no breakdown (_T) by SEX.",
        ),
        (
            {
                "derive": [
                    {
                        "series": {"SEX": "_T"},
                        "formula": "m+f",
                        "where": {"m": {"SEX": "M"}, "f": {"SEX": "F"}},
                        "decimals": 1,
                    }
                ]
            },
            "SEX _T (Total) is derived: m+f. In it m has SEX M (Men); f has SEX F (Women). The result is rounded to 1 decimal.",
        ),
        (
            {"adaptations": [{"series": "_L_X", "type": "PROXY", "of": "X", "source": "A survey."}]},
            "stands for the global series 'X' as another measure; its source differs: A survey.",
        ),
        ({"columns": {"@sheet": "REF_AREA"}}, "The name of the sheet gives REF_AREA, as it stands."),
    ],
    ids=str,
)
def test_everything_else_is_told(words: dict[str, Any], says: str) -> None:
    assert says in told(**words)
    assert says not in told(columns=COLUMNS | {"x": "COMMENT_OBS"})


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"(\d+) to (\d+) yrs?", "15 to 24 yr"),
        (r"Wave (\d)", "Wave 1"),
        ("(?i)total|all", "total"),
        (r".* / \d{4}", " / 2018"),
        ("(?P<a>[A-Z]{2})[^0-9]x*?", "AAa"),
        (r"\(p\)", "(p)"),
        ("(?:a|b)+", "a"),
        (r"\bx", None),
        ("a{900}", None),
        ("(a", None),
    ],
)
def test_an_example_is_a_text_that_matches(pattern: str, text: str | None) -> None:
    assert example_of(pattern) == text


PIECE = st.sampled_from(["a", r"\d", "[a-c]", "[^x]", ".", r"\.", r"\w", " "])
PATTERN = st.recursive(
    PIECE,
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("({}|{})".format, inner, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["+", "*", "?", "{2}", "{1,3}"])),
    ),
    max_leaves=6,
)


@given(PATTERN)
def test_usual_patterns_have_one(pattern: str) -> None:
    text = example_of(pattern)
    assert text is not None
    assert matching(pattern, [text]) == [True]
