"""Structure maintenance: who may, what becomes of each artefact, and that nothing is half stored. On SQLite and PostgreSQL."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from people import People, people_at
from small_exchange import FIGURES, publish
from xsd_judge import faults, official

from dataexchange.messages.media import STRUCTURE_JSON_2_0, STRUCTURE_ML_2_1, STRUCTURE_ML_3_0, MediaType
from dataexchange.messages.write_structures import write_message
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import (
    AgencyScheme,
    Artefact,
    Categorisation,
    CategoryScheme,
    Codelist,
    ConceptScheme,
    CubeRegion,
    DataConstraint,
    Dataflow,
    DataStructure,
    Dimension,
    Item,
    ItemRef,
    Kind,
    Measure,
    ProvisionAgreement,
    Ref,
    Representation,
)
from dataexchange.store import audit, structures
from dataexchange.store.database import reading, writing
from dataexchange.store.structure_state import structures_changed_at

V = "/sdmx/v2/structure"
FORMATS = (STRUCTURE_ML_2_1, STRUCTURE_ML_3_0, STRUCTURE_JSON_2_0)
LOCAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def people(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    more = {}
    if request.param == "postgresql":
        more["database_url"] = request.getfixturevalue("file_postgresql_url")
    with people_at(tmp_path_factory.mktemp("upkeep"), **more) as found:
        yield found


def codelist(id: str, *codes: str, version: str = "0.1", **more: Any) -> Codelist:
    items = tuple(Item(id=c, names={"en": f"Code {c}"}) for c in codes)
    return Codelist(agency="UK_ONS", id=id, version=version, names={"en": id}, **{"items": items, **more})


def structure(id: str, codes: Codelist, concepts: ConceptScheme) -> DataStructure:
    def part(concept: str, **how: Any) -> dict[str, Any]:
        return {"id": concept, "concept": ItemRef(concepts.ref, concept), "representation": Representation(**how)}

    return DataStructure(
        agency="UK_ONS",
        id=id,
        version="0.1",
        names={"en": id},
        dimensions=(Dimension(**part("COLOUR", codelist=codes.ref)),),
        time_dimension=Dimension(**part("TIME_PERIOD", text_type="ObservationalTimePeriod")),
        measures=(Measure(**part("OBS_VALUE", text_type="Double")),),
    )


def family(name: str) -> tuple[Codelist, ConceptScheme, DataStructure, Dataflow]:
    codes = codelist(f"CL_{name}", "RED", "BLUE")
    words = tuple(Item(id=c, names={"en": c}) for c in ("COLOUR", "TIME_PERIOD", "OBS_VALUE", "SPARE"))
    concepts = ConceptScheme(agency="UK_ONS", id=f"CS_{name}", version="0.1", names={"en": "c"}, items=words)
    dsd = structure(f"DSD_{name}", codes, concepts)
    flow = Dataflow(agency="UK_ONS", id=f"DF_{name}", version="0.1", names={"en": "f"}, structure=dsd.ref)
    return codes, concepts, dsd, flow


def body(artefacts: Sequence[Artefact], media: MediaType = STRUCTURE_ML_3_0) -> dict[str, Any]:
    text = b"".join(write_message(artefacts, media, prepared=datetime(2026, 1, 1, tzinfo=UTC), message_id="T1"))
    return {"content": text, "headers": {"Content-Type": media.text}}


def told(answer: httpx.Response) -> list[tuple[str, str, int]]:
    """(artefact, status, code) of each; the message is as the standard has it."""
    assert answer.headers["content-type"] == "application/vnd.sdmx.registry+xml;version=3.0.0", answer.text
    assert faults(official("3.0"), answer.content) == []
    root = etree.fromstring(answer.content)
    out = []
    for result in root.iter("{*}SubmissionResult"):
        urn = result.find(".//{*}MaintainableObject").text
        status, message = result.find("{*}StatusMessage"), result.find(".//{*}MessageText")
        assert message.find("{*}Text").text.endswith(".")
        out.append((urn.partition("=")[2], status.get("status"), int(message.get("code"))))
    return out


def sentences(answer: httpx.Response) -> str:
    return " ".join(t.text for t in etree.fromstring(answer.content).iter("{*}Text"))


def stored(people: People, ref: Ref) -> Artefact | None:
    with reading(people.engine) as conn:
        found = structures.find(conn, StructureQuery((ref.kind.value,), (ref.agency,), (ref.id,), (ref.version,)))
    return found[0] if found else None


@pytest.mark.conformance("v2 maintenance", ["POST"], "A batch in any order and every format; again, it changes nothing")
@pytest.mark.parametrize("media", FORMATS, ids=str)
def test_a_batch_in_any_order_is_added_and_again_changes_nothing(people: People, media: MediaType) -> None:
    batch = family(f"BATCH{FORMATS.index(media)}")[::-1]
    sent = people.post("agency", f"{V}/", **body(batch, media))
    assert sent.status_code == 201, sent.text
    assert sorted(told(sent)) == sorted((a.ref.short, "Success", 201) for a in batch)
    assert all(stored(people, a.ref) == a for a in batch)
    flow = batch[0]
    assert people.get(None, f"{V}/dataflow/UK_ONS/{flow.id}/0.1").status_code == 200
    again = people.post("agency", V, **body(batch, media))
    assert (again.status_code, {(s, c) for _, s, c in told(again)}) == (200, {("Success", 200)})
    with reading(people.engine) as conn:
        assert [e.action for e in audit.entries(conn, subject=flow.ref.urn)] == ["structure.add"]


def test_one_artefact_says_where_it_is(people: People) -> None:
    answer = people.post("agency", f"{V}/codelist", **body([codelist("CL_ONE", "A")]))
    assert answer.status_code == 201
    assert people.server.get(answer.headers["location"].removeprefix(people.server.url)).status_code == 200


def test_answers_in_the_version_asked_for(people: People) -> None:
    for version in ("2.1", "3.0.0", "3.1.0"):
        what = body([codelist("CL_VERSIONS", "A")])
        what["headers"]["Accept"] = f"application/vnd.sdmx.registry+xml;version={version}"
        answer = people.post("agency", V, **what)
        assert answer.headers["content-type"].endswith(version)
        assert faults(official(version[:3]), answer.content) == []


@pytest.mark.conformance("v2 maintenance", "207", "What is said of each artefact")
def test_partial_success(people: People) -> None:
    """A final list that is contradicted, one that is another's, one that refers to nothing; the good one is stored."""
    final = codelist("CL_FINAL", "A", "B", "C", version="1.0.0", is_final=True)
    first, second, third = final.items
    final = replace(final, items=(first, replace(second, parent="A"), third))
    assert people.post("agency", V, **body([final])).status_code == 201
    contradicting = replace(final, items=(first, replace(second, parent="C"), third))
    foreign = replace(codelist("CL_MINE", "A"), agency="KE_KNBS")
    lonely = family("LONELY")[2]
    good = codelist("CL_GOOD", "A")
    answer = people.post("agency", V, **body([contradicting, foreign, lonely, good]))
    assert answer.status_code == 207
    assert sorted(told(answer)) == [
        (foreign.ref.short, "Failure", 403),
        (contradicting.ref.short, "Failure", 409),
        (good.ref.short, "Success", 201),
        (lonely.ref.short, "Failure", 409),
    ]
    assert stored(people, final.ref) == final
    assert stored(people, good.ref) == good
    assert stored(people, foreign.ref) is None
    assert stored(people, lonely.ref) is None
    assert "CL_LONELY" in sentences(answer)


