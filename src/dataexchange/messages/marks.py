"""What is marked in a table that goes back to its city: which cells, how badly wrong they are, and what is said of each.

Several findings of one cell are one mark with the colour of the worst and all their words. What is said of a row marks the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dataexchange.messages.report_words import printable, remedy_of, severity_word, title_of, whole
from dataexchange.model.finding import Finding, Severity
from dataexchange.model.sentence import Language, say

#: Background of marked cells; comments name the severity too, for whoever cannot tell colours apart.
COLOURS: Mapping[Severity, str] = {
    Severity.ERROR: "FFF8B4B4",
    Severity.WARNING: "FFFFE08A",
    Severity.INFORMATION: "FFCFE2F8",
}
WORST = tuple(COLOURS)
#: Characters of a comment; longer ones cannot be read in a spreadsheet.
_LONGEST = 2_000
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(frozen=True, slots=True)
class Mark:
    """`text` is the comment; `said` its sentences and `remedy` what to do, for where they stand apart."""

    severity: Severity
    text: str
    said: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one sheet: row -> column -> mark, both from 1, and row -> mark for what is said of whole rows.
    `table` is what is said of none of them."""

    cells: Mapping[int, Mapping[int, Mark]] = field(default_factory=dict)
    rows: Mapping[int, Mark] = field(default_factory=dict)
    table: Mark | None = None

    @property
    def count(self) -> int:
        return sum(map(len, self.cells.values())) + len(self.rows)


def marks_of(findings: Iterable[Finding], language: Language) -> Marks:
    """Findings of one sheet; those that name neither cell nor row mark no cell."""
    words = _Words(language)
    cells: dict[int, dict[int, list[Finding]]] = {}
    rows: dict[int, list[Finding]] = {}
    table: list[Finding] = []
    for finding in findings:
        if at := cell_of(finding.place.cell):
            cells.setdefault(at[0], {}).setdefault(at[1], []).append(finding)
        elif finding.place.row is not None:
            rows.setdefault(finding.place.row, []).append(finding)
        elif finding.severity is not Severity.INFORMATION:
            table.append(finding)
    return Marks(
        {row: {column: words.mark(found) for column, found in columns.items()} for row, columns in cells.items()},
        {row: words.mark(found) for row, found in rows.items()},
        words.mark(table) if table else None,
    )


def cell_of(cell: str | None) -> tuple[int, int] | None:
    """C12 is (12, 3)."""
    found = _CELL.fullmatch(cell or "")
    return (int(found[2]), column_number(found[1])) if found else None


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


class _Words:
    """Comments in one language; the same title and remedy stand in thousands of them."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._rules: dict[tuple[Severity, str], tuple[str, str, str]] = {}

    def mark(self, findings: list[Finding]) -> Mark:
        findings = sorted(findings, key=lambda finding: WORST.index(finding.severity))
        parts: list[str] = []
        said: dict[str, None] = {}
        remedies: dict[str, None] = {}
        for finding in findings:
            head, remedy, what_to_do = self._rule(finding)
            told = whole(finding.sentence, self._language)
            if told not in said:
                parts.append("\n".join(filter(None, (head, told, what_to_do))))
            said[told] = None
            remedies[remedy] = None
        text = "\n\n".join(parts)
        cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        return Mark(findings[0].severity, cut, " ".join(said), " ".join(filter(None, remedies)))

    def _rule(self, finding: Finding) -> tuple[str, str, str]:
        """(its line in a comment, what to do, the same as a line)."""
        key = finding.severity, finding.rule
        if key not in self._rules:
            word, title = severity_word(finding.severity), title_of(finding.rule)
            remedy = remedy_of(finding.rule).said(self._language)
            self._rules[key] = (
                printable(f"{word.said(self._language)} {finding.rule}: {title.said(self._language)}"),
                remedy,
                say("What to do: {remedy}", remedy=remedy).said(self._language) if remedy else "",
            )
        return self._rules[key]
