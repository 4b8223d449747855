"""Verdicts on top of all findings: what has an error of its own is not told to be consistent with anything.

The comparison looks at a series beside another; that its figures are impossible, or a power of ten from their neighbours, is found by
the rules within the table. `EN_MWT_GENV` with 164 among 165,000s leaves room in its nation, and is wrong.

Questions of change (`COH-SHARE`, `COH-GROWTH`, `COH-PEERS`) leave a verdict as it is: they ask for a look.

A series has one verdict, the worst of what it is beside the nation and beside its own parts. That the parts fit their whole does not make
it consistent with a nation that it could not be laid beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.sentence import say
from dataexchange.workflow.hinted import HINTED

#: Rules about the figures of a series.
_FIGURES = ("RNG-", "BND", "SUM-", "TS-SCALE", "IDN-")

#: A level far beyond its nation's makes a part inconsistent, whatever else is asked of it.
_LEVELS = ("COH-SCALE",)

#: What a whole and its parts may add to the verdict of the whole, and how grave it is.
_WORSE = {Verdict.EXPLAINED: 1, Verdict.INCONSISTENT: 2}


def on_top(comparisons: Sequence[Comparison], findings: Sequence[Finding]) -> tuple[Comparison, ...]:
    """Consistent ones whose series has an error in its figures, or of which their own rule wants a reason, are inconsistent; and so are
    counts that are none, and that the comparison takes for percentages or thousands. Inconsistent ones of which the office wants no
    reason, as all that is found of them is a note, are explained: by its rulebook."""
    wrong: dict[str, dict[str, None]] = {}
    asked: set[tuple[str, str]] = set()
    noted: set[tuple[str, str]] = set()
    taken = {one.key for one in comparisons if one.hints}
    for found in findings:
        if found.key is None:
            continue
        if found.severity is Severity.INFORMATION:
            noted.add((found.rule, found.key))
            continue
        if is_of_figures(found) or (found.rule == HINTED and found.key in taken):
            wrong.setdefault(found.key, {})[found.rule] = None
        asked.add((found.rule, found.key))
    if not (wrong or asked or noted):
        return tuple(comparisons)
    return tuple(
        _judged(one, wrong, asked)
        if one.verdict is Verdict.CONSISTENT and (one.key in wrong or (one.rule, one.key) in asked)
        else replace(one, verdict=Verdict.EXPLAINED)
        if one.verdict is Verdict.INCONSISTENT and one.key not in wrong and _is_a_note(one, asked, noted)
        else one
        for one in comparisons
    )


def _is_a_note(one: Comparison, asked: set[tuple[str, str]], noted: set[tuple[str, str]]) -> bool:
    keys = [key for key in (one.key, one.baseline_key) if key is not None]
    if any((one.rule, key) in asked for key in keys):
        return False
    if any((rule, key) in asked for rule in _LEVELS for key in keys):
        return False
    return any((rule, key) in noted for rule in (one.rule, *_LEVELS) for key in keys)


def one_each(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """One for every series: what is found of a whole and its own parts, unless it is well, is told with the rest of that series."""
    inside: dict[str, list[Comparison]] = {}
    for one in comparisons:
        if one.within and one.verdict in _WORSE:
            inside.setdefault(one.key, []).append(one)
    return tuple(_folded(one, inside.get(one.key, ())) for one in comparisons if not one.within)


def _folded(one: Comparison, inside: Sequence[Comparison]) -> Comparison:
    for parts in sorted(inside, key=lambda found: -_WORSE[found.verdict]):
        words = say("{words}; inside it: {inside}", words=one.sentence, inside=parts.sentence)
        if _WORSE[parts.verdict] > _WORSE.get(one.verdict, 0):
            one = replace(one, rule=parts.rule, verdict=parts.verdict, kind=parts.kind, hints=parts.hints or one.hints)
        one = replace(one, sentence=words)
    return one


def is_of_figures(found: Finding) -> bool:
    """Whether it is an error in the figures of a series, whatever they are laid beside."""
    return found.severity is Severity.ERROR and found.rule.startswith(_FIGURES)


def _judged(one: Comparison, wrong: dict[str, dict[str, None]], asked: set[tuple[str, str]]) -> Comparison:
    rules = [*wrong.get(one.key, {}), *([one.rule] if (one.rule, one.key) in asked else [])]
    ground = say("figures of the series itself are at fault ({rules})", rules=", ".join(dict.fromkeys(rules)))
    words = say("{words}; but {ground}", words=one.sentence, ground=ground)
    return replace(one, verdict=Verdict.INCONSISTENT, sentence=words, kind=ground)
