"""Rules about figures within one data set: ranges, bounds, sums, time series and revisions."""

from __future__ import annotations

from dataexchange.model.rule import Rule, Severity

_E, _W = Severity.ERROR, Severity.WARNING

WITHIN = (
    # Level 1: the value against its unit, status and bounds.
    Rule(
        "RNG-EMPTY",
        1,
        _E,
        "There is no value and the status does not say why",
        "Give the value, or OBS_STATUS H, L, M, O or Q.",
        "SDMX CL_OBS_STATUS 2.1",
    ),
    Rule(
        "RNG-STATUS",
        1,
        _E,
        "There is a value although the status says it is missing",
        "Remove the value, or correct OBS_STATUS.",
        "SDMX CL_OBS_STATUS 2.1",
    ),
    Rule(
        "RNG-PERCENT",
        1,
        _E,
        "A percentage is outside 0 to 100",
        "Correct the value or the unit; a growth rate is a series of KIND G.",
        "ESS CONVAL fixed ranges",
        waivable=True,
    ),
    Rule(
        "RNG-COUNT",
        1,
        _W,
        "A count is negative or not whole",
        "Correct the value, UNIT_MULT or the unit.",
        "ESS CONVAL negatives",
        waivable=True,
    ),
    Rule(
        "BND",
        1,
        _E,
        "The value is not between its own bounds",
        "Correct LOWER_BOUND, UPPER_BOUND or the value.",
        "ESS CONVAL fixed ranges",
        waivable=True,
    ),
    Rule(
        "UNIT-SERIES",
        1,
        _E,
        "The unit is none that the series comes in",
        "Correct UNIT_MEASURE, or choose the series that is counted in it.",
        "UNSD content constraints",
    ),
    # Level 1: figures that can hardly be, within one table.
    Rule(
        "RNG-FUTURE",
        1,
        _W,
        "There is a figure of a period that has not begun",
        "Correct the period; a forecast has OBS_STATUS F.",
        "ESS CONVAL, time consistency",
        waivable=True,
    ),
    Rule(
        "RNG-JUMP",
        1,
        _W,
        "A figure is hundreds of times as large or as small as the others of its series",
        "Look for a thousands mark read as a decimal one, another unit or a slip; if the figure is right, say why in COMMENT_OBS.",
        "ESS CONVAL, outliers",
        waivable=True,
    ),
    Rule(
        "SUM-SEX",
        1,
        _W,
        "Women and men together are not the total",
        "Correct the one of the three figures that is wrong; if people of other or unknown sex are the difference, leave it.",
        "ESS level 1, additivity of breakdowns",
        waivable=True,
    ),
)
