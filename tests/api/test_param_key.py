"""The key, over both versions."""

from __future__ import annotations

import pytest
from small_exchange import CSV, V1, V2, Server, key, rows


def series_of(answer: object) -> set[tuple[str, str]]:
    return {(r["SERIES"], r["SEX"]) for r in rows(answer)}


@pytest.mark.conformance(["v1 data", "v2 data"], "key", "One series")
def test_one_series(server: Server) -> None:
    full = "A.N.SL_TLF_UEM.GB_BRS.F" + "._T" * 10
    for path in (f"{V1}/{full}", f"{V2}/{full}", f"{V1}/{full}/all/", f"{V2}/{full}/"):
        assert series_of(server.get(path, Accept=CSV)) == {("SL_TLF_UEM", "F")}


@pytest.mark.conformance(["v1 data", "v2 data"], "key", "Wildcards, lists of codes, several keys")
def test_wildcards_and_lists(server: Server) -> None:
    wanted = {("SL_TLF_UEM", "F"), ("SL_TLF_UEM", "M")}
    assert series_of(server.get(f"{V1}/{key('SL_TLF_UEM')}", Accept=CSV)) == wanted
    assert series_of(server.get(f"{V1}/{key('SL_TLF_UEM', 'F+M')}", Accept=CSV)) == wanted
    assert series_of(server.get(f"{V1}/{key('SL_TLF_UEM', 'F%2BM')}", Accept=CSV)) == wanted
    assert series_of(server.get(f"{V2}/A.N.SL_TLF_UEM", Accept=CSV)) == wanted
    assert series_of(server.get(f"{V2}/*.*.SL_TLF_UEM.*.F,*.*.SL_TLF_UEM.*.M", Accept=CSV)) == wanted


@pytest.mark.conformance(["v1 data", "v2 data"], "key", "All, or left out")
@pytest.mark.conformance("clients", "27", "`all`, `ALL`, or no key")
def test_all(server: Server) -> None:
    for path in (V1, f"{V1}/all", f"{V1}/ALL/all", V2, f"{V2}/*", f"{V2}/%2A"):
        assert len(rows(server.get(path, Accept=CSV))) == 12


def test_codes_that_do_not_occur_are_no_fault(server: Server) -> None:
    assert len(rows(server.get(f"{V1}/{key('SL_TLF_UEM+NOT_THERE')}", Accept=CSV))) == 5
    assert server.get(f"{V1}/{key('NOT_THERE')}").status_code == 404


@pytest.mark.conformance(["v1 data", "v2 data"], "key", "400 that names the dimensions")
def test_a_key_of_the_wrong_length_names_the_dimensions(server: Server) -> None:
    for path in (f"{V1}/A.N", f"{V1}/A" + "." * 15, f"{V2}/A" + ".*" * 15):
        answer = server.get(path)
        assert answer.status_code == 400
        assert "FREQ.REPORTING_TYPE.SERIES" in answer.text
