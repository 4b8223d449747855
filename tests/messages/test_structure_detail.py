"""How much of each artefact a message shows."""

from __future__ import annotations

import pytest

from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.structure_detail import shown
from dataexchange.model.structure import (
    Codelist,
    ConceptScheme,
    CubeRegion,
    DataConstraint,
    Dataflow,
    DataStructure,
    ItemScheme,
)


@pytest.fixture(scope="module")
def artefacts(shared_data):
    return read_structures(shared_data / "sdg" / "structures-IAEG-SDGs-SDG-1.4.xml").artefacts


@pytest.mark.parametrize("detail", ["full", "raw"])
def test_full_changes_nothing(artefacts, detail):
    assert [s.artefact for s in shown(artefacts, detail)] == list(artefacts)


@pytest.mark.parametrize("detail", ["allstubs", "allcompletestubs"])
def test_stubs_have_neither_items_nor_components(artefacts, detail):
    for one in shown(artefacts, detail):
        assert one.stub
        assert not getattr(one.artefact, "items", ())
        assert not getattr(one.artefact, "dimensions", ())
        assert detail == "allcompletestubs" or not (one.artefact.descriptions or one.artefact.annotations)
        assert one.artefact.names


def test_only_references_become_stubs(artefacts):
    structure = next(a for a in artefacts if isinstance(a, DataStructure))
    for one in shown(artefacts, "referencestubs", [structure.ref]):
        assert one.stub == (one.artefact.ref != structure.ref)


def test_partial_references_hold_what_is_used_and_allowed(artefacts):
    structure = next(a for a in artefacts if isinstance(a, DataStructure))
    flow = Dataflow(agency="DX", id="F", version="1.0.0", structure=structure.ref)
    constraint = DataConstraint(
        agency="DX",
        id="C",
        version="1.0.0",
        attached_to=(flow.ref,),
        regions=(CubeRegion(values={"REF_AREA": ("KG", "417"), "SEX": ("F",)}),),
    )
    parts = {s.artefact.id: s.artefact for s in shown([*artefacts, flow, constraint], "referencepartial", [flow.ref])}
    areas = parts["CL_AREA"]
    assert isinstance(areas, Codelist)
    assert areas.is_partial
    # Kyrgyzstan stands in Central Asia, that in Asia, and so on: parents stay.
    assert {"417", "143"} <= {item.id for item in areas.items}
    assert all(item.parent is None or item.parent in {i.id for i in areas.items} for item in areas.items)
    assert [i.id for i in parts["CL_SEX"].items] == ["F"]
    assert len(parts["CL_AGE"].items) == len(next(a for a in artefacts if a.id == "CL_AGE").items)
    concepts = parts["SDG_CONCEPTS"]
    assert isinstance(concepts, ConceptScheme)
    assert {i.id for i in concepts.items} == {c.concept.id for c in structure.components() if c.concept}
    assert all(isinstance(p, ItemScheme) or not hasattr(p, "is_partial") for p in parts.values())
