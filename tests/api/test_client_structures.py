"""What clients in use need of structure messages, point by point, where no test of a client itself shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from small_exchange import Server

from dataexchange.messages.read_structures import read_structures
from dataexchange.model.structure import Artefact, ConceptScheme, DataStructure, Kind, Ref

STRUCTURE = "application/vnd.sdmx.structure+xml;version=2.1"
JSON = "application/vnd.sdmx.structure+json;version=2.0.0"
STR = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure}"
UNREADABLE = (Kind.STRUCTURE_MAP, Kind.HIERARCHY_ASSOCIATION)


@pytest.mark.conformance(
    "clients", "13", "Every Ref outside of a structure's own components has agency, version, package and class"
)
@pytest.mark.parametrize(
    "path",
    [
        "structure/all/all/latest",
        "dataflow/all/all/latest?references=all",
        "provisionagreement/all/all/latest?references=children",
    ],
)
def test_references_are_whole(server: Server, path: str) -> None:
    root = etree.fromstring(server.get(f"/sdmx/v1/{path}", Accept=STRUCTURE).content)
    refs = list(root.iter("Ref"))
    assert refs
    for ref in refs:
        if set(ref.attrib) == {"id"}:
            assert ref.getparent().tag in {
                f"{STR}{n}"
                for n in (
                    "DimensionReference",
                    "Dimension",
                    "Group",
                    "MetadataTarget",
                    "PrimaryMeasure",
                    "Parent",
                    "Level",
                )
            }
        else:
            parent = {"maintainableParentID", "maintainableParentVersion"} & set(ref.attrib)
            assert len(parent) == 2 or ref.get("version")
            assert ref.get("agencyID")
            assert ref.get("package")
            assert ref.get("class")
    assert not list(root.iter("URN"))


@pytest.mark.conformance(
    "clients", "14", "Stubs have names alone, complete stubs texts, none of them items or components"
)
@pytest.mark.conformance(["v1 structure", "v2 structure"], "detail", "allstubs, allcompletestubs")
@pytest.mark.parametrize("detail", ["allstubs", "allcompletestubs"])
@pytest.mark.parametrize("base", ["/sdmx/v1/{}/DX/{}/1.0.0", "/sdmx/v2/structure/{}/DX/{}/1.0.0"])
def test_stubs(server: Server, base: str, detail: str) -> None:
    for kind, id in (("datastructure", "SDG_LOCAL"), ("codelist", "CL_SEX"), ("dataflow", "DF_SDG_LOCAL")):
        path = base.format(kind, id)
        whole = etree.fromstring(server.get(path, Accept=STRUCTURE).content)
        stub = etree.fromstring(server.get(f"{path}?detail={detail}", Accept=STRUCTURE).content)
        (artefact,) = (e for e in stub.iter() if isinstance(e.tag, str) and e.get("id") == id and e.get("agencyID"))
        (full,) = (e for e in whole.iter(artefact.tag) if e.get("agencyID"))
        assert artefact.get("isExternalReference") == "true"
        kept = {"Name"} if detail == "allstubs" else {"Name", "Description", "Annotations"}
        there = {etree.QName(child).localname for child in full}
        assert {etree.QName(child).localname for child in artefact} == there & kept


def _known(server: Server, folder: Path) -> dict[Ref, Artefact]:
    return {a.ref: a for a in _read(server.get("/sdmx/v2/structure/*/*/*/*", Accept=JSON).content, folder)}


def _read(message: bytes, folder: Path) -> tuple[Artefact, ...]:
    (folder / "message").write_bytes(message)
    return read_structures(folder / "message").artefacts


@pytest.mark.conformance("clients", "15", "What a walk over all artefacts finds, nothing else")
@pytest.mark.conformance(
    ["v1 structure", "v2 structure"],
    "references",
    "none, children, descendants, parents, parentsandsiblings, all, types",
)
@pytest.mark.parametrize(
    ("kind", "id"),
    [
        ("datastructure", "SDG_LOCAL"),
        ("dataflow", "DF_SDG_LOCAL"),
        ("codelist", "CL_SEX"),
        ("provisionagreement", "PA_BRISTOL_SDG_LOCAL"),
    ],
)
def test_references_are_exact(server: Server, tmp_path: Path, kind: str, id: str) -> None:
    known = _known(server, tmp_path)
    children = {ref: {r for r in a.uses() if r in known} for ref, a in known.items()}
    (asked,) = (ref for ref in known if (ref.kind.value, ref.id) == (kind, id))
    parents = {ref for ref, of in children.items() if asked in of}
    siblings = {child for parent in parents for child in children[parent]}
    descendants: set[Ref] = set()
    waiting = {asked}
    while waiting:
        waiting = {child for ref in waiting for child in children[ref]} - descendants
        descendants |= waiting
    # sdmx1 and pysdmx ask for all of a dataflow or its structure, and stop at what maps it or hangs a hierarchy on it.
    told = {p for p in parents if kind not in ("dataflow", "datastructure") or p.kind not in UNREADABLE}
    beside_told = {child for parent in told for child in children[parent]}
    expected = {
        "none": set(),
        "children": children[asked],
        "descendants": descendants,
        "parents": parents,
        "parentsandsiblings": parents | siblings,
        "all": descendants | told | beside_told,
        "codelist": {r for r in children[asked] | parents if r.kind.value == "codelist"},
        "dataflow": {r for r in children[asked] | parents if r.kind.value == "dataflow"},
    }
    for word, beside in expected.items():
        for path in (f"/sdmx/v1/{kind}/DX/{id}/1.0.0", f"/sdmx/v2/structure/{kind}/DX/{id}/1.0.0"):
            message = server.get(f"{path}?references={word}", Accept=JSON).content
            assert {a.ref for a in _read(message, tmp_path)} == {asked} | beside, (path, word)


@pytest.mark.conformance("clients", "16", "Items in the order asked for, without parents, of any depth")
@pytest.mark.conformance(
    "v2 structure", ["itemID", "itemSchemeType"], "Several items, in the order asked for; the scheme is partial"
)
@pytest.mark.conformance("v1 structure", "itemID", "Several items, in the order asked for; the scheme is partial")
def test_items_as_asked_for(server: Server) -> None:
    everything = server.get("/sdmx/v2/structure/codelist/DX/CL_AREA/1.0.0", Accept=JSON).json()
    codes = everything["data"]["codelists"][0]["codes"]
    deep = next(code for code in codes if code.get("parent"))
    wanted = [deep["id"], codes[0]["id"]]
    for path in (
        f"/sdmx/v2/structure/codelist/DX/CL_AREA/1.0.0/{','.join(wanted)}",
        f"/sdmx/v1/codelist/DX/CL_AREA/1.0.0/{'+'.join(wanted)}",
    ):
        (found,) = server.get(path, Accept=JSON).json()["data"]["codelists"]
        assert [code["id"] for code in found["codes"]] == wanted
        assert found["isPartial"] is True


@pytest.mark.conformance("clients", "17", "Concept schemes cut to the concepts that the structure uses")
@pytest.mark.conformance(
    ["v1 structure", "v2 structure"], "detail", "referencepartial: concept schemes cut to what is used"
)
@pytest.mark.parametrize("base", ["/sdmx/v1/datastructure/{}", "/sdmx/v2/structure/datastructure/{}"])
def test_concepts_are_cut(three: tuple[Server, object], tmp_path: Path, base: str) -> None:
    server, _ = three
    path = base.format("KG_NSC/SDG/1.8") + "?references=children"
    whole = _read(server.get(path, Accept=JSON).content, tmp_path)
    part = _read(server.get(f"{path}&detail=referencepartial", Accept=JSON).content, tmp_path)
    (structure,) = (a for a in part if isinstance(a, DataStructure))
    used = {c.concept.id for c in structure.components() if c.concept}
    (scheme,) = (a for a in part if isinstance(a, ConceptScheme) and used <= {i.id for i in a.items})
    (uncut,) = (a for a in whole if a.ref == scheme.ref)
    roles = {role.id for c in structure.components() for role in c.roles if role.scheme == scheme.ref}
    parents = {i.parent for i in uncut.items if i.parent and i.id in used | roles}  # type: ignore[attr-defined]
    assert {i.id for i in scheme.items} == used | roles | parents
    assert scheme.is_partial == (len(scheme.items) < len(uncut.items))  # type: ignore[attr-defined]


@pytest.mark.conformance(
    "clients",
    "19",
    "All code lists in use, before the structure; a dataflow alone brings nothing else",
)
@pytest.mark.parametrize("media", [STRUCTURE, "application/vnd.sdmx.structure+xml;version=3.0.0"])
def test_code_lists_are_all_there_and_come_first(server: Server, tmp_path: Path, media: str) -> None:
    message = server.get(
        "/sdmx/v2/structure/datastructure/DX/SDG_LOCAL/1.0.0?references=descendants", Accept=media
    ).content
    there = _read(message, tmp_path)
    named = {ref for a in there for ref in a.uses() if ref.kind.value in ("codelist", "conceptscheme")}
    assert named == {a.ref for a in there if a.ref.kind.value in ("codelist", "conceptscheme")}
    order = [etree.QName(e).localname for e in next(etree.fromstring(message).iter("{*}Structures"))]
    assert order.index("Codelists") < order.index("DataStructures")
    assert {"Concepts", "ConceptSchemes"} & set(order[: order.index("DataStructures")])
    alone = etree.fromstring(server.get("/sdmx/v2/structure/dataflow", Accept=media).content)
    assert [etree.QName(e).localname for e in next(alone.iter("{*}Structures"))] == ["Dataflows"]


@pytest.mark.conformance(
    "clients", "20", "Component ids always stand; every concept of a dataset attribute has a representation"
)
def test_components_have_ids(server: Server, tmp_path: Path) -> None:
    answer = server.get("/sdmx/v1/datastructure/all/all/latest?references=children", Accept=STRUCTURE)
    root = etree.fromstring(answer.content)
    for name in ("Dimension", "TimeDimension", "PrimaryMeasure", "Attribute"):
        components = [e for e in root.iter(f"{STR}{name}") if e.getparent().tag.endswith("List")]
        assert components
        assert all(e.get("id") for e in components)
    for attribute in root.iter(f"{STR}Attribute"):
        if attribute.find(f"{STR}AttributeRelationship/{STR}None") is not None:
            assert attribute.find(f"{STR}LocalRepresentation") is not None or _core(root, attribute) is not None


def _core(root: etree._Element, attribute: etree._Element) -> etree._Element | None:
    id = attribute.find(f"{STR}ConceptIdentity/Ref").get("id")
    found = next((e for e in root.iter(f"{STR}Concept") if e.get("id") == id), None)
    return None if found is None else found.find(f"{STR}CoreRepresentation")


@pytest.mark.conformance("clients", "36", "meta first, schema first in it; no empty array")
def test_json_structures_begin_as_readers_expect(server: Server) -> None:
    for path in ("dataflow", "codelist/DX", "datastructure/DX/SDG_LOCAL/1.0.0?references=all"):
        text = server.get(f"/sdmx/v2/structure/{path}", Accept=JSON).content
        assert b"2.0.0/sdmx-json-structure-schema.json" in text[:350]
        assert b"[]" not in text
