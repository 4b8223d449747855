"""c[...] of v2."""

from __future__ import annotations

import pytest
from small_exchange import CSV, V2, Server, rows, values


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("c[SEX]=F", 2),
        ("c[SEX]=F,M", 5),
        ("c%5BSEX%5D=F%2CM", 5),
        ("c[SEX]=ne:_T", 5),
        ("c[SERIES]=sw:SL_", 5),
        ("c[SERIES]=co:PM25&c[TIME_PERIOD]=ge:2016+le:2017", 2),
        ("c[TIME_PERIOD]=ge%3A2016%2Ble%3A2017&c[SERIES]=EN_ATM_PM25", 2),
        ("c[TIME_PERIOD]=2015", 4),
        ("c[TIME_PERIOD]=2015,ge:2019", 5),
        ("c[OBS_VALUE]=gt:11", 2),
        ("c[OBS_STATUS]=O", 1),
        ("c[UNIT_MEASURE]=GPERM3", 5),
    ],
)
def test_filters(server: Server, query: str, n: int) -> None:
    answer = server.get(f"{V2}?{query}", Accept=CSV)
    assert len(rows(answer)) == n


def test_key_and_filter_together(server: Server) -> None:
    found = values(server.get(f"{V2}/A.N.SL_TLF_UEM?c[SEX]=M&c[TIME_PERIOD]=ge:2016", Accept=CSV))
    assert found == {("SL_TLF_UEM", "M", "2016"): "5.5", ("SL_TLF_UEM", "M", "2017"): "5.25"}


@pytest.mark.parametrize("query", ["c[NO_SUCH]=A", "c[TIME_PERIOD]=ge:soon", "c[OBS_VALUE]=gt:many"])
def test_faults_name_the_component(server: Server, query: str) -> None:
    answer = server.get(f"{V2}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["errors"][0]["title"]