def test_final_artefacts_gain_and_never_change(people: People) -> None:
    final = codelist("CL_STABLE", "A", "B", version="1.0.0", is_final=True)
    assert told(people.post("agency", V, **body([final]))) == [(final.ref.short, "Success", 201)]
    fewer = replace(final, items=final.items[:1])
    assert told(people.post("agency", V, **body([fewer]))) == [(final.ref.short, "Warning", 200)]
    assert stored(people, final.ref) == final
    more = codelist("CL_STABLE", "A", "B", "C", version="1.0.0", is_final=True)
    assert told(people.post("agency", V, **body([more]))) == [(final.ref.short, "Success", 200)]
    renamed = replace(more, items=(replace(more.items[0], names={"en": "Another", "fr": "Autre"}), *more.items[1:]))
    assert told(people.post("agency", V, **body([renamed]))) == [(final.ref.short, "Warning", 200)]
    kept = stored(people, final.ref)
    assert isinstance(kept, Codelist)
    assert kept.items[0].names == {"en": "Code A", "fr": "Autre"}
    gone = people.call("agency", "DELETE", f"{V}/codelist/UK_ONS/CL_STABLE/1.0.0")
    assert (gone.status_code, told(gone)) == (409, [(final.ref.short, "Failure", 409)])


@pytest.mark.conformance("v2 maintenance", "PUT", "Replaces what is a draft")
def test_replace(people: People) -> None:
    path = f"{V}/codelist/UK_ONS/CL_DRAFT/0.1"
    missing = people.call("agency", "PUT", path, **body([codelist("CL_DRAFT", "A")]))
    assert (missing.status_code, told(missing)) == (404, [("UK_ONS:CL_DRAFT(0.1)", "Failure", 404)])
    people.post("agency", V, **body([codelist("CL_DRAFT", "A", "B", "C")]))
    other = codelist("CL_DRAFT", "C", "D")
    answer = people.call("agency", "PUT", path, **body([other]))
    assert (answer.status_code, told(answer)) == (200, [(other.ref.short, "Success", 200)])
    assert stored(people, other.ref) == other
    for wrong in ([codelist("CL_OTHER", "A")], [other, codelist("CL_OTHER", "A")]):
        refused = people.call("agency", "PUT", path, **body(wrong))
        assert (refused.status_code, "CL_DRAFT" in refused.text) == (422, True)
    mixed = people.post("agency", f"{V}/dataflow", **body([other]))
    assert (mixed.status_code, "codelist" in mixed.text) == (422, True)


