"""The first observations that a table gives, in words: `2018, Ashley, People who feel safe …: 71.2 %`.

What is the same for all of them, and breakdowns that there are not, is left out; the series and the area always stand there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from dataexchange.model.dataset import Dataset
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, say

_SHOWN = 3
_ALWAYS = ("REF_AREA", "SERIES")
_NO_BREAKDOWN = ("_T", "_Z")
_UNIT, _MULTIPLIER, _STATUS = "UNIT_MEASURE", "UNIT_MULT", "OBS_STATUS"
_PERCENT = "PT"


def first_observations(
    dataset: Dataset, mapping: MappingFile, schema: Schema, language: str = "en"
) -> Iterator[Sentence]:
    structure = schema.structure
    fixed = mapping.fixed.keys() - _ALWAYS
    told = [d for d in structure.dimension_ids if d not in fixed and d != "SERIES"]
    told += [d for d in structure.dimension_ids if d == "SERIES"]
    for row in dataset.table.slice(0, _SHOWN).to_pylist():
        codes = [(d, row[d]) for d in told if row.get(d) is not None and row[d] not in _NO_BREAKDOWN]
        words = [schema.code_name(dimension, code, language) for dimension, code in codes]
        if structure.time_dimension is not None and row.get(structure.time_dimension.id) is not None:
            words.insert(0, format_period(row[structure.time_dimension.id]))
        yield say("{what}: {value}", what=", ".join(words), value=_value(row, schema, language))


def _value(row: Mapping[str, Any], schema: Schema, language: str) -> Value:
    value, status = row[schema.structure.measure.id], row.get(_STATUS)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return say("no value, status {status}", status=schema.code_name(_STATUS, status or "", language) or "?")
    number: Value = value if isinstance(value, float) else str(value)
    unit, multiplier = row.get(_UNIT), row.get(_MULTIPLIER)
    if multiplier not in (None, "", "0"):
        number = say("{number} {multiplier}", number=number, multiplier=f"× 10^{multiplier}")
    if not unit:
        return number
    named = "%" if unit == _PERCENT else schema.code_name(_UNIT, unit, language)
    return say("{number} {unit}", number=number, unit=named)
