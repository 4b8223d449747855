"""How everything that is stored stands to the nation: a line a country and series, and a dot a series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dataexchange.model.finding import Verdict
from dataexchange.model.sentence import Sentence
from dataexchange.model.structure import Ref


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be looked at; without a word, everything. `area` stands for what lies in it as well, `country` as the code of its area."""

    dataflow: Ref | None = None
    country: str | None = None
    area: str | None = None
    #: "16.1.1"
    indicator: str | None = None
    #: SERIES code
    series: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One SERIES code in one country. `verdicts` are of comparisons: a city with districts may have two for one series.

    `errors` and `warnings` are those that no reason and no waiver answers. `worst` is what to look at first, of the series `worst_key`:
    an error before a warning, before a series that is inconsistent.
    Findings that are about no series in particular stand in a line without a country and a code.
    """

    dataflow: Ref
    country: str
    country_name: str
    series: str
    series_name: str
    indicators: tuple[str, ...]
    areas: int
    n_series: int
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)
    errors: int = 0
    warnings: int = 0
    worst: Sentence | None = None
    worst_key: str | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """A local value and the national one in the latest period that both have. `mirror`: both are of the same area."""

    dataflow: Ref
    country: str
    series: str
    area: str
    key: str
    period: str
    local: float
    national: float
    verdict: Verdict
    mirror: bool


#: Dots that have names: what is inconsistent, and what would be, if nothing explained it.
NAMED = frozenset({Verdict.INCONSISTENT, Verdict.EXPLAINED})


@dataclass(frozen=True, slots=True)
class Overview:
    """`names` are of the areas and SERIES codes of dots whose verdict is in `NAMED`."""

    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    observations: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return sum(line.errors for line in self.lines)

    @property
    def warnings(self) -> int:
        return sum(line.warnings for line in self.lines)

    @property
    def verdicts(self) -> dict[Verdict, int]:
        return {verdict: sum(line.verdicts.get(verdict, 0) for line in self.lines) for verdict in Verdict}

    @property
    def outliers(self) -> tuple[Dot, ...]:
        """The series that are inconsistent, those farthest from the national value first."""
        return self._farthest_first(Verdict.INCONSISTENT)

    @property
    def explained(self) -> tuple[Dot, ...]:
        """Those that differ, and something says why; in the same order."""
        return self._farthest_first(Verdict.EXPLAINED)

    def _farthest_first(self, verdict: Verdict) -> tuple[Dot, ...]:
        found = (dot for dot in self.dots if dot.verdict is verdict)
        return tuple(sorted(found, key=lambda dot: (not dot.mirror, -apart(dot), dot.key)))


def apart(dot: Dot) -> float:
    """How far the two values are from each other, as a ratio where both are above zero.

    >>> from dataexchange.model.structure import Kind
    >>> flow = Ref(Kind.DATAFLOW, "A", "F", "1.0")
    >>> apart(Dot(flow, "GB", "S", "A", "k", "2020", 30.0, 10.0, Verdict.INCONSISTENT, True))
    3.0
    """
    if dot.local > 0 and dot.national > 0:
        return max(dot.local / dot.national, dot.national / dot.local)
    return float("inf") if dot.local != dot.national else 1.0
