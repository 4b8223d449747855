"""A re-check in a line or two, for terminals and pages."""

from __future__ import annotations

from dataexchange.model.finding import Verdict
from dataexchange.model.recheck import Recheck, State

_VERDICTS = {
    Verdict.CONSISTENT: "consistent",
    Verdict.EXPLAINED: "explained",
    Verdict.INCONSISTENT: "inconsistent",
    Verdict.NOT_COMPARABLE: "not comparable",
    Verdict.NO_BASELINE: "nothing to compare with",
}


def cause(recheck: Recheck) -> str:
    """What has changed: `the national values of release 12`."""
    before, after = recheck.mark.vintages
    old, new = recheck.mark.rulebooks
    vintage = f"the national values of release {after}" if before != after else ""
    return " and ".join(part for part in (vintage, f"the rules of {new}" if old != new else "") if part)


def sentence(recheck: Recheck, whose: str = "") -> str:
    """`3 of your 12 series stand otherwise to the national values of release 12.`"""
    if recheck.state is State.DUE:
        return f"To be compared again with {cause(recheck)}."
    if recheck.message:
        return f"It could not be compared again with {cause(recheck)}: {recheck.message}"
    n, all_ = recheck.changed, recheck.compared
    if not n:
        return f"Compared again with {cause(recheck)}: all {all_:,} series stand as before."
    verb = "stands" if n == 1 else "stand"
    return f"{n:,} of {whose + ' ' if whose else ''}{all_:,} series {verb} otherwise to {cause(recheck)}."


def turned(recheck: Recheck) -> list[str]:
    """`2 series: consistent → inconsistent`, what became inconsistent first."""
    order = sorted(recheck.turns.items(), key=lambda one: (one[0][1] != Verdict.INCONSISTENT, -one[1], one[0]))
    return [f"{n:,} series: {verdict(before)} → {verdict(after)}" for (before, after), n in order]


def verdict(word: str) -> str:
    return _VERDICTS[Verdict(word)]
