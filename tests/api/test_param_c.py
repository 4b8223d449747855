"""c[...] of v2."""

from __future__ import annotations

import pytest
from small_exchange import CSV, V1, V2, Server, rows, values


@pytest.mark.conformance(
    "v2 data", "c", "Values and operators on dimensions, attributes, measures and time; `,` is or, `+` is and"
)
@pytest.mark.conformance("clients", "7", "`c[…]` raw and encoded")
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


@pytest.mark.conformance("v2 data", "c", "Together with a key")
def test_key_and_filter_together(server: Server) -> None:
    found = values(server.get(f"{V2}/A.N.SL_TLF_UEM?c[SEX]=M&c[TIME_PERIOD]=ge:2016", Accept=CSV))
    assert found == {("SL_TLF_UEM", "M", "2016"): "5.5", ("SL_TLF_UEM", "M", "2017"): "5.25"}


@pytest.mark.conformance("status", "400", "A component that is none, a value that does not fit")
@pytest.mark.parametrize("query", ["c[NO_SUCH]=A", "c[TIME_PERIOD]=ge:soon", "c[OBS_VALUE]=gt:many"])
def test_faults_name_the_component(server: Server, query: str) -> None:
    answer = server.get(f"{V2}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["errors"][0]["title"]


@pytest.mark.parametrize("number", ["1_0", "\u0661", "nan", "inf", "1e", "0x1", " 1"])
def test_numbers_are_written_as_in_messages(server: Server, number: str) -> None:
    for component in ("OBS_VALUE", "UPPER_BOUND"):
        answer = server.get(f"{V2}?c[{component}]=ge:{number}")
        assert answer.status_code == 400
        assert f"c[{component}]" in answer.json()["errors"][0]["title"]
    assert len(rows(server.get(f"{V2}?c[OBS_VALUE]=ge:1.1e1", Accept=CSV))) == 3


@pytest.mark.conformance("status", "400", "The parameter, the place in it and the remedy are named")
@pytest.mark.parametrize(
    "query",
    [
        "c[REF_AREA]=zz:1",
        "c[REF_AREA]=GB_BRS,EQ:GB",
        "c[OBS_VALUE]=gte:5",
        "c[TIME_PERIOD]=after:2015",
        "c[OBS_STATUS]=is:A",
    ],
)
def test_an_unknown_operator_is_told_with_those_there_are(server: Server, query: str) -> None:
    answer = server.get(f"{V2}?{query}")
    assert answer.status_code == 400
    said = answer.json()["errors"][0]["title"]
    assert query.partition("=")[0] in said
    assert "eq, ne, lt, le, gt, ge, co, nc, sw, ew" in said


@pytest.mark.parametrize("query", ["c[REF_AREA]=*", "c[REF_AREA]=GB*", "c[TIME_PERIOD]=20*"])
def test_a_wildcard_is_told_what_to_write_instead(server: Server, query: str) -> None:
    answer = server.get(f"{V2}?{query}")
    assert answer.status_code == 400
    assert "leave the filter out" in answer.json()["errors"][0]["title"]


def test_a_colon_in_a_text_is_a_colon(server: Server) -> None:
    assert server.get(f"{V2}?c[COMMENT_OBS]=Note: revised").status_code == 404


@pytest.mark.conformance("v2 data", "c", "Periods outside of all data")
@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("c[TIME_PERIOD]=ge:0001", 12),
        ("c[TIME_PERIOD]=ge:0001-01-01%2Ble:9999-12-31", 12),
        ("c[TIME_PERIOD]=lt:9999-Q4", 12),
        ("c[TIME_PERIOD]=gt:0999-W01", 12),
        ("c[TIME_PERIOD]=ne:9999", 12),
        ("c[TIME_PERIOD]=ge:9999", 0),
        ("c[TIME_PERIOD]=gt:9999-12", 0),
        ("c[TIME_PERIOD]=le:0001", 0),
        ("c[TIME_PERIOD]=lt:0001", 0),
        ("c[TIME_PERIOD]=eq:2701", 0),
    ],
)
def test_time_is_open_at_its_ends(server: Server, query: str, n: int) -> None:
    answer = server.get(f"{V2}?{query}", Accept=CSV)
    assert len(rows(answer)) == n if n else answer.status_code == 404


@pytest.mark.parametrize("wrong", ["9999-13", "0000", "9999-02-29", "9999-D366", "9999-W53", "10000"])
def test_a_period_outside_of_all_data_is_still_a_period(server: Server, wrong: str) -> None:
    assert server.get(f"{V2}?c[TIME_PERIOD]=le:{wrong}").status_code == 400
    assert server.get(f"{V1}?endPeriod={wrong}").status_code == 400
