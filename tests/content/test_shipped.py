"""The shipped structures against the global SDG structure, parsed here straight from its XML."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import pytest
from lxml import etree

from dataexchange.messages.shipped import shipped_structures
from dataexchange.messages.structure_json import from_json, to_json
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Artefact, Codelist, Dataflow, DataStructure, ItemScheme, Kind, Level, Ref

EXTENSIONS = [
    "CONF_STATUS",
    "SAMPLE_SIZE",
    "ADAPTATION_TYPE",
    "GLOBAL_SERIES",
    "DIFF_NUMERATOR",
    "DIFF_DENOMINATOR",
    "DIFF_POPULATION",
    "DIFF_AREA",
    "DIFF_PERIOD",
    "DIFF_SOURCE",
    "UMF_CODE",
    "NSO_ACCEPTANCE",
    "NSO_ACCEPTANCE_DATE",
    "NSO_ACCEPTANCE_NOTE",
    "SOURCE_CLASS",
    "SAMPLING",
]


def structure() -> DataStructure:
    return next(a for a in shipped_structures() if isinstance(a, DataStructure))


def codelists() -> dict[str, Codelist]:
    return {a.id: a for a in shipped_structures() if isinstance(a, Codelist)}


def city_series(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "sdg" / "city_series.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def official(shared_data: Path) -> etree._ElementTree:
    return etree.parse(str(shared_data / "sdg" / "structures-IAEG-SDGs-SDG-1.4.xml"))


def test_dimensions_are_those_of_the_global_structure(official: etree._ElementTree) -> None:
    there = [e.get("id") for e in official.iterfind(".//{*}DimensionList/{*}Dimension")]
    assert list(structure().dimension_ids) == there
    time_dimension = structure().time_dimension
    assert time_dimension is not None
    assert time_dimension.id == official.find(".//{*}TimeDimension").get("id")
    assert [m.id for m in structure().measures] == [official.find(".//{*}MeasureList/{*}PrimaryMeasure").get("id")]


def test_attributes_are_those_of_the_global_structure_and_then_our_own(official: etree._ElementTree) -> None:
    there = [
        (
            e.get("id"),
            e.get("assignmentStatus") == "Mandatory",
            Level.OBSERVATION if e.find("{*}AttributeRelationship/{*}PrimaryMeasure") is not None else Level.SERIES,
        )
        for e in official.iterfind(".//{*}AttributeList/{*}Attribute")
    ]
    here = [(a.id, a.mandatory, a.level) for a in structure().attributes]
    assert here[: len(there)] == there
    assert [a for a, _, _ in here[len(there) :]] == EXTENSIONS
    assert {a for a, _, level in here[len(there) :] if level is Level.OBSERVATION} == {"CONF_STATUS", "SAMPLE_SIZE"}
    assert not any(mandatory for _, mandatory, _ in here[len(there) :])


def test_representations_are_of_the_same_kind(official: etree._ElementTree) -> None:
    ours = {c.id: c for c in structure().components()}
    for element in official.iterfind(".//{*}DataStructureComponents/*/*"):
        component = ours[element.get("id")]
        enumeration = element.find("{*}LocalRepresentation/{*}Enumeration/Ref")
        text = element.find("{*}LocalRepresentation/{*}TextFormat")
        if enumeration is not None:
            assert component.codelist == Ref(Kind.CODELIST, "DX", enumeration.get("id"), "1.0.0")
        elif text is not None:
            # A base period is a year as often as a moment, and pysdmx reads no DateTime with pandas 3.
            kind = text.get("textType").replace("DateTime", "ObservationalTimePeriod")
            assert component.representation.text_type == kind
        else:
            assert component.representation.text_type == "String"


def test_codes_and_parents(official: etree._ElementTree, shared_data: Path) -> None:
    """A code of a global list means here what it means there; what is added to a list of series or breakdowns says so."""
    for element in official.iterfind(".//{*}Codelist"):
        there = {c.get("id"): " ".join(c.findtext("{*}Name").split()).lower() for c in element.iterfind("{*}Code")}
        ours = codelists()[element.get("id")]
        added = [i.id for i in ours.items if i.id not in there]
        if ours.id in ("CL_SERIES", "CL_COMP_BREAKDOWN"):
            newer = {row["series"] for row in city_series(shared_data)}
            assert [i for i in added if not i.startswith("_L_") and i not in newer] == []
        elif ours.id in (
            "CL_SEX",
            "CL_DISABILITY",
            "CL_FREQ",
            "CL_OBS_STATUS",
            "CL_UNIT_MULT",
            "CL_UNIT_MEASURE",
            "CL_NATURE",
        ):
            assert [i.id for i in ours.items] == list(there)
        if ours.id in ("CL_AGE", "CL_SEX", "CL_UNIT_MEASURE", "CL_OBS_STATUS", "CL_EDUCATION_LEV"):
            assert {i.id: i.name().lower() for i in ours.items if i.id in there}.items() <= there.items()


def test_every_city_series_is_there(shared_data: Path) -> None:
    items = {i.id: i for i in codelists()["CL_SERIES"].items}
    rows = city_series(shared_data)
    assert len(rows) == 94
    for row in rows:
        item = items[row["series"]]
        assert item.annotation("KIND") == row["kind"]
        assert item.annotation("UNIT") == row["unit"]
        assert (item.annotation("WEIGHT") or "") == row["weight"]
        assert item.annotation("Indicator") == row["indicator"]
    units = {i.id for i in codelists()["CL_UNIT_MEASURE"].items}
    assert {item.annotation("UNIT") for item in items.values()} <= units
    assert {item.annotation("GLOBAL_SERIES") for item in items.values()} - {None} <= items.keys()


def test_wards_are_those_of_the_boundaries(shared_data: Path) -> None:
    wards = json.loads((shared_data / "bristol" / "wards_2020.geojson").read_text(encoding="utf-8"))
    there = {f"GB_BRS_{w['properties']['WD20CD']}": w["properties"]["WD20NM"] for w in wards["features"]}
    areas = {i.id: i for i in codelists()["CL_AREA"].items}
    assert {i.id: i.name() for i in areas.values() if i.parent == "GB_BRS"} == there
    assert areas["GB_BRS"].annotation("PARTITION") == "exhaustive"
    assert areas["GB_BRS"].annotation("NATIONAL") == "E06000023"
    assert all(areas[w].annotation("NATIONAL") == w.removeprefix("GB_BRS_") for w in there)


def test_references_hold_and_come_before_their_use() -> None:
    seen: set[Ref] = set()
    for artefact in shipped_structures():
        assert artefact.ref not in seen
        assert set(artefact.uses()) <= seen, artefact.ref
        seen.add(artefact.ref)
        if isinstance(artefact, ItemScheme):
            ids = [i.id for i in artefact.items]
            assert len(ids) == len(set(ids))
            assert {i.parent for i in artefact.items} - {None} <= set(ids)
            assert all(i.names.get("en") for i in artefact.items)


def test_the_flows_and_agreements_that_the_contract_names() -> None:
    refs = {a.ref.short for a in shipped_structures()}
    assert {
        "DX:SDG_LOCAL(1.0.0)",
        "DX:DF_SDG_LOCAL(1.0.0)",
        "DX:DF_SDG_NATIONAL(1.0.0)",
        "DX:SDG_CONCEPTS(1.0.0)",
        "DX:DATA_PROVIDERS(1.0)",
        "SDMX:AGENCIES(1.0)",
        "DX:PA_BRISTOL_SDG_LOCAL(1.0.0)",
        "DX:PA_UK_ONS_SDG_NATIONAL(1.0.0)",
    } <= refs


def test_every_component_has_a_concept_and_a_representation() -> None:
    artefacts = {a.ref: a for a in shipped_structures()}
    flow = next(a for a in artefacts.values() if isinstance(a, Dataflow))
    schema = Schema.assemble(structure(), flow, artefacts)
    for component in structure().components():
        concept = schema.concept(component)
        assert concept is not None
        if component.id not in schema.codes:
            assert component.representation.text_type
            assert concept.representation is not None
            assert concept.representation.text_type == component.representation.text_type


@pytest.mark.parametrize("artefact", shipped_structures(), ids=lambda a: a.ref.short)
def test_structures_survive_json(artefact: Artefact) -> None:
    assert from_json(artefact.kind, to_json(artefact)) == artefact


def test_reading_them_is_quick() -> None:
    shipped_structures.cache_clear()
    started = time.process_time()
    first = shipped_structures()
    assert time.process_time() - started < 0.3
    assert shipped_structures() is first