def test_partial_schemes_are_laid_over_the_whole(people: People) -> None:
    people.post("agency", V, **body([codelist("CL_DECIMALS", "0", "1", "2")]))
    given = codelist("CL_DECIMALS", "9", is_partial=True)
    given = replace(given, items=(Item(id="1", names={"en": "One"}), *given.items), names={"fr": "Décimales"})
    assert told(people.post("agency", V, **body([given]))) == [(given.ref.short, "Success", 200)]
    kept = stored(people, given.ref)
    assert isinstance(kept, Codelist)
    assert [(i.id, i.name()) for i in kept.items] == [("0", "Code 0"), ("1", "One"), ("2", "Code 2"), ("9", "Code 9")]
    assert (kept.names, kept.is_partial) == ({"en": "CL_DECIMALS", "fr": "Décimales"}, False)


def test_categories(people: People) -> None:
    def item(id: str, parent: str | None = None) -> Item:
        return Item(id=id, names={"en": id}, parent=parent)

    tree = (item("ECO"), item("MACRO", "ECO"), item("SECTOR", "ECO"), item("ENERGY", "SECTOR"), item("SOCIAL"))
    scheme = CategoryScheme(agency="UK_ONS", id="CAT", version="0.1", names={"en": "c"}, items=tree)
    to = ItemRef(scheme.ref, "SOCIAL")
    note = Categorisation(agency="UK_ONS", id="C1", version="0.1", names={"en": "c"}, source=LOCAL, target=to)
    assert people.post("agency", V, **body([note, scheme])).status_code == 201
    path = f"{V}/categoryscheme/UK_ONS/CAT/0.1"
    assert people.call("agency", "DELETE", f"{path}/SOCIAL").status_code == 409
    assert people.call("agency", "DELETE", path).status_code == 409
    assert people.call("agency", "DELETE", f"{path}/ECO.NONE.ENERGY").status_code == 404
    assert people.call("agency", "DELETE", f"{path}/ECO.SECTOR.ENERGY").status_code == 200
    new = replace(scheme, items=(item("ECO"), item("TRADE", "ECO")), is_partial=True)
    assert people.call("agency", "PUT", path, **body([new])).status_code == 200
    kept = stored(people, scheme.ref)
    assert isinstance(kept, CategoryScheme)
    assert {i.id: i.parent for i in kept.items} == {"SOCIAL": None, "ECO": None, "TRADE": "ECO"}
    assert people.call("agency", "DELETE", f"{path}/ECO").status_code == 200
    assert [i.id for i in stored(people, scheme.ref).items] == ["SOCIAL"]


