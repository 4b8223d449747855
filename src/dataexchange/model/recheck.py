"""A second look at what was checked, once national series, the rules that it was checked by, or lists of areas have changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dataexchange.model.finding import Verdict
from dataexchange.model.sentence import Sentence
from dataexchange.model.structure import Ref

NOTHING = Sentence("")


class State(StrEnum):
    DUE = "due"  #: marked; a worker takes it
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a change concerns: all that a dataset has published, or a submission that is not published yet.

    `office` is told of it beside the provider: who reviews the provider's tables, else whose figures the national ones are.
    """

    dataflow: Ref
    provider: str
    dataset: str
    submission: str | None
    office: str | None
    baseline: Ref
    #: The last release of the baseline before the change, and with it; the same where the rulebook or areas changed. 0: there was none.
    vintages: tuple[int, int]
    #: The rulebook that held before and holds with the change: "KG_NSC 2", "KG_NSC 3".
    rulebooks: tuple[str, str]

    @property
    def is_of_areas(self) -> bool:
        """Whether neither figures nor rules are others: then areas are parted otherwise."""
        return self.vintages[0] == self.vintages[1] and self.rulebooks[0] == self.rulebooks[1]


@dataclass(frozen=True, slots=True)
class Turn:
    """One series that stands otherwise to the nation than before. `within`: it is compared with its own parts."""

    key: str
    within: bool
    before: Verdict
    after: Verdict
    #: Why it stood as it did, and why it stands as it does; empty where nothing was to be said.
    before_reason: Sentence = NOTHING
    after_reason: Sentence = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """`number` counts what is done, in the order in which it became visible. `message` says why it could not be done."""

    id: str
    number: int | None
    state: State
    mark: Mark
    due_at: datetime
    done_at: datetime | None = None
    report_hash: str | None = None
    compared: int = 0
    #: ("consistent", "inconsistent") -> how many series.
    turns: Mapping[tuple[str, str], int] = field(default_factory=dict)
    message: str | None = None

    @property
    def changed(self) -> int:
        """How many series stand otherwise."""
        return sum(self.turns.values())
