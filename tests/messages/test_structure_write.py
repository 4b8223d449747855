"""Structure messages in every format: they say what the words say, and the official schemas agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from structure_judges import FORMATS, faults, written
from structure_words import ARTEFACTS

from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.structure_json import version_is_final
from dataexchange.messages.structure_xml_write import is_known_to_2_1
from dataexchange.model.structure import (
    Artefact,
    Categorisation,
    Codelist,
    CubeRegion,
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
_QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def as_said(artefact: Artefact, format: str) -> Artefact:
    """The artefact in so far as SDMX-ML can say it: a name is demanded, finality is the version's in 3.0."""
    names = artefact.names or {"en": artefact.id}
    final = artefact.is_final if format == "2.1" else version_is_final(artefact.version)
    artefact = replace(artefact, names=names, is_final=final and artefact.kind not in _ORGANISATIONS)
    if isinstance(artefact, Codelist) and format == "2.1":
        artefact = replace(artefact, extensions=())
    if isinstance(artefact, DataConstraint) and format == "2.1":
        return _plain_constraint(artefact)
    if isinstance(artefact, DataConstraint) and format == "3.1":
        return replace(artefact, calendar=None, sources=())
    if isinstance(artefact, ValueList):
        return artefact
    if isinstance(artefact, ItemScheme):
        return replace(artefact, items=tuple(replace(i, names=i.names or {"en": i.id}) for i in artefact.items))
    if isinstance(artefact, Categorisation) and format == "3.1":
        return replace(artefact, version="1.0", is_final=False)
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


def _with_excluded_regions(constraint: DataConstraint) -> DataConstraint:
    """SDMX-JSON 1.0 excludes whole regions only, and knows one address."""
    regions = []
    for region in constraint.regions:
        regions.append(replace(region, without={}))
        regions += [CubeRegion(values={c: values}, included=False) for c, values in region.without.items()]
    return replace(constraint, regions=tuple(regions), sources=constraint.sources[:1])


def _plain_measure(measure: Measure) -> Measure:
    """2.1 has neither usage nor roles of its one measure."""
    return replace(measure, mandatory=False, roles=())


#: What is there is told without an id since 3.1 and JSON 2.1: it has tests of its own.
_ALL = ARTEFACTS.filter(lambda artefact: getattr(artefact, "role", "") != "Actual")


@pytest.mark.parametrize("format", ["2.1", "3.0", "3.1"])
@_QUICK
@given(data=st.data())
def test_sdmx_ml_comes_back_as_it_was_and_is_valid(data, format, tmp_path_factory):
    artefact = data.draw(_ALL if format == "3.1" else ARTEFACTS)
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


@_QUICK
@given(artefact=_ALL)
def test_sdmx_json_2_1_comes_back_as_it_was_and_is_valid(artefact, tmp_path_factory):
    message = written([artefact], "json21")
    assert faults(message, "json21") == []
    path = tmp_path_factory.getbasetemp() / "message-2.1.json"
    path.write_bytes(message)
    assert read_structures(path).artefacts == (_with_time(artefact),)


@_QUICK
@given(artefact=ARTEFACTS)
def test_sdmx_json_1_0_comes_back_as_it_was_and_is_valid(artefact, tmp_path_factory):
    assume(artefact.kind not in (*_OTHERWISE_IN_2_1, Kind.HIERARCHY))
    message = written([artefact], "json10")
    assert faults(message, "json10") == []
    path = tmp_path_factory.getbasetemp() / "message-1.0.json"
    path.write_bytes(message)
    assert read_structures(path).artefacts == (_in_the_model_of_2_1(artefact),)


def _with_time(artefact: Artefact) -> Artefact:
    """2.1 demands a type of time, and has neither release calendars nor addresses."""
    if isinstance(artefact, DataConstraint):
        return replace(artefact, calendar=None, sources=())
    if not isinstance(artefact, DataStructure) or artefact.time_dimension is None:
        return artefact
    found = artefact.time_dimension.representation
    typed = replace(found, text_type=found.text_type or "ObservationalTimePeriod")
    return replace(artefact, time_dimension=replace(artefact.time_dimension, representation=typed))


def _in_the_model_of_2_1(artefact: Artefact) -> Artefact:
    if isinstance(artefact, Codelist):
        return replace(artefact, extensions=())
    if isinstance(artefact, DataConstraint):
        return _with_excluded_regions(_plain_constraint(artefact))
    if isinstance(artefact, Metadataflow):
        return replace(artefact, targets=())
    if isinstance(artefact, DataStructure):
        return replace(artefact, measures=tuple(replace(_plain_measure(m), id="OBS_VALUE") for m in artefact.measures))
    return artefact


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("detail", ["allstubs", "allcompletestubs"])
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(artefact=_ALL)
def test_stubs_are_valid_and_say_that_they_are_stubs(artefact, format, detail, tmp_path_factory):
    assume(format != "2.1" or is_known_to_2_1(artefact))
    assume(format != "json10" or artefact.kind not in (*_OTHERWISE_IN_2_1[1:], Kind.HIERARCHY))
    message = written([artefact], format, detail=detail, base_url="https://example.org/sdmx/v2/structure")
    assert faults(message, format) == []
    assert b"<str:Code " not in message
    assert detail == "allcompletestubs" or b"Annotations>" not in message
    assert detail == "allcompletestubs" or b"Description" not in message
    path = tmp_path_factory.getbasetemp() / f"stub-{format}"
    path.write_bytes(message)
    back = read_structures(path)
    assert bool(back.skipped) == (artefact.kind not in _NEVER_STUBS)
