"""What clients in use need from structure answers, point by point (design/clients.md 13-22, 36, 40)."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import sdmx
from full_exchange import OTHERS, SEX
from lxml import etree
from pysdmx.api.fmr import RegistryClient
from pysdmx.api.qb import ApiVersion, RestService, StructureFormat, StructureQuery, StructureReference, StructureType
from pysdmx.io import read_sdmx
from pysdmx.io.format import StructureFormat as RegistryFormat
from small_exchange import Server, new_exchange, serve

from dataexchange.store import structures
from dataexchange.store.database import open_database, writing

ML_3_0 = "application/vnd.sdmx.structure+xml;version=3.0.0"
FLOW_V1 = "/sdmx/v1/dataflow/DX/DF_SDG_LOCAL/1.0.0"
FLOW_V2 = "/sdmx/v2/structure/dataflow/DX/DF_SDG_LOCAL/1.0.0"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = new_exchange(tmp_path_factory.mktemp("full"))
    engine = open_database(settings.database_url)
    with writing(engine) as conn:
        structures.put(conn, OTHERS)
    engine.dispose()
    yield from serve(settings)


def xml(server: Server, path: str, **headers: str) -> etree._Element:
    answer = server.get(path, **headers)
    assert answer.status_code == 200, answer.text
    return etree.fromstring(answer.content)


def named(root: etree._Element, name: str) -> list[etree._Element]:
    return list(root.iter("{*}" + name))


def data(server: Server, path: str) -> dict[str, list[dict[str, object]]]:
    answer = server.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, list[dict[str, object]]] = json.loads(answer.content)["data"]
    return found


def codes(found: dict[str, list[dict[str, object]]], id_: str) -> list[str]:
    (scheme,) = [c for c in found["codelists"] if c["id"] == id_]
    return [code["id"] for code in scheme["codes"]]


@pytest.mark.conformance("clients", ["13"], "References of 2.1 are refs with every attribute")
def test_13_references_of_2_1_are_refs_with_every_attribute(server: Server) -> None:
    root = xml(server, f"{FLOW_V1}?references=all")
    assert not named(root, "URN")
    refs = [ref for ref in named(root, "Ref") if ref.get("agencyID")]
    assert len(refs) > 50
    for ref in refs:
        assert {"id", "agencyID", "package", "class"} <= set(ref.keys())
        assert ref.get("version") or (ref.get("maintainableParentID") and ref.get("maintainableParentVersion"))


@pytest.mark.conformance("clients", ["14"], "Stubs are bare and complete stubs are described")
@pytest.mark.parametrize("kind", ["codelist", "datastructure", "contentconstraint", "hierarchicalcodelist"])
def test_14_stubs_are_bare_and_complete_stubs_are_described(server: Server, kind: str) -> None:
    plain = xml(server, f"/sdmx/v1/{kind}?detail=allstubs")
    told = xml(server, f"/sdmx/v1/{kind}?detail=allcompletestubs")
    for root in (plain, told):
        assert not [e for name in ("Code", "Dimension", "ConstraintAttachment") for e in named(root, name)][1:]
        stubs = [e for e in root.iter() if isinstance(e.tag, str) and e.get("isExternalReference")]
        assert stubs
        for stub in stubs:
            assert stub.get("isExternalReference") == "true"
            address = stub.get("structureURL")
            assert server.get(address.removeprefix(server.url)).status_code == 200
    assert not named(plain, "Annotations")
    assert not named(plain, "Description")


@pytest.mark.conformance("clients", ["14"], "Complete stubs hold descriptions and annotations")
def test_14_complete_stubs_hold_descriptions_and_annotations(server: Server) -> None:
    (values,) = data(server, "/sdmx/v2/structure/valuelist/T?detail=allcompletestubs")["valueLists"]
    assert values["description"] == "All of VL_MARK"
    assert values["annotations"]
    assert "valueItems" not in values
    (values,) = data(server, "/sdmx/v2/structure/valuelist/T?detail=allstubs")["valueLists"]
    assert not {"description", "annotations", "valueItems"} & set(values)


@pytest.mark.conformance("clients", ["15"], "References are exact")
def test_15_references_are_exact(server: Server) -> None:
    base = "/sdmx/v2/structure/representationmap/T/RM_SEX/1.0.0"
    everything = data(server, "/sdmx/v2/structure/*/*/*/*")

    def ids(words: str) -> set[str]:
        found = data(server, f"{base}?references={words}")
        return {str(a["id"]) for artefacts in found.values() for a in artefacts} - {"RM_SEX"}

    assert ids("none") == set()
    assert ids("children") == {"CL_SEXES", "CL_SEX"}
    assert ids("descendants") == {"CL_SEXES", "CL_SEX"}
    assert ids("parents") == {"SM"}
    assert ids("parentsandsiblings") == {"SM", "DF_SDG_LOCAL", "DF_SDG_NATIONAL"}
    assert ids("ancestors") == {"SM"}
    assert ids("all") == {"CL_SEXES", "CL_SEX", "SM", "DF_SDG_LOCAL", "DF_SDG_NATIONAL"}
    assert ids("structuremap") == {"SM"}
    assert ids("codelist") == {"CL_SEXES", "CL_SEX"}
    assert ids("valuelist,process") == set()
    assert "structureMaps" in everything


@pytest.mark.conformance("clients", ["15"], "All of a dataflow is descendants and parents with siblings")
def test_15_all_of_a_dataflow_is_descendants_and_parents_with_siblings(server: Server) -> None:
    both = {}
    for words in ("all", "descendants", "parentsandsiblings"):
        found = data(server, f"{FLOW_V2}?references={words}")
        both[words] = {(kind, str(a["id"])) for kind, artefacts in found.items() for a in artefacts}
    missing = (both["descendants"] | both["parentsandsiblings"]) - both["all"]
    # What sdmx1 and pysdmx stop at does not come unasked, nor what stands beside it.
    maps = {("structureMaps", "SM"), ("representationMaps", "RM_SEX"), ("dataflows", "DF_SDG_NATIONAL")}
    hierarchies = {("hierarchyAssociations", "SDG_SERIES_OF_DF_SDG_LOCAL"), ("hierarchies", "SDG_SERIES")}
    assert missing == maps | hierarchies
    assert both["all"] <= both["descendants"] | both["parentsandsiblings"]


@pytest.mark.conformance("clients", ["16"], "Items are those asked for in that order")
@pytest.mark.parametrize(("form", "separator"), [("/sdmx/v2/structure", ","), ("/sdmx/v1", "+")])
def test_16_items_are_those_asked_for_in_that_order(server: Server, form: str, separator: str) -> None:
    path = f"{form}/codelist/DX/CL_AREA/1.0.0/GB_BRS{separator}GB"
    answer = server.get(path, Accept="application/vnd.sdmx.structure+json;version=2.0.0").json()["data"]
    assert codes(answer, "CL_AREA") == ["GB_BRS", "GB"]


SHIPPED = {"DF_SDG_LOCAL", "DF_SDG_NATIONAL", "DF_SDG_RECONCILED"}


@pytest.mark.conformance("clients", ["16"], "A category comes with its own categorisations")
def test_16_a_category_comes_with_its_own_categorisations(server: Server) -> None:
    path = "/sdmx/v1/categoryscheme/DX/SDG_FRAMEWORK/1.0.0/SDG_11?references=parentsandsiblings"
    root = xml(server, path)
    assert [c.get("id") for c in named(root, "Category")] == ["SDG_11"]
    assert {c.get("id") for c in named(root, "Categorisation")} == {f"{f}_SDG_11" for f in SHIPPED}
    flows = [f for f in named(root, "Dataflow") if f.get("agencyID")]
    assert {f.get("id") for f in flows} == SHIPPED


@pytest.mark.conformance("clients", ["16"], "A nested id comes with what it stands in")
def test_16_a_nested_id_comes_with_what_it_stands_in(server: Server) -> None:
    path = "/sdmx/v2/structure/categoryscheme/DX/SDG_FRAMEWORK/1.0.0/SDG_11.SDG_11_6.SDG_11_6_2"
    (scheme,) = data(server, path)["categorySchemes"]
    (goal,) = scheme["categories"]
    (target,) = goal["categories"]
    assert (goal["id"], target["id"]) == ("SDG_11", "SDG_11_6")
    assert [i["id"] for i in target["categories"]] == ["SDG_11_6_2"]
    assert scheme["isPartial"] is True
    found = data(server, f"{path}?references=parents")
    assert len(found["categorisations"]) == len(SHIPPED)


@pytest.mark.conformance("clients", ["16"], "Values of a value list")
def test_16_values_of_a_value_list(server: Server) -> None:
    (found,) = data(server, "/sdmx/v2/structure/valuelist/T/VL_MARK/1.0.0/%E2%82%AC,OK")["valueLists"]
    assert [v["id"] for v in found["valueItems"]] == ["€", "OK"]


@pytest.mark.conformance("clients", ["17"], "Partial concepts of a structure")
def test_17_partial_concepts_of_a_structure(server: Server) -> None:
    path = "/sdmx/v2/structure/metadatastructure/T/MSD/1.0.0?detail=referencepartial&references=children"
    (scheme,) = data(server, path)["conceptSchemes"]
    assert [c["id"] for c in scheme["concepts"]] == ["TEXT"]
    assert scheme["isPartial"] is True


@pytest.mark.conformance("clients", ["17"], "Partial code lists of a constrained dataflow")
def test_17_partial_code_lists_of_a_constrained_dataflow(server: Server) -> None:
    found = data(server, f"{FLOW_V2}?detail=referencepartial&references=descendants")
    assert codes(found, "CL_SEX") == ["F", "M"]
    areas = codes(found, "CL_AREA")
    # The nation and, by the cascade, all that lies in it.
    assert {"GB", "GB_BRS"} <= set(areas)
    assert "KE" not in areas
    ages = codes(found, "CL_AGE")
    assert ages
    assert {c for c in ages if not c.startswith("Y")} < {
        c["id"] for c in data(server, "/sdmx/v2/structure/codelist/DX/CL_AGE")["codelists"][0]["codes"]
    }
    cut = {c["id"] for c in found["codelists"] if c.get("isPartial")}
    assert {"CL_SEX", "CL_AREA", "CL_AGE"} <= cut
    assert "dataConstraints" not in found
    whole = data(
        server, "/sdmx/v2/structure/dataflow/DX/DF_SDG_NATIONAL?detail=referencepartial&references=descendants"
    )
    assert "_T" in codes(whole, "CL_SEX")


@pytest.mark.conformance("clients", ["18"], "Forms of v1")
def test_18_forms_of_v1(server: Server) -> None:
    for path in (
        "dataflow",
        "dataflow/DX",
        "dataflow/DX/DF_SDG_LOCAL",
        "dataflow/all/DF_SDG_LOCAL/latest",
        "structure",
    ):
        assert server.get(f"/sdmx/v1/{path}").status_code == 200
    schemes = xml(server, "/sdmx/v1/organisationscheme")
    assert {etree.QName(e).localname for e in named(schemes, "OrganisationSchemes")[0]} == {
        "AgencyScheme",
        "DataConsumerScheme",
        "DataProviderScheme",
        "OrganisationUnitScheme",
    }
    assert server.get("/sdmx/v1/allowedconstraint/T").status_code == 200
    assert server.get("/sdmx/v1/actualconstraint/T").status_code == 404


@pytest.mark.conformance("clients", ["19"], "Code lists stand before the structures that use them")
def test_19_code_lists_stand_before_the_structures_that_use_them(server: Server) -> None:
    root = xml(server, f"{FLOW_V1}?references=descendants")
    kinds = [etree.QName(e).localname for e in root[-1]]
    assert kinds.index("Codelists") < kinds.index("Concepts") < kinds.index("DataStructures")
    there = {e.get("id") for e in named(root, "Codelist")}
    used = {e[0].get("id") for e in named(root, "Enumeration")}
    assert used <= there
    alone = xml(server, "/sdmx/v1/dataflow")
    assert [etree.QName(e).localname for e in alone[-1]] == ["Dataflows"]


@pytest.mark.conformance("clients", ["20"], "Components say their ids")
def test_20_components_say_their_ids(server: Server) -> None:
    root = xml(server, "/sdmx/v1/datastructure/DX/SDG_LOCAL")
    for name in ("Dimension", "TimeDimension", "Attribute", "PrimaryMeasure"):
        assert all(e.get("id") for e in named(root, name) if etree.QName(e.getparent()).localname.endswith("List"))


@pytest.mark.conformance("clients", ["21"], "Sdmx1 reads what it asks for unasked")
@pytest.mark.parametrize("resource", ["dataflow", "datastructure"])
def test_21_sdmx1_reads_what_it_asks_for_unasked(server: Server, resource: str) -> None:
    """`references=all`, with hierarchies, maps and categories about."""
    sdmx.add_source({"id": "DX", "name": "exchange", "url": f"{server.url}/sdmx/v1"}, override=True)
    client = sdmx.Client("DX")
    id_ = "DF_SDG_LOCAL" if resource == "dataflow" else "SDG_LOCAL"
    message = getattr(client, resource)(id_)
    assert len(message.structure["SDG_LOCAL"].dimensions) == 16
    if resource == "dataflow":
        assert "DF_SDG_LOCAL_SDG_11" in message.categorisation
        assert "CONS" in message.constraint


@pytest.mark.conformance("clients", ["21"], "Sdmx1 reads structures of v2")
def test_21_sdmx1_reads_structures_of_v2(server: Server) -> None:
    """In a process of its own: after data in SDMX-ML 2.1, sdmx1 2.28 reads no message of 3.0."""
    path = f"{server.url}/sdmx/v2/structure/datastructure/DX/SDG_LOCAL/1.0.0?references=all"
    script = f"""
