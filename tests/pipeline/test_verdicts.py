"""What follows from what among findings, and verdicts on top of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dataexchange.model.finding import Comparison, Finding, Place, Severity, Verdict
from dataexchange.model.sentence import say
from dataexchange.workflow.consequences import first_causes
from dataexchange.workflow.verdicts import on_top

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def at(rule: str, severity: Severity, row: int = 2, *also: int, key: str = "K") -> Finding:
    places = [Place(row=n, column="VALUE") for n in (row, *also)]
    return Finding(rule, severity, say("text"), places[0], key, "2018", also=tuple(places[1:]))


def told(*findings: Finding) -> list[tuple[str, Severity]]:
    return [(found.rule, found.severity) for found in first_causes(findings, ())]


def test_a_sum_follows_from_a_wrong_figure_in_its_own_year_only() -> None:
    assert told(at("TS-SCALE", WARNING), at("COH-SUM", ERROR)) == [("TS-SCALE", ERROR)]
    assert told(at("TS-SCALE", ERROR), at("COH-SUM", ERROR, 2, 9)) == [("TS-SCALE", ERROR), ("COH-SUM", ERROR)]
    both = at("TS-SCALE", ERROR), at("TS-SCALE", ERROR, 9), at("COH-SUM", ERROR, 2, 9)
    assert told(*both) == [("TS-SCALE", ERROR)] * 2
    unnamed = replace(at("COH-SUM", ERROR), also=(Place(),))
    assert told(at("TS-SCALE", ERROR), unnamed) == [("TS-SCALE", ERROR), ("COH-SUM", ERROR)]


def test_what_cannot_be_is_told_and_not_the_warning_beside_it() -> None:
    assert told(at("RNG-JUMP", WARNING), at("COH-REMAINDER", ERROR)) == [("COH-REMAINDER", ERROR)]
    assert told(at("RNG-JUMP", WARNING), at("COH-SHARE", WARNING)) == [("RNG-JUMP", WARNING)]


def test_a_part_in_another_unit_is_one_error() -> None:
    assert told(at("COH-SCALE", WARNING, 2, 3), at("COH-REMAINDER", ERROR, 3)) == [("COH-SCALE", ERROR)]
    assert told(at("COH-SCALE", ERROR), at("COH-REMAINDER", ERROR, 3)) == [
        ("COH-SCALE", ERROR),
        ("COH-REMAINDER", ERROR),
    ]


def test_counts_that_are_none_and_look_like_percentages_are_not_called_consistent() -> None:
    fits = Comparison("COH-REMAINDER", "K", "N", Verdict.CONSISTENT, say("0.7 of the 6,009 of NAT in 2018"))
    hinted = replace(fits, hints=(say("values look like percentages of the national total"),))
    broken = at("RNG-COUNT", WARNING)
    assert on_top([fits], [broken])[0].verdict is Verdict.CONSISTENT
    (one,) = on_top([hinted], [broken])
    assert one.verdict is Verdict.INCONSISTENT
    assert "(RNG-COUNT)" in str(one.kind)
    assert on_top([hinted], [at("RNG-COUNT", WARNING, key="OTHER")])[0].verdict is Verdict.CONSISTENT


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (at("RNG-PERCENT", ERROR), Verdict.INCONSISTENT),
        (at("TS-SCALE", WARNING), Verdict.CONSISTENT),
        (at("COH-REMAINDER", WARNING), Verdict.INCONSISTENT),
        (at("COH-GROWTH", WARNING), Verdict.CONSISTENT),
        (at("RNG-PERCENT", ERROR, key="OTHER"), Verdict.CONSISTENT),
        (at("STR-CODE", ERROR), Verdict.CONSISTENT),
    ],
)
def test_a_series_with_an_error_of_its_own_is_not_called_consistent(found: Finding, verdict: Verdict) -> None:
    fits = Comparison("COH-REMAINDER", "K", "N", Verdict.CONSISTENT, say("7 of the 726 of NAT in 2018"))
    differs = replace(fits, key="M", verdict=Verdict.NOT_COMPARABLE)
    judged, other = on_top((fits, differs), (found,))
    assert judged.verdict is verdict
    assert other == differs
    if verdict is Verdict.INCONSISTENT:
        assert (
            judged.reason
            == f"7 of the 726 of NAT in 2018; but figures of the series itself are at fault ({found.rule})"
        )
    else:
        assert judged == fits
