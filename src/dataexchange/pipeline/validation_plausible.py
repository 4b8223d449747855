"""Figures of a period to come. Whether a figure fits those beside it, its parts and what was published is asked in files of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

import numpy as np

from dataexchange.model.period import NO_PERIOD, first_code_after
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_table import Observations

#: OBS_STATUS of figures that are of a time to come.
_FORECAST = "F"
_COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "RNG-FUTURE": ("OBS_STATUS",),
    "TS-HOLE": ("FREQ",),
    "SUM-PARTS": ("SERIES",),
    "SUM-RANGE": ("SERIES",),
    "IDN-RATE": ("SERIES", "UNIT_MEASURE"),
}


def needs(schema: Schema) -> Mapping[str, Sentence]:
    """Rule -> why it cannot run with this structure."""
    there = {component.id for component in schema.structure.components()}
    lacking = {rule: [c for c in wanted if c not in there] for rule, wanted in _COMPONENTS.items()}
    return {rule: schema.lacks(absent) for rule, absent in lacking.items() if absent}


def to_come(table: Observations) -> Iterator[Fault]:
    """Figures of a period that has not begun, unless they are forecasts."""
    time = table.schema.structure.time_dimension
    if time is None or table.values is None:
        return
    today = datetime.now(UTC).date()
    late = (table.periods >= first_code_after(today)) & (table.periods != NO_PERIOD) & ~np.isnan(table.values)
    if late.any() and (status := table.text.get("OBS_STATUS")) is not None:
        forecast = np.array([code == _FORECAST for code in status.values.to_pylist()] + [False])
        late &= ~forecast[status.index]
    if late.any():
        words = say("the period has not begun yet, and OBS_STATUS is not F (forecast)")
        yield Fault("RNG-FUTURE", time.id, np.flatnonzero(late), words, partial(_future_sentence, table))


def _future_sentence(table: Observations, row: int) -> Sentence:
    return say(
        "{period} has not begun yet, so there can be no figure of it, unless it is a forecast (OBS_STATUS F)",
        period=table.period(row) or "",
    )
