"""Negotiation, with the headers that clients in use really send."""

from __future__ import annotations

import pytest

from dataexchange.errors import NotAcceptable
from dataexchange.messages import media
from dataexchange.messages.media import DATA_V1, DATA_V2, OFFERED, MediaType
from dataexchange.messages.media_version import wants
from dataexchange.messages.negotiation import choose, negotiate
from dataexchange.messages.write_data import WRITERS

PREFIX = "application/vnd.sdmx."


@pytest.mark.parametrize(
    ("accept", "version", "resource", "answer"),
    [
        # sdmx1, curl, and nobody in particular
        (None, "v1", "data", "genericdata+xml;version=2.1"),
        ("", "v1", "data", "genericdata+xml;version=2.1"),
        ("*/*", "v1", "data", "genericdata+xml;version=2.1"),
        ("*/*", "v1", "structure", "structure+xml;version=2.1"),
        ("*/*", "v1", "availability", "structure+xml;version=2.1"),
        ("*/*", "v2", "data", "data+json;version=2.0.0"),
        ("*/*", "v2", "structure", "structure+json;version=2.0.0"),
        ("application/*", "v2", "data", "data+json;version=2.0.0"),
        # rsdmx
        ("application/xml", "v1", "data", "genericdata+xml;version=2.1"),
        ("application/xml", "v1", "structure", "structure+xml;version=2.1"),
        ("application/xml", "v2", "data", "data+xml;version=3.0.0"),
        ("application/json", "v2", "data", "data+json;version=2.0.0"),
        ("text/*", "v1", "data", "genericdata+xml;version=2.1"),
        ("text/*", "v2", "data", "data+csv;version=2.0.0"),
        ("text/html, text/*;q=0.5", "v2", "structure", "structure+xml;version=3.0.0"),
        ("application/json", "v2", "structure", "structure+json;version=2.0.0"),
        ("text/csv", "v2", "data", "data+csv;version=2.0.0"),
        ("text/csv", "v1", "data", "data+csv;version=1.0.0"),
        # sdmx-dl: spaces, and equal quality
        (
            f"{PREFIX}genericdata+xml; version=2.1, {PREFIX}structurespecificdata+xml; version=2.1",
            "v1",
            "data",
            "genericdata+xml;version=2.1",
        ),
        (
            f"{PREFIX}structurespecificdata+xml; version=2.1,{PREFIX}genericdata+xml; version=2.1",
            "v1",
            "data",
            "structurespecificdata+xml;version=2.1",
        ),
        # Java connectors and pysdmx on /v2
        (f"{PREFIX}structure+xml;version=2.1", "v2", "structure", "structure+xml;version=2.1"),
        (f"{PREFIX}structurespecificdata+xml;version=2.1", "v2", "data", "structurespecificdata+xml;version=2.1"),
        (f"{PREFIX}data+csv;version=1.0.0", "v2", "data", "data+csv;version=1.0.0"),
        # quality, both ways round
        (
            f"{PREFIX}data+csv;version=2.0.0;q=0.2, {PREFIX}data+xml;version=3.0.0;q=0.9",
            "v2",
            "data",
            "data+xml;version=3.0.0",
        ),
        (
            f"{PREFIX}data+csv;version=2.0.0;q=0.9, {PREFIX}data+xml;version=3.0.0;q=0.2",
            "v2",
            "data",
            "data+csv;version=2.0.0",
        ),
        (f"text/html, {PREFIX}data+csv;version=2.1.0;q=0.5, */*;q=0.1", "v2", "data", "data+csv;version=2.1.0"),
        (f"*/*, {PREFIX}data+json;version=2.0.0;q=0", "v2", "data", "data+json;version=2.1.0"),
        (f"{PREFIX}data+csv;version=2.0.0, */*;q=0", "v2", "data", "data+csv;version=2.0.0"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "v2", "data", "data+xml;version=3.0.0"),
        # no version is the newest; short and long versions; other parameters; case
        (f"{PREFIX}data+json", "v2", "data", "data+json;version=2.1.0"),
        (f"{PREFIX}data+csv", "v2", "data", "data+csv;version=2.1.0"),
        (f"{PREFIX}data+csv;version=2.0", "v2", "data", "data+csv;version=2.0.0"),
        (f"{PREFIX}data+json;version=2", "v2", "data", "data+json;version=2.1.0"),
        (f"{PREFIX}genericdata+xml;version=2.1.0", "v1", "data", "genericdata+xml;version=2.1"),
        (f"{PREFIX}data+csv;labels=both;version=2.0.0", "v2", "data", "data+csv;version=2.0.0"),
        (f"{PREFIX}Data+CSV ; Version = 2.0.0", "v2", "data", "data+csv;version=2.0.0"),
        (f'{PREFIX}data+csv;version="2.0.0"', "v2", "data", "data+csv;version=2.0.0"),
        # ranges of versions, as sdmx-rest writes them
        (f"{PREFIX}data+csv;version=2.0+", "v2", "data", "data+csv;version=2.1.0"),
        (f"{PREFIX}data+csv;version=2.0.0+", "v2", "data", "data+csv;version=2.0.0"),
        (f"{PREFIX}data+csv;version=1+.0", "v2", "data", "data+csv;version=2.1.0"),
        (f"{PREFIX}data+csv;version=1+.0.0", "v1", "data", "data+csv;version=2.0.0"),
        (f"{PREFIX}structure+xml;version=2.1+", "v1", "structure", "structure+xml;version=2.1"),
        (f"{PREFIX}structure+xml;version=3.0.0+", "v2", "structure", "structure+xml;version=3.0.0"),
        (f"{PREFIX}structure+xml;version=2+.0.0", "v2", "structure", "structure+xml;version=3.1.0"),
        (f"{PREFIX}structure+json;version=*", "v2", "structure", "structure+json;version=2.1.0"),
        (f"{PREFIX}structure+json;version=1.*", "v2", "structure", "structure+json;version=1.0.0"),
        (f"{PREFIX}structure+json;version=~", "v1", "structure", "structure+json;version=2.1.0"),
        # the closest entry says what a type is worth
        (f"{PREFIX}data+csv;version=2.1.0;q=0.1, {PREFIX}data+csv", "v2", "data", "data+csv;version=2.0.0"),
        (f"*/*, {PREFIX}data+json;q=0.1", "v2", "data", "data+csv;version=2.0.0"),
        ("application/xml;q=0.5, */*;q=0.1", "v2", "data", "data+xml;version=3.0.0"),
        (f"application/*;q=0, {PREFIX}data+csv", "v2", "data", "data+csv;version=2.1.0"),
        ("application/json", "v1", "structure", "structure+json;version=1.0.0"),
        (f",;;,x/y;q=high,{PREFIX}data+csv;version=2.0.0", "v2", "data", "data+csv;version=2.0.0"),
    ],
)
def test_accept(accept, version, resource, answer):
    assert negotiate(accept, None, OFFERED[version, resource]).text == PREFIX + answer


