"""Mapping files: what people type is taken as it stands, and errors say file, line, place and remedy."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataexchange.errors import InvalidRequest
from dataexchange.model.mapping import Mapping, PeriodForm
from dataexchange.pipeline.mapping_file import load_mapping, parse_mapping

GOOD = """\
title: Bristol, fine particles
source: {name: Bristol City Council}
provider: BRISTOL
dataflow: DX:DF_SDG_LOCAL(1.0.0)
columns:
  Year: TIME_PERIOD
  2019: OBS_VALUE
  Asked:
    - {to: SEX, codes: {no: _T, Yes: M, 007: F, 1e3: X, 12:30: Y, "": _U}, blank: ~}
    - {to: COMMENT_OBS}
fixed:
  UNIT_MULT: 0
numbers: {percent: true}
read: {header_row: 3, sheet: 2}
"""


def problem(text: str | bytes) -> str:
    with pytest.raises(InvalidRequest) as caught:
        parse_mapping(text if isinstance(text, bytes) else text.encode(), "bristol/pm25.yaml")
    return str(caught.value)


def test_scalars_are_what_stands_in_a_cell() -> None:
    mapping = parse_mapping(GOOD.encode(), "a.yaml")
    sex, comment = mapping.columns["Asked"]
    assert sex.codes == {"no": "_T", "Yes": "M", "007": "F", "1e3": "X", "12:30": "Y", "": "_U"}
    assert (sex.blank, comment.to) == (None, "COMMENT_OBS")
    assert mapping.columns["2019"][0].to == "OBS_VALUE"
    assert mapping.fixed == {"UNIT_MULT": "0"}
    assert (mapping.read.header_row, mapping.read.sheet, mapping.numbers.percent) == (3, "2", True)
    assert mapping.columns["Year"][0].period == (PeriodForm.SDMX,)


def test_a_tab_is_written_as_a_word() -> None:
    for written in ("tab", r"\t", r'"\t"'):
        mapping = parse_mapping(GOOD.replace("header_row: 3", f"delimiter: {written}").encode(), "a.yaml")
        assert mapping.read.delimiter == "\t"


def test_a_file_gives_its_hash_and_its_dataset(tmp_path: Path) -> None:
    path = tmp_path / "mappings" / "bristol" / "pm25.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(GOOD)
    mapping, digest, dataset = load_mapping(path)
    assert isinstance(mapping, Mapping)
    assert digest == hashlib.sha256(GOOD.encode()).hexdigest()
    assert dataset == "bristol/pm25"


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match=r"nowhere\.yaml: the mapping file cannot be opened"):
        load_mapping(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ": a mapping file is a list of words with values; begin with `title: …`"),
        ("- a", ": a mapping file is a list of words with values; begin with `title: …`"),
        ("title: [", ", line 2: this is no YAML (did not find expected node content); correct the line"),
        ("title: a\ntitle: b", ", line 2: 'title' stands already in line 1; keep one"),
        (
            GOOD.replace("Yes: M", "no: M"),
            ", line 9: 'no' stands already in line 9; keep one",
        ),
        ("a: &x [1]\nb: *x", ", line 2: aliases (*name) are not taken; put what is shared under `tables`"),
        ("a: !!python/object:os.system x", ", line 1: tags such as 'tag:yaml.org,2002:python/object:os.system'"),
        ("a: " + "[" * 100_000, ", line 1: nested too deeply; a mapping file is flat"),
        ("~: x", ', line 1: a key is missing; write "" in quotes for an empty cell'),
        (b"title: \xe9", ", line 1: the text is not UTF-8; save the mapping file as UTF-8"),
        (b"x" * 2_000_001, ": the mapping file is over 2,000,000 bytes; split it or shorten its tables"),
        (GOOD.replace("title: Bristol", "titel: Bristol"), ", line 1, title: this is not said; add `title`"),
        (GOOD + "colums: 3", ", line 15, colums: no such word here; did you mean `columns`?"),
        (
            GOOD.replace("to: SEX,", "to: SEX, perod: sdmx,"),
            ", line 9, columns > Asked > 1 > perod: no such word here; did you mean `period`?",
        ),
        (
            GOOD.replace("Year: TIME_PERIOD", "Year: {to: TIME_PERIOD, period: yearly}"),
            ", line 6, columns > Year > period: write 'sdmx', 'survey_year', 'quarter', 'date', 'month', 'day_first', ",
        ),
        (
            GOOD.replace("header_row: 3", "header_row: top"),
            ", line 14, read > header_row: write a whole number, such as 3 (it is 'top')",
        ),
        (GOOD.replace("(1.0.0)", ""), ", line 4, dataflow: dataflow 'DX:DF_SDG_LOCAL': write agency:id(version)"),
        (GOOD + "unpivot: {matching: '['}", ", line 15, unpivot: the pattern '[' is no regular expression"),
        (
            GOOD.replace("percent: true", "decimal: ',', thousands: ','"),
            ", line 13, numbers: decimal and thousands are the same mark",
        ),
        (
            GOOD.replace("header_row: 3", "delimiter: '\"'"),
            ", line 14, read > delimiter: write one mark such as ',' or ';', or the word tab",
        ),
        (
            GOOD + "ignore: [Year]",
            ", line 6, columns > Year: column 'Year' stands under `columns` and under `ignore` or `beyond`: leave one",
        ),
        (
            GOOD.replace("UNIT_MULT", "SEX"),
            ", line 8, columns > Asked: SEX is given twice, by 'fixed' and by 'Asked': leave one",
        ),
    ],
)
def test_errors_name_file_line_place_and_remedy(text: str | bytes, says: str) -> None:
    message = problem(text)
    assert message.startswith("bristol/pm25.yaml")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title: Bristol, fine particles", "title:", "line 1, title: nothing stands here; write a text"),
        ("  UNIT_MULT: 0", "  UNIT_MULT: [1]", "line 12, fixed > UNIT_MULT: write a text"),
        ("  UNIT_MULT: 0\n", "", "line 11, fixed: nothing stands here; write words with values, such as {a: b}"),
        ("{name: Bristol City Council}", "Bristol", "line 2, source: write words with values, such as {a: b}"),
        ("numbers: {percent: true}", "ignore:", "line 13, ignore: nothing stands here; write a list, such as [a, b]"),
        ("numbers: {percent: true}", "ignore: Notes", "line 13, ignore: write a list, such as [a, b] (it is 'Notes')"),
        ("percent: true", "percent: perhaps", "line 13, numbers > percent: write true or false (it is 'perhaps')"),
        ("percent: true", "decimal: ab", "line 13, numbers > decimal: write one mark (it is 'ab')"),
        ("header_row: 3", "header_row: 0", "line 14, read > header_row: write a number from 1 on (it is '0')"),
        ("Year: TIME_PERIOD", "Year:", "line 6, columns > Year: nothing stands here; say which component the column"),
        ("Year: TIME_PERIOD", "Year: []", "line 6, columns > Year: say which component the column goes to"),
        ("TIME_PERIOD", "{to: TIME_PERIOD, codes: [a]}", "Year > codes: write the texts with their codes, such as"),
        ("TIME_PERIOD", "{to: TIME_PERIOD, codes: {a: [b]}}", "line 6, columns > Year > codes > a: write a text"),
        ("TIME_PERIOD", "{to: TIME_PERIOD, codes: years}", "line 6, columns > Year: column 'Year' uses the code table"),
    ],
)
def test_errors_are_in_plain_words_at_their_line(old: str, new: str, says: str) -> None:
    message = problem(GOOD.replace(old, new, 1))
    assert says in message
    assert message.count("a.yaml") + message.count("pm25.yaml") == 1, "one fault is told once"
    for word in ("Input", "input", "valid", "tuple", "dictionary", "string", "function"):
        assert word not in message


def test_a_list_may_name_components_alone() -> None:
    mapping = parse_mapping(GOOD.replace("Year: TIME_PERIOD", "Year: [TIME_PERIOD, COMMENT_TS]").encode(), "a.yaml")
    assert [target.to for target in mapping.columns["Year"]] == ["TIME_PERIOD", "COMMENT_TS"]


def test_all_errors_are_said_at_once() -> None:
    message = problem(GOOD.replace("provider: BRISTOL\n", "").replace("percent: true", "percnt: true"))
    assert "line 1, provider: this is not said; add `provider`" in message
    assert "numbers > percnt: no such word here; did you mean `percent`?" in message


def test_a_pattern_cannot_hang_the_exchange() -> None:
    started = time.process_time()
    mapping = parse_mapping((GOOD + "unpivot: {matching: '(a+)+b'}").encode(), "a.yaml")
    assert mapping.unpivot is not None
    assert time.process_time() - started < 1


def test_a_large_code_table_loads_quickly() -> None:
    codes = "".join(f"  Ward number {i}: GB_BRS_E{i:08}\n" for i in range(10_000))
    started = time.process_time()
    mapping = parse_mapping((GOOD + "tables:\n wards:\n" + codes).encode(), "a.yaml")
    assert len(mapping.tables["wards"]) == 10_000
    assert time.process_time() - started < 3


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_text_loads_or_is_refused_with_a_sentence(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    cut = data.draw(st.integers(0, 30))
    put = data.draw(st.text(st.sampled_from(list(":-[]{}#&*!|>'\"%@`,? \nab0~\x00\t\ufeff\U0001f600")), max_size=6))
    try:
        parse_mapping((GOOD[:at] + put + GOOD[at + cut :]).encode(), "a.yaml")
    except InvalidRequest as error:
        message = str(error)
    else:
        message = "a.yaml"
    assert message.startswith("a.yaml")
