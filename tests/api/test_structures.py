"""Structure queries of both versions, through the whole stack."""

from __future__ import annotations

import pytest
from lxml import etree
from small_exchange import Server

LOCAL_NAMES = {"Codelist", "ConceptScheme", "DataStructure", "Dataflow", "AgencyScheme", "DataProviderScheme"}


def data(answer: object) -> dict[str, list[dict[str, object]]]:
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def artefacts(answer: object) -> list[str]:
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)
    found = (e for e in root.iter() if isinstance(e.tag, str) and e.get("agencyID") and e.get("version"))
    return [f"{etree.QName(e).localname}:{e.get('id')}" for e in found if etree.QName(e).localname != "Ref"]


SHIPPED = ("DF_SDG_LOCAL", "DF_SDG_NATIONAL", "DF_SDG_RECONCILED")


@pytest.mark.conformance("v2 structure", ["structureType", "agencyID", "resourceID"], "One, a list, `*`, or left out")
@pytest.mark.conformance("v2 artefacts", "dataflow", "Answered")
@pytest.mark.conformance("clients", "34", "Short paths and encoded lists")
@pytest.mark.parametrize(
    "path",
    ["", "/", "/DX", "/DX/", "/DX/*/~", "/DX%2CSDMX/DF_SDG_LOCAL,DF_SDG_NATIONAL,DF_SDG_RECONCILED/1.0.0/"],
)
def test_dataflows_v2(server: Server, path: str) -> None:
    found = data(server.get(f"/sdmx/v2/structure/dataflow{path}"))
    assert set(found) == {"dataflows"}
    assert {f["id"] for f in found["dataflows"]} == set(SHIPPED)


@pytest.mark.conformance(
    "v1 structure", ["resource", "agencyID", "resourceID", "version"], "One, a list, `all`, `latest`, or left out"
)
@pytest.mark.conformance("clients", "18", "Paths cut short, lists with `+`")
@pytest.mark.parametrize("path", ["", "/", "/DX", "/all/all/latest", f"/DX/{'+'.join(SHIPPED)}/latest/"])
def test_dataflows_v1(server: Server, path: str) -> None:
    assert artefacts(server.get(f"/sdmx/v1/dataflow{path}")) == [f"Dataflow:{flow}" for flow in SHIPPED]


@pytest.mark.conformance("v2 structure", "itemID", "Several, in order")
@pytest.mark.conformance("v1 structure", "itemID", "Several, in order")
@pytest.mark.conformance("clients", "16", "Items of a code list")
@pytest.mark.parametrize(("form", "separator"), [("/sdmx/v2/structure", ","), ("/sdmx/v1", "+")])
def test_items(server: Server, form: str, separator: str) -> None:
    path = f"{form}/codelist/DX/CL_SEX/1.0.0/M{separator}F"
    (codelist,) = data(server.get(path, Accept="application/json"))["codelists"]
    assert [c["id"] for c in codelist["codes"]] == ["M", "F"]
    assert codelist["isPartial"] is True


@pytest.mark.conformance("v2 structure", "references", "children, parents, a type")
def test_references(server: Server) -> None:
    base = "/sdmx/v2/structure/datastructure/DX/SDG_LOCAL/1.0.0"
    assert set(data(server.get(base))) == {"dataStructures"}
    assert set(data(server.get(f"{base}?references=children"))) >= {"dataStructures", "codelists", "conceptSchemes"}
    assert set(data(server.get(f"{base}?references=parents"))) >= {"dataStructures", "dataflows"}
    assert set(data(server.get(f"{base}?references=codelist"))) == {"dataStructures", "codelists"}


@pytest.mark.conformance("v2 structure", "detail", "allstubs, referencestubs")
def test_detail(server: Server) -> None:
    (stub,) = data(server.get("/sdmx/v2/structure/codelist/DX/CL_SEX/1.0.0?detail=allstubs"))["codelists"]
    assert "codes" not in stub
    path = "/sdmx/v2/structure/datastructure/DX/SDG_LOCAL/1.0.0?references=children&detail=referencestubs"
    found = data(server.get(path))
    assert "dataStructureComponents" in found["dataStructures"][0]
    assert not any("codes" in c for c in found["codelists"])


@pytest.mark.conformance(
    "v1 artefacts",
    [
        "datastructure",
        "codelist",
        "conceptscheme",
        "dataflow",
        "agencyscheme",
        "dataproviderscheme",
        "provisionagreement",
        "structure",
        "organisationscheme",
    ],
    "Answered",
)
@pytest.mark.conformance("clients", "18", "organisationscheme, structure")
@pytest.mark.parametrize(
    "resource",
    [
        "datastructure",
        "codelist",
        "conceptscheme",
        "dataflow",
        "agencyscheme",
        "dataproviderscheme",
        "provisionagreement",
        "structure",
        "organisationscheme",
    ],
)
def test_resources_of_v1(server: Server, resource: str) -> None:
    assert server.get(f"/sdmx/v1/{resource}/all/all/latest").status_code == 200


@pytest.mark.conformance(
    "v1 artefacts",
    ["hierarchicalcodelist", "process", "contentconstraint", "categoryscheme", "reportingtaxonomy"],
    "404: the exchange has none",
)
@pytest.mark.parametrize(
    "resource", ["process", "contentconstraint", "attachmentconstraint", "structureset", "reportingtaxonomy"]
)
def test_types_without_an_artefact_are_found_nowhere(server: Server, resource: str) -> None:
    assert server.get(f"/sdmx/v1/{resource}").status_code == 404


@pytest.mark.conformance("v2 artefacts", "*", "Everything the exchange holds")
def test_everything(server: Server) -> None:
    assert len(data(server.get("/sdmx/v2/structure"))) >= 6
