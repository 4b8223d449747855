"""Data messages as offices and tools write them, read into datasets: every format, actions, faults, words."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import pytest
from message_words import CSV_1, CSV_2, FORMATS, ROWS, SERIES, SPECIFIC_3_0, URN_3_0, message_of, read, rows_of, small

from dataexchange.errors import Unreadable
from dataexchange.messages.read_data import read_data
from dataexchange.model.dataset import ROW
from dataexchange.model.structure import Attribute, Kind, Ref, Representation


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_says_the_same(tmp_path, format):
    message = read(tmp_path, FORMATS[format])
    assert message.findings == ()
    assert len(message.datasets) == 1
    assert rows_of(message.datasets[0]) == ROWS
    assert message.declared == Ref(Kind.DATAFLOW, "DX", "DF_SMALL", "1.0.0")
    assert message.datasets[0].dataflow == message.declared
    assert message.datasets[0].file == "message"
    if not format.startswith("csv"):
        assert (message.id, message.sender, message.prepared) == ("M1", "KG_NSC", "2026-11-22T10:00:00")


@pytest.mark.parametrize(
    ("word", "action"),
    [("Append", "M"), ("Information", "M"), ("Merge", "M"), ("Replace", "R"), ("Delete", "D")],
)
def test_actions(tmp_path, word, action):
    attributes = f'ss:action="{word}"'
    xml = message_of("StructureSpecificData", SERIES, attributes=attributes, version="v3_0", structure=URN_3_0)
    assert read(tmp_path, xml).datasets[0].action == action
    assert read(tmp_path, CSV_2.replace(",I,", f",{word[0]},")).datasets[0].action == action


def test_a_deletion_may_leave_parts_unsaid(tmp_path):
    text = message_of("StructureSpecificData", '<Series FREQ="A"/>', attributes='ss:action="Delete"')
    message = read(tmp_path, text)
    assert message.findings == ()
    assert rows_of(message.datasets[0]) == [{"FREQ": "A"}]


def test_attributes_of_the_dataset_stand_on_every_row(tmp_path):
    text = message_of("StructureSpecificData", SERIES, attributes='SOURCE="Census" dataScope="DataStructure"')
    message = read(tmp_path, text)
    assert message.findings == ()
    assert {row["SOURCE"] for row in rows_of(message.datasets[0])} == {"Census"}


def test_rows_of_several_structures_and_actions_are_several_datasets(tmp_path):
    text = CSV_2 + "dataflow,DX:DF_SMALL(1.0.0),D,A,Z,,,,,\n" + "dataflow,DX:OTHER(2.0.0),I,A,Z,2020,1,A,,\n"
    message = read(tmp_path, text)
    assert [(str(r), d.action, d.n) for r, d in zip(message.declarations, message.datasets, strict=True)] == [
        ("DX:DF_SMALL(1.0.0)", "M", 3),
        ("DX:DF_SMALL(1.0.0)", "D", 1),
        ("DX:OTHER(2.0.0)", "M", 1),
    ]
    assert message.datasets[2].table[ROW].to_pylist() == [6]


FAULTY_XML = message_of(
    "StructureSpecificData",
    """<Series FREQ="A" AREA="X" COLOUR="red">
