"""What rounding explains of a whole and its parts, and what it does not: half a unit of each, the unit as the figures show it."""

from __future__ import annotations

import pytest
from sdg_table import dataset, with_areas

from dataexchange.model.finding import Finding, Severity, Verdict
from dataexchange.pipeline.coherence import compare

COUNT = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}
SHARE = {"SERIES": "SL_TLF_UEM", "UNIT_MEASURE": "PT"}


def beside(whole: float, parts: list[float], what: dict[str, str]) -> tuple[str, Verdict, Finding | None]:
    """(what is said of a whole and all its parts, the verdict, what is found)."""
    schema = with_areas(C1=(None, True), **{f"C1_{n}": ("C1", False) for n in range(len(parts))})
    rows = [{**what, "REF_AREA": f"C1_{n}", "OBS_VALUE": value} for n, value in enumerate(parts)]
    comparisons, findings = compare(dataset({**what, "REF_AREA": "C1", "OBS_VALUE": whole}, *rows), dataset(), schema)
    (told,) = [c for c in comparisons if c.verdict is not Verdict.NO_BASELINE]
    return told.reason, told.verdict, next(iter(findings), None)


WARDS = [11 + n / 10 for n in range(34)]


@pytest.mark.parametrize(("whole", "wrong"), [(10.0, True), (10.4, True), (10.9, False), (10.8, True), (11.0, False)])
def test_a_ratio_below_all_its_parts_is_wrong_beyond_half_a_unit_of_each(whole: float, wrong: bool) -> None:
    """Wards of 11.0, 11.1 … 14.3 have one decimal, 11.0 too. 10 may be 10.5 and the lowest ward 10.95, no less; 10.9 may be 10.95."""
    words, verdict, found = beside(whole, WARDS, SHARE)
    assert bool(found) == wrong
    if found:
        assert (found.rule, found.severity, verdict) == ("COH-CONVEX", Severity.ERROR, Verdict.INCONSISTENT)
    assert "lies outside its 34 parts" in words or whole >= 11
    assert ("within rounding" in words) == (not wrong and whole < 11)


def test_of_few_parts_each_has_the_unit_of_its_own_series() -> None:
    """Three parts tell nothing of a column: 11 may be 10.5, and so may 10."""
    words, verdict, found = beside(10.0, [11.0, 11.5, 12.0], SHARE)
    assert (verdict, found) == (Verdict.CONSISTENT, None)
    assert "10, lies outside its 3 parts, 11 in C1_0 to 12 in C1_2, within rounding" in words


@pytest.mark.parametrize(
    ("whole", "parts", "severity"),
    [
        # 4 and 9 each, rounded to fives one by one: (34 + 1) 5 / 2 = 87.5 is what that can do.
        (220, [5.0, 10.0] * 17, None),
        (165, [5.0, 10.0] * 17, Severity.ERROR),
        # 221 is no multiple of 5: exact, beside parts that are not.
        (171, [5.0, 10.0] * 17, None),
        (169, [5.0, 10.0] * 17, Severity.ERROR),
        # Whole thousands of people, and whole tens.
        (500_000, [14_000.0, 15_000.0, 16_000.0] * 11 + [6_000.0], None),
        (480_000, [14_000.0, 15_000.0, 16_000.0] * 11 + [6_000.0], Severity.ERROR),
        (990, [100.0, 110.0] * 5, Severity.ERROR),
        (1_000, [100.0, 110.0] * 5, None),
        # One figure that is no multiple shows that nobody rounds.
        (220, [5.0, 10.0] * 16 + [7.0, 8.0], Severity.ERROR),
        # Seven figures are too few to say so.
        (190, [10.0, 20.0, 30.0, 40.0, 50.0, 10.0, 20.0], Severity.ERROR),
    ],
)
def test_counts_that_show_their_rounding_may_miss_the_whole_by_it(
    whole: float, parts: list[float], severity: Severity | None
) -> None:
    words, verdict, found = beside(whole, parts, COUNT)
    assert (found.severity if found else None) is severity
    assert (verdict is Verdict.CONSISTENT) == (severity is None)
    assert ("within rounding" in words) == (severity is None)
