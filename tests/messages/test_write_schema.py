"""Schemas of structures that the exchange does not ship: groups, no time, names that clash, facets of every kind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from data_words import AIR, batch, schema
from lxml import etree
from xsd_judge import faults, validator

from dataexchange.messages.media import (
    ML_3_0,
    ML_3_1,
    SCHEMA_ML_2_1,
    SCHEMA_ML_3_0,
    SCHEMA_ML_3_1,
    SPECIFIC_2_1,
    MediaType,
)
from dataexchange.messages.write_data import WRITERS
from dataexchange.messages.write_options import WriteOptions
from dataexchange.messages.write_schema import write_schema
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, DataStructure, Dimension, Level, Measure, Representation
from dataexchange.model.validity import Validity

DATA = {SCHEMA_ML_2_1: SPECIFIC_2_1, SCHEMA_ML_3_0: ML_3_0, SCHEMA_ML_3_1: ML_3_1}
XS = "{http://www.w3.org/2001/XMLSchema}"


def written(here: Schema, media: MediaType, at: str = "TIME_PERIOD") -> bytes:
    options = WriteOptions(dimension_at_observation=at)
    return b"".join(write_schema(Validity.within(here, ()), media, options, deletion=False))


def grouped() -> Schema:
    """One group and a component of the same name; unit by series, as groups are."""
    here = schema(group=True)
    return replace(here, structure=replace(here.structure, groups={"SERIES": ("SERIES",)}))


@pytest.mark.parametrize("media", DATA, ids=str)
@pytest.mark.parametrize("at", ["TIME_PERIOD", "AllDimensions", "REF_AREA"])
def test_groups(media: MediaType, at: str) -> None:
    here = grouped()
    judge = validator(written(here, media, at))
    options = WriteOptions(dimension_at_observation=at)
    message = b"".join(WRITERS[DATA[media]](here, iter([batch(here, AIR)]), options))
    assert faults(judge, message) == []
    said = b'<Group SERIES="PM25" UNIT_MEASURE="GPERM3"/>'
    first = b"<Obs" if at == "AllDimensions" else b"<Series"
    assert faults(judge, message.replace(first, said + first, 1)) == []
    for wrong in (b'SERIES="COAL"', b'SERIES="PM25" UNIT_MEASURE="STONES"', b'SERIES="PM25" REF_AREA="GB"', b""):
        assert faults(judge, message.replace(first, b"<Group " + wrong + b"/>" + first, 1)) != []


def test_several_groups_are_told_apart_by_their_type() -> None:
    here = schema(group=True)
    here = replace(here, structure=replace(here.structure, groups={"A": ("SERIES",), "B": ("REF_AREA",)}))
    judge = validator(written(here, SCHEMA_ML_2_1))
    message = b"".join(WRITERS[SPECIFIC_2_1](here, iter([batch(here, AIR)]), WriteOptions()))
    for kind, key, fine in (("A", 'SERIES="PM25"', True), ("B", 'REF_AREA="GB"', True), ("B", 'SERIES="PM25"', False)):
        said = f'<Group xsi:type="ns1:{kind}" {key}/><Series'.encode()
        assert (faults(judge, message.replace(b"<Series", said, 1)) == []) is fine


@pytest.mark.parametrize("media", DATA, ids=str)
def test_no_time_dimension(media: MediaType) -> None:
    here = schema(time=False)
    judge = validator(written(here, media))
    rows = [{k: v for k, v in row.items() if k != "TIME_PERIOD"} for row in AIR[:1]]
    message = b"".join(WRITERS[DATA[media]](here, iter([batch(here, rows)]), WriteOptions()))
    assert faults(judge, message) == []
    assert faults(judge, message.replace(b"<Obs ", b'<Obs TIME_PERIOD="2019" ')) != []


def test_facets_and_types_of_xml() -> None:
    given = {
        "TEXT": Representation(
            text_type="String", facets={"minLength": "2", "maxLength": "3", "isMultiLingual": "true"}
        ),
        "NUMBER": Representation(text_type="Integer", facets={"minValue": "1", "maxValue": "9", "maxLength": "1"}),
        "SHARE": Representation(text_type="Decimal", facets={"decimals": "1"}),
        "PLATE": Representation(text_type="String", facets={"pattern": "[A-Z]{2}"}),
        "YES": Representation(text_type="Boolean"),
        "ODD": Representation(text_type="NobodyKnows"),
        "REPORTING_YEAR_START_DAY": Representation(text_type="MonthDay"),
    }
    structure = DataStructure(
        agency="DX",
        id="FACETS",
        version="1.0.0",
        dimensions=(
            Dimension(id="ObsType", representation=Representation(text_type="String", facets={"maxLength": "1"})),
        ),
        time_dimension=Dimension(id="TIME_PERIOD", representation=Representation(text_type="GregorianYear")),
        measures=(Measure(id="PRICE", representation=Representation(text_type="Double", facets={"decimals": "2"})),),
        attributes=tuple(Attribute(id=id, representation=r, level=Level.OBSERVATION) for id, r in given.items()),
    )
    here = Schema.assemble(structure, None, {})
    judge = validator(written(here, SCHEMA_ML_3_0))
    options = WriteOptions()
    rows = [{"ObsType": "A", "TIME_PERIOD": "2019", "OBS_VALUE": 1.5}]
    message = b"".join(WRITERS[ML_3_0](here, iter([batch(here, rows)]), options))
    assert faults(judge, message) == []
    fine = {
        "TEXT": "abc",
        "NUMBER": "9",
        "SHARE": "1.5",
        "PLATE": "AB",
        "YES": "true",
        "ODD": "?",
        "REPORTING_YEAR_START_DAY": "--07-01",
    }
    bad = {
        "TEXT": "abcd",
        "NUMBER": "10",
        "SHARE": "1.55",
        "PLATE": "ab",
        "YES": "yes",
        "REPORTING_YEAR_START_DAY": "July",
    }
    for values, expected in ((fine, True), (bad, False)):
        for id, value in values.items():
            said = message.replace(b"<Obs ", f'<Obs {id}="{value}" '.encode())
            assert (faults(judge, said) == []) is expected, (id, value)
    assert faults(judge, message.replace(b"2019", b"2019-Q1")) != []


def test_a_structure_without_codes_has_a_named_type_all_the_same() -> None:
    structure = DataStructure(
        agency="DX",
        id="PLAIN",
        version="1.0.0",
        dimensions=(Dimension(id="NOTE"),),
        time_dimension=None,
        measures=(Measure(id="OBS_VALUE"),),
    )
    document = etree.fromstring(written(Schema.assemble(structure, None, {}), SCHEMA_ML_2_1))
    assert [t.get("name") for t in document.iter(f"{XS}simpleType")] == ["NOTE"]
