"""Rules about figures within one data set: ranges, bounds, sums, time series and revisions."""

from __future__ import annotations

from dataexchange.model.rule import Parameter, Rule, Severity

_E, _W = Severity.ERROR, Severity.WARNING

WITHIN = (
    Rule(
        "RNG-EMPTY",
        1,
        _E,
        "There is no value and the status does not say why",
        "Give the value, or OBS_STATUS H, L, M, O or Q.",
        "SDMX CL_OBS_STATUS 2.1",
        explanation=(
            "An empty value needs a status that says why: OBS_STATUS H holiday, L not collected, M cannot exist, "
            "O missing, or Q suppressed. Example: no value, and OBS_STATUS A."
        ),
    ),
    Rule(
        "RNG-STATUS",
        1,
        _E,
        "There is a value although the status says it is missing",
        "Remove the value, or correct OBS_STATUS.",
        "SDMX CL_OBS_STATUS 2.1",
        explanation=(
            "A value together with OBS_STATUS L, M, O or Q, which say that there is none. Example: the value is "
            "12.5 and OBS_STATUS Q. This protects suppressed figures too."
        ),
    ),
    Rule(
        "RNG-PERCENT",
        1,
        _E,
        "A percentage is outside 0 to 100",
        "Correct the value or the unit; a growth rate is a series of KIND G.",
        "ESS CONVAL fixed ranges",
        formula="lowest ≤ value · 10^UNIT_MULT ≤ highest",
        parameters=(
            Parameter("lowest", 0, "The smallest percentage there can be", -1000, 0, "%"),
            Parameter("highest", 100, "The largest percentage there can be", 100, 100000, "%"),
        ),
        explanation=(
            "Percentages that can be none. Looked at where UNIT_MEASURE is PT (or no code, and the series comes "
            "in PT only) and the series is of KIND C, R or M; growth rates (KIND G) and ratios in other units are "
            "not. Example: 628 % is outside 0 to 100."
        ),
        waivable=True,
    ),
    Rule(
        "RNG-COUNT",
        1,
        _W,
        "A count is negative or not whole",
        "Correct the value, UNIT_MULT or the unit.",
        "ESS CONVAL negatives",
        formula="value ≥ 0, and value = ⌊value⌋ where UNIT_MULT = 0",
        explanation=(
            "Counts are not negative and, with UNIT_MULT 0, whole: values of KIND C in the unit NUMBER. Example: "
            "6.5 homicides."
        ),
        waivable=True,
    ),
    Rule(
        "BND",
        1,
        _E,
        "The value is not between its own bounds",
        "Correct LOWER_BOUND, UPPER_BOUND or the value.",
        "ESS CONVAL fixed ranges",
        formula="LOWER_BOUND ≤ value ≤ UPPER_BOUND",
        explanation=(
            "The value against LOWER_BOUND and UPPER_BOUND, each where it is given. Example: the value 62.9 is "
            "below LOWER_BOUND 63.1."
        ),
    ),
    Rule(
        "UNIT-SERIES",
        1,
        _E,
        "The unit is none that the series comes in",
        "Correct UNIT_MEASURE, or choose the series that is counted in it.",
        "Content constraints of the global SDG dataflow (UNSD)",
        explanation=(
            "UNIT_MEASURE against the units of the series (`UNIT` in the code list). Example: VC_IHR_PSRC comes "
            "in PER_100000_POP, not in NUMBER."
        ),
        waivable=True,
    ),
    Rule(
        "RNG-FUTURE",
        1,
        _W,
        "There is a figure of a period that has not begun",
        "Correct the period; a forecast has OBS_STATUS F.",
        "ESS CONVAL, time consistency",
        explanation=(
            "A period with a figure has begun, by the calendar of the exchange; a forecast (OBS_STATUS F) may be "
            "of a time to come. Example: 2091 instead of 2019."
        ),
        waivable=True,
    ),
    Rule(
        "RNG-JUMP",
        1,
        _W,
        "A figure is hundreds of times as large or as small as the others of its series",
        "Look for a thousands mark read as a decimal one, another unit or a slip; if the figure is right, say "
        "why in COMMENT_OBS.",
        "ESS CONVAL, outliers",
        formula="|x| ≤ factor · median|x|; of counts also |x| ≥ median|x| / factor",
        parameters=(
            Parameter("factor", 300, "How many times the median is too far", 2, 1000000),
            Parameter("fewest", 3, "The fewest figures that have a middle one", 3, 100),
        ),
        explanation=(
            "A figure that is hundreds of times as large as the middle one (the median) of its series, or a count "
            "(KIND C) as small, with UNIT_MULT applied. Series of fewer than three figures and zeros are not "
            "asked. Example: 1,453,000 people over 65 in a ward that has 1,471 and 1,488 in the next years."
        ),
        waivable=True,
    ),
    Rule(
        "SUM-SEX",
        1,
        _W,
        "Women and men together are not the total",
        "Correct the one of the three figures that is wrong; if people of other or unknown sex are the "
        "difference, leave it.",
        "ESS level 1, additivity of breakdowns",
        formula="|total − women − men| ≤ 3u / 2, u what the three are rounded to",
        explanation=(
            "Counts (KIND C) of women and men against their total, where the table has all three for the same key "
            "and period. Where it has other codes of SEX as well, women and men may be fewer than the total. The "
            "finding stands at the total and names the rows of the others. Example: the total is 38, and women "
            "(9 in row 15) and men (19 in row 16) are 28 together."
        ),
        waivable=True,
    ),
)
