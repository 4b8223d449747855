"""Reference metadata: reports put in by command, asked for by what they describe, in every format, read again by others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from judges import json_faults
from lxml import etree
from pysdmx.api.fmr import RegistryClient
from pysdmx.io import read_sdmx
from small_exchange import Server, new_exchange, serve
from xsd_judge import faults, official

from dataexchange.messages.media import METADATA_JSON_2_0, METADATA_ML_3_0, METADATA_ML_3_1
from dataexchange.messages.metadata import read_metadata, write_metadata
from dataexchange.messages.write_header import StructureHeader
from dataexchange.model.metadata import MetadataSet, Reported
from dataexchange.model.structure import (
    Codelist,
    ConceptScheme,
    Item,
    ItemRef,
    Kind,
    MetadataAttribute,
    Metadataflow,
    MetadataStructure,
    Ref,
    Representation,
)
from dataexchange.store import metadata, structures
from dataexchange.store.database import open_database, reading, writing
from dataexchange.store.users import users
from dataexchange.workflow.metadata import check_metadata, load_metadata
from dataexchange.workflow.structures import load_structures

M = "/sdmx/v2/metadata"
DATAFLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_SDG_LOCAL(1.0.0)"
AREA = "urn:sdmx:org.sdmx.infomodel.codelist.Code=DX:CL_AREA(1.0.0).GB_BRS"
ANY_FLOW = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=*:*(*)"
ANY_CODE = "urn:sdmx:org.sdmx.infomodel.codelist.Code=*:*(*).*"
SDG_MSD = Ref(Kind.METADATA_STRUCTURE, "IAEG-SDGs", "SDG_MSD", "1.0")

WORDS = ("CONTACT", "CONTACT_EMAIL", "SOURCE", "YEAR", "GRADE", "CHECKED", "NOTE")
GRADES = Codelist(
    agency="UK_ONS",
    id="CL_GRADE",
    version="1.0.0",
    names={"en": "g"},
    items=tuple(Item(id=i, names={"en": i}) for i in ("GOOD", "FAIR")),
)
CONCEPTS = ConceptScheme(
    agency="UK_ONS",
    id="CS_QUALITY",
    version="1.0.0",
    names={"en": "c"},
    items=tuple(
        Item(id=w, names={"en": w}, representation=Representation(text_type="Integer") if w == "YEAR" else None)
        for w in WORDS
    ),
)


def attribute(id: str, **more: Any) -> MetadataAttribute:
    return MetadataAttribute(id=id, concept=ItemRef(CONCEPTS.ref, id), **more)


STRUCTURE = MetadataStructure(
    agency="UK_ONS",
    id="MSD_QUALITY",
    version="1.0.0",
    names={"en": "m"},
    attributes=(
        attribute("CONTACT", presentational=True, min_occurs=0),
        attribute("CONTACT_EMAIL", parent="CONTACT"),
        attribute("SOURCE"),
        attribute("YEAR", min_occurs=0, max_occurs=2),
        attribute("GRADE", min_occurs=0, representation=Representation(codelist=GRADES.ref)),
        attribute("CHECKED", min_occurs=0, representation=Representation(text_type="Boolean")),
        attribute("NOTE", min_occurs=0, max_occurs=None),
    ),
)
FLOW = Metadataflow(
    agency="UK_ONS",
    id="MDF_QUALITY",
    version="1.0.0",
    names={"en": "f"},
    structure=STRUCTURE.ref,
    targets=(ANY_FLOW, ANY_CODE),
)
SDG_FLOW = Metadataflow(
    agency="UK_ONS", id="MDF_SDG", version="1.0.0", names={"en": "s"}, structure=SDG_MSD, targets=(ANY_FLOW, ANY_CODE)
)


def report(id: str = "QUALITY", version: str = "1.0.0", **more: Any) -> MetadataSet:
    given: dict[str, Any] = {
        "agency": "UK_ONS",
        "names": {"en": "Quality", "fr": "Qualité"},
        "metadataflow": FLOW.ref,
        "targets": (DATAFLOW,),
        "attributes": (
            Reported(id="CONTACT", attributes=(Reported(id="CONTACT_EMAIL", value="a&b@example.org"),)),
            Reported(id="SOURCE", texts={"en": "Survey <of> labour", "fr": "Enquête"}),
            Reported(id="YEAR", value="2019"),
            Reported(id="YEAR", value="2020"),
            Reported(id="GRADE", value="GOOD"),
        ),
    }
    return MetadataSet(id=id, version=version, **{**given, **more})


def header() -> StructureHeader:
    return StructureHeader(message_id="T1", prepared=datetime(2026, 1, 1, tzinfo=UTC))


def saved(folder: Path, *reports: MetadataSet, media: Any = METADATA_JSON_2_0) -> Path:
    path = folder / f"{reports[0].id}.{'json' if 'json' in media.name else 'xml'}"
    path.write_bytes(b"".join(write_metadata(reports, media, header())))
    return path


REPORTS = (
    report(),
    report("QUALITY", "1.1.0"),
    report("BRISTOL", targets=(AREA,), agency="BRISTOL"),
    report("SDG", metadataflow=SDG_FLOW.ref, attributes=(Reported(id="DATA_SOURCE", texts={"en": "<p>Survey</p>"}),)),
    report("ALL_FLOWS", targets=(ANY_FLOW,)),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> Iterator[Server]:
    more = {"database_url": request.getfixturevalue("file_postgresql_url")} if request.param == "postgresql" else {}
    folder = tmp_path_factory.mktemp("metadata")
    settings = new_exchange(folder, **more)
    engine = open_database(settings.database_url)
    with writing(engine) as conn:
        load_structures(conn, [shared_data / "sdg" / "metadatastructure-IAEG-SDGs-SDG_MSD-1.0.xml"], actor="t")
        structures.put(conn, [GRADES, CONCEPTS, STRUCTURE, FLOW, SDG_FLOW])
        loaded = load_metadata(conn, [saved(folder, *REPORTS)], actor="t")
        assert [one.faults for one in loaded] == [()] * len(REPORTS)
    engine.dispose()
    yield from serve(settings)


@pytest.mark.conformance(
    "v2 metadata structure",
    ["structureType", "agencyID", "resourceID", "version"],
    "Values, lists, wildcards, parts left out",
)
@pytest.mark.conformance(
    "v2 metadata metadataflow",
    ["agencyID", "resourceID", "version", "providerID"],
    "Values, lists, wildcards, parts left out",
)
@pytest.mark.conformance(
    "v2 metadata metadataset",
    ["providerID", "resourceID", "version"],
    "Values, lists, wildcards, parts left out",
)
@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("structure/dataflow/DX/DF_SDG_LOCAL/1.0.0", "ALL_FLOWS QUALITY QUALITY SDG"),
        ("structure/dataflow/DX/DF_SDG_LOCAL/", "ALL_FLOWS QUALITY QUALITY SDG"),
        ("structure/dataflow/DX/DF_SDG_NATIONAL", "ALL_FLOWS"),
        ("structure/codelist/DX/CL_AREA/~", "BRISTOL"),
        ("structure/*/DX", "BRISTOL ALL_FLOWS QUALITY QUALITY SDG"),
        ("structure", "BRISTOL ALL_FLOWS QUALITY QUALITY SDG"),
        ("structure/datastructure/DX", ""),
        ("structure/process", ""),
        ("metadataflow/UK_ONS/MDF_QUALITY", "BRISTOL ALL_FLOWS QUALITY QUALITY"),
        ("metadataflow/UK_ONS/MDF_QUALITY/+/BRISTOL", "BRISTOL"),
        ("metadataflow/*/*/*/UK_ONS,BRISTOL", "BRISTOL ALL_FLOWS QUALITY QUALITY SDG"),
        ("metadataflow/KE_KNBS", ""),
        ("metadataset", "BRISTOL ALL_FLOWS QUALITY QUALITY SDG"),
        ("metadataset/UK_ONS/QUALITY/~", "QUALITY"),
        ("metadataset/UK_ONS/QUALITY/1.0.0,1.1.0/", "QUALITY QUALITY"),
        ("metadataset/UK_ONS,BRISTOL/BRISTOL,SDG", "BRISTOL SDG"),
        ("metadataset/UK_ONS/QUALITY/2.0.0", ""),
    ],
)
def test_who_asks_finds(server: Server, path: str, found: str) -> None:
    answer = server.get(f"{M}/{path}")
    assert answer.status_code == (200 if found else 404), answer.text
    if found:
        assert answer.headers["content-type"] == "application/vnd.sdmx.metadata+json;version=2.0.0"
        assert [s["id"] for s in answer.json()["data"]["metadataSets"]] == found.split()
        again = server.get(f"{M}/{path}", If_None_Match=answer.headers["etag"])
        assert again.status_code == 304


def test_wildcards_of_targets_are_spelled_out_in_json(server: Server) -> None:
    found = server.get(f"{M}/metadataset/UK_ONS/ALL_FLOWS").json()["data"]["metadataSets"][0]["targets"]
    assert {DATAFLOW, DATAFLOW.replace("LOCAL", "NATIONAL")} <= set(found)
    assert not any("*" in urn for urn in found)
    media = "application/vnd.sdmx.metadata+xml;version=3.0.0"
    assert ANY_FLOW in server.get(f"{M}/metadataset/UK_ONS/ALL_FLOWS", Accept=media).text


def test_the_latest_version_is_the_latest(server: Server) -> None:
    found = server.get(f"{M}/metadataset/UK_ONS/QUALITY/~").json()["data"]["metadataSets"]
    assert [s["version"] for s in found] == ["1.1.0"]


@pytest.mark.conformance(
    ["v2 metadata structure", "v2 metadata metadataflow", "v2 metadata metadataset"], "detail", "full and allstubs"
)
@pytest.mark.conformance(
    "formats metadata", ["metadata+json;version=2.0.0", "metadata+json;version=2.1.0"], "Valid, in every detail"
)
@pytest.mark.parametrize("detail", ["full", "allstubs", "allStubs"])
@pytest.mark.parametrize("version", ["20", "21"])
def test_json(server: Server, version: str, detail: str) -> None:
    media = f"application/vnd.sdmx.metadata+json;version={version[0]}.{version[1]}.0"
    answer = server.get(f"{M}/metadataset?detail={detail}", Accept=media)
    assert answer.headers["content-type"] == media
    assert json_faults(answer.content, "metadata", version) == []
    assert b"Survey" not in answer.content if detail != "full" else b"Survey" in answer.content


@pytest.mark.conformance(
    "formats metadata",
    ["metadata+xml;version=3.0.0", "metadata+xml;version=3.1.0", "genericmetadata+xml;version=2.1"],
    "Valid, in every detail",
)
@pytest.mark.parametrize("detail", ["full", "allstubs"])
@pytest.mark.parametrize("version", ["3.0", "3.1", "2.1"])
def test_xml(server: Server, version: str, detail: str) -> None:
    media = f"application/vnd.sdmx.{'generic' if version == '2.1' else ''}metadata+xml;version={version}"
    media += "" if version == "2.1" else ".0"
    answer = server.get(f"{M}/metadataset?detail={detail}", Accept=media)
    assert answer.headers["content-type"] == media
    assert faults(official(version), answer.content) == []
    assert (b"Survey" in answer.content) is (detail == "full")
    named = [e.get("id") for e in etree.fromstring(answer.content).iter("{*}MetadataSet", "{*}Report") if e.get("id")]
    assert sorted(named) == sorted(r.id for r in REPORTS)


@pytest.mark.conformance(
    "v1 metadata",
    ["flowRef", "key", "providerRef"],
    "By metadataflow and provider; reports are hung on no key but `all`",
)
def test_the_first_version_of_the_api(server: Server) -> None:
    for path in (
        "UK_ONS,MDF_QUALITY,1.0.0/all/all",
        "MDF_QUALITY",
        "all/all/BRISTOL+UK_ONS",
        "MDF_SDG/ALL?detail=allstubs",
    ):
        answer = server.get(f"/sdmx/v1/metadata/{path}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/vnd.sdmx.genericmetadata+xml;version=2.1"
        assert faults(official("2.1"), answer.content) == []
    assert server.get("/sdmx/v1/metadata/MDF_QUALITY/all/NOBODY").status_code == 404
    assert server.get("/sdmx/v1/metadata/MDF_QUALITY/A.B").status_code == 404


@pytest.mark.conformance(
    ["v2 metadata structure", "v2 metadata metadataflow", "v2 metadata metadataset"],
    "asOf",
    "501: reports are the present ones",
)
@pytest.mark.conformance(
    "formats metadata",
    ["metadata+csv;version=2.1.0", "metadata+csv;version=1.0.0", "structurespecificmetadata+xml;version=2.1"],
    "406: not offered, the answer names what is",
)
@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("", 400, "metadataflow"),
        ("dataflow/DX", 400, "structure"),
        ("structure/nonsense/DX", 400, "artefactType"),
        ("metadataset/UK_ONS/Q/1.0.0/x", 400, "path"),
        ("metadataset?detail=some", 400, "detail"),
        ("metadataset?asOf=2020", 501, "asOf"),
        ("metadataset?colour=red", 400, "colour"),
    ],
)
def test_what_is_refused(server: Server, path: str, status: int, said: str) -> None:
    answer = server.get(f"{M}/{path}")
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert server.get(f"{M}/metadataset", Accept="application/vnd.sdmx.metadata+csv;version=2.0.0").status_code == 406


@pytest.mark.conformance("clients", "40", "pysdmx reads reports")
def test_pysdmx_reads_it(server: Server) -> None:
    client = RegistryClient(f"{server.url}/sdmx/v2", timeout=60)
    one = client.get_report("UK_ONS", "QUALITY", "1.0.0")
    assert (one.id, one.targets, one.metadataflow) == ("QUALITY", (DATAFLOW,), FLOW.ref.urn)
    assert one["CONTACT.CONTACT_EMAIL"].value == "a&b@example.org"
    assert one["SOURCE"].value == {"en": "Survey <of> labour", "fr": "Enquête"}
    of_flow = client.get_reports("dataflow", "DX", "DF_SDG_LOCAL", "1.0.0")
    assert {r.id for r in of_flow} == {"QUALITY", "SDG", "ALL_FLOWS"}
    answer = server.get(f"{M}/metadataset/UK_ONS/SDG")
    assert [r.id for r in read_sdmx(answer.text, validate=False).reports] == ["SDG"]


@pytest.mark.parametrize("media", [METADATA_JSON_2_0, METADATA_ML_3_0, METADATA_ML_3_1], ids=str)
def test_what_is_written_is_read(tmp_path: Path, media: Any) -> None:
    full = report(
        descriptions={"en": "d"},
        valid_from="2020-01-01T00:00:00",
        period={"reportingBegin": "2019", "reportingEnd": "2020", "publicationYear": "2021", "action": "Replace"},
        targets=(DATAFLOW, AREA, ANY_FLOW),
    )
    assert read_metadata(saved(tmp_path, full, *REPORTS, media=media)) == [full, *REPORTS]


def test_structured_text_is_kept_as_markup(tmp_path: Path) -> None:
    path = saved(tmp_path, REPORTS[0], media=METADATA_ML_3_0)
    text = path.read_bytes().replace(
        b'<com:Text xml:lang="fr">Enqu\xc3\xaate</com:Text>',
        b'<com:StructuredText xml:lang="fr"><div xmlns="http://www.w3.org/1999/xhtml"><b>E</b></div></com:StructuredText>',
    )
    path.write_bytes(text)
    source = read_metadata(path)[0].attributes[1]
    assert (
        source.texts["fr"] == '<div xmlns="http://www.w3.org/1999/xhtml"><b>E</b></div>'
        or "<b>E</b>" in source.texts["fr"]
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (report(attributes=(Reported(id="NOTE", value="x"),)), "SOURCE is missing"),
        (report(attributes=(*report().attributes, Reported(id="COLOUR", value="x"))), "COLOUR is no attribute"),
        (
            report(attributes=(*report().attributes, Reported(id="SOURCE", value="x"))),
            "SOURCE stands 2 times and may stand once",
        ),
        (
            report(attributes=(*report().attributes, Reported(id="YEAR", value="2021"))),
            "YEAR stands 3 times and may stand 2 times",
        ),
        (report(attributes=(*report().attributes, Reported(id="CONTACT_EMAIL", value="x"))), "belongs in CONTACT"),
        (
            report(attributes=(Reported(id="CONTACT", value="x"), *report().attributes[1:])),
            "CONTACT/CONTACT_EMAIL is missing",
        ),
        (
            report(attributes=(Reported(id="CONTACT", value="x"), *report().attributes[1:])),
            "only holds other attributes",
        ),
        (report(attributes=(Reported(id="SOURCE"),)), "SOURCE has no value"),
        (
            report(attributes=(Reported(id="SOURCE", value="x"), Reported(id="GRADE", value="POOR"))),
            "no code of its list",
        ),
        (
            report(attributes=(Reported(id="SOURCE", value="x"), Reported(id="YEAR", value="now"))),
            "'now' is not a whole number",
        ),
        (
            report(attributes=(Reported(id="SOURCE", value="x"), Reported(id="CHECKED", value="maybe"))),
            "not true or false",
        ),
        (report(targets=()), "has no target"),
        (report(targets=(ANY_CODE,)), "means any item"),
        (report(targets=("Bristol",)), "no SDMX URN"),
        (
            report(targets=("urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=DX:SDG_LOCAL(1.0.0)",)),
            "not among those",
        ),
        (report(targets=(DATAFLOW.replace("LOCAL", "NOWHERE"),)), "NOWHERE(1.0.0) is not registered"),
        (report(targets=(AREA.replace("GB_BRS", "XX"),)), "XX is not registered"),
        (report(metadataflow=replace(FLOW, id="MDF_NONE").ref), "MDF_NONE(1.0.0) is not registered"),
        (report("P M<25"), "the id 'P M<25'"),
        (report(version="x"), "the version 'x'"),
        (report(agency="NOBODY"), "NOBODY is no registered provider or agency"),
        (report(agency="A B"), "the agency 'A B'"),
        (report(names={"not a tag": "x"}), "the language 'not a tag'"),
    ],
    ids=str,
)
def test_faults_are_told(server: Server, wrong: MetadataSet, said: str) -> None:
    with reading(server.engine) as conn:
        found = check_metadata(conn, wrong)
        assert any(said in fault for fault in found), found
        assert check_metadata(conn, report()) == []


def test_nothing_of_a_faulty_file_is_stored(server: Server, tmp_path: Path) -> None:
    path = saved(tmp_path, report("FINE"), report("WRONG", targets=()))
    with writing(server.engine) as conn:
        loaded = load_metadata(conn, [path], actor="t")
    assert [bool(one.faults) for one in loaded] == [False, True]
    assert server.get(f"{M}/metadataset/UK_ONS/FINE").status_code == 404


def test_reports_change_and_go_and_keep_what_they_describe(server: Server, tmp_path: Path) -> None:
    draft = report("DRAFT", "0.1", targets=(DATAFLOW,))
    with writing(server.engine) as conn:
        load_metadata(conn, [saved(tmp_path, draft)], actor="t")
    first = server.get(f"{M}/metadataset/UK_ONS/DRAFT")
    with writing(server.engine) as conn:
        assert metadata.put(conn, [draft]) == []
        load_metadata(conn, [saved(tmp_path, replace(draft, names={"en": "Renamed"}))], actor="t")
    second = server.get(f"{M}/metadataset/UK_ONS/DRAFT", If_None_Match=first.headers["etag"])
    assert (second.status_code, second.json()["data"]["metadataSets"][0]["name"]) == (200, "Renamed")
    with reading(server.engine) as conn:
        assert "metadata report UK_ONS:DRAFT(0.1)" in users(conn, FLOW)
    with writing(server.engine) as conn:
        metadata.remove(conn, "UK_ONS", "DRAFT", "0.1")
    assert server.get(f"{M}/metadataset/UK_ONS/DRAFT").status_code == 404
    with pytest.raises(Exception, match="is final"), writing(server.engine) as conn:
        metadata.put(conn, [replace(report(), names={"en": "Other"})])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "'data' object"),
        ('{"data":{"metadataSets":[{"id":"A"}]}}', "metadataflow"),
        ('{"data":{"metadataSets":[{"id":"A","agencyID":"B","metadataflow":"x"}]}}', "no SDMX URN"),
        ("<a/>", "GenericMetadata"),
        ("<!DOCTYPE a><a/>", "DTD"),
    ],
)
def test_messages_that_cannot_be_read(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m"
    path.write_text(text)
    with pytest.raises(Exception, match=said):
        read_metadata(path)


def test_attributes_too_deep(tmp_path: Path) -> None:
    inner: dict[str, Any] = {"id": "A", "value": "x"}
    for _ in range(100):
        inner = {"id": "A", "attributes": [inner]}
    set_ = {"id": "A", "agencyID": "B", "metadataflow": FLOW.ref.urn, "targets": [DATAFLOW], "attributes": [inner]}
    path = tmp_path / "m.json"
    path.write_text(json.dumps({"data": {"metadataSets": [set_]}}))
    with pytest.raises(Exception, match="deep"):
        read_metadata(path)
