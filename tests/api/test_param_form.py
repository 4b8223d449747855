"""dimensionAtObservation, attributes, measures, detail: how much of the data, and how it is packed."""

from __future__ import annotations

import pytest
from lxml import etree
from small_exchange import CSV, V1, V2, Server, rows

ML3 = "application/vnd.sdmx.data+xml;version=3.0.0"
ML21 = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"


def names(answer: object) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [etree.QName(e).localname for e in etree.fromstring(answer.content).iter() if isinstance(e.tag, str)]


@pytest.mark.conformance(
    ["v1 data", "v2 data"],
    "dimensionAtObservation",
    "TIME_PERIOD, AllDimensions, another dimension; 400 for what is none",
)
@pytest.mark.conformance("clients", "26", "dimensionAtObservation")
@pytest.mark.parametrize("base", [V1, V2])
def test_dimension_at_observation(server: Server, base: str) -> None:
    media = ML21 if base == V1 else ML3
    by_time = names(server.get(base, Accept=media))
    assert by_time.count("Series") == 4
    assert by_time.count("Obs") == 12
    flat = names(server.get(f"{base}?dimensionAtObservation=AllDimensions", Accept=media))
    assert flat.count("Series") == 0
    assert flat.count("Obs") == 12
    by_sex = names(server.get(f"{base}?dimensionAtObservation=SEX", Accept=media))
    assert by_sex.count("Series") == 10  # five years, two years twice, three years once
    answer = server.get(f"{base}?dimensionAtObservation=NO_SUCH", Accept=media)
    assert answer.status_code == 400
    assert "dimensionAtObservation" in answer.text


@pytest.mark.conformance("v2 data", "attributes", "dsd, all, none, obs, series, ids")
def test_attributes(server: Server) -> None:
    def columns(query: str) -> set[str]:
        return set(rows(server.get(f"{V2}?{query}", Accept=CSV))[0])

    every = columns("attributes=dsd")
    assert {"OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT"} <= every == columns("attributes=all") == columns("")
    assert not {"OBS_STATUS", "UNIT_MEASURE"} & columns("attributes=none")
    assert columns("attributes=UNIT_MEASURE") & {"OBS_STATUS", "UNIT_MEASURE", "UNIT_MULT"} == {"UNIT_MEASURE"}
    assert "UNIT_MEASURE" not in columns("attributes=obs")
    assert "UNIT_MEASURE" in columns("attributes=series")
    answer = server.get(f"{V2}?attributes=NO_SUCH")
    assert answer.status_code == 400
    assert "attributes" in answer.text


@pytest.mark.conformance("v2 data", "measures", "all, none, ids")
def test_measures(server: Server) -> None:
    assert "OBS_VALUE" not in rows(server.get(f"{V2}?measures=none", Accept=CSV))[0]
    assert "OBS_VALUE" in rows(server.get(f"{V2}?measures=OBS_VALUE", Accept=CSV))[0]
    assert server.get(f"{V2}?measures=NO_SUCH").status_code == 400


@pytest.mark.conformance("v2 data", ["attributes", "measures"], "Both none: series keys")
@pytest.mark.conformance("clients", "35", "attributes=none&measures=none")
def test_series_keys_only(server: Server) -> None:
    found = rows(server.get(f"{V2}?attributes=none&measures=none", Accept=CSV))
    assert len(found) == 4


@pytest.mark.conformance("v1 data", "detail", "full, dataonly, nodata, serieskeysonly")
@pytest.mark.conformance("clients", "26", "detail")
@pytest.mark.parametrize(
    ("detail", "observations", "attributes"),
    [("full", 12, True), ("dataonly", 12, False), ("nodata", 0, True), ("serieskeysonly", 0, False)],
)
def test_detail_of_v1(server: Server, detail: str, observations: int, attributes: bool) -> None:
    answer = server.get(f"{V1}?detail={detail}", Accept=ML21)
    found = names(answer)
    assert found.count("Series") == 4
    assert found.count("Obs") == observations
    assert (b"UNIT_MEASURE=" in answer.content) is attributes
    assert (b"OBS_STATUS=" in answer.content) is (detail == "full")


@pytest.mark.parametrize("wrong", ["NOPE", "OBS_VALUE", "sex", "UNIT_MEASURE"])
@pytest.mark.parametrize("form", ["csv", "sdmx-csv-1.0", "jsondata", "xml"])
def test_a_dimension_at_observation_that_is_none_is_refused_in_every_format(
    server: Server, form: str, wrong: str
) -> None:
    for base in (V1, V2):
        answer = server.get(f"{base}?dimensionAtObservation={wrong}&format={form}")
        assert answer.status_code == 400
        assert "dimensionAtObservation" in answer.text


@pytest.mark.conformance("formats parameters", "keys", "none, series, obs, both; 406 where the version has none")
@pytest.mark.parametrize("media", [CSV, CSV.replace("2.0.0", "2.1.0")])
def test_keys_of_sdmx_csv(server: Server, media: str) -> None:
    for key, columns in {"series": ["SERIES_KEY"], "obs": ["OBS_KEY"], "both": ["SERIES_KEY", "OBS_KEY"]}.items():
        found = rows(server.get(V2, Accept=f"{media}; keys={key}"))
        assert list(found[0])[2 : 3 + len(columns)] == ["ACTION", *columns]
        for row in found:
            series = ".".join([row["FREQ"], row["REPORTING_TYPE"], row["SERIES"], row["REF_AREA"], row["SEX"]])
            assert all(row[column].startswith(series) for column in columns)
            assert "OBS_KEY" not in row or row["OBS_KEY"].endswith("." + row["TIME_PERIOD"])
    assert "SERIES_KEY" not in rows(server.get(V2, Accept=f"{media};keys=none"))[0]


@pytest.mark.conformance("formats parameters", "timeFormat", "original, normalized")
@pytest.mark.parametrize("media", [CSV, CSV.replace("2.0.0", "2.1.0"), CSV.replace("2.0.0", "1.0.0")])
def test_time_format_of_sdmx_csv(server: Server, media: str) -> None:
    usual = rows(server.get(V2, Accept=f"{media};timeFormat=original"))
    days = rows(server.get(V2, Accept=f"{media};timeFormat=normalized"))
    assert [row["TIME_PERIOD"] + "-01-01" for row in usual] == [row["TIME_PERIOD"] for row in days]


@pytest.mark.parametrize(
    "parameter", ["labels=words", "keys=all", "timeFormat=ISO", "version=1.0.0;keys=obs", "version=1.0.0;keys=series"]
)
def test_parameters_of_sdmx_csv_that_are_not_offered(server: Server, parameter: str) -> None:
    name = parameter.rpartition(";")[2].partition("=")[0]
    media = CSV.partition(";")[0] if parameter.startswith("version") else CSV
    answer = server.get(V2, Accept=f"{media};{parameter}")
    assert answer.status_code == 406
    assert f"write {name}=" in answer.text
    # Parameters count where they stand beside the type that is chosen.
    assert (
        server.get(V2, Accept=f"application/vnd.sdmx.data+json;version=2.0.0, {media};{parameter}").status_code == 200
    )


def test_no_parameter_but_the_version_comes_back(server: Server) -> None:
    answer = server.get(V2, Accept=f"{CSV}; labels=both; keys=both; timeFormat=normalized")
    assert answer.headers["content-type"] == CSV
