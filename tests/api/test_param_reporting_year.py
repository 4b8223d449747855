"""reportingYearStartDay: what a reporting period in a query means where the year does not begin in January."""

from __future__ import annotations

import pytest
from small_exchange import CSV, V1, V2, Server, values

from dataexchange.model.period import lower_bound, upper_bound


def years(server: Server, query: str) -> list[str]:
    answer = server.get(f"{V2}/*.*.EN_ATM_PM25?{query}", Accept=CSV)
    return [] if answer.status_code == 404 else [year for _, _, year in values(answer)]


@pytest.mark.conformance("v2 data", "reportingYearStartDay", "Bounds of reporting periods move with the year")
def test_bounds_move_with_the_year(server: Server) -> None:
    """2016-Q3 of a year from 1 July is January to March 2017, as section 6 of the standard reckons."""
    filter_ = "c[TIME_PERIOD]=ge:2016-Q3"
    assert years(server, filter_) == ["2017", "2018", "2019"]
    assert years(server, f"{filter_}&reportingYearStartDay=--07-01") == ["2017", "2018", "2019"]
    assert years(server, f"{filter_}&reportingYearStartDay=--10-01") == ["2018", "2019"]
    assert years(server, "c[TIME_PERIOD]=le:2016-Q3&reportingYearStartDay=--07-01") == ["2015", "2016", "2017"]


@pytest.mark.conformance("v2 data", "reportingYearStartDay", "Calendar periods do not move")
def test_calendar_periods_do_not(server: Server) -> None:
    for period in ("2017", "2017-01", "2017-01-01"):
        assert years(server, f"c[TIME_PERIOD]=ge:{period}&reportingYearStartDay=--07-01") == ["2017", "2018", "2019"]


@pytest.mark.parametrize(
    ("period", "start", "first", "last"),
    [
        ("2010-Q2", (7, 1), "2010-10-01", "2010-12-31"),
        ("2010-A1", (4, 6), "2010-04-06", "2011-04-05"),
        ("2010-S2", (7, 1), "2011-01-01", "2011-06-30"),
        ("2010-T3", (7, 1), "2011-03-01", "2011-06-30"),
        ("2010-M12", (7, 1), "2011-06-01", "2011-06-30"),
        ("2010-D001", (7, 1), "2010-07-01", "2010-07-01"),
        ("2011-W36", (7, 1), "2012-03-05", "2012-03-11"),
        ("2010-M02", (1, 31), "2010-02-28", "2010-03-30"),
    ],
)
def test_days_of_a_reporting_period(period: str, start: tuple[int, int], first: str, last: str) -> None:
    assert lower_bound(period, start) == lower_bound(first)
    assert upper_bound(period, start) == upper_bound(last)


@pytest.mark.parametrize("value", ["07-01", "--7-1", "--13-01", "--02-30", ""])
def test_slips(server: Server, value: str) -> None:
    for path in (V2, V2.replace("/data/", "/availability/")):
        answer = server.get(f"{path}?reportingYearStartDay={value}", Accept="application/json")
        assert answer.status_code == 400
        assert "reportingYearStartDay" in answer.json()["errors"][0]["title"]


@pytest.mark.conformance("v2 availability", "reportingYearStartDay", "As for data")
def test_availability_takes_it(server: Server) -> None:
    path = V2.replace("/data/", "/availability/")
    query = "c[TIME_PERIOD]=ge:2018-Q3&c[SERIES]=EN_ATM_PM25"
    for more, n in (("", "1"), ("&reportingYearStartDay=--07-01", "1")):
        answer = server.get(f"{path}?{query}{more}", Accept="application/vnd.sdmx.structure+json;version=2.0.0")
        notes = {a["id"]: a["title"] for a in answer.json()["data"]["dataConstraints"][0]["annotations"]}
        assert notes["obs_count"] == n
    assert server.get(f"{path}?{query}&reportingYearStartDay=--10-01").status_code == 404


def test_not_in_version_1(server: Server) -> None:
    assert server.get(f"{V1}?reportingYearStartDay=--07-01").status_code == 400
