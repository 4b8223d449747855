"""What sdmx1 and pysdmx read in our structure messages, and what we read in theirs."""

from __future__ import annotations

import io
import warnings

import pytest
from structure_judges import FORMATS, written

from dataexchange.messages.read_structures import read_structures
from dataexchange.messages.write_structures import availability_notes
from dataexchange.model.structure import (
    AgencyScheme,
    Categorisation,
    CategoryScheme,
    Codelist,
    CubeRegion,
    DataConstraint,
    DataProviderScheme,
    DataStructure,
    Item,
    ItemRef,
    Kind,
    Level,
    ProvisionAgreement,
    Ref,
)

FLOW = Ref(Kind.DATAFLOW, "KG_NSC", "DF_SDG_KG", "1.8")
PROVIDERS = Ref(Kind.DATA_PROVIDER_SCHEME, "KG_NSC", "DATA_PROVIDERS", "1.0")
CATEGORIES = Ref(Kind.CATEGORY_SCHEME, "KG_NSC", "CS", "1.0.0")
AVAILABLE = DataConstraint(
    agency="KG_NSC",
    id="AV",
    version="1.0.0",
    names={"en": "What there is"},
    role="Actual",
    attached_to=(FLOW,),
    regions=(CubeRegion(values={"FREQ": ("A",), "REF_AREA": ("KG", "KG11")}, time_range=("2000", "2020")),),
    annotations=availability_notes(10, 100),
)
OTHERS = (
    AgencyScheme(agency="SDMX", id="AGENCIES", version="1.0", names={"en": "Agencies"}, items=(Item(id="KG_NSC"),)),
    DataProviderScheme(agency="KG_NSC", id="DATA_PROVIDERS", version="1.0", names={"en": "P"}, items=(Item(id="NSC"),)),
    ProvisionAgreement(
        agency="KG_NSC",
        id="PA",
        version="1.0.0",
        names={"en": "Agreement"},
        provider=ItemRef(PROVIDERS, "NSC"),
        dataflow=FLOW,
    ),
    CategoryScheme(
        agency="KG_NSC",
        id="CS",
        version="1.0.0",
        names={"en": "Goals"},
        items=(Item(id="A"), Item(id="B", parent="A")),
    ),
    Categorisation(
        agency="KG_NSC",
        id="CAT",
        version="1.0.0",
        names={"en": "x"},
        source=FLOW,
        target=ItemRef(CATEGORIES, "A.B"),
    ),
    AVAILABLE,
)


@pytest.fixture(scope="module")
def artefacts(shared_data):
    return read_structures(shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml").artefacts


@pytest.fixture(autouse=True)
def _their_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


# pysdmx reads no structures in SDMX-JSON 1.0.
@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"json10"}))
def test_pysdmx_agrees(artefacts, format):
    from pysdmx.io import read_sdmx

    message = read_sdmx(written(artefacts + OTHERS, format).decode(), validate="json" not in format)
    assert len(message.structures) == len(artefacts) + len(OTHERS)
    theirs = message.get_data_structure_definitions()[0]
    ours = next(a for a in artefacts if isinstance(a, DataStructure))
    assert [c.id for c in theirs.components] == [c.id for c in ours.components()]
    counts = {a.id: len(a.items) for a in artefacts if isinstance(a, Codelist)}
    assert {c.id: len(c.codes) for c in message.get_codelists()} == counts
    for attribute in ours.attributes:
        level = theirs.components[attribute.id].attachment_level
        assert (level == "O") == (attribute.level is Level.OBSERVATION)
        assert theirs.components[attribute.id].required == attribute.mandatory
    coded = {c.id: c.codelist.id for c in ours.components() if c.codelist}
    assert {i: theirs.components[i].local_codes.id for i in coded} == coded
    constraint = next(s for s in message.structures if type(s).__name__ == "AvailabilityConstraint")
    values = {k.id: [v.value for v in k.values or ()] for k in constraint.cube_region.key_values}
    assert values["REF_AREA"] == ["KG", "KG11"]


