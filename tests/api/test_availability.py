"""Availability of both versions: which codes occur."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from small_exchange import FIGURES, LOCAL, Server, key, publish

V2 = "/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0"
V1 = "/sdmx/v1/availableconstraint/DX,DF_SDG_LOCAL,1.0.0"
JSON = "application/vnd.sdmx.structure+json;version=2.0.0"


def constraint(answer: object) -> dict[str, object]:
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["data"]["dataConstraints"]
    return found


def codes(answer: object) -> dict[str, list[str]]:
    (region,) = constraint(answer)["cubeRegions"]
    values = {}
    for part in (*region.get("keyValues", ()), *region.get("components", ())):
        values[part["id"]] = [v["value"] if isinstance(v, dict) else v for v in part.get("values", ())]
    return values


@pytest.mark.conformance(
    "v2 availability",
    ["context", "agencyID", "resourceID", "version"],
    "Codes that occur, numbers of series and observations",
)
@pytest.mark.conformance("v1 availableconstraint", "flowRef", "Codes that occur, numbers of series and observations")
@pytest.mark.conformance("clients", ["28", "29"], "Values of each dimension; series_count and obs_count")
@pytest.mark.parametrize("base", [V1, V2])
def test_codes_that_occur(server: Server, base: str) -> None:
    answer = server.get(base, Accept=JSON)
    found = codes(answer)
    assert found["SERIES"] == ["EN_ATM_PM25", "SL_TLF_UEM", "VC_IHR_PSRCN"]
    assert found["SEX"] == ["F", "M", "_T"]
    counts = {note["id"]: note["title"] for note in constraint(answer)["annotations"]}
    assert counts == {"series_count": "4", "obs_count": "12"}
    assert constraint(answer)["role"] == "Actual"


@pytest.mark.conformance("v2 availability", ["key", "c"], "Cut by key and by filter")
@pytest.mark.conformance("v1 availableconstraint", "key", "Cut by key")
@pytest.mark.parametrize("path", [f"{V1}/{key('SL_TLF_UEM')}", f"{V2}/A.N.SL_TLF_UEM", f"{V2}?c[SERIES]=SL_TLF_UEM"])
def test_cut_by_key_and_filter(server: Server, path: str) -> None:
    found = codes(server.get(path, Accept=JSON))
    assert found["SEX"] == ["F", "M"]
    assert found["SERIES"] == ["SL_TLF_UEM"]


@pytest.mark.conformance("v2 availability", "componentID", "One; 400 for what is none")
@pytest.mark.conformance("v1 availableconstraint", ["componentID", "providerRef"], "One component; all providers")
def test_one_component(server: Server) -> None:
    for path in (f"{V1}/all/all/SEX", f"{V2}/*/SEX"):
        found = codes(server.get(path, Accept=JSON))
        assert found.pop("SEX") == ["F", "M", "_T"]
        assert not [name for name, values in found.items() if values]
    answer = server.get(f"{V2}/*/NO_SUCH")
    assert answer.status_code == 400
    assert "componentID" in answer.text


@pytest.mark.conformance("v2 availability", "mode", "exact and available")
def test_what_could_still_be_chosen(server: Server) -> None:
    found = codes(server.get(f"{V2}/A.N.SL_TLF_UEM.*.F?mode=available", Accept=JSON))
    assert found["SEX"] == ["F", "M"]
    assert found["SERIES"] == ["SL_TLF_UEM"]


@pytest.mark.conformance(
    "v2 availability", "references", "none, all, dataflow, datastructure, codelist, conceptscheme, dataproviderscheme"
)
@pytest.mark.conformance("clients", "28", "References cut to what occurs")
@pytest.mark.conformance("v1 availableconstraint", "references", "The same")
@pytest.mark.parametrize("base", [V1, V2])
def test_references(server: Server, base: str) -> None:
    def beside(references: str) -> dict[str, list[dict[str, object]]]:
        found = server.get(f"{base}?references={references}", Accept=JSON).json()["data"]
        del found["dataConstraints"]
        return found

    assert beside("none") == {}
    assert [f["id"] for f in beside("dataflow")["dataflows"]] == ["DF_SDG_LOCAL"]
    sexes = next(c for c in beside("codelist")["codelists"] if c["id"] == "CL_SEX")
    assert {c["id"] for c in sexes["codes"]} == {"F", "M", "_T"}
    assert sexes["isPartial"] is True
    (concepts,) = beside("conceptscheme")["conceptSchemes"]
    assert {"FREQ", "SERIES", "TIME_PERIOD"} <= {c["id"] for c in concepts["concepts"]}
    assert [p["id"] for p in beside("dataproviderscheme")["dataProviderSchemes"][0]["dataProviders"]] == ["BRISTOL"]
    assert set(beside("all")) == {"dataflows", "dataStructures", "codelists", "conceptSchemes", "dataProviderSchemes"}


def test_nothing_matches(server: Server) -> None:
    assert server.get(f"{V2}?c[SEX]=X").status_code == 404


@pytest.mark.conformance(["v2 availability", "v1 availableconstraint"], "updatedAfter", "Of what changed since")
@pytest.mark.conformance("v1 availableconstraint", "mode", "exact and available")
def test_what_changed_since(own_server: Server) -> None:
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    for base in (V1, V2):
        assert own_server.get(f"{base}?updatedAfter={before}").status_code == 404
    revised = {("GB_BRS", "SL_TLF_UEM", "F"): [5.0, 4.75], ("GB_BRS", "SL_TLF_UEM", "_T"): [5.5]}
    publish(own_server.engine, LOCAL, {**FIGURES, **revised}, "BRISTOL")
    for base in (V1, V2):
        answer = own_server.get(f"{base}?updatedAfter={before}", Accept=JSON)
        found = codes(answer)
        assert found["SERIES"] == ["SL_TLF_UEM"]
        assert found["SEX"] == ["F", "_T"]
        counts = {note["id"]: note["title"] for note in constraint(answer)["annotations"]}
        assert counts == {"series_count": "2", "obs_count": "2"}
        (sexes,) = [codes(own_server.get(f"{base}?updatedAfter={before}&mode=available", Accept=JSON))["SEX"]]
        assert sexes == ["F", "_T"]
    assert codes(own_server.get(f"{V2}?updatedAfter=2011", Accept=JSON))["SEX"] == ["F", "M", "_T"]
