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
        explanation=(
            "Two series are only compared where they say the same of unit, base period, time, population, "
            "definition and boundary. A count beside a rate is not comparable, and never wrong; a survey year "
            "beside a calendar year is compared with a wider tolerance, and it is said. Indices with another base "
            "period are carried over to the national one."
        ),
        formula="with reservations the tolerance is max(partial, relative of COH-MIRROR) * |Y|",
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
        "Say in the rulebook, or as KIND in the code list of SERIES, whether it is a count (C), a balance (B), a ratio (R), a mean (M) or "
        "growth (G).",
        "additivity by kind of indicator, not by unit",
        explanation=(
            "Whether figures of areas add up depends on what they are, and their unit does not tell: GDP per "
            "inhabitant comes in a currency too. Until somebody says the kind of a series, it is only laid beside "
            "the nation's own values of the same area."
        ),
    ),
    Rule(
        "COH-MIRROR",
        3,
        _W,
        "The national office has another value for the same area",
        "Compare sources and definitions with the national office, and say in COMMENT_OBS or SOURCE_DETAIL why they differ.",
        "ESS level 3, mirror statistics",
        formula="|x - Y| <= max(relative * |Y|, (u_x + u_Y) / 2); with bounds z = |x - Y| / sqrt(se_x^2 + se_Y^2), "
        "se = (upper - lower) / 3.92",
        explanation=(
            "The national office's own value for the same area and key should be the city's. 11.71 beside 14.21 "
            "for the same year is told; 12.1 beside 12.04 is not. Where both give confidence bounds the "
            "difference is tested, and with many periods an error needs a larger z."
        ),
        parameters=(
            Parameter("relative", 0.5, "what the values may differ by, of the national value", 0, 50, "%"),
            Parameter(
                "z_warning",
                1.96,
                "the z of a difference between confidence bounds that is a warning",
                0,
                10,
                not_above="z_error",
            ),
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
        "ESS level 3 and 5, errors of scale",
        formula="mirrors: |log10(x / Y) - k| <= nearness, k a whole number other than 0; ratios and means in their nation: "
        "|median of log10(y / Y)| > level; counts: median of log10(y / Y) - log10(share) < -counts",
        explanation=(
            "Thousands given as units, or 0.25 for 25 %, put a whole series off by a power of ten. Beside the "
            "nation's own values that is plain; a ratio of a city is told when it lies thirty times above or "
            "below its nation, further than areas of one country do. A count is told when it is less than a "
            "five-hundredth of what the city's share of the population, or of other counts, lets expect."
        ),
        parameters=(
            Parameter("nearness", 0.05, "how near log10 of the ratio must be to a whole number", 0.001, 0.3),
            Parameter(
                "counts",
                2.7,
                "how far below the share that its area has in other counts a count may lie, as log10 of the ratio",
                1,
                12,
            ),
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
        formula="counts: R = Y - sum y_a >= -(u_Y + sum u_a) / 2; ratios: r = (W Y - sum w_a y_a) / (W - sum w_a)",
        explanation=(
            "Some parts of a whole leave the rest of it. Of counts the rest cannot be below zero: 812 homicides "
            "in a city of a nation with 790 cannot be. Balances (KIND B), and periods in which a figure is negative, "
            "are not asked; of emissions, and of a series with a negative figure in another period or area, it is a "
            "warning. Of ratios with weights it must be possible, a percentage "
            "between 0 and 100."
        ),
        parameters=(
            Parameter(
                "lowest",
                0.5,
                "the ratio of the rest to the whole below which it is remarkable",
                0,
                1,
                not_above="highest",
            ),
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
        formula="|Y - sum y_a| <= (u_Y + sum u_a) / 2; of whole numbers u = 1 up to `estimates`, beyond that 0",
        explanation=(
            "Counts of all the parts of a partition add up to the whole, but for rounding: nine areas with 8,500 "
            "are not a nation with 8,327. The unit of rounding is that of the series; of counts, a coarser one that at "
            "least eight figures of the parts show (an office that rounds to 5, 10, 50, 100, 1,000 …), and the whole has "
            "it, too, if it is a multiple of it; else the coarser decimals that all figures of the period show, where "
            "they are at least six: these excuse 1 % of the whole at most."
        ),
        parameters=(
            Parameter(
                "estimates",
                0.1,
                "how much of the whole rounding to whole numbers may explain: 34 wards of 465,900 people miss by 5, one of 15 is told",
                0,
                5,
                "%",
            ),
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
        formula="Y' = sum w_a y_a / sum w_a; |Y' - Y| <= rounding + relative * |Y|",
        explanation=(
            "A ratio or mean of the whole is the weighted mean of those of all its parts. Where the weights are "
            "known, such as the population of each district, the parts must pool to the whole."
        ),
        parameters=(
            Parameter(
                "relative",
                0.5,
                "what the pooled parts may differ by from the whole, beyond rounding",
                0,
                50,
                "%",
                not_above="error",
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
        formula="min(y_a - u_a / 2) <= Y + u_Y / 2 and Y - u_Y / 2 <= max(y_a + u_a / 2)",
        explanation=(
            "Without weights, a ratio of the whole still lies between the lowest and the highest of its parts: "
            "965 cannot be the mean of 92 to 99. Rounding explains half a unit of each, never more: the unit u is the "
            "finest decimal of a series, and of parts, where they are at least six in a period, that of the finer half of "
            "them. Of a mean or composite it is only a warning, since some do not "
            "pool by weights."
        ),
        waivable=True,
    ),
    Rule(
        "COH-SHARE",
        5,
        _W,
        "A part's share of its whole changes oddly",
        "Look for a mistyped figure or a break; if it is so, say why in COMMENT_OBS.",
        "robust z: B. Iglewicz and D. C. Hoaglin, How to detect and handle outliers, 1993",
        formula="s = y / Y; d = logit s_2 - logit s_1; z = (|d - med| - blur) / max(1.4826 MAD, floor)",
        explanation=(
            "An area's share of the whole changes slowly. A change that is odd both for the series itself and "
            "beside the other areas in the same period is pointed out; small counts are left alone, since they "
            "jump by chance."
        ),
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
        formula="g = ln(y_2 / y_1) - ln(Y_2 / Y_1); z = (|g - med| - blur) / max(1.4826 MAD, floor)",
        explanation=(
            "A city may grow unlike its nation, and usually does; so the gap is held against the usual gaps of "
            "the series and of the other areas, never against a fixed percentage."
        ),
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
        formula="r = y_2 / y_1; s = 1 - r_M / r below the median r_M, else r / r_M - 1; E = s max(y_1, y_2)^u; "
        "d = max(|E_M - E_Q|, |a E_M|); |E - E_M| / d",
        explanation=(
            "Areas of one whole mostly change alike from one period to the next. One that changes far more, or "
            "the other way, is told; small areas have more room. It is a warning only where the series' own "
            "history finds it odd as well."
        ),
        parameters=(
            Parameter("u", 0.5, "how much the size of an area counts, from 0 not at all to 1", 0, 1),
            Parameter("a", 0.05, "the least width, as a share of the median effect", 0, 1),
            Parameter("information", 7, "how many widths from the median are told", 1, 1000, not_above="warning"),
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
        formula="z = |x - Y| / ((1 - p) sqrt(se^2 + se_rest^2)), se_rest^2 = (se_Y^2 - p^2 se^2) / (1 - p)^2",
        explanation=(
            "A city is part of the nation that it is compared with, so the two are not independent. Where both "
            "give confidence bounds and the city's share is known, it is told whether they differ beyond chance. "
            "That is no fault."
        ),
        parameters=(Parameter("z", 1.96, "the z from which a difference is told", 0, 20),),
    ),
)