@pytest.mark.conformance("v2 maintenance", "DELETE", "What is in use stays")
def test_what_is_used_stays(people: People) -> None:
    codes, concepts, dsd, flow = family("USED")
    people.post("agency", V, **body([codes, concepts, dsd, flow]))
    for artefact in (codes, concepts, dsd):
        answer = people.call("agency", "DELETE", f"{V}/{artefact.kind}/UK_ONS/{artefact.id}/0.1")
        assert (answer.status_code, told(answer)) == (409, [(artefact.ref.short, "Failure", 409)])
        assert stored(people, artefact.ref) == artefact
    assert "DSD_USED" in sentences(people.call("agency", "DELETE", f"{V}/codelist/UK_ONS/CL_USED/0.1"))
    path = f"{V}/conceptscheme/UK_ONS/CS_USED/0.1"
    assert people.call("agency", "DELETE", f"{path}/COLOUR").status_code == 409
    assert people.call("agency", "PUT", path, **body([replace(concepts, items=concepts.items[1:])])).status_code == 409
    assert people.call("agency", "DELETE", f"{path}/SPARE").status_code == 200
    for artefact in (flow, dsd, concepts, codes):
        assert people.call("agency", "DELETE", f"{V}/{artefact.kind}/UK_ONS/{artefact.id}/0.1").status_code == 200
        assert stored(people, artefact.ref) is None
    gone = people.call("agency", "DELETE", f"{V}/dataflow/UK_ONS/DF_USED/0.1")
    assert (gone.status_code, told(gone)) == (404, [(flow.ref.short, "Failure", 404)])
    assert people.post("agency", V, **body([codes, concepts, dsd, flow])).status_code == 201


def test_data_keep_their_codes_and_structures(people: People) -> None:
    """The same rules at the store's own structure, whose version the operator cannot call a draft."""
    draft = replace(stored(people, Ref(Kind.CODELIST, "DX", "CL_SEX", "1.0.0")), agency="UK_ONS", version="0.1")
    assert isinstance(draft, Codelist)
    local = stored(people, Ref(Kind.DATA_STRUCTURE, "DX", "SDG_LOCAL", "1.0.0"))
    assert isinstance(local, DataStructure)
    own = tuple(
        replace(d, representation=Representation(codelist=draft.ref)) if d.id == "SEX" else d for d in local.dimensions
    )
    dsd = replace(local, agency="UK_ONS", id="DSD_DATA", version="0.1", dimensions=own, is_final=False)
    flow = Dataflow(agency="UK_ONS", id="DF_DATA", version="0.1", names={"en": "f"}, structure=dsd.ref)
    draft = replace(draft, is_final=False)
    assert people.post("agency", V, **body([draft, dsd, flow])).status_code == 201
    publish(people.engine, flow.ref, FIGURES, "BRISTOL")
    path = f"{V}/codelist/UK_ONS/CL_SEX/0.1"
    used = people.call("agency", "DELETE", f"{path}/F")
    assert (used.status_code, "SEX" in sentences(used)) == (409, True)
    assert people.call("agency", "DELETE", f"{path}/_U").status_code in (200, 404)
    for ref in (flow.ref, dsd.ref):
        assert people.call("agency", "DELETE", f"{V}/{ref.kind}/UK_ONS/{ref.id}/0.1").status_code == 409
    changed = replace(dsd, dimensions=dsd.dimensions[:-1])
    refused = people.call("agency", "PUT", f"{V}/datastructure/UK_ONS/DSD_DATA/0.1", **body([changed]))
    assert (refused.status_code, told(refused)) == (409, [(dsd.ref.short, "Failure", 409)])
    moved = replace(flow, structure=local.ref)
    refused = people.call("agency", "PUT", f"{V}/dataflow/UK_ONS/DF_DATA/0.1", **body([moved]))
    assert (refused.status_code, told(refused)) == (409, [(flow.ref.short, "Failure", 409)])
    rows = people.get(None, "/sdmx/v2/data/dataflow/UK_ONS/DF_DATA/0.1?format=csv").text.splitlines()
    assert len(rows) > 10


