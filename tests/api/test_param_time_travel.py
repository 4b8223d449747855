"""updatedAfter, asOf, includeHistory."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from small_exchange import CSV, FIGURES, LOCAL, V1, V2, Server, publish, rows, values

from dataexchange.store import series
from dataexchange.store.database import writing

JSON = "application/vnd.sdmx.data+json;version=2.0.0"
REVISED = {**FIGURES, ("GB_BRS", "SL_TLF_UEM", "F"): [5.0, 4.75], ("GB_BRS", "SL_TLF_UEM", "_T"): [5.5]}


def moment() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@pytest.mark.conformance(["v1 data", "v2 data"], "updatedAfter", "What was inserted and revised since")
def test_what_changed_since(own_server: Server) -> None:
    before = moment()
    assert own_server.get(f"{V2}?updatedAfter={before}").status_code == 404
    publish(own_server.engine, LOCAL, REVISED, "BRISTOL")
    for base in (V1, V2):
        found = values(own_server.get(f"{base}?updatedAfter={before.replace(':', '%3A')}", Accept=CSV))
        assert found == {("SL_TLF_UEM", "F", "2016"): "4.75", ("SL_TLF_UEM", "_T", "2015"): "5.5"}


@pytest.mark.conformance("v2 data", "asOf", "As it stood then; 404 before there was anything")
def test_as_it_was(own_server: Server) -> None:
    before = moment()
    publish(own_server.engine, LOCAL, REVISED, "BRISTOL")
    path = f"{V2}/A.N.SL_TLF_UEM.GB_BRS.F"
    assert values(own_server.get(path, Accept=CSV))["SL_TLF_UEM", "F", "2016"] == "4.75"
    assert values(own_server.get(f"{path}?asOf={before}", Accept=CSV))["SL_TLF_UEM", "F", "2016"] == "4.5"
    assert own_server.get(f"{path}?asOf=2020").status_code == 404


@pytest.mark.conformance("clients", "26", "updatedAfter=2011")
@pytest.mark.conformance(["v1 data", "v2 data"], "updatedAfter", "A bare period")
def test_a_bare_period_will_do(server: Server) -> None:
    for base in (V1, V2):
        assert len(rows(server.get(f"{base}?updatedAfter=2011", Accept=CSV))) == 12


def test_history_answers(server: Server) -> None:
    for base in (V1, V2):
        assert len(rows(server.get(f"{base}?includeHistory=true", Accept=CSV))) == 12


@pytest.mark.conformance(
    ["v1 data", "v2 data"], "includeHistory", "A dataset for each release, with the date of its validity"
)
def test_history_is_a_dataset_for_each_release(own_server: Server) -> None:
    """Each version of an observation stands once: where it came, and, if it went, where that was."""
    publish(own_server.engine, LOCAL, REVISED, "BRISTOL")
    shorter = {**REVISED, ("GB_BRS", "SL_TLF_UEM", "F"): [5.0]}
    publish(own_server.engine, LOCAL, shorter, "BRISTOL")
    data = own_server.get(f"{V2}?includeHistory=true&sort=*", Accept=JSON).json()["data"]
    said = [(d["action"], "validFrom" in d, "validTo" in d, observations(d)) for d in data["dataSets"]]
    assert said == [
        ("Replace", True, False, 12),
        ("Replace", True, False, 2),  # 4.75 for 4.5, and a new series
        ("Delete", False, True, 1),
    ]
    times = [d.get("validFrom") or d["validTo"] for d in data["dataSets"]]
    assert times == sorted(times)
    assert len(set(times)) == 3
    last = own_server.get(f"{V2}?includeHistory=true&updatedAfter={times[1].replace('+00:00', 'Z')}", Accept=JSON)
    assert [d["action"] for d in last.json()["data"]["dataSets"]] == ["Delete"]
    first = own_server.get(f"{V2}?includeHistory=true&asOf={times[0].replace('+00:00', 'Z')}", Accept=JSON)
    assert [observations(d) for d in first.json()["data"]["dataSets"]] == [12]


@pytest.mark.parametrize(
    ("media", "prefix"),
    [
        ("application/vnd.sdmx.genericdata+xml;version=2.1", ""),
        ("application/vnd.sdmx.structurespecificdata+xml;version=2.1", "ss:"),
        ("application/vnd.sdmx.data+xml;version=3.0.0", "ss:"),
    ],
)
def test_history_in_xml(own_server: Server, media: str, prefix: str) -> None:
    with writing(own_server.engine) as conn:
        series.withdraw(conn, dataflow=LOCAL, provider="BRISTOL", dataset_id="BRISTOL/figures")
    for base in (V1, V2):
        text = own_server.get(f"{base}?includeHistory=true", Accept=media).text
        assert text.count("<mes:DataSet ") == 2
        assert f'{prefix}action="Replace" {prefix}validFromDate="20' in text
        assert f'{prefix}action="Delete" {prefix}validToDate="20' in text


def test_what_a_revised_series_lost_is_deleted(own_server: Server) -> None:
    before = moment()
    publish(own_server.engine, LOCAL, {**FIGURES, ("GB_BRS", "SL_TLF_UEM", "F"): [5.5]}, "BRISTOL")
    found = rows(own_server.get(f"{V2}?updatedAfter={before}", Accept=CSV))
    assert [(r["ACTION"], r["TIME_PERIOD"], r["OBS_VALUE"]) for r in found] == [
        ("R", "2015", "5.5"),
        ("D", "2016", "4.5"),
    ]
    data = own_server.get(f"{V2}?updatedAfter={before}", Accept=JSON).json()["data"]
    assert [(d["action"], observations(d)) for d in data["dataSets"]] == [("Replace", 1), ("Delete", 1)]
    asked = own_server.get(f"{V2}?updatedAfter={before}&asOf={before}", Accept=CSV)
    assert asked.status_code == 404
    late = own_server.get(f"{V2}?updatedAfter=2100&asOf=2030", Accept="application/json")
    assert late.status_code == 400
    assert "updatedAfter" in late.text


def observations(data_set: dict[str, object]) -> int:
    return sum(len(one["observations"]) for one in data_set["series"].values())


@pytest.mark.conformance(["v1 data", "v2 data"], "updatedAfter", "Deleted observations stand under the action Delete")
def test_csv_1_has_no_word_for_what_is_gone(own_server: Server) -> None:
    """It has no column ACTION, so that a deleted observation would read as one that stands."""
    before = moment()
    publish(own_server.engine, LOCAL, REVISED, "BRISTOL")
    between = moment()
    with writing(own_server.engine) as conn:
        series.withdraw(conn, dataflow=LOCAL, provider="BRISTOL", dataset_id="BRISTOL/figures")
    csv_1 = "application/vnd.sdmx.data+csv;version=1.0.0"
    for base in (V1, V2):
        for parameters in (f"updatedAfter={before}", f"updatedAfter={between}"):
            assert {r["ACTION"] for r in rows(own_server.get(f"{base}?{parameters}", Accept=CSV))} == {"D"}
            answer = own_server.get(f"{base}?{parameters}", Accept=csv_1)
            assert answer.status_code == 404, answer.text
    publish(own_server.engine, LOCAL, {("GB_BRS", "SL_TLF_UEM", "F"): [7.0]}, "BRISTOL")
    assert list(values(own_server.get(f"{V2}?updatedAfter={before}", Accept=csv_1)).values()) == ["7"]
    history = rows(own_server.get(f"{V2}?includeHistory=true&updatedAfter={between}", Accept=csv_1))
    assert [r["OBS_VALUE"] for r in history] == ["7"]


@pytest.mark.parametrize("parameter", ["asOf", "updatedAfter"])
@pytest.mark.parametrize("instant", ["9999-12-31T23:59:59.999999-23:00", "0001-01-01T00:00:00%2B14:00"])
def test_instants_outside_of_utc_are_refused(server: Server, parameter: str, instant: str) -> None:
    for base in (V2,) if parameter == "asOf" else (V1, V2):
        answer = server.get(f"{base}?{parameter}={instant}", Accept="application/json")
        assert answer.status_code == 400, answer.text
        assert parameter in answer.json()["errors"][0]["title"]


def test_the_ends_of_time(server: Server) -> None:
    """Years before 1000 are written with four digits, or they would sort behind all others."""
    assert server.get(f"{V2}?asOf=0500-01-01T00:00:00Z").status_code == 404
    assert len(rows(server.get(f"{V2}?updatedAfter=0001-01-01T00:00:00Z", Accept=CSV))) == 12
    assert len(rows(server.get(f"{V2}?asOf=9999-12-31T23:59:59Z", Accept=CSV))) == 12
    assert len(rows(server.get(f"{V2}?asOf=2999-01-01", Accept=CSV))) == 12
    for words in ("attributes=none,OBS_STATUS", "measures=none,OBS_VALUE"):
        answer = server.get(f"{V2}?{words}", Accept=CSV)
        assert (answer.status_code, "none stands alone" in answer.text) == (400, True)
