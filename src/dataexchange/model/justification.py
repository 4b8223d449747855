"""Why a finding may stand: the reason that a city gives for a warning, the waiver by which its national office lets an error pass.

Each is about a rule, and may be narrowed to a series, to a period, or to both; of several the narrowest holds. A finding over several
periods is answered by what is said of any of them.

>>> from dataexchange.model.sentence import say
>>> when = datetime(2026, 12, 1, tzinfo=UTC)
>>> broad = Justification(Side.REASON, Statement("RNG-JUMP", "a festival"), "BRISTOL/key 1", when)
>>> narrow = Justification(Side.REASON, Statement("RNG-JUMP", "a flood", key="A.X"), "BRISTOL/key 1", when)
>>> found = Finding("RNG-JUMP", Severity.WARNING, say("…"), key="A.X", period="2019")
>>> Justified((broad, narrow)).of(found).statement.text
'a flood'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from dataexchange.model.finding import Finding, Report, Severity
from dataexchange.model.rules import RULES

__all__ = [
    "UTC",
    "Answer",
    "Group",
    "Justification",
    "Justified",
    "Origin",
    "Side",
    "Statement",
    "places_of",
    "unwaivable",
]


class Side(StrEnum):
    """Whose word it is."""

    REASON = "reason"  #: the city's, for a warning
    WAIVER = "waiver"  #: the national office's, for an error


class Origin(StrEnum):
    """Where a reason comes from."""

    GIVEN = "given"  #: said of this submission
    CARRIED = "carried"  #: said of an earlier submission of the table, of which the same was told
    DATA = "data"  #: it stands with the observation, in COMMENT_OBS


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said, and of what: all findings of a rule, those of a series, of a period, or of one observation."""

    rule: str
    text: str
    key: str | None = None
    period: str | None = None

    @property
    def place(self) -> Place:
        return self.rule, self.key, self.period

    @property
    def is_narrow(self) -> bool:
        """Whether it is about less than every series and every period."""
        return self.key is not None or self.period is not None


Place = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Justification:
    """A statement, with who made it and when. `taken_from` is the submission that it was first said of."""

    side: Side
    statement: Statement
    given_by: str
    given_at: datetime
    origin: Origin = Origin.GIVEN
    taken_from: str | None = None

    @property
    def organisation(self) -> str:
        """Who gave it, without the key: what others may know."""
        return self.given_by.partition("/")[0]


#: With the periods of a finding that it lets stand.
Answer = tuple[Justification, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """Findings of one rule and severity: how many there are, how many are answered, and the first that is not (else the first)."""

    rule: str
    severity: Severity
    count: int
    answered: int
    example: Finding

    @property
    def open(self) -> int:
        return self.count - self.answered

    @property
    def waivable(self) -> bool:
        return self.rule in RULES and RULES[self.rule].waivable


_SIDES = {Severity.WARNING: Side.REASON, Severity.ERROR: Side.WAIVER}


@dataclass(frozen=True, slots=True)
class Justified:
    """All that was said of one submission's findings."""

    all: tuple[Justification, ...] = ()
    _by_place: Mapping[tuple[Side, Place], Justification] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_place", {(one.side, one.statement.place): one for one in self.all})

    def of(self, finding: Finding) -> Justification | None:
        """What lets a finding stand; None where nothing does, or where it needs nothing."""
        side = _SIDES.get(finding.severity)
        if side is None or (side is Side.WAIVER and not is_waivable(finding)):
            return None
        return next((found for place in places_of(finding) if (found := self._by_place.get((side, place)))), None)

    def answers(self, finding: Finding) -> tuple[Answer, ...]:
        """What lets it stand, period by period: each answer with the periods that it is the narrowest of. None: nothing does."""
        if not finding.others:
            found = self.of(finding)
            return () if found is None else ((found, finding.periods),)
        by_answer: dict[Justification, list[str]] = {}
        for period in finding.periods:
            if found := self.of(replace(finding, period=period, others=())):
                by_answer.setdefault(found, []).append(period)
        return tuple((found, tuple(periods)) for found, periods in by_answer.items())

    def narrow(self, finding: Finding) -> list[Justification]:
        """What was said of its series or period, and not of all that its rule finds."""
        side = _SIDES.get(finding.severity)
        found = [self._by_place.get((side, place)) for place in places_of(finding)] if side else []
        return [one for one in found if one is not None and one.statement.is_narrow]

    def without(self, some: Sequence[Justification]) -> Justified:
        gone = {(one.side, one.statement.place) for one in some}
        return Justified(tuple(one for one in self.all if (one.side, one.statement.place) not in gone))

    def groups(self, report: Report, severity: Severity) -> list[Group]:
        """By rule, in the order of the report."""
        found: dict[str, list[Finding]] = {}
        for finding in report.findings:
            if finding.severity is severity:
                found.setdefault(finding.rule, []).append(finding)
        return [self._group(rule, severity, findings) for rule, findings in found.items()]

    def open(self, report: Report, severity: Severity) -> list[Group]:
        return [group for group in self.groups(report, severity) if group.open]

    def with_these(self, more: Sequence[Justification]) -> Justified:
        """These hold where nothing is said yet."""
        new = {(one.side, one.statement.place): one for one in more}
        return Justified((*(one for place, one in new.items() if place not in self._by_place), *self.all))

    def _group(self, rule: str, severity: Severity, findings: Sequence[Finding]) -> Group:
        left = [finding for finding in findings if self.of(finding) is None]
        count = sum(finding.count for finding in findings)
        return Group(
            rule, severity, count, count - sum(finding.count for finding in left), left[0] if left else findings[0]
        )


def places_of(finding: Finding) -> list[Place]:
    """What a statement that is about the finding may name, the narrowest first."""
    rule, key = finding.rule, finding.key
    periods = (finding.period, *finding.others)
    return [
        *((rule, key, period) for period in periods),
        (rule, key, None),
        *((rule, None, period) for period in periods),
        (rule, None, None),
    ]


def is_waivable(finding: Finding) -> bool:
    return finding.rule in RULES and RULES[finding.rule].waivable


def unwaivable(report: Report) -> int:
    """How many errors no office can let pass: those of form, of codes, of what contradicts itself."""
    return sum(f.count for f in report.findings if f.severity is Severity.ERROR and not is_waivable(f))