def test_what_only_the_operator_maintains(people: People) -> None:
    provider = ItemRef(Ref(Kind.DATA_PROVIDER_SCHEME, "DX", "DATA_PROVIDERS", "1.0"), "BRISTOL")
    agreement = ProvisionAgreement(
        agency="UK_ONS", id="PA", version="0.1", names={"en": "p"}, provider=provider, dataflow=LOCAL
    )
    agencies = AgencyScheme(
        agency="UK_ONS", id="AGENCIES", version="1.0", names={"en": "a"}, items=(Item(id="X", names={"en": "X"}),)
    )
    narrowing = DataConstraint(
        agency="UK_ONS",
        id="CR",
        version="0.1",
        names={"en": "c"},
        attached_to=(LOCAL,),
        regions=(CubeRegion(values={"SEX": ("F",)}),),
    )
    goals = CategoryScheme(
        agency="KE_KNBS", id="GOALS", version="0.1", names={"en": "g"}, items=(Item(id="G1", names={"en": "G1"}),)
    )
    assert people.post("operator", V, **body([goals])).status_code in (200, 201)
    filed = Categorisation(
        agency="UK_ONS", id="FILED", version="0.1", names={"en": "c"}, source=LOCAL, target=ItemRef(goals.ref, "G1")
    )
    for artefact in (agreement, agencies, narrowing, filed):
        assert told(people.post("agency", V, **body([artefact]))) == [(artefact.ref.short, "Failure", 403)]
        assert told(people.post("operator", V, **body([artefact]))) == [(artefact.ref.short, "Success", 201)]
        answer = people.call("agency", "DELETE", f"{V}/{artefact.kind}/UK_ONS/{artefact.id}/{artefact.version}")
        assert answer.status_code == 403
        answer = people.call("operator", "DELETE", f"{V}/{artefact.kind}/UK_ONS/{artefact.id}/{artefact.version}")
        # Of Bristol there are data under the agreement.
        assert answer.status_code == (409 if artefact is agreement else 200), answer.text


def test_sub_agencies_are_the_agency_s_own(people: People) -> None:
    within, like = (replace(codelist("CL_SUB", "A"), agency=agency) for agency in ("UK_ONS.GEO", "UK_ONSGEO"))
    answer = people.post("agency", V, **body([within, like]))
    assert answer.status_code == 207
    assert sorted(told(answer)) == [(within.ref.short, "Success", 201), (like.ref.short, "Failure", 403)]
    assert people.call("agency", "DELETE", f"{V}/codelist/UK_ONS.GEO/CL_SUB/0.1").status_code == 200
    with reading(people.engine) as conn:
        removed, added = audit.entries(conn, subject=within.ref.urn)
    assert (removed.action, added.action) == ("structure.remove", "structure.add")
    assert removed.actor.startswith("UK_ONS/key ")


def test_what_ships_stays(people: People) -> None:
    sex = stored(people, Ref(Kind.CODELIST, "DX", "CL_SEX", "1.0.0"))
    assert isinstance(sex, Codelist)
    same = people.post("operator", V, **body([sex], STRUCTURE_JSON_2_0))
    assert told(same) == [(sex.ref.short, "Success", 200)]
    more = replace(sex, items=(*sex.items, Item(id="NEW", names={"en": "New"})))
    assert told(people.post("operator", V, **body([more]))) == [(sex.ref.short, "Failure", 403)]
    assert people.call("operator", "DELETE", f"{V}/dataflow/DX/DF_SDG_LOCAL/1.0.0").status_code == 403


def test_who_may_at_all(people: People) -> None:
    what = body([codelist("CL_WHO", "A")])
    statuses = {who: people.post(who, V, **what).status_code for who in (None, "city", "office", "auditor", "revoked")}
    assert statuses == {None: 401, "city": 403, "office": 403, "auditor": 403, "revoked": 401}
    assert people.post(None, V, **what).headers["www-authenticate"].startswith("Bearer")
    assert stored(people, codelist("CL_WHO").ref) is None


