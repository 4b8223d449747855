"""A slow twin of mapping, a cell at a time in plain Python, judges the fast one on generated tables and mappings."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_words import SCHEMA, mapping, observations, source

from dataexchange.model.dataset import COLUMN, ROW
from dataexchange.model.mapping import Mapping, Target
from dataexchange.model.period import format_period, parse_period
from dataexchange.pipeline.mapping import apply_mapping

YEARS = st.sampled_from(["2018", " 2019 ", "2018-19", "", "x", "2020-Q1"])
WARDS = st.sampled_from(["Ashley", "Clifton ", "", "  ", "Nowhere", "#REF!"])
SEXES = st.sampled_from(["Men", "Women", "", "men"])
VALUES = st.sampled_from(["1", "2.5", " 3 ", "", "..", "c", "x", "1,5", "-0.1", "12%"])
FLAGS = st.sampled_from(["ok", "", "bad"])


@st.composite
def tables(draw: st.DrawFn, wide: bool) -> dict[str, list[str]]:
    n = draw(st.integers(0, 8))
    names = {"Year": YEARS, "Ward": WARDS, "Flag": FLAGS, "Sex": SEXES, "Value": VALUES}
    if wide:
        names = {"Year": YEARS, "Ward": WARDS, "Flag": FLAGS, "Men": VALUES, "Women": VALUES, "Others": VALUES}
    return {name: draw(st.lists(cells, min_size=n, max_size=n)) for name, cells in names.items()}


@st.composite
def mappings(draw: st.DrawFn, wide: bool) -> Mapping:
    period = draw(st.sampled_from(["sdmx", "survey_year", ["survey_year", "sdmx"]]))
    ward: dict[str, Any] = draw(
        st.sampled_from(
            [{"codes": {"Ashley": "GB_BRS_1", "Clifton": "GB_BRS_2"}}, {"prefix": "X_"}, {"codes": {"": "GB"}}]
        )
    )
    blank = draw(st.sampled_from([None, "GB_BRS"]))
    sexes = draw(st.sampled_from([{"Men": "M", "Women": "F"}, {"Men": "M", "Women": "M", "": "_T", "Others": "_T"}]))
    words: dict[str, Any] = {
        "columns": {
            "Year": {"to": "TIME_PERIOD", "period": period},
            "Ward": {"to": "REF_AREA", **ward, **({"blank": blank} if blank else {})},
            "Flag": {"to": "OBS_STATUS", "codes": {"ok": "A"}},
            "Sex": {"to": "SEX", "codes": sexes},
            "Value": "OBS_VALUE",
        },
        "missing": draw(st.sampled_from([{"": "skip"}, {"..": "M", "c": "Q"}, {"": "M", "..": "skip"}])),
        "leave_out": draw(st.sampled_from([[], [{"column": "Ward", "equals": ["Nowhere", ""], "reason": "none"}]])),
        "numbers": {"decimal": draw(st.sampled_from([".", ","])), "percent": draw(st.booleans())},
    }
    if wide:
        words["unpivot"] = {"columns": ["Men", "Women", "Others"], "names_to": "Sex", "values_to": "Value"}
    return mapping(**words)


def code(target: Target, words: Mapping, text: str, required: bool) -> tuple[str | None, str | None]:
    """(code, rule broken)."""
    text = text.strip()
    codes = words.codes_of(target)
    if text == "" and target.blank is not None:
        return target.blank, None
    if text == "" and (codes is None or "" not in codes):
        return None, "MAP-BLANK" if required else None
    if codes is not None and text in codes:
        return codes[text], None
    if text.startswith("#REF"):
        return None, "FILE-FORMULA"
    return (None, "MAP-CODE") if codes is not None else (target.prefix + text, None)


def period(target: Target, text: str) -> tuple[str | None, str | None]:
    text = text.strip()
    if not text:
        return None, "MAP-BLANK"
    for form in target.period:
        if form == "sdmx" and text in ("2018", "2019", "2020-Q1"):
            return format_period(parse_period(text)), None
        if form == "survey_year" and text == "2018-19":
            return "2018", None
    return None, "MAP-PERIOD"


def number(words: Mapping, text: str) -> tuple[float | None, str | None, str | None]:
    """(value, status or "skip", rule broken)."""
    text = text.strip()
    if text in words.missing:
        return None, words.missing[text], None
    if text == "":
        return None, None, "MAP-BLANK"
    if words.numbers.percent:
        text = text.removesuffix("%")
    if words.numbers.decimal == "," and "." in text:
        return None, None, "MAP-NUMBER"
    try:
        return float(text.replace(words.numbers.decimal, ".")), None, None
    except ValueError:
        return None, None, "MAP-NUMBER"


def slow(
    words: Mapping, table: dict[str, list[str]], wide: bool
) -> tuple[list[tuple[Any, ...]], Counter[Any], Counter[str]]:
    """(observations, broken rules by place, counts)."""
    targets = {name: targets[0] for name, targets in words.columns.items()}
    out: list[tuple[Any, ...]] = []
    broken: dict[tuple[Any, ...], str] = {}
    counts: Counter[str] = Counter(rows=len(table["Year"]))
    left_out = words.leave_out[0].equals if words.leave_out else ()
    for header in ("Men", "Women", "Others") if wide else ():
        if (rule := code(targets["Sex"], words, header, True)[1]) is not None:
            broken[(header, None)] = rule
    for column in ("Men", "Women", "Others") if wide else ("Value",):
        for index in range(len(table["Year"])):
            row = index + 2
            if table["Ward"][index].strip() in left_out:
                counts["left_out"] += column in ("Value", "Men")
                continue
            counts["cells"] += 1
            year, bad_year = period(targets["Year"], table["Year"][index])
            ward, bad_ward = code(targets["Ward"], words, table["Ward"][index], True)
            sex, bad_sex = code(targets["Sex"], words, column if wide else table["Sex"][index], True)
            flag, bad_flag = code(targets["Flag"], words, table["Flag"][index], False)
            value, status, bad_value = number(words, table[column][index])
            places = {
                ("Year", row): bad_year,
                ("Ward", row): bad_ward,
                ("Flag", row): bad_flag,
                (column, row, "v"): bad_value,
            }
            places |= {} if wide else {("Sex", row): bad_sex}
            broken |= {place: rule for place, rule in places.items() if rule}
            if bad_year or bad_ward or bad_sex or bad_value:
                counts["failed"] += 1
            elif status == "skip":
                counts["skipped"] += 1
            else:
                counts["observations"] += 1
                out.append((ward, sex, year, value, status or flag, row, column))
    return out, Counter((rule, *place[:2]) for place, rule in broken.items()), counts


def judge(words: Mapping, table: dict[str, list[str]], wide: bool) -> None:
    result = apply_mapping(source(table), words, SCHEMA)
    wanted, broken, counts = slow(words, table, wide)
    got = [
        (
            o["REF_AREA"],
            o["SEX"],
            o["TIME_PERIOD"],
            None if o["OBS_VALUE"] is None or math.isnan(o["OBS_VALUE"]) else o["OBS_VALUE"],
            o["OBS_STATUS"],
            o[ROW],
            o[COLUMN],
        )
        for o in observations(result)
    ]
    assert got == wanted
    cells = [f for f in result.findings if f.rule not in ("MAP-LEFT-OUT", "MAP-SCHEMA")]
    assert Counter((f.rule, f.place.column, f.place.row) for f in cells) == broken
    assert {name: n for name, n in result.counts.items() if n} == {name: n for name, n in counts.items() if n}
    assert result.counts["cells"] == sum(result.counts[name] for name in ("observations", "skipped", "failed"))


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_long_tables_are_mapped_as_the_twin_does(data: st.DataObject) -> None:
    judge(data.draw(mappings(wide=False)), data.draw(tables(wide=False)), wide=False)


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_wide_tables_are_mapped_as_the_twin_does(data: st.DataObject) -> None:
    judge(data.draw(mappings(wide=True)), data.draw(tables(wide=True)), wide=True)
