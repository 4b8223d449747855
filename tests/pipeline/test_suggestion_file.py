"""A suggestion as a file: whatever stands in a table, sure lines are facts and everything else is a comment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from test_suggestion import BRISTOL, schema, suggested

from dataexchange.errors import InvalidRequest, Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.suggestion import BLANK, Suggestion
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.reading import read_table
from dataexchange.pipeline.suggestion import suggest_mapping
from dataexchange.pipeline.suggestion_file import mapping_text


def facts(found: Suggestion) -> tuple[dict[tuple[str, str], dict[str, str]], dict[str, str], set[str]]:
    """(codes by column and component, constants, ignored columns): what is sure."""
    columns = {
        (column.header, target.component): {v.text: v.guesses[0].code for v in target.values if v.sure}
        for column in found.columns
        if column.sure and column.ignore is None
        for target in column.targets
    }
    constants = {f.component: f.best.code for f in found.fixed if f.best and f.best.sure}
    return columns, constants, {c.header for c in found.columns if c.ignore and c.ignore.sure}


def written(text: str) -> tuple[dict[tuple[str, str], dict[str, str]], dict[str, str], set[str]]:
    """The same, as a reader of YAML finds it."""
    told = yaml.load(text, yaml.BaseLoader)
    columns = {}
    for header, targets in (told["columns"] or {}).items():
        for target in [{"to": targets}] if isinstance(targets, str) else targets:
            codes = dict(target.get("codes") or {})
            codes |= {BLANK: target["blank"]} if "blank" in target else {}
            columns[header, target["to"]] = codes
    return columns, told.get("fixed") or {}, set(told.get("ignore") or ())


def same(found: Suggestion) -> None:
    text = mapping_text(found)
    columns, constants, ignored = facts(found)
    read, fixed, left = written(text)
    assert (fixed, left) == (constants, ignored)
    assert read.keys() == columns.keys()
    for place, codes in read.items():
        # With a prefix the table is not written out.
        assert codes == columns[place] or codes == {t: c for t, c in columns[place].items() if t == BLANK}
    for line in text.splitlines():
        assert line.isprintable()


def test_every_real_table_gets_a_file(shared_data: Path) -> None:
    tables = 0
    for path in sorted([*(shared_data / "bristol").glob("*.csv"), *(shared_data / "uk").glob("*.csv")]):
        same(suggest_mapping(read_table(path, Reading()), schema(), BRISTOL))
        tables += 1
    assert tables >= 150


HOSTILE = st.text(max_size=12) | st.sampled_from(
    [
        "a: b",
        "# x",
        "- x",
        "\n  SERIES: X",
        "null",
        "~",
        "%",
        "*a",
        "&a",
        "!x",
        "'",
        '"',
        "x #y",
        "{a",
        "[a",
        "@file",
        " a",
        "1.234",
        "1,234",
        "1.234.567",
        "1 234,5",
        "12.5e",
        "5%",
        "..",
        "<5",
    ]
)


@given(st.lists(HOSTILE, min_size=1, max_size=4, unique_by=lambda h: " ".join(h.split())), st.data())
@settings(max_examples=20, deadline=None)
def test_no_text_leaves_its_place(headers: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(*[HOSTILE for _ in headers]), min_size=1, max_size=4))
    columns = {" ".join(h.split()): pa.array([row[i].strip() for row in rows]) for i, h in enumerate(headers)}
    table = SourceTable(pa.table(columns), np.arange(2, len(rows) + 2, dtype=np.int32), "x\n.csv")
    same(suggest_mapping(table, schema(), BRISTOL))


def test_with_a_question_open_the_mapping_is_not_complete() -> None:
    """`check` says what is missing, line by line; with the answers it reads."""
    found = suggested("8.5.2.csv", Year=["2018", "2019"], **{"Unemployment rate (%)": ["4.5", "5.1"]})
    text = mapping_text(found)
    with pytest.raises(InvalidRequest, match="source"):
        parse_mapping(text.encode(), "x.yaml")
    answered = text.replace("  # name:", "  name: Labour force survey")
    mapping = parse_mapping(answered.encode(), "x.yaml")
    assert mapping.fixed["SERIES"] == "SL_TLF_UEM"
    assert mapping.columns["Unemployment rate (%)"][0].to == "OBS_VALUE"


def test_a_block_is_taken_in_by_removing_its_marks() -> None:
    found = suggested(Group=["Women", "Persons who cycle to work each day"], Value=["1", "2"])
    text = mapping_text(found)
    assert "# QUESTION: is the column" in text
    lines = [line for line in text.splitlines() if "QUESTION" not in line and not line.startswith("#")]
    taken = [
        line.replace("  # ", "  ", 1) if line.startswith("  # ") and "columns:" not in line else line for line in lines
    ]
    start = next(i for i, line in enumerate(taken) if line == "columns:")
    block = yaml.load("\n".join(taken[start : taken.index("fixed:")]), yaml.BaseLoader)
    assert [t["to"] for t in block["columns"]["Group"]] == ["SERIES"]
    assert all(code.startswith("_L_") for code in block["columns"]["Group"][0]["codes"].values())


def test_a_local_series_brings_its_adaptation_record() -> None:
    found = suggested(
        "12-5-1.csv", Series=["Kg of waste of each household and year", "Tonnes of waste of the city"], Value=["1", "2"]
    )
    text = mapping_text(found)
    record = text[text.index("# adaptations:") :]
    taken = yaml.load("\n".join(line.removeprefix("# ") for line in record.splitlines()), yaml.BaseLoader)
    assert {a["of"] for a in taken["adaptations"]} == {"EN_MWT_RCYV"}
    assert all(a["series"].startswith("_L_EN_MWT_RCYV_") for a in taken["adaptations"])


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"")
    with pytest.raises(Unreadable):
        read_table(tmp_path / "a.csv", Reading())


def test_how_numbers_are_written_and_what_stands_in_their_place() -> None:
    found = suggested(Year=["2018"] * 5, Value=["1.234,5", "2.000,25e", "..", "<5", "3.000.000"])
    text = mapping_text(found)
    told = yaml.load(text, yaml.BaseLoader)
    assert told["numbers"] == {"decimal": ",", "thousands": "."}
    assert told["missing"] == {"": "skip"}
    assert "# flags:" in text
    assert "#   e: E  # 0.75" in text
    assert '# "..": M  # 0.70' in text
    either = mapping_text(suggested(Year=["2018", "2019"], Value=["1,234", "2,345"]))
    assert "# QUESTION: does ',' part thousands or decimals" in either
