"""What a check found: values, never exceptions, collected all at once.

A `Finding` names the rule, the place in the city's file and what to do about it. A `Comparison` is a verdict on one local
series beside a national one. A `Report` is everything said about one submission; its text goes to people, its JSON to
machines (ESS validation report 1.0.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dataexchange.model.rule import Rule, Severity
from dataexchange.model.sentence import Sentence

__all__ = ["Comparison", "Finding", "Place", "Report", "Rule", "Severity", "Verdict"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the source: row and column as a spreadsheet shows them, the value as it stands there, the cell such as C12."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        parts = [self.file or ""]
        if self.sheet:
            parts.append(f"sheet {self.sheet!r}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column!r}")
        return ", ".join(p for p in parts if p)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault or remark. `sentence` is a whole one: what stands there, why it cannot be, what to do.

    `count` is above 1 where one finding stands for many equal ones (the sentence then says so). `also`: the other cells that it is
    about, as a sum that is wrong in three years; a place without a cell stands for those that are not named. They serve the check that
    makes the finding and are not kept. `others`: further periods that it is about, beside its worst, which is `period`.
    """

    rule: str
    severity: Severity
    sentence: Sentence
    place: Place = Place()
    key: str | None = None
    period: str | None = None
    count: int = 1
    also: tuple[Place, ...] = field(default=(), compare=False, repr=False)
    others: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The sentence in English."""
        return str(self.sentence)

    @property
    def periods(self) -> tuple[str, ...]:
        """All that it is about, the earliest first."""
        return tuple(sorted({*self.others, *((self.period,) if self.period else ())}))


class Verdict(StrEnum):
    """How a local series stands to the national one."""

    CONSISTENT = (
        "consistent"  #: the same as the nation's value, or a part that fits its whole (and may well differ from it)
    )
    EXPLAINED = "explained"  #: it differs, and what is known of the two series says why
    INCONSISTENT = "inconsistent"  #: it differs, or cannot be part of its whole, and nothing says why
    NOT_COMPARABLE = "not_comparable"
    NO_BASELINE = "no_baseline"

    @classmethod
    def _missing_(cls, value: object) -> Verdict | None:
        """Reports of before 2026-12 have other words."""
        return _FORMER.get(value) if isinstance(value, str) else None


#: Of a series without a national one that it could be laid beside.
ALONE = frozenset({Verdict.NO_BASELINE, Verdict.NOT_COMPARABLE})

_FORMER = {
    "agrees": Verdict.CONSISTENT,
    "plausible": Verdict.CONSISTENT,
    "disagrees": Verdict.INCONSISTENT,
    "implausible": Verdict.INCONSISTENT,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One local series beside a national one.

    `rule` is the question asked (mirror, remainder …). `points` are (period, local value, national value), at most the
    shared periods. `sentence` is the reason, for people.
    """

    rule: str
    key: str
    baseline_key: str | None
    verdict: Verdict
    sentence: Sentence
    points: Sequence[tuple[str, float, float]] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    #: The reason without its figures, the same words for every series that shares it: reports group by it.
    kind: Sentence | None = None
    #: What would make it consistent, or what to look at: "values look like thousands: UNIT_MULT 3?".
    hints: tuple[Sentence, ...] = ()
    #: The national value that the sentence speaks of, as (period, value), and the number of the release that last changed its series;
    #: of what is not laid beside it the latest value. Where they are known.
    national: tuple[str, float] | None = None
    vintage: int | None = None

    @property
    def within(self) -> bool:
        """Whether it lays a series beside its own parts, and not beside a national one."""
        return self.baseline_key is None and self.verdict not in ALONE

    @property
    def reason(self) -> str:
        """The sentence in English."""
        return str(self.sentence)

    @property
    def ground(self) -> str:
        """The kind of reason in English, "" where nothing is said of it."""
        return "" if self.kind is None else str(self.kind)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Report:
    """Everything said about one file or submission.

    `subject` is the file's name. `counts` are of the steps: rows read, cells mapped, observations, series, blank cells left out …
    `skipped` rules carry the reason why they did not run. `reading` says how the file was read, `rulebook` by which rulebook it was
    checked ("KG_NSC 3"; "" in reports of before 2026-12).
    """

    subject: str
    findings: tuple[Finding, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    rules_run: tuple[str, ...] = ()
    rules_skipped: Mapping[str, Sentence] = field(default_factory=dict)
    reading: Sentence | str = ""
    #: The rules as they were set: the office and the version of its rulebook, "GB_ONS 3".
    rulebook: str = ""
    #: What came of it, once something did: it is told in place of whether it can be published, and not kept.
    came_of: Sentence | None = None
    #: Whether its warnings want reasons, as those of a city do: an office answers to nobody for its own. Not kept either.
    wants_reasons: bool = True

    @property
    def errors(self) -> int:
        return sum(f.count for f in self.findings if f.severity is Severity.ERROR)

    @property
    def warnings(self) -> int:
        return sum(f.count for f in self.findings if f.severity is Severity.WARNING)

    @property
    def publishable(self) -> bool:
        return self.errors == 0
