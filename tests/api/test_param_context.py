"""Which dataset: flowRef and provider of v1, context of v2."""

from __future__ import annotations

import pytest
from small_exchange import CSV, Server, rows


@pytest.mark.conformance(
    "v2 data", ["context", "agencyID", "resourceID", "version"], "A value, `*`, or left out; version `+` and `~`"
)
@pytest.mark.conformance(
    "v1 data",
    ["flowRef", "providerRef"],
    "`ID`, `AGENCY,ID`, `AGENCY,ID,VERSION`, `all`; providers with and without agency",
)
@pytest.mark.conformance("clients", "27", "Every form of flowRef and provider")
@pytest.mark.conformance("clients", "18", "`all`, `latest` and paths cut short for data")
@pytest.mark.parametrize(
    "path",
    [
        "v1/data/DF_SDG_LOCAL",
        "v1/data/DX,DF_SDG_LOCAL/all/all/",
        "v1/data/DX%2CDF_SDG_LOCAL%2C1.0.0/all/all",
        "v1/data/all,DF_SDG_LOCAL,latest/all/BRISTOL",
        "v1/data/DF_SDG_LOCAL/all/DX,BRISTOL",
        "v2/data/dataflow/DX/DF_SDG_LOCAL",
        "v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/*",
        "v2/data/dataflow/DX/DF_SDG_LOCAL/%2B/",
        "v2/data/dataflow/DX/DF_SDG_LOCAL/~/*?format=csv",
        "v2/data/*/DX/DF_SDG_LOCAL/+",
        "v2/data/*/*/DF_SDG_LOCAL",
        "v2/data/provisionagreement/DX/PA_BRISTOL_SDG_LOCAL",
        "v2/data/*/*/*/*/*?c[REF_AREA]=GB_BRS",
    ],
)
def test_the_city(server: Server, path: str) -> None:
    found = rows(server.get(f"/sdmx/{path}", Accept=CSV))
    assert {r["REF_AREA"] for r in found} == {"GB_BRS"}
    assert len(found) == 12


@pytest.mark.conformance("status", "404", "No such dataflow, agreement or provider")
@pytest.mark.parametrize(
    "path",
    [
        "v1/data/DF_NOT_THERE",
        "v1/data/OTHER,DF_SDG_LOCAL",
        "v1/data/DX,DF_SDG_LOCAL,9.0",
        "v1/data/DF_SDG_LOCAL/all/UK_ONS",
        "v2/data/dataflow/DX/SDG_LOCAL",
        "v2/data/provisionagreement/DX/PA_NOT_THERE",
    ],
)
def test_what_is_not_there(server: Server, path: str) -> None:
    assert server.get(f"/sdmx/{path}").status_code == 404


@pytest.mark.conformance("clients", "25", "ProvisionAgreement in the header, the dataflow in the namespace")
@pytest.mark.conformance("v1 data", "providerRef", "The header names the agreement of the one provider")
def test_the_header_names_the_agreement_of_the_one_provider(server: Server) -> None:
    media = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"
    answer = server.get("/sdmx/v1/data/DF_SDG_LOCAL/all/BRISTOL", Accept=media)
    assert b"PA_BRISTOL_SDG_LOCAL" in answer.content
    assert b"Dataflow=DX:DF_SDG_LOCAL(1.0.0)" in answer.content
    assert b"PA_BRISTOL_SDG_LOCAL" not in server.get("/sdmx/v1/data/DF_SDG_LOCAL", Accept=media).content


def test_a_key_in_the_place_of_the_version_is_told_where_it_stands(server: Server) -> None:
    for resource in ("data", "availability"):
        answer = server.get(f"/sdmx/v2/{resource}/dataflow/DX/DF_SDG_LOCAL/A.N.EN_ATM_PM25")
        assert answer.status_code == 400
        assert "the version stands before the key" in answer.json()["errors"][0]["title"]
