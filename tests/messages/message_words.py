"""One small set of observations in every format that data messages have, and how tests read it."""

from __future__ import annotations

from dataexchange.messages.read_data import read_data
from dataexchange.model.dataset import Dataset
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, Dataflow, DataStructure, Dimension, Level, Measure, Representation


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
