"""Values that are marked as not free: nothing between here and publication leaves them out, so their sender says that they may be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_table import Observations

_MARK = "CONF_STATUS"
#: Free for publication (SDMX:CL_CONF_STATUS).
_FREE = "F"


def needs(schema: Schema) -> Mapping[str, Sentence]:
    """Rule -> why it cannot run with this structure."""
    there = any(component.id == _MARK for component in schema.structure.components())
    return {} if there else {"CNF-MARKED": schema.lacks([_MARK])}


def marked(table: Observations) -> Iterator[Fault]:
    """Values beside another mark than F. What has no mark is free."""
    column = table.text.get(_MARK)
    if column is None:
        return
    kept_back = np.array([code != _FREE for code in column.values.to_pylist()], bool)
    rows = column.rows_where(kept_back)
    if not len(rows):
        return
    value = table.text.get(table.measure)
    there = ~np.isnan(table.values[rows]) if table.values is not None else value is not None and value.index[rows] >= 0
    if (rows := rows[there]).size:
        words = say("CONF_STATUS says that the value is not free, and it would be published as it stands")
        yield Fault("CNF-MARKED", _MARK, rows, words, partial(_sentence, table))


def _sentence(table: Observations, row: int) -> Sentence:
    return say(
        "CONF_STATUS {mark} says that the value {value} is not free, and it would be published as it stands",
        mark=str(table.value(_MARK, row)),
        value=table.figure(table.measure, row),
    )
