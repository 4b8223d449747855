"""What SDMX-ML 2.1 says in other words: hierarchical code lists, structure sets, value lists; and what it cannot say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from structure_judges import faults, written

from dataexchange.errors import NotAcceptable
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy
from dataexchange.model.structure import Item, ItemRef, Kind, Ref, ValueList
from dataexchange.model.structure_map import (
    ComponentMap,
    ConceptSchemeMap,
    FixedValue,
    MappedValue,
    RepresentationMap,
    StructureMap,
    ValueMapping,
)

CL, OTHER = Ref(Kind.CODELIST, "T", "CL", "1.0.0"), Ref(Kind.CODELIST, "T", "CL_OTHER", "1.0.0")
HEAD = (
    '<m:Structure xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" '
    'xmlns:s="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure" '
    'xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"><m:Structures>'
)


def made(cls, id_, **words):
    return cls(agency="T", id=id_, version="1.0.0", names={"en": id_}, **words)


def pair(source: str, *targets: str, **words) -> ValueMapping:
    return ValueMapping(sources=(MappedValue(value=source, **words),), targets=targets)


def read(tmp_path: Path, text: bytes | str):
    path = tmp_path / "message.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_structures(path)


CODED = made(RepresentationMap, "RM_CODED", sources=(CL,), targets=(OTHER,), mappings=(pair("A", "B"),))
PLAIN = made(
    RepresentationMap,
    "RM_PLAIN",
    sources=("String",),
    targets=(CL,),
    mappings=(pair("Men", "M"), pair("(.+)", "X", is_regex=True)),
)
MAP = made(
    StructureMap,
    "SM",
    source=Ref(Kind.DATA_STRUCTURE, "T", "ONE", "1.0.0"),
    target=Ref(Kind.DATA_STRUCTURE, "T", "TWO", "1.0.0"),
    components=(
        ComponentMap(sources=("AREA",), targets=("REF_AREA",)),
        ComponentMap(sources=("UNIT",), targets=("UNIT_MEASURE",), representation=CODED.ref),
        ComponentMap(sources=("GENDER",), targets=("SEX",), representation=PLAIN.ref),
        ComponentMap(sources=("A", "B"), targets=("C",)),
    ),
    fixed=(FixedValue(component="FREQ", values=("A",)),),
)


def test_a_structure_map_is_a_set_with_the_maps_it_uses(tmp_path: Path) -> None:
    message = written([MAP, CODED, PLAIN], "2.1")
    assert faults(message, "2.1") == []
    assert message.count(b"<str:StructureSet ") == 1
    found = {a.ref.id: a for a in read(tmp_path, message).artefacts}
    assert found["RM_CODED"] == CODED
    back = found["SM"]
    assert [(c.sources, c.targets) for c in back.components] == [
        (("AREA",), ("REF_AREA",)),
        (("UNIT",), ("UNIT_MEASURE",)),
        (("GENDER",), ("SEX",)),
    ]
    texts = next(a for a in found.values() if a.ref == back.components[2].representation)
    assert texts.mappings == (pair("Men", "M"),)
    assert back.source == MAP.source


def test_a_map_of_codes_or_items_stands_alone(tmp_path: Path) -> None:
    scheme = Ref(Kind.CONCEPT_SCHEME, "T", "CS", "1.0.0")
    items = made(ConceptSchemeMap, "CSM", source=scheme, target=scheme, mappings=(pair("A", "B"),))
    message = written([CODED, items], "2.1")
    assert faults(message, "2.1") == []
    assert read(tmp_path, message).artefacts == (CODED, items)


def test_values_that_are_ids_are_codes(tmp_path: Path) -> None:
    values = made(ValueList, "VL", items=(Item(id="€", names={"en": "Euro"}), Item(id="OK", names={"en": "Fine"})))
    message = written([values], "2.1")
    assert faults(message, "2.1") == []
    (back,) = read(tmp_path, message).artefacts
    assert back.kind is Kind.CODELIST
    assert [i.id for i in back.items] == ["OK"]


def test_what_2_1_cannot_say_is_not_acceptable() -> None:
    with pytest.raises(NotAcceptable, match="RepresentationMap"):
        written([PLAIN], "2.1")


def test_several_hierarchies_of_one_list_and_aliases(tmp_path: Path) -> None:
    code = (
        '<s:HierarchicalCode id="{0}"><s:CodelistAliasRef>x</s:CodelistAliasRef><s:CodeID><Ref id="{0}"/></s:CodeID>{1}'
        "</s:HierarchicalCode>"
    )
    hierarchy = (
        '<s:Hierarchy id="{0}" leveled="true"><c:Name>{0}</c:Name>{1}<s:Level id="L"><c:Name>L</c:Name></s:Level>'
        "</s:Hierarchy>"
    )
    one = hierarchy.format("ONE", code.format("A", code.format("B", "")))
    two = hierarchy.format("TWO", code.format("C", ""))
    included = (
        '<s:IncludedCodelist alias="x"><Ref id="CL" agencyID="T" version="1.0.0" class="Codelist" package="codelist"/>'
        "</s:IncludedCodelist>"
    )
    message = (
        HEAD + '<s:HierarchicalCodelists><s:HierarchicalCodelist id="H" agencyID="T" version="1.0.0">'
        f"<c:Name>All</c:Name>{included}{one}{two}</s:HierarchicalCodelist></s:HierarchicalCodelists>"
        "</m:Structures></m:Structure>"
    )
    first, second = read(tmp_path, message).artefacts
    assert (first.id, second.id) == ("H_ONE", "H_TWO")
    assert first.names == {"en": "ONE"}
    assert first.has_formal_levels
    assert [level.id for level in first.levels] == ["L"]
    assert first.codes[0].codes[0].code == ItemRef(CL, "B")


def test_a_content_constraint_without_a_type_tells_what_there_is(tmp_path: Path) -> None:
    message = (
        HEAD + '<s:Constraints><s:ContentConstraint id="C" agencyID="T"/></s:Constraints></m:Structures></m:Structure>'
    )
    (found,) = read(tmp_path, message).artefacts
    assert found.role == "Actual"


def test_hierarchies_too_deep_to_be_are_refused(tmp_path: Path) -> None:
    deep = HierarchicalCode(id="A", code=ItemRef(CL, "A"))
    for _ in range(70):
        deep = HierarchicalCode(id="A", code=ItemRef(CL, "A"), codes=(deep,))
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 2000))
    for form in ("json", "3.0"):
        with pytest.raises(Exception, match="deep"):
            read(tmp_path, written([made(Hierarchy, "H", codes=(deep,))], form))
