"""Rules about local series beside national ones, and parts beside their whole."""

from __future__ import annotations

from dataexchange.model.rule import Parameter, Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

COHERENCE = (
    Rule(
        "COH-GATE",
        5,
        _I,
        "Whether a local series can be compared with a national one",
        "Nothing must be done; the reason is told to readers.",
        "ESS handbook on comparability",
        explanation=(
            "Comes first. A series is **not comparable**, never wrong, when one of these differs from the "
            "national one:\n\n"
            "- **definition**: OBS_STATUS D, an ADAPTATION_TYPE other than IDENTICAL, or a series of the city's "
            "own (`_L_…`) of which it is not said that it is identical: an adapted indicator, with the global "
            "series that it stands for (GLOBAL_SERIES) and what its [adaptation record](adapt-an-indicator.md) "
            "says of numerator, denominator and population. A NARROWED one that differs only in area, period or "
            "source is compared, with reservations (*partial*, see below), and so is a series of the city's own "
            "that is IDENTICAL with the global one;\n"
            "- **unit**: a count (NUMBER) against a rate (PER_100000_POP) of the same indicator. UNIT_MULT is "
            "converted;\n"
            "- **base period** (BASE_PER);\n"
            "- **universe**: SEX, AGE, URBANISATION, such as Y15T64 against Y_GE15; and any other **breakdown**;\n"
            "- **frequency**, or no period in common;\n"
            "- **reference period**: several years pooled (2014-2018) against a single year or another number of "
            "years, under the same TIME_PERIOD;\n"
            "- **boundary**: an administrative area against its functional urban area (`_FUA`) or urban centre "
            "(`_UC`).\n\n"
            "Another time of a year or less (survey year 2018-19 against 2018 or against 2019-20, a month against "
            "its year) and another kind of source (NATURE) make a comparison *partial*: it is made, with 2 % of "
            "the national value as tolerance, and the report says so with both times. The time an observation "
            "covers is read from TIME_COVERAGE, else TIME_DETAIL, else it is TIME_PERIOD. Read are `2018-19`, "
            "`2018/19` and `2018-2019` (a survey year), `2015-2019` and `2015-19` (years pooled), every form of "
            "TIME_PERIOD, and `start/end` or `start/P1Y`. Of other words, and of `2005-12` (a December or eight "
            "years), nothing is concluded. Candidates are, in this order: the same key; the same key for an area "
            "above; the nearest series of the same indicator, so that the reason can be told. With none of them "
            "the verdict is *no baseline*. Example: homicides in GB_BRS: its unit is Number, that of the national "
            "series VC_IHR_PSRC is Per 100,000 population, a count against a rate."
        ),
        waivable=True,
    ),
    Rule(
        "COH-MIRROR",
        3,
        _W,
        "The national office has another value for the same area",
        "Compare sources and definitions with the national office, and say in COMMENT_OBS or SOURCE_DETAIL "
        "why they differ.",
        "ESS level 3, mirror statistics; the difference of two independent estimates, adjusted after O. J. "
        "Dunn, Multiple comparisons among means, JASA 56 (1961)",
        formula=(
            "z = |x₁ − x₂| / √(se₁² + se₂²), se = (UPPER_BOUND − LOWER_BOUND) / 3.92: warning where z ≥ 1.96 in "
            "any period; error where the largest z of the m periods reaches Φ⁻¹(1 − α / 2m), α = 2Φ(−2.58) ≈ 1 %, "
            "which is 2.58 for one period, 3.09 for five, 3.48 for twenty. Without bounds: warning where |x₁ − "
            "x₂| > max(0.5 % of Y, (u₁ + u₂) / 2)"
        ),
        explanation=(
            "The national office's value for the same key and area. Where both have bounds, the difference is "
            "tested; the error is adjusted for the number of periods, so that the chance that equal figures keep "
            "a table from being published stays below 1 % a series, however the periods depend on each other. The "
            "warning is not adjusted: one period in twenty passes it by chance, and a reviewer decides. Example: "
            "PM2.5 in GB_BRS: the national office's own values for Bristol differ in all 7 shared periods, at "
            "most by 2.5 (18 %) in 2010."
        ),
        parameters=(
            Parameter(
                "relative", 0.5, "difference that is not remarkable, without bounds", 0, 100, "% of the national value"
            ),
            Parameter("z_warning", 1.96, "the z of a difference between confidence bounds that is a warning", 0, 10),
            Parameter("z_error", 2.58, "the z that is an error in a single period; with more periods it rises", 0, 10),
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
        formula=(
            "counts: R = Y − Σy ≥ −Σu / 2 over the whole and its n parts. Ratios with weights: r = (W·Y − Σw·y) / "
            "(W − Σw); error where r < 0, or r > 100 in PT; warning where r / Y lies outside 0.5 to 2; both "
            "beyond (W·u_Y + Σw·u_y) / 2(W − Σw)"
        ),
        explanation=(
            "What areas leave for the rest of the area above them. Only areas that do not overlap are summed: a "
            "city, or its wards, never both. In a partial comparison counts may miss by 2 % of Y more; series of "
            "which neither is known are only shown side by side.\n\n"
            'Weights come from the data: a SERIES code of KIND C with the annotation `MEASURES` "labour force" is '
            'the weight of every ratio with `WEIGHT` "labour force", where it has a value for the whole and all '
            "its parts, in the same period, breakdown and unit; the national value comes before the city's. Where "
            "there is none, the report lists `COH-REMAINDER (ratios)` among the rules that did not run.\n\n"
            "Example: 2018: GB_BRS with 812 is more than the whole, 790, by 22."
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
            Parameter("warning", 1, "what the parts may miss the whole by before it is an error", 0, 100, "%"),
        ),
        formula="D = Y − Σy; well where |D| ≤ Σu / 2 over the whole and its parts, warning up to 1 % of Y, error above",
        explanation=(
            "Counts of all parts of a partition against their whole. An area is a partition where its code says "
            "so (`PARTITION`) and all areas below it have a value in that period; otherwise the parts are only a "
            "part, and COH-REMAINDER holds. Example: the whole is 790 and its 34 parts sum to 812, 22 (2.8 %) "
            "apart."
        ),
        waivable=True,
    ),
    Rule(
        "COH-CONVEX",
        1,
        _E,
        "The whole lies outside the range of its parts",
        "Look for a missing part, or for a whole with another definition.",
        "A weighted mean lies between its smallest and largest part",
        formula="min y − u ≤ Y ≤ max y + u",
        explanation=(
            "Ratios and means (KIND R, M) of a whole lie between the smallest and the largest of its parts: on a "
            "partition no weights can bring it outside (error); where parts may be missing it is information. "
            "Example: 2020: the whole, 62.87, lies within its 34 parts, 27.5 to 88.91."
        ),
        waivable=True,
    ),
)
