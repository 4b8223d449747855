"""Schemas: our own structure-specific data are valid by them, wrong ones are not, and pysdmx reads them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from judges import json_faults
from lxml import etree
from pysdmx.api.fmr import RegistryClient
from small_exchange import NATIONAL, Server, new_exchange, serve
from xsd_judge import faults, official, validator

from dataexchange.model.structure import CubeRegion, DataConstraint, ItemRef, Kind, ProvisionAgreement, Ref
from dataexchange.store import structures
from dataexchange.store.database import open_database, writing
from dataexchange.workflow.baseline import load_baseline
from dataexchange.workflow.structures import load_structures

FLOW = "DX/DF_SDG_LOCAL/1.0.0"
AT = ("TIME_PERIOD", "AllDimensions", "REF_AREA")
FORMATS = {
    "2.1": ("structurespecificdata+xml;version=2.1", "schema+xml;version=2.1"),
    "3.0": ("data+xml;version=3.0.0", "schema+xml;version=3.0.0"),
    "3.1": ("data+xml;version=3.1.0", "schema+xml;version=3.1.0"),
}
XS = "{http://www.w3.org/2001/XMLSchema}"


def sdmx(kind: str) -> str:
    return f"application/vnd.sdmx.{kind}"


def schema_of(server: Server, context: str, version: str = "2.1", query: str = "") -> bytes:
    answer = server.get(f"/sdmx/v2/schema/{context}{query}", Accept=sdmx(FORMATS[version][1]))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == sdmx(FORMATS[version][1])
    return answer.content


def data_of(server: Server, version: str, at: str, query: str = "") -> bytes:
    answer = server.get(
        f"/sdmx/v2/data/dataflow/{FLOW}?dimensionAtObservation={at}{query}", Accept=sdmx(FORMATS[version][0])
    )
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.conformance(
    "formats schema",
    ["schema+xml;version=2.1", "schema+xml;version=3.0.0", "schema+xml;version=3.1.0"],
    "Our own data are valid by it, wrong ones are not",
)
@pytest.mark.conformance(
    "v2 schema",
    ["context", "agencyID", "resourceID", "version", "dimensionAtObservation"],
    "Our own data are valid by it, wrong ones are not",
)
@pytest.mark.conformance("clients", "31", "The XSD of a dataflow: our own data are valid by it, wrong ones are not")
@pytest.mark.parametrize(("version", "at"), list(itertools.product(FORMATS, AT)))
def test_own_data_are_valid_and_wrong_ones_are_not(server: Server, version: str, at: str) -> None:
    judge = validator(schema_of(server, f"dataflow/{FLOW}", version, f"?dimensionAtObservation={at}"))
    # Series without observations are series, whatever was asked for.
    for query in ("", "&attributes=none", *(["&attributes=none&measures=none"] if at != "AllDimensions" else [])):
        assert faults(judge, data_of(server, version, at, query)) == []
    good = data_of(server, version, at)
    for wrong in (
        good.replace(b'SEX="F"', b'SEX="X"'),
        good.replace(b'SEX="F"', b""),
        good.replace(b'SEX="F"', b'SEX="F" COLOUR="red"'),
        good.replace(b'="2016"', b'="the year 2016"'),
        good.replace(b'OBS_VALUE="5"', b'OBS_VALUE="five"'),
        good.replace(b"UNIT_MEASURE", b"UNIT"),
    ):
        assert wrong != good
        assert faults(judge, wrong) != []


@pytest.fixture(scope="module")
def kyrgyz(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Server]:
    """The structure of a national office and some of its series, as the office itself publishes them."""
    folder = shared_data / "kyrgyzstan"
    settings = new_exchange(tmp_path_factory.mktemp("kyrgyz"))
    engine = open_database(settings.database_url)
    with writing(engine) as conn:
        load_structures(conn, [folder / "structures-KG_NSC-SDG-1.8.xml"], actor="test")
        files = [folder / f"{indicator}.xml" for indicator in ("1.1.1", "3.2.1", "8.5.2", "16.1.3.1")]
        vintage = load_baseline(conn, files, dataflow=None, provider="KG_NSC", note=None, actor="test")
        assert vintage.release is not None
    engine.dispose()
    yield from serve(settings)


@pytest.mark.parametrize(("version", "at"), list(itertools.product(FORMATS, AT)))
def test_a_national_structure(kyrgyz: Server, version: str, at: str) -> None:
    flow = "KG_NSC/DF_SDG_KG/1.8"
    judge = validator(schema_of(kyrgyz, f"dataflow/{flow}", version, f"?dimensionAtObservation={at}"))
    media = sdmx(FORMATS[version][0])
    answer = kyrgyz.get(f"/sdmx/v2/data/dataflow/{flow}?dimensionAtObservation={at}", Accept=media)
    assert answer.content.count(b"<Obs") > 100
    assert faults(judge, answer.content) == []
    assert faults(judge, answer.content.replace(b'SEX="F"', b'SEX="FEMALE"')) != []


def test_time_series_messages_too(server: Server) -> None:
    judge = validator(schema_of(server, f"dataflow/{FLOW}"))
    media = sdmx("structurespecifictimeseriesdata+xml;version=2.1")
    answer = server.get(f"/sdmx/v1/data/{FLOW.replace('/', ',')}", Accept=media)
    assert faults(judge, answer.content) == []


@pytest.mark.conformance("v2 schema", "deletion", "What deletes needs no key")
def test_what_deletes_needs_no_key(server: Server) -> None:
    good = data_of(server, "3.0", "TIME_PERIOD")
    without = good.replace(b'SEX="F"', b"")
    assert faults(validator(schema_of(server, f"dataflow/{FLOW}", "3.0", "?deletion=true")), without) == []
    assert faults(validator(schema_of(server, f"dataflow/{FLOW}", "3.0", "?deletion=false")), without) != []


@pytest.mark.conformance("clients", "31", "The names and types that rsdmx and sdmx-dl look for")
def test_the_names_that_readers_look_for(server: Server) -> None:
    document = schema_of(server, f"dataflow/{FLOW}")
    assert document.startswith(b"<?xml")
    root = etree.fromstring(document)
    assert {"xs", "common", "dsd"} <= set(root.nsmap)
    types = {t.get("name"): t for t in root.iter(f"{XS}complexType", f"{XS}simpleType")}
    bases = {name: t.find(f".//{XS}restriction").get("base") for name, t in types.items()}
    assert bases["DataSetType"] == "dsd:TimeSeriesDataSetType"
    assert bases["SeriesType"] == "dsd:TimeSeriesType"
    assert bases["ObsType"] == "dsd:TimeSeriesObsType"
    assert bases["SEX"] == "xs:string"

    def use(of: str, name: str) -> tuple[str, str]:
        found = next(a for a in types[of].iter(f"{XS}attribute") if a.get("name") == name)
        return found.get("type"), found.get("use")

    assert use("ObsType", "TIME_PERIOD") == ("common:ObservationalTimePeriodType", "required")
    assert use("ObsType", "type") == ("common:IDType", "prohibited")
    for of in ("DataSetType", "SeriesType"):
        assert use(of, "REPORTING_YEAR_START_DAY") == ("xs:gMonthDay", "prohibited")
    by_area = etree.fromstring(schema_of(server, f"dataflow/{FLOW}", "2.1", "?dimensionAtObservation=REF_AREA"))
    types = {t.get("name"): t for t in by_area.iter(f"{XS}complexType")}
    assert types["ObsType"].find(f".//{XS}restriction").get("base") == "dsd:ObsType"
    assert use("ObsType", "TIME_PERIOD")[1] == "prohibited"
    assert use("SeriesType", "TIME_PERIOD")[1] == "required"
    flat = schema_of(server, f"dataflow/{FLOW}", "2.1", "?dimensionAtObservation=AllDimensions")
    assert b"SeriesType" not in flat


@pytest.mark.conformance(
    "v1 schema",
    ["context", "agencyID", "resourceID", "version", "explicitMeasure"],
    "Also `latest` or no version",
)
def test_the_first_version_of_the_api(server: Server) -> None:
    for path in (f"dataflow/{FLOW}", "dataflow/DX/DF_SDG_LOCAL", "datastructure/DX/SDG_LOCAL/latest"):
        answer = server.get(f"/sdmx/v1/schema/{path}?explicitMeasure=true")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/vnd.sdmx.schema+xml;version=2.1"
        validator(answer.content)
        again = server.get(f"/sdmx/v1/schema/{path}?explicitMeasure=true", If_None_Match=answer.headers["etag"])
        assert again.status_code == 304


@pytest.mark.conformance(
    "v2 schema",
    ["context", "agencyID", "resourceID", "version", "dimensionAtObservation", "deletion"],
    "400 or 404 for what names no one artefact",
)
@pytest.mark.conformance("v2 schema", "asOf", "501: schemas are of the present structures")
@pytest.mark.conformance("status", "501", "asOf of schemas")
@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("codelist/DX/CL_SEX", 400, "context"),
        ("dataflow/DX", 400, "resourceID"),
        ("dataflow/DX/A,B", 400, "resourceID"),
        ("dataflow/DX/DF_SDG_LOCAL/*", 400, "version"),
        ("dataflow/DX/NONE", 404, "NONE"),
        ("metadataflow/DX/NONE", 501, "metadata"),
        (f"dataflow/{FLOW}?dimensionAtObservation=COLOUR", 400, "dimensionAtObservation"),
        (f"dataflow/{FLOW}?deletion=maybe", 400, "deletion"),
        (f"dataflow/{FLOW}?asOf=2020", 501, "asOf"),
    ],
)
def test_what_is_refused(server: Server, path: str, status: int, said: str) -> None:
    answer = server.get(f"/sdmx/v2/schema/{path}", Accept=sdmx(FORMATS["2.1"][1]))
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


@pytest.mark.conformance("v2 schema", "context", "Constraints of agreement and dataflow narrow the codes")
def test_constraints_narrow_the_codes(own_server: Server) -> None:
    """Of the flow: two sexes. Of the agreement: one area, and no series of air."""
    flow = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")
    provider = ItemRef(Ref(Kind.DATA_PROVIDER_SCHEME, "DX", "DATA_PROVIDERS", "1.0"), "BRISTOL")
    agreement = ProvisionAgreement(agency="DX", id="PA_X", version="1.0.0", dataflow=flow, provider=provider)

    def constraint(id: str, to: Ref, *regions: CubeRegion) -> DataConstraint:
        return DataConstraint(agency="DX", id=id, version="1.0.0", attached_to=(to,), regions=regions)

    with writing(own_server.engine) as conn:
        structures.put(
            conn,
            [
                agreement,
                constraint("ONE", flow, CubeRegion(values={"SEX": ("F", "M")})),
                constraint(
                    "TWO",
                    agreement.ref,
                    CubeRegion(values={"REF_AREA": ("GB_BRS%",)}),
                    CubeRegion(values={"SERIES": ("EN_ATM_PM25",)}, included=False),
                ),
            ],
        )
    of_flow = validator(schema_of(own_server, f"dataflow/{FLOW}"))
    of_agreement = validator(schema_of(own_server, "provisionagreement/DX/PA_X/1.0.0"))
    unemployment = "&c[SERIES]=SL_TLF_UEM"
    women = data_of(own_server, "2.1", "TIME_PERIOD", unemployment)
    air = data_of(own_server, "2.1", "TIME_PERIOD", "&c[SERIES]=EN_ATM_PM25").replace(b'SEX="_T"', b'SEX="F"')
    assert faults(of_flow, women) == faults(of_agreement, women) == faults(of_flow, air) == []
    assert faults(of_agreement, air) != []
    assert faults(of_flow, data_of(own_server, "2.1", "TIME_PERIOD")) != []  # _T
    elsewhere = women.replace(b'REF_AREA="GB_BRS"', b'REF_AREA="GB"')
    assert faults(of_flow, elsewhere) == []
    assert faults(of_agreement, elsewhere) != []

    read = client(own_server).get_schema("dataflow", "DX", "DF_SDG_LOCAL", "1.0.0")
    assert [c.id for c in read.components["SEX"].enumeration] == ["F", "M"]


def client(server: Server) -> RegistryClient:
    return RegistryClient(f"{server.url}/sdmx/v2", timeout=60)


@pytest.mark.conformance("v2 schema", "context", "pysdmx reads the schema of a dataflow and of a data structure")
@pytest.mark.conformance("clients", ["32", "40"], "pysdmx reads its schema from /schema")
@pytest.mark.parametrize(("context", "id"), [("dataflow", "DF_SDG_LOCAL"), ("datastructure", "SDG_LOCAL")])
def test_pysdmx_reads_it(server: Server, context: str, id: str) -> None:
    read = client(server).get_schema(context, "DX", id, "1.0.0")
    with writing(server.engine) as conn:
        ours = structures.schema(conn, Ref(Kind(context), "DX", id, "1.0.0"))
    assert [c.id for c in read.components.dimensions] == [*ours.structure.dimension_ids, "TIME_PERIOD"]
    assert [c.id for c in read.components.measures] == ["OBS_VALUE"]
    assert {c.id for c in read.components.attributes} == {a.id for a in ours.structure.attributes}
    assert {c.id for c in read.components["SEX"].enumeration} == set(ours.codes["SEX"])
    urns = {ours.structure.ref.urn, Ref(Kind(context), "DX", id, "1.0.0").urn}
    assert urns <= set(read.artefacts)


@pytest.mark.conformance(
    "formats schema",
    ["structure+json;version=2.0.0", "structure+xml;version=2.1", "structure+xml;version=3.0.0"],
    "Structures that hold what is used and no more",
)
@pytest.mark.conformance("clients", "32", "structure+json by default, cut to what is used")
def test_structures_hold_what_is_used_and_no_more(server: Server) -> None:
    answer = server.get(f"/sdmx/v2/schema/dataflow/{FLOW}")
    assert answer.headers["content-type"] == "application/vnd.sdmx.structure+json;version=2.0.0"
    assert json_faults(answer.content, "structure", "20") == []
    for version in ("2.1", "3.0"):
        media = sdmx(f"structure+xml;version={version}{'.0' if version == '3.0' else ''}")
        assert faults(official(version), server.get(f"/sdmx/v2/schema/dataflow/{FLOW}", Accept=media).content) == []
    data = answer.json()["data"]
    assert set(data) == {"agencySchemes", "codelists", "conceptSchemes", "dataStructures"}
    concepts = {c["id"] for s in data["conceptSchemes"] for c in s["concepts"]}
    assert concepts == {c.id for c in structures_of(server)}
    assert "DX" in {a["id"] for s in data["agencySchemes"] for a in s["agencies"]}


def structures_of(server: Server):
    with writing(server.engine) as conn:
        schema = structures.schema(conn, NATIONAL)
    return [c.concept for c in schema.structure.components()]
