"""Shared observations of two series, as people look at them: (period, local value, national value)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from dataexchange.pipeline.coherence_pairs import Aligned
from dataexchange.pipeline.coherence_panel import Floats, Ints, Panel

Point = tuple[str, float, float]


class Points(Sequence[Point]):
    """The shared observations of one pair, made into points when somebody looks at them: of fifty thousand series few are looked at."""

    __slots__ = ("_of", "_span")

    def __init__(self, of: Beside, start: int, stop: int) -> None:
        self._of, self._span = of, slice(start, stop)

    def _made(self) -> tuple[Point, ...]:
        of, span = self._of, self._span
        names = [of.names[rank] for rank in of.rank[span].tolist()]
        return tuple(zip(names, of.x[span].tolist(), of.y[span].tolist(), strict=True))

    def __len__(self) -> int:
        return self._span.stop - self._span.start

    @overload
    def __getitem__(self, at: int) -> Point: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Point]: ...

    def __getitem__(self, at: int | slice) -> Point | Sequence[Point]:
        return self._made()[at]

    def __iter__(self) -> Iterator[Point]:
        return iter(self._made())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Points | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self._made())

    def __repr__(self) -> str:
        return repr(self._made())


@dataclass(frozen=True, slots=True)
class Beside:
    """Shared observations of many pairs."""

    names: list[str]
    rank: Ints
    x: Floats
    y: Floats
    starts: list[int]

    @classmethod
    def of(cls, panel: Panel, aligned: Aligned, x: Floats, y: Floats) -> Beside:
        return cls(panel.period_names, panel.rank[aligned.here], x, y, [*aligned.starts.tolist(), len(aligned.pair)])

    def at(self, place: int) -> Points:
        return Points(self, self.starts[place], self.starts[place + 1])

    def one(self, at: int) -> Point:
        return self.names[int(self.rank[at])], float(self.x[at]), float(self.y[at])
