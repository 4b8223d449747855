"""A mapping file in plain words: what it does, what is wrong with it, and what a table meets in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataexchange.model.finding import Report
from dataexchange.model.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Part:
    """One matter of the mapping: `Columns`, with a sentence for each."""

    title: Sentence
    sentences: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class MappingFault:
    """What the structure does not have, and where the mapping says it: line 12, columns > Ward."""

    sentence: Sentence
    line: int
    place: str


@dataclass(frozen=True, slots=True)
class Met:
    """What a table meets: `report` has the counts and what the mapping found, `first` some observations in words."""

    report: Report
    first: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`file` is the mapping file as it was named, `dataset` what it makes: bristol/pm25."""

    file: str
    dataset: str
    parts: Sequence[Part]
    faults: Sequence[MappingFault]
    met: Met | None = None

    @property
    def faulty(self) -> bool:
        return bool(self.faults) or (self.met is not None and not self.met.report.publishable)
