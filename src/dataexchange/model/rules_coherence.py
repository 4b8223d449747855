"""Rules about local series beside national ones, and parts beside their whole."""

from __future__ import annotations

from dataexchange.model.rule import Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

COHERENCE = (
    # Levels 1, 3 and 5: local series beside national ones, and parts beside their whole.
    Rule(
        "COH-GATE",
        5,
        _I,
        "Whether a local series can be compared with a national one",
        "Nothing must be done; the reason is told to readers.",
        "ESS handbook on comparability",
        waivable=True,
    ),
    Rule(
        "COH-MIRROR",
        3,
        _W,
        "The national office has another value for the same area",
        "Compare sources and definitions with the national office, and say in COMMENT_OBS or SOURCE_DETAIL why they differ.",
        "ESS level 3, mirror statistics",
        waivable=True,
    ),
    Rule(
        "COH-REMAINDER",
        5,
        _E,
        "The parts leave less than nothing for the rest of the whole",
        "Look for a wrong unit, multiplier, period or area; a part cannot be larger than its whole.",
        "ESS level 5, accounting identity",
        waivable=True,
    ),
    Rule(
        "COH-SUM",
        1,
        _E,
        "The parts do not add up to the whole",
        "Look for a missing, doubled or mistyped part.",
        "ESS level 1, additivity of breakdowns",
        waivable=True,
    ),
    Rule(
        "COH-CONVEX",
        1,
        _E,
        "The whole lies outside the range of its parts",
        "Look for a missing part, or for a whole with another definition.",
        "ESS level 1, additivity of breakdowns",
        waivable=True,
    ),
)
