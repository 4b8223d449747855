"""Structure messages in every format: they say what the words say, and the official schemas agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from structure_judges import FORMATS, faults, written
from structure_words import ARTEFACTS

from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.structure_json import version_is_final
from dataexchange.messages.structure_xml_write import is_known_to_2_1
from dataexchange.model.structure import (
    Artefact,
    Codelist,
    DataConstraint,
    DataStructure,
    ItemScheme,
    Kind,
    Measure,
    Metadataflow,
    Selection,
    ValueList,
)

_ORGANISATIONS = (
    Kind.AGENCY_SCHEME,
    Kind.DATA_PROVIDER_SCHEME,
    Kind.DATA_CONSUMER_SCHEME,
    Kind.METADATA_PROVIDER_SCHEME,
    Kind.ORGANISATION_UNIT_SCHEME,
)
#: What is its references alone: the schemas demand them.
_NEVER_STUBS = (
    Kind.CATEGORISATION,
    Kind.PROVISION_AGREEMENT,
    Kind.METADATA_PROVISION_AGREEMENT,
    Kind.HIERARCHY_ASSOCIATION,
)
#: What 2.1 has no word for, and what it says in other words (see test_structure_2_1.py).
_OTHERWISE_IN_2_1 = (
    Kind.VALUE_LIST,
    Kind.HIERARCHY_ASSOCIATION,
    Kind.METADATA_PROVIDER_SCHEME,
    Kind.METADATA_PROVISION_AGREEMENT,
    Kind.STRUCTURE_MAP,
    Kind.REPRESENTATION_MAP,
    Kind.CONCEPT_SCHEME_MAP,
    Kind.CATEGORY_SCHEME_MAP,
    Kind.ORGANISATION_SCHEME_MAP,
)
_QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def as_said(artefact: Artefact, format: str) -> Artefact:
    """The artefact in so far as SDMX-ML can say it: a name is demanded, finality is the version's in 3.0."""
    names = artefact.names or {"en": artefact.id}
    final = artefact.is_final if format == "2.1" else version_is_final(artefact.version)
    artefact = replace(artefact, names=names, is_final=final and artefact.kind not in _ORGANISATIONS)
    if isinstance(artefact, Codelist) and format == "2.1":
        artefact = replace(artefact, extensions=())
    if isinstance(artefact, DataConstraint) and format == "2.1":
        return _plain_constraint(artefact)
    if isinstance(artefact, ValueList):
        return artefact
    if isinstance(artefact, ItemScheme):
        return replace(artefact, items=tuple(replace(i, names=i.names or {"en": i.id}) for i in artefact.items))
    if isinstance(artefact, Metadataflow) and format == "2.1":
        return replace(artefact, targets=())
    if isinstance(artefact, DataStructure):
        measures = tuple(_plain_measure(m) if format == "2.1" else m for m in artefact.measures)
        time = artefact.time_dimension
        return replace(artefact, measures=measures, time_dimension=time)
    return artefact


def _plain_constraint(constraint: DataConstraint) -> DataConstraint:
    """2.1 has no prefix to remove, no validity, and cascades with the value itself."""
    regions = tuple(
        replace(
            region,
            selections={
                component: Selection(cascade=dict.fromkeys(says.cascade, "true"))
                for component, says in region.selections.items()
                if says.cascade
            },
        )
        for region in constraint.regions
    )
    keys = tuple(
        replace(s, keys=tuple(replace(k, components={}, valid_from=None, valid_to=None) for k in s.keys))
        for s in constraint.key_sets
    )
    return replace(constraint, regions=regions, key_sets=keys)


def _plain_measure(measure: Measure) -> Measure:
    """2.1 has neither usage nor roles of its one measure."""
    return replace(measure, mandatory=False, roles=())


@pytest.mark.parametrize("format", ["2.1", "3.0"])
@_QUICK
@given(artefact=ARTEFACTS)
def test_sdmx_ml_comes_back_as_it_was_and_is_valid(artefact, format, tmp_path_factory):
    assume(format != "2.1" or artefact.kind not in _OTHERWISE_IN_2_1)
    message = written([artefact], format)
    assert faults(message, format) == []
    path = tmp_path_factory.getbasetemp() / f"message-{format}.xml"
    path.write_bytes(message)
    back = read_structures(path)
    assert back.artefacts == (as_said(artefact, format),)
    assert not back.skipped


@_QUICK
@given(artefact=ARTEFACTS)
def test_sdmx_json_comes_back_as_it_was_and_is_valid(artefact, tmp_path_factory):
    message = written([artefact], "json")
    assert faults(message, "json") == []
    path = tmp_path_factory.getbasetemp() / "message.json"
    path.write_bytes(message)
    assert read_structures(path).artefacts == (artefact,)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("detail", ["allstubs", "allcompletestubs"])
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(artefact=ARTEFACTS)
def test_stubs_are_valid_and_say_that_they_are_stubs(artefact, format, detail, tmp_path_factory):
    assume(format != "2.1" or is_known_to_2_1(artefact))
    message = written([artefact], format, detail=detail, base_url="https://example.org/sdmx/v2/structure")
    assert faults(message, format) == []
    assert b"<str:Code " not in message
    assert detail == "allcompletestubs" or b"Annotations>" not in message
    assert detail == "allcompletestubs" or b"Description" not in message
    path = tmp_path_factory.getbasetemp() / f"stub-{format}"
    path.write_bytes(message)
    back = read_structures(path)
    assert bool(back.skipped) == (artefact.kind not in _NEVER_STUBS)
