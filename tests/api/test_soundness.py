"""Structures that are not sound are refused, each with its reason, nothing of them is stored, and everybody's answers stay readable."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sdmx
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from people import People, people_at
from pysdmx.io import read_sdmx
from xsd_judge import faults, official

from dataexchange.errors import Unreadable
from dataexchange.messages.media import STRUCTURE_ML_3_0
from dataexchange.messages.write_structures import write_message
from dataexchange.model.soundness import faults as unsound_words
from dataexchange.model.structure import Codelist, Item
from dataexchange.store.database import writing
from dataexchange.workflow.structures import load_structures

V = "/sdmx/v2/structure"
MODEL = "urn:sdmx:org.sdmx.infomodel"
CODELIST = f"{MODEL}.codelist.Codelist"
CODE = f"{MODEL}.codelist.Code"
SCHEME = f"{MODEL}.conceptscheme.ConceptScheme"
CONCEPT = f"{MODEL}.conceptscheme.Concept"
DSD = f"{MODEL}.datastructure.DataStructure"
FLOW = f"{MODEL}.datastructure.Dataflow"
CATEGORY = f"{MODEL}.categoryscheme.Category"

Json = dict[str, Any]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def people(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    more = {}
    if request.param == "postgresql":
        more["database_url"] = request.getfixturevalue("file_postgresql_url")
    with people_at(tmp_path_factory.mktemp("sound"), **more) as found:
        sent = post(
            found,
            {
                "codelists": [codelist("CL_BASE", codes=[code("A"), code("B", "A")])],
                "conceptSchemes": [
                    artefact("CS_BASE", concepts=[code(c) for c in ("COLOUR", "TIME_PERIOD", "OBS_VALUE", "NOTE")])
                ],
                "dataStructures": [structure("DSD_BASE")],
                "dataflows": [artefact("DF_BASE", structure=f"{DSD}=UK_ONS:DSD_BASE(0.1)")],
                "categorySchemes": [artefact("CAT_BASE", categories=[{**code("ECO"), "categories": [code("ENERGY")]}])],
            },
        )
        assert sent.status_code == 201, sent.text
        yield found


def artefact(id: str, version: str = "0.1", **more: Any) -> Json:
    return {"id": id, "agencyID": "UK_ONS", "version": version, "name": "Made for a test", **more}


def code(id: str, parent: str | None = None) -> Json:
    return {"id": id, "name": f"Item {id[:20]}", **({"parent": parent} if parent else {})}


def codelist(id: str, version: str = "0.1", codes: Any = None, **more: Any) -> Json:
    return artefact(id, version, codes=[code("A")] if codes is None else codes, **more)


def component(id: str, concept: str = "COLOUR", **representation: Any) -> Json:
    held = {"localRepresentation": representation} if representation else {}
    return {"id": id, "conceptIdentity": f"{CONCEPT}=UK_ONS:CS_BASE(0.1).{concept}", **held}


def attribute(id: str, **relationship: Any) -> Json:
    return {**component(id, "NOTE", format={"dataType": "String"}), "attributeRelationship": relationship}


def structure(id: str, *attributes: Json, dimensions: Any = None, **more: Any) -> Json:
    own = [component("COLOUR", enumeration=f"{CODELIST}=UK_ONS:CL_BASE(0.1)")] if dimensions is None else dimensions
    time = component("TIME_PERIOD", "TIME_PERIOD", format={"dataType": "ObservationalTimePeriod"})
    measure = component("OBS_VALUE", "OBS_VALUE", format={"dataType": "Double"})
    parts = {
        "dimensionList": {"id": "DimensionDescriptor", "dimensions": own, "timeDimension": time},
        "measureList": {"id": "MeasureDescriptor", "measures": [measure]},
        "attributeList": {"id": "AttributeDescriptor", "attributes": list(attributes)},
        **more,
    }
    return artefact(id, dataStructureComponents=parts)


def dimension(**representation: Any) -> list[Json]:
    return [component("COLOUR", **representation)]


def nested(depth: int) -> list[Json]:
    found: list[Json] = []
    for n in range(depth):
        found = [{**code(f"C{n}"), **({"categories": found} if found else {})}]
    return found


def constraint(id: str, *names: str) -> Json:
    keys = [{"id": name, "values": [{"value": "A"}]} for name in names]
    regions = [{"isIncluded": True, "keyValues": keys}]
    return artefact(
        id, role="Allowed", constraintAttachment={"dataflows": [f"{FLOW}=UK_ONS:DF_BASE(0.1)"]}, cubeRegions=regions
    )


def hierarchy(id: str, named: str) -> Json:
    return artefact(id, hierarchicalCodes=[{"id": "X", "code": f"{CODE}=UK_ONS:CL_BASE(0.1).{named}"}])


def extending(id: str, *others: str) -> Json:
    return codelist(id, codelistExtensions=[{"codelist": f"{CODELIST}=UK_ONS:{other}(0.1)"} for other in others])


def categorisation(id: str, category: str) -> Json:
    return artefact(id, source=f"{FLOW}=UK_ONS:DF_BASE(0.1)", target=f"{CATEGORY}=UK_ONS:CAT_BASE(0.1).{category}")


def post(people: People, data: Mapping[str, Any], path: str = V, method: str = "POST") -> httpx.Response:
    headers = {"Content-Type": "application/vnd.sdmx.structure+json;version=2.0.0"}
    return people.call("agency", method, path, content=json.dumps({"data": data}), headers=headers)


def results(answer: httpx.Response) -> list[tuple[str, str, int, str]]:
    """(id, status, code, sentence) of each; the message is as the standard has it."""
    assert faults(official("3.0"), answer.content) == []
    out = []
    for result in etree.fromstring(answer.content).iter("{*}SubmissionResult"):
        urn = result.find(".//{*}MaintainableObject").text
        status, message = result.find("{*}StatusMessage"), result.find(".//{*}MessageText")
        text = message.find("{*}Text").text
        assert text.endswith(".")
        out.append((urn.partition(":")[2].rpartition(":")[2], status.get("status"), int(message.get("code")), text))
    return out


#: Case -> (list of the message, artefact, code, what the sentence names).
CASES: Mapping[str, tuple[str, Json, int, str]] = {
    "id of an artefact": ("codelists", codelist("CL D<x>"), 422, "CL D<x>"),
    "line break in an id": ("codelists", codelist("CL_X\r\nSet-Cookie: a=b"), 422, r"\r\nSet-Cookie"),
    "id that is too long": ("codelists", codelist("C" * 20_000), 422, "100 characters"),
    "version that is a word": ("codelists", codelist("CL_BAD", "one"), 422, "'one'"),
    "version with a nought before": ("codelists", codelist("CL_BAD", "01.0.0"), 422, "'01.0.0'"),
    "version of endless numbers": ("codelists", codelist("CL_BAD", "1." + "9" * 5000), 422, "version"),
    "id of an item": ("codelists", codelist("CL_BAD", codes=[code("a b")]), 422, "'a b'"),
    "nought byte in an id": ("codelists", codelist("CL_BAD", codes=[code("A\u0000")]), 422, r"'A\x00'"),
    "control character in a name": ("codelists", {**codelist("CL_BAD"), "name": "a\u0001b"}, 422, r"'a\x01b'"),
    "language that is none": ("codelists", {**codelist("CL_BAD"), "names": {"not a tag": "x"}}, 422, "'not a tag'"),
    "valid from no date": ("codelists", codelist("CL_BAD", validFrom=7), 422, "validFrom"),
    "annotation that is no text": (
        "codelists",
        codelist("CL_BAD", annotations=[{"id": "N", "title": 5}]),
        422,
        "annotation",
    ),
    "code twice": ("codelists", codelist("CL_BAD", codes=[code("Q"), code("Q")]), 422, "'Q'"),
    "parents in a circle": ("codelists", codelist("CL_BAD", codes=[code("A", "B"), code("B", "A")]), 422, "itself"),
    "parent that is not there": ("codelists", codelist("CL_BAD", codes=[code("A", "Z")]), 422, "'Z'"),
    "list that extends itself": ("codelists", extending("CL_BAD", "CL_BAD"), 422, "extends itself"),
    "parent that no extended list has": (
        "codelists",
        {**extending("CL_BAD", "CL_BASE"), "codes": [code("C", "Z")]},
        409,
        "below Z",
    ),
    "dataflow of a code list": (
        "dataflows",
        artefact("DF_BAD", structure=f"{CODELIST}=UK_ONS:CL_BASE(0.1)"),
        422,
        "Codelist",
    ),
    "dataflow of nothing": ("dataflows", artefact("DF_BAD"), 422, "structure"),
    "no dimension": ("dataStructures", structure("DSD_BAD", dimensions=[]), 422, "dimension"),
    "dimension twice": (
        "dataStructures",
        structure("DSD_BAD", dimensions=[*dimension(), *dimension()]),
        422,
        "'COLOUR'",
    ),
    "attribute called as a dimension": (
        "dataStructures",
        structure("DSD_BAD", attribute("COLOUR", none={})),
        422,
        "'COLOUR'",
    ),
    "attribute of no dimension": (
        "dataStructures",
        structure("DSD_BAD", attribute("NOTE", dimensions=["SHAPE"])),
        422,
        "'SHAPE'",
    ),
    "attribute of no group": (
        "dataStructures",
        structure("DSD_BAD", attribute("NOTE", group="SIBLING")),
        422,
        "'SIBLING'",
    ),
    "group of no dimension": (
        "dataStructures",
        structure("DSD_BAD", groups=[{"id": "G", "groupDimensions": ["SHAPE"]}]),
        422,
        "'SHAPE'",
    ),
    "enumerated by a dataflow": (
        "dataStructures",
        structure("DSD_BAD", dimensions=dimension(enumeration=f"{FLOW}=UK_ONS:DF_BASE(0.1)")),
        422,
        "Dataflow",
    ),
    "text type": (
        "dataStructures",
        structure("DSD_BAD", dimensions=dimension(format={"dataType": "Foo"})),
        422,
        "'Foo'",
    ),
    "pattern": (
        "dataStructures",
        structure("DSD_BAD", dimensions=dimension(format={"dataType": "String", "pattern": "((((a"})),
        422,
        "((((a",
    ),
    "length": (
        "dataStructures",
        structure("DSD_BAD", dimensions=dimension(format={"dataType": "String", "maxLength": "long"})),
        422,
        "maxLength",
    ),
    "component with a blank": ("dataStructures", structure("DSD_BAD", dimensions=[component("A B")]), 422, "'A B'"),
    "component without concept": (
        "dataStructures",
        structure("DSD_BAD", dimensions=[{"id": "SHAPE"}]),
        422,
        "SHAPE has no concept",
    ),
    "concept that is not there": (
        "dataStructures",
        structure("DSD_BAD", dimensions=[component("COLOUR", "SHAPE")]),
        409,
        "SHAPE",
    ),
    "code that is not there": ("hierarchies", hierarchy("H_BAD", "Z"), 409, "Z"),
    "category that is not there": ("categorisations", categorisation("CZ_BAD", "ECO.FISH"), 409, "ECO.FISH"),
    "dimension that is not there": ("dataConstraints", constraint("DC_BAD", "SHAPE"), 409, "SHAPE"),
    "categories too deep": ("categorySchemes", artefact("CAT_BAD", categories=nested(300)), 422, "deep"),
    "codes too deep": (
        "codelists",
        codelist("CL_BAD", codes=[code("C0"), *(code(f"C{n + 1}", f"C{n}") for n in range(60))]),
        422,
        "deep",
    ),
}


@pytest.mark.conformance("status", "422", "What is not sound is refused, and the rest of the message stored")
@pytest.mark.conformance("v2 maintenance", ["POST"], "What is not sound is refused, and the rest of the message stored")
@pytest.mark.parametrize("case", CASES)
def test_what_is_not_sound_is_refused(people: People, case: str) -> None:
    field, wrong, status, named = CASES[case]
    before = everything(people)
    answer = post(people, {field: [wrong]})
    assert answer.status_code == status, answer.text
    assert "location" not in answer.headers
    [(_, result, told, sentence)] = results(answer)
    assert (result, told, named in sentence) == ("Failure", status, True), sentence
    assert everything(people) == before
    number = list(CASES).index(case)
    good = codelist(f"CL_GOOD_{number}")
    batch = {field: [wrong], "codelists": [good, *([wrong] if field == "codelists" else [])]}
    with_others = post(people, batch)
    assert with_others.status_code == 207, with_others.text
    assert sorted(r for _, r, _, _ in results(with_others)) == ["Failure", "Success"]
    assert people.call("agency", "DELETE", f"{V}/codelist/UK_ONS/{good['id']}/0.1").status_code == 200
    assert everything(people) == before


def everything(people: People) -> dict[str, list[str]]:
    answer = people.get(
        None, f"{V}/*/UK_ONS/*/*?detail=allstubs", headers={"Accept": "application/vnd.sdmx.structure+json"}
    )
    assert answer.status_code == 200, answer.text
    return {kind: sorted(a["id"] for a in found) for kind, found in answer.json()["data"].items()}


def test_what_is_sound_is_stored(people: People) -> None:
    """The neighbours of what is refused: so that no rule is stricter than it says."""
    depth = nested(50)
    sound = {
        "codelists": [
            codelist("CL_OK", "1.0.0-draft", codes=[code("2"), code("_T"), code("A@1$-", "2")]),
            {**extending("CL_MORE", "CL_BASE"), "codes": [code("C", "B")]},
        ],
        "categorySchemes": [artefact("CAT_OK", categories=[*depth, {**code("D"), "categories": [code("C0")]}])],
        "dataStructures": [
            structure(
                "DSD_OK",
                attribute("NOTE", group="G"),
                attribute("NOTE2", dimensions=["COLOUR", "TIME_PERIOD"]),
                dimensions=[
                    component("COLOUR", format={"dataType": "String", "maxLength": 5, "pattern": r"[\p{L}\-]{1,5}"}),
                    component("SHAPE", enumeration=f"{CODELIST}=UK_ONS:CL_MORE(0.1)"),
                ],
                groups=[{"id": "G", "groupDimensions": ["COLOUR"]}],
            )
        ],
        "hierarchies": [artefact("H_OK", hierarchicalCodes=[{"id": "1", "code": f"{CODE}=UK_ONS:CL_MORE(0.1).B"}])],
        "categorisations": [categorisation("CZ_OK", "ECO.ENERGY")],
        "dataConstraints": [constraint("DC_OK", "COLOUR")],
    }
    answer = post(people, sound)
    assert answer.status_code == 201, answer.text
    assert {result for _, result, _, _ in results(answer)} == {"Success"}
    for kind, found in (
        ("hierarchy", "H_OK"),
        ("dataconstraint", "DC_OK"),
        ("categorisation", "CZ_OK"),
        ("datastructure", "DSD_OK"),
    ):
        assert people.call("agency", "DELETE", f"{V}/{kind}/UK_ONS/{found}/0.1").status_code == 200


def test_a_scheme_and_what_needs_its_new_item_come_in_one_message(people: People) -> None:
    """The scheme is there already, without the concept; the data structure stands before it in the message."""
    concepts = [code(c) for c in ("COLOUR", "TIME_PERIOD", "OBS_VALUE", "NOTE", "WEIGHT")]
    batch = {
        "dataStructures": [structure("DSD_NEW", dimensions=[component("COLOUR", "WEIGHT")])],
        "conceptSchemes": [artefact("CS_BASE", concepts=concepts)],
    }
    answer = post(people, batch)
    assert {r for _, r, _, _ in results(answer)} == {"Success"}, answer.text
    assert people.call("agency", "DELETE", f"{V}/datastructure/UK_ONS/DSD_NEW/0.1").status_code == 200


def test_lists_do_not_extend_each_other(people: People) -> None:
    assert post(people, {"codelists": [codelist("CL_ONE")]}).status_code == 201
    assert post(people, {"codelists": [extending("CL_TWO", "CL_ONE")]}).status_code == 201
    answer = post(people, {"codelists": [extending("CL_ONE", "CL_TWO")]})
    assert (answer.status_code, "extends itself" in answer.text) == (409, True)


def test_put_is_held_to_the_same(people: People) -> None:
    wrong = codelist("CL_BASE", codes=[code("A"), code("A")])
    answer = post(people, {"codelists": [wrong]}, f"{V}/codelist/UK_ONS/CL_BASE/0.1", "PUT")
    assert (answer.status_code, results(answer)[0][1:3]) == (422, ("Failure", 422))


def test_part_of_a_scheme_may_name_parents_of_the_whole(people: People) -> None:
    part = codelist("CL_BASE", codes=[code("D", "B")], isPartial=True)
    assert post(people, {"codelists": [part]}).status_code == 200
    lost = codelist("CL_BASE", codes=[code("E", "Z")], isPartial=True)
    assert (answer := post(people, {"codelists": [lost]})).status_code == 422, answer.text


@pytest.mark.parametrize("kind", ["codelist", "conceptscheme", "dataflow", "categoryscheme"])
def test_public_answers_stay_readable(people: People, kind: str, tmp_path: Path) -> None:
    """After all of the above was sent: pysdmx, sdmx1 and the XSD read what everybody is answered."""
    for field, wrong, _, _ in CASES.values():
        post(people, {field: [wrong]})
    answer = people.get(None, f"/sdmx/v1/{kind}")
    assert answer.status_code == 200
    assert faults(official("2.1"), answer.content) == []
    saved = tmp_path / "answer.xml"
    saved.write_bytes(answer.content)
    assert read_sdmx(saved).structures
    assert sdmx.read_sdmx(io.BytesIO(answer.content))


@pytest.mark.parametrize("case", CASES)
def test_the_command_says_what_is_not_sound(people: People, case: str, tmp_path: Path) -> None:
    """`structures load`: all or none, by an error that names file and place."""
    field, wrong, _, named = CASES[case]
    path = tmp_path / "structures.json"
    good = codelist("CL_GOOD")
    data = {"codelists": [good], field: [good, wrong] if field == "codelists" else [wrong]}
    path.write_text(json.dumps({"data": data}))
    before = everything(people)
    with pytest.raises(Unreadable) as caught, writing(people.engine) as conn:
        load_structures(conn, [path], actor="tests")
    assert str(caught.value).startswith("structures.json: ")
    assert named in str(caught.value)
    assert everything(people) == before


def test_real_structures_load_together(people: People, shared_data: Path) -> None:
    files = [
        shared_data / "sdg" / "structures-IAEG-SDGs-SDG-1.4.xml",
        shared_data / "sdg" / "metadatastructure-IAEG-SDGs-SDG_MSD-1.0.xml",
        shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml",
    ]
    with writing(people.engine) as conn:
        loaded = load_structures(conn, files, actor="tests")
    assert [sum(one.artefacts.values()) for one in loaded] == [23, 1, 23]


@given(
    st.text(max_size=120),
    st.text(max_size=12),
    st.lists(st.tuples(st.text(max_size=5), st.none() | st.text(max_size=5)), max_size=6),
)
def test_what_is_called_sound_is_as_the_standard_has_it(
    id: str, version: str, codes: list[tuple[str, str | None]]
) -> None:
    """Whatever somebody sends: what has no fault is written as the XSD has it, and what has one says so in plain letters."""
    items = tuple(Item(id=i, parent=p, names={"en": i or "x"}) for i, p in codes)
    made = Codelist(agency="UK_ONS", id=id or "CL", version=version or "1.0", names={"en": "n"}, items=items)
    told = unsound_words(made)
    assert all(sentence.isprintable() for sentence in told)
    if not told:
        text = b"".join(
            write_message([made], STRUCTURE_ML_3_0, prepared=datetime(2026, 1, 1, tzinfo=UTC), message_id="T1")
        )
        assert faults(official("3.0"), text) == []


VERSIONS = r"[0-9]{1,3}(\.[0-9]{1,2}){0,3}(-[a-z0-9.]{1,4})?"


@given(
    st.from_regex(r"[A-Za-z_0-9-]{1,6}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,2}){0,3}(-[a-z0-9.]{1,4})?", fullmatch=True),
)
def test_names_near_the_standard(id: str, version: str) -> None:
    made = Codelist(agency="UK_ONS", id=id, version=version, names={"en": "n"}, items=(Item(id=id, names={"en": "x"}),))
    text = b"".join(write_message([made], STRUCTURE_ML_3_0, prepared=datetime(2026, 1, 1, tzinfo=UTC), message_id="T1"))
    if not unsound_words(made):
        assert faults(official("3.0"), text) == []
