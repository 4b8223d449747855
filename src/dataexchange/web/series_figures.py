"""A published series as figures: values in units (UNIT_MULT applied), periods as codes, what qualifies each value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dataexchange.model.comparison import SeriesLine
from dataexchange.model.period import parse_period
from dataexchange.model.schema import Schema
from dataexchange.web.figures import decimals_of

#: OBS_STATUS of values that are drawn hollow: not the usual measure, or not the last word.
UNCERTAIN = frozenset("DEFGINPUV")
BREAK = "B"


@dataclass(frozen=True, slots=True)
class Figures:
    """`values`, `statuses` and every tuple of `said` are as long as `periods`."""

    line: SeriesLine
    unit: str
    periods: tuple[int, ...]
    values: tuple[float | None, ...]

    @property
    def decimals(self) -> int:
        """Decimals that all its values can be written with; looks at all of them."""
        return decimals_of(self.values)

    @property
    def statuses(self) -> tuple[str | None, ...]:
        return self.line.statuses

    @property
    def known(self) -> tuple[tuple[int, float], ...]:
        """(period, value) of what has a value."""
        return tuple((p, v) for p, v in zip(self.periods, self.values, strict=True) if v is not None)

    def at(self, period: int) -> float | None:
        """The value of a period."""
        return dict(zip(self.periods, self.values, strict=True)).get(period)

    def said(self, component: str) -> tuple[str | None, ...]:
        """What an attribute says of each observation."""
        every = self.line.attributes.get(component)
        return self.line.notes.get(component, (every,) * len(self.periods))

    @property
    def by_period(self) -> Mapping[int, int]:
        """Period -> its place."""
        return {period: i for i, period in enumerate(self.periods)}


def figures(line: SeriesLine, schema: Schema) -> Figures:
    """NaN and the infinities are no values."""
    every = line.attributes.get("UNIT_MULT")
    multipliers = line.notes.get("UNIT_MULT", (every,) * len(line.periods))
    scaled = tuple(_scaled(v, m) for v, m in zip(line.values, multipliers, strict=True))
    periods = tuple(parse_period(text) for text in line.periods if text)
    if len(periods) < len(line.periods):
        # A structure without a time dimension has one value a series, and no moment to draw it at.
        return Figures(line, unit_name(line, schema), (), ())
    return Figures(line, unit_name(line, schema), periods, scaled)


def unit_name(line: SeriesLine, schema: Schema) -> str:
    """The unit in words; "" where the structure has none."""
    for component in ("UNIT_MEASURE", "UNIT"):
        code = line.attributes.get(component) or line.codes.get(component)
        if code:
            return schema.code_name(component, code)
    return ""


def _scaled(value: float | None, multiplier: str | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    try:
        power = int(multiplier or 0)
    except ValueError:
        return value
    if not power or abs(power) > 30:
        return value
    # Dividing keeps 1.1 thousandths from becoming 0.0011000000000000001.
    return value * 10.0**power if power > 0 else value / 10.0**-power
