"""Data messages as offices and tools write them, read into datasets."""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import replace

import pyarrow.compute as pc
import pytest

from dataexchange.errors import NotSupported, Unreadable
from dataexchange.messages.merge_data import merge
from dataexchange.messages.read_data import read_data
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.dataset import FILE, ROW, Action, Dataset, key_array
from dataexchange.model.period import format_period, parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import (
    Attribute,
    Dataflow,
    DataStructure,
    Dimension,
    Kind,
    Level,
    Measure,
    Ref,
    Representation,
)

KG_FLOW = Ref(Kind.DATAFLOW, "KG_NSC", "DF_SDG_KG", "1.8")


@pytest.fixture(scope="module")
def kg(shared_data) -> Schema:
    artefacts = read_structures(shared_data / "kyrgyzstan" / "structures-KG_NSC-SDG-1.8.xml").artefacts
    structure = next(a for a in artefacts if isinstance(a, DataStructure))
    flow = next(a for a in artefacts if isinstance(a, Dataflow))
    return Schema.assemble(structure, flow, {a.ref: a for a in artefacts})


@pytest.fixture(scope="module")
def messages(shared_data, kg):
    paths = sorted((shared_data / "kyrgyzstan").glob("[0-9]*.xml"))
    return [read_data(path, lambda _: kg) for path in paths]


def small() -> Schema:
    """FREQ.AREA, one value, a status of observations, a unit of series, a title of areas."""
    structure = DataStructure(
        agency="DX",
        id="SMALL",
        version="1.0.0",
        dimensions=(Dimension(id="FREQ"), Dimension(id="AREA")),
        time_dimension=Dimension(id="TIME_PERIOD", representation=Representation(None, "ObservationalTimePeriod")),
        measures=(Measure(id="OBS_VALUE", representation=Representation(None, "Double")),),
        attributes=(
            Attribute(id="OBS_STATUS"),
            Attribute(id="UNIT", level=Level.SERIES),
            Attribute(id="TITLE", level=Level.SERIES, dimensions=("AREA",)),
            Attribute(id="SOURCE", level=Level.DATASET),
        ),
        groups={"BY_AREA": ("AREA",)},
    )
    return Schema(structure, Dataflow(agency="DX", id="DF_SMALL", version="1.0.0", structure=structure.ref))


def rows_of(dataset: Dataset) -> list[dict]:
    """Rows as plain values, periods as text, without line numbers."""
    out = []
    for row in dataset.table.to_pylist():
        row = {k: v for k, v in row.items() if v is not None and not k.startswith("@")}
        if "TIME_PERIOD" in row:
            row["TIME_PERIOD"] = format_period(row["TIME_PERIOD"])
        out.append(row)
    return out


