"""What our own writers write, our readers read: the same keys, values and attributes in every format."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from data_words import AIR, batch, expected, ordered, schema

from dataexchange.errors import Unreadable
from dataexchange.messages.read_data import read_data
from dataexchange.messages.write_data import WRITERS
from dataexchange.messages.write_options import WriteOptions
from dataexchange.model.dataset import Dataset
from dataexchange.model.period import format_period


def rows_of(dataset: Dataset) -> list[dict]:
    out = []
    for row in dataset.table.to_pylist():
        row = {k: v for k, v in row.items() if v is not None and not k.startswith("@")}
        row["TIME_PERIOD"] = format_period(row["TIME_PERIOD"])
        out.append(row)
    return ordered(out)


#: Messages; tables are judged by those who read tables.
SDMX = [media for media in WRITERS if "vnd.sdmx" in media.name]

#: Every format with every dimension at the observation that it can have: time series have TIME_PERIOD there.
LAYOUTS = [
    (media, at)
    for media in SDMX
    for at in ("TIME_PERIOD", "AllDimensions", "REF_AREA")
    if at == "TIME_PERIOD" or "timeseries" not in media.name
]


@pytest.mark.parametrize(("media", "at"), LAYOUTS, ids=str)
def test_what_is_written_is_read(media, at, tmp_path):
    air = schema()
    options = WriteOptions(dimension_at_observation=at, prepared=datetime(2026, 11, 22, tzinfo=UTC))
    path = tmp_path / "message"
    path.write_bytes(b"".join(WRITERS[media](air, iter([batch(air, AIR)]), options)))
    message = read_data(path, lambda _: air)
    assert message.findings == ()
    [dataset] = message.datasets
    assert rows_of(dataset) == expected(air, AIR)
    assert dataset.dataflow == air.dataflow.ref
    assert message.declared in (air.dataflow.ref, air.structure.ref)


@pytest.mark.parametrize("media", SDMX, ids=str)
def test_words_come_back_with_their_blanks(media, tmp_path):
    air = schema()
    rows = [{**row, "COMMENT_OBS": ' Gross, "net" \t&\n more. '} for row in AIR]
    path = tmp_path / "message"
    path.write_bytes(b"".join(WRITERS[media](air, iter([batch(air, rows)]), WriteOptions())))
    [dataset] = read_data(path, lambda _: air).datasets
    assert rows_of(dataset) == expected(air, rows)


JSON = """{"meta": {"id": "M", "sender": {"id": "KG_NSC"}}, "data": {"dataSets": [{"structure": 0, "action": "Replace",
 "dimensionGroupAttributes": {"0::1": [0]}, "attributes": ["CC-BY"],
 "observations": {"0:0:0:0": ["1.5", 0], "0:0:1:0": [null, 0], "0:0:1:1": ["x", null]}}],
 "structures": [{"links": [{"rel": "dataflow", "urn": "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_AIR(1.0.0)"}],
 "dimensions": {"observation": [{"id": "FREQ", "keyPosition": 0, "values": [{"id": "A"}]},
  {"id": "SERIES", "keyPosition": 1, "values": [{"id": "PM25"}]},
  {"id": "REF_AREA", "keyPosition": 2, "values": [{"id": "GB"}, {"id": "GB_BRS"}]},
  {"id": "TIME_PERIOD", "keyPosition": 3, "values": [{"id": "2019"}, {"value": "20x0"}]}]},
 "measures": {"observation": [{"id": "OBS_VALUE"}]},
 "attributes": {"dataSet": [{"id": "LICENCE"}], "dimensionGroup": [{"id": "COMMENT_TS", "values": [{"value": {"en": "Rough"}}]}],
  "observation": [{"id": "OBS_STATUS", "values": [{"id": "A"}]}]}}]}}"""


def test_flat_json_with_attributes_of_partial_keys(tmp_path):
    path = tmp_path / "message"
    path.write_text(JSON)
    message = read_data(path, lambda _: schema())
    [dataset] = message.datasets
    rows = {row["REF_AREA"]: row for row in dataset.table.to_pylist()[:2]}
    assert rows["GB"]["OBS_VALUE"] == 1.5
    assert (rows["GB"]["COMMENT_TS"], rows["GB_BRS"]["COMMENT_TS"]) == (None, "Rough")
    assert {row["LICENCE"] for row in rows.values()} == {"CC-BY"}
    assert dataset.action == "R"
    assert message.sender == "KG_NSC"
    assert [(f.rule, f.place.row, f.place.value) for f in message.findings] == [
        ("MSG-PERIOD", 3, "20x0"),
        ("MSG-VALUE", 3, "x"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"data": {', "not valid JSON"),
        ('{"meta": {}}', "no 'data'"),
        ('{"data": {"dataSets": [{}], "structures": []}}', "as the standard has it"),
        (JSON.replace("urn:sdmx", "urn:x"), "no link names"),
        (JSON.replace('"0:0:0:0"', '"0:0:9:0"'), "as the standard has it"),
        (JSON.replace('"0:0:0:0"', '"0:0"'), "as the standard has it"),
    ],
)
def test_other_json_is_refused(tmp_path, text, says):
    path = tmp_path / "message"
    path.write_text(text)
    with pytest.raises(Unreadable) as told:
        read_data(path, lambda _: schema())
    assert says in str(told.value)
