"""What was sent, or answered, may be sent again: nothing changes, nothing fails, and nobody's final words change what another's mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from full_exchange import SEXES, VALUES
from lxml import etree
from people import People, people_at
from test_maintenance import V, body, codelist, stored, told

from dataexchange.messages.media import STRUCTURE_JSON_2_0
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy
from dataexchange.model.metadata import MetadataSet
from dataexchange.model.structure import (
    Categorisation,
    CategoryScheme,
    Codelist,
    ConceptScheme,
    Item,
    ItemRef,
    Kind,
    Ref,
)
from dataexchange.store import metadata, structures
from dataexchange.store.database import writing

LOCAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")
SCHEME = Ref(Kind.CONCEPT_SCHEME, "IAEG-SDGs", "SDG_CONCEPTS", "1.0")
#: Ships with the exchange, so that the global file's telling of it is refused each time.
SHIPPED = "SDMX:AGENCIES(1.0)"
FORMATS = (
    *("structure+xml;version=2.1", "structure+xml;version=3.0.0", "structure+xml;version=3.1.0"),
    *("structure+json;version=1.0.0", "structure+json;version=2.0.0", "structure+json;version=2.1.0"),
)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with people_at(tmp_path_factory.mktemp("again")) as found:
        yield found


@pytest.fixture(scope="module")
def files(shared_data: Path) -> tuple[Path, Path]:
    """The global telling and the Kyrgyz one, which have seven final artefacts in common."""
    return (
        shared_data / "sdg" / "structures-IAEG-SDGs-SDG-1.4.xml",
        shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml",
    )


@pytest.fixture(scope="module")
def answers(people: People, files: tuple[Path, Path]) -> list[httpx.Response]:
    """Global, Kyrgyz, Kyrgyz, global."""
    headers = {"Content-Type": "application/xml"}
    return [people.post("operator", V, content=files[n].read_bytes(), headers=headers) for n in (0, 1, 1, 0)]


def failed(answer: httpx.Response) -> set[str]:
    return {name for name, status, _ in told(answer) if status == "Failure"}


def texts(answer: httpx.Response) -> dict[str, str]:
    """Artefact -> what is said of it."""
    results = etree.fromstring(answer.content).iter("{*}SubmissionResult")
    return {
        r.find(".//{*}MaintainableObject").text.partition("=")[2]: r.find(".//{*}MessageText/{*}Text").text
        for r in results
    }


@pytest.mark.conformance(
    "v2 maintenance", ["POST"], "Two offices' tellings of the same final artefacts, each sent twice"
)
def test_the_second_telling_of_two_offices_is_no_failure(answers: list[httpx.Response]) -> None:
    assert [answer.status_code for answer in answers] == [207, 201, 200, 207]
    assert [failed(answer) for answer in answers] == [{SHIPPED}, set(), set(), {SHIPPED}]
    for again in answers[2:]:
        assert {code for name, _, code in told(again) if name != SHIPPED} == {200}
        said = [text for name, text in texts(again).items() if name != SHIPPED]
        assert all("just so" in text or "nothing to add" in text for text in said), said
    assert "nothing to add" in texts(answers[2])["SDMX:CL_FREQ(2.0)"]


def test_nobody_gives_another_s_final_concepts_a_code_list(
    people: People, answers: list[httpx.Response], files: tuple[Path, Path]
) -> None:
    first = next(a for a in read_structures(files[0]).artefacts if a.ref == SCHEME)
    kept = stored(people, SCHEME)
    assert isinstance(first, ConceptScheme)
    assert isinstance(kept, ConceptScheme)
    assert {i.id: i.representation for i in kept.items} == {i.id: i.representation for i in first.items}
    assert any(set(i.names) > {"en"} for i in kept.items), "and yet it has the Kyrgyz words"


def test_a_final_code_stays_where_it_stands(people: People) -> None:
    final = codelist("CL_FLAT", "A", "B", version="1.0.0", is_final=True)
    first, second = final.items
    people.post("agency", V, **body([final]))
    below = replace(final, items=(first, replace(second, parent="A"), Item(id="C", names={"en": "C"}, parent="A")))
    assert told(people.post("agency", V, **body([below]))) == [(final.ref.short, "Warning", 200)]
    kept = stored(people, final.ref)
    assert isinstance(kept, Codelist)
    assert [(i.id, i.parent) for i in kept.items] == [("A", None), ("B", None), ("C", "A")]


@pytest.mark.conformance("v2 maintenance", "PUT", "What was answered, in every format, is taken back as it is")
@pytest.mark.parametrize("media", FORMATS)
@pytest.mark.parametrize("kind", ["codelist", "conceptscheme", "datastructure", "dataflow"])
def test_what_was_answered_comes_back_just_so(
    people: People, answers: list[httpx.Response], kind: str, media: str
) -> None:
    """Of versions of two numbers, which SDMX-ML 3 cannot call final, and of three."""
    own = [codelist("CL_OWN", "A", version="1.0", is_final=True), codelist("CL_OWN", "A", version="1.0.0")]
    people.post("agency", V, **body(own, STRUCTURE_JSON_2_0))
    media = f"application/vnd.sdmx.{media}"
    given = people.get(None, f"{V}/{kind}/*/*/*", headers={"Accept": media})
    assert given.headers["content-type"] == media
    again = people.post("operator", V, content=given.content, headers={"Content-Type": media})
    assert again.status_code == 200, again.text
    assert [text for text in texts(again).values() if "just so" not in text] == []


@pytest.mark.parametrize("media", [m for m in FORMATS if "2.1" not in m.partition("+xml")[2] and "1.0.0" not in m])
def test_what_extends_others_comes_back_as_it_was_sent(people: People, media: str) -> None:
    with writing(people.engine) as conn:
        structures.put(conn, [SEXES, VALUES])
    for kind in ("codelist", "valuelist"):
        accept = f"application/vnd.sdmx.{media}"
        given = people.get(None, f"{V}/{kind}/T?detail=raw", headers={"Accept": accept})
        again = people.post("operator", V, content=given.content, headers={"Content-Type": accept})
        assert [text for text in texts(again).values() if "just so" not in text] == []


def category(id: str, parent: str | None = None) -> Item:
    return Item(id=id, names={"en": id}, parent=parent)


def filed(name: str, target: str) -> tuple[CategoryScheme, Categorisation]:
    """A in which B and C stand, and a dataflow that is filed under one of them."""
    items = (category("A"), category("B", "A"), category("C", "A"), category("Z"))
    scheme = CategoryScheme(agency="UK_ONS", id=name, version="1.0", names={"en": "c"}, items=items)
    to = ItemRef(scheme.ref, target)
    note = Categorisation(agency="UK_ONS", id=f"IN_{name}", version="1.0", names={"en": "c"}, source=LOCAL, target=to)
    return scheme, note


@pytest.mark.conformance("v2 maintenance", "DELETE", "A category below others that something is filed under stays")
def test_a_category_in_use_stays_wherever_it_stands(people: People) -> None:
    scheme, note = filed("CAT3", "A.B")
    assert people.post("agency", V, **body([scheme, note])).status_code == 201
    path = f"{V}/categoryscheme/UK_ONS/CAT3/1.0"
    for item in ("A.B", "B", "A"):
        answer = people.call("agency", "DELETE", f"{path}/{item}")
        assert (answer.status_code, "IN_CAT3" in answer.text) == (409, True), answer.text
    a, b, c, z = scheme.items
    for left in ((a, c, z), (a, replace(b, parent=None), c, z), (a, replace(b, parent="Z"), c, z), (z,)):
        # What stands in Z is to come behind it.
        new = replace(scheme, items=tuple(sorted(left, key=lambda i: i.parent == "Z")))
        answer = people.call("agency", "PUT", path, **body([new]))
        assert (answer.status_code, told(answer)) == (409, [(scheme.ref.short, "Failure", 409)])
    assert stored(people, scheme.ref) == scheme
    assert people.call("agency", "DELETE", f"{path}/A.C").status_code == 200
    assert people.call("agency", "DELETE", f"{path}/Z").status_code == 200
    assert people.call("operator", "DELETE", f"{V}/categorisation/UK_ONS/IN_CAT3/1.0").status_code == 200
    assert people.call("agency", "DELETE", f"{path}/A.B").status_code == 200


def test_what_a_report_describes_stays(people: People) -> None:
    colours = codelist("CL_COLOURS", "RED", "BLUE")
    assert people.post("agency", V, **body([colours])).status_code == 201
    report = MetadataSet(
        agency="UK_ONS",
        id="OF_RED",
        version="0.1",
        names={"en": "r"},
        metadataflow=Ref(Kind.METADATAFLOW, "UK_ONS", "MDF_COLOURS", "0.1"),
        targets=(ItemRef(colours.ref, "RED").urn,),
        attributes=(),
    )
    with writing(people.engine) as conn:
        metadata.put(conn, [report])
    path = f"{V}/codelist/UK_ONS/CL_COLOURS/0.1"
    answer = people.call("agency", "DELETE", f"{path}/RED")
    assert (answer.status_code, "metadata report UK_ONS:OF_RED(0.1)" in answer.text) == (409, True)
    fewer = replace(colours, items=colours.items[1:])
    assert people.call("agency", "PUT", path, **body([fewer])).status_code == 409
    assert people.call("agency", "DELETE", f"{path}/BLUE").status_code == 200


def test_a_code_in_a_hierarchy_stays(people: People) -> None:
    codes = codelist("CL_TREE", "A", "B", "C")
    tree = Hierarchy(
        agency="UK_ONS",
        id="TREE",
        version="0.1",
        names={"en": "t"},
        codes=(
            HierarchicalCode(
                id="A",
                code=ItemRef(codes.ref, "A"),
                codes=(HierarchicalCode(id="B", code=ItemRef(codes.ref, "B")),),
            ),
        ),
    )
    assert people.post("agency", V, **body([codes, tree])).status_code == 201
    path = f"{V}/codelist/UK_ONS/CL_TREE/0.1"
    assert people.call("agency", "DELETE", f"{path}/B").status_code == 409
    assert people.call("agency", "DELETE", f"{path}/C").status_code == 200


@pytest.mark.parametrize(
    ("type_", "content", "status", "said"),
    [
        ("application/vnd.sdmx.structure+json;version=9.0", b"{}", 415, "version=2.0.0"),
        ("application/vnd.sdmx.structure+xml; version=1.0", b"<x/>", 415, "version=3.0.0"),
        ('application/vnd.sdmx.structure+xml; Version="x;"', b"<x/>", 415, "version=3.0.0"),
        ("application/json;version*0=1;version*=2", b"null", 422, "SDMX-JSON structure message"),
        ("application/vnd.sdmx.structure+json;version=2.0", b"null", 422, "SDMX-JSON structure message"),
        ("application/json", b"null", 422, "SDMX-JSON structure message"),
        ("application/json", b"12", 422, "SDMX-JSON structure message"),
        ("application/json", b"what", 422, "not valid JSON"),
    ],
)
def test_a_body_is_taken_at_its_word(people: People, type_: str, content: bytes, status: int, said: str) -> None:
    answer = people.post("agency", V, content=content, headers={"Content-Type": type_})
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


@pytest.mark.parametrize(
    "path", [f"{V}/dataflow/DX", "/sdmx/v1/dataflow/DX", "/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/~/*"]
)
def test_none_stands_alone(people: People, path: str) -> None:
    assert people.get(None, f"{path}?references=none").status_code == 200
    answer = people.get(None, f"{path}?references=none,all")
    assert (answer.status_code, "references" in answer.text) == (400, True), answer.text