<Obs TIME_PERIOD="2019" OBS_VALUE="1,5"/>
<Obs TIME_PERIOD="20x9" OBS_VALUE="2"/>
<Obs TIME_PERIOD="2020" OBS_VALUE="1,5"/>
<Obs OBS_VALUE="4"/>
</Series>
<Series FREQ="A"><Obs TIME_PERIOD="2020" OBS_VALUE="1e999"/></Series>
<Series FREQ="M" AREA="X"/>""",
)
FAULTY_CSV = """STRUCTURE,STRUCTURE_ID,COLOUR,FREQ,AREA,TIME_PERIOD,OBS_VALUE
dataflow,DX:DF_SMALL(1.0.0),red,A,X,2019,"1,5"
dataflow,DX:DF_SMALL(1.0.0),red,A,X,20x9,2
dataflow,DX:DF_SMALL(1.0.0),red,A,X,2020,"1,5"
dataflow,DX:DF_SMALL(1.0.0),red,A,X,,4
dataflow,DX:DF_SMALL(1.0.0),,A,,2020,1e999
"""


@pytest.mark.parametrize(("text", "first"), [(FAULTY_XML, 6), (FAULTY_CSV, 2)])
def test_faults_in_the_data_are_findings_with_their_line(tmp_path, text, first):
    message = read(tmp_path, text)
    told = {(f.rule, f.place.row, f.place.column, f.place.value, f.count) for f in message.findings}
    after = 2 if text is FAULTY_XML else 0  # the end of one series and the start of the next stand between
    expected = {
        ("MSG-VALUE", first, "OBS_VALUE", "1,5", 1),
        ("MSG-VALUE", first + 2, "OBS_VALUE", "1,5", 1),
        ("MSG-VALUE", first + 4 + after - (after > 0), "OBS_VALUE", "1e999", 1),
        ("MSG-PERIOD", first + 1, "TIME_PERIOD", "20x9", 1),
        ("MSG-DIMENSION", first + 3, "TIME_PERIOD", None, 1),
        ("MSG-DIMENSION", first + 4 + after - (after > 0), "AREA", None, 1),
        ("MSG-COMPONENT", first, "COLOUR", None, 4),
    }
    if text is FAULTY_XML:
        expected.add(("MSG-EMPTY", first + 6, None, None, 1))
    assert told == expected
    assert message.datasets[0].n == 5
    assert all(f.place.file == "message" for f in message.findings)


def test_ragged_rows_are_findings_and_the_lines_of_others_stay_right(tmp_path):
    text = CSV_1.splitlines()
    text.insert(2, "DX:DF_SMALL(1.0.0),A,X")
    message = read(tmp_path, "\n".join(text) + "\n")
    assert [(f.rule, f.place.row) for f in message.findings] == [("FILE-ROW", 3)]
    assert message.datasets[0].table[ROW].to_pylist() == [2, 4, 5]


def test_many_faulty_texts_are_told_one_by_one_up_to_a_limit(tmp_path):
    rows = "".join(f"DX:DF_SMALL(1.0.0),A,X,{1900 + n % 100},n{n}\n" for n in range(500))
    message = read(tmp_path, "DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE\n" + rows)
    assert len(message.findings) == 101
    assert sum(f.count for f in message.findings) == 500


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param(SPECIFIC_3_0[:-40], "line", id="truncated"),
        pytest.param("Year,Value\n2019,1\n", "no SDMX-CSV", id="a city's table"),
        pytest.param(CSV_1.encode("utf-16"), "no SDMX-CSV", id="UTF-16"),
        pytest.param(CSV_1.replace("Ex", "Zürich").encode("latin-1"), "UTF-8", id="latin-1"),
        pytest.param(CSV_1.replace("UNIT", "AREA"), "'AREA' stands there twice", id="a column twice"),
        pytest.param(CSV_1.replace("DX:DF_SMALL(1.0.0)", "small"), "AGENCY:ID(1.0.0)", id="no reference"),
        pytest.param(CSV_2.replace(",I,", ",X,"), "action 'X'", id="no action"),
        pytest.param("DATAFLOW,A\n" + "x" * 40_000_000, "longer than", id="a line of 40 MB"),
        pytest.param(SPECIFIC_3_0.replace("StructureSpecificData", "Structure"), "structure message", id="structures"),
        pytest.param(
            SPECIFIC_3_0.replace(' structureID="S"', "").replace(URN_3_0, ""),
            "does not say which structure",
            id="no structure",
        ),
        pytest.param('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>', "DTD", id="entity"),
        pytest.param("<html><body/></html>", "web page", id="web page"),
        pytest.param(SPECIFIC_3_0.replace("v3_0", "v2_0"), "2.0 is not read", id="SDMX-ML 2.0"),
    ],
)
def test_what_is_no_data_message_is_refused_in_one_sentence(tmp_path, text, says):
    with pytest.raises(Unreadable) as told:
        read(tmp_path, text)
    assert says in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "format",
    [
        "DATA_SDMX_ML_2_1_STR",
        "DATA_SDMX_ML_2_1_GEN",
        "DATA_SDMX_ML_3_0",
        "DATA_SDMX_ML_3_1",
        "DATA_SDMX_CSV_1_0_0",
        "DATA_SDMX_CSV_2_0_0",
        "DATA_SDMX_CSV_2_1_0",
    ],
)
def test_we_read_what_pysdmx_writes(tmp_path, format):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        from pysdmx.io import write_sdmx
        from pysdmx.io.format import Format
        from pysdmx.io.pd import PandasDataset
        from pysdmx.model import Component, Components, Concept, Role
        from pysdmx.model import Schema as TheirSchema

        roles = {
            "FREQ": Role.DIMENSION,
            "AREA": Role.DIMENSION,
            "TIME_PERIOD": Role.DIMENSION,
            "OBS_VALUE": Role.MEASURE,
        }
        components = [
            Component(i, True, roles.get(i, Role.ATTRIBUTE), Concept(i), attachment_level=level)
            for i, level in [
                ("FREQ", None), ("AREA", None), ("TIME_PERIOD", None), ("OBS_VALUE", None),
                ("OBS_STATUS", "O"), ("UNIT", "FREQ,AREA"), ("TITLE", "FREQ,AREA"),
            ]
        ]  # fmt: skip
        frame = pd.DataFrame(ROWS).fillna({"UNIT": "", "TITLE": ""})
        theirs = TheirSchema("dataflow", "DX", "DF_SMALL", Components(components), version="1.0.0")
        path = tmp_path / "message"
        write_sdmx([PandasDataset(structure=theirs, data=frame)], getattr(Format, format), output_path=path)
    message = read_data(path, lambda _: small())
    assert message.findings == ()
    assert rows_of(message.datasets[0]) == ROWS
    assert message.declared == Ref(Kind.DATAFLOW, "DX", "DF_SMALL", "1.0.0")


def json_of_one(**fields):
    """An observation of the value 1 in SDMX-JSON 2.0."""
    described = [{"id": k, "values": [{"id": v} if k != "SOURCE" else {"value": v}]} for k, v in fields.items()]
    structure = {
        "links": [{"urn": "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_SMALL(1.0.0)"}],
        "dimensions": {"observation": described[:3]},
        "measures": {"observation": [{"id": "OBS_VALUE"}]},
        "attributes": {"observation": described[3:]},
    }
    datasets = [{"structure": 0, "observations": {"0:0:0": [1, 0, 0]}}]
    return json.dumps({"meta": {}, "data": {"structures": [structure], "dataSets": datasets}})


PADDED = ' Say "x", & y  \t'


@pytest.mark.parametrize("format", ["2.1", "3.0", "3.0 complex", "generic", "csv", "json"])
def test_words_of_attributes_are_kept_as_they_stand(tmp_path, format):
    """Codes are trimmed, text is not: what was written at its ends is part of it."""
    attribute = PADDED.replace("&", "&amp;").replace('"', "&quot;").replace("\t", "&#9;")
    observation = f'<Obs TIME_PERIOD="2019" OBS_VALUE="1" OBS_STATUS=" A " SOURCE="{attribute}"/>'
    series = f'<Series FREQ="A " AREA="X">{observation}</Series>'
    plain = f'DX:DF_SMALL(1.0.0),A ,X,2019,1, A ,"{PADDED.replace(chr(34), chr(34) * 2)}"'
    texts = {
        "2.1": message_of("StructureSpecificData", series),
        "3.0": message_of("StructureSpecificData", series, version="v3_0", structure=URN_3_0),
        "3.0 complex": message_of(
            "StructureSpecificData",
            '<Series FREQ="A" AREA="X"><Obs TIME_PERIOD="2019" OBS_VALUE="1" OBS_STATUS="A">'
            f'<Comp id="SOURCE"><Value>{attribute}</Value></Comp></Obs></Series>',
            version="v3_0",
            structure=URN_3_0,
        ),
        "generic": message_of(
            "GenericData",
            '<g:Series><g:SeriesKey><g:Value id="FREQ" value="A "/><g:Value id="AREA" value="X"/></g:SeriesKey>'
            '<g:Obs><g:ObsDimension value="2019"/><g:ObsValue value="1"/><g:Attributes>'
            f'<g:Value id="OBS_STATUS" value=" A "/><g:Value id="SOURCE" value="{attribute}"/>'
            "</g:Attributes></g:Obs></g:Series>",
        ),
        "csv": f"DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,SOURCE\n{plain}\n",
        "json": json_of_one(FREQ="A ", AREA="X", TIME_PERIOD="2019", OBS_STATUS=" A ", SOURCE=PADDED),
    }
    status = Attribute(id="OBS_STATUS", representation=Representation(Ref(Kind.CODELIST, "DX", "CL", "1.0.0")))
    schema = small()
    attributes = (status, *schema.structure.attributes[1:])
    message = read(tmp_path, texts[format], replace(schema, structure=replace(schema.structure, attributes=attributes)))
    assert message.findings == ()
    (row,) = rows_of(message.datasets[0])
    assert (row["FREQ"], row["OBS_STATUS"], row["SOURCE"]) == ("A", "A", PADDED)


def test_a_blank_text_is_none(tmp_path):
    text = "DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE,SOURCE\n" + 'DX:DF_SMALL(1.0.0),A,X,2019,1,"  "\n'
    assert "SOURCE" not in rows_of(read(tmp_path, text).datasets[0])[0]