def read(tmp_path, text, schema=None, name="message"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_data(path, lambda _: schema or small())


# Kyrgyzstan: 195 messages, written for three versions of the structure.


def test_all_kyrgyz_messages_are_read(messages):
    assert len(messages) == 195
    assert sum(d.n for m in messages for d in m.datasets) == 26_523
    assert [f for m in messages for f in m.findings] == []
    versions = [m.declared.version for m in messages]
    assert {v: versions.count(v) for v in set(versions)} == {"1.5": 1, "1.7": 92, "1.8": 102}
    assert {m.sender for m in messages} == {"KG_NSC"}
    assert {d.dataflow for m in messages for d in m.datasets} == {KG_FLOW}
    assert {d.action for m in messages for d in m.datasets} == {Action.MERGE}


def test_reading_them_is_quick(shared_data, kg):
    start = time.perf_counter()
    for path in sorted((shared_data / "kyrgyzstan").glob("[0-9]*.xml")):
        read_data(path, lambda _: kg)
    assert time.perf_counter() - start < 4


def test_a_row_is_where_it_says(shared_data, messages):
    message = next(m for m in messages if m.file == "1.2.1.xml")
    lines = (shared_data / "kyrgyzstan" / "1.2.1.xml").read_text().splitlines()
    for row in message.datasets[0].table.slice(0, 20).to_pylist():
        line = lines[row[ROW] - 1]
        assert f'TIME_PERIOD="{format_period(row["TIME_PERIOD"])}"' in line
        assert float(line.partition('OBS_VALUE="')[2].partition('"')[0]) == row["OBS_VALUE"]


def test_repeats_are_merged_and_contradictions_told(messages, kg):
    datasets = [d for m in messages for d in m.datasets]
    merged = merge(datasets, kg.structure)
    dataset, repeated, findings = merged
    assert dataset.n == 25_349
    assert repeated == 26_523 - 25_349
    told = [f for f in findings if f.place.column == "OBS_VALUE"]
    assert len(told) == 2
    assert {f.rule for f in findings} == {"BAS-CONTRADICT"}
    assert "1.5.1.xml" in told[0].message
    assert "11.5.1.xml" in told[0].message
    assert told[0].period == "2019"
    # The later one holds.
    keys = key_array(dataset.table, kg.structure)
    there = dataset.table.filter(pc.equal(keys, told[0].key))
    values = dict(zip(there["TIME_PERIOD"].to_pylist(), there["OBS_VALUE"].to_pylist(), strict=True))
    assert values[parse_period("2019")] == 5
    assert dataset.table.schema.names[:16] == [*kg.structure.dimension_ids, "TIME_PERIOD"]


def test_a_3_0_message_after_all_of_them(messages, tmp_path):
    """sdmx1 remembers the namespaces of one message in the next; we remember nothing."""
    assert len(messages) == 195
    message = read(tmp_path, SPECIFIC_3_0)
    assert rows_of(message.datasets[0])[0]["OBS_VALUE"] == 1.5


# One set of observations in every format.

ROWS = [
    {"FREQ": "A", "AREA": "X", "TIME_PERIOD": "2019", "OBS_VALUE": 1.5, "OBS_STATUS": "A", "UNIT": "PT", "TITLE": "Ex"},
    {"FREQ": "A", "AREA": "X", "TIME_PERIOD": "2020", "OBS_STATUS": "M", "UNIT": "PT", "TITLE": "Ex"},
    {"FREQ": "Q", "AREA": "Y", "TIME_PERIOD": "2020-Q1", "OBS_VALUE": -200.0, "OBS_STATUS": "A"},
]

HEADER = (
    "<m:Header><m:ID>M1</m:ID><m:Test>false</m:Test><m:Prepared>2026-11-22T10:00:00</m:Prepared>"
    '<m:Sender id="KG_NSC"/><m:Structure structureID="S" namespace="urn:x" dimensionAtObservation="{at}">'
    "{structure}</m:Structure></m:Header>"
)
REF_2_1 = '<c:StructureUsage><Ref id="DF_SMALL" agencyID="DX" version="1.0.0"/></c:StructureUsage>'
URN_3_0 = "<c:StructureUsage>urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_SMALL(1.0.0)</c:StructureUsage>"


def message_of(root, body, *, version="v2_1", at="TIME_PERIOD", structure=REF_2_1, attributes=""):
    base = f"http://www.sdmx.org/resources/sdmxml/schemas/{version}"
    kind = "generic" if root.startswith("Generic") else "structurespecific"
    reference = "structureRef" if kind == "generic" else "ss:structureRef"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<m:{root} xmlns:m="{base}/message" xmlns:c="{base}/common" '
        f'xmlns:g="{base}/data/generic" xmlns:ss="{base}/data/structurespecific" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:n="urn:x">\n'
        + HEADER.format(at=at, structure=structure)
        + f'\n<m:DataSet {reference}="S" {attributes}>\n{body}\n</m:DataSet>\n</m:{root}>'
    )


