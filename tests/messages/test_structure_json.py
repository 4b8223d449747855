"""SDMX-JSON structures: what goes in comes out, word for word."""

from __future__ import annotations

import orjson
from hypothesis import given, settings

from dataexchange.messages.structure_json import from_json, to_json

from structure_words import ARTEFACTS


@settings(max_examples=150, deadline=None)
@given(ARTEFACTS)
def test_every_artefact_comes_back_as_it_was(artefact):
    document = orjson.loads(orjson.dumps(to_json(artefact)))
    assert from_json(artefact.kind, document) == artefact
