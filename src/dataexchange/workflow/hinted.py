"""Findings about figures of a series, with what the comparison with the nation takes them for.

That 8.3 is no count is found by a rule that knows the table alone; that it is the city's share of its nation, in per cent, by the step that
has the nation's figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dataexchange.model.finding import Comparison, Finding
from dataexchange.model.sentence import chained, say

#: The rule whose findings gain from it: figures that are no counts.
HINTED = "RNG-COUNT"


def asked_of(findings: Sequence[Finding]) -> frozenset[str]:
    """Keys of which it is worth knowing what their figures may be."""
    return frozenset(f.key for f in findings if f.rule == HINTED and f.key)


def hinted(findings: Sequence[Finding], comparisons: Sequence[Comparison]) -> Iterator[Finding]:
    """The same findings; the first of each series says what the figures look like."""
    hints = {one.key: one.hints for one in comparisons if one.hints}
    for one in findings:
        if one.rule == HINTED and one.key in hints:
            words = say("{words}; {hints}", words=one.sentence, hints=chained(hints.pop(one.key)))
            yield replace(one, sentence=words)
        else:
            yield one
