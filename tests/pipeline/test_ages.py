"""Ages as people write them, and what is not surely an age."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataexchange.model.age import read_age


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0-14", "Y0T14"),
        ("15 to 24 years", "Y15T24"),
        ("16–24", "Y16T24"),
        ("Aged 16 to 24", "Y16T24"),
        ("between 15 and 24", "Y15T24"),
        ("de 15 à 24 ans", "Y15T24"),
        ("15 a 24 años", "Y15T24"),
        ("65+", "Y_GE65"),
        ("65 and over", "Y_GE65"),
        ("75 years and over", "Y_GE75"),
        ("People aged 65 or older", "Y_GE65"),
        ("65 y más", "Y_GE65"),
        ("65 ans et plus", "Y_GE65"),
        ("≥ 18", "Y_GE18"),
        ("under 5", "Y0T4"),
        ("<1", "Y0"),
        ("menos de 5 años", "Y0T4"),
        ("17 and under", "Y0T17"),
        ("5", "Y5"),
        ("5 year olds", "Y5"),
        ("36-59 months", "M36T59"),
        ("under 1 month", "M0"),
        ("All ages", "_T"),
        ("Total", "_T"),
        ("tous les âges", "_T"),
        ("Age unknown", "_U"),
        ("Y15T24", "Y15T24"),
    ],
)
def test_ages_are_read(text: str, code: str) -> None:
    assert read_age(text) == code
    assert read_age(f"  {text} ") == code


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "old",
            "over 65",
            "> 65",
            "up to 5",
            "2018",
            "2011-12",
            "24-15",
            "15 or 16",
            "15 and 24",
            "0-27 days",
            "under 0",
        ),
        *("Women aged 15-49", "1 year to 18 months", "5-9-14", "15.5", "5²", "65 months and over"),
    ],
)
def test_what_is_not_surely_an_age_is_not_read(text: str) -> None:
    assert read_age(text) is None


@given(st.integers(0, 130), st.integers(0, 130), st.sampled_from(["{}-{}", "{} – {}", "{} to {} years", "ages {}-{}"]))
def test_a_range_holds_both_its_ends(first: int, last: int, form: str) -> None:
    wanted = None if first > last else f"Y{first}" if first == last else f"Y{first}T{last}"
    assert read_age(form.format(first, last)) == wanted


@given(st.text(max_size=30))
def test_any_text_is_read_or_not(text: str) -> None:
    code = read_age(text)
    assert code is None or read_age(code) == code
