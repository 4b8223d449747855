"""A slow twin of what stands in value and period cells: marks, patterns, conversions, in plain Python, a cell at a time."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_values_words import SCHEMA
from mapping_words import COLUMNS, mapping, observations, source

from dataexchange.model.dataset import ROW
from dataexchange.model.mapping import Mapping
from dataexchange.pipeline.mapping import apply_mapping

NUMBERS = st.sampled_from(["1", "2.5", "-0.1", "0.07", "1234567.891", "1e3", "98765432109876.5"])
MARKS = st.sampled_from(["", "", "e", " p", "(e)", " [p, e]", "*", " e p", "q", "ᵉ"])
VALUES = st.one_of(
    st.builds("{}{}".format, NUMBERS, MARKS), st.sampled_from(["<5", "< 10", "..", "c", "", "x", "1 in 4"])
)
PERIODS = {
    "2018": ("2018", None),
    "2018-19": ("2018", "2018-19"),
    "2016-18": ("2017", "2016-18"),
    "Mar 2019": ("2019-03", None),
}
YEARS = st.one_of(st.sampled_from([*PERIODS, "03/04/2018", "x"]), st.sampled_from(["2018p", "2018-19 (e)", "2018q"]))
SEXES = st.sampled_from(["Men", "Women"])
STATUS = {"e": "E", "p": "P", "*": "U"}


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[str]]:
    n = draw(st.integers(0, 10))
    names = {"Year": YEARS, "Sex": SEXES, "Value": VALUES}
    table = {name: draw(st.lists(cells, min_size=n, max_size=n)) for name, cells in names.items()}
    return {**table, "Ward": ["Ashley"] * n}


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    convert = [{"where": {"SEX": "M"}, "multiply": "1000"}, {"divide": "3"}, {"from": "C", "to": "F"}]
    flags = draw(st.permutations(sorted(STATUS)))[: draw(st.integers(0, 3))]
    year = {"to": "TIME_PERIOD", "period": ["sdmx", "survey_year", "average", "month"], "of": "middle"}
    value = {"to": "OBS_VALUE", "convert": draw(st.lists(st.sampled_from(convert), max_size=2))}
    return mapping(
        columns={**COLUMNS, "Year": year, "Value": value},
        flags={symbol: STATUS[symbol] for symbol in flags},
        missing={"": "skip", "..": "M"},
        missing_matching=draw(st.sampled_from([{}, {r"<\s*\d+": "Q", "[a-z]": "skip"}])),
    )


def split(text: str, words: Mapping) -> tuple[str, str | None]:
    """(text without its marks, the symbol that holds)."""
    found = re.fullmatch(
        r"(.*?[^ ])\s*((?:[ep*q]|ᵉ|[\[(][ep*q, ]+[\])])(?:[ ,]*(?:[ep*q]|[\[(][ep*q, ]+[\])]))*)", text
    )
    if found is None:
        return text, None
    marks = [mark for mark in found[2].replace("ᵉ", "e") if mark in "ep*q"]
    if any(mark not in words.flags for mark in marks):
        return text, None
    return found[1], next(symbol for symbol in words.flags if symbol in marks)


def number(text: str, words: Mapping) -> tuple[Fraction | None, str | None, bool]:
    """(value, status, fails)."""
    if text in words.missing:
        return None, words.missing[text], False
    plain, symbol = split(text, words)
    if re.fullmatch(r"-?\d+(\.\d+)?(e\d+)?", plain):
        return Fraction(plain), STATUS[symbol] if symbol else None, False
    for pattern, meaning in words.missing_matching.items():
        if re.fullmatch(pattern, text):
            return None, meaning, False
    return None, None, True


def worked(value: Fraction, sex: str, words: Mapping) -> float:
    """The value as the first conversion that is for it has it."""
    for conversion in words.columns["Value"][0].convert:
        if not conversion.where or sex == "M":
            if conversion.multiply:
                return float(value * 1000)
            return float(value / 3) if conversion.divide else float(value * 9 / 5 + 32)
    return float(value)


def slow(table: dict[str, list[str]], words: Mapping) -> list[tuple[Any, ...]]:
    found = []
    for index, (year, sex, text) in enumerate(zip(table["Year"], table["Sex"], table["Value"], strict=True)):
        plain, symbol = (year, None) if year in PERIODS else split(year, words)
        value, status, fails = number(text, words)
        code = "M" if sex == "Men" else "F"
        if plain in PERIODS and not fails and status != "skip":
            period, detail = PERIODS[plain]
            figure = None if value is None else worked(value, code, words)
            found.append((index + 2, period, detail, figure, status or (STATUS[symbol] if symbol else None)))
    return found


@settings(max_examples=200, deadline=None)
@given(mappings(), tables())
def test_values_and_periods_are_mapped_as_the_twin_does(words: Mapping, table: dict[str, list[str]]) -> None:
    result = apply_mapping(source(table), words, SCHEMA)
    got = [
        (
            o[ROW],
            o["TIME_PERIOD"],
            o.get("TIME_DETAIL"),
            None if o["OBS_VALUE"] is None or math.isnan(o["OBS_VALUE"]) else o["OBS_VALUE"],
            o.get("OBS_STATUS"),
        )
        for o in observations(result)
    ]
    wanted = slow(table, words)
    assert got == wanted
    counts = result.counts
    assert counts["cells"] == counts["observations"] + counts["skipped"] + counts["failed"]
    told = {f.place.row for f in result.findings if f.severity == "error"}
    assert len(told) == counts["failed"]
