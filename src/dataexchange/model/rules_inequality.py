"""What is asked before inequality inside an area is measured: not of what is sent in, but wherever an average is shown."""

from __future__ import annotations

from dataexchange.model.rule import Parameter, Rule, Severity

INEQUALITY = (
    Rule(
        "INQ-MISSING",
        1,
        Severity.INFORMATION,
        "Too many groups have no value for a measure of inequality",
        "Publish the groups that are missing, or look at a partition that is all there.",
        "WHO Health Equity Assessment Toolkit; domain 7",
        formula="refused where missing groups > most % of the groups, or the people in them > most % of the people, where that is known",
        explanation="Of ten districts of which three have no value a measure would tell of the other seven. It makes no finding: where an "
        "average is shown, the reason stands in the place of the measures. Switched off, measures are given of whatever is there.",
        parameters=(
            Parameter(
                "most", 15, "How many of the groups, and of the people in them, may be missing", 0, 100, unit="%"
            ),
        ),
        waivable=True,
    ),
)
