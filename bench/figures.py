"""What a benchmark returns: named figures, each with its bar and yardstick where it has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """`Figure("SDMX-CSV over HTTP", 1.1e6, "obs/s", bar=600_000, yardstick=("pysdmx in memory", 3.2e5))`."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    #: Whether the value should stand below its bar.
    below: bool = False
    yardstick: tuple[str, float] | None = None

    @property
    def holds(self) -> bool | None:
        if self.bar is None:
            return None
        return self.value <= self.bar if self.below else self.value >= self.bar


def seconds(work: Callable[[], object], *, times: int = 3) -> float:
    """The median time of some runs."""
    found = []
    for _ in range(times):
        started = perf_counter()
        work()
        found.append(perf_counter() - started)
    return median(found)
