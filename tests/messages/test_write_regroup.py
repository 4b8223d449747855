"""Another dimension at the observation: one message out of many time series."""

from __future__ import annotations

import json

import pytest
from data_words import AIR, batch, expected, read_json, read_xml, schema
from lxml import etree

from dataexchange.errors import TooLarge
from dataexchange.messages import regroup
from dataexchange.messages.layout import layout
from dataexchange.messages.media import JSON_2_0, ML_3_0
from dataexchange.messages.write_data import WRITERS, WriteOptions

BY_AREA = WriteOptions(dimension_at_observation="REF_AREA")


def test_series_gather_their_observations_from_all_batches():
    here = schema()
    message = b"".join(WRITERS[ML_3_0](here, iter([batch(here, [row]) for row in AIR]), BY_AREA))
    assert read_xml(message) == expected(here, AIR)
    first, *_ = etree.fromstring(message).iter("Series")
    assert dict(first.attrib) == {"FREQ": "A", "SERIES": "PM25", "TIME_PERIOD": "2018"}
    assert [o.get("REF_AREA") for o in first] == ["GB", "GB_BRS"]
    assert first[1].get("COMMENT_TS") == AIR[2]["COMMENT_TS"]


def test_an_attribute_that_does_not_depend_on_it_stays_with_the_series():
    here = schema(group=True)
    message = b"".join(WRITERS[ML_3_0](here, iter([batch(here, AIR)]), BY_AREA))
    assert read_xml(message) == expected(here, AIR)
    first, *_ = etree.fromstring(message).iter("Series")
    assert first.get("UNIT_MEASURE") == "GPERM3"


def test_actions_are_not_mixed():
    here = schema()
    stream = iter([batch(here, AIR[:3], "R"), batch(here, AIR[3:], "D")])
    message = b"".join(WRITERS[JSON_2_0](here, stream, BY_AREA))
    assert [d["action"] for d in json.loads(message)["data"]["dataSets"]] == ["Replace", "Delete"]
    assert read_json(message) == expected(here, AIR)


def test_keys_only():
    here = schema()
    options = WriteOptions(dimension_at_observation="REF_AREA", observations=False)
    message = b"".join(WRITERS[ML_3_0](here, iter([batch(here, AIR)]), options))
    assert [s.get("SERIES") + s.get("TIME_PERIOD") for s in etree.fromstring(message).iter("Series")] == [
        "PM252018",
        "PM252019",
        "PM252020",
        "WALN2018",
    ]


def test_too_many_are_refused_before_the_first_byte():
    here = schema()
    stream = regroup.regroup([batch(here, AIR)] * 3, layout(here, BY_AREA), limit=12)
    with pytest.raises(TooLarge, match="more than 12 observations cannot be arranged by REF_AREA"):
        next(stream)


def test_none():
    here = schema()
    assert b"DataSet" not in b"".join(WRITERS[ML_3_0](here, iter([]), BY_AREA))
