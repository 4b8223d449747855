"""firstNObservations, lastNObservations, startPeriod, endPeriod."""

from __future__ import annotations

import pytest
from small_exchange import CSV, V1, V2, Server, key, values


def years(answer: object) -> list[str]:
    return [year for _, _, year in values(answer)]


@pytest.mark.conformance(
    ["v1 data", "v2 data"],
    ["firstNObservations", "lastNObservations"],
    "From the start and the end of each series, both together",
)
def test_first_and_last(server: Server) -> None:
    one = key("EN_ATM_PM25")
    for base, path in ((V1, one), (V2, "*.*.EN_ATM_PM25")):
        assert years(server.get(f"{base}/{path}?firstNObservations=2", Accept=CSV)) == ["2015", "2016"]
        assert years(server.get(f"{base}/{path}?lastNObservations=1", Accept=CSV)) == ["2019"]
        both = server.get(f"{base}/{path}?firstNObservations=1&lastNObservations=1", Accept=CSV)
        assert years(both) == ["2015", "2019"]


def test_per_series(server: Server) -> None:
    assert len(years(server.get(f"{V2}?lastNObservations=1", Accept=CSV))) == 4


@pytest.mark.conformance(
    "v1 data", ["startPeriod", "endPeriod"], "Inclusive; before first and last observations are counted"
)
@pytest.mark.conformance("clients", "26", "Periods before first and last")
def test_periods_are_inclusive_and_come_first(server: Server) -> None:
    path = f"{V1}/{key('EN_ATM_PM25')}?startPeriod=2016&endPeriod=2018"
    assert years(server.get(path, Accept=CSV)) == ["2016", "2017", "2018"]
    assert years(server.get(f"{path}&lastNObservations=1", Accept=CSV)) == ["2018"]


def test_no_period_left(server: Server) -> None:
    assert server.get(f"{V1}?startPeriod=2050").status_code == 404


@pytest.mark.conformance("v1 data", ["startPeriod", "endPeriod"], "Periods outside of all data")
def test_open_ends(server: Server) -> None:
    for query in ("endPeriod=9999", "startPeriod=0001", "startPeriod=0001-01-01&endPeriod=9999-12-31"):
        assert len(years(server.get(f"{V1}?{query}", Accept=CSV))) == 12
    assert server.get(f"{V1}?startPeriod=9999").status_code == 404
    assert server.get(f"{V1}?endPeriod=0001").status_code == 404


@pytest.mark.conformance(
    ["v1 data", "v1 availableconstraint"], ["startPeriod", "endPeriod"], "400 where the start is behind the end"
)
def test_a_start_behind_the_end_is_a_slip(server: Server) -> None:
    for resource in ("data", "availableconstraint"):
        path = f"/sdmx/v1/{resource}/DF_SDG_LOCAL"
        answer = server.get(f"{path}?startPeriod=2018&endPeriod=2016-Q2")
        assert answer.status_code == 400
        assert "startPeriod" in answer.text
        assert server.get(f"{path}?startPeriod=2016-Q3&endPeriod=2016").status_code != 400
