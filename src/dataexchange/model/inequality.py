"""How unequally something is spread inside an area, over a partition of it: districts, women and men, income fifths.

Measures and formulas are those of the WHO's Health Equity Assessment Toolkit (Schlotheuber & Hosseinpoor 2022), listed in
docs/inequality.md. A measure that cannot be worked out is not there, and the reason is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dataexchange.model.sentence import Sentence

#: The id under which districts are asked for: a partition into areas, not into codes of a dimension.
DISTRICTS = "districts"


class Better(StrEnum):
    """Which end of a scale is the good one; measures against the best group need to know."""

    HIGH = "high"
    LOW = "low"


class Shares(StrEnum):
    """Where the groups' shares of the population come from."""

    KNOWN = "known"  #: counts of the same groups are published
    BUILT = "built"  #: the groups are tenths or fifths of the population: made to be equal
    UNKNOWN = "unknown"  #: nobody says; then only measures that need no shares are given


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One part. `se` is the standard error of its value, `weight` how many people (or whatever the ratio is weighted with) are in it;
    None where that is not known. `value` None: missing, `suppressed` where it was withheld."""

    code: str
    name: str
    value: float | None = None
    se: float | None = None
    weight: float | None = None
    suppressed: bool = False
    #: The key of the group's own series.
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """What an area's people are divided by. `groups` stand from the least to the most advantaged where they are `ordered`.

    `exhaustive`: the code list says that these are all there are; otherwise they are those that were ever published.
    """

    id: str
    name: str
    groups: tuple[Group, ...]
    ordered: bool = False
    exhaustive: bool = False
    #: Groups of equal size by how they are made (income fifths): what the shares of the first to the last are.
    built: tuple[float, ...] = ()
    #: What counts the people in each group, and in which period: ("Adult population", "2019").
    counted: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What the groups are parts of. `value` is its published average; `top` the highest value there can be (100 of a percentage)."""

    area: str
    period: str
    unit: str
    #: The unit in words.
    unit_name: str = ""
    value: float | None = None
    top: float | None = None
    #: Zero means none of it, so that ratios mean something: not so for growth rates.
    from_zero: bool = True
    better: Better | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """`low` and `high` are the 95 % confidence interval, None where the errors of the groups are not known. `sentence` says
    what the value means; `unit` is "" for numbers without one."""

    id: str
    value: float
    low: float | None
    high: float | None
    se: float | None
    sentence: Sentence
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inequality:
    """Everything that is said of one partition in one period. `refused` says why there are no measures at all; `left_out` why
    single ones are not there."""

    partition: Partition
    whole: Whole
    measures: tuple[Measure, ...] = ()
    refused: Sentence | None = None
    left_out: Mapping[str, Sentence] = field(default_factory=dict)
    shares: Shares = Shares.UNKNOWN
    #: Shares of the groups that have a value, in their order, () where they are not known.
    portions: tuple[float, ...] = ()
    #: What the spread is, in one sentence: "From 27.5 (Lawrence Hill) to 88.9 (…) across 34 districts."
    summary: Sentence | None = None
    #: Which share of the groups, and of the people in them, may have no value (INQ-MISSING).
    most_missing: float = 1.0
    #: What must be known to read it: number of groups, missing and suppressed ones, where shares come from, chance.
    notes: tuple[Sentence, ...] = ()

    @property
    def known(self) -> tuple[Group, ...]:
        return tuple(group for group in self.partition.groups if group.value is not None)

    @property
    def missing(self) -> int:
        return len(self.partition.groups) - len(self.known)

    @property
    def too_few(self) -> bool:
        """Whether so many groups are missing that no measure is given."""
        return self.missing > self.most_missing * len(self.partition.groups)

    @property
    def suppressed(self) -> int:
        return sum(group.suppressed for group in self.partition.groups)

    def measure(self, id: str) -> Measure | None:
        return next((measure for measure in self.measures if measure.id == id), None)
