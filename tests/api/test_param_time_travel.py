"""updatedAfter, asOf, includeHistory."""

from __future__ import annotations

from datetime import UTC, datetime

from small_exchange import CSV, FIGURES, LOCAL, V1, V2, Server, publish, rows, values

REVISED = {**FIGURES, ("GB_BRS", "SL_TLF_UEM", "F"): [5.0, 4.75], ("GB_BRS", "SL_TLF_UEM", "_T"): [5.5]}


def moment() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def test_what_changed_since(own_server: Server) -> None:
    before = moment()
    assert own_server.get(f"{V2}?updatedAfter={before}").status_code == 404
    publish(own_server.engine, LOCAL, REVISED, "BRISTOL")
    for base in (V1, V2):
        found = values(own_server.get(f"{base}?updatedAfter={before.replace(':', '%3A')}", Accept=CSV))
        assert found == {("SL_TLF_UEM", "F", "2016"): "4.75", ("SL_TLF_UEM", "_T", "2015"): "5.5"}


def test_as_it_was(own_server: Server) -> None:
    before = moment()
    publish(own_server.engine, LOCAL, REVISED, "BRISTOL")
    path = f"{V2}/A.N.SL_TLF_UEM.GB_BRS.F"
    assert values(own_server.get(path, Accept=CSV))["SL_TLF_UEM", "F", "2016"] == "4.75"
    assert values(own_server.get(f"{path}?asOf={before}", Accept=CSV))["SL_TLF_UEM", "F", "2016"] == "4.5"
    assert own_server.get(f"{path}?asOf=2020").status_code == 404


def test_a_bare_period_will_do(server: Server) -> None:
    for base in (V1, V2):
        assert len(rows(server.get(f"{base}?updatedAfter=2011", Accept=CSV))) == 12


def test_history_answers(server: Server) -> None:
    for base in (V1, V2):
        assert len(rows(server.get(f"{base}?includeHistory=true", Accept=CSV))) == 12