import io, httpx, sdmx
message = sdmx.read_sdmx(io.BytesIO(httpx.get({path!r}, headers={{"Accept": {ML_3_0!r}}}).content))
assert len(message.structure["SDG_LOCAL"].dimensions) == 16
assert "DF_SDG_LOCAL" in message.dataflow
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.conformance("clients", ["21", "22"], "Pysdmx reads all of a dataflow")
@pytest.mark.parametrize("media", [StructureFormat.SDMX_ML_2_1, StructureFormat.SDMX_ML_3_0])
def test_21_22_pysdmx_reads_all_of_a_dataflow(server: Server, media: StructureFormat) -> None:
    service = RestService(f"{server.url}/sdmx/v2", ApiVersion.V2_0_0, structure_format=media)
    query = StructureQuery(StructureType.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0", references=StructureReference.ALL)
    answer = service.structure(query)
    assert answer.startswith(b"<?xml")
    message = read_sdmx(io.BytesIO(answer), validate=True)
    assert [d.id for d in message.get_data_structure_definitions()] == ["SDG_LOCAL"]


@pytest.mark.conformance("clients", ["36"], "The schema stands first and no list is empty")
def test_36_the_schema_stands_first_and_no_list_is_empty(server: Server) -> None:
    answer = server.get("/sdmx/v2/structure/*/*/*/*").content
    assert b"2.0.0/sdmx-json-structure-schema.json" in answer[:350]
    assert b"[]" not in answer


@pytest.mark.conformance("clients", ["40"], "The registry client of pysdmx")
def test_40_the_registry_client_of_pysdmx(server: Server) -> None:
    client = RegistryClient(f"{server.url}/sdmx/v2", RegistryFormat.SDMX_JSON_2_0_0)
    assert "DX" in {a.id for a in client.get_agencies("SDMX")}
    assert "DF_SDG_LOCAL" in {f.id for p in client.get_providers("DX", with_flows=True) for f in p.dataflows}
    assert [p.id for p in client.get_metadata_providers("T")] == ["CITY", "OTHER"]
    scheme = client.get_categories("DX", "SDG_FRAMEWORK", "1.0.0")
    assert len(scheme.categories) == 17
    assert "DF_SDG_LOCAL" in {f.id for f in scheme.dataflows}
    assert client.get_categorisation("DX", "DF_SDG_LOCAL_SDG_1", "1.0.0").target.endswith("SDG_1")
    assert client.get_provision_agreement("DX", "PA_BRISTOL_SDG_LOCAL", "1.0.0").provider.endswith("BRISTOL")
    assert {c.id for c in client.get_codes("T", "CL_SEXES", "1.0.0")} == {"F", "M", "X"}
    assert [c.id for c in client.get_codes("T", "VL_MARK", "1.0.0")] == ["€", "n/a", "OK"]
    assert [c.id for c in client.get_concepts("T", "CS", "1.0.0")] == ["TEXT", "UNUSED"]
    assert client.get_data_constraint("T", "CONS", "1.0.0").id == "CONS"
    hierarchy = client.get_hierarchy("DX", "SDG_SERIES", "1.0.0")
    assert "SI_POV_DAY1" in {code.id for code in hierarchy.all_codes()}
    assert [m.id for m in client.get_metadata_structures("T", "MSD", "1.0.0")] == ["MSD"]
    assert [f.id for f in client.get_metadataflows("T", "MDF", "1.0.0")] == ["MDF"]
    assert client.get_metadata_provision_agreement("T", "MPA", "1.0.0").id == "MPA"
    map_ = client.get_mapping("T", "SM", "1.0.0")
    assert {c.source: [(v.source, v.target) for v in c.values] for c in map_.component_maps}["SEX"] == [
        ("F", "F"),
        ("X", "_T"),
    ]
    assert len(client.get_code_map("T", "RM_SEX", "1.0.0")) == 2


@pytest.mark.conformance("clients", ["40"], "Hierarchies do not stop the schema of pysdmx")
@pytest.mark.parametrize(("context", "id_"), [("dataflow", "DF_SDG_LOCAL"), ("datastructure", "SDG_LOCAL")])
def test_40_hierarchies_do_not_stop_the_schema_of_pysdmx(server: Server, context: str, id_: str) -> None:
    client = RegistryClient(f"{server.url}/sdmx/v2", RegistryFormat.SDMX_JSON_2_0_0, timeout=60)
    schema = client.get_schema(context, "DX", id_, "1.0.0")
    assert len(schema.components.dimensions) == 16


@pytest.mark.conformance("clients", ["40"], "The registry client puts the schema of a dataflow together")
def test_40_the_registry_client_puts_the_schema_of_a_dataflow_together(server: Server) -> None:
    client = RegistryClient(f"{server.url}/sdmx/v2", RegistryFormat.SDMX_JSON_2_0_0)
    details = client.get_dataflow_details("DX", "DF_SDG_LOCAL", "1.0.0", "providers")
    assert {p.id for p in details.providers} == {"BRISTOL"}


def test_extended_lists_are_whole_or_as_sent(server: Server) -> None:
    path = "/sdmx/v2/structure/codelist/T/CL_SEXES/1.0.0"
    found = data(server, f"{path}?references=children")
    assert codes(found, "CL_SEXES") == ["F", "M", "X"]
    assert [c["id"] for c in found["codelists"]] == ["CL_SEXES"]
    raw = data(server, f"{path}?references=children&detail=raw")
    assert {c["id"] for c in raw["codelists"]} == {"CL_SEXES", "CL_SEX"}
    (own,) = [c for c in raw["codelists"] if c["id"] == "CL_SEXES"]
    assert [c["id"] for c in own["codes"]] == ["X"]
    assert own["codelistExtensions"][0]["codelist"] == SEX.urn
    parents = data(server, "/sdmx/v2/structure/codelist/DX/CL_SEX/1.0.0?references=codelist")
    assert {c["id"] for c in parents["codelists"]} == {"CL_SEX", "CL_SEXES"}