@pytest.mark.parametrize("format", ["2.1", "3.0"])
def test_sdmx1_agrees(artefacts, format):
    import sdmx

    # sdmx1 knows no DataProviderSchemes, nor what stands beside them, in 3.0.
    there = artefacts + OTHERS if format == "2.1" else artefacts
    message = sdmx.read_sdmx(io.BytesIO(written(there, format)))
    assert {c.id: len(c) for c in message.codelist.values()} == {
        a.id: len(a.items) for a in artefacts if isinstance(a, Codelist)
    }
    ours = next(a for a in artefacts if isinstance(a, DataStructure))
    theirs = message.structure["SDG"]
    assert [d.id for d in theirs.dimensions.components] == [*ours.dimension_ids, "TIME_PERIOD"]
    assert [a.id for a in theirs.attributes.components] == [a.id for a in ours.attributes]
    assert message.dataflow["DF_SDG_KG"].structure is theirs
    if format == "2.1":
        assert len(message.constraint["AV"].data_content_region) == 1
        assert message.provisionagreement["PA"].data_provider.id == "NSC"


def test_we_read_what_pysdmx_writes(artefacts, tmp_path):
    from pysdmx.io import read_sdmx, write_sdmx
    from pysdmx.io.format import Format

    theirs = read_sdmx(written(artefacts, "2.1").decode(), validate=False).structures
    ours = {a.ref: a for a in artefacts}
    for format in (Format.STRUCTURE_SDMX_ML_2_1, Format.STRUCTURE_SDMX_ML_3_0, Format.STRUCTURE_SDMX_ML_3_1):
        path = tmp_path / "message"
        write_sdmx(theirs, format, output_path=path)
        back = {a.ref: a for a in read_structures(path).artefacts}
        assert set(back) == set(ours)
        for ref, artefact in back.items():
            assert [i.id for i in getattr(artefact, "items", ())] == [i.id for i in getattr(ours[ref], "items", ())]
            if isinstance(artefact, DataStructure):
                assert artefact.dimension_ids == ours[ref].dimension_ids
                assert {(a.id, a.level, a.mandatory) for a in artefact.attributes} == {
                    (a.id, a.level, a.mandatory) for a in ours[ref].attributes
                }


def test_we_read_what_sdmx1_writes(artefacts, tmp_path):
    import sdmx

    message = sdmx.read_sdmx(io.BytesIO(written(artefacts, "2.1")))
    path = tmp_path / "message.xml"
    path.write_bytes(sdmx.to_xml(message))
    ours = {a.ref: a for a in artefacts}
    back = {a.ref: a for a in read_structures(path).artefacts}
    assert set(back) == set(ours)
    structure = next(a for a in back.values() if isinstance(a, DataStructure))
    assert structure.dimension_ids == ours[structure.ref].dimension_ids
    assert [a.id for a in structure.attributes] == [a.id for a in ours[structure.ref].attributes]
    assert [len(getattr(a, "items", ())) for a in back.values()] == [
        len(getattr(ours[ref], "items", ())) for ref in back
    ]


@pytest.mark.conformance("clients", "36", "Within 350 bytes, no empty arrays")
def test_the_version_stands_in_the_first_350_bytes(artefacts):
    message = written(artefacts, "json")
    assert b"2.0.0/sdmx-json-structure-schema.json" in message[:350]
    assert b"[]" not in message


@pytest.mark.conformance("clients", ["19", "22"], "Code lists before structures; declaration and namespace first")
@pytest.mark.parametrize("format", ["2.1", "3.0"])
def test_a_message_begins_as_readers_expect(artefacts, format):
    message = written(artefacts, format)
    assert message.startswith(b"<?xml")
    assert f"/v{format.replace('.', '_')}/message".encode() in message[:1000]
    assert b"MeasureRelationship" not in message
    assert message.index(b"<str:Codelists>") < message.index(b"<str:DataStructures>")
