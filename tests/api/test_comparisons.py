"""`/api/v1/comparisons`: the city's values, the national ones, verdict and reason."""

from __future__ import annotations

from typing import Any

import pytest
from small_exchange import Server

COMPARISONS = "/api/v1/comparisons"


def test_values_side_by_side(server: Server) -> None:
    (found,) = server.get(f"{COMPARISONS}?area=GB_BRS&series=EN_ATM_PM25").json()
    local, national = found["local"], found["baseline"]
    assert (local["area"], local["provider"]) == ("GB_BRS", "BRISTOL")
    assert dict(zip(local["periods"], local["values"], strict=True)) == {
        "2015": 11.5,
        "2016": 11.0,
        "2017": 10.25,
        "2018": None,
        "2019": 9.5,
    }
    assert local["statuses"][3] == "O"
    assert (national["area"], national["values"]) == ("GB", [12.0, 11.75, 10.0])
    assert {**local["codes"], "REF_AREA": "GB"} == national["codes"]
    assert found["verdict"] in ("consistent", "not_comparable")
    assert found["reason"]
    by_key: Any = server.get(f"{COMPARISONS}?key={local['key']}").json()
    assert by_key == [found]


def test_breakdowns_and_no_baseline(server: Server) -> None:
    both = server.get(f"{COMPARISONS}?area=GB_BRS&series=SL_TLF_UEM").json()
    assert [c["local"]["codes"]["SEX"] for c in both] == ["F", "M"]
    assert {c["baseline"] for c in both} == {None}
    assert {c["verdict"] for c in both} == {"no_baseline"}
    assert server.get(f"{COMPARISONS}?area=GB_BRS&series=SL_TLF_UEM&limit=1&offset=1").json() == both[1:]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("area=GB_BRS&series=NOT_THERE", 404),
        ("area=NOWHERE&series=EN_ATM_PM25", 404),
        ("key=A.B", 404),
        ("area=GB_BRS", 400),
        ("series=EN_ATM_PM25", 400),
        ("", 400),
        ("area=GB%00&series=X", 400),
        ("area=GB_BRS&series=EN_ATM_PM25&dataflow=nonsense", 400),
        ("area=GB_BRS&series=EN_ATM_PM25&dataflow=DX:DF_NOT_THERE(1.0.0)", 404),
        ("area=GB_BRS&series=EN_ATM_PM25&offset=10", 200),
    ],
)
def test_what_is_not_there(server: Server, query: str, status: int) -> None:
    assert server.get(f"{COMPARISONS}?{query}").status_code == status
