"""Several measures in other people's messages: attributes of groups and partial keys, no time dimension, a measure left out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from message_words import message_of
from odd_structure import TEST, artefacts, schema
from structure_judges import FORMATS, faults, written

from dataexchange.errors import NotSupported
from dataexchange.messages.read_data import read_data
from dataexchange.messages.structure_json_components import relationship_in
from dataexchange.model.structure import Level

REF_2_1 = '<c:StructureUsage><Ref id="DF_TEST" agencyID="TEST" version="1.0.0"/></c:StructureUsage>'
URN = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=TEST:DF_TEST(1.0.0)"
URN_3_0 = f"<c:StructureUsage>{URN}</c:StructureUsage>"

FOUND = [
    {"AREA": "GB", "TOPIC": "AIR", "EDITION": "1", "COUNT": 3.0, "SHARE": 0.5, "TITLE": "On air", "LICENCE": "CC0"},
    {"AREA": "KG", "TOPIC": "AIR", "EDITION": "1", "REMARK": "none yet", "TITLE": "On air", "LICENCE": "CC0"},
    {"AREA": "KG", "TOPIC": "WORK", "EDITION": "1", "COUNT": -2.0, "LICENCE": "CC0"},
]
GROUP = '<Group xsi:type="n:BY_TOPIC" TOPIC="AIR" EDITION="1" TITLE="On air"/>'
FLAT_2_1 = f"""{GROUP}
<Obs AREA="GB" TOPIC="AIR" EDITION="1" OBS_VALUE="3" SHARE="0.5"/>
<Obs AREA="KG" TOPIC="AIR" EDITION="1" REMARK="none yet"/>
<Obs AREA="KG" TOPIC="WORK" EDITION="1" OBS_VALUE="-2"/>"""
FLAT_3_0 = FLAT_2_1.replace("OBS_VALUE", "COUNT").replace(GROUP, '<Atts TOPIC="AIR" EDITION="1" TITLE="On air"/>')


def _generic() -> str:
    body = '<g:Attributes><g:Value id="LICENCE" value="CC0"/></g:Attributes>'
    body += '<g:Group type="BY_TOPIC"><g:GroupKey><g:Value id="TOPIC" value="AIR"/><g:Value id="EDITION" value="1"/></g:GroupKey>'
    body += '<g:Attributes><g:Value id="TITLE" value="On air"/></g:Attributes></g:Group>'
    for row in FOUND:
        key = "".join(f'<g:Value id="{d}" value="{row[d]}"/>' for d in TEST.dimension_ids)
        value = f'<g:ObsValue value="{row["COUNT"]}"/>' if "COUNT" in row else ""
        further = "".join(f'<g:Value id="{m}" value="{row[m]}"/>' for m in ("SHARE", "REMARK") if m in row)
        attributes = f"<g:Attributes>{further}</g:Attributes>" if further else ""
        body += f"<g:Obs><g:ObsKey>{key}</g:ObsKey>{value}{attributes}</g:Obs>"
    return body


def _json(measures: list[str]) -> str:
    """`measures` as the message lists them; what it does not list, it does not say."""
    places = {d: list(dict.fromkeys(row[d] for row in FOUND)) for d in TEST.dimension_ids}
    keys = [":".join(str(places[d].index(row[d])) for d in TEST.dimension_ids) for row in FOUND]
    observations = {
        key: [*(row.get(m) for m in measures), "A"] for key, row in zip(keys, FOUND, strict=True)
    }  # the status comes behind the measures, however many there are
    dimensions = [
        {"id": d, "keyPosition": n, "values": [{"id": v} for v in places[d]]} for n, d in enumerate(TEST.dimension_ids)
    ]
    structure = {
        "links": [{"rel": "dataflow", "urn": URN}],
        "dimensions": {"observation": dimensions},
        "measures": {"observation": [{"id": m} for m in measures]} if measures else {},
        "attributes": {
            "dataSet": [{"id": "LICENCE"}],
            "dimensionGroup": [{"id": "TITLE"}],
            "observation": [{"id": "STATUS"}],
        },
    }
    data_set = {
        "structure": 0,
        "attributes": ["CC0"],
        "dimensionGroupAttributes": {":0:0": ["On air"]},
        "observations": observations,
    }
    return json.dumps({"data": {"dataSets": [data_set], "structures": [structure]}})


FORMATS_OF_DATA = {
    "2.1 specific": message_of(
        "StructureSpecificData", FLAT_2_1, at="AllDimensions", structure=REF_2_1, attributes='LICENCE="CC0"'
    ),
    "2.1 generic": message_of("GenericData", _generic(), at="AllDimensions", structure=REF_2_1),
    "3.0": message_of(
        "StructureSpecificData",
        FLAT_3_0,
        version="v3_0",
        at="AllDimensions",
        structure=URN_3_0,
        attributes='LICENCE="CC0"',
    ),
    "csv 1.0": "DATAFLOW,AREA,TOPIC,EDITION,OBS_VALUE,SHARE,REMARK,TITLE,LICENCE\n"
    + "\n".join(
        ",".join(
            str(row.get(i, "")) for i in ("AREA", "TOPIC", "EDITION", "COUNT", "SHARE", "REMARK", "TITLE", "LICENCE")
        ).join(["TEST:DF_TEST(1.0.0),", ""])
        for row in FOUND
    ),
    "json 2.0": _json(["COUNT", "SHARE", "REMARK"]),
}


def read(tmp_path, text: str):
    path = tmp_path / "message"
    path.write_text(text)
    message = read_data(path, lambda _: schema(TEST))
    assert message.findings == ()
    return message.datasets[0].table


@pytest.mark.parametrize("name", FORMATS_OF_DATA)
def test_values_of_every_measure_and_attributes_of_groups(name, tmp_path):
    table = read(tmp_path, FORMATS_OF_DATA[name])
    rows = [
        {k: v for k, v in row.items() if v is not None and k != "STATUS" and not k.startswith("@")}
        for row in table.to_pylist()
    ]
    assert rows == FOUND


@pytest.mark.parametrize("measures", [[], ["SHARE"], ["REMARK", "COUNT"]])
def test_what_a_message_does_not_speak_of_has_no_column(measures, tmp_path):
    """A merge then leaves it be. Where no measure is spoken of, the primary one has an empty column for checks to point at."""
    table = read(tmp_path, _json(measures))
    there = {m.id for m in TEST.measures} & set(table.column_names)
    assert there == set(measures or ["COUNT"])
    assert table["STATUS"].to_pylist() == ["A"] * 3
    for measure in measures:
        assert table[measure].to_pylist() == [row.get(measure) for row in FOUND]


def test_a_text_where_a_further_measure_has_numbers_is_told(tmp_path):
    path = tmp_path / "message"
    path.write_text(FORMATS_OF_DATA["csv 1.0"].replace("0.5", "half"))
    [found] = read_data(path, lambda _: schema(TEST)).findings
    assert (found.rule, found.place.column, found.place.value) == ("MSG-VALUE", "SHARE", "half")


def test_data_of_a_structure_without_measures_are_refused(tmp_path):
    none = replace(schema(TEST), structure=replace(TEST, measures=()))
    path = tmp_path / "message"
    path.write_text(FORMATS_OF_DATA["csv 1.0"])
    with pytest.raises(NotSupported, match="has no measure, so it cannot hold data"):
        read_data(path, lambda _: none)


@pytest.mark.parametrize("format", FORMATS)
def test_the_structures_are_valid_in_every_format(format):
    assert faults(written(artefacts(), format), format) == []


def test_what_varies_with_time_too_stands_at_observations():
    assert relationship_in({"dimensions": ["AREA", "TIME_PERIOD"]}, {}) == (Level.OBSERVATION, ())
    assert relationship_in({"dimensions": ["AREA"]}, {}) == (Level.SERIES, ("AREA",))
    assert relationship_in({"group": "G"}, {"G": ("AREA",)}) == (Level.SERIES, ("AREA",))
