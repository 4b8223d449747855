"""Kyrgyzstan's 195 messages, written for three versions of the structure: read, and laid together into one dataset."""

from __future__ import annotations

import time

import pyarrow.compute as pc
import pytest
from message_words import FORMATS, read, rows_of, small

from dataexchange.errors import NotSupported
from dataexchange.messages.merge_data import merge
from dataexchange.messages.read_data import read_data
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.dataset import FILE, ROW, Action, Dataset, key_array
from dataexchange.model.period import format_period, parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, DataStructure, Kind, Ref

KG_FLOW = Ref(Kind.DATAFLOW, "KG_NSC", "DF_SDG_KG", "1.8")


@pytest.fixture(scope="module")
def kg(shared_data) -> Schema:
    artefacts = read_structures(shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml").artefacts
    structure = next(a for a in artefacts if isinstance(a, DataStructure))
    flow = next(a for a in artefacts if isinstance(a, Dataflow))
    return Schema.assemble(structure, flow, {a.ref: a for a in artefacts})


@pytest.fixture(scope="module")
def messages(shared_data, kg):
    paths = sorted((shared_data / "kyrgyzstan").glob("[0-9]*.xml"))
    return [read_data(path, lambda _: kg) for path in paths]


def test_all_kyrgyz_messages_are_read(messages):
    assert len(messages) == 195
    assert sum(d.n for m in messages for d in m.datasets) == 26_523
    assert [f for m in messages for f in m.findings] == []
    versions = [m.declared.version for m in messages]
    assert {v: versions.count(v) for v in set(versions)} == {"1.5": 1, "1.7": 92, "1.8": 102}
    assert {m.sender for m in messages} == {"KG_NSC"}
    assert {d.dataflow for m in messages for d in m.datasets} == {KG_FLOW}
    assert {d.action for m in messages for d in m.datasets} == {Action.MERGE}


def test_reading_them_is_quick(shared_data, kg):
    start = time.process_time()
    for path in sorted((shared_data / "kyrgyzstan").glob("[0-9]*.xml")):
        read_data(path, lambda _: kg)
    assert time.process_time() - start < 4


def test_a_row_is_where_it_says(shared_data, messages):
    message = next(m for m in messages if m.file == "1.2.1.xml")
    lines = (shared_data / "kyrgyzstan" / "1.2.1.xml").read_text().splitlines()
    for row in message.datasets[0].table.slice(0, 20).to_pylist():
        line = lines[row[ROW] - 1]
        assert f'TIME_PERIOD="{format_period(row["TIME_PERIOD"])}"' in line
        assert float(line.partition('OBS_VALUE="')[2].partition('"')[0]) == row["OBS_VALUE"]


def test_repeats_are_merged_and_contradictions_told(messages, kg):
    datasets = [d for m in messages for d in m.datasets]
    merged = merge(datasets, kg.structure)
    dataset, repeated, findings = merged
    assert dataset.n == 25_349
    assert repeated == 26_523 - 25_349
    told = [f for f in findings if f.place.column == "OBS_VALUE"]
    assert len(told) == 2
    assert {f.rule for f in findings} == {"BAS-CONTRADICT"}
    assert "1.5.1.xml" in told[0].message
    assert "11.5.1.xml" in told[0].message
    assert told[0].period == "2019"
    # The later one holds.
    keys = key_array(dataset.table, kg.structure)
    there = dataset.table.filter(pc.equal(keys, told[0].key))
    values = dict(zip(there["TIME_PERIOD"].to_pylist(), there["OBS_VALUE"].to_pylist(), strict=True))
    assert values[parse_period("2019")] == 5
    assert dataset.table.schema.names[:16] == [*kg.structure.dimension_ids, "TIME_PERIOD"]


def test_a_3_0_message_after_all_of_them(messages, tmp_path):
    """sdmx1 remembers the namespaces of one message in the next; we remember nothing."""
    assert len(messages) == 195
    message = read(tmp_path, FORMATS["3.0"])
    assert rows_of(message.datasets[0])[0]["OBS_VALUE"] == 1.5


def test_kyrgyz_footnotes_keep_their_last_blank(messages):
    words = [
        text
        for message in messages
        for dataset in message.datasets
        for name in ("COMMENT_OBS", "SOURCE_DETAIL")
        if name in dataset.table.column_names
        for text in dataset.table[name].to_pylist()
        if text
    ]
    assert words.count("Gross disbursements. ") == 7
    assert sum(text != text.strip() for text in words) == 11


# Merging by itself.


def table_of(tmp_path, name, *rows):
    text = "DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT\n"
    return read(tmp_path, text + "".join(f"DX:DF_SMALL(1.0.0),{row}\n" for row in rows), name=name).datasets[0]


def test_what_one_message_leaves_open_the_other_says(tmp_path):
    first = table_of(tmp_path, "first", "A,X,2019,1,,PT", "A,X,2020,2,A,")
    second = table_of(tmp_path, "second", "A,X,2019,1,A,", "A,Y,2019,3,A,")
    dataset, repeated, findings = merge([first, second], small().structure)
    assert findings == ()
    assert repeated == 1
    rows = {(r["AREA"], r["TIME_PERIOD"]): r for r in rows_of(dataset)}
    assert len(rows) == 3
    assert rows["X", "2019"] == {
        "FREQ": "A",
        "AREA": "X",
        "TIME_PERIOD": "2019",
        "OBS_VALUE": 1.0,
        "OBS_STATUS": "A",
        "UNIT": "PT",
    }
    # An attribute of the series holds for all of it.
    assert rows["X", "2020"]["UNIT"] == "PT"


def test_the_later_of_two_contradictions_holds(tmp_path):
    first = table_of(tmp_path, "first", "A,X,2019,1,A,PT")
    second = table_of(tmp_path, "second", "A,X,2019,2.5,A,RO")
    third = table_of(tmp_path, "third", "A,X,2019,2.5,E,")
    dataset, repeated, findings = merge([first, second, third], small().structure)
    assert repeated == 2
    assert rows_of(dataset)[0]["OBS_VALUE"] == 2.5
    assert rows_of(dataset)[0]["UNIT"] == "RO"
    assert {(f.place.column, f.place.file, f.period) for f in findings} == {
        ("OBS_VALUE", "second", "2019"),
        ("UNIT", "second", None),
        ("OBS_STATUS", "third", "2019"),
    }
    assert next(f for f in findings if f.place.column == "OBS_VALUE").message == (
        "A.X 2019: OBS_VALUE is 1 in first (line 2) but 2.5 in second (line 2); the later one holds."
    )


def test_nothing_merges_to_nothing(tmp_path):
    empty = Dataset(small().structure.ref, table_of(tmp_path, "m", "A,X,2019,1,A,").table.slice(0, 0), file="m")
    dataset, repeated, findings = merge([empty], small().structure)
    assert (dataset.n, repeated, findings) == (0, 0, ())


def test_deletions_do_not_merge(tmp_path):
    one = table_of(tmp_path, "m", "A,X,2019,1,A,")
    with pytest.raises(NotSupported):
        merge([Dataset(one.structure, one.table, action=Action.DELETE)], small().structure)


def test_rows_keep_the_order_in_which_they_first_stood(messages, kg):
    dataset, _, _ = merge([d for m in messages[:20] for d in m.datasets], kg.structure)
    files = dataset.table[FILE].to_pylist()
    assert list(dict.fromkeys(files)) == [m.file for m in messages[:20]]
