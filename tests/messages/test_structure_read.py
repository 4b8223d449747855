"""Structure messages as national offices write them, and messages that are none."""

from __future__ import annotations

import pytest

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.messages import xml_source
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.structure import (
    Codelist,
    ConceptScheme,
    Dataflow,
    DataStructure,
    Kind,
    Level,
    MetadataStructure,
    Ref,
    Representation,
)

KG_CODES = {
    "CL_CUST_BREAKDOWN": 101,
    "CL_DISABILITY": 8,
    "CL_EDUCATION_LEV": 54,
    "CL_GEO_INFO_TYPE": 4,
    "CL_NATURE": 7,
    "CL_OCCUPATION": 40,
    "CL_PRODUCT": 49,
    "CL_QUANTILE": 10,
    "CL_REPORTING_TYPE": 3,
    "CL_SEX": 6,
    "CL_URBANISATION": 3,
    "CL_ACTIVITY": 23,
    "CL_AGE": 170,
    "CL_AREA": 581,
    "CL_COMP_BREAKDOWN": 283,
    "CL_SERIES": 609,
    "CL_UNIT_MEASURE": 49,
    "CL_FREQ": 9,
    "CL_OBS_STATUS": 20,
    "CL_UNIT_MULT": 31,
}


@pytest.fixture(scope="module")
def kyrgyz(shared_data):
    return read_structures(shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml")


@pytest.fixture(scope="module")
def glob(shared_data):
    return read_structures(shared_data / "sdg" / "structures-IAEG-SDGs-SDG-1.4.xml")


def one(message, cls):
    return next(a for a in message.artefacts if isinstance(a, cls))


def test_the_kyrgyz_structure_with_its_byte_order_mark(kyrgyz):
    assert kyrgyz.skipped == {}
    assert {a.id: len(a.items) for a in kyrgyz.artefacts if isinstance(a, Codelist)} == KG_CODES
    assert sum(KG_CODES.values()) == 2060
    assert one(kyrgyz, Dataflow).structure == Ref(Kind.DATA_STRUCTURE, "KG_NSC", "SDG", "1.8")
    assert len(one(kyrgyz, ConceptScheme).items) == 33


def test_components_of_the_kyrgyz_structure(kyrgyz):
    structure = one(kyrgyz, DataStructure)
    assert structure.dimension_ids[:4] == ("FREQ", "REPORTING_TYPE", "SERIES", "REF_AREA")
    assert len(structure.dimensions) == 15
    assert structure.time_dimension.id == "TIME_PERIOD"
    assert structure.measure.representation == Representation(None, "Double")
    assert {a.id for a in structure.attributes if a.mandatory} == {"OBS_STATUS", "UNIT_MULT", "UNIT_MEASURE"}
    series = {a.id for a in structure.attributes if a.level is Level.SERIES}
    assert series == {
        "UNIT_MEASURE",
        "COMMENT_TS",
        "GEO_INFO_URL",
        "GEO_INFO_TYPE",
        "CUST_BREAKDOWN_LB",
        "DATA_LAST_UPDATE",
    }
    assert structure.dimensions[3].codelist == Ref(Kind.CODELIST, "KG_NSC", "CL_AREA", "1.5")


def test_names_in_every_language_and_annotations_are_kept(kyrgyz):
    series = next(a for a in kyrgyz.artefacts if a.id == "CL_SERIES")
    assert all({"en", "ru"} <= set(i.names) for i in series.items[:20])
    # Every Annotation element of the file, no more and no less, is in some artefact or item.
    notes = sum(len(i.annotations) for a in kyrgyz.artefacts for i in getattr(a, "items", ()))
    assert notes + sum(len(a.annotations) for a in kyrgyz.artefacts) == 1826


def test_the_global_structure(glob):
    areas = next(a for a in glob.artefacts if a.id == "CL_AREA")
    assert len(areas.items) == 619
    assert sum(i.parent is not None for i in areas.items) == 336
    assert one(glob, DataStructure).dimension_ids == (
        *("FREQ", "REPORTING_TYPE", "SERIES", "REF_AREA", "SEX", "AGE", "URBANISATION", "INCOME_WEALTH_QUANTILE"),
        *("EDUCATION_LEV", "OCCUPATION", "CUST_BREAKDOWN", "COMPOSITE_BREAKDOWN", "DISABILITY_STATUS", "ACTIVITY"),
        "PRODUCT",
    )
    assert glob.skipped == {"Contact": 10}


def test_the_metadata_structure(shared_data):
    message = read_structures(shared_data / "sdg" / "metadatastructure-IAEG-SDGs-SDG_MSD-1.0.xml")
    structure = one(message, MetadataStructure)
    assert len(structure.attributes) == 44
    assert structure.attributes[0].min_occurs == 0
    assert structure.attributes[0].concept.scheme.id == "SDG_META_CONCEPTS"


V21 = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
V30 = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"


def message_of(body: str, base: str = V21) -> str:
    return (
        f'<?xml version="1.0"?><m:Structure xmlns:m="{base}/message" xmlns:s="{base}/structure" '
        f'xmlns:c="{base}/common"><m:Header/><m:Structures>{body}</m:Structures></m:Structure>'
    )


def read(tmp_path, text, name="message.xml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_structures(path)


def test_what_is_not_held_is_counted(tmp_path):
    found = read(
        tmp_path,
        message_of(
            '<s:Processes><s:Process agencyID="A" id="H"/><s:Process/></s:Processes>'
            '<s:Codelists><s:Codelist agencyID="A" id="STUB" isExternalReference="true"/>'
            '<s:Codelist agencyID="A" id="L"><s:Code id="X"/></s:Codelist></s:Codelists>'
        ),
    )
    assert [a.id for a in found.artefacts] == ["L"]
    assert found.skipped == {"Process": 2, "Codelist (stub)": 1}


def test_references_by_urn_in_2_1_groups_and_time(tmp_path):
    concept = "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=A:CS(1.0)."
    dimension = "<s:Dimension><s:ConceptIdentity><URN>{0}{1}</URN></s:ConceptIdentity></s:Dimension>"
    attribute = (
        '<s:Attribute id="{0}" assignmentStatus="Conditional"><s:ConceptIdentity><URN>' + concept + "{0}</URN>"
        "</s:ConceptIdentity><s:AttributeRelationship>{1}</s:AttributeRelationship></s:Attribute>"
    )
    found = read(
        tmp_path,
        message_of(
            '<s:DataStructures><s:DataStructure agencyID="A" id="D"><s:DataStructureComponents><s:DimensionList>'
            + dimension.format(concept, "FREQ")
            + dimension.format(concept, "AREA")
            + '<s:TimeDimension id="TIME_PERIOD"/></s:DimensionList><s:Group id="SIBLING"><s:GroupDimension>'
            '<s:DimensionReference><Ref id="AREA"/></s:DimensionReference></s:GroupDimension></s:Group><s:AttributeList>'
            + attribute.format("TITLE", '<s:Group><Ref id="SIBLING"/></s:Group>')
            + attribute.format("ONE", '<s:Dimension><Ref id="FREQ"/></s:Dimension>')
            + attribute.format(
                "ALL", '<s:Dimension><Ref id="FREQ"/></s:Dimension><s:Dimension><Ref id="AREA"/></s:Dimension>'
            )
            + attribute.format(
                "TIMED", '<s:Dimension><Ref id="AREA"/></s:Dimension><s:Dimension><Ref id="TIME_PERIOD"/></s:Dimension>'
            )
            + attribute.format("OBS", '<s:PrimaryMeasure><Ref id="OBS_VALUE"/></s:PrimaryMeasure>')
            + attribute.format("SET", "<s:None/>")
            + "</s:AttributeList><s:MeasureList/></s:DataStructureComponents></s:DataStructure></s:DataStructures>"
        ),
    )
    structure = one(found, DataStructure)
    assert structure.dimension_ids == ("FREQ", "AREA")
    assert structure.groups == {"SIBLING": ("AREA",)}
    assert {a.id: (a.level, a.dimensions) for a in structure.attributes} == {
        "TITLE": (Level.SERIES, ("AREA",)),
        "ONE": (Level.SERIES, ("FREQ",)),
        "ALL": (Level.SERIES, ()),
        "TIMED": (Level.OBSERVATION, ()),
        "OBS": (Level.OBSERVATION, ()),
        "SET": (Level.DATASET, ()),
    }


def test_value_lists_and_measure_relationships_of_3_0(tmp_path):
    urn = "urn:sdmx:org.sdmx.infomodel"
    found = read(
        tmp_path,
        message_of(
            '<s:ValueLists><s:ValueList agencyID="A" id="V" version="1.0.0"><s:ValueItem id="B"/></s:ValueList>'
            '<s:ValueList agencyID="A" id="W"><s:ValueItem id="per cent"/></s:ValueList></s:ValueLists>'
            '<s:DataStructures><s:DataStructure agencyID="A" id="D" version="1.0.0"><s:DataStructureComponents>'
            '<s:DimensionList/><s:AttributeList><s:Attribute id="X" usage="mandatory">'
            f"<s:ConceptIdentity>{urn}.conceptscheme.Concept=A:CS(1.0.0).X</s:ConceptIdentity>"
            '<s:LocalRepresentation minOccurs="0" maxOccurs="unbounded">'
            f"<s:Enumeration>{urn}.codelist.ValueList=A:V(1.0.0)</s:Enumeration></s:LocalRepresentation>"
            "<s:AttributeRelationship><s:Observation/></s:AttributeRelationship>"
            "<s:MeasureRelationship><s:Measure>OBS_VALUE</s:Measure></s:MeasureRelationship></s:Attribute>"
            "</s:AttributeList></s:DataStructureComponents></s:DataStructure></s:DataStructures>",
            V30,
        ),
    )
    assert [a.id for a in found.artefacts] == ["V", "W", "D"]
    assert found.skipped == {}
    attribute = one(found, DataStructure).attributes[0]
    assert attribute.measures == ("OBS_VALUE",)
    assert attribute.mandatory
    assert attribute.codelist == Ref(Kind.VALUE_LIST, "A", "V", "1.0.0")
    assert attribute.representation.facets == {"minOccurs": "0", "maxOccurs": "unbounded"}
    assert one(found, DataStructure).is_final


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]><Structure>&h;</Structure>"
)
EXTERNAL = '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Structure>&e;</Structure>'
DEEP = message_of("<s:a>" * 200 + "</s:a>" * 200)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param(b"\xef\xbb\xbf \n", "empty", id="only a mark"),
        pytest.param(EXTERNAL, "DTD", id="external entity"),
        pytest.param(BOMB, "DTD", id="billion laughs"),
        pytest.param(EXTERNAL.encode("utf-16"), "DTD", id="external entity in UTF-16"),
        pytest.param("<!DOCTYPE html><html><body>Not found</body></html>", "web page", id="web page"),
        pytest.param("<html><body/></html>", "web page", id="web page without a type"),
        pytest.param(message_of("<s:Codelists>")[:-60], "line 1", id="truncated"),
        pytest.param(DEEP, "deep", id="200 levels"),
        pytest.param("<a/>", "root element is 'a'", id="another root"),
        pytest.param('{"a": 1}', "'data'", id="another JSON"),
        pytest.param('{"data": {"codelists": [', "not valid JSON", id="truncated JSON"),
        pytest.param('{"data": {"codelists": [{"id": 1}]}}', "'id' is missing", id="JSON of another shape"),
        pytest.param('{"data": {"codelists": {"id": 1}}}', "not a list", id="JSON without lists"),
        pytest.param(b"\x1f\x8b\x08\x00rest", "packed", id="gzip"),
        pytest.param(b"PK\x03\x04rest", "packed", id="zip"),
        pytest.param('<?xml version="1.0" encoding="utf-7"?><Structure/>', "encoding", id="odd encoding"),
        pytest.param("just words", "no XML", id="text"),
        pytest.param(
            message_of('<s:Codelists><s:Codelist id="L"/></s:Codelists>'), "line 1: an artefact", id="no agency"
        ),
        pytest.param(
            message_of(
                '<s:Dataflows><s:Dataflow agencyID="A" id="F"><s:Structure>urn:x</s:Structure></s:Dataflow></s:Dataflows>'
            ),
            "no SDMX URN",
            id="bad reference",
        ),
    ],
)
def test_what_is_no_structure_message_is_refused_in_one_sentence(tmp_path, text, says):
    with pytest.raises(Unreadable) as told:
        read(tmp_path, text)
    sentence = str(told.value)
    assert says in sentence
    assert sentence.startswith("message.xml")
    assert "\n" not in sentence


def test_a_message_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(xml_source, "MAX_BYTES", 10)
    with pytest.raises(TooLarge):
        read(tmp_path, message_of(""))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(tmp_path, encoding):
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = message_of(
        '<s:Codelists><s:Codelist agencyID="A" id="L"><c:Name>Zürich</c:Name></s:Codelist></s:Codelists>'
    ).replace('"1.0"?', f'"1.0" encoding="{declared}"?')
    assert read(tmp_path, text.encode(encoding)).artefacts[0].names == {"en": "Zürich"}
