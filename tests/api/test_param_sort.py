"""sort: what it takes, and what it does to rows, series and sections."""

from __future__ import annotations

import pytest
from small_exchange import CSV, V2, Server, rows

JSON = "application/vnd.sdmx.data+json;version=2.0.0"


def column(server: Server, sort: str, *names: str, query: str = "") -> list[tuple[str, ...]]:
    found = rows(server.get(f"{V2}?sort={sort}&{query}", Accept=CSV))
    assert len(found) == 12
    return [tuple(row[name] for name in names) for row in found]


def test_rows_by_one_component(server: Server) -> None:
    up = column(server, "TIME_PERIOD", "TIME_PERIOD")
    assert up == sorted(up)
    assert column(server, "TIME_PERIOD:desc", "TIME_PERIOD") == sorted(up, reverse=True)
    sexes = column(server, "SEX:desc", "SEX")
    assert sexes == sorted(sexes, reverse=True)


def test_rows_by_value_are_numbers_and_none_is_last(server: Server) -> None:
    values = [v for (v,) in column(server, "OBS_VALUE", "OBS_VALUE")]
    assert values[-1] == ""
    assert [float(v) for v in values[:-1]] == sorted(float(v) for v in values[:-1])
    values = [v for (v,) in column(server, "OBS_VALUE:desc", "OBS_VALUE")]
    assert values[-1] == ""
    assert float(values[0]) == 1234567


@pytest.mark.conformance("v2 data", "sort", "By several components, each up or down")
def test_rows_by_several(server: Server) -> None:
    for sort in ("TIME_PERIOD+SERIES", "TIME_PERIOD%2BSERIES:asc"):
        found = column(server, sort, "TIME_PERIOD", "SERIES")
        assert found == sorted(found)
    found = column(server, "SERIES:desc+TIME_PERIOD", "SERIES", "TIME_PERIOD")
    assert found == sorted(sorted(found, key=lambda r: r[1]), key=lambda r: r[0], reverse=True)


@pytest.mark.parametrize("attribute", ["UNIT_MEASURE", "OBS_STATUS"])
def test_rows_by_attributes(server: Server, attribute: str) -> None:
    found = column(server, f"{attribute}:desc", attribute)
    assert found == sorted(found, reverse=True)


@pytest.mark.conformance("v2 data", "sort", "`*` and `series_key`")
def test_words(server: Server) -> None:
    plain = column(server, "*", "SERIES", "SEX", "TIME_PERIOD")
    assert plain == sorted(plain)
    assert column(server, "*:desc", "SERIES", "SEX", "TIME_PERIOD") == sorted(plain, reverse=True)
    newest = column(server, "series_key:asc+TIME_PERIOD:desc", "SERIES", "SEX", "TIME_PERIOD")
    assert newest == sorted(sorted(plain, key=lambda r: r[2], reverse=True), key=lambda r: r[:2])
    assert column(server, "series_key+TIME_PERIOD:desc", "SERIES", "SEX", "TIME_PERIOD") == newest


@pytest.mark.conformance("v2 data", "sort", "Series stay in one piece")
def test_series_stay_in_one_piece(server: Server) -> None:
    data = server.get(f"{V2}?sort=TIME_PERIOD:desc", Accept=JSON).json()["data"]
    (found,) = data["dataSets"]
    (structure,) = data["structures"]
    assert len(found["series"]) == 4
    periods = [v["id"] for v in structure["dimensions"]["observation"][0]["values"]]
    for one in found["series"].values():
        years = [periods[int(i)] for i in one["observations"]]
        assert years == sorted(years, reverse=True)


def test_series_by_a_dimension(server: Server) -> None:
    data = server.get(f"{V2}?sort=SEX:desc+OBS_VALUE", Accept=JSON).json()["data"]
    dimensions = data["structures"][0]["dimensions"]["series"]
    place, sexes = next((i, [v["id"] for v in d["values"]]) for i, d in enumerate(dimensions) if d["id"] == "SEX")
    found = [sexes[int(key.split(":")[place])] for key in data["dataSets"][0]["series"]]
    assert found == sorted(found, reverse=True)
    for one in data["dataSets"][0]["series"].values():
        values = [v[0] for v in one["observations"].values() if v[0] is not None]
        assert values == sorted(values)


def test_flat_observations_are_sorted_across_series(server: Server) -> None:
    path = f"{V2}?sort=OBS_VALUE:desc&limit=3&dimensionAtObservation=AllDimensions"
    data = server.get(path, Accept=JSON).json()["data"]
    assert [v[0] for v in data["dataSets"][0]["observations"].values()] == [1234567, 11.5, 11]


def test_another_dimension_at_the_observation(server: Server) -> None:
    path = f"{V2}?sort=TIME_PERIOD:desc&dimensionAtObservation=SEX"
    data = server.get(path, Accept=JSON).json()["data"]
    dimensions = data["structures"][0]["dimensions"]["series"]
    place, years = next(
        (i, [v["id"] for v in d["values"]]) for i, d in enumerate(dimensions) if d["id"] == "TIME_PERIOD"
    )
    found = [years[int(key.split(":")[place])] for key in data["dataSets"][0]["series"]]
    assert found == sorted(found, reverse=True)


@pytest.mark.conformance("v2 data", "sort", "400 that says what to write")
@pytest.mark.parametrize("sort", ["NO_SUCH", "SEX:up", "SEX+", "", "SEX,AGE", ":asc"])
def test_slips(server: Server, sort: str) -> None:
    answer = server.get(f"{V2}?sort={sort}", Accept="application/json")
    assert answer.status_code == 400, answer.text
    assert "sort" in answer.json()["errors"][0]["title"]