@pytest.mark.parametrize(
    ("short", "version", "resource", "answer"),
    [
        ("jsondata", "v2", "data", "data+json;version=2.0.0"),
        ("jsondata", "v1", "data", "data+json;version=1.0.0"),
        ("json", "v2", "structure", "structure+json;version=2.0.0"),
        ("csv", "v2", "data", "data+csv;version=2.0.0"),
        ("csvdata", "v1", "data", "data+csv;version=1.0.0"),
        ("SDMX-CSV", "v2", "data", "data+csv;version=2.0.0"),
        ("sdmx-csv-2.1", "v2", "data", "data+csv;version=2.1.0"),
        ("xml", "v1", "data", "genericdata+xml;version=2.1"),
        ("xml", "v2", "data", "data+xml;version=3.0.0"),
        ("genericdata", "v1", "data", "genericdata+xml;version=2.1"),
        ("structurespecificdata", "v2", "data", "structurespecificdata+xml;version=2.1"),
        ("sdmx-2.1", "v1", "data", "genericdata+xml;version=2.1"),
        ("sdmx-2.1", "v2", "structure", "structure+xml;version=2.1"),
        ("sdmx-3.0", "v2", "data", "data+xml;version=3.0.0"),
        ("sdmx-3.1", "v2", "data", "data+xml;version=3.1.0"),
        ("sdmx-json", "v2", "structure", "structure+json;version=2.0.0"),
        (f"{PREFIX}data+csv;version=2.1.0", "v2", "data", "data+csv;version=2.1.0"),
    ],
)
def test_format_beats_accept(short, version, resource, answer):
    assert negotiate("text/html", short, OFFERED[version, resource]).text == PREFIX + answer


