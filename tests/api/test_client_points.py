"""What clients in use need of HTTP and of data, point by point, where no test of a client itself shows it."""

from __future__ import annotations

import re

import httpx
import pyarrow as pa
import pytest
from lxml import etree
from small_exchange import CSV, V1, V2, Server, rows

STRUCTURE = "application/vnd.sdmx.structure+xml;version=2.1"
SPECIFIC = "application/vnd.sdmx.structurespecificdata+xml;version=2.1"
GENERIC = "application/vnd.sdmx.genericdata+xml;version=2.1"
JSON = "application/vnd.sdmx.structure+json;version=2.0.0"
STR = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure}"
COM = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common}"


@pytest.mark.conformance("clients", "3", "Accept headers as sdmx-dl, rsdmx, sdmx1 and pysdmx write them")
@pytest.mark.conformance(
    "formats parameters", ["q", "version"], "Quality values; of equals the first; versions with and without a space"
)
@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("application/vnd.sdmx.structurespecificdata+xml; version=2.1", SPECIFIC),
        (f"{GENERIC.replace(';', '; ')}, {SPECIFIC.replace(';', '; ')}", GENERIC),
        (f"{SPECIFIC}, {GENERIC}", SPECIFIC),
        (f"{SPECIFIC};q=0.5, {GENERIC};q=0.8", GENERIC),
        (f"{SPECIFIC};q=0.8, {GENERIC};q=0.5", SPECIFIC),
        ("*/*", GENERIC),
        ("application/xml", GENERIC),
        (
            "application/vnd.sdmx.data+json;version=1.0.0;q=0.4, */*;q=0.1",
            "application/vnd.sdmx.data+json;version=1.0.0",
        ),
        ("application/vnd.sdmx.data+csv;version=1.0.0;labels=both", "application/vnd.sdmx.data+csv;version=1.0.0"),
    ],
)
def test_accept_as_clients_write_it(server: Server, accept: str, answered: str) -> None:
    answer = server.get(V1, Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == answered


@pytest.mark.conformance(
    "clients", "6", "A slash at the end of any path, also before the query; rsdmx sends Content-Type with GET"
)
@pytest.mark.parametrize(
    "path",
    [
        "/sdmx/v1/dataflow/",
        "/sdmx/v1/dataflow/all/DF_SDG_LOCAL/latest/",
        "/sdmx/v1/datastructure/DX/SDG_LOCAL/latest/?references=children",
        "/sdmx/v1/data/DF_SDG_LOCAL/all/all/?startPeriod=2015",
        "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/",
        "/sdmx/v2/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/*/?firstNObservations=1",
        "/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0/*/*/",
        "/sdmx/v2/structure/agencyscheme/SDMX/",
    ],
)
def test_slashes_at_the_end(server: Server, path: str) -> None:
    plain = server.get(re.sub(r"/(\?|$)", r"\1", path), Accept="application/xml")
    answer = server.get(path, Accept="application/xml", Content_Type="application/xml")
    assert answer.status_code == plain.status_code == 200
    assert len(answer.content) == len(plain.content)


@pytest.mark.conformance(
    "clients", "7", "Paths and queries raw and percent-encoded give the same; + in a query is a plus"
)
@pytest.mark.parametrize(
    ("raw", "encoded"),
    [
        (
            "v2/data/dataflow/DX/DF_SDG_LOCAL/+/*?c[TIME_PERIOD]=ge:2016+le:2017",
            "v2/data/dataflow/DX/DF_SDG_LOCAL/%2B/%2A?c%5BTIME_PERIOD%5D=ge%3A2016%2Ble%3A2017",
        ),
        ("v2/data/dataflow/DX/DF_SDG_LOCAL/~?c[SEX]=F,M", "v2/data/dataflow/DX/DF_SDG_LOCAL/%7E?c%5BSEX%5D=F%2CM"),
        (
            "v1/data/DX,DF_SDG_LOCAL,1.0.0/..SL_TLF_UEM+EN_ATM_PM25............/all",
            "v1/data/DX%2CDF_SDG_LOCAL%2C1.0.0/..SL_TLF_UEM%2BEN_ATM_PM25............/all",
        ),
        (
            "v1/data/DX,DF_SDG_LOCAL/all?updatedAfter=2020-01-01T00:00:00",
            "v1/data/DX%2CDF_SDG_LOCAL/all?updatedAfter=2020-01-01T00%3A00%3A00",
        ),
    ],
)
def test_raw_and_encoded(server: Server, raw: str, encoded: str) -> None:
    plain = rows(server.get(f"/sdmx/{raw}", Accept=CSV))
    assert plain
    assert rows(server.get(f"/sdmx/{encoded}", Accept=CSV)) == plain


@pytest.mark.conformance(
    "clients", "10", "404 where nothing matches, in data, availability and structures of both versions; 204 never"
)
@pytest.mark.conformance("status", "404", "No such artefact, or no data that match")
@pytest.mark.conformance(
    "status", "204", "Never answered to GET: clients take it for a failure. 404 says that nothing matches"
)
@pytest.mark.parametrize(
    "path",
    [
        f"{V1}?startPeriod=2050",
        f"{V2}?c[SEX]=NONE",
        "/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0?c[SEX]=NONE",
        "/sdmx/v1/availableconstraint/DF_SDG_LOCAL/......_O........",
        "/sdmx/v2/structure/dataflow/DX/NONE",
        "/sdmx/v1/codelist/DX/CL_SEX/latest/NONE",
        "/sdmx/v1/process",
    ],
)
def test_nothing_is_404(server: Server, path: str) -> None:
    assert server.get(path).status_code == 404


@pytest.mark.conformance(
    ["v1 data", "v2 data", "v1 availableconstraint", "v2 availability", "v1 structure"],
    "Accept-Encoding",
    "gzip and zstd",
)
@pytest.mark.conformance("clients", "8", "gzip where it is offered among others")
@pytest.mark.parametrize(
    ("offered", "codings"),
    [("gzip,deflate", ["gzip"]), ("deflate, gzip, br, zstd", ["gzip", "zstd"]), ("zstd", ["zstd"]), ("br", [None])],
)
def test_codings(three: tuple[Server, object], offered: str, codings: list[str | None]) -> None:
    server, _ = three
    for path in (
        "v1/data/DF_SDG_KG",
        "v2/data/dataflow/KG_NSC/DF_SDG_KG",
        "v1/availableconstraint/DF_SDG_KG",
        "v2/availability/dataflow/KG_NSC/DF_SDG_KG",
        "v1/codelist",
    ):
        plain = server.get(f"/sdmx/{path}", Accept="application/xml")
        with httpx.stream(
            "GET", f"{server.url}/sdmx/{path}", headers={"Accept": "application/xml", "Accept-Encoding": offered}
        ) as answer:
            packed = b"".join(answer.iter_raw())
        coding = answer.headers.get("content-encoding")
        assert coding in codings
        assert _unpacked(packed, coding) == plain.content


def _unpacked(packed: bytes, coding: str | None) -> bytes:
    if coding is None:
        return packed
    found: bytes = pa.CompressedInputStream(pa.BufferReader(packed), coding).read()
    return found


@pytest.mark.conformance(["v1 data", "v2 data"], "Accept-Language", "Names in the language asked for, else in English")
def test_languages(three: tuple[Server, object]) -> None:
    server, _ = three
    media = {"v1": "application/vnd.sdmx.data+json;version=1.0.0", "v2": "application/vnd.sdmx.data+json;version=2.0.0"}
    for api, path in (("v1", "v1/data/T,DF_SURVEY"), ("v2", "v2/data/dataflow/T/DF_SURVEY")):
        for language, name in (("ky", "Аймак"), ("ky-KG, en;q=0.5", "Аймак"), ("fr", "Region"), ("en", "Region")):
            answer = server.get(f"/sdmx/{path}", Accept=media[api], Accept_Language=language).json()["data"]
            structure = answer["structure"] if api == "v1" else answer["structures"][0]
            dimensions = structure["dimensions"]["series"] + structure["dimensions"]["observation"]
            assert dimensions[0]["name"] == name


@pytest.mark.conformance(
    "clients",
    "22",
    "Declaration first, namespace in the first 1000 characters, a prefixed root",
)
@pytest.mark.parametrize("path", [V1, V2, "/sdmx/v1/dataflow", "/sdmx/v2/structure/codelist", f"{V1}?detail=nothing"])
def test_xml_begins_as_readers_expect(server: Server, path: str) -> None:
    for accept in ("application/xml", STRUCTURE if "data" not in path else SPECIFIC):
        answer = server.get(path, Accept=accept)
        assert answer.text.startswith("<?xml")
        assert "http://www.sdmx.org/resources/sdmxml/schemas/v" in answer.text[:1000]
        assert re.match(r"<\?xml[^>]*\?>\s*<\w+:\w+ ", answer.text)


@pytest.mark.conformance(
    "clients",
    "23",
    "structureID, namespace, dimensionAtObservation; structureRef and type of the dataset",
)
def test_the_header_of_structure_specific_data(server: Server) -> None:
    root = etree.fromstring(server.get(V1, Accept=SPECIFIC).content)
    (structure,) = root.iterfind("{*}Header/{*}Structure")
    assert structure.get("structureID") == "SDG_LOCAL"
    assert structure.get("dimensionAtObservation") == "TIME_PERIOD"
    assert structure.get("namespace").startswith(
        "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_SDG_LOCAL(1.0.0)"
    )
    (dataset,) = root.iterfind("{*}DataSet")
    assert (
        dataset.get("{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific}structureRef")
        == "SDG_LOCAL"
    )
    prefix, _, name = dataset.get("{http://www.w3.org/2001/XMLSchema-instance}type").partition(":")
    assert (dataset.nsmap[prefix], name) == (structure.get("namespace"), "DataSetType")


@pytest.mark.conformance("clients", "24", "Dimensions in the order of the structure, then attributes of the series")
@pytest.mark.parametrize("media", [SPECIFIC, GENERIC, "application/vnd.sdmx.data+xml;version=3.0.0"])
def test_dimensions_stand_in_order(three: tuple[Server, tuple[object, ...]], media: str) -> None:
    server, (local, kyrgyz, _) = three
    for sample in (local, kyrgyz):
        path = f"/sdmx/v2/data/dataflow/{sample.flow.agency}/{sample.flow.id}/{sample.flow.version}"
        for series in etree.fromstring(server.get(path, Accept=media).content).iter("{*}Series"):
            key = series.find("{*}SeriesKey")
            names = list(series.attrib) if key is None else [value.get("id") for value in key]
            assert tuple(names[: len(sample.dimensions)]) == sample.dimensions


@pytest.mark.conformance(
    "clients", "26", "Of a series key query nothing but keys; updatedAfter=2011 and includeHistory are answered"
)
def test_details_of_v1(server: Server) -> None:
    for media in (SPECIFIC, GENERIC):
        keys = etree.fromstring(server.get(f"{V1}?detail=serieskeysonly", Accept=media).content)
        assert not list(keys.iter("{*}Obs", "{*}Group", "{*}Attributes"))
        assert all(set(s.attrib) <= set(_dimensions(server)) for s in keys.iter("{*}Series"))
        bare = etree.fromstring(server.get(f"{V1}?detail=dataonly", Accept=media).content)
        assert not list(bare.iter("{*}Group", "{*}Attributes"))
        assert len(list(bare.iter("{*}Obs"))) == 12
        flat = etree.fromstring(server.get(f"{V1}?dimensionAtObservation=AllDimensions", Accept=media).content)
        assert not list(flat.iter("{*}Series", "{*}Group"))
    for query in ("updatedAfter=2011", "includeHistory=true", "includeHistory=false&lastNObservations=1"):
        assert server.get(f"{V1}?{query}", Accept=GENERIC).status_code == 200


def _dimensions(server: Server) -> list[str]:
    (row, *_) = rows(server.get(f"{V2}?attributes=none&measures=none", Accept=CSV))
    return list(row)[3:]


@pytest.mark.conformance(
    "clients",
    "28",
    "One constraint, one region, values of each dimension, time as a range",
)
@pytest.mark.parametrize(
    "path", ["v1/availableconstraint/DF_SDG_LOCAL", "v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0"]
)
def test_availability_is_one_constraint(server: Server, path: str) -> None:
    root = etree.fromstring(server.get(f"/sdmx/{path}", Accept=STRUCTURE).content)
    (constraint,) = root.iter(f"{STR}ContentConstraint")
    (flow,) = constraint.iterfind(f"{STR}ConstraintAttachment/{STR}Dataflow/Ref")
    assert dict(flow.attrib) == {
        "id": "DF_SDG_LOCAL",
        "agencyID": "DX",
        "version": "1.0.0",
        "package": "datastructure",
        "class": "Dataflow",
    }
    (region,) = constraint.iterfind(f"{STR}CubeRegion")
    values = {k.get("id"): [v.text for v in k.iterfind(f"{COM}Value")] for k in region}
    assert values.pop("TIME_PERIOD", []) == []
    assert list(values) == _dimensions(server)
    assert all(values.values())
    assert [p.text for p in region.iter(f"{COM}StartPeriod", f"{COM}EndPeriod")] == ["2015", "2019"]


@pytest.mark.conformance("clients", "30", "Dataflow, structure, concepts, code lists and the constraint in one message")
def test_availability_with_a_whole_schema(server: Server) -> None:
    answer = server.get("/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0?references=all", Accept=JSON)
    found = answer.json()["data"]
    assert {"dataflows", "dataStructures", "conceptSchemes", "codelists", "dataConstraints"} <= set(found)
    assert found["dataConstraints"][0]["role"] == "Actual"


@pytest.mark.conformance("clients", "33", "`+`, `~`, `*`, a number, a range, or none at all")
@pytest.mark.conformance(
    ["v2 data", "v2 structure", "v2 availability"],
    "version",
    "`+`, `~`, `*`, a number, a range, a list, or none",
)
@pytest.mark.parametrize("version", ["/+", "/~", "/*", "/1.0.0", "/1.0+.0", "/1+.0.0", "/1.0.0,2.0.0", ""])
def test_version_words(server: Server, version: str) -> None:
    for path in ("structure/dataflow", "data/dataflow", "availability/dataflow"):
        answer = server.get(f"/sdmx/v2/{path}/DX/DF_SDG_LOCAL{version}")
        assert answer.status_code == 200, answer.text


@pytest.mark.conformance("clients", "34", "Paths cut short anywhere, context `*`, encoded lists")
@pytest.mark.parametrize(
    "path",
    [
        "structure/dataflow?detail=allcompletestubs",
        "structure/agencyscheme/SDMX/",
        "structure/codelist/DX%2CSDMX",
        "structure/codelist/DX/CL_SEX/",
        "data/dataflow/DX/DF_SDG_LOCAL/1.0.0",
        "data/*/DX/DF_SDG_LOCAL/+",
        "data/dataflow/DX%2CSDMX/DF_SDG_LOCAL",
        "availability/dataflow/DX/DF_SDG_LOCAL",
    ],
)
def test_short_paths(server: Server, path: str) -> None:
    assert server.get(f"/sdmx/v2/{path}").status_code == 200


@pytest.mark.conformance(
    "clients", "35", "Parameters of data together; attributes=none and measures=none give series keys"
)
def test_parameters_together(server: Server) -> None:
    query = "c[SERIES]=SL_TLF_UEM,EN_ATM_PM25&c[TIME_PERIOD]=ge:2016+le:2018&lastNObservations=1&attributes=none&updatedAfter=2011"
    found = rows(server.get(f"{V2}?{query}", Accept=CSV))
    assert [(r["SERIES"], r["SEX"], r["TIME_PERIOD"], r["OBS_VALUE"]) for r in found] == [
        ("EN_ATM_PM25", "_T", "2018", ""),
        ("SL_TLF_UEM", "F", "2016", "4.5"),
        ("SL_TLF_UEM", "M", "2017", "5.25"),
    ]
    keys = server.get(f"{V2}?attributes=none&measures=none", Accept="application/vnd.sdmx.data+xml;version=3.0.0")
    assert len(list(etree.fromstring(keys.content).iter("{*}Series"))) == 4
    assert not list(etree.fromstring(keys.content).iter("{*}Obs"))


@pytest.mark.conformance(
    "clients",
    "39",
    "DATAFLOW in 1.0, STRUCTURE, STRUCTURE_ID, ACTION in 2.x; one action a message",
)
@pytest.mark.parametrize(
    ("version", "start"),
    [("1.0.0", "DATAFLOW,"), ("2.0.0", "STRUCTURE,STRUCTURE_ID,ACTION,"), ("2.1.0", "STRUCTURE,STRUCTURE_ID,ACTION,")],
)
def test_headers_of_csv(server: Server, version: str, start: str) -> None:
    answer = server.get(V2, Accept=f"application/vnd.sdmx.data+csv;version={version}")
    assert answer.text.startswith(start)
    assert len({row.get("ACTION") for row in rows(answer)}) == 1


@pytest.mark.conformance(
    "clients", "2", "The version asked for stands in Content-Type as it is written in the standard"
)
def test_exact_versions(server: Server) -> None:
    for path, accept in (
        (V1, "application/vnd.sdmx.data+json;version=1.0.0"),
        (V1, "application/vnd.sdmx.data+csv;version=1.0.0"),
        (V1, GENERIC),
        (V1, SPECIFIC),
        ("/sdmx/v1/dataflow", STRUCTURE),
        (V2, "application/vnd.sdmx.data+xml;version=3.0.0"),
        (V2, "application/vnd.sdmx.data+xml;version=3.1.0"),
        (V2, "application/vnd.sdmx.data+json;version=2.0.0"),
        (V2, "application/vnd.sdmx.data+csv;version=2.1.0"),
    ):
        assert server.get(path, Accept=accept).headers["content-type"] == accept
        assert server.get(path, Accept=accept.replace(";", "; ")).headers["content-type"] == accept
