"""Verdicts on top of all findings: what has an error of its own is not told to be consistent with anything.

The comparison looks at a series beside another; that its figures are impossible, or a power of ten from their neighbours, is found by
the rules within the table. `EN_MWT_GENV` with 164 among 165,000s leaves room in its nation, and is wrong.

Questions of change (`COH-SHARE`, `COH-GROWTH`, `COH-PEERS`) leave a verdict as it is: they ask for a look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.sentence import say
from dataexchange.workflow.hinted import HINTED

#: Rules about the figures of a series.
_FIGURES = ("RNG-", "BND", "SUM-", "TS-SCALE", "IDN-")


def on_top(comparisons: Sequence[Comparison], findings: Sequence[Finding]) -> tuple[Comparison, ...]:
    """Consistent ones whose series has an error in its figures, or of which their own rule wants a reason, are inconsistent; and so are
    counts that are none, and that the comparison takes for percentages or thousands."""
    wrong: dict[str, dict[str, None]] = {}
    asked: set[tuple[str, str]] = set()
    taken = {one.key for one in comparisons if one.hints}
    for found in findings:
        if found.key is None or found.severity is Severity.INFORMATION:
            continue
        if is_of_figures(found) or (found.rule == HINTED and found.key in taken):
            wrong.setdefault(found.key, {})[found.rule] = None
        asked.add((found.rule, found.key))
    if not (wrong or asked):
        return tuple(comparisons)
    return tuple(
        _judged(one, wrong, asked)
        if one.verdict is Verdict.CONSISTENT and (one.key in wrong or (one.rule, one.key) in asked)
        else one
        for one in comparisons
    )


def is_of_figures(found: Finding) -> bool:
    """Whether it is an error in the figures of a series, whatever they are laid beside."""
    return found.severity is Severity.ERROR and found.rule.startswith(_FIGURES)


def _judged(one: Comparison, wrong: dict[str, dict[str, None]], asked: set[tuple[str, str]]) -> Comparison:
    rules = [*wrong.get(one.key, {}), *([one.rule] if (one.rule, one.key) in asked else [])]
    ground = say("figures of the series itself are at fault ({rules})", rules=", ".join(dict.fromkeys(rules)))
    words = say("{words}; but {ground}", words=one.sentence, ground=ground)
    return replace(one, verdict=Verdict.INCONSISTENT, sentence=words, kind=ground)
