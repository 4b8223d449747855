"""A slow twin of mapping, a cell at a time in plain Python, judges the fast one on generated tables and mappings."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from mapping_words import SCHEMA, mapping, observations, source

from dataexchange.model.dataset import COLUMN, ROW, SHEET
from dataexchange.model.finding import Severity
from dataexchange.model.mapping import Mapping, Target
from dataexchange.model.mapping_rows import LeaveOut
from dataexchange.model.period import format_period, parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dimension, Item
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping_tables import apply_to_all

YEARS = st.sampled_from(["2018", " 2019 ", "2018-19", "", "x", "2020-Q1"])
WARDS = st.sampled_from(["Ashley", "Clifton ", "", "  ", "Nowhere", "#REF!", "GB_BRS_2"])
SEXES = st.sampled_from(["Men", "Women", "", "men", "All"])
VALUES = st.sampled_from(["1", "2.5", " 3 ", "", "..", "c", "x", "1,5", "-0.1", "12%"])
FLAGS = st.sampled_from(["ok", "", "bad"])
#: What each is read as.
AGES = {"0-14": "Y0T14", "65 and over ": "Y_GE65", "all ages": "_T", "": None, "5 to 9": "Y5T9", "old": None}
LISTED_AGES = ("_T", "Y0T14", "Y_GE65")
HEADERS = ("Men 2018", "Women 2018", "Men x", "Others 2019", "Total 2019", "Sum")

STRUCTURE = replace(SCHEMA.structure, dimensions=(*SCHEMA.structure.dimensions, Dimension(id="AGE")))
WITH_AGE = Schema(STRUCTURE, codes={**SCHEMA.codes, "AGE": {code: Item(id=code) for code in LISTED_AGES}})


@st.composite
def tables(draw: st.DrawFn, wide: bool) -> dict[str, list[str]]:
    n = draw(st.integers(0, 8))
    names: dict[str, Any] = {"Ward": WARDS, "Flag": FLAGS}
    if wide:
        names |= dict.fromkeys(draw(st.lists(st.sampled_from(HEADERS), min_size=1, unique=True)), VALUES)
    else:
        names |= {"Year": YEARS, "Sex": SEXES, "Age": st.sampled_from(list(AGES)), "Value": VALUES}
    return {name: draw(st.lists(cells, min_size=n, max_size=n)) for name, cells in names.items()}


@st.composite
def mappings(draw: st.DrawFn, wide: bool) -> Mapping:
    period = draw(st.sampled_from(["sdmx", "survey_year", ["survey_year", "sdmx"]]))
    ward: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"codes": {"Ashley": "GB_BRS_1", "Clifton": "GB_BRS_2"}},
                {"prefix": "X_"},
                {"codes": {"": "GB"}},
                {"codes": {"Ashley": "GB_BRS_1"}, "patterns": [{"match": "(GB)_[A-Z]+(_.)", "gives": "\\1_BRS\\2"}]},
                {"patterns": [{"match": "C.*", "gives": "GB_BRS_2"}, {"match": "[A-Z].*", "gives": "\\0"}]},
            ]
        )
    )
    blank = draw(st.sampled_from([None, "GB_BRS"]))
    men = {"SEX": "M", "UNIT_MEASURE": "NUMBER"}
    sex: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"to": "SEX", "codes": {"Men": "M", "Women": "F"}},
                {"to": "SEX", "codes": {"Men": "M", "Women": "F", "": "_T", "Others": "_T"}},
                {"to": "SEX", "patterns": [{"match": "(?i)(m)en", "gives": "\\1"}, {"match": "W.*", "gives": "F"}]},
                {"gives": {"Men": men, "Women": {"SEX": "F"}, "All": {"UNIT_MEASURE": "PT"}}},
                {"gives": {"Men": men, "": {"SEX": "_T"}}},
            ]
        )
    )
    fill: dict[str, Any] = {"fill_down": draw(st.booleans())}
    words: dict[str, Any] = {
        "columns": {
            "Year": {"to": "TIME_PERIOD", "period": period},
            "Ward": {"to": "REF_AREA", **ward, **({"blank": blank} if blank else {}), **fill},
            "Flag": {"to": "OBS_STATUS", "codes": {"ok": "A"}},
            "Sex": sex,
            "Value": "OBS_VALUE",
            **({} if wide else {"Age": {"to": "AGE", "read_as": "age"}}),
            **draw(st.sampled_from([{}, {"@sheet": {"to": "COMMENT_OBS", "codes": {"A": "first"}}}])),
        },
        "fixed": {**({"AGE": "_T"} if wide else {}), **_sometimes(draw, sex)},
        "missing": draw(st.sampled_from([{"": "skip"}, {"..": "M", "c": "Q"}, {"": "M", "..": "skip"}])),
        "leave_out": draw(st.lists(st.sampled_from(_rules(wide)), max_size=2)),
        "numbers": {"decimal": draw(st.sampled_from([".", ","])), "percent": draw(st.booleans())},
    }
    if wide:
        apart = draw(st.sampled_from([{"split": "([A-Z][a-z]+) (.+)"}, {}]))
        words["unpivot"] = {"matching": ".*[0-9x]|Sum", "names_to": ["Sex", "Year"], **apart}
    return mapping(**words)


def _sometimes(draw: st.DrawFn, sex: dict[str, Any]) -> dict[str, str]:
    """Values for what `gives` leaves open."""
    given = sex.get("gives", {}).values()
    open_ = {"SEX": "_T", "UNIT_MEASURE": "PT"}
    return {c: v for c, v in open_.items() if any(c not in one for one in given) and draw(st.booleans())}


def _rules(wide: bool) -> list[dict[str, Any]]:
    return [
        {"column": "Ward", "equals": ["Nowhere", ""], "reason": "none"},
        {"column": "Ward", "matching": "A.*|GB_.*", "blank": True, "reason": "none"},
        {"column": "@sheet", "equals": ["B"], "reason": "none"},
        {"column": "Sex", "matching": "T.*|Sum", "equals": ["Men"], "reason": "none"} if wide else {},
    ][: 4 if wide else 3]


def code(target: Target, words: Mapping, text: str, required: bool) -> tuple[str | None, str | None]:
    """(code, rule broken)."""
    text = text.strip()
    codes = words.codes_of(target)
    if text == "" and target.blank is not None:
        return target.blank, None
    if text == "" and (codes is None or "" not in codes):
        return None, "MAP-BLANK" if required else None
    if codes is not None and text in codes:
        lost = codes[text] == "" and required
        return codes[text] or None, "MAP-CODE" if lost else None
    if text.startswith("#REF"):
        return None, "FILE-FORMULA"
    if not target.reads and codes is None:
        return target.prefix + text, None
    read = next(
        (m.expand(p.gives.replace("\\0", text)) for p in target.patterns if (m := re.fullmatch(p.match, text))), None
    )
    read = AGES[text + " " if text + " " in AGES else text] if target.read_as else read
    return (read, None) if read is not None and read in WITH_AGE.codes[target.to] else (None, "MAP-CODE")


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


def is_left_out(rule: LeaveOut, text: str) -> bool:
    text = text.strip()
    like = rule.matching is not None and re.fullmatch(rule.matching, text) is not None
    return text in rule.equals or like or (rule.blank and not text)


def filled(cells: list[str], down: bool) -> Iterator[tuple[str, int]]:
    """(text, row it stands in)."""
    text, row = "", 0
    for index, cell in enumerate(cells):
        if not down or cell.strip() or not text:
            text, row = (cell if cell.strip() or not down else ""), index + 2
        yield (text, row) if down and text else (cell, index + 2)


def parts(words: Mapping, header: str) -> tuple[str, str]:
    """Sex and year of a value column; the header rows of "Sum" are "Sum" and nothing."""
    if " " in header:
        sex, _, year = header.partition(" ")
        return sex, year
    assert words.unpivot is not None
    return (header, header) if words.unpivot.split else (header, "")


@dataclass
class Told:
    """What mapping should say."""

    observations: list[tuple[Any, ...]] = field(default_factory=list)
    broken: dict[tuple[Any, ...], str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


def slow(words: Mapping, table: dict[str, list[str]], sheet: str, wide: bool, told: Told) -> None:
    """One sheet; the targets of a column are told apart by their component."""
    n = len(table["Ward"])
    told.counts["rows"] += n
    by_column: dict[str, list[LeaveOut]] = {}
    for rule in words.leave_out:
        by_column.setdefault(rule.column, []).append(rule)
    headers = ["Value"]
    if wide:
        headers = [name for name in table if name not in ("Ward", "Flag")]
        kept = [h for h in headers if not any(is_left_out(r, parts(words, h)[0]) for r in by_column.get("Sex", ()))]
    wards = list(filled(table["Ward"], words.columns["Ward"][0].fill_down))
    gone = any(is_left_out(rule, sheet) for rule in by_column.get("@sheet", ())) or (wide and not kept)
    rows = [
        index
        for index in range(n)
        if not gone and not any(is_left_out(rule, wards[index][0]) for rule in by_column.get("Ward", ()))
    ]
    told.counts["left_out"] += n - len(rows)
    headers = (kept or headers) if wide else headers
    told.counts["cells"] += len(rows) * len(headers)
    if "@sheet" in words.columns and sheet != "A" and rows:
        told.broken[(sheet, "@sheet", None)] = "MAP-CODE"
    for header in headers:
        if wide and rows:
            _header(words, header, sheet, told)
        for index in rows:
            _cell(words, table, header, index, wards[index], sheet, wide, told)


def _header(words: Mapping, header: str, sheet: str, told: Told) -> None:
    sex, year = parts(words, header)
    rules = {code(t, words, sex, t.to == "SEX")[1] for t in words.columns["Sex"]} - {None}
    told.broken |= {(sheet, header, None, rule): rule for rule in rules if rule}
    if rule := period(words.columns["Year"][0], year)[1]:
        told.broken[(sheet, header, None, "year")] = rule


def _cell(
    words: Mapping,
    table: dict[str, list[str]],
    header: str,
    index: int,
    ward: tuple[str, int],
    sheet: str,
    wide: bool,
    told: Told,
) -> None:
    row = index + 2
    sex_text, year_text = parts(words, header) if wide else (table["Sex"][index], table["Year"][index])
    year, bad_year = period(words.columns["Year"][0], year_text)
    area, bad_area = code(words.columns["Ward"][0], words, ward[0], True)
    found = {t.to: code(t, words, sex_text, t.to == "SEX") for t in words.columns["Sex"]}
    sex, bad_sex = found["SEX"]
    unit = found["UNIT_MEASURE"][0] if "UNIT_MEASURE" in found else words.fixed.get("UNIT_MEASURE")
    age, bad_age = ("_T", None) if wide else code(words.columns["Age"][0], words, table["Age"][index], True)
    flag, bad_flag = code(words.columns["Flag"][0], words, table["Flag"][index], False)
    value, status, bad_value = number(words, table[header][index])
    comment = "first" if "@sheet" in words.columns and sheet == "A" else None
    places = {("Ward", ward[1]): bad_area, ("Flag", row): bad_flag, (header, row, "v"): bad_value}
    if not wide:
        bad_unit = found.get("UNIT_MEASURE", (None, None))[1]
        places |= {("Year", row): bad_year, ("Sex", row): bad_sex or bad_unit, ("Age", row): bad_age}
    told.broken |= {(sheet, *place): rule for place, rule in places.items() if rule}
    if bad_year or bad_area or bad_sex or bad_age or bad_value:
        told.counts["failed"] += 1
    elif status == "skip":
        told.counts["skipped"] += 1
    else:
        told.counts["observations"] += 1
        told.observations.append((sheet, area, sex, age, year, value, status or flag, unit, comment, row, header))


def sheet_of(table: dict[str, list[str]], sheet: str) -> SourceTable:
    """Value columns have two header rows, whatever their names."""
    heads = {name: (*name.split(" "), "")[:2] for name in table if name in HEADERS}
    return replace(source(table, sheet=sheet), heads=heads)


def judge(words: Mapping, sheets: list[dict[str, list[str]]], wide: bool) -> None:
    named = list(zip("AB", sheets, strict=False))
    result = apply_to_all([sheet_of(table, sheet) for sheet, table in named], words, WITH_AGE)
    told = Told()
    for sheet, table in named:
        slow(words, table, sheet, wide, told)
    got = [
        (
            o.get(SHEET) or "A",
            o["REF_AREA"],
            o["SEX"],
            o["AGE"],
            o["TIME_PERIOD"],
            None if o["OBS_VALUE"] is None or math.isnan(o["OBS_VALUE"]) else o["OBS_VALUE"],
            o["OBS_STATUS"],
            o.get("UNIT_MEASURE"),
            o.get("COMMENT_OBS"),
            o[ROW],
            o[COLUMN],
        )
        for o in observations(result)
    ]
    assert got == told.observations
    cells = [f for f in result.findings if f.rule not in ("MAP-LEFT-OUT", "MAP-SCHEMA")]
    found = Counter((f.rule, f.place.sheet, f.place.column, f.place.row) for f in cells)
    assert found == Counter((rule, *place[:3]) for place, rule in told.broken.items())
    assert {name: n for name, n in result.counts.items() if n} == {name: n for name, n in told.counts.items() if n}
    assert result.counts["cells"] == sum(result.counts[name] for name in ("observations", "skipped", "failed"))
    assert not result.counts["failed"] or any(f.severity is Severity.ERROR for f in result.findings)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_long_tables_are_mapped_as_the_twin_does(data: st.DataObject) -> None:
    sheets = data.draw(st.lists(tables(wide=False), min_size=1, max_size=2))
    judge(data.draw(mappings(wide=False)), sheets, wide=False)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_wide_tables_are_mapped_as_the_twin_does(data: st.DataObject) -> None:
    sheets = data.draw(st.lists(tables(wide=True), min_size=1, max_size=2))
    judge(data.draw(mappings(wide=True)), sheets, wide=True)
