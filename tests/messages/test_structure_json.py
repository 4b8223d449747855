"""SDMX-JSON structures: what goes in comes out, word for word."""

from __future__ import annotations

import orjson
from hypothesis import given, settings
from structure_judges import written
from structure_words import ARTEFACTS

from dataexchange.messages.structure_json import from_json, to_json
from dataexchange.model.structure import CategoryScheme, Item, Kind


@settings(max_examples=150, deadline=None)
@given(ARTEFACTS)
def test_every_artefact_comes_back_as_it_was(artefact):
    document = orjson.loads(orjson.dumps(to_json(artefact)))
    assert from_json(artefact.kind, document) == artefact


def test_categories_in_a_circle_or_without_their_parent_are_not_lost():
    items = (Item(id="A", parent="B"), Item(id="B", parent="A"), Item(id="C", parent="X"), Item(id="D", parent="C"))
    scheme = CategoryScheme(agency="DX", id="CS", version="1.0.0", items=items)
    back = from_json(Kind.CATEGORY_SCHEME, to_json(scheme))
    assert [(i.id, i.parent) for i in back.items] == [("A", None), ("B", None), ("C", None), ("D", "C")]
    message = written([scheme], "3.0")
    assert b'"A"' in message
    assert b'"D"' in message


def test_the_same_id_under_two_categories_is_told_apart():
    document = {
        "id": "CS",
        "agencyID": "DX",
        "name": "x",
        "categories": [
            {"id": "A", "name": "a", "categories": [{"id": "X", "name": "one"}]},
            {"id": "B", "name": "b", "categories": [{"id": "X", "name": "two"}]},
        ],
    }
    scheme = from_json(Kind.CATEGORY_SCHEME, document)
    assert [(i.id, i.parent) for i in scheme.items] == [("A", None), ("X", "A"), ("B", None), ("B.X", "B")]
    assert to_json(scheme)["categories"][1]["categories"][0]["id"] == "X"