@pytest.mark.parametrize(
    ("accept", "format", "media", "parameters"),
    [
        ("text/csv;labels=name", None, media.PLAIN_CSV, {"labels": "name"}),
        ("text/csv;header=present", None, media.PLAIN_CSV, {"header": "present"}),
        ("text/csv;q=0.2, application/json;q=0.1", None, media.CSV_2_0, {}),
        (None, "csvlabels", media.PLAIN_CSV, {}),
        (None, "csvexcel", media.PLAIN_CSV, {"bom": "true"}),
        (None, "csvfilewithlabels", media.CSV_2_0, {"labels": "both"}),
        (media.XLSX.name, None, media.XLSX, {}),
        (None, "xlsx", media.XLSX, {}),
        (media.PARQUET.name, None, media.PARQUET, {}),
        ("application/x-parquet", None, media.PARQUET, {}),
        (None, "parquet", media.PARQUET, {}),
    ],
)
def test_tables_beside_sdmx(accept, format, media, parameters):
    for offered in (DATA_V1, DATA_V2):
        chosen = choose(accept, format, offered)
        assert chosen.media.name == media.name
        assert dict(chosen.parameters) == parameters


@pytest.mark.parametrize(
    ("asked", "version", "fits"),
    [
        ("2.0.0", "2.0.0", True),
        ("2.0", "2.0.0", True),
        ("2.1.0", "2.1", True),
        ("2", "2.1.0", True),
        ("2", "20.0.0", False),
        ("2.0.1", "2.0.0", False),
        ("2.0.0+", "2.0.3", True),
        ("2.0.0+", "2.1.0", False),
        ("2.3+.1", "2.3.0", False),
        ("2.3+.1", "2.4.0", True),
        ("2.3+.1", "3.0.0", False),
        ("2+.0.1", "2.0.0", False),
        ("2+.0.1", "3.0.0", True),
        ("1.*.0", "1.7.0", True),
        ("+", "9.9.9", True),
        ("2.0+.0+", "2.0.0", False),
        ("latest", "1.0.0", True),
        ("two", "2.0.0", False),
        ("2.x", "2.0.0", False),
        ("2.0.0.0", "2.0.0", False),
        ("", "2.0.0", False),
    ],
)
def test_ranges_of_versions(asked, version, fits):
    assert wants(asked, version) is fits


@pytest.mark.parametrize(
    "accept", ["invalid representation query", "text/html", f"{PREFIX}data+csv;version=9.0", "a/b;q=0"]
)
def test_not_acceptable_lists_what_is(accept):
    with pytest.raises(NotAcceptable) as refused:
        negotiate(accept, None, DATA_V2)
    assert all(m.text in str(refused.value) for m in DATA_V2)


@pytest.mark.parametrize("accept", ["*/*;q=0", f"{PREFIX}data+csv;version=3+.0", f"{PREFIX}data+csv;q=0"])
def test_what_is_refused_is_not_answered(accept):
    with pytest.raises(NotAcceptable):
        negotiate(accept, None, DATA_V2)


def test_an_unknown_format_is_not_acceptable():
    with pytest.raises(NotAcceptable, match="'tsv' is not offered") as refused:
        negotiate("*/*", "tsv", DATA_V2)
    assert "csvlabels" in str(refused.value)
    with pytest.raises(NotAcceptable) as refused:
        negotiate("*/*", "tsv", OFFERED["v2", "structure"])
    assert "csvlabels" not in str(refused.value)
    assert "sdmx-3.1" in str(refused.value)


def test_a_default_of_ones_own():
    assert negotiate("*/*", None, DATA_V2, media.CSV_2_1) is media.CSV_2_1


def test_exact_text_without_charset():
    assert media.ML_3_0.text == "application/vnd.sdmx.data+xml;version=3.0.0"
    assert MediaType("application/problem+json").text == "application/problem+json"


def test_parameters_are_those_of_the_entry_that_was_chosen():
    accept = f"text/html, {PREFIX}data+csv; version=2.0.0; labels=both;q=0.5, {PREFIX}data+json;q=0.1;labels=name"
    assert dict(choose(accept, None, DATA_V2).parameters) == {"labels": "both"}
    assert dict(choose("*/*", "csvfilewithlabels", DATA_V2).parameters) == {"labels": "both"}
    assert dict(choose(None, None, DATA_V2).parameters) == {}


def test_everything_offered_can_be_written():
    assert set(DATA_V1) | set(DATA_V2) == set(WRITERS)
