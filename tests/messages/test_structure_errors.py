"""SDMX error messages, judged by the official schemas and by pysdmx."""

from __future__ import annotations

import json

import pytest
from judges import json_faults
from lxml import etree
from structure_judges import FORMATS, xsd

from dataexchange.messages.media import STRUCTURE_JSON_2_0, STRUCTURE_ML_2_1, STRUCTURE_ML_3_0, STRUCTURE_ML_3_1
from dataexchange.messages.write_error import error_media_type, write_error

TEXT = 'No dataflow "A & B" <1.0>\x07.'


@pytest.mark.parametrize("format", ["2.1", "3.0", "3.1"])
def test_xml_errors_are_valid(format):
    message = write_error(100, TEXT, FORMATS[format])
    root = etree.fromstring(message)
    xsd(format).assertValid(root)
    assert root[0].get("code") == "100"
    assert root[0][0].text == TEXT.replace("\x07", "\ufffd")


def test_json_errors_are_valid():
    message = write_error(100, TEXT, STRUCTURE_JSON_2_0)
    assert json_faults(message, "structure", "20") == []
    assert json.loads(message)["errors"] == [{"code": 100, "title": TEXT}]


@pytest.mark.parametrize(
    ("accept", "default", "media"),
    [
        (None, "json", STRUCTURE_JSON_2_0),
        (None, "xml", STRUCTURE_ML_2_1),
        ("*/*", "xml", STRUCTURE_ML_2_1),
        ("application/vnd.sdmx.data+csv;version=2.0.0", "json", STRUCTURE_JSON_2_0),
        ("application/vnd.sdmx.data+xml; version=3.0.0", "json", STRUCTURE_ML_3_0),
        ("application/vnd.sdmx.data+xml;version=3.1.0", "json", STRUCTURE_ML_3_1),
        ("application/vnd.sdmx.genericdata+xml;version=2.1, application/json", "json", STRUCTURE_ML_2_1),
        ("text/html, application/json;q=0.5", "xml", STRUCTURE_JSON_2_0),
    ],
)
def test_the_format_of_an_error_follows_what_was_asked_for(accept, default, media):
    assert error_media_type(accept, default) == media
