"""Equal findings told once: the same rule, column and words, with how many there are and in which cells.

4,000 wards with a code that is in no list   ->   one group, count 4000, cells ("C2:C1200", "C1300", "C1400:C4199")
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dataexchange.model.finding import Finding

#: Ranges of cells named for one group; the others are counted.
RANGES = 5


@dataclass(frozen=True, slots=True)
class Group:
    """`first` stands for all `findings`; `count` is of cells and rows, of which a finding may stand for many."""

    first: Finding
    findings: Sequence[Finding]

    @property
    def count(self) -> int:
        return sum(finding.count for finding in self.findings)

    @property
    def ranges(self) -> tuple[str, ...]:
        """All cells of the group, those below each other as one: `C2:C4000`; rows alone where columns have no letters."""
        letters = _letters(self.first)
        rows = sorted({finding.place.row for finding in self.findings if finding.place.row is not None})
        if not rows and self.first.place.cell:
            return (self.first.place.cell,)
        return tuple(
            f"{letters}{first}" if first == last else f"{letters}{first}:{letters}{last}" for first, last in _runs(rows)
        )


def grouped(findings: Sequence[Finding]) -> list[Group]:
    """In the order of the first of each."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        place = finding.place
        alike = (finding.rule, finding.severity, place.file, place.sheet, place.column, finding.sentence)
        groups.setdefault(alike, []).append(finding)
    return [Group(found[0], found) for found in groups.values()]


def _letters(finding: Finding) -> str:
    """The letters of its column: C of C12."""
    return (finding.place.cell or "").rstrip("0123456789")


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Rows that follow one another: 2, 3, 4, 7 are (2, 4) and (7, 7)."""
    start = last = None
    for row in rows:
        if last is not None and row == last + 1:
            last = row
            continue
        if start is not None and last is not None:
            yield start, last
        start = last = row
    if start is not None and last is not None:
        yield start, last
