"""firstNObservations, lastNObservations, startPeriod, endPeriod."""

from __future__ import annotations

from small_exchange import CSV, V1, V2, Server, key, values


def years(answer: object) -> list[str]:
    return [year for _, _, year in values(answer)]


def test_first_and_last(server: Server) -> None:
    one = key("EN_ATM_PM25")
    for base, path in ((V1, one), (V2, "*.*.EN_ATM_PM25")):
        assert years(server.get(f"{base}/{path}?firstNObservations=2", Accept=CSV)) == ["2015", "2016"]
        assert years(server.get(f"{base}/{path}?lastNObservations=1", Accept=CSV)) == ["2019"]
        both = server.get(f"{base}/{path}?firstNObservations=1&lastNObservations=1", Accept=CSV)
        assert years(both) == ["2015", "2019"]


def test_per_series(server: Server) -> None:
    assert len(years(server.get(f"{V2}?lastNObservations=1", Accept=CSV))) == 4


def test_periods_are_inclusive_and_come_first(server: Server) -> None:
    path = f"{V1}/{key('EN_ATM_PM25')}?startPeriod=2016&endPeriod=2018"
    assert years(server.get(path, Accept=CSV)) == ["2016", "2017", "2018"]
    assert years(server.get(f"{path}&lastNObservations=1", Accept=CSV)) == ["2018"]


def test_no_period_left(server: Server) -> None:
    assert server.get(f"{V1}?startPeriod=2050").status_code == 404