SERIES = """<Group xsi:type="n:BY_AREA" AREA="X" TITLE="Ex"/>
<Series FREQ="A" AREA="X" UNIT="PT">
<Obs TIME_PERIOD="2019" OBS_VALUE="1.5" OBS_STATUS="A"/>
<Obs TIME_PERIOD="2020" OBS_VALUE="NaN" OBS_STATUS="M"/>
</Series>
<Series FREQ="Q" AREA="Y"><Obs TIME_PERIOD="2020-Q1" OBS_VALUE="-2E2" OBS_STATUS="A"/></Series>"""
FLAT = """<Group xsi:type="n:BY_AREA" AREA="X" TITLE="Ex"/>
<Obs FREQ="A" AREA="X" UNIT="PT" TIME_PERIOD="2019" OBS_VALUE="1.5" OBS_STATUS="A"/>
<Obs FREQ="A" AREA="X" UNIT="PT" TIME_PERIOD="2020" OBS_STATUS="M"/>
<Obs FREQ="Q" AREA="Y" TIME_PERIOD="2020-Q1" OBS_VALUE="-200" OBS_STATUS="A"/>"""
BY_AREA = """<Group xsi:type="n:BY_AREA" AREA="X" TITLE="Ex"/>
<Series FREQ="A" TIME_PERIOD="2019"><Obs AREA="X" UNIT="PT" OBS_VALUE="1.5" OBS_STATUS="A"/></Series>
<Series FREQ="A" TIME_PERIOD="2020"><Obs AREA="X" UNIT="PT" OBS_VALUE="" OBS_STATUS="M"/></Series>
<Series FREQ="Q" TIME_PERIOD="2020-Q1"><Obs AREA="Y" OBS_VALUE="-200.0" OBS_STATUS="A"/></Series>"""
SERIES_3_0 = SERIES.replace('<Group xsi:type="n:BY_AREA" AREA="X" TITLE="Ex"/>', '<Atts AREA="X" TITLE="Ex"/>').replace(
    '<Obs TIME_PERIOD="2019" OBS_VALUE="1.5" OBS_STATUS="A"/>',
    '<Obs TIME_PERIOD="2019" OBS_VALUE="1.5"><Comp id="OBS_STATUS"><Value>A</Value></Comp></Obs>',
)
GENERIC = """<g:Group type="BY_AREA"><g:GroupKey><g:Value id="AREA" value="X"/></g:GroupKey>
<g:Attributes><g:Value id="TITLE" value="Ex"/></g:Attributes></g:Group>
<g:Series><g:SeriesKey><g:Value id="FREQ" value="A"/><g:Value id="AREA" value="X"/></g:SeriesKey>
<g:Attributes><g:Value id="UNIT" value="PT"/></g:Attributes>
<g:Obs><g:ObsDimension value="2019"/><g:ObsValue value="1.5"/>
<g:Attributes><g:Value id="OBS_STATUS" value="A"/></g:Attributes></g:Obs>
<g:Obs><g:ObsDimension value="2020"/><g:Attributes><g:Value id="OBS_STATUS" value="M"/></g:Attributes></g:Obs></g:Series>
<g:Series><g:SeriesKey><g:Value id="FREQ" value="Q"/><g:Value id="AREA" value="Y"/></g:SeriesKey>
<g:Obs><g:ObsDimension value="2020-Q1"/><g:ObsValue value="-200"/>
<g:Attributes><g:Value id="OBS_STATUS" value="A"/></g:Attributes></g:Obs></g:Series>"""
GENERIC_FLAT = """<g:Group type="BY_AREA"><g:GroupKey><g:Value id="AREA" value="X"/></g:GroupKey>
<g:Attributes><g:Value id="TITLE" value="Ex"/></g:Attributes></g:Group>""" + "".join(
    "<g:Obs><g:ObsKey>"
    + "".join(f'<g:Value id="{k}" value="{row[k]}"/>' for k in ("FREQ", "AREA", "TIME_PERIOD"))
    + "</g:ObsKey>"
    + (f'<g:ObsValue value="{row["OBS_VALUE"]}"/>' if "OBS_VALUE" in row else "")
    + "<g:Attributes>"
    + "".join(f'<g:Value id="{k}" value="{row[k]}"/>' for k in ("OBS_STATUS", "UNIT") if k in row)
    + "</g:Attributes></g:Obs>\n"
    for row in ROWS
)
SPECIFIC_3_0 = message_of("StructureSpecificData", SERIES_3_0, version="v3_0", structure=URN_3_0)
CSV_1 = """DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT,TITLE
DX:DF_SMALL(1.0.0),A,X,2019,1.5,A,PT,Ex
DX:DF_SMALL(1.0.0),A,X,2020,,M,PT,Ex
DX:DF_SMALL(1.0.0),Q,Y,2020-Q1,-200,A,,
"""
CSV_2 = """STRUCTURE,STRUCTURE_ID,ACTION,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT,TITLE
dataflow,DX:DF_SMALL(1.0.0),I,A,X,2019,1.5,A,PT,"Ex"
dataflow,DX:DF_SMALL(1.0.0),I,A,X,2020,NaN,M,PT,Ex
dataflow,DX:DF_SMALL(1.0.0),I,Q,Y,2020-Q1,-200,A,,
"""
LABELS = """STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,FREQ: Freq,AREA: Area,TIME_PERIOD: Time,OBS_VALUE: Value,OBS_STATUS: St,UNIT,TITLE
dataflow,DX:DF_SMALL(1.0.0),Small,A: Annual,X: Ex: the area,2019,1.5,A: Normal,PT,Ex
dataflow,DX:DF_SMALL(1.0.0),Small,A: Annual,X: Ex: the area,2020,,M: Missing,PT,Ex
dataflow,DX:DF_SMALL(1.0.0),Small,Q: Quarterly,Y,2020-Q1,-200,A: Normal,,
"""

