"""What the data that a query asks for consist of: the answer to an AvailabilityQuery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Availability:
    """`values` has, for every dimension asked for (time apart), its codes in order. Periods are `model.period` codes, None
    where there is no observation or no time dimension."""

    values: Mapping[str, tuple[str, ...]]
    first_period: int | None
    last_period: int | None
    series: int
    observations: int
