"""Checks of each measure where there are several, and the one that a mapping fills."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from mapping_words import COLUMNS, SCHEMA, lines, mapping
from odd_structure import STRUCTURES, TEST, dataset, rows, schema

from dataexchange.model.structure import Measure, Representation
from dataexchange.pipeline.coherence_source import panel_of
from dataexchange.pipeline.mapping import apply_mapping
from dataexchange.pipeline.validation import merge_repeats, validate


def of(structure, given, **changes):
    known = schema(structure)
    known = replace(known, structure=replace(structure, **changes))
    return [(f.rule, f.place.column, f.message) for f in validate(dataset(structure, given), known)]


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
def test_good_observations_have_no_findings(structure):
    assert of(structure, rows(structure)) == []


def test_one_measure_is_enough_but_a_mandatory_one_must_be_there():
    without = [{k: v for k, v in row.items() if k != "COUNT"} for row in rows(TEST)]
    assert of(TEST, without) == []
    mandatory = tuple(replace(m, mandatory=m.id in ("COUNT", "SHARE")) for m in TEST.measures)
    found = of(TEST, without, measures=mandatory)
    assert [(rule, column) for rule, column, _ in found] == [("STR-MISSING", "COUNT"), ("STR-MISSING", "SHARE")]
    assert "there is no COUNT, a mandatory measure, for any of the 6 observations" in found[0][2]
    nothing = [{k: v for k, v in row.items() if k not in ("COUNT", "SHARE", "REMARK")} for row in rows(TEST)]
    assert [rule for rule, _, _ in of(TEST, nothing)] == ["STR-MISSING"]


def test_the_form_of_each_is_looked_at():
    limited = Representation(text_type="Double", facets={"maxValue": "5"})
    measures = tuple(replace(m, representation=limited) if m.id == "SHARE" else m for m in TEST.measures)
    given = rows(TEST)
    given[0]["SHARE"] = np.inf
    found = of(TEST, given, measures=measures)
    assert {(rule, column) for rule, column, _ in found} == {("STR-FORMAT", "SHARE")}
    assert any("SHARE is not at most 5" in message for _, _, message in found)
    assert any("SHARE is not a finite number" in message for _, _, message in found)


def test_observations_that_differ_in_the_second_measure_alone_contradict_each_other():
    first = rows(TEST)[0]
    [(rule, _, message)] = of(TEST, [first, {**first, "SHARE": 2.0}])
    assert rule == "DUP-CONTRADICTION"
    assert "SHARE is 0 in one and 2 in the other" in message
    assert [rule for rule, _, _ in of(TEST, [first, first])] == ["DUP-REPEATED"]
    merged = merge_repeats(dataset(TEST, [first, {**first, "SHARE": 2.0}]), schema(TEST))
    assert merged.table["SHARE"].to_pylist() == [2.0]


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda s: s.id)
def test_comparisons_go_by_the_primary_one(structure):
    found = panel_of(dataset(structure, rows(structure)), (), schema(structure))
    assert found.local == found.n == (6 if structure.time_dimension else 0)


@pytest.mark.parametrize("words", [{"columns": {**COLUMNS, "Weight": "WEIGHT"}}, {"fixed": {"WEIGHT": "3"}}])
def test_a_mapping_fills_the_primary_one_alone(words):
    weight = Measure(id="WEIGHT", representation=Representation(text_type="Double"))
    several = replace(SCHEMA, structure=replace(SCHEMA.structure, measures=(*SCHEMA.structure.measures, weight)))
    table = lines("Year,Ward,Sex,Value,Weight\n2018,Ashley,Men,1,3\n2019,Clifton,Women,3,4")
    result = apply_mapping(table, mapping(**words), several)
    told = [f.message for f in result.findings if f.rule == "MAP-SCHEMA"]
    assert len(told) == 1
    assert "WEIGHT, but only OBS_VALUE can be mapped: send further measures as SDMX-CSV." in told[0]
    assert "WEIGHT" not in result.dataset.table.column_names
    assert result.dataset.table["OBS_VALUE"].to_pylist() == [1.0, 3.0]
