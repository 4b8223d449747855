"""Places in datasets that were laid together from several messages: each finding names the message its row comes from."""

from __future__ import annotations

from sdg_table import dataset, shipped

from dataexchange.messages.merge_data import merge
from dataexchange.pipeline.coherence import compare
from dataexchange.pipeline.validation import validate


def test_every_finding_on_merged_messages_names_its_message_key_and_period() -> None:
    one = dataset({"OBS_VALUE": 628.0}, {"UNIT_MULT": "x"}, file="1.1.1.xml", TIME_PERIOD="2018")
    two = dataset({"REF_AREA": "NOWHERE"}, {"SEX": "F", "OBS_VALUE": None}, file="17.6.1.xml", TIME_PERIOD="2019")
    merged = merge([one, two], shipped().structure).dataset
    found = validate(merged, shipped())
    assert {(f.rule, f.place.file, f.place.row) for f in found} >= {
        ("STR-CODE", "17.6.1.xml", 2),
        ("RNG-EMPTY", "17.6.1.xml", 3),
    }
    assert {f.place.file for f in found} == {"1.1.1.xml", "17.6.1.xml"}
    assert all(f.key and f.period for f in found)
    summed = validate(merged, shipped(), limit=0)
    assert all(f.place.file and f.key and f.period for f in summed)


def test_comparisons_name_the_message_too() -> None:
    local = merge(
        [dataset({"OBS_VALUE": 50.0}, file="a.xml"), dataset({"TIME_PERIOD": "2019"}, file="b.xml")],
        shipped().structure,
    ).dataset
    national = dataset({"OBS_VALUE": 10.0})
    _, found = compare(local, national, shipped())
    assert [(f.rule, f.place.file) for f in found] == [("COH-MIRROR", "a.xml")]
