"""Rules about figures within one data set: ranges, bounds, sums, time series and revisions.

The numbers are those of `design/domain.md` 4.3 and 5.1 as far as it has them. National offices set others per dataflow, agreement or
series in their rulebook.
"""

from __future__ import annotations

from dataexchange.model.rule import Parameter, Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

_VALUES = (
    # Level 1: the value against its unit, status and bounds.
    Rule(
        "RNG-EMPTY",
        1,
        _E,
        "There is no value and the status does not say why",
        "Give the value, or OBS_STATUS H, L, M, O or Q.",
        "SDMX CL_OBS_STATUS 2.1",
        formula="value = nothing  =>  OBS_STATUS in {H, L, M, O, Q}",
        explanation="An empty value needs a status that says why: holiday, not collected, cannot exist, "
        "missing, or suppressed. "
        "Otherwise nobody can tell a figure that was forgotten from one that is not there.",
    ),
    Rule(
        "RNG-STATUS",
        1,
        _E,
        "There is a value although the status says it is missing",
        "Remove the value, or correct OBS_STATUS.",
        "SDMX CL_OBS_STATUS 2.1",
        formula="OBS_STATUS in {L, M, O, Q}  =>  value = nothing",
        explanation="The status says that there is no value, and one stands beside it, such as 12.5 with OBS_STATUS Q. "
        "This protects figures that were meant to be suppressed.",
    ),
    Rule(
        "CNF-MARKED",
        1,
        _W,
        "A value is marked as not free for publication",
        "Leave the value out, with OBS_STATUS Q and its CONF_STATUS; where it may be published, correct CONF_STATUS to F or say why.",
        "SDMX CL_CONF_STATUS",
        formula="value <> nothing  =>  CONF_STATUS = F or nothing",
        explanation="What is published is served to everybody, and no step leaves a value out because of its mark. 12.5 with CONF_STATUS C "
        "(confidential) is a value that was meant for the office alone, or a wrong mark. Without a mark a value is free.",
        waivable=True,
    ),
    Rule(
        "RNG-PERCENT",
        1,
        _E,
        "A percentage is outside 0 to 100",
        "Correct the value or the unit; a growth rate is a series of KIND G.",
        "ESS CONVAL fixed ranges",
        formula="lowest <= value * 10^UNIT_MULT <= highest, where UNIT_MEASURE is PT and the kind is C, R or M",
        explanation="A share lies between 0 and 100: 628 % is a slip or another unit. Growth rates (KIND G) "
        "are not looked at. Where "
        "more than 100 % can be, as in gross enrolment, set `highest` for that series.",
        parameters=(
            Parameter("lowest", 0, "The lowest percentage that can be", -10_000, 10_000, "%", "highest"),
            Parameter("highest", 100, "The highest percentage that can be", -10_000, 1_000_000, "%"),
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
        formula="value >= 0; value whole where UNIT_MULT = 0 (UNIT_MEASURE NUMBER, kind C)",
        explanation="People and events are counted in whole numbers from zero up. 6.5 homicides are a rate, or "
        "a number in thousands.",
        waivable=True,
    ),
    Rule(
        "RNG-UNIT",
        1,
        _E,
        "A figure is outside what its unit can have",
        "Correct the value, UNIT_MULT or the unit.",
        "ESS CONVAL fixed ranges",
        formula="lowest(UNIT_MEASURE) <= value * 10^UNIT_MULT <= highest(UNIT_MEASURE)",
        explanation="Some units say where a figure can lie: a probability (PROB) from 0 to 1, yes or no (BOOL) "
        "0 or 1, a pH from 0 to 14, "
        "a rate, a weight, a length or a concentration not below zero. 22.6 as a probability is a percentage. "
        "Growth rates and series of "
        "no known kind are not looked at; money, emissions, indices and scores may be negative.",
        waivable=True,
    ),
    Rule(
        "BND",
        1,
        _E,
        "The value is not between its own bounds",
        "Correct LOWER_BOUND, UPPER_BOUND or the value.",
        "ESS CONVAL fixed ranges",
        formula="LOWER_BOUND <= value <= UPPER_BOUND, each where it is given",
        explanation="An estimate lies within its confidence interval. 62.9 with a lower bound of 63.1 is a "
        "slip in one of them, or columns "
        "that were swapped.",
        waivable=True,
    ),
    Rule(
        "UNIT-SERIES",
        1,
        _E,
        "The unit is none that the series comes in",
        "Correct UNIT_MEASURE, or choose the series that is counted in it.",
        "UNSD content constraints",
        formula="UNIT_MEASURE in UNIT(SERIES)",
        explanation="Every series comes in a unit that its code list names. VC_IHR_PSRC comes in "
        "PER_100000_POP; what is in NUMBER is "
        "VC_IHR_PSRCN.",
        waivable=True,
    ),
    Rule(
        "RNG-FUTURE",
        1,
        _W,
        "There is a figure of a period that has not begun",
        "Correct the period; a forecast has OBS_STATUS F.",
        "ESS CONVAL, time consistency",
        formula="first day of the period <= today, or OBS_STATUS = F",
        explanation="A figure of 2091 is one of 2019 with its digits changed, or a forecast, which has OBS_STATUS F.",
        waivable=True,
    ),
)

_COURSE = (
    # Levels 1 and 2: the course of a series, with what is published of it.
    Rule(
        "TS-SCALE",
        2,
        _E,
        "A figure is a power of ten away from those before and after it",
        "Look at UNIT_MULT, at the unit, and for a thousands mark read as a decimal one; if the figure is "
        "right, ask the national office to "
        "let it pass.",
        "domain 4.3, UNIT: scale jump",
        formula="d = log10|x| - mean(log10|a|, log10|b|), a and b the figures beside x, all three less the level of their season where the "
        "seasons of at least three years differ by 0.5 and more;  k = nearest whole number to d;  fault where "
        "k <> 0, |d - k| <= wide and |log10|a| - log10|b|| <= agree.  Error where |k| >= 2, |d - k| <= near "
        "and at least three of the four "
        "figures nearest to x lie within `agree`, or |k| >= 3 and those there are within `steady`; else a "
        "warning.  At an end of the series an error only where |k| >= 3 and the four nearest, or of exact counts those there are, lie "
        "within `steady`.  "
        "k = 1 or -1 only where four lie within `steady` and "
        "|d - k| <= near.  Also, as an error, where the scale changes from one figure to the next and stays (two figures on either side "
        "within `steady`, |k| >= 2).  A warning at most where a zero is one of the two figures before or after x, in series of disasters "
        "(VC_DSR_...), and of percentages that become a hundred times as large and stay so.",
        explanation="1,453,000 between 1,471 and 1,488 is in another unit than they are: about 100, 1,000 … times as large or small as "
        "figures that agree with each other. Where the figures around differ much themselves, it is only "
        "asked: damage by an earthquake is "
        "like that, and a network that goes from 0 over 1 to 97 % of the people in two years. "
        "A later edition of a table is compared with what is published of the same series, so that one new year is enough. "
        "In a series of months or quarters an August that is a hundred times its neighbours is none where every August is; one that is "
        "not like the others is. "
        "Growth rates and zeros are not looked at.",
        parameters=(
            Parameter(
                "near", 0.05, "How far the logarithm may be from a whole number for an error", 0, 0.3, not_above="wide"
            ),
            Parameter("wide", 0.15, "The same for a warning", 0, 0.3),
            Parameter(
                "agree",
                0.3,
                "How far the logarithms of the two figures beside it may differ: 0.3 is a factor of 2",
                0,
                1,
            ),
            Parameter(
                "steady",
                0.1,
                "The same for the figures around, where it is only ten times as much, or a step: 0.1 is 26 %",
                0,
                0.5,
                not_above="agree",
            ),
            Parameter("smallest", 10, "Counts below this, and those beside such, are not looked at", 0),
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
        formula="|x| > factor * m, or for counts |x| < m / factor;  m the median of the figures of the series "
        "that are not zero",
        explanation="No figure is more than 300 times the middle one of its series, and no count less than a "
        "300th of it. What TS-SCALE is "
        "sure of is not told again. Series of fewer than three figures are not asked.",
        parameters=(
            Parameter("factor", 300, "How many times the median is too far", 2),
            Parameter("fewest", 3, "The fewest figures that have a middle one", 3),
        ),
        waivable=True,
    ),
    Rule(
        "TS-HAMPEL",
        2,
        _I,
        "A figure is far from those around it",
        "Look whether it is right; nothing must be done.",
        "Hampel identifier; Iglewicz and Hoaglin 1993; domain 5.1, O1",
        formula="|x - m| > times * s,  m = median of the 7 nearest figures of the series (of all, if it has 5 or 6), "
        "s = 1.4826 * MAD of them; where MAD = 0, s = 1.2533 * mean absolute deviation; for counts s >= sqrt(m);  "
        "s / m at least the median of s / m over all series of the same SERIES;  and |x - m| > least % of m;  both also of "
        "|x - m - k d|, d the median step of the 7 and k how many steps x is from their middle, and of |x - y|, y the median of the same "
        "season in at least two other years;  never where most of the 7 are 0",
        explanation="A figure that stands out from the seven around it, measured by how much these differ "
        "among themselves, and how much the series "
        "of the same indicator do. Events that are "
        "counted differ by about the square root of their number anyway, so that 9 after 4 and 5 is none; nor is the "
        "first year of a series that rises evenly, nor one flood among years without any, nor a summer that is like other summers. The "
        "farthest figure of a series is "
        "told, not every one. Real changes look like this, too: it is told for the reviewer, and nothing has to be done.",
        parameters=(
            Parameter("times", 3, "How many standard deviations are far; 5 asks about half as often", 1),
            Parameter("fewest", 5, "The fewest figures of a series", 5),
            Parameter("least", 10, "How far from the median it must be at least", 0, unit="%"),
        ),
        waivable=True,
    ),
    Rule(
        "TS-HOLE",
        1,
        _I,
        "A period is missing in the middle of a series",
        "Nothing, if there was no figure; or send it, or send the period with OBS_STATUS L, M, O or Q.",
        "ESS CONVAL, holes in time series",
        formula="distance of two periods = 2, 3 … times the shortest distance in the series, where at least "
        "`regular` % of the distances are that, and one of them comes before and one after, or the "
        "distance is 2 times the shortest",
        explanation="2015, 2016, 2017, 2019, 2020: 2018 is missing. A series of every second year has no "
        "holes, and one that never was "
        "regular has none either, nor one that begins with a census of "
        "2001 and goes on in every year from 2011. An observation without a value, whose status says why, is no hole.",
        parameters=(
            Parameter("fewest", 5, "The fewest periods of a series", 3),
            Parameter("regular", 75, "How many of its distances are equal", 50, 100, unit="%"),
        ),
        waivable=True,
    ),
    Rule(
        "REV-LARGE",
        2,
        _W,
        "A figure differs much from the one published before",
        "If the revision is meant, say why in COMMENT_OBS; if not, correct the figure.",
        "domain 4.3, REV; ESS level 2",
        formula="r = |x - x_published|;  r > relative % of z, or r > times * median of the "
        "revisions of the series (of at least "
        "`fewest`) and r > least % of z.  z = |x_published|, but m where that is below a tenth of m, and max(|x_published|, m) for growth "
        "rates, with growth % instead of relative %;  m the median of |x_published| over the series.  Never where r is within what the "
        "figures are rounded to, r <= u or r <= (u + u_published) / 2",
        explanation="A new edition of a table is compared with what is published of the same series and "
        "periods. 41.2 where 31.2 is "
        "published is a revision of 32 %: meant, or a slip. Near zero a share of the figure says nothing: growth of 0.4 where 0.1 is "
        "published is a little revision of a series that has growth of 1 or 2. 3.4 where 3 is published, as all figures are whole, is no "
        "revision. The largest of each series is told, and what the revised figures may be where "
        "all of them bear it out: a power of ten, those of the year before or after, those of another area of the table.",
        parameters=(
            Parameter("relative", 5, "A revision of so much is large", 0, unit="%"),
            Parameter(
                "growth", 50, "The same for growth rates (KIND G), of the size that they usually have", 0, unit="%"
            ),
            Parameter("times", 3, "So many times the usual revision of the series is large", 1),
            Parameter("fewest", 5, "The fewest revised figures that have a usual revision", 3),
            Parameter("least", 1, "What is smaller is never large by comparison with the usual one", 0, unit="%"),
        ),
        waivable=True,
    ),
)

_PARTS = (
    # Levels 1 and 4: figures beside others of the same table.
    Rule(
        "SUM-PARTS",
        1,
        _W,
        "The parts of a total are not the total",
        "Correct the figure that is wrong; if people of whom it is not known are the difference, leave it or "
        "give them a row of their own.",
        "ESS level 1, additivity of breakdowns; domain 4.3 and 5.1, P1",
        formula="D = sum of the parts, with those of whom it is not known - total;  R = halves * half the sum of the n + 1 rounding "
        "units;  E = estimates % of the total.  Right where |D| <= R (of people and events counted one by one, none of them rounded: "
        "|D| <= R and |D| <= E).  "
        "Error where the parts are too many, D > R + E of what is counted one by one, D > R and D > tolerance % of other sums; and where "
        "they are too few, -D > R and -D > tolerance %, and nobody can be outside them or the table has a row for those of whom it is not "
        "known.  Else a warning",
        explanation="Counts (KIND C): women and men are the total, towns and country, the age groups that "
        "follow each other without gap. People of unknown sex or age belong to them where the table has a row of them. "
        "Parts that are more than their total by more than rounding explains are an error: somebody is counted twice, or a figure is "
        "wrong. 383 of 381 are. 16 of 15 are only asked about: three figures that are estimated and rounded to whole ones can miss each "
        "other by 1.5. "
        "Parts that are less are a "
        "warning, because people of whom it is not known are often left out; where the table has a row for "
        "them, or where nobody can be outside, it "
        "is an error beyond the tolerance. Where only some of the parts are there, they can be too many alone. That is a warning where "
        "the unit may be negative (money, emissions), and nothing where the total or one of them is negative in any period, as the balance "
        "of migration: 150 of 100 may stand beside -50. "
        "The finding stands at the total and names the parts.",
        parameters=(
            Parameter(
                "tolerance",
                1,
                "Differences above rounding and up to this are a warning, except too many of what is counted one by one",
                0,
                100,
                unit="%",
            ),
            Parameter(
                "estimates",
                0.1,
                "What rounding to whole people may explain of a total of exact counts",
                0,
                100,
                unit="%",
            ),
            Parameter("halves", 1, "How many times the rounding of all figures together is let pass", 0),
        ),
        waivable=True,
    ),
    Rule(
        "SUM-RANGE",
        1,
        _E,
        "A total lies outside the range of its parts",
        "Look for swapped columns, a wrong part, or a total with another definition; of a standardised rate or a composite that is right, "
        "say so in COMMENT_TS.",
        "ESS level 1; domain 4.3, SUM",
        formula="min(parts) - u <= total <= max(parts) + u, u what the figures are rounded to (and tolerance % of the total).  An error "
        "of KIND R, a warning of KIND M",
        explanation="Ratios (KIND R) do not add up, but that of all lies between those of "
        "women and of men. 12 % for all is "
        "wrong where women have 14 % and men 16 %. Means and composites (KIND M) mostly lie there, too, and it is only asked: a rate that "
        "is standardised by age, a probability from a life table or an index may be 40.0 for all beside 40.3 and 40.9. "
        "Where the parts add up to the total, they are shares of one "
        "whole, and this rule is not "
        "about them.",
        parameters=(Parameter("tolerance", 0, "What is let pass beyond rounding", 0, 100, unit="%"),),
        waivable=True,
    ),
    Rule(
        "IDN-RATE",
        4,
        _W,
        "A rate, its count and its denominator do not fit together",
        "Correct the one that is wrong; if the rate has another denominator, say which in COMMENT_TS.",
        "ESS level 4; domain 5.1, K1",
        formula="|rate * denominator / 10^k - count| <= tolerance % of the count (with a denominator of the nation national %) + what the "
        "three are rounded to",
        explanation="Where there are the number of homicides, the rate per 100,000 and the population, each follows from the other "
        "two. The denominator is the series whose MEASURES is the WEIGHT of the rate: that of the same table, else the one that the "
        "provider has published in the same dataflow, else the nation's for the same area; the finding says which. One finding for each "
        "series, at the period that is farthest off.",
        parameters=(
            Parameter("tolerance", 1, "How far they may be apart beyond rounding", 0, 100, unit="%"),
            Parameter(
                "national",
                5,
                "The same where the denominator is the nation's, which the city may have counted in another way",
                0,
                100,
                unit="%",
            ),
        ),
        waivable=True,
    ),
)

WITHIN = (*_VALUES, *_COURSE, *_PARTS)
