"""What stands around findings on a page, in the language that they are told in: heads of tables, counts, what to do.

>>> from dataexchange.model.sentence import ENGLISH
>>> tell = Words("en", ENGLISH)
>>> tell["cell"], tell.times(1999, ("B2", "B7"), more=True)
('Cell', '(1,999 times: B2, B7, …)')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.finding import Severity
from dataexchange.model.sentence import Language, Sentence, say, says

_LABELS: Mapping[str, Sentence] = {
    "found": say("What the checks found"),
    "nothing": say("Nothing to correct"),
    "to_do": say("What to do:"),
    "sheet": say("Sheet"),
    "cell": say("Cell"),
    "row": say("Row"),
    "column": say("Column"),
    "in_cell": say("In the cell"),
    "wrong": say("What is wrong"),
    "note": say("Note"),
    "equal": say("Equal ones are told together."),
    "national": say("Beside the national series"),
    "laid": say(
        "Each series is laid beside the national series of the same indicator, and parts beside their whole. A verdict stops no "
        "publication; it is published with the figures."
    ),
    "such_as": say("Such as"),
    "which": say("Which"),
    "read": say("What was read"),
    "file": say("The file"),
    "as_file": say("The report as a file:"),
    "text": say("text"),
    "ess": say("ESS validation report"),
}

#: What the steps count, in their order, in words that stand beside the number.
COUNTED: Mapping[str, Callable[[int], Sentence]] = {
    "rows": lambda n: says("row", "rows", n),
    "left_out": lambda n: says("row left out", "rows left out", n),
    "cells": lambda n: says("cell with a figure", "cells with a figure", n),
    "skipped": lambda n: says("cell without a figure", "cells without a figure", n),
    "failed": lambda n: says("cell that could not be mapped", "cells that could not be mapped", n),
    "observations": lambda n: says("observation", "observations", n),
    "derived": lambda n: says("observation derived from others", "observations derived from others", n),
}

_SEVERITIES: Mapping[Severity, Callable[[int], Sentence]] = {
    Severity.ERROR: lambda n: says("{n} error", "{n} errors", n),
    Severity.WARNING: lambda n: says("{n} warning", "{n} warnings", n),
    Severity.INFORMATION: lambda n: says("{n} note", "{n} notes", n),
}


@dataclass(frozen=True, slots=True)
class Words:
    """`tag`: of the language."""

    tag: str
    language: Language

    def __getitem__(self, label: str) -> str:
        return _LABELS[label].said(self.language)

    def number(self, n: int) -> str:
        return self.language.number(n)

    def row(self, row: int) -> str:
        return self._said(say("row {row}", row=str(row)))

    def errors(self, n: int) -> str:
        return self._said(says("error", "errors", n))

    def warnings(self, n: int) -> str:
        return self._said(says("warning", "warnings", n))

    def of_severity(self, severity: Severity, n: int) -> str:
        return self._said(_SEVERITIES[severity](n))

    def counted(self, name: str, n: int) -> str:
        return self._said(COUNTED[name](n))

    def times(self, n: int, cells: Sequence[str] = (), more: bool = False) -> str:
        """`(25 times: C2:C26)`."""
        if not cells:
            return self._said(says("({n} time)", "({n} times)", n))
        listed = ", ".join((*cells, "…") if more else cells)
        return self._said(says("({n} time: {cells})", "({n} times: {cells})", n, cells=listed))

    def all_of_kind(self, n: int) -> str:
        return self._said(says("All {n} finding of this kind", "All {n} findings of this kind", n))

    def comparisons(self, n: int) -> str:
        return self._said(says("{n} comparison", "{n} comparisons", n))

    def series(self, n: int, ground: str) -> str:
        return self._said(says("{n} series: {ground}", "{n} series: {ground}", n, ground=ground))

    def further(self, n: int) -> str:
        return self._said(
            says("and {n} more, which the report as JSON lists", "and {n} more, which the report as JSON lists", n)
        )

    def not_applied(self, n: int) -> str:
        return self._said(says("{n} check did not apply", "{n} checks did not apply", n))

    def _said(self, sentence: Sentence) -> str:
        return sentence.said(self.language)