FORMATS = {
    "2.1 series": message_of("StructureSpecificData", SERIES),
    "2.1 time series": message_of("StructureSpecificTimeSeriesData", SERIES),
    "2.1 flat": message_of("StructureSpecificData", FLAT, at="AllDimensions"),
    "2.1 flat unsaid": message_of("StructureSpecificData", FLAT),
    "2.1 by area": message_of("StructureSpecificData", BY_AREA, at="AREA"),
    "2.1 generic": message_of("GenericData", GENERIC),
    "2.1 generic time series": message_of("GenericTimeSeriesData", GENERIC),
    "2.1 generic flat": message_of("GenericData", GENERIC_FLAT, at="AllDimensions"),
    "3.0": SPECIFIC_3_0,
    "3.1": SPECIFIC_3_0.replace("v3_0", "v3_1"),
    "with a mark": "\ufeff" + SPECIFIC_3_0,
    "csv 1.0": CSV_1,
    "csv 2.0": CSV_2,
    "csv 2.0 with a mark": "\ufeff" + CSV_2,
    "csv 2.0 CRLF": CSV_2.replace("\n", "\r\n"),
    "csv ;": CSV_2.replace(",", ";"),
    "csv labels": LABELS,
}


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
        ("MSG-VALUE", first, "OBS_VALUE", "1,5", 2),
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


# Merging by itself.


def table_of(tmp_path, name, *rows):
    text = "DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT\n"
    return read(tmp_path, text + "".join(f"DX:DF_SMALL(1.0.0),{row}\n" for row in rows), name=name).datasets[0]


def test_what_one_message_leaves_open_the_other_says(tmp_path):
    first = table_of(tmp_path, "first", "A,X,2019,1,,PT", "A,X,2020,2,A,")
    second = table_of(tmp_path, "second", "A,X,2019,1,A,", "A,Y,2019,3,A,")
    dataset, repeated, findings = merge([first, second], small().structure)
    assert findings == ()
    assert repeated == 1
    rows = {(r["AREA"], r["TIME_PERIOD"]): r for r in rows_of(dataset)}
    assert len(rows) == 3
    assert rows["X", "2019"] == {
        "FREQ": "A",
        "AREA": "X",
        "TIME_PERIOD": "2019",
        "OBS_VALUE": 1.0,
        "OBS_STATUS": "A",
        "UNIT": "PT",
    }
    # An attribute of the series holds for all of it.
    assert rows["X", "2020"]["UNIT"] == "PT"


def test_the_later_of_two_contradictions_holds(tmp_path):
    first = table_of(tmp_path, "first", "A,X,2019,1,A,PT")
    second = table_of(tmp_path, "second", "A,X,2019,2.5,A,RO")
    third = table_of(tmp_path, "third", "A,X,2019,2.5,E,")
    dataset, repeated, findings = merge([first, second, third], small().structure)
    assert repeated == 2
    assert rows_of(dataset)[0]["OBS_VALUE"] == 2.5
    assert rows_of(dataset)[0]["UNIT"] == "RO"
    assert {(f.place.column, f.place.file, f.period) for f in findings} == {
        ("OBS_VALUE", "second", "2019"),
        ("UNIT", "second", None),
        ("OBS_STATUS", "third", "2019"),
    }
    assert next(f for f in findings if f.place.column == "OBS_VALUE").message == (
        "A.X 2019: OBS_VALUE is 1 in first (line 2) but 2.5 in second (line 2); the later one holds."
    )


def test_nothing_merges_to_nothing(tmp_path):
    empty = Dataset(small().structure.ref, table_of(tmp_path, "m", "A,X,2019,1,A,").table.slice(0, 0), file="m")
    dataset, repeated, findings = merge([empty], small().structure)
    assert (dataset.n, repeated, findings) == (0, 0, ())


def test_deletions_do_not_merge(tmp_path):
    one = table_of(tmp_path, "m", "A,X,2019,1,A,")
    with pytest.raises(NotSupported):
        merge([Dataset(one.structure, one.table, action=Action.DELETE)], small().structure)


def test_rows_keep_the_order_in_which_they_first_stood(messages, kg):
    dataset, _, _ = merge([d for m in messages[:20] for d in m.datasets], kg.structure)
    files = dataset.table[FILE].to_pylist()
    assert list(dict.fromkeys(files)) == [m.file for m in messages[:20]]


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


def test_kyrgyz_footnotes_keep_their_last_blank(messages):
    words = [
        text
        for message in messages
        for dataset in message.datasets
        for name in ("COMMENT_OBS", "SOURCE_DETAIL")
        if name in dataset.table.column_names
        for text in dataset.table[name].to_pylist()
        if text
    ]
    assert words.count("Gross disbursements. ") == 7
    assert sum(text != text.strip() for text in words) == 11


def test_a_blank_text_is_none(tmp_path):
    text = "DATAFLOW,FREQ,AREA,TIME_PERIOD,OBS_VALUE,SOURCE\n" + 'DX:DF_SMALL(1.0.0),A,X,2019,1,"  "\n'
    assert "SOURCE" not in rows_of(read(tmp_path, text).datasets[0])[0]
