"""Several dataflows in one answer: context lists and wildcards, structures, agreements; v1 lists."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from lxml import etree
from small_exchange import CSV, FIGURES, LOCAL, NATIONAL, NATIONAL_FIGURES, Server, publish, rows

from dataexchange.messages.media import OFFERED, PLAIN_CSV
from dataexchange.messages.write_data import SEVERAL
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.structure import Attribute, Dataflow, DataStructure, Dimension, Level, Measure, Representation
from dataexchange.store import series, structures
from dataexchange.store.database import writing

BOTH = {"DX:DF_SDG_LOCAL(1.0.0)": 12, "DX:DF_SDG_NATIONAL(1.0.0)": 3}


def counts(answer: object) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows(answer):
        found[row["STRUCTURE_ID"]] = found.get(row["STRUCTURE_ID"], 0) + 1
    return found


@pytest.mark.conformance(
    "v2 data", ["context", "agencyID", "resourceID", "version"], "Lists and wildcards: a dataset for each dataflow"
)
@pytest.mark.conformance("v1 data", "flowRef", "Lists, `all`: a dataset for each dataflow")
@pytest.mark.parametrize(
    "path",
    [
        "v2/data/dataflow/DX/*",
        "v2/data/dataflow/*/DF_SDG_LOCAL,DF_SDG_NATIONAL/+",
        "v2/data/dataflow/DX/DF_SDG_LOCAL%2CDF_SDG_NATIONAL/1.0.0,2.0.0",
        "v2/data/*/*/*/~/",
        "v2/data",
        "v2/data/*/DX,SDMX/DF_SDG_LOCAL,DF_SDG_NATIONAL/1.0+.0/A.N.*,A.*.EN_ATM_PM25",
        "v1/data/DX,DF_SDG_LOCAL+DF_SDG_NATIONAL",
        "v1/data/all",
        "v1/data/all,all,all/all/",
        "v1/data/DX,DF_SDG_LOCAL+DF_SDG_NATIONAL/" + "A.N" + "." * 13,
    ],
)
def test_a_dataset_each(server: Server, path: str) -> None:
    assert counts(server.get(f"/sdmx/{path}", Accept=CSV)) == BOTH


def test_what_is_cut_to_one_is_one(server: Server) -> None:
    found = counts(server.get("/sdmx/v2/data/*/*/*/*/*?c[REF_AREA]=GB", Accept=CSV))
    assert found == {"DX:DF_SDG_NATIONAL(1.0.0)": 3}
    assert server.get("/sdmx/v2/data/*/*/*/*/*?c[REF_AREA]=KG").status_code == 404
    wrong = server.get("/sdmx/v2/data/*/*/*/*/*?c[NO_SUCH]=1")
    assert wrong.status_code == 400
    assert "c[NO_SUCH]" in wrong.text


@pytest.mark.conformance("v2 data", "context", "Agreements; several kinds of context together")
def test_agreements_have_datasets_of_their_own(server: Server) -> None:
    """Also where they are on one dataflow: the answer keeps to the context that was asked for."""
    found = rows(server.get("/sdmx/v2/data/provisionagreement/DX", Accept=CSV))
    assert {r["STRUCTURE"] for r in found} == {"dataprovision"}
    assert "DX:PA_BRISTOL_SDG_LOCAL(1.0.0)" in {r["STRUCTURE_ID"] for r in found}
    both = rows(
        server.get("/sdmx/v2/data/dataflow,provisionagreement/DX/DF_SDG_LOCAL,PA_BRISTOL_SDG_LOCAL", Accept=CSV)
    )
    assert [r["STRUCTURE"] for r in both] == ["dataflow"] * 12 + ["dataprovision"] * 12


def test_by_structure_each_dataflow_is_a_dataset(server: Server) -> None:
    path = "/sdmx/v2/data/datastructure/DX/SDG_LOCAL/1.0.0"
    assert counts(server.get(path, Accept=CSV)) == {"DX:SDG_LOCAL(1.0.0)": 15}
    sets = server.get(path, Accept="application/vnd.sdmx.data+json").json()["data"]["dataSets"]
    assert [len(s["series"]) for s in sets] == [4, 1]
    for area, n in (("GB_BRS", 12), ("GB", 3)):
        found = rows(server.get(f"{path}?c[REF_AREA]={area}", Accept=CSV))
        assert len(found) == n
        assert {(r["STRUCTURE"], r["STRUCTURE_ID"]) for r in found} == {("datastructure", "DX:SDG_LOCAL(1.0.0)")}


@pytest.mark.conformance("status", "406", "A format that holds one dataset, asked for several")
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_format_holds_them_or_says_what_does(server: Server, version: str) -> None:
    path = {"v1": "/sdmx/v1/data/DX,DF_SDG_LOCAL+DF_SDG_NATIONAL", "v2": "/sdmx/v2/data/dataflow/DX/*"}[version]
    for media in OFFERED[version, "data"]:
        # Alone, text/csv means SDMX-CSV.
        answer = server.get(path, Accept="text/csv;labels=name" if media == PLAIN_CSV else media.text)
        if media not in SEVERAL:
            assert answer.status_code == 406, media
            assert "2.0" in answer.text or "2.1" in answer.text
            continue
        assert answer.status_code == 200, (media, answer.text)
        if "json" in media.name:
            data = json.loads(answer.content)["data"]
            assert [s["structure"] for s in data["dataSets"]] == [0, 1]
            assert [s["links"][0]["urn"].partition("=")[2] for s in data["structures"]] == list(BOTH)
        elif "xml" in media.name:
            root = etree.fromstring(answer.content)
            assert len(root.findall("{*}DataSet")) == 2
            assert len(root.findall("{*}Header/{*}Structure")) == 2


def test_pages_run_through_all_of_them(server: Server) -> None:
    path = "/sdmx/v2/data/dataflow/DX/*"
    whole = [tuple(r.values()) for r in rows(server.get(path, Accept=CSV))]
    for size in (1, 4, 13, 15):
        pages = [
            tuple(r.values())
            for offset in range(0, 15, size)
            for r in rows(server.get(f"{path}?offset={offset}&limit={size}", Accept=CSV))
        ]
        assert pages == whole
    assert server.get(f"{path}?offset=15").status_code == 404
    assert counts(server.get(f"{path}?offset=12", Accept=CSV)) == {"DX:DF_SDG_NATIONAL(1.0.0)": 3}


@pytest.mark.conformance(
    ["v2 data", "v1 data"],
    ["updatedAfter", "includeHistory"],
    "Of several dataflows, a dataset for each and each release",
)
def test_changes_of_all_of_them(own_server: Server) -> None:
    start = own_server.get("/sdmx/v2/data/dataflow/DX/*?updatedAfter=2011", Accept=CSV)
    assert counts(start) == BOTH
    publish(own_server.engine, LOCAL, {**FIGURES, ("GB_BRS", "SL_TLF_UEM", "F"): [5.0]}, "BRISTOL")
    publish(own_server.engine, NATIONAL, {("GB", "EN_ATM_PM25", "_T"): [12.0, 11.75, 10.5]}, "ONS")
    for version in ("v2/data/dataflow/DX/*", "v1/data/all"):
        found = rows(own_server.get(f"/sdmx/{version}?includeHistory=true", Accept=CSV))
        said = [(r["STRUCTURE_ID"][3:12], r["ACTION"]) for r in found]
        assert said == [*[("DF_SDG_LO", "R")] * 12, ("DF_SDG_LO", "D"), *[("DF_SDG_NA", "R")] * 4]


def test_nothing_changed_in_any(own_server: Server) -> None:
    publish(own_server.engine, NATIONAL, NATIONAL_FIGURES, "ONS")
    assert own_server.get("/sdmx/v2/data/dataflow/DX/*?updatedAfter=2100").status_code == 404


OTHER = DataStructure(
    agency="T",
    id="POLL",
    version="1.0.0",
    names={"en": "Poll"},
    dimensions=tuple(Dimension(id=i, representation=Representation(text_type="String")) for i in ("PLACE", "QUESTION")),
    time_dimension=None,
    measures=(Measure(id="OBS_VALUE", representation=Representation(text_type="Double")),),
    attributes=(Attribute(id="UNIT_MEASURE", level=Level.SERIES, representation=Representation(text_type="String")),),
)


@pytest.fixture
def two_structures(own_server: Server) -> Server:
    """With a structure that has other dimensions, and no time."""
    flow = Dataflow(agency="T", id="DF_POLL", version="1.0.0", names={"en": "Polls"}, structure=OTHER.ref)
    columns = {"PLACE": ["x", "y", "y"], "QUESTION": ["q1", "q1", "q2"], "UNIT_MEASURE": ["PT", "PT", "PT"]}
    table = pa.table({name: pa.array(texts).cast(CODE) for name, texts in columns.items()})
    table = table.append_column("OBS_VALUE", pa.array([3.0, 1.0, 2.0]))
    with writing(own_server.engine) as conn:
        structures.put(conn, [OTHER, flow])
        schema = structures.schema(conn, flow.ref)
        data = Dataset(OTHER.ref, table, flow.ref, "BRISTOL")
        series.publish(conn, data, schema, dataflow=flow.ref, provider="BRISTOL", dataset_id="polls")
    return own_server


def test_several_structures(two_structures: Server) -> None:
    for path in ("v2/data", "v1/data/all"):
        found = rows(two_structures.get(f"/sdmx/{path}", Accept=CSV))
        by_flow = [r for r in found if r["STRUCTURE_ID"] == "T:DF_POLL(1.0.0)"]
        assert len(found) == 18
        assert [(r["PLACE"], r["QUESTION"], r["OBS_VALUE"], r["UNIT_MEASURE"]) for r in by_flow] == [
            ("x", "q1", "3", "PT"),
            ("y", "q1", "1", "PT"),
            ("y", "q2", "2", "PT"),
        ]
        assert {(r["TIME_PERIOD"], r["REF_AREA"], r["OBS_STATUS"]) for r in by_flow} == {("", "", "")}
        assert {r["PLACE"] for r in found if r not in by_flow} == {""}
        for media in SEVERAL:
            version = path[:2]
            if media in OFFERED[version, "data"] and "timeseries" not in media.name:
                assert two_structures.get(f"/sdmx/{path}", Accept=media.text).status_code == 200, media
    data = two_structures.get("/sdmx/v2/data", Accept="application/vnd.sdmx.data+json").json()["data"]
    assert ["observations" in d for d in data["dataSets"]] == [False, False, True]
    only = rows(two_structures.get("/sdmx/v2/data?c[QUESTION]=q2", Accept=CSV))
    assert [r["PLACE"] for r in only] == ["y"]


def test_each_structure_gives_what_it_has(two_structures: Server) -> None:
    """Of attributes and components to sort by; what no structure has is a slip."""
    found = rows(
        two_structures.get("/sdmx/v2/data?attributes=OBS_STATUS&sort=QUESTION:desc+TIME_PERIOD:desc", Accept=CSV)
    )
    assert len(found) == 18
    assert "UNIT_MEASURE" not in found[0]
    assert [r["QUESTION"] for r in found[-3:]] == ["q2", "q1", "q1"]
    assert [r["TIME_PERIOD"] for r in found[:12]] == sorted((r["TIME_PERIOD"] for r in found[:12]), reverse=True)
    for slip in ("attributes=OBS_STATUS,NO_SUCH", "sort=NO_SUCH", "measures=NO_SUCH"):
        answer = two_structures.get(f"/sdmx/v2/data?{slip}", Accept="application/json")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["title"].startswith(f"{slip.partition('=')[0]} 'NO_SUCH'")


def test_a_page_over_several_structures(two_structures: Server) -> None:
    found = rows(two_structures.get("/sdmx/v2/data?offset=14&limit=2", Accept=CSV))
    assert [r["STRUCTURE_ID"] for r in found] == ["DX:DF_SDG_NATIONAL(1.0.0)", "T:DF_POLL(1.0.0)"]
    last = rows(two_structures.get("/sdmx/v2/data?offset=16", Accept=CSV))
    assert [r["PLACE"] for r in last] == ["y", "y"]
    assert "REF_AREA" not in last[0]
    largest = rows(two_structures.get("/sdmx/v2/data/dataflow/T?sort=OBS_VALUE:desc", Accept=CSV))
    assert [r["OBS_VALUE"] for r in largest] == ["3", "2", "1"]


def test_availability_over_several_structures(two_structures: Server) -> None:
    answer = two_structures.get("/sdmx/v2/availability?references=all", Accept="application/json")
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert [c["id"] for c in data["dataConstraints"]][-1] == "DF_POLL_AVAILABLE"
    assert sorted(s["id"] for s in data["dataStructures"]) == ["POLL", "SDG_LOCAL"]


def test_availability_of_several(server: Server) -> None:
    for path in ("v2/availability/dataflow/DX/*", "v1/availableconstraint/DX,DF_SDG_LOCAL+DF_SDG_NATIONAL"):
        answer = server.get(f"/sdmx/{path}?references=all", Accept="application/vnd.sdmx.structure+json;version=2.0.0")
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert [c["id"] for c in data["dataConstraints"]] == ["DF_SDG_LOCAL_AVAILABLE", "DF_SDG_NATIONAL_AVAILABLE"]
        assert sorted(f["id"] for f in data["dataflows"]) == ["DF_SDG_LOCAL", "DF_SDG_NATIONAL"]
        assert len(data["dataStructures"]) == 1
        (areas,) = [c for c in data["codelists"] if c["id"] == "CL_AREA"]
        assert {"GB", "GB_BRS"} <= {c["id"] for c in areas["codes"]}
    one = server.get("/sdmx/v2/availability/dataflow/DX/*?c[REF_AREA]=GB", Accept="application/json").json()["data"]
    assert [c["id"] for c in one["dataConstraints"]] == ["DF_SDG_NATIONAL_AVAILABLE"]
    assert server.get("/sdmx/v2/availability/dataflow/DX/*?c[REF_AREA]=KG").status_code == 404