@pytest.mark.conformance("status", "422", "Bodies of structure maintenance that cannot be read")
@pytest.mark.parametrize(
    ("method", "path", "how", "status", "said"),
    [
        ("POST", V, {"content": b"<x/>", "headers": {"Content-Type": "text/csv"}}, 415, "structure+xml"),
        ("POST", V, {"content": b"<x/>"}, 415, "not taken"),
        ("POST", V, {"content": b"", "headers": {"Content-Type": "application/xml"}}, 400, "body"),
        ("POST", V, {"content": b"<x/>", "headers": {"Content-Type": "application/xml"}}, 422, "Structure"),
        ("POST", V, {"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "JSON"),
        (
            "POST",
            V,
            {"content": b'{"data":{"processes":[{}]}}', "headers": {"Content-Type": "text/xml"}},
            422,
            "processes",
        ),
        (
            "POST",
            V,
            {"content": b"<x/>", "headers": {"Content-Type": "text/xml", "Content-Encoding": "gzip"}},
            415,
            "coding",
        ),
        (
            "POST",
            V,
            {
                "content": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
                "headers": {"Content-Type": "text/xml"},
            },
            422,
            "DTD",
        ),
        (
            "POST",
            V,
            {"content": b"<RegistryInterface/>", "headers": {"Content-Type": "text/xml"}},
            422,
            "registry",
        ),
        ("POST", f"{V}/nonsense", {}, 400, "artefactType"),
        ("POST", f"{V}/process", {}, 501, "process"),
        ("POST", f"{V}/codelist/UK_ONS", {}, 400, "path"),
        ("PUT", f"{V}/codelist/UK_ONS/X", {}, 400, "path"),
        ("PUT", f"{V}/codelist/UK_ONS/X/~", {}, 400, "version"),
        ("DELETE", f"{V}/codelist", {}, 400, "path"),
        ("DELETE", f"{V}/codelist/UK_ONS/X,Y/1.0", {}, 400, "resourceID"),
        ("DELETE", "/sdmx/v1/codelist/UK_ONS/X/1.0", {}, 405, "DELETE"),
        ("POST", "/sdmx/v2/data/dataflow/DX", {}, 405, "POST"),
    ],
)
def test_what_is_refused(people: People, method: str, path: str, how: dict[str, Any], status: int, said: str) -> None:
    answer = people.call("agency", method, path, **how)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


def test_a_body_that_is_too_large(people: People) -> None:
    host = people.server.url.removeprefix("http://")
    said = http.client.HTTPConnection(host, timeout=60)
    said.putrequest("POST", V)
    for name, value in (("Authorization", f"Bearer {people.keys['agency']}"), ("Content-Type", "text/xml")):
        said.putheader(name, value)
    said.putheader("Content-Length", str(32 * 2**20 + 1))
    said.endheaders()
    assert said.getresponse().status == 413  # and nothing was sent
    said.close()
    parts = (b"<a>" + b" " * 2**20 for _ in range(33))
    answer = people.post("agency", V, content=parts, headers={"Content-Type": "text/xml"})
    assert answer.status_code == 413, answer.text


def test_left_out_parts_are_a_warning(people: People) -> None:
    text = body([codelist("CL_WARN", "A")], STRUCTURE_ML_2_1)["content"].replace(
        b"</mes:Structures>",
        b'<str:Processes><str:Process id="P" agencyID="UK_ONS"/></str:Processes></mes:Structures>',
    )
    answer = people.post("agency", V, content=text, headers={"Content-Type": "application/xml"})
    assert (answer.status_code, told(answer)) == (201, [("UK_ONS:CL_WARN(0.1)", "Warning", 201)])
    assert "1 Process" in sentences(answer)


def test_a_removal_is_news(people: People) -> None:
    """Last-Modified goes on when the newest artefact goes."""
    people.post("agency", V, **body([codelist("CL_NEWS", "A")]))
    before = people.get(None, f"{V}/codelist/UK_ONS")
    assert people.call("agency", "DELETE", f"{V}/codelist/UK_ONS/CL_NEWS/0.1").status_code == 200
    etag = {"If-None-Match": before.headers["etag"]}
    assert people.get(None, f"{V}/codelist/UK_ONS", headers=etag).status_code == 200
    with reading(people.engine) as conn:
        told_at = structures_changed_at(conn)
    with writing(people.engine) as conn:
        newest = conn.exec_driver_sql("SELECT max(loaded_at) FROM artefacts").scalar()
    assert told_at.isoformat() > newest.replace("Z", "+00:00")


def test_real_structures(people: People, shared_data: Path) -> None:
    """The national structures of the Kyrgyz Republic, as its office publishes them."""
    text = (shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml").read_bytes()
    answer = people.post("operator", V, content=text, headers={"Content-Type": "application/xml"})
    assert answer.status_code == 201, sentences(answer)
    assert {status for _, status, _ in told(answer)} <= {"Success", "Warning"}
    again = people.post("operator", V, content=text, headers={"Content-Type": "application/xml"})
    assert again.status_code == 200, sentences(again)
