"""Rules about local series beside national ones, and parts beside their whole."""

from __future__ import annotations

from dataexchange.model.rule import Parameter, Rule, Severity

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
        parameters=(
            Parameter(
                "partial", 2, "what a comparison with reservations may differ by, of the national value", 0, 50, "%"
            ),
        ),
    ),
    Rule(
        "COH-KIND",
        5,
        _I,
        "Nobody says of which kind a series is",
        "Say in the rulebook, or as KIND in the code list of SERIES, whether it is a count (C), a ratio (R), a mean (M) or growth (G).",
        "SDMX; figures of areas can only be put together by what they are",
        waivable=False,
    ),
    Rule(
        "COH-MIRROR",
        3,
        _W,
        "The national office has another value for the same area",
        "Compare sources and definitions with the national office, and say in COMMENT_OBS or SOURCE_DETAIL why they differ.",
        "ESS level 3, mirror statistics",
        parameters=(
            Parameter("relative", 0.5, "what the values may differ by, of the national value", 0, 50, "%"),
            Parameter("z_warning", 1.96, "the z of a difference between confidence bounds that is a warning", 0, 10),
            Parameter("z_error", 2.58, "the z that is an error in a single period; with more periods it rises", 0, 20),
        ),
        waivable=True,
    ),
    Rule(
        "COH-SCALE",
        5,
        _W,
        "A series is off by a power of ten, or far from the level of its nation",
        "Look at UNIT_MULT and UNIT_MEASURE: thousands given as units, or a share given as a percentage.",
        "",
        parameters=(
            Parameter("nearness", 0.05, "how near log10 of the ratio must be to a whole number", 0.001, 0.3),
            Parameter("level", 1.5, "how far from its nation a ratio or mean may lie, as log10 of the ratio", 0.5, 6),
        ),
        waivable=True,
    ),
    Rule(
        "COH-REMAINDER",
        5,
        _E,
        "The parts leave less than nothing for the rest of the whole",
        "Look for a wrong unit, multiplier, period or area; a part cannot be larger than its whole.",
        "ESS level 5, accounting identity",
        parameters=(
            Parameter("lowest", 0.5, "the ratio of the rest to the whole below which it is remarkable", 0, 1),
            Parameter("highest", 2, "the ratio of the rest to the whole above which it is remarkable", 1, 100),
            Parameter("smallest_rest", 1, "how much of the whole's weight the rest must have to be asked", 0, 100, "%"),
        ),
        waivable=True,
    ),
    Rule(
        "COH-SUM",
        1,
        _E,
        "The parts do not add up to the whole",
        "Look for a missing, doubled or mistyped part.",
        "ESS level 1, additivity of breakdowns",
        parameters=(
            Parameter(
                "warning", 1, "what the parts may miss the whole by, beyond rounding, before it is an error", 0, 50, "%"
            ),
        ),
        waivable=True,
    ),
    Rule(
        "COH-POOL",
        1,
        _E,
        "The parts do not pool to the whole",
        "Look for a mistyped part, or for weights of other people than the ratio is about.",
        "ESS level 1, additivity of breakdowns",
        parameters=(
            Parameter(
                "relative", 0.5, "what the pooled parts may differ by from the whole, beyond rounding", 0, 50, "%"
            ),
            Parameter("error", 2, "the difference that is an error", 0, 50, "%"),
        ),
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
    Rule(
        "COH-SHARE",
        5,
        _W,
        "A part's share of its whole changes oddly",
        "Look for a mistyped figure or a break; if it is so, say why in COMMENT_OBS.",
        "robust z: B. Iglewicz and D. C. Hoaglin, How to detect and handle outliers, 1993",
        parameters=(
            Parameter("z", 3.5, "how many robust deviations from the median are remarked on", 1, 100),
            Parameter("alone", 6, "the same where only its own history, or only other areas, can be asked", 1, 100),
            Parameter("floor", 0.05, "the least that a deviation is taken for, in logit", 0, 5),
            Parameter("least", 6, "how many changes there must be to compare with", 3, 1000),
            Parameter("smallest", 30, "counts below this are not judged by how they move", 0),
        ),
        waivable=True,
    ),
    Rule(
        "COH-GROWTH",
        5,
        _W,
        "A part grows unlike its whole",
        "Look for a mistyped figure or a break; if it is so, say why in COMMENT_OBS.",
        "robust z: B. Iglewicz and D. C. Hoaglin, How to detect and handle outliers, 1993",
        parameters=(
            Parameter("z", 3.5, "how many robust deviations from the median are remarked on", 1, 100),
            Parameter("alone", 6, "the same where only its own history, or only other areas, can be asked", 1, 100),
            Parameter("floor", 0.05, "the least that a deviation is taken for, in log", 0, 5),
            Parameter("least", 6, "how many changes there must be to compare with", 3, 1000),
            Parameter("smallest", 30, "counts below this are not judged by how they move", 0),
        ),
        waivable=True,
    ),
    Rule(
        "COH-PEERS",
        5,
        _W,
        "An area changes unlike the other areas",
        "Look for a mistyped figure, or for two areas that were exchanged.",
        "M. A. Hidiroglou and J.-M. Berthelot, Statistical editing for periodic business surveys, Survey Methodology 12, 1986",
        parameters=(
            Parameter("u", 0.5, "how much the size of an area counts, from 0 not at all to 1", 0, 1),
            Parameter("a", 0.05, "the least width, as a share of the median effect", 0, 1),
            Parameter("information", 7, "how many widths from the median are told", 1, 1000),
            Parameter("warning", 10, "how many widths from the median are a warning", 1, 1000),
            Parameter("least", 8, "how many areas there must be", 4, 10000),
            Parameter("z", 3.5, "how many robust deviations from its own history a warning wants besides", 0, 100),
            Parameter("floor", 0.05, "what a change must differ by from the median one at least, in log", 0, 5),
            Parameter("history", 6, "how many changes of its own there must be for a warning", 3, 1000),
            Parameter("smallest", 30, "counts below this are not judged by how they move", 0),
        ),
        waivable=True,
    ),
    Rule(
        "COH-NESTED",
        5,
        _I,
        "A city differs from its nation beyond chance",
        "Nothing must be done; it is told to readers.",
        "difference of a part from the whole that it belongs to",
        parameters=(Parameter("z", 1.96, "the z from which a difference is told", 0, 20),),
    ),
)
