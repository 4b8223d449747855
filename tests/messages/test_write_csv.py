"""SDMX-CSV as the field guide describes it: columns, labels, actions, quoting."""

from __future__ import annotations

import csv
import io

import pytest
from data_words import AIR, batch, expected, read_csv, schema

from dataexchange.messages.media import CSV_1_0, CSV_2_0, CSV_2_1
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Kind, Ref

AGREEMENT = Ref(Kind.PROVISION_AGREEMENT, "DX", "PA_BRISTOL", "1.0.0")


def written(of: Schema, *batches: SeriesBatch, media=CSV_2_0, **options) -> bytes:
    return b"".join(WRITERS[media](of, iter(batches), WriteOptions(**options)))


def rows(message: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(message.decode(), newline=""), strict=True))


def test_a_small_message():
    here = schema()
    assert written(here, batch(here, AIR[:2])).decode() == (
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,SERIES,REF_AREA,TIME_PERIOD,OBS_VALUE,"
        "OBS_STATUS,UNIT_MEASURE,UPPER_BOUND,COMMENT_TS,COMMENT_OBS,LICENCE\n"
        "dataflow,DX:DF_AIR(1.0.0),I,A,PM25,GB,2018,10.25,A,GPERM3,,,,\n"
        "dataflow,DX:DF_AIR(1.0.0),I,A,PM25,GB,2019,9,A,GPERM3,,,,\n"
    )


@pytest.mark.parametrize("media", [CSV_1_0, CSV_2_0, CSV_2_1])
@pytest.mark.parametrize("at", ["TIME_PERIOD", "AllDimensions", "REF_AREA"])
def test_reads_back_the_same(media, at):
    here = schema()
    message = written(here, batch(here, AIR[:2]), batch(here, AIR[2:]), media=media, dimension_at_observation=at)
    assert read_csv(message) == expected(here, AIR)


def test_version_1_names_the_dataflow_only():
    here = schema()
    header, first, *_ = rows(written(here, batch(here, AIR), media=CSV_1_0))
    assert header[:2] == ["DATAFLOW", "FREQ"]
    assert first[0] == "DX:DF_AIR(1.0.0)"


def test_the_structure_or_the_agreement_where_there_is_no_dataflow():
    here = schema(dataflow=False)
    assert rows(written(here, batch(here, AIR)))[1][:2] == ["datastructure", "DX:AIR(1.0.0)"]
    assert rows(written(here, batch(here, AIR), agreement=AGREEMENT))[1][:2] == [
        "dataprovision",
        "DX:PA_BRISTOL(1.0.0)",
    ]


def test_actions_stand_in_every_row():
    here = schema()
    found = rows(written(here, batch(here, AIR[:2], "R"), batch(here, AIR[2:], "D")))
    assert [row[2] for row in found[1:]] == ["R", "R", "D", "D", "D"]


@pytest.mark.conformance("formats parameters", "labels", "both: ids and names in one column")
def test_labels_both():
    here = schema()
    header, first, *_ = rows(written(here, batch(here, AIR[2:]), labels="both"))
    assert header[3:8] == [
        "FREQ: Frequency",
        "SERIES: SERIES",
        "REF_AREA: Area, of reference",
        "TIME_PERIOD: Period",
        "OBS_VALUE: Value",
    ]
    assert first[:8] == [
        "dataflow",
        "DX:DF_AIR(1.0.0): Air, and more",
        "I",
        "A: Annual",
        "PM25: Fine particles, annual mean",
        "GB_BRS: Bristol",
        "2018",
        "11.1",
    ]


@pytest.mark.conformance("formats parameters", "labels", "name: names in columns of their own")
def test_labels_name():
    here = schema()
    header, first, *_ = rows(written(here, batch(here, AIR[:1]), labels="name"))
    assert header[:8] == [
        "STRUCTURE",
        "STRUCTURE_ID",
        "STRUCTURE_NAME",
        "ACTION",
        "FREQ",
        "Frequency",
        "SERIES",
        "SERIES",
    ]
    assert dict(zip(header[8:16], first[8:16], strict=True)) == {
        "REF_AREA": "GB",
        "Area, of reference": "United Kingdom",
        "TIME_PERIOD": "2018",
        "Period": "",
        "OBS_VALUE": "10.25",
        "Value": "",
        "OBS_STATUS": "Normal",
    }


def test_series_without_observations():
    here = schema()
    found = rows(written(here, batch(here, AIR), observations=False))
    assert found[0][3:] == ["FREQ", "SERIES", "REF_AREA", "UNIT_MEASURE", "COMMENT_TS", "LICENCE"]
    assert [row[3:7] for row in found[1:]] == [
        ["A", "PM25", "GB", "GPERM3"],
        ["A", "PM25", "GB_BRS", "GPERM3"],
        ["A", "WALN", "GB_BRS", "PT"],
    ]
    keys = rows(written(here, batch(here, AIR), observations=False, attributes=frozenset()))
    assert [row[3:] for row in keys] == [
        ["FREQ", "SERIES", "REF_AREA"],
        ["A", "PM25", "GB"],
        ["A", "PM25", "GB_BRS"],
        ["A", "WALN", "GB_BRS"],
    ]


def test_without_measures_and_with_some_attributes():
    here = schema()
    found = rows(written(here, batch(here, AIR), measures=frozenset(), attributes=frozenset({"OBS_STATUS"})))
    assert found[0][3:] == ["FREQ", "SERIES", "REF_AREA", "TIME_PERIOD", "OBS_STATUS"]
    assert found[4][3:] == ["A", "PM25", "GB_BRS", "2020", "Q"]


def test_a_structure_without_time():
    here = schema(time=False)
    data = [{k: v for k, v in row.items() if k != "TIME_PERIOD"} for row in (AIR[0], AIR[2], AIR[4])]
    message = written(here, batch(here, data))
    assert "TIME_PERIOD" not in rows(message)[0]
    assert read_csv(message) == expected(here, data)
    assert len(rows(written(here, batch(here, data), observations=False))) == 4


def test_no_batches_give_a_header():
    assert len(rows(written(schema()))) == 1
